#include "endpoint/service.h"

#include <stdio.h>
#include "base/clock.h"
#include "directory/account.h"
#include "directory/revoked.h"
#include "directory/state.h"
#include "endpoint/routes.h"
#include "service_fixture.h"
#include "store/schema.h"
#include "unit.h"

#define REALM "Bearer realm=\"hub\""
#define INVALID_REQUEST REALM ", error=\"invalid_request\""
#define INVALID_TOKEN REALM ", error=\"invalid_token\""
#define NO_RIGHT REALM ", error=\"insufficient_scope\""

#define JAN                                                                    \
	"{\"data\":{\"items\":[{\"id\":\"jan\",\"name\":\"Jan@example.nl\","   \
	"\"email\":\"Jan@example.nl\",\"firstName\":\"Jan\",\"middleName\":"   \
	"null,\"lastName\":\"Janssen\",\"dossiers\":{\"1001\":\"204517\"},"    \
	"\"groupIds\":[\"101\"]}]}}"

static const char *text(struct fixture *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static const char *
text(struct fixture *f, const char *fmt, ...)
{
	char done[8192];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(done, sizeof(done), fmt, ap);
	va_end(ap);
	assert_true(n >= 0 && (size_t)n < sizeof(done));
	return hub_text(f->hub, str_of(done));
}

static void
assert_common(const struct fixture *f)
{
	assert_field(f, "Cache-Control", "no-store");
	assert_field(f, "X-Content-Type-Options", "nosniff");
	assert_field(f, "X-Request-Id", "0123456789abcdef");
	assert_field(f, "Vary", "Origin");
	assert_field(f, "Access-Control-Allow-Credentials", NULL);
}

/*
 * The token opens the account, and has done so often enough for the hub to
 * remember all that can be remembered of it.
 */
static void
assert_opens(struct fixture *f, const char *bearer)
{
	struct token_note *note;

	for (int i = 0; i < 3; i++)
		assert_int_equal(ask_as(f, bearer), 200);
	assert_non_null(token_cache_get(f->service.verifier.cache,
	    str_of(bearer + sizeof("Bearer ") - 1), &note));
	assert_int_not_equal(note->opens, 0);
	assert_int_not_equal(note->state, 0);
}

static void
a_good_token_gets_the_account_in_its_envelope(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask_as(f, jan_bearer(f)), 200);
	assert_str(f->answer.body, JAN);
	assert_field(f, "Content-Type", "application/json");
	assert_field(f, "Content-Length", text(f, "%zu", sizeof(JAN) - 1));
	assert_true(field(f, "ETag").n > 2);
	assert_common(f);
}

static void
head_is_get_without_the_body(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f), *etag, *length;

	ask_as(f, bearer);
	etag = hub_text(f->hub, field(f, "ETag"));
	length = hub_text(f->hub, field(f, "Content-Length"));
	assert_int_equal(
	    ask(f, (struct ask){ .method = "HEAD", .authorization = bearer }),
	    200);
	assert_int_equal(f->answer.body.n, 0);
	assert_field(f, "ETag", etag);
	assert_field(f, "Content-Length", length);
	assert_int_equal(ask(f, (struct ask){ .method = "HEAD" }), 401);
	assert_int_equal(f->answer.body.n, 0);
	assert_field(f, "WWW-Authenticate", REALM);
}

