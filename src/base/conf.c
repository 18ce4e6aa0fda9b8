#include "base/conf.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/conf_mail.h"
#include "base/log.h"

#define CONF_FILE_MAX (256 * 1024)

enum kind {
	KIND_COUNT,   /* a plain number */
	KIND_BYTES,   /* a number with K, M or G */
	KIND_SECONDS, /* a number with s, m, h or d */
	KIND_TEXT,
	KIND_PATH,  /* begins with a slash */
	KIND_URL,   /* https, no slash at the end */
	KIND_LEVEL, /* error, warning, info, debug */
	/* One of a few words, see words_of_kind. */
	KIND_WHOSE,
	KIND_SECURITY,
	KIND_DELIVERY,
	KIND_LANGUAGE,
};

/* When a daemon takes a changed value. */
enum change {
	ON_RELOAD,
	ON_RESTART, /* the old one stays until then */
};

struct key {
	const char *name;
	enum kind kind;
	enum change change;
	size_t offset, size;
	uint64_t min, max; /* of numbers */
	const char *value; /* the default; NULL: must be given */
	const char *help;
};

#define MEMBER(m) offsetof(struct conf, m), sizeof(((struct conf *)0)->m)
#define GIB (1024ULL * 1024 * 1024)
#define DAY 86400

static const char *const whose[] = {
	[SECOND_FACTOR_NONE] = "none",
	[SECOND_FACTOR_EMPLOYEES] = "employees",
	[SECOND_FACTOR_ALL] = "all",
	NULL,
};

static const char *const securities[] = {
	[MAIL_STARTTLS] = "starttls",
	[MAIL_TLS] = "tls",
	[MAIL_PLAIN] = "none",
	NULL,
};

static const char *const deliveries[] = {
	[DELIVERY_SHOWN] = "shown",
	[DELIVERY_MAILED] = "mailed",
	NULL,
};

/* In the order of enum mail_language. */
static const char *const languages[] = { "nl", "en", NULL };

/* NULL after the last; the value is the word's place. */
static const char *const *const words_of_kind[] = {
	[KIND_WHOSE] = whose,
	[KIND_SECURITY] = securities,
	[KIND_DELIVERY] = deliveries,
	[KIND_LANGUAGE] = languages,
};

