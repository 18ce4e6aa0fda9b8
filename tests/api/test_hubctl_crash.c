/*
 * Every act that changes both stores, killed between its two writes. The test
 * is itself the writer of the store that comes second: hubctl waits for it,
 * the first store shows that its write is in, and there the process dies.
 */
#include "hub_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/secret.h"
#include "directory/import_mark.h"
#include "identity/audit.h"
#include "identity/client_secret.h"
#include "identity/credential.h"
#include "identity/grant.h"
#include "identity/opaque.h"
#include "identity/session.h"
#include "identity/signing_key.h"
#include "store/client_secret_rec.h"
#include "store/schema.h"
#include "store_place.h"
#include "token/jwt.h"
#include "unit.h"

#define MINE "/account/mine"
#define ADD_APP                                                                \
	"client", "add", "--id", "app", "--public", "--redirect-uri",          \
	    "https://app.example.nl/cb"

#define NEW "new@example.nl"
#define NEW_ACCOUNT                                                            \
	"{\"type\":\"account\",\"id\":\"new\",\"name\":\"" NEW "\","           \
	"\"email\":\"" NEW "\",\"groupIds\":[\"101\"]}\n"

/* One of the site's stores, in this process. */
struct look {
	struct conf conf;
	struct schema schema;
	struct store *store;
	struct arena *arena;
};

typedef void schema_of(struct schema *schema, const struct conf *conf);

static void
look_describe(struct look *l, const struct site *site, schema_of *of)
{
	struct why why;

	if (conf_load(&l->conf, site->conf, &why) != 0)
		fail_msg("%s", why.text);
	of(&l->schema, &l->conf);
}

static void
look_open(struct look *l, const struct site *site, schema_of *of,
    enum store_access access)
{
	struct why why;

	look_describe(l, site, of);
	if (store_open(&l->store, &l->schema.spec, access, &why) != 0)
		fail_msg("%s", why.text);
	l->arena = arena_new(4096, 1 << 24);
	assert_non_null(l->arena);
}

static void
look_close(struct look *l)
{
	store_close(l->store);
	arena_free(l->arena);
}

struct digest {
	unsigned char bytes[SHA256_LEN];
};

/*
 * Of all that a reader finds in the store. The number of the last transaction
 * would not do: it is on disk a little before readers go by it.
 */
static struct digest
content(const struct look *l)
{
	struct txn *txn = store_read_begin(l->store, l->arena);
	struct sha256 *hash = sha256_begin();
	struct cursor cursor;
	struct str key, value;
	struct digest digest;

	assert_non_null(hash);
	for (unsigned int i = 0; i < l->schema.spec.table_count; i++) {
		txn_cursor(&cursor, txn, i, NULL, NULL, false);
		while (txn_cursor_next(&cursor, &key, &value)) {
			sha256_add(hash, key);
			sha256_add(hash, value);
		}
		txn_cursor_close(&cursor);
	}
	assert_int_equal(store_read_end(txn), 0);
	assert_int_equal(sha256_end(hash, digest.bytes), 0);
	arena_reset(l->arena);
	return digest;
}

static bool
is_content(const struct look *l, const struct digest *before)
{
	struct digest now = content(l);

	return memcmp(now.bytes, before->bytes, SHA256_LEN) == 0;
}

/* hubctl with these words, under way; it ends with the test. */
static pid_t
start(const struct site *site, const char *const *words, int out)
{
	const char *program = site_program("HUBCTL", "./hubctl");
	const char *line[16] = { program, "--config", site->conf };
	size_t n = 3;
	pid_t pid;

	while (*words != NULL && n < 15)
		line[n++] = *words++;
	pid = child_fork();
	if (pid != 0)
		return pid;
	if (dup2(out, STDOUT_FILENO) != -1)
		execv(program, (char *const *)(uintptr_t)line);
	_exit(127);
}

