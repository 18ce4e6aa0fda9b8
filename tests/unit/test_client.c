#include "identity/client.h"

#include <stdio.h>
#include <string.h>
#include "directory/client_public.h"
#include "hub_fixture.h"
#include "identity/uri.h"
#include "unit.h"

#define NOW INT64_C(1900000000)

static const char *const none[] = { NULL };
static const char *const callback[] = { "https://app.example.nl/cb", NULL };

/* The least that a client needs. */
static struct client_form
plain(void)
{
	return (struct client_form){
		.id = "app",
		.redirect_uris = callback,
		.post_logout_uris = none,
		.origins = none,
		.grants = none,
		.scopes = none,
	};
}

static struct client_rec
made(struct test_hub *hub, const struct client_form *form)
{
	struct client_rec rec;

	if (client_make(hub->arena, form, &rec, &hub->why) != 0)
		fail_msg("%s", hub->why.text);
	return rec;
}

static void
assert_refused(
    struct test_hub *hub, const struct client_form *form, const char *says)
{
	struct client_rec rec;

	assert_int_equal(
	    client_make(hub->arena, form, &rec, &hub->why), HUB_EINVAL);
	if (strstr(hub->why.text, says) == NULL)
		fail_msg("'%s' is not in: %s", says, hub->why.text);
}

static void
what_is_not_said_has_a_default(void **state)
{
	struct client_form form = plain();
	struct test_hub *hub = *state;
	struct client_rec rec = made(hub, &form);

	assert_true(rec.enabled);
	assert_false(rec.public || rec.third_party || rec.builtin);
	assert_false(rec.pkce_optional);
	assert_str(rec.name, "app");
	assert_str(rec.scope, "openid profile email offline_access hub.read");
	assert_str(client_grant_names(hub->arena, rec.grants),
	    "authorization_code refresh_token");
	assert_str(rec.audience, "");
	assert_str(rec.organization, "");
	assert_int_equal(rec.free_from, 0);
	assert_string_equal(
	    hub_list(hub, rec.redirect_uris), "https://app.example.nl/cb ");
	assert_string_equal(hub_list(hub, rec.post_logout_uris), "");
	assert_string_equal(hub_list(hub, rec.origins), "");
}

static void
all_that_is_said_is_kept_in_its_order(void **state)
{
	static const char *const redirects[] = { "nl.example.app:/cb",
		"http://127.0.0.1/cb", NULL };
	static const char *const logouts[] = { "https://app.example.nl/",
		NULL };
	static const char *const origins[] = { "https://b.example",
		"https://a.example", NULL };
	static const char *const grants[] = { "authorization_code", NULL };
	static const char *const scopes[] = { "hub.manage openid", "openid",
		"email", NULL };
	struct client_form form = {
		.id = "app",
		.name = "De App",
		.public = true,
		.manages = true,
		.redirect_uris = redirects,
		.post_logout_uris = logouts,
		.origins = origins,
		.grants = grants,
		.scopes = scopes,
		.audience = "urn:example:api",
		.organization = "1001",
	};
	struct test_hub *hub = *state;
	struct client_rec rec = made(hub, &form);

	assert_str(rec.name, "De App");
	assert_string_equal(hub_list(hub, rec.redirect_uris),
	    "nl.example.app:/cb http://127.0.0.1/cb ");
	assert_string_equal(
	    hub_list(hub, rec.post_logout_uris), "https://app.example.nl/ ");
	assert_string_equal(
	    hub_list(hub, rec.origins), "https://b.example https://a.example ");
	assert_str(
	    client_grant_names(hub->arena, rec.grants), "authorization_code");
	assert_str(rec.scope, "hub.manage openid email");
	assert_str(rec.audience, "urn:example:api");
	assert_str(rec.organization, "1001");
	assert_true(rec.public);
}

static void
the_id_and_the_name_have_their_shape(void **state)
{
	static const char *const ids[] = { "", "a b", "caf\xc3\xa9", "a/b",
		("12345678901234567890123456789012345678901234567890"
		 "12345678") };
	static const char *const names[] = { "", "a\nb", "\x1b[31m", "\x7f",
		"\xff", "a\xc2\x80", "\xc2\x9b[31m", "\xc2\x9f", "\xe2\x80\xaa",
		"a\xe2\x80\xae", "\xe2\x81\xa6", "a\xe2\x81\xa9z" };
	/* What stands right beside those, and in longer sequences. */
	static const char *const good[] = { "\xc2\xa0", "\xe2\x80\xa9",
		"\xe2\x80\xaf", "\xe2\x81\xa5", "\xe2\x81\xaa", "\xe2\x82\xaa",
		"\xe1\x80\xaa", "\xf0\x9f\x98\x80", "Caf\xc3\xa9" };
	char longest[CLIENT_NAME_MAX + 2] = "";
	struct client_form form = plain();

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		form.id = ids[i];
		form.name = "App";
		assert_refused(*state, &form, "the id must be");
	}
	/* So long that "client:" before it is an id still. */
	form.id = ids[4] + 1;
	made(*state, &form);
	form = plain();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		form.name = names[i];
		assert_refused(*state, &form, "the name ");
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		form.name = good[i];
		made(*state, &form);
	}
	memset(longest, 'a', CLIENT_NAME_MAX);
	form.name = longest;
	made(*state, &form);
	longest[CLIENT_NAME_MAX] = 'a';
	assert_refused(*state, &form, "the name ");
}