static const struct key keys[] = {
	{ "base_url", KIND_URL, ON_RESTART, MEMBER(base_url), 0, 0, NULL,
	    "address of the hub as its users see it, https, byte for byte" },
	{ "data", KIND_PATH, ON_RESTART, MEMBER(data), 0, 0, "/var/lib/hub",
	    "folder of the two stores, directory/ and vault/" },
	{ "store_user", KIND_TEXT, ON_RELOAD, MEMBER(store_user), 0, 0, "hub",
	    "system user that owns the stores; matters to hubctl as root" },
	{ "reader_group", KIND_TEXT, ON_RESTART, MEMBER(reader_group), 0, 0, "",
	    "group that may read the directory; empty: left as it is" },
	{ "socket_group", KIND_TEXT, ON_RESTART, MEMBER(socket_group), 0, 0, "",
	    "group of the web server, for the sockets; empty: left as it is" },
	{ "map_size", KIND_BYTES, ON_RESTART, MEMBER(map_size), 1 << 20,
	    GIB << 14, "64G", "largest size of a store; address space only" },
	{ "max_readers", KIND_COUNT, ON_RESTART, MEMBER(max_readers), 8, 65535,
	    "1024", "processes that may read a store at a time" },
	{ "readers.socket", KIND_PATH, ON_RESTART,
	    MEMBER(pool[POOL_READERS].socket), 0, 0, "/run/hub/readers.sock",
	    "FastCGI socket of the readers" },
	{ "readers.workers", KIND_COUNT, ON_RELOAD,
	    MEMBER(pool[POOL_READERS].workers), 1, 1024, "2",
	    "processes; about one a core" },
	{ "readers.connections", KIND_COUNT, ON_RELOAD, MEMBER(connections), 1,
	    65535, "1024", "connections that one reader holds at a time" },
	{ "keepers.socket", KIND_PATH, ON_RESTART,
	    MEMBER(pool[POOL_KEEPERS].socket), 0, 0, "/run/hub/keepers.sock",
	    "FastCGI socket of the keepers" },
	{ "keepers.workers", KIND_COUNT, ON_RELOAD,
	    MEMBER(pool[POOL_KEEPERS].workers), 1, 1024, "4",
	    "processes; each answers one request at a time" },
	{ "signin.socket", KIND_PATH, ON_RESTART,
	    MEMBER(pool[POOL_SIGNIN].socket), 0, 0, "/run/hub/signin.sock",
	    "FastCGI socket of the sign-in workers" },
	{ "signin.workers", KIND_COUNT, ON_RELOAD,
	    MEMBER(pool[POOL_SIGNIN].workers), 1, 1024, "2",
	    "processes; the bound on passwords hashed at a time" },
	{ "limit.uri", KIND_BYTES, ON_RELOAD, MEMBER(limit_uri), 256, 65536,
	    "8K", "longest request target; over it 414" },
	{ "limit.headers", KIND_BYTES, ON_RELOAD, MEMBER(limit_headers), 1024,
	    1 << 20, "32K",
	    "all header fields of a request together; over it 431" },
	{ "limit.body", KIND_BYTES, ON_RELOAD, MEMBER(limit_body), 0, 1 << 20,
	    "64K", "longest request body; over it 413" },
	{ "timeout.request", KIND_SECONDS, ON_RELOAD, MEMBER(timeout_request),
	    1, 600, "10s", "for a request to arrive whole" },
	{ "timeout.idle", KIND_SECONDS, ON_RELOAD, MEMBER(timeout_idle), 1,
	    86400, "75s", "of a kept connection; above the web server's own" },
	{ "timeout.write", KIND_SECONDS, ON_RELOAD, MEMBER(timeout_write), 1,
	    600, "30s", "for the web server to take some of an answer" },
	{ "timeout.drain", KIND_SECONDS, ON_RELOAD, MEMBER(timeout_drain), 1,
	    600, "10s",
	    "for requests under way when the daemon is told to stop" },
	{ "timeout.worker", KIND_SECONDS, ON_RELOAD, MEMBER(timeout_worker), 2,
	    3600, "60s", "without a sign of life until a worker is replaced" },
	{ "token.lifetime", KIND_SECONDS, ON_RELOAD, MEMBER(token_lifetime), 30,
	    TOKEN_LIFETIME_MAX, "15m", "of an access token" },
	{ "token.cache", KIND_COUNT, ON_RELOAD, MEMBER(token_cache), 4, 1 << 20,
	    "4096", "verified tokens that a worker remembers" },
	{ "session.idle", KIND_SECONDS, ON_RELOAD, MEMBER(session_idle), 60,
	    30 * DAY, "1h", "of single sign-on, between two uses" },
	{ "session.lifetime", KIND_SECONDS, ON_RELOAD, MEMBER(session_lifetime),
	    60, 30 * DAY, "12h", "of single sign-on, in all" },
	{ "refresh.idle", KIND_SECONDS, ON_RELOAD, MEMBER(refresh_idle), 60,
	    400 * DAY, "30d", "of a grant, between two refreshes" },
	{ "refresh.lifetime", KIND_SECONDS, ON_RELOAD, MEMBER(refresh_lifetime),
	    60, 400 * DAY, "90d", "of a grant, in all" },
	{ "refresh.grace", KIND_SECONDS, ON_RELOAD, MEMBER(refresh_grace), 0,
	    60, "10s",
	    "in which a used refresh token gives the same successor; 0: "
	    "never" },
	{ "password.min", KIND_COUNT, ON_RELOAD, MEMBER(password_min), 8, 64,
	    "15", "characters of a password, at least" },
	{ "password.memory", KIND_BYTES, ON_RELOAD, MEMBER(password_memory),
	    19 * 1024 * 1024, GIB, "19M", "that hashing a password takes" },
	{ "password.passes", KIND_COUNT, ON_RELOAD, MEMBER(password_passes), 2,
	    16, "2", "over that memory" },
	{ "password.blocklist", KIND_PATH, ON_RELOAD,
	    MEMBER(password_blocklist), 0, 0, "",
	    "files of words that are no password, one a line; empty: none" },
	{ "password.temporary_lifetime", KIND_SECONDS, ON_RELOAD,
	    MEMBER(temporary_lifetime), 60, 30 * DAY, "72h",
	    "of a temporary password" },
	{ "password.delivery", KIND_DELIVERY, ON_RELOAD, MEMBER(delivery), 0, 0,
	    "shown",
	    "of a temporary password: shown to who makes it, or mailed" },
	{ "second_factor.required", KIND_WHOSE, ON_RELOAD,
	    MEMBER(second_factor), 0, 0, "none",
	    "who must have a second factor: none, employees or all" },
	{ "key.ahead", KIND_SECONDS, ON_RELOAD, MEMBER(key_ahead), 0, DAY,
	    "10m", "that a new signing key is published before it signs" },
	{ "audit.keep", KIND_SECONDS, ON_RELOAD, MEMBER(audit_keep), DAY,
	    3660 * DAY, "400d", "that events stay in the audit log" },
	{ "mail.server", KIND_TEXT, ON_RELOAD, MEMBER(mail_server), 0, 0, "",
	    "host:port of the SMTP server; empty: no mail is sent" },
	{ "mail.security", KIND_SECURITY, ON_RELOAD, MEMBER(mail_security), 0,
	    0, "starttls",
	    "of the connection to it: starttls, tls, or none on this machine" },
	{ "mail.ca", KIND_PATH, ON_RELOAD, MEMBER(mail_ca), 0, 0, "",
	    "file of the authorities to trust there; empty: the system's" },
	{ "mail.user", KIND_TEXT, ON_RELOAD, MEMBER(mail_user), 0, 0, "",
	    "name to authenticate with; empty: none" },
	{ "mail.password_file", KIND_PATH, ON_RELOAD,
	    MEMBER(mail_password_file), 0, 0, "",
	    "file that holds the password of mail.user, for hub alone" },
	{ "mail.from", KIND_TEXT, ON_RELOAD, MEMBER(mail_from), 0, 0, "",
	    "address that mail comes from" },
	{ "mail.name", KIND_TEXT, ON_RELOAD, MEMBER(mail_name), 0, 0, "hub",
	    "name that mail comes from" },
	{ "mail.templates", KIND_PATH, ON_RELOAD, MEMBER(mail_templates), 0, 0,
	    "", "folder of the mails' texts; empty: those that came along" },
	{ "mail.language", KIND_LANGUAGE, ON_RELOAD, MEMBER(mail_language), 0,
	    0, "nl", "of mails that their reader has not asked for: nl or en" },
	{ "mail.timeout", KIND_SECONDS, ON_RELOAD, MEMBER(mail_timeout), 1, 300,
	    "30s", "for the mail server to take a mail" },
	{ "mail.give_up", KIND_SECONDS, ON_RELOAD, MEMBER(mail_give_up), 60,
	    30 * DAY, "2d", "in which a mail is tried again" },
	{ "portal_url", KIND_TEXT, ON_RELOAD, MEMBER(portal_url), 0, 0, "",
	    "https address where customers sign in, for mails; empty: "
	    "/mijn/ of base_url" },
	{ "log.level", KIND_LEVEL, ON_RELOAD, MEMBER(log_level), 0, 0, "info",
	    "error, warning, info or debug" },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

/* For "%.*s": what fits a sentence, so that its end is read too. */
#define EXCERPT(s) (int)((s).n < 60 ? (s).n : 60), (s).p

static const char *const pool_names[POOL_COUNT] = {
	[POOL_READERS] = "readers",
	[POOL_KEEPERS] = "keepers",
	[POOL_SIGNIN] = "signin",
};

const char *
pool_name(enum pool pool)
{
	return pool_names[pool];
}

bool
pool_by_name(const char *name, enum pool *out)
{
	for (int i = 0; i < POOL_COUNT; i++) {
		if (strcmp(name, pool_names[i]) == 0) {
			*out = (enum pool)i;
			return true;
		}
	}
	return false;
}

struct unit {
	char letter;
	uint64_t factor;
};

static const struct unit byte_units[] = {
	{ 'K', 1024 },
	{ 'M', 1024 * 1024 },
	{ 'G', GIB },
	{ 0, 0 },
};

static const struct unit second_units[] = {
	{ 's', 1 },
	{ 'm', 60 },
	{ 'h', 3600 },
	{ 'd', 86400 },
	{ 0, 0 },
};

static bool
parse_number(struct str text, const struct unit *unit, uint64_t *out)
{
	uint64_t factor = 1;

	for (; unit != NULL && unit->letter != 0; unit++) {
		if (text.n > 0 && text.p[text.n - 1] == unit->letter) {
			factor = unit->factor;
			text.n--;
			break;
		}
	}
	if (!str_u64(text, UINT64_MAX / factor, out))
		return false;
	*out *= factor;
	return true;
}

static int
set_number(const struct key *key, uint64_t *to, struct str text,
    const struct unit *unit, struct why *why)
{
	uint64_t v;

	if (!parse_number(text, unit, &v))
		return why_set(why, HUB_EINVAL, "%s: '%.*s' is not a %s",
		    key->name, EXCERPT(text),
		    key->kind == KIND_SECONDS ? "time such as 30s, 15m or 2h"
			: key->kind == KIND_BYTES ? "size such as 8K, 2M or 1G"
						  : "number");
	if (v < key->min || v > key->max)
		return why_set(why, HUB_EINVAL,
		    "%s: %.*s is outside %llu to %llu", key->name,
		    EXCERPT(text), (unsigned long long)key->min,
		    (unsigned long long)key->max);
	*to = v;
	return 0;
}

static int
set_level(const struct key *key, uint64_t *to, struct str text, struct why *why)
{
	static const struct {
		const char *word;
		enum log_level level;
	} levels[] = {
		{ "error", LOG_LEVEL_ERR },
		{ "warning", LOG_LEVEL_WARN },
		{ "info", LOG_LEVEL_INFO },
		{ "debug", LOG_LEVEL_DEBUG },
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (str_eq(text, str_of(levels[i].word))) {
			*to = levels[i].level;
			return 0;
		}
	}
	return why_set(why, HUB_EINVAL,
	    "%s: '%.*s' is none of error, warning, info, debug", key->name,
	    EXCERPT(text));
}

static int
set_word(const struct key *key, uint64_t *to, struct str text, struct why *why)
{
	const char *const *words = words_of_kind[key->kind];
	struct buf list;
	int rc;

	for (size_t i = 0; words[i] != NULL; i++) {
		if (str_eq(text, str_of(words[i]))) {
			*to = i;
			return 0;
		}
	}
	buf_init(&list, 256);
	for (size_t i = 0; words[i] != NULL; i++)
		buf_printf(&list, "%s%s", i > 0 ? ", " : "", words[i]);
	rc = why_set(why, HUB_EINVAL, "%s: '%.*s' is none of %.*s", key->name,
	    EXCERPT(text), STR_ARG(buf_view(&list)));
	buf_free(&list);
	return rc;
}

static bool
is_base_url(struct str url)
{
	const struct str scheme = STR("https://");

	if (!str_starts(url, scheme) || url.n == scheme.n)
		return false;
	if (!char_is_alnum(url.p[scheme.n]) && url.p[scheme.n] != '[')
		return false;
	for (size_t i = scheme.n; i < url.n; i++) {
		char c = url.p[i];

		if (!char_is_alnum(c) && strchr(".-:/[]_~", c) == NULL)
			return false;
	}
	return url.p[url.n - 1] != '/';
}

/* Nothing is a path where nothing is the default. */
static bool
needs_path(const struct key *key)
{
	return key->value == NULL || key->value[0] != '\0';
}

static int
set_text(const struct key *key, char *to, struct str text, struct why *why)
{
	if (text.n >= key->size)
		return why_set(why, HUB_ETOOBIG, "%s: longer than %zu bytes",
		    key->name, key->size - 1);
	if (key->kind == KIND_PATH && !str_starts(text, STR("/")) &&
	    (text.n > 0 || needs_path(key)))
		return why_set(why, HUB_EINVAL,
		    "%s: '%.*s' does not begin with /", key->name,
		    EXCERPT(text));
	if (key->kind == KIND_URL && !is_base_url(text))
		return why_set(why, HUB_EINVAL,
		    "%s: '%.*s' is not an https address without a slash at "
		    "its end",
		    key->name, EXCERPT(text));
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
	return 0;
}

static int
set_value(
    struct conf *conf, const struct key *key, struct str text, struct why *why)
{
	void *to = (char *)conf + key->offset;

	switch (key->kind) {
	case KIND_COUNT:
		return set_number(key, to, text, NULL, why);
	case KIND_BYTES:
		return set_number(key, to, text, byte_units, why);
	case KIND_SECONDS:
		return set_number(key, to, text, second_units, why);
	case KIND_LEVEL:
		return set_level(key, to, text, why);
	case KIND_WHOSE:
	case KIND_SECURITY:
	case KIND_DELIVERY:
	case KIND_LANGUAGE:
		return set_word(key, to, text, why);
	case KIND_TEXT:
	case KIND_PATH:
	case KIND_URL:
		break;
	}
	return set_text(key, to, text, why);
}

bool
conf_sends_mail(const struct conf *conf)
{
	return conf->mail_server[0] != '\0';
}

void
conf_defaults(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (keys[i].value != NULL)
			set_value(conf, &keys[i], str_of(keys[i].value), NULL);
	}
}

