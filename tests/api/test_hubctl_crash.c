/* Every act that changes both stores, killed between its two writes. */
#include "crash.h"

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
#include "identity/client_secret.h"
#include "identity/grant.h"
#include "identity/opaque.h"
#include "identity/session.h"
#include "identity/signing_key.h"
#include "store/client_secret_rec.h"
#include "store/schema.h"
#include "store_place.h"
#include "token/signer.h"
#include "unit.h"

#define ADD_APP                                                                \
	"client", "add", "--id", "app", "--public", "--redirect-uri",          \
	    "https://app.example.nl/cb"

#define NEW "new@example.nl"
#define NEW_ACCOUNT                                                            \
	"{\"type\":\"account\",\"id\":\"new\",\"name\":\"" NEW "\","           \
	"\"email\":\"" NEW "\",\"groupIds\":[\"101\"]}\n"

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
	assert_int_equal(crash_events(site, "account.disabled"), 0);
	assert_vault(site, 1, 1, 1);
	site_do(site, "account", "disable", JANSSEN);
	assert_int_equal(crash_events(site, "account.disabled"), 1);
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
	assert_int_equal(crash_events(site, "account.revoked"), 0);
	assert_vault(site, 1, 1, 1);
	site_do(site, "account", "revoke", JANSSEN);
	assert_int_equal(crash_events(site, "account.revoked"), 1);
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
	assert_int_equal(crash_events(site, "account.enabled"), 0);
	assert_refused(site, &old);
	new = site_token(site, JANSSEN);
	assert_served(site, &new);
	site_do(site, "account", "enable", JANSSEN);
	assert_int_equal(crash_events(site, "account.enabled"), 1);
	assert_refused(site, &old);
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
	assert_int_equal(crash_events(site, "client.added"), 3);
	site_do(site, ADD_APP);
	assert_served(site, &token);
	assert_int_equal(crash_events(site, "client.added"), 4);
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
	assert_int_equal(crash_events(site, "client.removed"), 0);
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
	assert_int_equal(crash_events(site, "client.disabled"), 0);
	site_do(site, "client", "disable", "app");
	assert_int_equal(crash_events(site, "client.disabled"), 1);
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
	assert_int_equal(crash_events(site, "client.enabled"), 0);
	site_do(site, "client", "enable", "app");
	assert_int_equal(crash_events(site, "client.enabled"), 1);
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
	assert_int_equal(crash_events(site, "client.removed"), 0);
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
	unsigned int before = crash_events(site, "import");
	struct token token;

	site_start(site, POOL_READERS);
	crash_before_event(site, "import", path);
	assert_int_equal(crash_events(site, "import"), before);
	token = site_token(site, NEW);
	assert_served(site, &token);
	site_do(site, "import", path);
	assert_int_equal(crash_events(site, "import"), before + 1);
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
	assert_int_equal(crash_events(site, "import.abandoned"), 0);
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
	unsigned int before = crash_events(site, "token.issued");
	struct look vault;
	size_t filled;
	struct digest without;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	filled = fill_pipe(ends[1]);
	look_open(&vault, site, schema_vault, STORE_READ);
	without = look_content(&vault);
	crash_after_write(crash_start(site, words, ends[1]), &vault, &without);
	look_close(&vault);
	close(ends[1]);
	assert_only_filling(ends[0], filled);
	close(ends[0]);
	assert_int_equal(crash_events(site, "token.issued"), before + 1);
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
	assert_int_equal(crash_events(site, "key.rotated"), 0);
	after = site_token(site, JANSSEN);
	assert_served(site, &before);
	assert_served(site, &after);
	assert_rotates(site, &after);
	assert_int_equal(crash_events(site, "key.rotated"), 1);
}

static void
a_key_that_may_sign_is_published_and_the_old_one_has_no_end(void **state)
{
	static const char *const words[] = { "key", "rotate", "--now", NULL };
	struct site *site = *state;
	struct token before = site_token(site, JANSSEN), after;

	site_start(site, POOL_READERS);
	crash_late(site, words);
	assert_int_equal(crash_events(site, "key.rotated"), 1);
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
	look_create(site, schema_vault);
	look_create(site, schema_directory);
	crash(site, schema_vault, schema_directory, words);
	kid = private_key(site);
	assert_int_equal(directory_count(site, DIR_KEY, kid.text), 0);
	assert_int_equal(directory_count(site, DIR_CLIENT, "hubctl"), 0);
	site_do(site, "init");
	assert_string_equal(private_key(site).text, kid.text);
	assert_int_equal(directory_count(site, DIR_KEY, kid.text), 1);
	assert_int_equal(directory_count(site, DIR_CLIENT, "hubctl"), 3);
	assert_int_equal(crash_events(site, "key.created"), 1);
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
		cmocka_unit_test_setup_teardown(
		    init_is_completed_with_the_key_that_nobody_trusts_yet,
		    site_setup, site_teardown),
	};

	return UNIT_RUN(tests);
}