/* Each row is wrong in more than one way; the first in the order decides. */
static void
answers_are_decided_in_their_order(void **state)
{
	struct fixture *f = *state;
	const char *good = jan_bearer(f), *two = text(f, "%s, %s", good, good);
	static char long_uri[9000] = "/";
	const struct {
		struct ask ask;
		int status;
		const char *challenge, *allow;
	} rows[] = {
		{ { .uri = long_uri, .method = "POST" }, 414, NULL, NULL },
		{ { .refused = 431, .uri = "/x", .authorization = two }, 431,
		    NULL, NULL },
		{ { .refused = 413, .method = "POST" }, 413, NULL, NULL },
		{ { .uri = "/x?access_token=a", .authorization = two }, 404,
		    NULL, NULL },
		{ { .uri = "/x", .method = "POST" }, 404, NULL, NULL },
		{ { .uri = "/x", .method = "OPTIONS" }, 404, NULL, NULL },
		{ { .uri = "/x", .authorization = "Bearer bad" }, 404, NULL,
		    NULL },
		{ { .method = "POST", .authorization = two }, 405, NULL,
		    "GET, HEAD, OPTIONS" },
		{ { .method = "PATCH", .uri = "/account/mine?access_token=a" },
		    405, NULL, "GET, HEAD, OPTIONS" },
		{ { .method = "DELETE" }, 405, NULL, "GET, HEAD, OPTIONS" },
		{ { .authorization = two }, 400, INVALID_REQUEST, NULL },
		{ { .authorization = "Bearer bad, Basic YQ==" }, 400,
		    INVALID_REQUEST, NULL },
		{ { .uri = "/account/mine?access_token=a",
		      .authorization = "Bearer bad" },
		    400, INVALID_REQUEST, NULL },
		{ { .uri = "/account/mine?access_token=a" }, 400,
		    INVALID_REQUEST, NULL },
		{ { .if_none_match = "*" }, 401, REALM, NULL },
		{ { .authorization = "Bearer bad", .if_none_match = "*" }, 401,
		    INVALID_TOKEN, NULL },
	};

	memset(long_uri + 1, 'a', sizeof(long_uri) - 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(f, rows[i].ask);
		assert_problem(f, rows[i].status, rows[i].challenge);
		assert_field(f, "Allow", rows[i].allow);
		assert_common(f);
	}
}

static void
paths_are_split_before_they_are_decoded(void **state)
{
	static const struct {
		const char *uri;
		int status;
	} rows[] = {
		{ "/account/mine", 401 },
		{ "/account/m%69ne", 401 },
		{ "/account/mine?limit=%zz", 401 },
		{ "/", 404 },
		{ "/account", 404 },
		{ "/account/mine/", 404 },
		{ "/account/mine/x", 404 },
		{ "//account/mine", 404 },
		{ "/account//mine", 404 },
		{ "/account/./mine", 404 },
		{ "/x/../account/mine", 404 },
		{ "/x/%2e%2e/account/mine", 404 },
		{ "/account%2Fmine", 404 },
		{ "/account/mine%00", 404 },
		{ "/account/mine%", 404 },
		{ "/account/mine%zz", 404 },
		{ "/account/m%2569ne", 404 },
		{ "/Account/mine", 404 },
		{ "*", 404 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ask(f, (struct ask){ .uri = rows[i].uri }) !=
		    rows[i].status)
			fail_msg("%s: %d", rows[i].uri, f->answer.status);
	}
}

static void
a_body_over_its_limit_is_413(void **state)
{
	struct fixture *f = *state;
	static char body[65538];

	memset(body, 'x', sizeof(body) - 1);
	ask(f, (struct ask){ .method = "POST", .body = body });
	assert_problem(f, 413, NULL);
	body[65536] = '\0';
	ask(f, (struct ask){ .method = "POST", .body = body });
	assert_problem(f, 405, NULL);
}

