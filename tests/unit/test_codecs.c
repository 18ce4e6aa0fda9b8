/* The codecs of the records, and the lists within them. */
#include "store/rec_list.h"

#include "base/err.h"
#include "hub_fixture.h"
#include "store/account_rec.h"
#include "store/audit_rec.h"
#include "store/client_rec.h"
#include "store/group_rec.h"
#include "store/organization_rec.h"
#include "unit.h"

static struct buf bytes;

static int
make_buf(void **state)
{
	(void)state;
	buf_init(&bytes, 4096);
	return 0;
}

static int
drop_buf(void **state)
{
	(void)state;
	buf_free(&bytes);
	return 0;
}

/* GET refuses every shorter record, a longer one and another format. */
#define assert_refuses_damage(get, rec)                                        \
	do {                                                                   \
		struct str whole = buf_view(&bytes);                           \
		for (size_t n = 0; n < whole.n; n++)                           \
			assert_int_equal(                                      \
			    get((struct str){ whole.p, n }, (rec)),            \
			    HUB_ECORRUPT);                                     \
		bytes.p[0]++;                                                  \
		assert_int_equal(get(whole, (rec)), HUB_ECORRUPT);             \
		bytes.p[0]--;                                                  \
		assert_int_equal(get(whole, (rec)), 0);                        \
		buf_byte(&bytes, 0);                                           \
		assert_int_equal(get(buf_view(&bytes), (rec)), HUB_ECORRUPT);  \
	} while (0)

static void
an_account_comes_back(void **state)
{
	struct account_rec in = { true, false, false, UINT64_MAX, STR("id"),
		STR("name"), STR("g"), STR("o"), STR("d"), STR("{item}"),
		STR("\"etag\""), STR("{source}"), 3 };
	struct account_rec out;

	(void)state;
	account_rec_put(&bytes, &in);
	assert_int_equal(account_rec_get(buf_view(&bytes), &out), 0);
	assert_true(out.enabled);
	assert_false(out.pending);
	assert_true(out.epoch == UINT64_MAX);
	assert_str(out.id, "id");
	assert_str(out.name, "name");
	assert_str(out.groups, "g");
	assert_str(out.organizations, "o");
	assert_str(out.dossiers, "d");
	assert_str(out.item, "{item}");
	assert_str(out.etag, "\"etag\"");
	assert_str(out.source, "{source}");
	assert_true(out.born == 3);
	assert_refuses_damage(account_rec_get, &out);
	/* As it was written before there was a birth. */
	bytes.p[0] = 1;
	assert_int_equal(
	    account_rec_get((struct str){ bytes.p, bytes.n - 9 }, &out), 0);
	assert_str(out.source, "{source}");
	assert_true(out.born == 0);
}

static void
the_three_flags_of_an_account_are_independent(void **state)
{
	(void)state;
	for (int flags = 0; flags < 8; flags++) {
		struct account_rec in = { .enabled = (flags & 1) != 0,
			.pending = (flags & 2) != 0,
			.blocked = (flags & 4) != 0 };
		struct account_rec out;

		buf_reset(&bytes);
		account_rec_put(&bytes, &in);
		assert_int_equal(account_rec_get(buf_view(&bytes), &out), 0);
		assert_int_equal(out.enabled, in.enabled);
		assert_int_equal(out.pending, in.pending);
		assert_int_equal(out.blocked, in.blocked);
	}
}

static void
a_client_comes_back_with_each_flag(void **state)
{
	struct client_rec out;

	(void)state;
	for (int flags = 0; flags < 32; flags++) {
		struct client_rec in = {
			.enabled = (flags & 1) != 0,
			.third_party = (flags & 2) != 0,
			.builtin = (flags & 4) != 0,
			.public = (flags & 8) != 0,
			.pkce_optional = (flags & 16) != 0,
			.name = STR("App"),
			.scope = STR("openid hub.read"),
			.audience = STR("https://hub.example"),
			.origins = STR("list"),
			.grants = CLIENT_GRANT_CODE | CLIENT_GRANT_CREDENTIALS,
			.redirect_uris = STR("redirects"),
			.post_logout_uris = STR("logouts"),
			.organization = STR("1001"),
			.free_from = INT64_MAX,
		};

		buf_reset(&bytes);
		client_rec_put(&bytes, &in);
		assert_int_equal(client_rec_get(buf_view(&bytes), &out), 0);
		assert_int_equal(out.enabled, in.enabled);
		assert_int_equal(out.third_party, in.third_party);
		assert_int_equal(out.builtin, in.builtin);
		assert_int_equal(out.public, in.public);
		assert_int_equal(out.pkce_optional, in.pkce_optional);
		assert_str(out.name, "App");
		assert_str(out.scope, "openid hub.read");
		assert_str(out.audience, "https://hub.example");
		assert_str(out.origins, "list");
		assert_int_equal(out.grants, 5);
		assert_str(out.redirect_uris, "redirects");
		assert_str(out.post_logout_uris, "logouts");
		assert_str(out.organization, "1001");
		assert_true(out.free_from == INT64_MAX);
	}
	assert_refuses_damage(client_rec_get, &out);
}

