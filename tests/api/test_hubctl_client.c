#include "hubctl_checks.h"

#include <stdio.h>
#include <string.h>
#include "identity/audit.h"
#include "identity/client_secret.h"
#include "site_store.h"
#include "unit.h"

/*
 * hubctl's commands on clients, and that the daemon knows of each change at
 * the very next request.
 */
#define MINE "/account/mine"
#define CALLBACK "https://app.example.nl/cb"
#define ADD_APP                                                                \
	"client", "add", "--id", "app", "--public", "--redirect-uri", CALLBACK

static void
assert_prints(const struct output *o, const char *says)
{
	assert_done(o);
	assert_string_equal(o->out, says);
}

static bool
add_event(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	(void)time_us;
	/* Those that init makes are not what is tested here. */
	if (str_starts(rec->event, STR("client.")) &&
	    !str_eq(rec->client, STR("beheer")) &&
	    !str_eq(rec->client, STR("mijn")))
		buf_printf(ctx, "%.*s %.*s (%.*s) ", STR_ARG(rec->event),
		    STR_ARG(rec->client), STR_ARG(rec->detail));
	return true;
}

static void
assert_events(const struct site *site, const char *expected)
{
	struct look vault;
	struct txn *txn;
	struct buf events;

	buf_init(&events, 16384);
	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	audit_walk(txn, add_event, &events);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
	buf_byte(&events, '\0');
	assert_int_equal(buf_error(&events), 0);
	assert_string_equal(events.p, expected);
	buf_free(&events);
}

static void
the_least_that_a_client_needs_is_enough(void **state)
{
	struct output o;

	hubctl(&o, ADD_APP);
	assert_prints(&o, "client app is added\n");
	hubctl(&o, "client", "show", "app");
	assert_prints(&o,
	    "id: app\nname: app\nstate: enabled\nparty: first\n"
	    "type: public\nPKCE: required\nredirect URI: " CALLBACK
	    "\ngrants: authorization_code refresh_token\n"
	    "scope: openid profile email offline_access hub.read\n"
	    "audience: https://hub.example.nl\n");
	assert_events(*state,
	    "client.added app (public, first party, scope openid profile email "
	    "offline_access hub.read) ");
}

static void
all_that_a_client_can_have_is_kept(void **state)
{
	struct output o;

	hubctl(&o, "client", "add", "--redirect-uri=nl.example.app:/cb",
	    "--id=portal", "--name", "Het Portaal", "--third-party",
	    "--redirect-uri", "http://127.0.0.1/cb", "--public",
	    "--post-logout-uri", "https://a.example.nl/", "--origin",
	    "https://a.example.nl", "--origin=http://localhost:3000",
	    "--grant=authorization_code", "--scope", "openid", "--scope",
	    "hub.read email", "--audience", "https://api.example.nl",
	    "--organization", "1001");
	assert_prints(&o, "client portal is added\n");
	hubctl(&o, "client", "show", "portal");
	assert_prints(&o,
	    "id: portal\nname: Het Portaal\nstate: enabled\nparty: third\n"
	    "type: public\nPKCE: required\nredirect URI: nl.example.app:/cb\n"
	    "redirect URI: http://127.0.0.1/cb\n"
	    "post-logout URI: https://a.example.nl/\n"
	    "origin: https://a.example.nl\norigin: http://localhost:3000\n"
	    "grants: authorization_code\nscope: openid hub.read email\n"
	    "audience: https://api.example.nl\norganisation: 1001\n");
}

static void
clients_are_listed_in_the_order_of_their_ids(void **state)
{
	struct output o;

	hubctl(&o, "client", "add", "--id=zz", "--name=Last", "--public",
	    "--third-party", "--redirect-uri=" CALLBACK);
	assert_int_equal(o.status, 0);
	hubctl(&o, ADD_APP);
	assert_int_equal(o.status, 0);
	hubctl(&o, "client", "disable", "app");
	assert_prints(&o, "client app is disabled\n");
	hubctl(&o, "client", "list");
	assert_prints(&o,
	    "ID                        STATE     PARTY  TYPE          NAME\n"
	    "app                       disabled  first  public        app\n"
	    "beheer                    enabled   first  public        "
	    "Beheer\n"
	    "hubctl                    built in  first  -             hubctl "
	    "token\n"
	    "mijn                      enabled   first  public        Mijn\n"
	    "zz                        enabled   third  public        Last\n");
}