/* Waits until the process has written there, and kills it. */
static void
kill_after_write(
    pid_t pid, const struct look *first, const struct digest *before)
{
	int64_t began = clock_mono_ms();
	int status;

	while (is_content(first, before)) {
		if (waitpid(pid, &status, WNOHANG) != 0)
			fail_msg("hubctl ended before its first write");
		site_rest(began);
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

struct act {
	const struct site *site;
	const char *const *words;
	struct look first; /* the store that is written before the crash */
	int out;
};

/* A write transaction that changes nothing but holds up all others. */
static int
kill_meanwhile(struct txn *second, void *arg)
{
	struct act *act = arg;
	struct digest before = content(&act->first);

	(void)second;
	kill_after_write(
	    start(act->site, act->words, act->out), &act->first, &before);
	return HUB_EDENIED;
}

static void
assert_empty(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 0);
}

static void
crash(const struct site *site, schema_of *first, schema_of *second,
    const char *const *words)
{
	struct act act = { .site = site, .words = words };
	struct look held;

	act.out = open(site_path(site, "said"),
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(act.out >= 0);
	look_open(&act.first, site, first, STORE_READ);
	look_open(&held, site, second, STORE_WRITE);
	assert_int_equal(
	    store_write(held.store, held.arena, kill_meanwhile, &act),
	    HUB_EDENIED);
	look_close(&held);
	look_close(&act.first);
	assert_empty(act.out);
	close(act.out);
}

#define crash_before_event(site, ...)                                          \
	crash((site), schema_directory, schema_vault,                          \
	    (const char *const[]){ __VA_ARGS__, NULL })

struct count {
	struct str event;
	unsigned int n;
};

static bool
count_one(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	struct count *count = ctx;

	(void)time_us;
	count->n += str_eq(rec->event, count->event);
	return true;
}

/* How often the event stands in the audit log. */
static unsigned int
events(const struct site *site, const char *event)
{
	struct count count = { .event = str_of(event) };
	struct look vault;
	struct txn *txn;

	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	audit_walk(txn, count_one, &count);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
	return count.n;
}

#define assert_refused(site, token)                                            \
	assert_int_equal(site_ask((site), POOL_READERS, MINE, (token)), 401)
#define assert_served(site, token)                                             \
	assert_int_equal(site_ask((site), POOL_READERS, MINE, (token)), 200)

/* A session of the account and a grant of client app that began in it. */
struct belongings {
	const struct conf *conf;
	struct opaque_digest cookie;
	struct refresh refresh;
	int64_t now;
};

static int
put_belongings(struct txn *vault, void *arg)
{
	struct belongings *b = arg;
	struct session_rec session = { .sid = STR("s"),
		.account = STR(JANSSEN_ID),
		.epoch = 1,
		.auth_time = b->now };
	struct grant_rec grant = { .client = STR("app"),
		.account = STR(JANSSEN_ID),
		.epoch = 1,
		.sid = STR("s") };

	session_put(vault, b->conf, &b->cookie, &session);
	grant_put(vault, b->conf, STR("g"), &b->refresh, &grant, b->now);
	client_secret_put(vault, STR("app"), &b->cookie, b->now);
	return 0;
}

static void
leave_belongings(const struct site *site)
{
	struct belongings b = { .now = clock_now() };
	struct opaque cookie;
	struct look vault;

	opaque_make(&cookie);
	assert_int_equal(opaque_digest_of(str_of(cookie.text), &b.cookie), 0);
	refresh_make(&b.refresh);
	look_open(&vault, site, schema_vault, STORE_WRITE);
	b.conf = &vault.conf;
	assert_int_equal(
	    store_write(vault.store, vault.arena, put_belongings, &b), 0);
	look_close(&vault);
}

/* How many records the tables of the vault have. */
static void
assert_vault(const struct site *site, uint64_t sessions, uint64_t grants,
    uint64_t secrets)
{
	struct look vault;
	struct txn *txn;

	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	assert_int_equal(txn_count(txn, VAULT_SESSION), sessions);
	assert_int_equal(txn_count(txn, VAULT_ACCOUNT_SESSION), sessions);
	assert_int_equal(txn_count(txn, VAULT_GRANT), grants);
	assert_int_equal(txn_count(txn, VAULT_REFRESH), grants);
	assert_int_equal(txn_count(txn, VAULT_ACCOUNT_GRANT), grants);
	assert_int_equal(txn_count(txn, VAULT_CLIENT_SECRET), secrets);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
}

static void
account_disable_ends_access_before_its_event(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);

	site_start(site, POOL_READERS);
	assert_served(site, &token);
	leave_belongings(site);
	crash_before_event(site, "account", "disable", JANSSEN);
	assert_refused(site, &token);
	assert_int_equal(events(site, "account.disabled"), 0);
	assert_vault(site, 1, 1, 1);
	site_do(site, "account", "disable", JANSSEN);
	assert_int_equal(events(site, "account.disabled"), 1);
	assert_refused(site, &token);
	assert_vault(site, 0, 0, 1);
}

static void
account_revoke_ends_tokens_before_its_event(void **state)
{
	struct site *site = *state;
	struct token old = site_token(site, JANSSEN), new;

	site_start(site, POOL_READERS);
	assert_served(site, &old);
	leave_belongings(site);
	crash_before_event(site, "account", "revoke", JANSSEN);
	assert_refused(site, &old);
	assert_int_equal(events(site, "account.revoked"), 0);
	assert_vault(site, 1, 1, 1);
	site_do(site, "account", "revoke", JANSSEN);
	assert_int_equal(events(site, "account.revoked"), 1);
	assert_refused(site, &old);
	assert_vault(site, 0, 0, 1);
	new = site_token(site, JANSSEN);
	assert_served(site, &new);
}

static void
account_enable_revives_no_token_without_its_event(void **state)
{
	struct site *site = *state;
	struct token old = site_token(site, JANSSEN), new;

	site_start(site, POOL_READERS);
	site_do(site, "account", "disable", JANSSEN);
	crash_before_event(site, "account", "enable", JANSSEN);
	assert_int_equal(events(site, "account.enabled"), 0);
	assert_refused(site, &old);
	new = site_token(site, JANSSEN);
	assert_served(site, &new);
	site_do(site, "account", "enable", JANSSEN);
	assert_int_equal(events(site, "account.enabled"), 1);
	assert_refused(site, &old);
}

/* What only the token endpoint does: a token in the name of client app. */
static struct token
token_of_app(const struct site *site)
{
	struct claims claims = { .iat = clock_now(),
		.epoch = 1,
		.user = true,
		.sub = JANSSEN_ID,
		.client_id = "app",
		.jti = "token-of-app",
		.scope = "openid hub.read" };
	struct signer signer = { .n = 0 };
	struct token_domain domain;
	struct token token;
	struct look vault;
	struct txn *txn;
	struct str text;

	claims.exp = claims.iat + 3600;
	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	assert_int_equal(signer_load(&signer, txn), 0);
	assert_int_equal(store_read_end(txn), 0);
	token_domain_of(&domain, vault.conf.base_url);
	assert_int_equal(
	    jwt_sign(vault.arena, signer_current(&signer, claims.iat), &domain,
		STR(""), &claims, &text),
	    0);
	snprintf(token.text, sizeof(token.text), "%.*s", STR_ARG(text));
	signer_free(&signer);
	look_close(&vault);
	return token;
}

static void
a_client_is_on_record_before_it_can_be_used(void **state)
{
	static const char *const words[] = { ADD_APP, NULL };
	struct site *site = *state;
	struct token token = token_of_app(site);

	site_start(site, POOL_READERS);
	crash(site, schema_vault, schema_directory, words);
	assert_refused(site, &token);
	assert_int_equal(events(site, "client.added"), 1);
	site_do(site, ADD_APP);
	assert_served(site, &token);
	assert_int_equal(events(site, "client.added"), 2);
}

/* The digest of a client's secret, or "". */
struct stored {
	char text[64];
};

static struct stored
secret_of(const struct site *site, const char *id)
{
	struct client_secret_rec rec = { .digest = STR("") };
	struct stored stored;
	struct look vault;
	struct txn *txn;
	struct str bytes;
	struct key key;

	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	key_of(&key, str_of(id));
	if (txn_get(txn, VAULT_CLIENT_SECRET, &key, &bytes))
		assert_int_equal(client_secret_rec_get(bytes, &rec), 0);
	assert_int_equal(store_read_end(txn), 0);
	snprintf(stored.text, sizeof(stored.text), "%.*s", STR_ARG(rec.digest));
	look_close(&vault);
	return stored;
}

static void
a_secret_is_there_before_its_client(void **state)
{
	static const char *const words[] = { "client", "add", "--id", "sync",
		"--grant", "client_credentials", NULL };
	struct site *site = *state;
	struct stored left, fresh;
	struct output o;

	crash(site, schema_vault, schema_directory, words);
	left = secret_of(site, "sync");
	assert_int_equal(strlen(left.text), OPAQUE_LEN);
	site_hubctl(site, &o, NULL, "client", "show", "sync");
	assert_int_equal(o.status, 1);
	assert_says(o.err, "there is no client sync");
	site_hubctl(site, &o, NULL, "client", "rotate-secret", "sync");
	assert_int_equal(o.status, 1);
	site_do(site, "client", "add", "--id", "sync", "--grant",
	    "client_credentials");
	fresh = secret_of(site, "sync");
	assert_int_equal(strlen(fresh.text), OPAQUE_LEN);
	assert_string_not_equal(fresh.text, left.text);
}

static void
a_removed_clients_secret_opens_nothing(void **state)
{
	static const char *const words[] = { "client", "remove", "sync", NULL };
	struct site *site = *state;
	struct output o;

	site_do(site, "client", "add", "--id", "sync", "--grant",
	    "client_credentials");
	crash(site, schema_directory, schema_vault, words);
	assert_int_equal(strlen(secret_of(site, "sync").text), OPAQUE_LEN);
	assert_int_equal(events(site, "client.removed"), 0);
	site_hubctl(site, &o, NULL, "client", "list");
	assert_null(strstr(o.out, "sync"));
}

static void
client_disable_ends_access_before_its_event(void **state)
{
	struct site *site = *state;
	struct token token = token_of_app(site);

	site_do(site, ADD_APP);
	site_start(site, POOL_READERS);
	assert_served(site, &token);
	crash_before_event(site, "client", "disable", "app");
	assert_refused(site, &token);
	assert_int_equal(events(site, "client.disabled"), 0);
	site_do(site, "client", "disable", "app");
	assert_int_equal(events(site, "client.disabled"), 1);
	assert_refused(site, &token);
}

static void
an_enabled_client_can_be_used_before_its_event(void **state)
{
	struct site *site = *state;
	struct token token = token_of_app(site);

	site_do(site, ADD_APP);
	site_do(site, "client", "disable", "app");
	site_start(site, POOL_READERS);
	assert_refused(site, &token);
	crash_before_event(site, "client", "enable", "app");
	assert_served(site, &token);
	assert_int_equal(events(site, "client.enabled"), 0);
	site_do(site, "client", "enable", "app");
	assert_int_equal(events(site, "client.enabled"), 1);
}

static void
client_remove_ends_access_before_its_event(void **state)
{
	struct site *site = *state;
	struct token token = token_of_app(site);
	struct output o;

	site_do(site, ADD_APP);
	site_start(site, POOL_READERS);
	assert_served(site, &token);
	leave_belongings(site);
	crash_before_event(site, "client", "remove", "app");
	assert_refused(site, &token);
	assert_int_equal(events(site, "client.removed"), 0);
	assert_vault(site, 1, 1, 1);
	/* The client is gone; what it had goes when it is removed again. */
	site_hubctl(site, &o, NULL, "client", "remove", "app");
	assert_int_equal(o.status, 1);
	assert_says(o.err, "there is no client app");
	assert_vault(site, 1, 0, 0);
	site_hubctl(site, &o, NULL, ADD_APP);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "a client app was removed");
	assert_refused(site, &token);
}