/* Valid in itself and in company of a good header: neither is used. */
static void
a_token_in_the_query_is_refused_and_not_used(void **state)
{
	static const char *const queries[] = { "access_token=%s",
		"access%%5Ftoken=%s", "%%61ccess_token=%s",
		"x=1&access_token=%s", "x=%%zz&access_token=%s",
		"%%zz&access_token=%s", "&&access_token=%s&y", "access_token" };
	struct fixture *f = *state;
	const char *token = jan_token(f);

	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		const char *query = text(f, queries[i], token);
		const char *uri = text(f, "/account/mine?%s", query);

		ask(f, (struct ask){ .uri = uri });
		assert_problem(f, 400, INVALID_REQUEST);
		ask(f,
		    (struct ask){ .uri = uri, .authorization = jan_bearer(f) });
		assert_problem(f, 400, INVALID_REQUEST);
		assert_false(answer_holds(f, token));
	}
	assert_int_equal(f->counters.token_misses, 0);
	assert_int_equal(ask(f,
			     (struct ask){ .uri = "/account/mine?token=x",
				 .authorization = jan_bearer(f) }),
	    200);
}

static void
the_authorization_field_is_read_as_rfc_6750_says(void **state)
{
	struct fixture *f = *state;
	const char *t = jan_token(f);
	const struct {
		const char *text;
		int status;
		const char *challenge;
	} rows[] = {
		{ text(f, "bearer %s", t), 200, NULL },
		{ text(f, "BEARER %s", t), 200, NULL },
		{ text(f, "bEaReR   %s", t), 200, NULL },
		{ text(f, " \tBearer %s \t", t), 200, NULL },
		{ text(f, "Bearer\t%s", t), 401, REALM },
		{ text(f, "Bearer \t%s", t), 401, INVALID_TOKEN },
		{ text(f, "Bearer %s %s", t, t), 401, INVALID_TOKEN },
		{ text(f, "Bearer %s=", t), 401, INVALID_TOKEN },
		{ text(f, "Bearer %s,", t), 400, INVALID_REQUEST },
		{ text(f, ",Bearer %s", t), 400, INVALID_REQUEST },
		{ text(f, "%s", t), 401, REALM },
		{ text(f, "Bearer%s", t), 401, REALM },
		{ text(f, "Token %s", t), 401, REALM },
		{ text(f, "Basic %s", t), 401, REALM },
		{ "Basic amFuOmphbg==", 401, REALM },
		{ "", 401, REALM },
		{ " \t ", 401, REALM },
		{ "Bearer", 401, INVALID_TOKEN },
		{ "Bearer ", 401, INVALID_TOKEN },
		{ "Bearer x", 401, INVALID_TOKEN },
		{ "Bearer a.b.c", 401, INVALID_TOKEN },
		{ "Bearer \xff\xfe", 401, INVALID_TOKEN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ask_as(f, rows[i].text) != rows[i].status)
			fail_msg("'%s': %d", rows[i].text, f->answer.status);
		assert_field(f, "WWW-Authenticate", rows[i].challenge);
		if (rows[i].status != 200)
			assert_problem(f, rows[i].status, rows[i].challenge);
		assert_false(answer_holds(f, t));
	}
}

static void
an_expired_token_is_refused_fresh_or_cached(void **state)
{
	struct fixture *f = *state;
	struct claims claims = jan_claims();
	const char *token;

	claims.iat -= 100;
	claims.exp = clock_now() - 1;
	token = sign_claims(f, &claims);
	ask_as(f, text(f, "Bearer %s", token));
	assert_problem(f, 401, INVALID_TOKEN);
	token_cache_put(f->service.verifier.cache, str_of(token), &claims);
	ask_as(f, text(f, "Bearer %s", token));
	assert_problem(f, 401, INVALID_TOKEN);
	assert_int_equal(f->counters.token_hits, 1);
}

struct ended {
	enum revoked_kind kind;
	const char *id;
};

static int
revoke_id(struct txn *txn, void *arg)
{
	const struct ended *ended = arg;

	revoked_put(
	    txn, ended->kind, str_of(ended->id), STR(""), clock_now() + 86400);
	return 0;
}

