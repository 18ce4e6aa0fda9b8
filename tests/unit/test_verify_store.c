#include "directory/verify.h"

#include <stdio.h>
#include <string.h>
#include "directory/contract.h"
#include "hub_fixture.h"
#include "identity/verify_vault.h"
#include "store/schema.h"
#include "unit.h"

static struct buf told;
static struct verify v;

static void
note(void *ctx, const char *table, const char *key, const char *reason)
{
	(void)ctx;
	buf_printf(&told, "%s %s: %s\n", table, key, reason);
}

static const char *
verify(struct test_hub *hub)
{
	buf_reset(&told);
	v = (struct verify){
		.directory = hub->directory,
		.vault = hub->vault,
		.vault_checks = verify_vault,
		.found = note,
	};
	assert_int_equal(verify_run(&v, &hub->why), 0);
	return hub_text(hub, told.n == 0 ? STR("") : buf_view(&told));
}

static int
setup(void **state)
{
	struct test_hub *hub;

	hub_setup(state);
	hub = *state;
	buf_init(&told, 1 << 20);
	hub_put(hub,
	    "{\"type\":\"organization\",\"id\":\"1\",\"organizationType\":"
	    "\"T\",\"code\":\"C\",\"name\":\"N\"}");
	hub_put(hub, "{\"type\":\"group\",\"id\":\"g\",\"permissions\":[]}");
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"k\",\"organizationId\":\"1\","
	    "\"dossierNumber\":\"D\"}");
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"l\",\"version\":1,"
	    "\"deleted\":true}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"A@b\",\"dossiers\":"
	    "{\"1\":\"D\"},\"groupIds\":[\"g\"],\"enabled\":false}");
	hub_put(hub,
	    "{\"type\":\"contract\",\"id\":\"c\",\"organizationId\":\"1\","
	    "\"dossierNumber\":\"D\",\"format\":\"F\",\"status\":\"S\","
	    "\"metadata\":{\"a\":85.90}}");
	hub_put(hub,
	    "{\"type\":\"contract\",\"id\":\"d\",\"version\":1,"
	    "\"deleted\":true}");
	return 0;
}

static int
teardown(void **state)
{
	buf_free(&told);
	return hub_teardown(state);
}

static void
a_sound_hub_has_no_errors(void **state)
{
	assert_string_equal(verify(*state), "");
	assert_int_equal(v.errors, 0);
	assert_int_equal(v.records, 15);
	assert_false(v.unfinished);
}

/* What is done to one record, past all rules. */
struct damage {
	unsigned int table;
	const char *one, *two, *three, *four, *five; /* pieces of the key */
	const char *from, *to; /* of the value; TO NULL: the record goes */
	const char *says;
};

static void
make_key(struct key *key, const struct damage *d)
{
	const char *const piece[] = { d->one, d->two, d->three, d->four,
		d->five };

	key_begin(key);
	for (size_t i = 0; i < 5 && piece[i] != NULL; i++)
		key_str(key, str_of(piece[i]));
}

/* Replaces the first FROM by TO of the same length; FROM NULL: all. */
static int
do_damage(struct txn *txn, void *arg)
{
	const struct damage *d = arg;
	struct str value;
	struct key key;
	char *at;

	make_key(&key, d);
	if (d->to == NULL) {
		assert_true(txn_del(txn, d->table, &key));
		return 0;
	}
	if (d->from == NULL) {
		txn_put(txn, d->table, &key, str_of(d->to));
		return 0;
	}
	assert_true(txn_get(txn, d->table, &key, &value));
	at = memmem(value.p, value.n, d->from, strlen(d->from));
	assert_non_null(at);
	memcpy(at, d->to, strlen(d->to));
	txn_put(txn, d->table, &key, value);
	return 0;
}

