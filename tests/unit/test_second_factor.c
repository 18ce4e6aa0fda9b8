#include "identity/second_factor.h"

#include <stdio.h>
#include <string.h>
#include "hub_fixture.h"
#include "store/rec.h"
#include "unit.h"

/* RFC 6238 appendix B, of SHA-1; a code of six digits is the end of one of
 * eight. */
#define SECRET STR("12345678901234567890")

static const struct {
	int64_t time;
	const char *code;
} vectors[] = {
	{ 59, "287082" },
	{ 1111111109, "081804" },
	{ 1111111111, "050471" },
	{ 1234567890, "005924" },
	{ 2000000000, "279037" },
	{ 20000000000, "353130" },
};

#define COUNT (sizeof(vectors) / sizeof(vectors[0]))

static void
codes_are_those_of_the_rfc(void **state)
{
	uint64_t step;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(totp_find(SECRET, str_of(vectors[i].code),
				     vectors[i].time, &step),
		    0);
		assert_true(step == (uint64_t)vectors[i].time / 30);
	}
	assert_int_equal(
	    totp_find(SECRET, STR("94287082"), 59, &step), HUB_EDENIED);
	assert_int_equal(totp_find(SECRET, STR(""), 59, &step), HUB_EDENIED);
	assert_int_equal(
	    totp_find(STR("short"), STR("287082"), 59, &step), HUB_EINVAL);
}

static void
clocks_may_differ_by_one_step(void **state)
{
	static const struct {
		int64_t now;
		int rc;
	} times[] = {
		/* The code of 1234567890 is that of 1234567890..1234567919. */
		{ 1234567890 - 31, HUB_EDENIED },
		{ 1234567890 - 30, 0 },
		{ 1234567890 - 1, 0 },
		{ 1234567919, 0 },
		{ 1234567920, 0 },
		{ 1234567949, 0 },
		{ 1234567950, HUB_EDENIED },
	};
	uint64_t step;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_int_equal(
		    totp_find(SECRET, STR("005924"), times[i].now, &step),
		    times[i].rc);
		if (times[i].rc == 0)
			assert_true(step == 1234567890 / 30);
	}
}

static void
a_secret_is_base32(void **state)
{
	unsigned char one[TOTP_SECRET], other[TOTP_SECRET];
	char text[TOTP_TEXT];

	(void)state;
	assert_int_equal(totp_text(SECRET, text), 0);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_int_equal(totp_text(STR("short"), text), HUB_EINVAL);
	assert_string_equal(text, "");
	totp_make(one);
	totp_make(other);
	assert_memory_not_equal(one, other, sizeof(one));
}

struct use {
	const struct factor_code *code;
	bool used;
};

static int
use(struct txn *vault, void *arg)
{
	struct use *u = arg;

	u->used = factor_code_use(vault, STR("jan"), u->code);
	return 0;
}

static bool
is_used(struct test_hub *hub, const struct factor_code *code)
{
	struct use u = { .code = code };

	hub_write(hub, hub->vault, use, &u);
	return u.used;
}

static int
put(struct txn *vault, void *arg)
{
	second_factor_put(vault, STR("jan"), arg);
	return 0;
}

static struct second_factor_rec
factor_now(struct test_hub *hub)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct second_factor_rec rec;

	assert_true(second_factor_get(txn, STR("jan"), 0, &rec));
	assert_int_equal(store_read_end(txn), 0);
	return rec;
}

static int
read_code(struct test_hub *hub, const struct second_factor_rec *rec,
    const char *typed, int64_t now, struct factor_code *code)
{
	return factor_code_read(hub->arena, rec, str_of(typed), now, code);
}

static void
a_step_is_used_once_and_none_before_it(void **state)
{
	struct test_hub *hub = *state;
	struct second_factor_rec rec = { .secret = SECRET,
		.recovery = STR("") };
	struct factor_code later, earlier;

	hub_write(hub, hub->vault, put, &rec);
	rec = factor_now(hub);
	assert_int_equal(
	    read_code(hub, &rec, " 081 804 ", 1111111109, &earlier), 0);
	assert_int_equal(read_code(hub, &rec, "050471", 1111111109, &later), 0);
	assert_true(later.step == earlier.step + 1);
	assert_true(is_used(hub, &later));
	assert_false(is_used(hub, &later));
	assert_false(is_used(hub, &earlier));
	assert_true(factor_now(hub).last_step == later.step);
}