static void
a_revoked_id_ends_its_tokens_at_the_next_request(void **state)
{
	static struct ended rows[] = {
		{ REVOKED_TOKEN, "token-1" },
		{ REVOKED_GRANT, "grant-1" },
		{ REVOKED_SESSION, "session-1" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct claims claims = jan_claims();
		struct ended *row = &rows[i];
		struct ended foreign = { row->kind, "other" };
		char *id = row->kind == REVOKED_TOKEN ? claims.jti
		    : row->kind == REVOKED_GRANT      ? claims.gid
						      : claims.sid;
		const char *bearer;

		/* An id of its own, so that the rows stay apart. */
		id[0] = (char)('A' + (char)i);
		bearer = text(f, "Bearer %s", sign_claims(f, &claims));
		row->id = id;
		hub_write(f->hub, f->hub->directory, revoke_id, &foreign);
		assert_opens(f, bearer);
		hub_write(f->hub, f->hub->directory, revoke_id, row);
		ask_as(f, bearer);
		assert_problem(f, 401, INVALID_TOKEN);
	}
}

/* A token id that is revoked says nothing about a session of that name. */
static void
kinds_of_revoked_ids_are_kept_apart(void **state)
{
	struct ended ended = { REVOKED_TOKEN, "session-1" };
	struct fixture *f = *state;

	hub_write(f->hub, f->hub->directory, revoke_id, &ended);
	assert_int_equal(ask_as(f, jan_bearer(f)), 200);
}

static int
disable(struct txn *txn, void *arg)
{
	return account_set_enabled(txn, str_of(arg), false);
}

static int
enable(struct txn *txn, void *arg)
{
	return account_set_enabled(txn, str_of(arg), true);
}

static int
raise_epoch(struct txn *txn, void *arg)
{
	return account_revoke(txn, str_of(arg));
}

static int delete (struct txn *txn, void *arg)
{
	return account_delete(txn, str_of(arg)) ? 0 : HUB_ENOENT;
}

static int
set_pending(struct txn *txn, void *arg)
{
	struct account_rec rec;
	struct buf bytes;
	struct key key;

	if (!account_get(txn, str_of(arg), &rec))
		return HUB_ENOENT;
	rec.pending = !rec.pending;
	buf_init_arena(&bytes, txn_arena(txn), 65536);
	account_rec_put(&bytes, &rec);
	key_of(&key, rec.id);
	txn_put(txn, DIR_ACCOUNT, &key, buf_view(&bytes));
	return buf_error(&bytes);
}

static void
change_jan(struct fixture *f, int (*fn)(struct txn *txn, void *arg))
{
	char id[] = "jan";

	hub_write(f->hub, f->hub->directory, fn, id);
}

static void
disabling_shows_at_the_next_request_and_enabling_revives_nothing(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);

	assert_opens(f, bearer);
	change_jan(f, disable);
	ask_as(f, bearer);
	assert_problem(f, 401, INVALID_TOKEN);
	change_jan(f, enable);
	ask_as(f, bearer);
	assert_problem(f, 401, INVALID_TOKEN);
}

static void
a_disabled_account_is_refused_with_a_token_of_its_epoch(void **state)
{
	struct fixture *f = *state;
	struct claims claims = jan_claims();

	change_jan(f, disable);
	claims.epoch = 2;
	ask_as(f, text(f, "Bearer %s", sign_claims(f, &claims)));
	assert_problem(f, 401, INVALID_TOKEN);
}

static void
another_epoch_than_the_accounts_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);
	struct claims claims = jan_claims();

	claims.epoch = 2;
	ask_as(f, text(f, "Bearer %s", sign_claims(f, &claims)));
	assert_problem(f, 401, INVALID_TOKEN);
	assert_opens(f, bearer);
	change_jan(f, raise_epoch);
	ask_as(f, bearer);
	assert_problem(f, 401, INVALID_TOKEN);
	ask_as(f, text(f, "Bearer %s", sign_claims(f, &claims)));
	assert_int_equal(f->answer.status, 200);
}