static const struct damage damages[] = {
	{ DIR_ORGANIZATION, "1", .to = NULL,
	    .says = "contact k: organization 1, to which it refers, does not "
		    "exist" },
	{ DIR_ORGANIZATION, "1", .from = "\"name\":\"N\"",
	    .to = "\"name\":\"M\"", .says = "organization 1: the item is not" },
	{ DIR_ORGANIZATION, "1", .to = "",
	    .says = "organization 1: cannot be read" },
	{ DIR_GROUP, "g", .to = NULL,
	    .says = "account a: group g, to which it refers, does not" },
	{ DIR_GROUP, "g", .from = "\"id\":\"g\"", .to = "\"id\":\"h\"",
	    .says = "group g: its id is h" },
	{ DIR_ACCOUNT, "a", .to = NULL,
	    .says = "account_name a@b: leads to account a, which is not" },
	{ DIR_ACCOUNT, "a", .from = "\"groupIds\":[\"g\"]",
	    .to = "\"groupIds\":[\"h\"]", .says = "account a: the item is" },
	{ DIR_ACCOUNT_NAME, "a@b", .to = NULL,
	    .says = "account a: is missing in account_name under a@b" },
	{ DIR_ACCOUNT_NAME, "A@b", .to = "a",
	    .says = "account_name A@b: account a has another username" },
	{ DIR_ACCOUNT_NAME, "x@y", .to = "no",
	    .says = "account_name x@y: leads to account no, which" },
	{ DIR_ACCOUNT_DOSSIER, "1", "D", .to = NULL,
	    .says = "account a: is missing in account_dossier under 1 D" },
	{ DIR_ACCOUNT_DOSSIER, "1", "D", .to = "b",
	    .says = "account a: account_dossier has b under 1 D" },
	{ DIR_ACCOUNT_DOSSIER, "1", "E", .to = "a",
	    .says = "account_dossier 1 E: account a does not have it" },
	{ DIR_MEMBER, "1", "a", .to = NULL,
	    .says = "account a: is missing in member under 1" },
	{ DIR_MEMBER, "2", "a", .to = "",
	    .says = "member 2 a: account a does not belong to it" },
	{ DIR_GROUP_MEMBER, "g", "a", .to = NULL,
	    .says = "account a: is missing in group_member under g" },
	{ DIR_GROUP_MEMBER, "h", "a", .to = "",
	    .says = "group_member h a: account a does not belong to it" },
	{ DIR_CONTACT, "k", .to = NULL,
	    .says = "contact_dossier 1 D: leads to contact k, which is not" },
	{ DIR_CONTACT_DOSSIER, "1", "D", .to = NULL,
	    .says = "contact k: is missing in contact_dossier under 1 D" },
	{ DIR_CONTACT_DOSSIER, "1", "E", .to = "k",
	    .says = "contact_dossier 1 E: contact k has another dossier" },
	{ DIR_CONTACT_DOSSIER, "1", "E", .to = "l",
	    .says = "contact_dossier 1 E: leads to contact l, which is not" },
	{ DIR_CONTRACT, "c", .to = NULL,
	    .says = "contract_line 1 D c: leads to contract c, which is not" },
	{ DIR_CONTRACT, "c", .from = "85.90", .to = "85.91",
	    .says = "contract c: the etag is not" },
	{ DIR_CONTRACT, "c", .from = "{\"id\":", .to = "[\"id\":",
	    .says = "contract c: cannot be read" },
	{ DIR_CONTRACT_LINE, "1", "D", "c", .to = NULL,
	    .says = "contract c: is missing in contract_line under 1 D" },
	{ DIR_CONTRACT_LINE, "1", "D", "c", .from = "85.90", .to = "85.91",
	    .says = "contract c: the item in the list is not" },
	{ DIR_CONTRACT_LINE, "1", "E", "c", .to = "",
	    .says = "contract_line 1 E c: cannot be read" },
	{ DIR_CONTRACT_LINE, "1", "D", "d", .to = "",
	    .says = "contract_line 1 D d: leads to contract d, which is not" },
	{ DIR_CONTACT, "k", .to = NULL,
	    .says = "contact_word 1 d \\x20 k: leads to contact k, which is" },
	{ DIR_CONTACT, "k", .from = "\"D\"", .to = "\"E\"",
	    .says = "contact k: the dossier is not" },
	{ DIR_CONTACT_WORD, "1", "d", " ", "k", .to = NULL,
	    .says = "contact k: is missing in contact_word: a search does" },
	{ DIR_CONTACT_WORD, "1", "", " ", "k", .to = NULL,
	    .says = "contact k: is missing in contact_word: a search does" },
	{ DIR_CONTACT_WORD, "1", "d", " ", "k", .to = "x",
	    .says = "contact k: contact_word has other words of it" },
	{ DIR_CONTACT_WORD, "1", "", " ", "k", .to = "x",
	    .says = "contact k: contact_word has other words of it" },
	{ DIR_CONTACT_WORD, "1", "x", " ", "k", .to = "",
	    .says = "contact_word 1 x \\x20 k: contact k has other words" },
	{ DIR_CONTACT_WORD, "2", "d", " ", "k", .to = "",
	    .says = "contact_word 2 d \\x20 k: contact k has other words" },
	{ DIR_CONTACT_WORD, "1", "d", "x ", "k", .to = "",
	    .says = "contact_word 1 d x\\x20 k: contact k has other words" },
	{ DIR_CONTACT_WORD, "1", "d", " ", "no", .to = "",
	    .says = "contact_word 1 d \\x20 no: leads to contact no, which" },
	/* A tombstone is no contact. */
	{ DIR_CONTACT_WORD, "1", "d", " ", "l", .to = "",
	    .says = "contact_word 1 d \\x20 l: leads to contact l, which" },
	{ DIR_CONTACT_WORD, "1", "d", " ", .to = "",
	    .says = "contact_word 1 d \\x20: the key is not made of four" },
	{ DIR_CONTACT_WORD, "1", "d", " ", "k", "k", .to = "",
	    .says = "contact_word 1 d \\x20 k k: the key is not made of four" },
	{ DIR_EMPLOYEE, "1", "a", .to = "",
	    .says = "employee 1 a: account a is no employee there" },
	{ DIR_EMPLOYEE, "1", "no", .to = "",
	    .says = "employee 1 no: leads to account no, which" },
	{ DIR_EMPLOYEE, "1", .to = "",
	    .says = "employee 1: the key is not made of two" },
	{ DIR_STATE, "epoch", .to = "1", .says = "state epoch: is not a num" },
	{ DIR_CLIENT, "x", .to = "", .says = "client x: cannot be read" },
	{ DIR_KEY, "x", .to = "", .says = "key x: cannot be read" },
	{ DIR_REVOKED, "s", "x", .to = "", .says = "revoked s x: cannot be" },
};