static bool
has_control(struct str line)
{
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

/* A text on its way into a configuration. */
struct parser {
	struct conf *conf;
	const char *name;
	const struct conf_teller *teller;
	struct why *why;
	unsigned int given[KEY_COUNT]; /* the line it stands in; 0: in none */
	unsigned int errors;
	int rc; /* of the first */
};

/* Takes up an error; LINE is 0 for one of the file as a whole. */
static void
add_error(struct parser *p, unsigned int line, int rc, struct why *reason)
{
	if (line > 0)
		why_prefix(reason, "%s:%u", p->name, line);
	else
		why_prefix(reason, "%s", p->name);
	if (p->errors++ == 0) {
		p->rc = rc;
		why_say(p->why, "%s", reason->text);
	}
	if (p->teller != NULL && p->errors <= CONF_ERRORS_TOLD)
		p->teller->tell(p->teller->ctx, reason->text);
}

/* What is over the bound, or not told for lack of somebody to tell. */
static void
count_errors(struct parser *p)
{
	struct why rest, first;

	if (p->errors > CONF_ERRORS_TOLD && p->teller != NULL) {
		why_say(&rest, "%s: %u more errors", p->name,
		    p->errors - CONF_ERRORS_TOLD);
		p->teller->tell(p->teller->ctx, rest.text);
	}
	if (p->errors > 1 && p->why != NULL) {
		first = *p->why;
		why_say(p->why, "%.300s (and %u more: see hubd --check-config)",
		    first.text, p->errors - 1);
	}
}

static int
parse_line(
    struct parser *p, struct str line, unsigned int number, struct why *why)
{
	struct str name, value;
	ptrdiff_t equals;

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	line = str_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	if (has_control(line))
		return why_set(why, HUB_EINVAL,
		    "holds a control character; write it as plain text");
	equals = str_index(line, '=');
	if (equals < 0)
		return why_set(why, HUB_EINVAL, "not a 'key = value' line");
	name = str_trim((struct str){ line.p, (size_t)equals });
	value = str_trim(
	    (struct str){ line.p + equals + 1, line.n - (size_t)equals - 1 });
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (!str_eq(name, str_of(keys[i].name)))
			continue;
		if (p->given[i] != 0)
			return why_set(why, HUB_EINVAL,
			    "%s stands in line %u already", keys[i].name,
			    p->given[i]);
		p->given[i] = number;
		return set_value(p->conf, &keys[i], value, why);
	}
	return why_set(why, HUB_EINVAL, "unknown key '%.*s'", EXCERPT(name));
}