static void
a_redirect_uri_is_needed_for_codes_only(void **state)
{
	static const char *const own[] = { "client_credentials", NULL };
	static const char *const both[] = { "client_credentials",
		"authorization_code", NULL };
	struct client_form form = plain();
	struct client_rec rec;

	form.redirect_uris = none;
	assert_refused(*state, &form, "needs a redirect URI");
	form.grants = both;
	assert_refused(*state, &form, "needs a redirect URI");
	form.grants = own;
	rec = made(*state, &form);
	assert_int_equal(rec.grants, CLIENT_GRANT_CREDENTIALS);
	assert_string_equal(hub_list(*state, rec.redirect_uris), "");
}

static void
a_bad_address_is_named(void **state)
{
	static const char *const bad[] = { "https://a.example", "bad", NULL };
	static const char *const twice[] = { "https://a.example",
		"https://a.example", NULL };
	struct client_form form = plain();

	form.redirect_uris = bad;
	assert_refused(*state, &form, "redirect URI 'bad': must begin");
	form.redirect_uris = twice;
	assert_refused(
	    *state, &form, "redirect URI 'https://a.example': stands twice");
	form = plain();
	form.post_logout_uris = bad;
	assert_refused(*state, &form, "post-logout URI 'bad': ");
	form = plain();
	form.origins = bad;
	assert_refused(*state, &form, "origin 'bad': an origin is");
	form = plain();
	form.audience = "bad";
	assert_refused(*state, &form, "audience 'bad': ");
	form = plain();
	form.organization = "a b";
	assert_refused(*state, &form, "organisation 'a b' is no id");
}

/* N addresses, the longest that there are, of different ends. */
static const char *const *
many(struct test_hub *hub, size_t n)
{
	const char **list = arena_zalloc(hub->arena, (n + 1) * sizeof(*list));
	char path[URI_MAX + 1];

	assert_non_null(list);
	memset(path, 'a', sizeof(path));
	for (size_t i = 0; i < n; i++)
		list[i] = arena_printf(hub->arena,
		    "https://a.example/%.*s%02zu", URI_MAX - 20, path, i);
	return list;
}

static void
a_list_has_its_bound_and_the_largest_client_fits(void **state)
{
	struct client_form form = plain();
	struct test_hub *hub = *state;
	struct client_rec rec, back;
	struct buf bytes;

	form.redirect_uris = many(hub, CLIENT_LIST_MAX + 1);
	assert_refused(hub, &form, "more than 16 redirect URIs");
	form.redirect_uris = form.post_logout_uris = many(hub, CLIENT_LIST_MAX);
	assert_int_equal(strlen(form.redirect_uris[0]), URI_MAX);
	rec = made(hub, &form);
	buf_init_arena(&bytes, hub->arena, 64 * 1024);
	client_rec_put(&bytes, &rec);
	assert_int_equal(buf_error(&bytes), 0);
	assert_int_equal(client_rec_get(buf_view(&bytes), &back), 0);
	assert_true(str_eq(back.redirect_uris, rec.redirect_uris));
	assert_true(str_eq(back.post_logout_uris, rec.post_logout_uris));
	assert_int_equal(back.grants, rec.grants);
	assert_false(back.public);
}

static void
only_grants_that_fit_the_client_are_taken(void **state)
{
	static const struct {
		bool public;
		const char *grants[3], *says; /* NULL: taken */
	} rows[] = {
		{ false, { "implicit" }, "refused on purpose" },
		{ true, { "password" }, "refused on purpose" },
		{ true, { "authorization_code", "client_credentials" },
		    "needs a secret" },
		{ true, { "client_credentials" }, "needs a secret" },
		{ false, { "authorization_code", "client_credentials" }, NULL },
		{ false, { "code" }, "'code' is none of" },
		{ false, { "" }, "'' is none of" },
		{ false, { "Authorization_code" }, "is none of" },
		{ true, { "refresh_token" }, "add that grant" },
		{ false, { "refresh_token", "client_credentials" },
		    "add that grant" },
		{ true, { "refresh_token", "authorization_code" }, NULL },
	};
	struct client_form form = plain();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		form.grants = rows[i].grants;
		form.public = rows[i].public;
		if (rows[i].says != NULL)
			assert_refused(*state, &form, rows[i].says);
		else
			made(*state, &form);
	}
}

static void
a_public_client_never_goes_without_pkce(void **state)
{
	struct client_form form = plain();

	form.pkce_optional = true;
	assert_true(made(*state, &form).pkce_optional);
	form.public = true;
	assert_refused(*state, &form, "never optional");
	form.pkce_optional = false;
	assert_false(made(*state, &form).pkce_optional);
}

