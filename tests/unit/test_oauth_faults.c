/*
 * A store fails at any one of the calls that a request makes: the answer is
 * that the hub cannot at the moment, never a verdict over the caller, and
 * nothing is given out. This program puts itself before the library's
 * functions; the n-th call can be made to fail.
 */
#include "endpoint/oauth.h"

#include <dlfcn.h>
#include <errno.h>
#include <lmdb.h>
#include "base/clock.h"
#include "identity_fixture.h"
#include "unit.h"

static int fail_at; /* 0: none */
static int calls;

static bool
fails(void)
{
	return ++calls == fail_at;
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

int
mdb_put(
    MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned int flags)
{
	static int (*real)(
	    MDB_txn *, MDB_dbi, MDB_val *, MDB_val *, unsigned int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "mdb_put");
	return fails() ? EIO : real(txn, dbi, key, data, flags);
}

int
mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data)
{
	static int (*real)(MDB_txn *, MDB_dbi, MDB_val *, MDB_val *);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "mdb_del");
	return fails() ? EIO : real(txn, dbi, key, data);
}

/* A commit frees its transaction, also where it fails. */
int
mdb_txn_commit(MDB_txn *txn)
{
	static int (*real)(MDB_txn *);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "mdb_txn_commit");
	if (!fails())
		return real(txn);
	mdb_txn_abort(txn);
	return EIO;
}

/* Begins afresh: what the request needs, and the request. */
struct scene {
	struct ask (*make)(struct fixture *f);
	int status; /* without a fault */
	bool page;
};

/* Whatever is given out has one of these in it. */
static void
assert_nothing_given(const struct fixture *f)
{
	static const char *const texts[] = { "access_token\"",
		"refresh_token\"", "id_token\"", "code=", "active\"", "\"sub\"",
		"invalid_", "_required" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(answer_holds(f, texts[i]));
	assert_field(f, "Location", NULL);
}

static void
play(struct fixture *f, const struct scene *scene)
{
	int n = 1;

	for (;; n++) {
		struct ask request = scene->make(f);
		int status;

		calls = 0;
		fail_at = n;
		status = ask(f, request);
		fail_at = 0;
		if (calls < n)
			break;
		if (status != 503)
			fail_msg("call %d: %d %.*s", n, status,
			    STR_ARG(f->answer.body));
		assert_field(f, "Retry-After", "5");
		assert_nothing_given(f);
		if (scene->page)
			assert_page(f, 503);
	}
	assert_int_equal(f->answer.status, scene->status);
	assert_true(n > 3);
}

/* A session that was used more than a minute ago, so that this is noted. */
static const char *
stale(struct fixture *f)
{
	return sign_in(f, "jan", "sid-jan", clock_now() - 100);
}

static struct ask
make_authorize(struct fixture *f)
{
	return (struct ask){ .uri = authorize_uri(f, "portal", ""),
		.cookie = stale(f) };
}

static struct ask
to_token(struct fixture *f, const char *form, const char *client)
{
	return (struct ask){ .method = "POST",
		.uri = "/identity/token",
		.body = form_of(f, "%s&%s", form, auth_of(f, client)) };
}

static struct ask
make_code(struct fixture *f)
{
	return to_token(f,
	    code_form(f, "shop",
		code_for(f, sign_in(f, "jan", "s", clock_now()), "shop", "")),
	    "shop");
}

static struct tokens
fresh(struct fixture *f)
{
	return tokens_for(f, sign_in(f, "jan", "s", clock_now()), "shop", "");
}

static struct ask
make_refresh(struct fixture *f)
{
	return to_token(f,
	    form_of(f, "grant_type=refresh_token&refresh_token=%s",
		fresh(f).refresh),
	    "shop");
}

static struct ask
make_own(struct fixture *f)
{
	return to_token(f, "grant_type=client_credentials", "shop");
}

static struct ask
make_userinfo(struct fixture *f)
{
	return (struct ask){ .uri = "/identity/userinfo",
		.authorization = form_of(f, "Bearer %s", fresh(f).access) };
}

static struct ask
shown(struct fixture *f, const char *endpoint, const char *token)
{
	return (struct ask){ .method = "POST",
		.uri = form_of(f, "/identity/%s", endpoint),
		.body = form_of(f, "token=%s&%s", token, auth_of(f, "shop")) };
}

static struct ask
make_revoke_access(struct fixture *f)
{
	return shown(f, "revoke", fresh(f).access);
}

static struct ask
make_revoke_refresh(struct fixture *f)
{
	return shown(f, "revoke", fresh(f).refresh);
}

static struct ask
make_introspect_access(struct fixture *f)
{
	return shown(f, "introspect", fresh(f).access);
}

static struct ask
make_introspect_refresh(struct fixture *f)
{
	return shown(f, "introspect", fresh(f).refresh);
}

static struct ask
make_logout(struct fixture *f)
{
	const char *cookie = sign_in(f, "jan", "sid-out", clock_now() - 100);

	return (struct ask){ .uri = "/identity/logout", .cookie = cookie };
}

#define SCENE(name, status, page)                                              \
	static void name##_fails_as_a_whole(void **state)                      \
	{                                                                      \
		const struct scene scene = { make_##name, status, page };      \
                                                                               \
		play(*state, &scene);                                          \
	}

SCENE(authorize, 303, true)
SCENE(code, 200, false)
SCENE(refresh, 200, false)
SCENE(own, 200, false)
SCENE(userinfo, 200, false)
SCENE(revoke_access, 200, false)
SCENE(revoke_refresh, 200, false)
SCENE(introspect_access, 200, false)
SCENE(introspect_refresh, 200, false)
SCENE(logout, 200, true)

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
	    name##_fails_as_a_whole, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(authorize),
		T(code),
		T(refresh),
		T(own),
		T(userinfo),
		T(revoke_access),
		T(revoke_refresh),
		T(introspect_access),
		T(introspect_refresh),
		T(logout),
	};

	return UNIT_RUN(tests);
}
