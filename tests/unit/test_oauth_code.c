#include "endpoint/routes.h"

#include "base/b64.h"
#include "base/clock.h"
#include "base/json_in.h"
#include "base/secret.h"
#include "identity/code.h"
#include "identity/grant.h"
#include "identity_fixture.h"
#include "token/id_token.h"
#include "unit.h"

static const char *
jan(struct fixture *f)
{
	return sign_in(f, "jan", "sid-jan", clock_now());
}

static int
redeem(struct fixture *f, const char *client, const char *code)
{
	return post(f, "token",
	    form_of(
		f, "%s&%s", code_form(f, client, code), auth_of(f, client)));
}

/* The status at userinfo: whether the token opens anything. */
static int
try_token(struct fixture *f, const char *token)
{
	return ask(f,
	    (struct ask){ .uri = "/identity/userinfo",
		.authorization = form_of(f, "Bearer %s", token) });
}

static bool
has_grant(struct fixture *f, const char *gid)
{
	struct txn *vault = store_read_begin(f->hub->vault, f->hub->arena);
	struct grant_rec rec;
	bool found = grant_get(vault, str_of(gid), &rec);

	assert_int_equal(store_read_end(vault), 0);
	return found;
}

static const struct json *
payload_of(struct fixture *f, const char *token)
{
	struct str rest = str_of(token), part;
	unsigned char bytes[4096];
	const struct json *json;
	struct why why;
	ptrdiff_t n;

	assert_true(str_split(&rest, '.', &part));
	assert_true(str_split(&rest, '.', &part));
	n = b64url_decode(part, bytes, sizeof(bytes));
	assert_true(n > 0);
	assert_int_equal(json_parse(f->hub->arena,
			     (struct str){ (const char *)bytes, (size_t)n },
			     4096, &json, &why),
	    0);
	return json;
}

static void
a_code_gives_tokens_that_say_what_was_granted(void **state)
{
	struct fixture *f = *state;
	int64_t auth_time = clock_now() - 5;
	const char *cookie = sign_in(f, "jan", "sid-jan", auth_time), *aud;
	struct tokens t = tokens_for(f, cookie, "portal", "");
	struct claims claims = claims_of(f, t.access, &aud);

	assert_string_equal(t.scope, "openid profile email hub.read");
	assert_int_equal(strlen(t.refresh), REFRESH_LEN);
	assert_string_equal(aud, BASE_URL);
	assert_true(claims.user);
	assert_string_equal(claims.sub, "jan");
	assert_string_equal(claims.client_id, "portal");
	assert_string_equal(claims.scope, t.scope);
	assert_string_equal(claims.sid, "sid-jan");
	assert_int_equal(claims.auth_time, auth_time);
	assert_int_equal(claims.epoch, hub_account(f->hub, "jan").epoch);
	assert_int_equal(claims.exp - claims.iat, f->hub->conf.token_lifetime);
	assert_true(has_grant(f, claims.gid));
	assert_true(claims.jti[0] != '\0');
	assert_int_equal(try_token(f, t.access), 200);
}

static void
the_id_token_is_of_the_client_the_nonce_and_the_access_token(void **state)
{
	struct fixture *f = *state;
	int64_t auth_time = clock_now() - 5, now = clock_now();
	struct tokens t =
	    tokens_for(f, sign_in(f, "jan", "sid-jan", auth_time), "shop", "");
	const struct verifier *v = &f->service.verifier;
	unsigned char digest[SHA256_LEN];
	struct id_token id;
	struct str hash, nothing;
	struct buf text;

	assert_int_equal(id_token_read(f->hub->arena, &v->keys, &v->domain,
			     str_of(t.id), &id),
	    0);
	assert_str(id.sub, "jan");
	assert_str(id.client, "shop");
	assert_str(id.nonce, "n-1");
	assert_str(id.sid, "sid-jan");
	assert_int_equal(id.auth_time, auth_time);
	assert_true(id.iat >= now && id.exp > id.iat);
	assert_int_equal(sha256(str_of(t.access), digest), 0);
	buf_init_arena(&text, f->hub->arena, 64);
	b64url_put(&text, digest, 16);
	assert_true(
	    json_string(json_get(payload_of(f, t.id), "at_hash"), &hash));
	assert_true(str_eq(hash, buf_view(&text)));
	/* An ID token opens nothing. */
	assert_int_equal(try_token(f, t.id), 401);
	/* Without a nonce there is none, and without openid no ID token. */
	browse(f,
	    "/identity/authorize?response_type=code&client_id=portal"
	    "&redirect_uri=" PORTAL_URI
	    "&scope=openid&code_challenge=" CHALLENGE
	    "&code_challenge_method=S256",
	    jan(f));
	redeem(f, "portal", location_param(f, "code"));
	assert_false(json_string(
	    json_get(payload_of(f, answered(f).id), "nonce"), &nothing));
	browse(f,
	    "/identity/authorize?response_type=code&client_id=portal"
	    "&redirect_uri=" PORTAL_URI "&code_challenge=" CHALLENGE
	    "&code_challenge_method=S256",
	    jan(f));
	redeem(f, "portal", location_param(f, "code"));
	t = answered(f);
	assert_null(t.id);
	assert_string_equal(t.scope, "hub.read");
	assert_int_equal(try_token(f, t.access), 403);
}