static void
only_scopes_of_the_hub_are_taken(void **state)
{
	static const char *const bad[] = { "hub", "openid  email", "", "OPENID",
		"hub.read\t" };
	const char *scopes[] = { NULL, NULL };
	struct client_form form = plain();

	form.scopes = scopes;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		scopes[0] = bad[i];
		assert_refused(*state, &form, "is none of: openid");
	}
}

static void
third_parties_do_not_manage(void **state)
{
	static const char *const manage[] = { "openid hub.manage", NULL };
	struct client_form form = plain();
	struct test_hub *hub = *state;

	form.scopes = manage;
	assert_refused(
	    hub, &form, "'hub.manage' is for the employees' pages alone");
	form.manages = true;
	made(hub, &form);
	form.third_party = true;
	assert_refused(hub, &form, "'hub.manage' is not for third parties");
	form.scopes = none;
	assert_true(made(hub, &form).third_party);
}

static void
nobody_brings_data_in_without_a_secret(void **state)
{
	static const char *const bring[] = { "openid records.write", NULL };
	struct client_form form = plain();

	form.scopes = bring;
	assert_str(made(*state, &form).scope, "openid records.write");
	form.public = true;
	assert_refused(*state, &form, "'records.write' needs a secret");
	form.third_party = true;
	assert_refused(
	    *state, &form, "'records.write' is not for third parties");
}

/* What one call of client_add() is given and says. */
struct adding {
	struct client_rec rec;
	int64_t now;
	int rc;
	struct why *why;
};

static int
add(struct txn *txn, void *arg)
{
	struct adding *a = arg;

	a->rc = client_add(txn, STR("app"), &a->rec, a->now, a->why);
	return 0;
}

static int
try_add(struct test_hub *hub, const struct client_form *form, int64_t now)
{
	struct adding a = {
		.rec = made(hub, form), .now = now, .why = &hub->why
	};

	hub_write(hub, hub->directory, add, &a);
	return a.rc;
}

static int
take_away(struct txn *txn, void *arg)
{
	(void)arg;
	assert_int_equal(
	    client_remove(txn, STR("app"), client_free_from(NOW)), 0);
	return 0;
}

static void
an_id_is_given_once(void **state)
{
	struct client_form form = plain();
	struct test_hub *hub = *state;

	assert_int_equal(try_add(hub, &form, NOW), 0);
	form.name = "another";
	assert_int_equal(try_add(hub, &form, NOW), HUB_EEXIST);
	assert_string_equal(hub->why.text, "there is a client app already");
}

static void
an_organisation_must_be_there(void **state)
{
	struct client_form form = plain();
	struct test_hub *hub = *state;

	form.organization = "1001";
	assert_int_equal(try_add(hub, &form, NOW), HUB_ENOENT);
	assert_string_equal(
	    hub->why.text, "there is no organisation 1001: import it first");
	hub_put(hub,
	    "{\"type\":\"organization\",\"id\":\"1001\",\"organizationType\":"
	    "\"INTERMEDIARY\",\"code\":\"ONE\",\"name\":\"One\",\"icon\":"
	    "null}");
	assert_int_equal(try_add(hub, &form, NOW), 0);
}

/* Its tokens name a client by its id alone: none may be alive then. */
static void
a_removed_id_rests_longer_than_any_token_lives(void **state)
{
	struct client_form form = plain();
	struct test_hub *hub = *state;
	struct client_rec rec;
	struct txn *txn;

	assert_true(client_free_from(NOW) > NOW + TOKEN_LIFETIME_MAX + 60);
	assert_int_equal(try_add(hub, &form, NOW), 0);
	hub_write(hub, hub->directory, take_away, NULL);
	assert_int_equal(try_add(hub, &form, NOW), HUB_ECONFLICT);
	assert_int_equal(
	    try_add(hub, &form, client_free_from(NOW) - 1), HUB_ECONFLICT);
	if (strstr(hub->why.text, "from 2030-03-18T17:51:40Z on") == NULL)
		fail_msg("%s", hub->why.text);
	assert_int_equal(try_add(hub, &form, client_free_from(NOW)), 0);
	txn = hub_look(hub);
	assert_true(client_get(txn, STR("app"), &rec));
	assert_true(rec.enabled);
	assert_int_equal(rec.free_from, 0);
	hub_look_end(txn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(what_is_not_said_has_a_default),
		TEST(all_that_is_said_is_kept_in_its_order),
		TEST(the_id_and_the_name_have_their_shape),
		TEST(a_redirect_uri_is_needed_for_codes_only),
		TEST(a_bad_address_is_named),
		TEST(a_list_has_its_bound_and_the_largest_client_fits),
		TEST(only_grants_that_fit_the_client_are_taken),
		TEST(a_public_client_never_goes_without_pkce),
		TEST(only_scopes_of_the_hub_are_taken),
		TEST(third_parties_do_not_manage),
		TEST(nobody_brings_data_in_without_a_secret),
		TEST(an_id_is_given_once),
		TEST(an_organisation_must_be_there),
		TEST(a_removed_id_rests_longer_than_any_token_lives),
#undef TEST
	};

	return UNIT_RUN(tests);
}
