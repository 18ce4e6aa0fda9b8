#include "store/client_secret_rec.h"
#include "store/code_rec.h"
#include "store/consent_rec.h"
#include "store/email_change_rec.h"
#include "store/invitation_rec.h"
#include "store/credential_rec.h"
#include "store/grant_rec.h"
#include "store/mail_rec.h"
#include "store/proven_rec.h"
#include "store/rec.h"
#include "store/second_factor_rec.h"
#include "store/session_rec.h"
#include "store/throttle_rec.h"

#include "hub_fixture.h"
#include "unit.h"

static struct buf bytes;

static int
make_buf(void **state)
{
	(void)state;
	buf_init(&bytes, 65536);
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
a_credential_comes_back(void **state)
{
	const struct credential_rec in = { STR("$argon2id$lasting"), INT64_MAX,
		STR("$argon2id$temporary"), -1, UINT64_MAX,
		STR("jan@example.nl"), 3 };
	struct credential_rec out;

	(void)state;
	credential_rec_put(&bytes, &in);
	assert_int_equal(credential_rec_get(buf_view(&bytes), &out), 0);
	assert_str(out.lasting, "$argon2id$lasting");
	assert_true(out.lasting_at == INT64_MAX);
	assert_str(out.temporary, "$argon2id$temporary");
	assert_true(out.temporary_until == -1);
	assert_true(out.temporary_serial == UINT64_MAX);
	assert_str(out.mailed_to, "jan@example.nl");
	assert_true(out.born == 3);
	assert_refuses_damage(credential_rec_get, &out);
}

/* The formats before: without a birth, and without where it was mailed to. */
static void
put_old_credential(uint8_t format, bool mailed)
{
	buf_reset(&bytes);
	rec_put_u8(&bytes, format);
	rec_put_str(&bytes, STR("$argon2id$lasting"));
	rec_put_u64(&bytes, 7);
	rec_put_str(&bytes, STR("$argon2id$temporary"));
	rec_put_u64(&bytes, 8);
	rec_put_u64(&bytes, 9);
	rec_put_u8(&bytes, mailed);
	if (format == 2)
		rec_put_u64(&bytes, 3);
}

static void
an_old_credential_comes_back(void **state)
{
	struct credential_rec out;

	(void)state;
	for (uint8_t format = 1; format <= 2; format++) {
		put_old_credential(format, false);
		assert_int_equal(credential_rec_get(buf_view(&bytes), &out), 0);
		assert_str(out.temporary, "$argon2id$temporary");
		assert_true(out.temporary_serial == 9);
		assert_true(out.temporary_until == 8);
		assert_int_equal(out.mailed_to.n, 0);
		assert_true(out.born == (format == 1 ? 0 : 3));
		put_old_credential(format, true);
		assert_int_equal(credential_rec_get(buf_view(&bytes), &out), 0);
		assert_str(out.lasting, "$argon2id$lasting");
		assert_int_equal(out.temporary.n, 0);
		assert_int_equal(out.mailed_to.n, 0);
	}
}

static void
a_client_secret_comes_back(void **state)
{
	const struct client_secret_rec in = { STR("digest"), 7 };
	struct client_secret_rec out;

	(void)state;
	client_secret_rec_put(&bytes, &in);
	assert_int_equal(client_secret_rec_get(buf_view(&bytes), &out), 0);
	assert_str(out.digest, "digest");
	assert_true(out.made == 7);
	assert_refuses_damage(client_secret_rec_get, &out);
}

static void
a_consent_comes_back(void **state)
{
	const struct consent_rec in = {
		.scope = STR("openid email"), .given = INT64_MAX, .born = 3
	};
	struct consent_rec out;

	(void)state;
	consent_rec_put(&bytes, &in);
	assert_int_equal(consent_rec_get(buf_view(&bytes), &out), 0);
	assert_str(out.scope, "openid email");
	assert_true(out.given == INT64_MAX);
	assert_true(out.born == 3);
	assert_refuses_damage(consent_rec_get, &out);
}

static void
a_change_of_address_comes_back(void **state)
{
	const struct email_change_rec in = {
		.born = 1,
		.to = STR("new"),
		.from = STR("old"),
		.code = STR("digest"),
		.made = 2,
		.expires = 3,
		.wrong = 4,
		.asked = 5,
		.first = 6,
		.proven = true,
		.former = STR("older"),
		.listed = 7,
	};
	struct email_change_rec out;

	(void)state;
	email_change_rec_put(&bytes, &in);
	assert_int_equal(email_change_rec_get(buf_view(&bytes), &out), 0);
	assert_str(out.to, "new");
	assert_str(out.from, "old");
	assert_str(out.code, "digest");
	assert_str(out.former, "older");
	assert_true(out.born == 1 && out.made == 2 && out.expires == 3);
	assert_true(out.wrong == 4 && out.asked == 5 && out.first == 6);
	assert_true(out.proven && out.listed == 7);
	assert_refuses_damage(email_change_rec_get, &out);
}

static void
an_invitation_comes_back(void **state)
{
	const struct invitation_rec in = {
		.organization = STR("2"),
		.dossier = STR("20"),
		.account = STR("jan"),
		.born = 1,
		.address = STR("jan@example.nl"),
		.inviter = STR("wil"),
		.made = 2,
		.expires = INT64_MAX,
	};
	struct invitation_rec out;

	(void)state;
	invitation_rec_put(&bytes, &in);
	assert_int_equal(invitation_rec_get(buf_view(&bytes), &out), 0);
	assert_str(out.organization, "2");
	assert_str(out.dossier, "20");
	assert_str(out.account, "jan");
	assert_str(out.address, "jan@example.nl");
	assert_str(out.inviter, "wil");
	assert_true(out.born == 1 && out.made == 2);
	assert_true(out.expires == INT64_MAX);
	assert_refuses_damage(invitation_rec_get, &out);
}

static void
a_code_comes_back(void **state)
{
	const struct code_rec in = { .used = true,
		.expires = 1,
		.client = STR("client"),
		.redirect_uri = STR("uri"),
		.challenge = STR("challenge"),
		.nonce = STR("nonce"),
		.scope = STR("scope"),
		.account = STR("account"),
		.epoch = 2,
		.sid = STR("sid"),
		.auth_time = 3,
		.methods = 3,
		.gid = STR("gid") };
	struct code_rec out;

	(void)state;
	code_rec_put(&bytes, &in);
	assert_int_equal(code_rec_get(buf_view(&bytes), &out), 0);
	assert_true(out.used);
	assert_true(out.expires == 1);
	assert_str(out.client, "client");
	assert_str(out.redirect_uri, "uri");
	assert_str(out.challenge, "challenge");
	assert_str(out.nonce, "nonce");
	assert_str(out.scope, "scope");
	assert_str(out.account, "account");
	assert_true(out.epoch == 2);
	assert_str(out.sid, "sid");
	assert_true(out.auth_time == 3);
	assert_int_equal(out.methods, 3);
	assert_str(out.gid, "gid");
	assert_refuses_damage(code_rec_get, &out);
}

static void
a_grant_comes_back(void **state)
{
	const struct grant_rec in = { .client = STR("client"),
		.account = STR("account"),
		.epoch = 1,
		.scope = STR("scope"),
		.sid = STR("sid"),
		.auth_time = 2,
		.methods = 1,
		.nonce = STR("nonce"),
		.began = 3,
		.used = 4,
		.listed = 5,
		.handle = STR("handle"),
		.current = STR("current"),
		.previous = STR("previous"),
		.previous_until = 6,
		.seed = STR("\0seed") };
	struct grant_rec out;

	(void)state;
	grant_rec_put(&bytes, &in);
	assert_int_equal(grant_rec_get(buf_view(&bytes), &out), 0);
	assert_str(out.client, "client");
	assert_str(out.account, "account");
	assert_true(out.epoch == 1);
	assert_str(out.scope, "scope");
	assert_str(out.sid, "sid");
	assert_true(out.auth_time == 2);
	assert_int_equal(out.methods, 1);
	assert_str(out.nonce, "nonce");
	assert_true(out.began == 3);
	assert_true(out.used == 4);
	assert_true(out.listed == 5);
	assert_str(out.handle, "handle");
	assert_str(out.current, "current");
	assert_str(out.previous, "previous");
	assert_true(out.previous_until == 6);
	assert_true(str_eq(out.seed, STR("\0seed")));
	assert_refuses_damage(grant_rec_get, &out);
}

static void
a_session_comes_back(void **state)
{
	const struct session_rec in = { .kind = SESSION_CHANGE,
		.methods = 2,
		.sid = STR("sid"),
		.account = STR("account"),
		.epoch = 1,
		.serial = 2,
		.auth_time = 3,
		.used = 4,
		.expires = 5,
		.listed = 6,
		.source = STR("::1"),
		.proposal = STR("\0secret"),
		.proposed = 7 };
	struct session_rec out;

	(void)state;
	session_rec_put(&bytes, &in);
	assert_int_equal(session_rec_get(buf_view(&bytes), &out), 0);
	assert_int_equal(out.kind, SESSION_CHANGE);
	assert_int_equal(out.methods, 2);
	assert_str(out.sid, "sid");
	assert_str(out.account, "account");
	assert_true(out.epoch == 1);
	assert_true(out.serial == 2);
	assert_true(out.auth_time == 3);
	assert_true(out.used == 4);
	assert_true(out.expires == 5);
	assert_true(out.listed == 6);
	assert_str(out.source, "::1");
	assert_true(str_eq(out.proposal, STR("\0secret")));
	assert_true(out.proposed == 7);
	assert_refuses_damage(session_rec_get, &out);
}

static void
a_second_factor_comes_back(void **state)
{
	const struct second_factor_rec in = { .secret = STR("\0secret"),
		.added = 1,
		.last_step = UINT64_MAX,
		.recovery = STR("\1\0\0\0r"),
		.born = 3 };
	struct second_factor_rec out;

	(void)state;
	second_factor_rec_put(&bytes, &in);
	assert_int_equal(second_factor_rec_get(buf_view(&bytes), &out), 0);
	assert_true(str_eq(out.secret, in.secret));
	assert_true(out.added == 1);
	assert_true(out.last_step == UINT64_MAX);
	assert_true(str_eq(out.recovery, in.recovery));
	assert_true(out.born == 3);
	assert_refuses_damage(second_factor_rec_get, &out);
}

static void
a_throttle_counter_comes_back(void **state)
{
	const struct throttle_rec in = { .tries = UINT32_MAX,
		.last = INT64_MIN,
		.refused = true,
		.slow = true };
	struct throttle_rec out;

	(void)state;
	throttle_rec_put(&bytes, &in);
	assert_int_equal(throttle_rec_get(buf_view(&bytes), &out), 0);
	assert_true(out.tries == UINT32_MAX);
	assert_true(out.last == INT64_MIN);
	assert_true(out.refused);
	assert_true(out.slow);
	assert_refuses_damage(throttle_rec_get, &out);
}

static void
a_mail_comes_back(void **state)
{
	const struct mail_rec in = { .template = MAIL_NEW_DEVICE,
		.language = MAIL_EN,
		.failed = true,
		.account = STR("account"),
		.born = 1,
		.about = STR("contact"),
		.made = 2,
		.begun = 5,
		.due = INT64_MAX,
		.tries = UINT32_MAX,
		.fault = STR("550 no") };
	struct mail_rec out;

	(void)state;
	mail_rec_put(&bytes, &in);
	assert_int_equal(mail_rec_get(buf_view(&bytes), &out), 0);
	assert_int_equal(out.template, MAIL_NEW_DEVICE);
	assert_int_equal(out.language, MAIL_EN);
	assert_true(out.failed);
	assert_str(out.account, "account");
	assert_true(out.born == 1);
	assert_str(out.about, "contact");
	assert_true(out.made == 2);
	assert_true(out.begun == 5);
	assert_true(out.due == INT64_MAX);
	assert_true(out.tries == UINT32_MAX);
	assert_str(out.fault, "550 no");
	assert_refuses_damage(mail_rec_get, &out);
}

static void
an_old_mail_comes_back(void **state)
{
	struct mail_rec out;

	(void)state;
	buf_reset(&bytes);
	rec_put_u8(&bytes, 1);
	rec_put_u8(&bytes, MAIL_WELCOME);
	rec_put_u8(&bytes, MAIL_NL);
	rec_put_u8(&bytes, false);
	rec_put_str(&bytes, STR("account"));
	rec_put_u64(&bytes, 1);
	rec_put_str(&bytes, STR(""));
	rec_put_u64(&bytes, 2);
	rec_put_u64(&bytes, 3);
	rec_put_u64(&bytes, 4);
	rec_put_str(&bytes, STR("550 no"));
	assert_int_equal(mail_rec_get(buf_view(&bytes), &out), 0);
	assert_true(out.made == 2 && out.begun == 2);
	assert_true(out.due == 3);
	assert_int_equal(out.tries, 4);
	assert_str(out.fault, "550 no");
}

static void
a_mail_of_an_unknown_kind_is_refused(void **state)
{
	const struct mail_rec in = { .template = MAIL_WELCOME };
	/* Of template, language and whether it was given up. */
	const unsigned char beyond[] = { MAIL_TEMPLATES, MAIL_LANGUAGES, 2 };
	struct mail_rec out;

	(void)state;
	mail_rec_put(&bytes, &in);
	for (size_t i = 0; i < sizeof(beyond); i++) {
		char kept = bytes.p[1 + i];

		assert_int_equal(mail_rec_get(buf_view(&bytes), &out), 0);
		bytes.p[1 + i] = (char)beyond[i];
		assert_int_equal(
		    mail_rec_get(buf_view(&bytes), &out), HUB_ECORRUPT);
		bytes.p[1 + i] = kept;
	}
}

static void
a_proof_comes_back(void **state)
{
	const struct proven_rec in = { STR("a@example.nl"), 3, INT64_MAX };
	struct proven_rec out;

	(void)state;
	proven_rec_put(&bytes, &in);
	assert_int_equal(proven_rec_get(buf_view(&bytes), &out), 0);
	assert_str(out.address, "a@example.nl");
	assert_true(out.born == 3);
	assert_true(out.at == INT64_MAX);
	assert_refuses_damage(proven_rec_get, &out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_buf, drop_buf)
		TEST(a_credential_comes_back),
		TEST(an_old_credential_comes_back),
		TEST(a_client_secret_comes_back),
		TEST(a_consent_comes_back),
		TEST(a_change_of_address_comes_back),
		TEST(an_invitation_comes_back),
		TEST(a_code_comes_back),
		TEST(a_grant_comes_back),
		TEST(a_session_comes_back),
		TEST(a_second_factor_comes_back),
		TEST(a_throttle_counter_comes_back),
		TEST(a_mail_comes_back),
		TEST(an_old_mail_comes_back),
		TEST(a_mail_of_an_unknown_kind_is_refused),
		TEST(a_proof_comes_back),
#undef TEST
	};

	return UNIT_RUN(tests);
}