static void
a_pending_password_closes_the_account(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);

	assert_opens(f, bearer);
	change_jan(f, set_pending);
	ask_as(f, bearer);
	assert_problem(f, 401, INVALID_TOKEN);
	change_jan(f, set_pending);
	assert_int_equal(ask_as(f, bearer), 200);
}

static void
a_deleted_account_that_comes_back_revives_no_token(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);

	assert_opens(f, bearer);
	change_jan(f, delete);
	ask_as(f, bearer);
	assert_problem(f, 401, INVALID_TOKEN);
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"Jan@example.nl\","
	    "\"email\":\"Jan@example.nl\",\"groupIds\":[\"101\"]}");
	ask_as(f, bearer);
	assert_problem(f, 401, INVALID_TOKEN);
}

static int
remove_client(struct txn *txn, void *arg)
{
	struct key key;

	key_of(&key, str_of(arg));
	if (!txn_del(txn, DIR_CLIENT, &key))
		return HUB_ENOENT;
	generation_raise(txn);
	return 0;
}

static void
a_client_that_is_disabled_or_gone_ends_its_cached_tokens(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);
	char app[] = "app";

	assert_opens(f, bearer);
	put_client(f, "app", false, APP_ORIGIN);
	ask_as(f, bearer);
	assert_problem(f, 401, INVALID_TOKEN);
	put_client(f, "app", true, APP_ORIGIN);
	f->counters.token_hits = 0;
	assert_opens(f, bearer);
	assert_int_equal(f->counters.token_hits, 2);
	hub_write(f->hub, f->hub->directory, remove_client, app);
	ask_as(f, bearer);
	assert_problem(f, 401, INVALID_TOKEN);
	/* Not from the cache: each change has emptied it. */
	assert_int_equal(f->counters.token_hits, 2);
}

static int
remove_keys(struct txn *txn, void *arg)
{
	struct key key;

	key_of(&key, str_of(arg));
	if (!txn_del(txn, DIR_KEY, &key))
		return HUB_ENOENT;
	generation_raise(txn);
	return 0;
}

static void
a_key_that_is_gone_ends_what_it_has_signed(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);

	assert_opens(f, bearer);
	assert_int_equal(ask(f, (struct ask){ .uri = "/health/ready" }), 200);
	hub_write(f->hub, f->hub->directory, remove_keys, f->key.kid);
	ask_as(f, bearer);
	assert_problem(f, 401, INVALID_TOKEN);
	ask(f, (struct ask){ .uri = "/health/ready" });
	assert_problem(f, 503, NULL);
	assert_field(f, "Retry-After", "5");
}

static void
a_token_without_the_scope_is_403(void **state)
{
	static const char *const scopes[] = { "openid", "hub.manage",
		"hub.readx hub.rea", "Hub.Read" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		struct claims claims = jan_claims();

		snprintf(claims.scope, sizeof(claims.scope), "%s", scopes[i]);
		ask_as(f, text(f, "Bearer %s", sign_claims(f, &claims)));
		assert_problem(f, 403, NO_RIGHT ", scope=\"hub.read\"");
	}
}

static void
a_token_without_a_user_is_403(void **state)
{
	struct fixture *f = *state;
	struct claims claims = jan_claims();

	claims.user = false;
	claims.epoch = 0;
	snprintf(claims.sub, sizeof(claims.sub), "client:app");
	ask_as(f, text(f, "Bearer %s", sign_claims(f, &claims)));
	assert_problem(f, 403, NO_RIGHT);
	put_client(f, "app", false, NULL);
	ask_as(f, text(f, "Bearer %s", sign_claims(f, &claims)));
	assert_problem(f, 401, INVALID_TOKEN);
}

static void
an_account_without_the_permission_is_403(void **state)
{
	struct fixture *f = *state;
	struct claims claims = jan_claims();

	snprintf(claims.sub, sizeof(claims.sub), "bare");
	ask_as(f, text(f, "Bearer %s", sign_claims(f, &claims)));
	assert_problem(f, 403, NO_RIGHT);
}