static void
an_import_without_its_event_is_completed_by_the_same(void **state)
{
	struct site *site = *state;
	const char *path = site_file(site, "new.ndjson", NEW_ACCOUNT);
	unsigned int before = events(site, "import");
	struct token token;

	site_start(site, POOL_READERS);
	crash_before_event(site, "import", path);
	assert_int_equal(events(site, "import"), before);
	token = site_token(site, NEW);
	assert_served(site, &token);
	site_do(site, "import", path);
	assert_int_equal(events(site, "import"), before + 1);
	assert_served(site, &token);
}

static int
put_mark(struct txn *txn, void *arg)
{
	const struct import_mark mark = { .line = 3, .began = clock_now() };

	(void)arg;
	import_mark_put(txn, &mark);
	return 0;
}

/* What an import of another input leaves when it is killed on its way. */
static void
leave_unfinished_import(const struct site *site)
{
	struct look directory;

	look_open(&directory, site, schema_directory, STORE_WRITE);
	assert_int_equal(
	    store_write(directory.store, directory.arena, put_mark, NULL), 0);
	look_close(&directory);
}

static void
an_import_abandoned_without_its_event_lets_others_begin(void **state)
{
	struct site *site = *state;
	const char *path = site_file(site, "new.ndjson", NEW_ACCOUNT);
	struct output o;

	leave_unfinished_import(site);
	site_hubctl(site, &o, NULL, "import", path);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "an import of another input");
	crash_before_event(site, "import", "--abandon", path);
	assert_int_equal(events(site, "import.abandoned"), 0);
	site_hubctl(site, &o, NULL, "account", "show", NEW);
	assert_int_equal(o.status, 1);
	site_do(site, "import", "--abandon", path);
	site_do(site, "account", "show", NEW);
}