/* Where the value stands that is kept at WHERE; 0 if it is the default. */
static unsigned int
line_of(const struct parser *p, const void *where)
{
	size_t offset = (size_t)((const char *)where - (const char *)p->conf);

	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (keys[i].offset == offset)
			return p->given[i];
	}
	return 0;
}

static unsigned int
later(unsigned int a, unsigned int b)
{
	return a > b ? a : b;
}

/* Of two daemons at one socket the second would not start. */
static void
check_sockets(struct parser *p)
{
	const struct conf_pool *pool = p->conf->pool;
	struct why why;

	for (int a = 0; a < POOL_COUNT; a++) {
		for (int b = a + 1; b < POOL_COUNT; b++) {
			if (strcmp(pool[a].socket, pool[b].socket) != 0)
				continue;
			why_say(&why,
			    "%s.socket and %s.socket are both %.60s: give each "
			    "pool its own",
			    pool_names[a], pool_names[b], pool[a].socket);
			add_error(p,
			    later(line_of(p, pool[a].socket),
				line_of(p, pool[b].socket)),
			    HUB_EINVAL, &why);
		}
	}
}

uint64_t
conf_readers_needed(const struct conf *conf)
{
	uint64_t n = 2;

	for (int i = 0; i < POOL_COUNT; i++)
		n += conf->pool[i].workers;
	return n;
}