static void
a_permission_that_is_withdrawn_is_gone_at_the_next_request(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);

	assert_opens(f, bearer);
	hub_put(f->hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"permissions\":["
	    "\"account.read.min\",\"account.read.mine.not\"]}");
	ask(f, (struct ask){ .method = "HEAD", .authorization = bearer });
	assert_int_equal(f->answer.status, 403);
	ask_as(f, bearer);
	assert_problem(f, 403, NO_RIGHT);
	hub_put(f->hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"permissions\":["
	    "\"account.read.mine\"]}");
	assert_int_equal(ask_as(f, bearer), 200);
}

static void
a_changed_account_shows_at_the_next_request(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f), *etag;

	assert_opens(f, bearer);
	etag = hub_text(f->hub, field(f, "ETag"));
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"Jan@example.nl\","
	    "\"email\":\"Jan@example.nl\",\"lastName\":\"Bos\",\"groupIds\":["
	    "\"101\"]}");
	assert_int_equal(ask_as(f, bearer), 200);
	assert_true(answer_holds(f, "\"lastName\":\"Bos\""));
	assert_false(answer_holds(f, "204517"));
	assert_false(str_eq(field(f, "ETag"), str_of(etag)));
}

static void
a_matching_tag_is_304(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f), *etag;

	ask_as(f, bearer);
	etag = hub_text(f->hub, field(f, "ETag"));
	const struct {
		const char *tags;
		int status;
	} rows[] = {
		{ etag, 304 },
		{ text(f, "W/%s", etag), 304 },
		{ text(f, "\"a\", W/\"b,c\" , %s", etag), 304 },
		{ text(f, "%s, %s", etag, etag), 304 },
		{ "*", 304 },
		{ "\"x\"", 200 },
		{ text(f, "%s.", etag), 200 },
		{ "", 200 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ask(f,
			(struct ask){ .authorization = bearer,
			    .if_none_match = rows[i].tags }) != rows[i].status)
			fail_msg("%s: %d", rows[i].tags, f->answer.status);
		assert_field(f, "ETag", etag);
		assert_common(f);
		if (rows[i].status == 304)
			assert_int_equal(f->answer.body.n, 0);
	}
}

static void
no_304_without_a_good_credential(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f), *etag;

	ask_as(f, bearer);
	etag = hub_text(f->hub, field(f, "ETag"));
	change_jan(f, disable);
	ask(f, (struct ask){ .authorization = bearer, .if_none_match = etag });
	assert_problem(f, 401, INVALID_TOKEN);
	assert_field(f, "ETag", NULL);
}

static void
options_tells_the_methods(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, (struct ask){ .method = "OPTIONS" }), 204);
	assert_field(f, "Allow", "GET, HEAD, OPTIONS");
	assert_field(f, "Access-Control-Allow-Origin", NULL);
	assert_field(f, "Content-Length", NULL);
	assert_int_equal(f->answer.body.n, 0);
	assert_common(f);
}

static void
assert_open_to(const struct fixture *f, const char *origin)
{
	const char *expose =
	    "ETag, X-Request-Id, WWW-Authenticate, Retry-After";

	assert_field(f, "Access-Control-Allow-Origin", origin);
	assert_field(
	    f, "Access-Control-Expose-Headers", origin ? expose : NULL);
	assert_common(f);
}

static void
a_preflight_of_an_enabled_clients_origin_is_let_through(void **state)
{
	static const char *const others[] = { "https://evil.example", "null",
		APP_ORIGIN "/", APP_ORIGIN ":443", "http://app.example.nl",
		"https://APP.example.nl", "*" };
	struct fixture *f = *state;
	struct ask preflight = { .method = "OPTIONS", .origin = APP_ORIGIN };

	assert_int_equal(ask(f, preflight), 204);
	assert_open_to(f, APP_ORIGIN);
	assert_field(f, "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
	assert_field(
	    f, "Access-Control-Allow-Headers", "Authorization, If-None-Match");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		preflight.origin = others[i];
		assert_int_equal(ask(f, preflight), 204);
		assert_open_to(f, NULL);
		assert_field(f, "Access-Control-Allow-Methods", NULL);
		assert_field(f, "Allow", "GET, HEAD, OPTIONS");
	}
}