/* As many bytes as it takes, and all others would have to wait. */
static size_t
fill_pipe(int end)
{
	int flags = fcntl(end, F_GETFL);
	char bytes[4096];
	size_t filled = 0;
	ssize_t n;

	assert_int_equal(fcntl(end, F_SETFL, flags | O_NONBLOCK), 0);
	memset(bytes, ' ', sizeof(bytes));
	while ((n = write(end, bytes, sizeof(bytes))) > 0)
		filled += (size_t)n;
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(fcntl(end, F_SETFL, flags), 0);
	return filled;
}

/* Reads to the end: nothing but what fill_pipe() has put there. */
static void
assert_only_filling(int end, size_t filled)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(end, bytes, sizeof(bytes))) > 0) {
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(bytes[i], ' ');
		assert_true((size_t)n <= filled);
		filled -= (size_t)n;
	}
	assert_int_equal(n, 0);
	assert_int_equal(filled, 0);
}

/* Nobody reads what hubctl has to say, so it never gets to say it. */
static void
a_token_is_on_record_before_anybody_has_it(void **state)
{
	static const char *const words[] = { "token", JANSSEN, NULL };
	struct site *site = *state;
	unsigned int before = events(site, "token.issued");
	struct look vault;
	size_t filled;
	struct digest without;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	filled = fill_pipe(ends[1]);
	look_open(&vault, site, schema_vault, STORE_READ);
	without = content(&vault);
	kill_after_write(start(site, words, ends[1]), &vault, &without);
	look_close(&vault);
	close(ends[1]);
	assert_only_filling(ends[0], filled);
	close(ends[0]);
	assert_int_equal(events(site, "token.issued"), before + 1);
}