static void
a_wrong_command_line_changes_nothing(void **state)
{
	static const struct {
		const char *words[6], *says;
	} rows[] = {
		{ { "--public", "--redirect-uri=" CALLBACK },
		    "--id is missing" },
		{ { "--id=app", "--redirect-uri=" CALLBACK, "--pkce=no" },
		    "--pkce takes the word optional" },
		{ { "--id=app", "--redirect-uri=" CALLBACK,
		      "--grant=refresh_token" },
		    "add that grant" },
		{ { "--id=app", "--public", "--grant=client_credentials" },
		    "needs a secret" },
		{ { "--id=app", "--public", "--redirect-uri=" CALLBACK,
		      "--scope=records.write" },
		    "needs a secret" },
		{ { "--id=app", "--public" }, "needs a redirect URI" },
		{ { "--id=app", "--public", "--redirect-uri" },
		    "--redirect-uri needs a value" },
		{ { "--id=app", "--public", "--redirect-uri=" CALLBACK "#" },
		    "redirect URI '" CALLBACK "#'" },
		{ { "--id=app", "--public", "--redirect-uri=" CALLBACK,
		      "--origin=https://a.nl/" },
		    "origin 'https://a.nl/'" },
		{ { "--id=app", "--public", "--redirect-uri=" CALLBACK,
		      "--grant=implicit" },
		    "refused on purpose" },
		{ { "--id=app", "--public", "--redirect-uri=" CALLBACK,
		      "--third-party", "--scope=hub.manage" },
		    "not for third parties" },
		{ { "--id=a b", "--public", "--redirect-uri=" CALLBACK },
		    "the id must be" },
		{ { "--id=app", "--public", "--redirect-uri=" CALLBACK,
		      "--pkce=optional" },
		    "never optional" },
		{ { "--id=app", "--public", "--redirect-uri=" CALLBACK,
		      "word" },
		    "too many arguments" },
	};
	struct output o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const *w = rows[i].words;

		hubctl(&o, "client", "add", w[0], w[1], w[2], w[3], w[4]);
		assert_failed(&o, 2, rows[i].says);
		assert_says(o.err, "Try: hubctl client add --help");
	}
	hubctl(&o, "client", "show", "app");
	assert_failed(&o, 1, "there is no client app");
	assert_events(*state, "");
}

static void
what_the_hub_does_not_have_is_said(void **state)
{
	struct output o;

	hubctl(&o, ADD_APP, "--organization", "9999");
	assert_failed(&o, 1, "there is no organisation 9999");
	hubctl(&o, "client", "enable", "app");
	assert_failed(&o, 1, "there is no client app");
	hubctl(&o, "client", "disable", "app");
	assert_failed(&o, 1, "there is no client app");
	hubctl(&o, "client", "remove", "no client");
	assert_failed(&o, 1, "there is no client no client");
	hubctl(&o, ADD_APP);
	assert_int_equal(o.status, 0);
	hubctl(&o, ADD_APP);
	assert_failed(&o, 1, "there is a client app already");
}

static void
the_built_in_client_stays(void **state)
{
	static const char *const verbs[] = { "disable", "enable", "remove",
		"rotate-secret" };
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	struct output o;

	for (size_t i = 0; i < 4; i++) {
		hubctl(&o, "client", verbs[i], "hubctl");
		assert_failed(&o, 1, "client hubctl is built in");
	}
	hubctl(&o, "client", "add", "--id=hubctl", "--public",
	    "--redirect-uri=" CALLBACK);
	assert_failed(&o, 1, "there is a client hubctl already");
	site_start(site, POOL_READERS);
	assert_int_equal(site_ask(site, POOL_READERS, MINE, &token), 200);
}

static void
a_disabled_clients_tokens_are_dead_at_the_next_request(void **state)
{
	struct site *site = *state;
	struct token app = token_of_app(site);
	struct token other = site_token(site, JANSSEN);
	struct client kept;

	site_start(site, POOL_READERS);
	site_connect(site, POOL_READERS, &kept);
	assert_int_equal(site_get(&kept, MINE, &app), 401);
	site_do(site, ADD_APP);
	assert_int_equal(site_get(&kept, MINE, &app), 200);
	site_do(site, "client", "disable", "app");
	assert_int_equal(site_get(&kept, MINE, &app), 401);
	assert_int_equal(site_get(&kept, MINE, &other), 200);
	site_do(site, "client", "enable", "app");
	assert_int_equal(site_get(&kept, MINE, &app), 200);
	client_close(&kept);
	assert_events(site,
	    "client.added app (public, first party, scope openid profile email "
	    "offline_access hub.read) client.disabled app () "
	    "client.enabled app () ");
}

/* They name it by its id alone, so nobody else may have that id soon. */
static void
a_removed_clients_tokens_are_dead_and_stay_dead(void **state)
{
	struct site *site = *state;
	struct token app = token_of_app(site);
	struct client kept;
	struct output o;

	site_do(site, ADD_APP);
	site_start(site, POOL_READERS);
	site_connect(site, POOL_READERS, &kept);
	assert_int_equal(site_get(&kept, MINE, &app), 200);
	hubctl(&o, "client", "remove", "app");
	assert_prints(&o, "client app is removed\n");
	assert_int_equal(site_get(&kept, MINE, &app), 401);
	hubctl(&o, ADD_APP);
	assert_failed(&o, 1, "a client app was removed");
	hubctl(&o, "client", "enable", "app");
	assert_failed(&o, 1, "there is no client app");
	assert_int_equal(site_get(&kept, MINE, &app), 401);
	hubctl(&o, "client", "show", "app");
	assert_failed(&o, 1, "there is no client app");
	hubctl(&o, "client", "list");
	assert_null(strstr(o.out, "app"));
	client_close(&kept);
	assert_events(site,
	    "client.added app (public, first party, scope openid profile email "
	    "offline_access hub.read) client.removed app () ");
}

