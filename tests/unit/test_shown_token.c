/* Revocation and introspection: endpoints that a token is shown to. */
#include "endpoint/shown_token.h"

#include "base/clock.h"
#include "base/json_in.h"
#include "identity_fixture.h"
#include "unit.h"

#define INACTIVE "{\"active\":false}"

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
revoke(struct fixture *f, const char *client, const char *token)
{
	post(f, "revoke",
	    form_of(f, "token=%s&token_type_hint=refresh_token&%s", token,
		auth_of(f, client)));
	assert_int_equal(f->answer.status, 200);
	assert_field(f, "Cache-Control", "no-store");
}

static int
look(struct fixture *f, const char *client, const char *token)
{
	return post(f, "introspect",
	    form_of(f, "token=%s&%s", token, auth_of(f, client)));
}

static void
assert_inactive(struct fixture *f, const char *client, const char *token)
{
	assert_int_equal(look(f, client, token), 200);
	assert_str(f->answer.body, INACTIVE);
}

static bool
is_active(struct fixture *f, const char *client, const char *token)
{
	assert_int_equal(look(f, client, token), 200);
	return str_starts(f->answer.body, STR("{\"active\":true"));
}

static void
revoking_an_access_token_ends_that_one(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "portal"), b;

	refresh(f, "portal", a.refresh, "");
	b = answered(f);
	revoke(f, "portal", a.access);
	assert_int_equal(try_token(f, a.access), 401);
	assert_int_equal(try_token(f, b.access), 200);
	refresh(f, "portal", b.refresh, "");
	answered(f);
	assert_int_equal(events(f, "token.revoked"), 1);
	/* Again, and there is nothing more to say. */
	revoke(f, "portal", a.access);
	assert_int_equal(events(f, "token.revoked"), 1);
}

static void
revoking_a_refresh_token_ends_its_access_tokens(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "shop"), b, other = jans(f, "shop");

	refresh(f, "shop", a.refresh, "");
	b = answered(f);
	/* One that had its time does it as well. */
	revoke(f, "shop", a.refresh);
	assert_int_equal(try_token(f, a.access), 401);
	assert_int_equal(try_token(f, b.access), 401);
	refresh(f, "shop", b.refresh, "");
	assert_oauth_error(f, 400, "invalid_grant");
	assert_int_equal(try_token(f, other.access), 200);
	assert_int_equal(events(f, "grant.revoked"), 1);
	revoke(f, "shop", b.refresh);
	assert_int_equal(events(f, "grant.revoked"), 1);
}

static void
nothing_else_is_revoked_and_nobody_learns_of_it(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "shop");
	const char *const none[] = { "x", "a.b.c", a.id, "%20" };

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		revoke(f, "shop", none[i]);
		assert_str(f->answer.body, "{}");
	}
	revoke(f, "portal", a.access);
	assert_str(f->answer.body, "{}");
	revoke(f, "portal", a.refresh);
	assert_str(f->answer.body, "{}");
	assert_int_equal(try_token(f, a.access), 200);
	refresh(f, "shop", a.refresh, "");
	answered(f);
	assert_int_equal(events(f, "token.revoked"), 0);
	assert_int_equal(events(f, "grant.revoked"), 0);
}

static void
revocation_asks_who_it_is(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "shop");

	post(f, "revoke", form_of(f, "token=%s", a.access));
	assert_oauth_error(f, 401, "invalid_client");
	post(f, "revoke", form_of(f, "token=%s&client_id=shop", a.access));
	assert_oauth_error(f, 401, "invalid_client");
	post(f, "revoke",
	    form_of(f, "token=%s&client_id=shop&client_secret=x", a.access));
	assert_oauth_error(f, 401, "invalid_client");
	post(f, "revoke", auth_of(f, "shop"));
	assert_oauth_error(f, 400, "invalid_request");
	assert_int_equal(try_token(f, a.access), 200);
}

static void
a_page_may_revoke_but_not_introspect(void **state)
{
	struct fixture *f = *state;
	struct ask request = {
		.method = "POST",
		.uri = "/identity/revoke",
		.origin = PORTAL_ORIGIN,
		.body = form_of(
		    f, "client_id=portal&token=%s", jans(f, "portal").access),
	};

	assert_int_equal(ask(f, request), 200);
	assert_field(f, "Access-Control-Allow-Origin", PORTAL_ORIGIN);
	request.uri = "/identity/introspect";
	ask(f, request);
	assert_oauth_error(f, 401, "invalid_client");
	assert_field(f, "Access-Control-Allow-Origin", NULL);
}

static uint64_t
number(struct fixture *f, const char *name)
{
	const struct json *body;
	struct why why;
	uint64_t v;

	assert_int_equal(
	    json_parse(f->hub->arena, f->answer.body, 8192, &body, &why), 0);
	return json_u64(json_get(body, name), UINT64_MAX, &v) ? v : 0;
}

static void
an_access_token_is_told_to_whom_it_was_issued(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "shop");
	struct claims claims = claims_of(f, a.access, NULL);

	assert_true(is_active(f, "shop", a.access));
	assert_string_equal(member(f, "token_type"), "Bearer");
	assert_string_equal(member(f, "iss"), BASE_URL "/identity");
	assert_string_equal(member(f, "aud"), BASE_URL);
	assert_string_equal(member(f, "sub"), "jan");
	assert_string_equal(member(f, "client_id"), "shop");
	assert_string_equal(member(f, "scope"), a.scope);
	assert_string_equal(member(f, "jti"), claims.jti);
	assert_string_equal(member(f, "username"), "Jan@example.nl");
	assert_int_equal(number(f, "exp"), claims.exp);
	assert_int_equal(number(f, "iat"), claims.iat);
	assert_int_equal(number(f, "auth_time"), claims.auth_time);
	assert_field(f, "Cache-Control", "no-store");
	/* Who the user is only where that was asked for. */
	refresh(f, "shop", a.refresh, "&scope=openid");
	assert_true(is_active(f, "shop", answered(f).access));
	assert_null(member(f, "username"));
	assert_false(answer_holds(f, "example.nl\",\"email"));
}