/* What the list of keys tells: how many lines of it have the word. */
static unsigned int
keys_told(struct site *site, const char *word)
{
	struct output o;
	unsigned int n = 0;

	site_hubctl(site, &o, NULL, "key", "list");
	assert_int_equal(o.status, 0);
	for (const char *p = o.out; (p = strstr(p, word)) != NULL; p++)
		n++;
	return n;
}

/* A rotation works, and the tokens of before and after it are good. */
static void
assert_rotates(struct site *site, const struct token *before)
{
	struct token after;

	site_do(site, "key", "rotate", "--now");
	assert_int_equal(keys_told(site, "  signing "), 1);
	after = site_token(site, JANSSEN);
	assert_served(site, before);
	assert_served(site, &after);
}

static void
a_key_is_published_before_anybody_has_it(void **state)
{
	struct site *site = *state;
	struct token before = site_token(site, JANSSEN), after;

	site_start(site, POOL_READERS);
	crash_before_event(site, "key", "rotate");
	assert_int_equal(keys_told(site, "  signing "), 1);
	assert_int_equal(keys_told(site, "  unused "), 1);
	assert_int_equal(events(site, "key.rotated"), 0);
	after = site_token(site, JANSSEN);
	assert_served(site, &before);
	assert_served(site, &after);
	assert_rotates(site, &after);
	assert_int_equal(events(site, "key.rotated"), 1);
}

/* Runs in a child, until it is killed. */
static int
hold_up(struct txn *directory, void *arg)
{
	const int *ready = arg;

	(void)directory;
	if (write(*ready, "", 1) == 1)
		pause();
	return HUB_EDENIED;
}