/* The secret is the last line and has nothing beside it. */
struct secret {
	char text[OPAQUE_LEN + 1];
};

static struct secret
secret_of(const struct output *o, const char *before)
{
	struct secret secret;
	size_t n = strlen(before);

	if (o->status != 0)
		fail_msg("%d: %s", o->status, o->err);
	assert_string_equal(o->err, "");
	assert_int_equal(strncmp(o->out, before, n), 0);
	assert_int_equal(strlen(o->out), n + OPAQUE_LEN + 1);
	assert_int_equal(o->out[n + OPAQUE_LEN], '\n');
	memcpy(secret.text, o->out + n, OPAQUE_LEN);
	secret.text[OPAQUE_LEN] = '\0';
	return secret;
}

/* Whether the vault takes it as the client's. */
static bool
is_taken(const struct site *site, const char *id, const struct secret *secret)
{
	struct look vault;
	struct txn *txn;
	bool is;

	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	is = client_secret_is(txn, str_of(id), str_of(secret->text));
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
	return is;
}

#define ADD_SERVICE                                                            \
	"client", "add", "--id", "sync", "--grant", "client_credentials",      \
	    "--scope", "records.write"
#define ADDED "client sync is added\nits secret, which is not shown again:\n"
#define ROTATED                                                                \
	"client sync has another secret; the old one has ended\nits secret, "  \
	"which is not shown again:\n"

static void
a_confidential_client_gets_a_secret_that_is_shown_once(void **state)
{
	struct secret secret;
	struct output o;

	hubctl(&o, ADD_SERVICE);
	secret = secret_of(&o, ADDED);
	assert_true(is_taken(*state, "sync", &secret));
	assert_false(is_taken(*state, "app", &secret));
	hubctl(&o, "client", "show", "sync");
	assert_prints(&o,
	    "id: sync\nname: sync\nstate: enabled\nparty: first\n"
	    "type: confidential\nPKCE: required\ngrants: client_credentials\n"
	    "scope: records.write\naudience: https://hub.example.nl\n");
	hubctl(&o, ADD_SERVICE);
	assert_failed(&o, 1, "there is a client sync already");
	assert_true(is_taken(*state, "sync", &secret));
	assert_events(*state,
	    "client.added sync (confidential, first party, scope "
	    "records.write) ");
}

static void
another_secret_ends_the_old_one(void **state)
{
	struct secret old, new;
	struct output o;

	hubctl(&o, ADD_SERVICE);
	old = secret_of(&o, ADDED);
	hubctl(&o, "client", "rotate-secret", "sync");
	new = secret_of(&o, ROTATED);
	assert_false(is_taken(*state, "sync", &old));
	assert_true(is_taken(*state, "sync", &new));
	hubctl(&o, "client", "remove", "sync");
	assert_prints(&o, "client sync is removed\n");
	assert_false(is_taken(*state, "sync", &new));
	hubctl(&o, "client", "rotate-secret", "sync");
	assert_failed(&o, 1, "there is no client sync");
	assert_events(*state,
	    "client.added sync (confidential, first party, scope "
	    "records.write) client.secret_rotated sync () client.removed "
	    "sync () ");
}

static void
a_public_client_has_no_secret(void **state)
{
	struct output o;

	hubctl(&o, ADD_APP);
	assert_prints(&o, "client app is added\n");
	hubctl(&o, "client", "rotate-secret", "app");
	assert_failed(&o, 1, "client app is public: it has no secret");
}

static void
pkce_is_optional_where_that_is_said(void **state)
{
	struct output o;

	hubctl(&o, "client", "add", "--id=old", "--redirect-uri=" CALLBACK,
	    "--pkce", "optional", "--grant=authorization_code");
	secret_of(
	    &o, "client old is added\nits secret, which is not shown again:\n");
	hubctl(&o, "client", "show", "old");
	assert_says(o.out, "\ntype: confidential\nPKCE: optional\n");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_least_that_a_client_needs_is_enough),
		TEST(all_that_a_client_can_have_is_kept),
		TEST(clients_are_listed_in_the_order_of_their_ids),
		TEST(a_wrong_command_line_changes_nothing),
		TEST(what_the_hub_does_not_have_is_said),
		TEST(the_built_in_client_stays),
		TEST(a_disabled_clients_tokens_are_dead_at_the_next_request),
		TEST(a_removed_clients_tokens_are_dead_and_stay_dead),
		TEST(a_confidential_client_gets_a_secret_that_is_shown_once),
		TEST(another_secret_ends_the_old_one),
		TEST(a_public_client_has_no_secret),
		TEST(pkce_is_optional_where_that_is_said),
	};

	return UNIT_RUN(tests);
}