/* A worker that finds no slot does not start. */
static void
check_readers(struct parser *p)
{
	uint64_t need = conf_readers_needed(p->conf);
	unsigned int line = line_of(p, &p->conf->max_readers);
	struct why why;

	if (p->conf->max_readers >= need)
		return;
	for (int i = 0; i < POOL_COUNT && line == 0; i++)
		line = line_of(p, &p->conf->pool[i].workers);
	why_say(&why,
	    "max_readers: %llu is too few for the workers of all pools: make "
	    "it %llu or more",
	    (unsigned long long)p->conf->max_readers, (unsigned long long)need);
	add_error(p, line, HUB_EINVAL, &why);
}

static void
add_mail_error(void *ctx, const void *member, struct why *why)
{
	struct parser *p = ctx;

	add_error(p, line_of(p, member), HUB_EINVAL, why);
}

static int
parse(struct conf *conf, struct str text, const char *name,
    const struct conf_teller *teller, struct why *why)
{
	struct parser p = {
		.conf = conf, .name = name, .teller = teller, .why = why
	};
	const struct conf_mail_teller mail = { add_mail_error, &p };
	unsigned int number = 0;
	struct why reason;
	struct str line;
	int rc;

	conf_defaults(conf);
	while (str_split(&text, '\n', &line)) {
		rc = parse_line(&p, line, ++number, &reason);
		if (rc != 0)
			add_error(&p, number, rc, &reason);
	}
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (keys[i].value != NULL || p.given[i] != 0)
			continue;
		why_say(&reason, "%s is missing", keys[i].name);
		add_error(&p, 0, HUB_EINVAL, &reason);
	}
	check_sockets(&p);
	check_readers(&p);
	conf_mail_check(conf, &mail);
	count_errors(&p);
	return p.rc;
}