/* Another writer of the directory, who does not come to an end. */
static pid_t
start_holder(const struct site *site)
{
	struct look held;
	int ends[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = child_fork();
	if (pid == 0) {
		look_open(&held, site, schema_directory, STORE_WRITE);
		store_write(held.store, held.arena, hold_up, &ends[1]);
		_exit(1);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return pid;
}

struct late_crash {
	const struct site *site;
	const char *const *words;
	struct look directory;
	pid_t pid, holder;
	int out;
};

/* The vault is held up until the directory is, by somebody else. */
static int
write_directory_only(struct txn *vault, void *arg)
{
	struct late_crash *c = arg;
	struct digest before = content(&c->directory);
	int64_t began = clock_mono_ms();

	(void)vault;
	c->pid = start(c->site, c->words, c->out);
	while (is_content(&c->directory, &before))
		site_rest(began);
	c->holder = start_holder(c->site);
	return HUB_EDENIED;
}

static void
crash_before_third_step(const struct site *site, const char *const *words)
{
	struct late_crash c = { .site = site, .words = words };
	struct digest before;
	struct look vault;

	c.out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_true(c.out >= 0);
	look_open(&c.directory, site, schema_directory, STORE_READ);
	look_open(&vault, site, schema_vault, STORE_WRITE);
	before = content(&vault);
	assert_int_equal(
	    store_write(vault.store, vault.arena, write_directory_only, &c),
	    HUB_EDENIED);
	kill_after_write(c.pid, &vault, &before);
	assert_int_equal(kill(c.holder, SIGKILL), 0);
	assert_int_equal(waitpid(c.holder, NULL, 0), c.holder);
	look_close(&vault);
	look_close(&c.directory);
	close(c.out);
}

static void
a_key_that_may_sign_is_published_and_the_old_one_has_no_end(void **state)
{
	static const char *const words[] = { "key", "rotate", "--now", NULL };
	struct site *site = *state;
	struct token before = site_token(site, JANSSEN), after;

	site_start(site, POOL_READERS);
	crash_before_third_step(site, words);
	assert_int_equal(events(site, "key.rotated"), 1);
	assert_int_equal(keys_told(site, "  signing "), 1);
	assert_int_equal(keys_told(site, "  verifying "), 1);
	/* Neither of the two has an end. */
	assert_int_equal(keys_told(site, "  -\n"), 2);
	after = site_token(site, JANSSEN);
	assert_served(site, &before);
	assert_served(site, &after);
	assert_rotates(site, &after);
	assert_served(site, &before);
	assert_int_equal(keys_told(site, "  -\n"), 1);
}

/* The vault's credential of an account; the texts are not to be read. */
static struct credential_rec
credential_of(const struct site *site, const char *account)
{
	struct credential_rec rec;
	struct look vault;
	struct txn *txn;

	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	credential_get(txn, str_of(account), &rec);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
	return rec;
}

static uint64_t
credentials(const struct site *site)
{
	struct look vault;
	struct txn *txn;
	uint64_t n;

	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	n = txn_count(txn, VAULT_CREDENTIAL);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
	return n;
}

static void
a_password_is_there_before_its_account(void **state)
{
	static const char *const words[] = { "account", "add", "--email", NEW,
		"--contact", "k-204801", NULL };
	struct site *site = *state;
	struct output o;

	crash(site, schema_vault, schema_directory, words);
	assert_int_equal(credentials(site), 1);
	site_hubctl(site, &o, NULL, "account", "show", NEW);
	assert_int_equal(o.status, 1);
	site_do(site, "verify");
	site_do(
	    site, "account", "add", "--email", NEW, "--contact", "k-204801");
	assert_int_equal(credentials(site), 2);
	assert_int_equal(events(site, "account.added"), 2);
}

#define RESET "account", "reset-password", JANSSEN

static void
a_reset_ends_tokens_before_it_has_another_password(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);

	site_start(site, POOL_READERS);
	assert_served(site, &token);
	crash_before_event(site, RESET);
	assert_refused(site, &token);
	assert_int_equal(events(site, "password.reset"), 0);
	assert_int_equal(credentials(site), 0);
	/* Not pending: its owner is not shut out by half a reset. */
	token = site_token(site, JANSSEN);
	assert_served(site, &token);
	site_do(site, RESET);
	assert_int_equal(events(site, "password.reset"), 1);
	assert_refused(site, &token);
}

/* Who signed in between the two writes is out as well, by the next attempt. */
static void
a_reset_without_its_third_step_is_completed_by_another(void **state)
{
	static const char *const words[] = { RESET, NULL };
	struct site *site = *state;
	struct credential_rec left, again;
	struct output o;

	crash_before_third_step(site, words);
	assert_int_equal(events(site, "password.reset"), 1);
	left = credential_of(site, JANSSEN_ID);
	assert_int_not_equal(left.temporary_until, 0);
	site_do(site, RESET);
	again = credential_of(site, JANSSEN_ID);
	assert_int_not_equal(again.temporary_serial, left.temporary_serial);
	site_hubctl(site, &o, NULL, "account", "show", JANSSEN);
	assert_says(o.out, "state: pending\n");
	site_hubctl(site, &o, NULL, "token", JANSSEN);
	assert_int_equal(o.status, 1);
}

/* What an init leaves that ended before it made a key. */
static void
make_empty_store(const struct site *site, schema_of *of)
{
	struct look l;
	struct why why;

	look_describe(&l, site, of);
	if (store_create(&l.schema.spec, &why) != 0)
		fail_msg("%s", why.text);
}

struct kid {
	char text[KID_LEN + 1];
};

static struct kid
private_key(const struct site *site)
{
	struct signer signer = { .n = 0 };
	struct look vault;
	struct txn *txn;
	struct kid kid;

	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	assert_int_equal(signer_load(&signer, txn), 0);
	memcpy(kid.text, signer.key[0].kid, sizeof(kid.text));
	assert_int_equal(txn_count(txn, VAULT_KEY), 1);
	assert_int_equal(store_read_end(txn), 0);
	signer_free(&signer);
	look_close(&vault);
	return kid;
}

/* The number of records in a table of the directory, and a key among them. */
static uint64_t
directory_count(const struct site *site, unsigned int table, const char *id)
{
	struct look directory;
	struct txn *txn;
	struct key key;
	uint64_t n;

	look_open(&directory, site, schema_directory, STORE_READ);
	txn = store_read_begin(directory.store, directory.arena);
	n = txn_count(txn, table);
	key_of(&key, str_of(id));
	assert_int_equal(txn_has(txn, table, &key), n > 0);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&directory);
	return n;
}

