#include "endpoint/routes.h"

#include "base/clock.h"
#include "directory/account.h"
#include "identity_fixture.h"
#include "token/id_token.h"
#include "unit.h"

static struct tokens
jans(struct fixture *f, const char *client)
{
	return tokens_for(
	    f, sign_in(f, "jan", "sid-jan", clock_now() - 5), client, "");
}

static int
try_token(struct fixture *f, const char *token)
{
	return ask(f,
	    (struct ask){ .uri = "/identity/userinfo",
		.authorization = form_of(f, "Bearer %s", token) });
}

static void
refuse_grant(struct fixture *f, const char *client, const char *token)
{
	refresh(f, client, token, "");
	assert_oauth_error(f, 400, "invalid_grant");
	assert_false(answer_holds(f, token));
}

static void
each_use_gives_a_successor_and_a_fresh_access_token(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "portal"), b;
	struct claims old = claims_of(f, a.access, NULL), claims;
	const struct verifier *v = &f->service.verifier;
	struct id_token id;

	refresh(f, "portal", a.refresh, "");
	b = answered(f);
	assert_string_not_equal(a.refresh, b.refresh);
	assert_string_equal(a.scope, b.scope);
	claims = claims_of(f, b.access, NULL);
	assert_string_equal(claims.gid, old.gid);
	assert_string_equal(claims.sid, old.sid);
	assert_string_equal(claims.sub, "jan");
	assert_string_not_equal(claims.jti, old.jti);
	assert_int_equal(claims.auth_time, old.auth_time);
	/* OpenID Connect Core section 12.2. */
	assert_int_equal(id_token_read(f->hub->arena, &v->keys, &v->domain,
			     str_of(b.id), &id),
	    0);
	assert_str(id.client, "portal");
	assert_int_equal(id.auth_time, old.auth_time);
	assert_int_equal(id.nonce.n, 0);
	assert_int_equal(try_token(f, a.access), 200);
	assert_int_equal(try_token(f, b.access), 200);
	refresh(f, "portal", b.refresh, "");
	answered(f);
}

static void
the_same_old_token_gives_the_same_successor_for_a_while(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "shop"), b, c;

	refresh(f, "shop", a.refresh, "");
	b = answered(f);
	refresh(f, "shop", a.refresh, "");
	c = answered(f);
	assert_string_equal(b.refresh, c.refresh);
	assert_string_not_equal(b.access, c.access);
	/* Until the successor was used. */
	refresh(f, "shop", b.refresh, "");
	c = answered(f);
	refuse_grant(f, "shop", a.refresh);
	assert_int_equal(events(f, "refresh.reused"), 1);
	refuse_grant(f, "shop", c.refresh);
	refuse_grant(f, "shop", b.refresh);
	assert_int_equal(try_token(f, a.access), 401);
	assert_int_equal(try_token(f, b.access), 401);
	assert_int_equal(try_token(f, c.access), 401);
	assert_int_equal(events(f, "refresh.reused"), 1);
}

static void
without_the_window_a_second_use_ends_the_grant(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "portal"), b;

	f->hub->conf.refresh_grace = 0;
	refresh(f, "portal", a.refresh, "");
	b = answered(f);
	refuse_grant(f, "portal", a.refresh);
	refuse_grant(f, "portal", b.refresh);
	assert_int_equal(try_token(f, b.access), 401);
	assert_int_equal(events(f, "refresh.reused"), 1);
}

static void
a_refresh_token_is_bound_to_its_client(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "shop");

	refuse_grant(f, "portal", a.refresh);
	refuse_grant(f, "phone", a.refresh);
	refresh(f, "shop", a.refresh, "&client_id=shop");
	assert_oauth_error(f, 400, "invalid_request");
	post(f, "token",
	    form_of(f,
		"grant_type=refresh_token&refresh_token=%s&client_id=shop",
		a.refresh));
	assert_oauth_error(f, 401, "invalid_client");
	refresh(f, "shop", a.refresh, "");
	answered(f);
}

static void
what_is_no_refresh_token_is_refused(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "portal");
	const char *const wrong[] = { "x", a.access, a.id,
		form_of(f, "%.*s", (int)strlen(a.refresh) - 1, a.refresh),
		form_of(f, "%sA", a.refresh),
		form_of(f, "%c%s", a.refresh[0] == 'A' ? 'B' : 'A',
		    a.refresh + 1) };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		refuse_grant(f, "portal", wrong[i]);
	refresh(f, "portal", "", "");
	assert_oauth_error(f, 400, "invalid_request");
	refresh(f, "portal", a.refresh, "");
	answered(f);
	/* Nor does it open anything by itself. */
	assert_int_equal(try_token(f, a.refresh), 401);
}

