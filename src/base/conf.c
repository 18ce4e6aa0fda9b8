#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/conf_mail.h"
#include "base/conf_value.h"

#define CONF_FILE_MAX (256 * 1024)

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

bool
conf_sends_mail(const struct conf *conf)
{
	return conf->mail_server[0] != '\0';
}

void
conf_defaults(struct conf *conf)
{
	const struct conf_key *key;

	memset(conf, 0, sizeof(*conf));
	for (size_t i = 0; (key = conf_key_at(i)) != NULL; i++) {
		if (key->value != NULL)
			conf_value_set(conf, key, str_of(key->value), NULL);
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
	unsigned int given[CONF_KEYS_MAX]; /* the line of each key, or 0 */
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
	const struct conf_key *key;
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
	for (size_t i = 0; (key = conf_key_at(i)) != NULL; i++) {
		if (!str_eq(name, str_of(key->name)))
			continue;
		if (p->given[i] != 0)
			return why_set(why, HUB_EINVAL,
			    "%s stands in line %u already", key->name,
			    p->given[i]);
		p->given[i] = number;
		return conf_value_set(p->conf, key, value, why);
	}
	return why_set(why, HUB_EINVAL, "unknown key '%.*s'", EXCERPT(name));
}

/* Where the value stands that is kept at WHERE; 0 if it is the default. */
static unsigned int
line_of(const struct parser *p, const void *where)
{
	size_t offset = (size_t)((const char *)where - (const char *)p->conf);
	const struct conf_key *key;

	for (size_t i = 0; (key = conf_key_at(i)) != NULL; i++) {
		if (key->offset == offset)
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
	const struct conf_key *key;
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
	for (size_t i = 0; (key = conf_key_at(i)) != NULL; i++) {
		if (key->value != NULL || p.given[i] != 0)
			continue;
		why_say(&reason, "%s is missing", key->name);
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

static int
read_file(struct buf *text, const char *path, struct why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;
	int rc = 0;
	char *to;

	if (fd < 0)
		return why_unread(
		    why, path, "name another with --config or $HUB_CONF");
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
	static const struct conf_key key = {
		.name = "--data",
		.kind = KIND_PATH,
		.offset = offsetof(struct conf, data),
		.size = sizeof(conf->data),
	};
	char absolute[PATH_MAX];

	/* What does not exist yet, init will make; it needs the whole path. */
	if (realpath(folder, absolute) != NULL)
		folder = absolute;
	return conf_value_set(conf, &key, str_of(folder), why);
}

size_t
conf_hold(
    struct conf *next, const struct conf *now, const char *names[CONF_KEYS_MAX])
{
	const struct conf_key *key;
	size_t n = 0;

	for (size_t i = 0; (key = conf_key_at(i)) != NULL; i++) {
		if (key->change == ON_RESTART &&
		    conf_value_copy(next, key, now))
			names[n++] = key->name;
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
	const struct conf_key *key = conf_key_at(i);

	if (key == NULL)
		return false;
	*name = key->name;
	*value = key->value;
	*help = key->help;
	return true;
}