static void
init_is_completed_with_the_key_that_nobody_trusts_yet(void **state)
{
	static const char *const words[] = { "init", NULL };
	struct site *site = *state;
	struct kid kid;

	assert_int_equal(mkdir(site->data, 0755), 0);
	make_empty_store(site, schema_vault);
	make_empty_store(site, schema_directory);
	crash(site, schema_vault, schema_directory, words);
	kid = private_key(site);
	assert_int_equal(directory_count(site, DIR_KEY, kid.text), 0);
	assert_int_equal(directory_count(site, DIR_CLIENT, "hubctl"), 0);
	site_do(site, "init");
	assert_string_equal(private_key(site).text, kid.text);
	assert_int_equal(directory_count(site, DIR_KEY, kid.text), 1);
	assert_int_equal(directory_count(site, DIR_CLIENT, "hubctl"), 1);
	assert_int_equal(events(site, "key.created"), 1);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(account_disable_ends_access_before_its_event),
		TEST(account_revoke_ends_tokens_before_its_event),
		TEST(account_enable_revives_no_token_without_its_event),
		TEST(a_client_is_on_record_before_it_can_be_used),
		TEST(a_secret_is_there_before_its_client),
		TEST(a_removed_clients_secret_opens_nothing),
		TEST(client_disable_ends_access_before_its_event),
		TEST(an_enabled_client_can_be_used_before_its_event),
		TEST(client_remove_ends_access_before_its_event),
		TEST(an_import_without_its_event_is_completed_by_the_same),
		TEST(an_import_abandoned_without_its_event_lets_others_begin),
		TEST(a_token_is_on_record_before_anybody_has_it),
		TEST(a_key_is_published_before_anybody_has_it),
		TEST(
		    a_key_that_may_sign_is_published_and_the_old_one_has_no_end),
		TEST(a_password_is_there_before_its_account),
		TEST(a_reset_ends_tokens_before_it_has_another_password),
		TEST(a_reset_without_its_third_step_is_completed_by_another),
		cmocka_unit_test_setup_teardown(
		    init_is_completed_with_the_key_that_nobody_trusts_yet,
		    site_setup, site_teardown),
	};

	return UNIT_RUN(tests);
}