static void
the_short_form_of_a_client_is_read(void **state)
{
	struct client_rec out;

	(void)state;
	rec_put_u8(&bytes, 1);
	rec_put_u8(&bytes, 5);
	rec_put_str(&bytes, STR("hubctl token"));
	rec_put_str(&bytes, STR("hub.read"));
	rec_put_str(&bytes, STR(""));
	rec_put_str(&bytes, STR(""));
	assert_int_equal(client_rec_get(buf_view(&bytes), &out), 0);
	assert_true(out.enabled && out.builtin && !out.public);
	assert_str(out.scope, "hub.read");
	assert_int_equal(out.grants, 0);
	assert_str(out.redirect_uris, "");
	assert_true(out.free_from == 0);
	buf_byte(&bytes, 0);
	assert_int_equal(client_rec_get(buf_view(&bytes), &out), HUB_ECORRUPT);
}

static void
a_group_comes_back(void **state)
{
	struct group_rec in = { STR("list"), STR("{source}") }, out;

	(void)state;
	group_rec_put(&bytes, &in);
	assert_int_equal(group_rec_get(buf_view(&bytes), &out), 0);
	assert_str(out.permissions, "list");
	assert_str(out.source, "{source}");
	assert_refuses_damage(group_rec_get, &out);
}

static void
an_organisation_comes_back(void **state)
{
	struct organization_rec in = { STR("{item}"), STR("\"e\""), STR("{}") };
	struct organization_rec out;

	(void)state;
	organization_rec_put(&bytes, &in);
	assert_int_equal(organization_rec_get(buf_view(&bytes), &out), 0);
	assert_str(out.item, "{item}");
	assert_str(out.etag, "\"e\"");
	assert_str(out.source, "{}");
	assert_refuses_damage(organization_rec_get, &out);
}

static void
an_audit_event_comes_back(void **state)
{
	struct audit_rec in = { .event = STR("token.issued"),
		.account = STR("a"),
		.client = STR("hubctl"),
		.source = STR("::1"),
		.detail = STR(""),
		.organization = STR("o"),
		.contact = STR("k"),
		.by = STR("b"),
		.born = 7 };
	struct audit_rec out;

	(void)state;
	audit_rec_put(&bytes, &in);
	assert_int_equal(audit_rec_get(buf_view(&bytes), &out), 0);
	assert_str(out.event, "token.issued");
	assert_str(out.account, "a");
	assert_str(out.client, "hubctl");
	assert_str(out.source, "::1");
	assert_str(out.detail, "");
	assert_str(out.organization, "o");
	assert_str(out.contact, "k");
	assert_str(out.by, "b");
	assert_int_equal(out.born, 7);
	assert_false(out.unlisted);
	assert_refuses_damage(audit_rec_get, &out);
}

static void
lack_of_room_is_told_by_the_buffer(void **state)
{
	struct account_rec rec = { .source = STR("0123456789") };
	struct buf small;

	(void)state;
	buf_init(&small, 40);
	account_rec_put(&small, &rec);
	assert_int_equal(buf_error(&small), HUB_ETOOBIG);
	buf_free(&small);
}

static void
a_list_gives_its_texts_in_order(void **state)
{
	struct str list, part;

	(void)state;
	rec_put_str(&bytes, STR("b"));
	rec_put_str(&bytes, STR(""));
	rec_put_str(&bytes, STR("a\0c"));
	list = buf_view(&bytes);
	assert_true(rec_list_next(&list, &part));
	assert_str(part, "b");
	assert_true(rec_list_next(&list, &part));
	assert_int_equal(part.n, 0);
	assert_true(rec_list_next(&list, &part));
	assert_true(str_eq(part, STR("a\0c")));
	assert_false(rec_list_next(&list, &part));
	assert_false(rec_list_next(&list, &part));
	list = STR_NONE;
	assert_false(rec_list_next(&list, &part));
}

static void
a_list_has_what_was_put_in_whole(void **state)
{
	struct str list;

	(void)state;
	rec_put_str(&bytes, STR("102"));
	rec_put_str(&bytes, STR("101"));
	list = buf_view(&bytes);
	assert_true(rec_list_has(list, STR("101")));
	assert_true(rec_list_has(list, STR("102")));
	assert_false(rec_list_has(list, STR("10")));
	assert_false(rec_list_has(list, STR("1011")));
	assert_false(rec_list_has(list, STR("")));
	assert_false(rec_list_has(STR_NONE, STR("")));
	rec_put_str(&bytes, STR(""));
	assert_true(rec_list_has(buf_view(&bytes), STR("")));
}

static void
a_damaged_list_ends_at_the_damage(void **state)
{
	struct str list, part;

	(void)state;
	rec_put_str(&bytes, STR("good"));
	BUF_LIT(&bytes, "\5\0\0\0cut");
	list = buf_view(&bytes);
	assert_true(rec_list_next(&list, &part));
	assert_false(rec_list_next(&list, &part));
	assert_false(rec_list_next(&list, &part));
	assert_true(rec_list_has(buf_view(&bytes), STR("good")));
	assert_false(rec_list_has(buf_view(&bytes), STR("cut")));
	list = STR("\1\0");
	assert_false(rec_list_next(&list, &part));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_buf, drop_buf)
		TEST(an_account_comes_back),
		TEST(the_three_flags_of_an_account_are_independent),
		TEST(a_client_comes_back_with_each_flag),
		TEST(the_short_form_of_a_client_is_read),
		TEST(a_group_comes_back),
		TEST(an_organisation_comes_back),
		TEST(an_audit_event_comes_back),
		TEST(lack_of_room_is_told_by_the_buffer),
		TEST(a_list_gives_its_texts_in_order),
		TEST(a_list_has_what_was_put_in_whole),
		TEST(a_damaged_list_ends_at_the_damage),
#undef TEST
	};

	return UNIT_RUN(tests);
}