int
conf_parse(
    struct conf *conf, struct str text, const char *name, struct why *why)
{
	return parse(conf, text, name, NULL, why);
}

int
conf_parse_telling(struct conf *conf, struct str text, const char *name,
    const struct conf_teller *teller)
{
	return parse(conf, text, name, teller, NULL);
}

/* What is to be done about a file that cannot be opened. */
static const char *
remedy(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return ": name another with --config or $HUB_CONF";
	case EACCES:
	case EPERM:
		return ": let this user read it, or start as another";
	default:
		return "";
	}
}

static int
read_file(struct buf *text, const char *path, struct why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;
	int rc = 0;
	char *to;

	if (fd < 0)
		return why_set(why, HUB_EIO, "cannot read %s: %s%s", path,
		    strerror(errno), remedy(errno));
	while ((to = buf_space(text, 4096)) != NULL) {
		n = read(fd, to, 4096);
		text->n -= 4096 - (n > 0 ? (size_t)n : 0);
		if (n <= 0)
			break;
	}
	if (n < 0)
		rc = why_set(
		    why, HUB_EIO, "cannot read %s: %s", path, strerror(errno));
	else if (to == NULL)
		rc = why_set(why, buf_error(text), "cannot read %s: %s", path,
		    err_text(buf_error(text)));
	close(fd);
	return rc;
}