static void
a_refresh_token_is_told_while_it_counts(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "shop"), b, c;

	assert_true(is_active(f, "shop", a.refresh));
	assert_string_equal(member(f, "sub"), "jan");
	assert_string_equal(member(f, "client_id"), "shop");
	assert_string_equal(member(f, "scope"), a.scope);
	assert_null(member(f, "token_type"));
	assert_true(number(f, "exp") > number(f, "iat"));
	refresh(f, "shop", a.refresh, "");
	b = answered(f);
	/* It may still be repeated. */
	assert_true(is_active(f, "shop", a.refresh));
	assert_true(is_active(f, "shop", b.refresh));
	refresh(f, "shop", b.refresh, "");
	c = answered(f);
	assert_inactive(f, "shop", a.refresh);
	assert_true(is_active(f, "shop", c.refresh));
	/* Looking is no use: the grant stands. */
	assert_int_equal(try_token(f, c.access), 200);
	revoke_in_directory(f, REVOKED_GRANT, claims_of(f, c.access, NULL).gid);
	assert_inactive(f, "shop", c.refresh);
	assert_inactive(f, "shop", c.access);
}

/* Not even that it is a token. */
static void
others_learn_nothing(void **state)
{
	struct fixture *f = *state;
	struct tokens portal = jans(f, "portal"), phone = jans(f, "phone");
	const char *const none[] = { "x", "a.b.c", portal.id, "%C3%A9" };

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_inactive(f, "shop", none[i]);
	assert_inactive(f, "shop", portal.access);
	assert_inactive(f, "shop", portal.refresh);
	assert_inactive(f, "shop", phone.access);
	assert_inactive(f, "api", portal.access);
	assert_inactive(f, "api", phone.refresh);
	/* The service that the token is for. */
	assert_true(is_active(f, "api", phone.access));
	assert_string_equal(member(f, "aud"), API);
	assert_string_equal(member(f, "client_id"), "phone");
}

struct renamed {
	struct str id;
	struct str audience;
};

static int
write_audience(struct txn *directory, void *arg)
{
	const struct renamed *r = arg;
	struct client_rec rec;

	if (!client_get(directory, r->id, &rec))
		return HUB_ENOENT;
	rec.audience = r->audience;
	client_put(directory, r->id, &rec);
	return 0;
}

static void
the_base_url_makes_nobody_the_service(void **state)
{
	struct fixture *f = *state;
	struct tokens portal = jans(f, "portal");
	struct renamed r = { STR("api"), STR(BASE_URL) };

	hub_write(f->hub, f->hub->directory, write_audience, &r);
	assert_inactive(f, "api", portal.access);
}

static void
what_ended_is_inactive_at_once(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "phone");

	assert_true(is_active(f, "api", a.access));
	enable_client(f, "phone", false);
	assert_inactive(f, "api", a.access);
	enable_client(f, "phone", true);
	revoke_in_directory(f, REVOKED_TOKEN, claims_of(f, a.access, NULL).jti);
	assert_inactive(f, "api", a.access);
	a = jans(f, "shop");
	raise_epoch(f, "jan");
	assert_inactive(f, "shop", a.access);
	assert_inactive(f, "shop", a.refresh);
	a = tokens_for(f, sign_in(f, "jan", "s2", clock_now()), "shop", "");
	assert_true(is_active(f, "shop", a.access));
	revoke_in_directory(f, REVOKED_SESSION, "s2");
	assert_inactive(f, "shop", a.access);
	assert_inactive(f, "shop", a.refresh);
}

static void
introspection_is_for_clients_with_a_secret(void **state)
{
	struct fixture *f = *state;
	struct tokens a = jans(f, "portal");

	look(f, "portal", a.access);
	assert_oauth_error(f, 401, "invalid_client");
	post(f, "introspect", form_of(f, "token=%s&client_id=shop", a.access));
	assert_oauth_error(f, 401, "invalid_client");
	post(f, "introspect", auth_of(f, "shop"));
	assert_oauth_error(f, 400, "invalid_request");
}

static void
a_clients_own_token_is_told_without_a_user(void **state)
{
	struct fixture *f = *state;
	const char *token;

	post(f, "token",
	    form_of(f, "grant_type=client_credentials&%s", auth_of(f, "shop")));
	token = answered(f).access;
	assert_true(is_active(f, "shop", token));
	assert_string_equal(member(f, "sub"), "client:shop");
	assert_null(member(f, "username"));
	revoke(f, "shop", token);
	assert_inactive(f, "shop", token);
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(revoking_an_access_token_ends_that_one),
		T(revoking_a_refresh_token_ends_its_access_tokens),
		T(nothing_else_is_revoked_and_nobody_learns_of_it),
		T(revocation_asks_who_it_is),
		T(a_page_may_revoke_but_not_introspect),
		T(an_access_token_is_told_to_whom_it_was_issued),
		T(a_refresh_token_is_told_while_it_counts),
		T(others_learn_nothing),
		T(the_base_url_makes_nobody_the_service),
		T(what_ended_is_inactive_at_once),
		T(introspection_is_for_clients_with_a_secret),
		T(a_clients_own_token_is_told_without_a_user),
	};

	return UNIT_RUN(tests);
}