static void
the_scope_is_narrowed_for_this_access_token_only(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "portal"), b;
	char many[4000] = "&scope=openid";
	size_t n = strlen(many);

	refresh(f, "portal", a.refresh, "&scope=openid+hub.read");
	b = answered(f);
	assert_string_equal(b.scope, "openid hub.read");
	assert_non_null(b.id);
	refresh(f, "portal", b.refresh, "&scope=email");
	b = answered(f);
	assert_string_equal(b.scope, "email");
	assert_null(b.id);
	for (int i = 0; i < 100; i++, n += 7)
		memcpy(many + n, "+openid", 8);
	refresh(f, "portal", b.refresh, many);
	b = answered(f);
	assert_string_equal(b.scope, "openid");
	refresh(f, "portal", b.refresh, "&scope=openid+offline_access");
	assert_oauth_error(f, 400, "invalid_scope");
	refresh(f, "portal", b.refresh, "&scope=hub.manage");
	assert_oauth_error(f, 400, "invalid_scope");
	/* What was granted has not changed. */
	refresh(f, "portal", b.refresh, "");
	assert_string_equal(answered(f).scope, a.scope);
}

static int
disable_jan(struct txn *directory, void *arg)
{
	return account_set_enabled(directory, STR("jan"), arg != NULL);
}

static void
what_ended_in_the_directory_gives_no_successor(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "portal"), b = jans(f, "portal"),
		      c = jans(f, "portal");

	revoke_in_directory(f, REVOKED_GRANT, claims_of(f, a.access, NULL).gid);
	refuse_grant(f, "portal", a.refresh);
	refresh(f, "portal", b.refresh, "");
	b = answered(f);
	revoke_in_directory(f, REVOKED_SESSION, "sid-jan");
	refuse_grant(f, "portal", b.refresh);
	refuse_grant(f, "portal", c.refresh);
	a = tokens_for(f, sign_in(f, "jan", "s2", clock_now()), "portal", "");
	raise_epoch(f, "jan");
	refuse_grant(f, "portal", a.refresh);
	a = tokens_for(f, sign_in(f, "jan", "s3", clock_now()), "portal", "");
	hub_write(f->hub, f->hub->directory, disable_jan, NULL);
	refuse_grant(f, "portal", a.refresh);
	hub_write(f->hub, f->hub->directory, disable_jan, f);
	refuse_grant(f, "portal", a.refresh);
}

static void
a_client_that_is_disabled_refreshes_nothing_meanwhile(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "portal");

	enable_client(f, "portal", false);
	refresh(f, "portal", a.refresh, "");
	assert_oauth_error(f, 401, "invalid_client");
	assert_int_equal(try_token(f, a.access), 401);
	enable_client(f, "portal", true);
	refresh(f, "portal", a.refresh, "");
	answered(f);
}

/* The end of the session is the end of single sign-on, not of the grant. */
static void
a_grant_outlives_the_session_that_it_began_in(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "portal");

	f->hub->conf.session_idle = 1;
	f->hub->conf.refresh_idle = 1000;
	refresh(f, "portal", a.refresh, "");
	a = answered(f);
	assert_int_equal(try_token(f, a.access), 200);
	f->hub->conf.refresh_idle = 0;
	refuse_grant(f, "portal", a.refresh);
}

static void
a_page_of_the_clients_origin_reads_answers_and_errors(void **state)
{
	struct fixture *f = *state;
	struct ask request = {
		.method = "POST",
		.uri = "/identity/token",
		.origin = PORTAL_ORIGIN,
		.body = form_of(f,
		    "grant_type=refresh_token&client_id=portal&refresh_token=%"
		    "s",
		    jans(f, "portal").refresh),
	};

	ask(f, request);
	answered(f);
	assert_field(f, "Access-Control-Allow-Origin", PORTAL_ORIGIN);
	assert_field(f, "Access-Control-Allow-Credentials", NULL);
	request.body = "grant_type=refresh_token&client_id=nobody";
	ask(f, request);
	assert_oauth_error(f, 401, "invalid_client");
	assert_field(f, "Access-Control-Allow-Origin", PORTAL_ORIGIN);
	request.origin = "https://evil.example";
	ask(f, request);
	assert_field(f, "Access-Control-Allow-Origin", NULL);
	request = (struct ask){ .method = "OPTIONS",
		.uri = "/identity/token",
		.origin = PORTAL_ORIGIN };
	assert_int_equal(ask(f, request), 204);
	assert_field(f, "Access-Control-Allow-Origin", PORTAL_ORIGIN);
	assert_field(f, "Access-Control-Allow-Methods", "POST, OPTIONS");
	assert_field(
	    f, "Access-Control-Allow-Headers", "Authorization, Content-Type");
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(each_use_gives_a_successor_and_a_fresh_access_token),
		T(the_same_old_token_gives_the_same_successor_for_a_while),
		T(without_the_window_a_second_use_ends_the_grant),
		T(a_refresh_token_is_bound_to_its_client),
		T(what_is_no_refresh_token_is_refused),
		T(the_scope_is_narrowed_for_this_access_token_only),
		T(what_ended_in_the_directory_gives_no_successor),
		T(a_client_that_is_disabled_refreshes_nothing_meanwhile),
		T(a_grant_outlives_the_session_that_it_began_in),
		T(a_page_of_the_clients_origin_reads_answers_and_errors),
	};

	return UNIT_RUN(tests);
}
