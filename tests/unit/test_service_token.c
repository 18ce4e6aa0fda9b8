/*
 * What a token opens, and what ends it at the very next request, also where the
 * hub has remembered that it was good.
 */
#include "endpoint/service.h"

#include <stdio.h>
#include "base/clock.h"
#include "directory/account.h"
#include "directory/revoked.h"
#include "directory/state.h"
#include "service_fixture.h"
#include "store/schema.h"
#include "unit.h"

#define INVALID_TOKEN "Bearer realm=\"hub\", error=\"invalid_token\""
#define NO_RIGHT "Bearer realm=\"hub\", error=\"insufficient_scope\""

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
an_expired_token_is_refused_fresh_or_cached(void **state)
{
	struct fixture *f = *state;
	struct claims claims = jan_claims();
	const char *token;

	claims.iat -= 100;
	claims.exp = clock_now() - 1;
	token = sign_claims(f, &claims);
	ask_as(f, arena_printf(f->hub->arena, "Bearer %s", token));
	assert_problem(f, 401, INVALID_TOKEN);
	token_cache_put(f->service.verifier.cache, str_of(token), &claims);
	ask_as(f, arena_printf(f->hub->arena, "Bearer %s", token));
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
		bearer = bearer_of(f, &claims);
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
	ask_as(f, bearer_of(f, &claims));
	assert_problem(f, 401, INVALID_TOKEN);
}

static void
another_epoch_than_the_accounts_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);
	struct claims claims = jan_claims();

	claims.epoch = 2;
	ask_as(f, bearer_of(f, &claims));
	assert_problem(f, 401, INVALID_TOKEN);
	assert_opens(f, bearer);
	change_jan(f, raise_epoch);
	ask_as(f, bearer);
	assert_problem(f, 401, INVALID_TOKEN);
	ask_as(f, bearer_of(f, &claims));
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
		ask_as(f, bearer_of(f, &claims));
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
	ask_as(f, bearer_of(f, &claims));
	assert_problem(f, 403, NO_RIGHT);
	put_client(f, "app", false, NULL);
	ask_as(f, bearer_of(f, &claims));
	assert_problem(f, 401, INVALID_TOKEN);
}

static void
an_account_without_the_permission_is_403(void **state)
{
	struct fixture *f = *state;
	struct claims claims = jan_claims();

	snprintf(claims.sub, sizeof(claims.sub), "bare");
	ask_as(f, bearer_of(f, &claims));
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

/* One of a size that is kept beside a token, and one that is looked up again. */
static void
an_account_of_any_size_is_whole_each_time(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);
	char long_name[1000];

	memset(long_name, 'L', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	for (size_t n = 1; n < sizeof(long_name); n += 37) {
		const char *name = long_name + sizeof(long_name) - 1 - n;

		hub_put(f->hub,
		    arena_printf(f->hub->arena,
			"{\"type\":\"account\",\"id\":\"jan\",\"name\":"
			"\"Jan@example.nl\",\"email\":\"Jan@example.nl\","
			"\"note\":\"%s\",\"groupIds\":[\"101\"]}",
			name));
		for (int i = 0; i < 3; i++) {
			assert_int_equal(ask_as(f, bearer), 200);
			assert_true(answer_holds(f,
			    arena_printf(
				f->hub->arena, "\"note\":\"%s\"", name)));
		}
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

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
		TEST(an_account_of_any_size_is_whole_each_time),
		TEST(no_304_without_a_good_credential),
	};

	return UNIT_RUN(tests);
}
