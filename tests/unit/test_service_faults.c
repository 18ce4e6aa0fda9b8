#include "endpoint/service.h"

#include <dlfcn.h>
#include <errno.h>
#include <lmdb.h>
#include <openssl/evp.h>
#include "service_fixture.h"
#include "store/schema.h"
#include "unit.h"

/*
 * The store or OpenSSL fails in the middle of a request. This program puts
 * itself before the libraries' functions; the n-th look-up can be made to fail.
 */
static int fail_at; /* 0: none */
static int lookups;

static bool
fails(void)
{
	return ++lookups == fail_at;
}

int
mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data)
{
	static int (*real)(MDB_txn *, MDB_dbi, MDB_val *, MDB_val *);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "mdb_get");
	return fails() ? EIO : real(txn, dbi, key, data);
}

int
mdb_cursor_get(
    MDB_cursor *cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op)
{
	static int (*real)(MDB_cursor *, MDB_val *, MDB_val *, MDB_cursor_op);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "mdb_cursor_get");
	return fails() ? EIO : real(cursor, key, data, op);
}

static bool verify_fails;

int
EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *signature, size_t n,
    const unsigned char *digest, size_t digest_n)
{
	static int (*real)(EVP_PKEY_CTX *, const unsigned char *, size_t,
	    const unsigned char *, size_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "EVP_PKEY_verify");
	return verify_fails ? -1 : real(ctx, signature, n, digest, digest_n);
}

static void
assert_unavailable(struct fixture *f)
{
	assert_problem(f, 503, NULL);
	assert_field(f, "Retry-After", "5");
	assert_field(f, "ETag", NULL);
	assert_field(f, "Cache-Control", "no-store");
	assert_false(answer_holds(f, "jan"));
	assert_false(answer_holds(f, "Jan"));
}

static int
ask_failing(struct fixture *f, struct ask request, int n)
{
	int status;

	fail_at = n;
	lookups = 0;
	status = ask(f, request);
	fail_at = 0;
	return status;
}

/* What is remembered spares look-ups; here all of them are to be made. */
static void
forget(struct fixture *f)
{
	token_cache_clear(f->service.verifier.cache);
	f->service.state = 0;
}

/* Every look-up that a request makes fails in turn, until none is left. */
static void
whichever_lookup_fails_the_answer_is_503(void **state)
{
	struct fixture *f = *state;
	struct ask request = { .authorization = jan_bearer(f) };
	int n = 1;

	assert_int_equal(ask(f, request), 200);
	for (forget(f); ask_failing(f, request, n) != 200; n++) {
		assert_unavailable(f);
		assert_int_equal(ask(f, request), 200);
		assert_true(n < 100);
		forget(f);
	}
	/* Generation, three revoked ids, the account, its group at least. */
	assert_true(n > 6);
}

/* In the state of the directory that it was judged in. */
static void
a_token_that_is_known_needs_no_lookup(void **state)
{
	struct fixture *f = *state;
	struct ask request = { .authorization = jan_bearer(f) };

	for (int i = 0; i < 3; i++)
		assert_int_equal(ask(f, request), 200);
	assert_int_equal(ask_failing(f, request, 1), 200);
	assert_int_equal(lookups, 0);
	forget(f);
	assert_int_equal(ask_failing(f, request, 1), 503);
	assert_int_equal(ask_failing(f, request, 1), 503);
	assert_int_equal(ask(f, request), 200);
}

/* Not a 401, which would send the client away to sign in again. */
static void
a_failing_store_never_judges_a_token(void **state)
{
	struct fixture *f = *state;
	struct claims claims = jan_claims();
	struct ask request = { .if_none_match = "*" };

	claims.epoch = 7;
	request.authorization =
	    arena_printf(f->hub->arena, "Bearer %s", sign_claims(f, &claims));
	assert_int_equal(ask(f, request), 401);
	for (int n = 1; ask_failing(f, request, n) != 401; n++) {
		assert_unavailable(f);
		assert_true(n < 100);
	}
}

/*
 * Nor does a library that fails; a wrong signature is another matter. It is a
 * wrong one here, because the library may not be asked about a right one.
 */
static void
a_token_that_cannot_be_checked_is_503(void **state)
{
	struct fixture *f = *state;
	char *bearer = arena_printf(f->hub->arena, "%s", jan_bearer(f));
	struct ask request = { .authorization = bearer };
	char *in_signature = strrchr(bearer, '.') + 100;

	*in_signature = *in_signature == 'A' ? 'B' : 'A';
	verify_fails = true;
	ask(f, request);
	verify_fails = false;
	assert_unavailable(f);
	assert_int_equal(ask(f, request), 401);
}

static void
what_needs_no_store_is_answered_without_it(void **state)
{
	static const struct {
		struct ask ask;
		int status;
	} rows[] = {
		{ { .uri = "/x" }, 404 },
		{ { .method = "POST" }, 405 },
		{ { .method = "OPTIONS" }, 204 },
		{ { .method = "OPTIONS", .origin = APP_ORIGIN }, 204 },
		{ { .uri = "/account/mine?access_token=x" }, 400 },
		{ { .origin = APP_ORIGIN }, 401 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    ask_failing(f, rows[i].ask, 1), rows[i].status);
}

static void
readiness_is_503_while_the_store_fails(void **state)
{
	struct fixture *f = *state;
	struct ask request = { .uri = "/health/ready" };

	assert_int_equal(ask_failing(f, request, 1), 503);
	assert_unavailable(f);
	assert_int_equal(ask(f, request), 200);
}

/* Keys and clients are loaded again; until they are, no token is believed. */
static void
a_failed_reload_is_tried_again_at_the_next_request(void **state)
{
	struct fixture *f = *state;
	struct ask request = { .authorization = jan_bearer(f) };
	int n = 1;

	for (;; n++) {
		put_client(f, "other", true, NULL);
		if (ask_failing(f, request, n) == 200)
			break;
		assert_unavailable(f);
		assert_int_equal(ask(f, request), 200);
		assert_true(n < 100);
	}
	/* Keys and clients, beside the request's own at least six. */
	assert_true(n > 6 + 4);
}

struct damage {
	unsigned int table;
	struct str key;
};

static int
spoil(struct txn *txn, void *arg)
{
	const struct damage *damage = arg;
	struct key key;

	key_of(&key, damage->key);
	txn_put(txn, damage->table, &key, STR("\x01not a record"));
	return 0;
}

static void
damaged_records_are_503(void **state)
{
	struct damage rows[] = {
		{ DIR_GROUP, STR("101") },
		{ DIR_ACCOUNT, STR("jan") },
		{ DIR_STATE, STR("generation") },
	};
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);

	assert_int_equal(ask_as(f, bearer), 200);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hub_write(f->hub, f->hub->directory, spoil, &rows[i]);
		ask_as(f, bearer);
		assert_unavailable(f);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whichever_lookup_fails_the_answer_is_503),
		TEST(a_token_that_is_known_needs_no_lookup),
		TEST(a_failing_store_never_judges_a_token),
		TEST(a_token_that_cannot_be_checked_is_503),
		TEST(what_needs_no_store_is_answered_without_it),
		TEST(readiness_is_503_while_the_store_fails),
		TEST(a_failed_reload_is_tried_again_at_the_next_request),
		TEST(damaged_records_are_503),
	};

	return UNIT_RUN(tests);
}