/* Not one of these looks at the directory for any other reason. */
static void
errors_and_answers_carry_the_cors_fields(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);
	const struct ask rows[] = {
		{ .origin = APP_ORIGIN, .authorization = bearer },
		{ .origin = APP_ORIGIN,
		    .authorization = bearer,
		    .if_none_match = "*" },
		{ .origin = APP_ORIGIN },
		{ .origin = APP_ORIGIN, .authorization = "Bearer x" },
		{ .origin = APP_ORIGIN, .uri = "/account/mine?access_token=x" },
		{ .origin = APP_ORIGIN, .uri = "/x" },
		{ .origin = APP_ORIGIN, .method = "POST" },
		{ .origin = APP_ORIGIN, .refused = 431 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(f, rows[i]);
		assert_open_to(f, APP_ORIGIN);
		assert_field(f, "Access-Control-Allow-Methods", NULL);
	}
}

static void
an_origin_is_judged_by_the_clients_of_this_moment(void **state)
{
	static const struct ask rows[] = {
		{ .origin = APP_ORIGIN, .method = "OPTIONS" },
		{ .origin = APP_ORIGIN },
		{ .origin = APP_ORIGIN, .uri = "/x" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put_client(f, "app", false, APP_ORIGIN);
		ask(f, rows[i]);
		assert_open_to(f, NULL);
		put_client(f, "app", true, APP_ORIGIN);
		ask(f, rows[i]);
		assert_open_to(f, APP_ORIGIN);
	}
}

/* The path of a row with a plain word for each variable segment. */
static const char *
path_of(struct fixture *f, const struct route *route)
{
	struct str rest = str_of(route->path + 1), part;
	struct buf path;

	buf_init_arena(&path, f->hub->arena, 1024);
	while (str_split(&rest, '/', &part))
		buf_printf(&path, "/%.*s",
		    STR_ARG(part.p[0] == '{' ? STR("x") : part));
	return hub_text(f->hub, buf_view(&path));
}

static bool
pool_has_path(enum pool pool, const char *path)
{
	for (size_t i = 0; i < route_count; i++) {
		if (strcmp(routes[i].path, path) == 0 &&
		    (routes[i].pools & POOL_BIT(pool)) != 0)
			return true;
	}
	return false;
}

/* Over plain HTTP the paths of sign-in and employees ask for TLS before anything else. */
static int
expected_of_nobody(const struct route *route, bool http)
{
	if (http &&
	    (str_starts(str_of(route->path), STR("/identity/")) ||
		str_starts(str_of(route->path), STR("/contact/"))))
		return 403;
	/* No form at all comes before the question who sends it. */
	return route->credential == CREDENTIAL_CLIENT ? 400 : 401;
}

static void
every_row_with_a_credential_answers_nobody_without_one(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < 2 * route_count; i++) {
		const struct route *route = &routes[i / 2];
		const struct ask bare = { .method = method_name(route->method),
			.uri = path_of(f, route),
			.http = i % 2 == 0 };

		for (int pool = 0; pool < POOL_COUNT; pool++) {
			if ((route->pools & POOL_BIT(pool)) == 0 ||
			    route->credential == CREDENTIAL_NONE)
				continue;
			f->service.pool = (enum pool)pool;
			if (ask(f, bare) !=
			    expected_of_nobody(route, bare.http))
				fail_msg("%s: %d", bare.uri, f->answer.status);
			assert_field(f, "ETag", NULL);
		}
	}
}