static int
load(struct conf *conf, const char *path, const struct conf_teller *teller,
    struct why *why)
{
	struct why reason;
	struct buf text;
	int rc;

	conf_defaults(conf);
	buf_init(&text, CONF_FILE_MAX);
	rc = read_file(&text, path, &reason);
	if (rc == 0) {
		rc = parse(conf, buf_view(&text), path, teller, why);
	} else {
		why_say(why, "%s", reason.text);
		if (teller != NULL)
			teller->tell(teller->ctx, reason.text);
	}
	buf_free(&text);
	return rc;
}

int
conf_load(struct conf *conf, const char *path, struct why *why)
{
	return load(conf, path, NULL, why);
}

int
conf_load_telling(
    struct conf *conf, const char *path, const struct conf_teller *teller)
{
	return load(conf, path, teller, NULL);
}

int
conf_set_data(struct conf *conf, const char *folder, struct why *why)
{
	static const struct key key = { "--data", KIND_PATH, ON_RESTART,
		MEMBER(data), 0, 0, NULL, NULL };
	char absolute[PATH_MAX];

	/* What does not exist yet, init will make; it needs the whole path. */
	if (realpath(folder, absolute) != NULL)
		folder = absolute;
	return set_value(conf, &key, str_of(folder), why);
}

static bool
is_text(const struct key *key)
{
	return key->kind == KIND_TEXT || key->kind == KIND_PATH ||
	    key->kind == KIND_URL;
}

size_t
conf_hold(
    struct conf *next, const struct conf *now, const char *names[CONF_KEYS_MAX])
{
	size_t n = 0;

	static_assert(KEY_COUNT <= CONF_KEYS_MAX, "room for every name");
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct key *key = &keys[i];
		char *to = (char *)next + key->offset;
		const char *from = (const char *)now + key->offset;

		if (key->change != ON_RESTART)
			continue;
		if (is_text(key) ? strcmp(to, from) != 0
				 : memcmp(to, from, key->size) != 0)
			names[n++] = key->name;
		memcpy(to, from, key->size);
	}
	return n;
}

const char *
conf_path(const char *option)
{
	const char *env = getenv("HUB_CONF");

	if (option != NULL)
		return option;
	return env != NULL && *env != '\0' ? env : "/etc/hub/hub.conf";
}

bool
conf_key(size_t i, const char **name, const char **value, const char **help)
{
	if (i >= KEY_COUNT)
		return false;
	*name = keys[i].name;
	*value = keys[i].value;
	*help = keys[i].help;
	return true;
}