static void
each_kind_of_damage_is_found(void **state)
{
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct damage d = damages[i];
		struct test_hub *hub;
		void *own;

		setup(&own);
		hub = own;
		hub_write(hub, hub->directory, do_damage, &d);
		if (strstr(verify(hub), d.says) == NULL)
			fail_msg(
			    "%zu: '%s' is not in: %s", i, d.says, verify(hub));
		assert_true(v.errors > 0);
		teardown(&own);
	}
	buf_init(&told, 1 << 20);
	(void)state;
}

/* The walk goes on: what comes behind it is found, too. */
static void
a_value_that_is_no_key_does_not_end_the_walk(void **state)
{
	struct damage damage = {
		.table = DIR_CONTACT_DOSSIER, .one = "1", .two = "E"
	};
	struct damage word = { DIR_CONTACT_WORD, "1", "x", " ", "k", .to = "" };
	char value[KEY_MAX + 2];
	struct test_hub *hub = *state;

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	damage.to = value;
	hub_write(hub, hub->directory, do_damage, &damage);
	hub_write(hub, hub->directory, do_damage, &word);
	assert_non_null(
	    strstr(verify(hub), "contact_dossier 1 E: leads to contact vvv"));
	assert_non_null(strstr(verify(hub), "contact k has other words"));
	assert_int_equal(v.errors, 2);
}

static void
damage_in_the_vault_is_found(void **state)
{
	struct damage d = { VAULT_AUDIT, "x", .to = "" };
	struct test_hub *hub = *state;

	hub_write(hub, hub->vault, do_damage, &d);
	assert_string_equal(verify(hub),
	    "audit x: the key is not made of a time and a number\n"
	    "audit x: cannot be read\n");
}

static int
plant_mark(struct txn *txn, void *arg)
{
	import_mark_put(txn, arg);
	return 0;
}

static void
an_unfinished_import_may_still_bring_what_is_referred_to(void **state)
{
	struct damage d = { DIR_GROUP, "g", .to = NULL };
	struct import_mark mark = { .line = 5, .began = 9 };
	struct test_hub *hub = *state;

	hub_write(hub, hub->directory, do_damage, &d);
	hub_write(hub, hub->directory, plant_mark, &mark);
	assert_string_equal(verify(hub), "");
	assert_true(v.unfinished);
	assert_int_equal(v.mark.line, 5);
	assert_int_equal(v.mark.began, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_sound_hub_has_no_errors),
		TEST(each_kind_of_damage_is_found),
		TEST(a_value_that_is_no_key_does_not_end_the_walk),
		TEST(damage_in_the_vault_is_found),
		TEST(an_unfinished_import_may_still_bring_what_is_referred_to),
#undef TEST
	};

	return UNIT_RUN(tests);
}