/* A decision in every column: none is left open by an empty one. */
static void
every_row_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < route_count; i++) {
		const struct route *r = &routes[i];

		assert_non_null(r->fn);
		assert_int_equal(r->path[0], '/');
		assert_true(r->method > METHOD_OTHER &&
		    r->method < METHOD_OPTIONS && r->method != METHOD_HEAD);
		assert_true(r->pools != 0 && (r->pools & ~POOL_ALL) == 0);
		assert_true((r->credential == CREDENTIAL_USER ||
				r->credential == CREDENTIAL_USERINFO) ==
		    (r->scope != NULL));
	}
}

static void
a_pool_answers_its_own_rows_only(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);

	/* Some pages are there only where mail is sent. */
	snprintf(f->hub->conf.mail_server, sizeof(f->hub->conf.mail_server),
	    "%s", "127.0.0.1:25");
	for (int pool = 0; pool < POOL_COUNT; pool++) {
		f->service.pool = (enum pool)pool;
		for (size_t i = 0; i < route_count; i++) {
			const char *uri = path_of(f, &routes[i]);
			bool own =
			    pool_has_path((enum pool)pool, routes[i].path);

			/* Nothing is proposed to nobody. */
			if (routes[i].fn == factor_picture)
				own = false;
			ask(f,
			    (struct ask){
				.uri = uri, .authorization = bearer });
			assert_true((f->answer.status != 404) == own);
		}
		assert_int_equal(
		    ask(f, (struct ask){ .uri = "/health/ready" }), 200);
		assert_int_equal(
		    ask_as(f, bearer), pool == POOL_READERS ? 200 : 404);
	}
}

static void
readiness_says_nothing_else(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, (struct ask){ .uri = "/health/ready" }), 200);
	assert_str(f->answer.body, "{\"status\":\"ready\"}");
	assert_common(f);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_good_token_gets_the_account_in_its_envelope),
		TEST(head_is_get_without_the_body),
		TEST(answers_are_decided_in_their_order),
		TEST(paths_are_split_before_they_are_decoded),
		TEST(a_body_over_its_limit_is_413),
		TEST(a_token_in_the_query_is_refused_and_not_used),
		TEST(the_authorization_field_is_read_as_rfc_6750_says),
		TEST(an_expired_token_is_refused_fresh_or_cached),
		TEST(a_revoked_id_ends_its_tokens_at_the_next_request),
		TEST(kinds_of_revoked_ids_are_kept_apart),
		TEST(
		    disabling_shows_at_the_next_request_and_enabling_revives_nothing),
		TEST(a_disabled_account_is_refused_with_a_token_of_its_epoch),
		TEST(another_epoch_than_the_accounts_is_refused),
		TEST(a_pending_password_closes_the_account),
		TEST(a_deleted_account_that_comes_back_revives_no_token),
		TEST(a_client_that_is_disabled_or_gone_ends_its_cached_tokens),
		TEST(a_key_that_is_gone_ends_what_it_has_signed),
		TEST(a_token_without_the_scope_is_403),
		TEST(a_token_without_a_user_is_403),
		TEST(an_account_without_the_permission_is_403),
		TEST(
		    a_permission_that_is_withdrawn_is_gone_at_the_next_request),
		TEST(a_changed_account_shows_at_the_next_request),
		TEST(a_matching_tag_is_304),
		TEST(no_304_without_a_good_credential),
		TEST(options_tells_the_methods),
		TEST(a_preflight_of_an_enabled_clients_origin_is_let_through),
		TEST(errors_and_answers_carry_the_cors_fields),
		TEST(an_origin_is_judged_by_the_clients_of_this_moment),
		TEST(every_row_with_a_credential_answers_nobody_without_one),
		TEST(every_row_is_complete),
		TEST(a_pool_answers_its_own_rows_only),
		TEST(readiness_says_nothing_else),
	};

	return UNIT_RUN(tests);
}