static void
the_audience_and_the_grants_are_the_clients(void **state)
{
	struct fixture *f = *state;
	struct tokens t = tokens_for(f, jan(f), "phone", "");
	const char *aud;

	claims_of(f, t.access, &aud);
	assert_string_equal(aud, API);
	assert_non_null(t.refresh);
	/* userinfo takes it all the same. */
	assert_int_equal(try_token(f, t.access), 200);
	assert_null(tokens_for(f, jan(f), "plain", "").refresh);
}

static void
a_code_is_bound_to_client_address_and_verifier(void **state)
{
	struct fixture *f = *state;
	const char *code = code_for(f, jan(f), "portal", "");
	const char *const forms[] = {
		form_of(f, "%s&%s", code_form(f, "portal", code),
		    auth_of(f, "shop")),
		form_of(f, "%s&client_id=phone", code_form(f, "portal", code)),
		form_of(f, "%s&client_id=portal", code_form(f, "shop", code)),
		form_of(f,
		    "grant_type=authorization_code&client_id=portal&code=%s"
		    "&code_verifier=" VERIFIER,
		    code),
		form_of(f,
		    "grant_type=authorization_code&client_id=portal&code=%s"
		    "&redirect_uri=" PORTAL_URI,
		    code),
		form_of(f,
		    "grant_type=authorization_code&client_id=portal&code=%s"
		    "&redirect_uri=" PORTAL_URI "&code_verifier=",
		    code),
		form_of(f,
		    "grant_type=authorization_code&client_id=portal&code=%s"
		    "&redirect_uri=" PORTAL_URI "&code_verifier=" CHALLENGE,
		    code),
		form_of(f,
		    "grant_type=authorization_code&client_id=portal&code=%s"
		    "&redirect_uri=" PORTAL_URI "&code_verifier=" VERIFIER "A",
		    code),
		code_form(f, "portal", "x"),
		code_form(
		    f, "portal", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		post(f, "token",
		    i < 8 ? forms[i]
			  : form_of(f, "%s&client_id=portal", forms[i]));
		assert_oauth_error(f, 400, "invalid_grant");
		assert_false(answer_holds(f, code));
	}
	post(f, "token",
	    "grant_type=authorization_code&client_id=portal&redirect_"
	    "uri=" PORTAL_URI "&code_verifier=" VERIFIER);
	assert_oauth_error(f, 400, "invalid_request");
	/* None of them has used it up. */
	redeem(f, "portal", code);
	answered(f);
	assert_int_equal(events(f, "code.reused"), 0);
}

/* Who shows it is not asked for: it was stolen, then or now. */
static void
a_second_use_ends_all_that_came_of_the_first(void **state)
{
	struct fixture *f = *state;
	const char *code = code_for(f, jan(f), "portal", "");
	struct tokens t;

	redeem(f, "portal", code);
	t = answered(f);
	assert_int_equal(try_token(f, t.access), 200);
	post(f, "token",
	    form_of(f, "%s&client_id=phone", code_form(f, "portal", code)));
	assert_oauth_error(f, 400, "invalid_grant");
	try_token(f, t.access);
	assert_problem(f, 401, "Bearer realm=\"hub\", error=\"invalid_token\"");
	refresh(f, "portal", t.refresh, "");
	assert_oauth_error(f, 400, "invalid_grant");
	assert_int_equal(events(f, "code.reused"), 1);
	/* A third one does not fill the log. */
	redeem(f, "portal", code);
	assert_oauth_error(f, 400, "invalid_grant");
	assert_int_equal(events(f, "code.reused"), 1);
}

static void
a_second_use_ends_an_access_token_without_a_family(void **state)
{
	struct fixture *f = *state;
	const char *code = code_for(f, jan(f), "plain", "");
	struct tokens t;

	redeem(f, "plain", code);
	t = answered(f);
	assert_int_equal(try_token(f, t.access), 200);
	redeem(f, "plain", code);
	assert_oauth_error(f, 400, "invalid_grant");
	assert_int_equal(try_token(f, t.access), 401);
}

struct aged {
	struct opaque_digest digest;
	struct code_rec rec;
	int64_t made;
};

static int
write_aged(struct txn *vault, void *arg)
{
	struct aged *aged = arg;

	code_put(vault, &aged->digest, &aged->rec, aged->made);
	return 0;
}

static const char *
aged_code(struct fixture *f, int64_t age)
{
	struct aged aged = {
		.rec = { .client = STR("portal"),
		    .redirect_uri = STR(PORTAL_URI),
		    .challenge = STR(CHALLENGE),
		    .scope = STR("openid"),
		    .account = STR("jan"),
		    .epoch = 1,
		    .sid = STR("sid-jan"),
		    .auth_time = clock_now(),
		    .gid = STR("gid-aged") },
		.made = clock_now() - age,
	};
	struct opaque code;

	opaque_make(&code);
	assert_int_equal(opaque_digest_of(str_of(code.text), &aged.digest), 0);
	hub_write(f->hub, f->hub->vault, write_aged, &aged);
	return hub_text(f->hub, str_of(code.text));
}

static void
a_code_lives_a_minute(void **state)
{
	struct fixture *f = *state;

	redeem(f, "portal", aged_code(f, CODE_LIFETIME));
	assert_oauth_error(f, 400, "invalid_grant");
	redeem(f, "portal", aged_code(f, 1));
	answered(f);
}

/*
 * What ends between the form and the redemption shows first in the directory;
 * the code itself is still good then.
 */
static void
a_code_of_what_has_ended_gives_nothing(void **state)
{
	struct fixture *f = *state;
	const char *code;
	unsigned int n = events(f, "grant.revoked");

	code = code_for(f, jan(f), "portal", "");
	revoke_in_directory(f, REVOKED_SESSION, "sid-jan");
	redeem(f, "portal", code);
	assert_oauth_error(f, 400, "invalid_grant");
	assert_int_equal(events(f, "grant.revoked"), n + 1);

	code = code_for(f, sign_in(f, "jan", "s2", clock_now()), "portal", "");
	raise_epoch(f, "jan");
	redeem(f, "portal", code);
	assert_oauth_error(f, 400, "invalid_grant");
	assert_int_equal(events(f, "grant.revoked"), n + 2);

	code = code_for(f, sign_in(f, "jan", "s3", clock_now()), "portal", "");
	enable_client(f, "portal", false);
	redeem(f, "portal", code);
	assert_oauth_error(f, 401, "invalid_client");
	enable_client(f, "portal", true);
	redeem(f, "portal", code);
	answered(f);
}

static void
the_grant_of_a_code_that_came_too_late_is_gone(void **state)
{
	struct fixture *f = *state;
	const char *code = aged_code(f, 1);

	raise_epoch(f, "jan");
	redeem(f, "portal", code);
	assert_oauth_error(f, 400, "invalid_grant");
	assert_false(has_grant(f, "gid-aged"));
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(a_code_gives_tokens_that_say_what_was_granted),
		T(the_id_token_is_of_the_client_the_nonce_and_the_access_token),
		T(the_audience_and_the_grants_are_the_clients),
		T(a_code_is_bound_to_client_address_and_verifier),
		T(a_second_use_ends_all_that_came_of_the_first),
		T(a_second_use_ends_an_access_token_without_a_family),
		T(a_code_lives_a_minute),
		T(a_code_of_what_has_ended_gives_nothing),
		T(the_grant_of_a_code_that_came_too_late_is_gone),
	};

	return UNIT_RUN(tests);
}