static void
a_code_of_another_secret_is_not_used(void **state)
{
	struct test_hub *hub = *state;
	struct second_factor_rec rec = { .secret = SECRET,
		.recovery = STR("") };
	struct factor_code code;

	assert_int_equal(read_code(hub, &rec, "287082", 59, &code), 0);
	assert_false(is_used(hub, &code));
	rec.secret = STR("another secret, as it");
	rec.secret.n = TOTP_SECRET;
	hub_write(hub, hub->vault, put, &rec);
	assert_false(is_used(hub, &code));
	assert_true(factor_now(hub).last_step == 0);
}

static void
a_code_for_recovery_works_once_however_it_is_typed(void **state)
{
	struct test_hub *hub = *state;
	struct second_factor_rec rec = { .secret = SECRET };
	struct recovery codes;
	struct factor_code code;
	char typed[RECOVERY_TEXT * 2];

	assert_int_equal(recovery_make(hub->arena, &codes, &rec.recovery), 0);
	hub_write(hub, hub->vault, put, &rec);
	rec = factor_now(hub);
	assert_int_equal(second_factor_left(&rec), RECOVERY_CODES);
	for (int i = 0; i < RECOVERY_CODES; i++) {
		const char *text = codes.text[i];

		assert_int_equal(strlen(text), RECOVERY_TEXT - 1);
		for (int other = 0; other < i; other++)
			assert_string_not_equal(text, codes.text[other]);
		/* In capitals, with letters that look like its digits. */
		snprintf(typed, sizeof(typed), " %s ", text);
		for (char *p = typed; *p != '\0'; p++)
			*p = *p == '0'  ? 'O'
			    : *p == '1' ? 'l'
			    : *p == '-' ? ' '
			    : *p >= 'a' ? (char)(*p - 'a' + 'A')
					: *p;
		assert_int_equal(read_code(hub, &rec, typed, 59, &code), 0);
		assert_true(code.recovery);
		assert_true(is_used(hub, &code));
		assert_false(is_used(hub, &code));
		rec = factor_now(hub);
		assert_int_equal(
		    second_factor_left(&rec), RECOVERY_CODES - 1 - i);
		assert_int_equal(
		    read_code(hub, &rec, text, 59, &code), HUB_EDENIED);
	}
}

static void
what_is_no_code_is_refused(void **state)
{
	static const char *const typed[] = { "", " ", "28708", "2870820",
		"287082a", "28708u", "28708\x80", "287o8z",
		"0000-0000-0000-0000", "0000-0000-0000-00000" };
	struct test_hub *hub = *state;
	struct second_factor_rec rec = { .secret = SECRET };
	struct recovery codes;
	struct factor_code code;

	assert_int_equal(recovery_make(hub->arena, &codes, &rec.recovery), 0);
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		assert_int_equal(
		    read_code(hub, &rec, typed[i], 59, &code), HUB_EDENIED);
}

static void
damage_is_no_factor(void **state)
{
	struct test_hub *hub = *state;
	struct second_factor_rec rec = { .secret = STR("short"),
		.recovery = STR("") };
	struct txn *txn;

	hub_write(hub, hub->vault, put, &rec);
	txn = store_read_begin(hub->vault, hub->arena);
	assert_false(second_factor_get(txn, STR("jan"), 0, &rec));
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
}

static void
the_configuration_says_who_must(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec account = { .groups = STR("\3\0\0\0"
						     "101") };
	struct conf *conf = &hub->conf;

	conf->second_factor = SECOND_FACTOR_NONE;
	assert_false(second_factor_is_required(conf, &account));
	conf->second_factor = SECOND_FACTOR_ALL;
	assert_true(second_factor_is_required(conf, &account));
	conf->second_factor = SECOND_FACTOR_EMPLOYEES;
	assert_false(second_factor_is_required(conf, &account));
	account.groups = STR("\3\0\0\0"
			     "101"
			     "\3\0\0\0"
			     "102");
	assert_true(second_factor_is_required(conf, &account));
	account.groups = STR("\3\0\0\0"
			     "103");
	assert_true(second_factor_is_required(conf, &account));
	conf->second_factor = SECOND_FACTOR_NONE;
	assert_false(second_factor_is_required(conf, &account));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_those_of_the_rfc),
		cmocka_unit_test(clocks_may_differ_by_one_step),
		cmocka_unit_test(a_secret_is_base32),
		TEST(a_step_is_used_once_and_none_before_it),
		TEST(a_code_of_another_secret_is_not_used),
		TEST(a_code_for_recovery_works_once_however_it_is_typed),
		TEST(what_is_no_code_is_refused),
		TEST(damage_is_no_factor),
		TEST(the_configuration_says_who_must),
	};

	return UNIT_RUN(tests);
}
