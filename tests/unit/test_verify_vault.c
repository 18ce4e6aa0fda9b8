#include "identity/verify_vault.h"

#include <stdio.h>
#include "directory/verify.h"
#include "identity/audit.h"
#include "identity/client_secret.h"
#include "identity/code.h"
#include "identity/credential.h"
#include "identity/expiry.h"
#include "identity/mail.h"
#include "identity/proven.h"
#include "store/credential_rec.h"
#include "store/email_change_rec.h"
#include "store/invitation_rec.h"
#include "store/schema.h"
#include "store/throttle_rec.h"
#include "unit.h"
#include "vault_fixture.h"

#define DAY ((int64_t)86400)

static struct buf told;
/* Of the vault that was set up last. */
static struct opaque_digest code, cookie, handle;

static int
put_rest(struct txn *vault, void *arg)
{
	const struct credential_rec credential = { .lasting = STR("$") };
	const struct throttle_rec throttle = { .tries = 1 };
	struct opaque_digest digest = { "digest" };
	const struct account_rec account = { .id = STR("a"), .born = 1 };
	const struct mail_wish wish = { MAIL_RESET, MAIL_NL, STR("a"), 1,
		STR("") };
	struct test_hub *hub = arg;
	struct buf bytes;
	struct key key;

	proven_put(vault, &account, STR("a@example.nl"), T0);
	assert_int_equal(mail_put(vault, &hub->conf, &wish, T0), 0);
	client_secret_put(vault, STR("app"), &digest, T0);
	buf_init_arena(&bytes, txn_arena(vault), 256);
	credential_rec_put(&bytes, &credential);
	key_of(&key, STR("a"));
	txn_put(vault, VAULT_CREDENTIAL, &key, buf_view(&bytes));
	buf_init_arena(&bytes, txn_arena(vault), 256);
	throttle_rec_put(&bytes, &throttle);
	key_of(&key, STR("n"));
	txn_put(vault, VAULT_THROTTLE, &key, buf_view(&bytes));
	credential_note_sign_in(vault, STR("a"), T0);
	return 0;
}

static int
put_asked(struct txn *vault, void *arg)
{
	const struct email_change_rec change = { .to = STR("b"),
		.from = STR("a"),
		.expires = T0 + 3600,
		.listed = T0 + 3600 };
	const struct invitation_rec invitation = { .organization = STR("1"),
		.dossier = STR("10"),
		.account = STR("a"),
		.expires = T0 + 3600 };
	struct buf bytes;
	struct key key;

	(void)arg;
	buf_init_arena(&bytes, txn_arena(vault), 256);
	email_change_rec_put(&bytes, &change);
	key_of(&key, STR("a"));
	txn_put(vault, VAULT_EMAIL_CHANGE, &key, buf_view(&bytes));
	expiry_put(vault, change.listed, EXPIRY_EMAIL_CHANGE, STR("a"));
	buf_init_arena(&bytes, txn_arena(vault), 256);
	invitation_rec_put(&bytes, &invitation);
	key_of(&key, STR("c"));
	txn_put(vault, VAULT_INVITATION, &key, buf_view(&bytes));
	expiry_put(vault, invitation.expires, EXPIRY_INVITATION, STR("c"));
	key_begin(&key);
	key_str(&key, STR("a"));
	key_str(&key, STR("c"));
	txn_put(vault, VAULT_ACCOUNT_INVITATION, &key, STR(""));
	return 0;
}

/* A code, a session, a grant within the window of its successor. */
static int
setup(void **state)
{
	struct refresh_digests digests;
	struct test_hub *hub;
	struct refresh token;
	struct opaque secret;

	hub_setup(state);
	hub = *state;
	buf_init(&told, 1 << 20);
	secret = vault_code(hub, "g", "", T0);
	code = digest_of(&secret);
	secret = vault_session(hub, "a", "s", T0);
	cookie = digest_of(&secret);
	token = vault_grant(hub, "a", "app", "g", "s", T0);
	assert_int_equal(refresh_digests_of(str_of(token.text), &digests), 0);
	handle = digests.handle;
	assert_int_equal(vault_refresh(hub, token.text, "app", 1, T0, NULL), 0);
	memcpy(hub->conf.mail_server, "localhost:25", 13);
	hub_write(hub, hub->vault, put_rest, hub);
	hub_write(hub, hub->vault, put_asked, NULL);
	return 0;
}

static int
teardown(void **state)
{
	buf_free(&told);
	return hub_teardown(state);
}

static void
note(void *ctx, const char *table, const char *key, const char *reason)
{
	(void)ctx;
	buf_printf(&told, "%s %s: %s\n", table, key, reason);
}

static const char *
verify(struct test_hub *hub, struct verify *v)
{
	*v = (struct verify){ .directory = hub->directory,
		.vault = hub->vault,
		.vault_checks = verify_vault,
		.found = note };
	buf_reset(&told);
	assert_int_equal(verify_run(v, &hub->why), 0);
	return hub_text(hub, told.n == 0 ? STR("") : buf_view(&told));
}

static void
a_sound_vault_has_no_errors(void **state)
{
	struct verify v;

	assert_string_equal(verify(*state, &v), "");
	/* Eleven records, five entries of indexes, six of expiry. */
	assert_int_equal(v.records, 22);
}

/* What is done to one record, past all rules. */
struct damage {
	unsigned int table;
	const char *one, *two; /* pieces of the key */
	/* In place of those, an entry of expiry. */
	int64_t when;
	enum expiry_kind kind;
	bool due;       /* or one of mail_due */
	const char *to; /* the value; NULL: the record goes */
	const char *says;
};

static int
do_damage(struct txn *vault, void *arg)
{
	const struct damage *d = arg;
	struct key key;

	if (d->kind != 0)
		expiry_key(&key, d->when, d->kind, str_of(d->one));
	else if (d->due)
		mail_due_key(&key, d->when, str_of(d->one));
	else
		key_of(&key, str_of(d->one));
	if (d->two != NULL)
		key_str(&key, str_of(d->two));
	if (d->to == NULL)
		assert_true(txn_del(vault, d->table, &key));
	else
		txn_put(vault, d->table, &key, str_of(d->to));
	return 0;
}

static void
assert_found(struct test_hub *hub, const struct damage *d)
{
	struct damage copy = *d;
	struct verify v;

	hub_write(hub, hub->vault, do_damage, &copy);
	if (strstr(verify(hub, &v), d->says) == NULL)
		fail_msg("'%s' is not in: %s", d->says, verify(hub, &v));
}

/* When the grant ends unless it is used. */
#define IDLE_END (T0 + 30 * DAY)

static const struct damage damages[] = {
	{ VAULT_KEY, "x", .to = "", .says = "key x: cannot be read" },
	{ VAULT_AUDIT_ABOUT, "x", .to = "",
	    .says = "audit_about x: the key is not made of what" },
	{ VAULT_AUDIT, "x", .to = "",
	    .says = "audit x: the key is not made of a time" },
	{ VAULT_CREDENTIAL, "a", .to = "",
	    .says = "credential a: cannot be read" },
	{ VAULT_CREDENTIAL, "a", "b", .to = "",
	    .says = "credential a b: the key is not one text" },
	{ VAULT_CLIENT_SECRET, "app", .to = "",
	    .says = "client_secret app: cannot be read" },
	{ VAULT_SECOND_FACTOR, "a", .to = "",
	    .says = "second_factor a: cannot be read" },
	{ VAULT_SECOND_FACTOR, "a", "b", .to = "",
	    .says = "second_factor a b: the key is not one text" },
	{ VAULT_THROTTLE, "n", .to = "", .says = "throttle n: cannot be read" },
	{ VAULT_CODE, code.text, .to = "", .says = ": cannot be read" },
	{ VAULT_CODE, code.text, .to = NULL,
	    .says = ": no record stands at this place" },
	{ VAULT_EXPIRY, code.text, .when = T0 + 3660, .kind = EXPIRY_CODE,
	    .says = ": is missing in expiry at 1800003660" },
	{ VAULT_EXPIRY, code.text, .when = T0 + 3661, .kind = EXPIRY_CODE,
	    .to = "", .says = ": no record stands at this place" },
	{ VAULT_GRANT, "g", .to = "", .says = "grant g: cannot be read" },
	{ VAULT_GRANT, "g", .says = "account_grant a g: leads to" },
	{ VAULT_GRANT, "g", .says = ": leads to grant g, which is" },
	{ VAULT_REFRESH, handle.text,
	    .says = "grant g: is missing in refresh" },
	{ VAULT_REFRESH, handle.text, .to = "h",
	    .says = "grant g: refresh leads to h" },
	{ VAULT_REFRESH, "x", .to = "g",
	    .says = "refresh x: grant g has another handle" },
	{ VAULT_ACCOUNT_GRANT, "a", "g",
	    .says = "grant g: is missing in account_grant under a g" },
	{ VAULT_ACCOUNT_GRANT, "b", "g", .to = "",
	    .says = "account_grant b g: grant g is another" },
	{ VAULT_ACCOUNT_GRANT, "a", "g", .to = "x",
	    .says = "account_grant a g: holds something" },
	{ VAULT_ACCOUNT_GRANT, "a", .to = "",
	    .says = "account_grant a: the key is not made of two" },
	{ VAULT_EXPIRY, "g", .when = IDLE_END, .kind = EXPIRY_GRANT,
	    .says = "grant g: is missing in expiry at" },
	{ VAULT_EXPIRY, "g", .when = T0 + 10, .kind = EXPIRY_WINDOW,
	    .says = "grant g: is missing in expiry at" },
	{ VAULT_EXPIRY, "g", .when = T0 + 11, .kind = EXPIRY_WINDOW, .to = "",
	    .says = ": no record stands at this place" },
	{ VAULT_SESSION, cookie.text, .to = "", .says = ": cannot be read" },
	{ VAULT_SESSION, cookie.text,
	    .says = "account_session a s: leads to a session that" },
	{ VAULT_ACCOUNT_SESSION, "a", "s",
	    .says = ": is missing in account_session under a s" },
	{ VAULT_ACCOUNT_SESSION, "a", "s", .to = "x",
	    .says = ": account_session leads elsewhere under a s" },
	{ VAULT_ACCOUNT_SESSION, "b", "s", .to = cookie.text,
	    .says = "account_session b s: leads to session s of" },
	{ VAULT_EXPIRY, cookie.text, .when = T0 + 3600, .kind = EXPIRY_SESSION,
	    .says = ": is missing in expiry at 1800003600" },
	{ VAULT_EXPIRY, "g", .when = IDLE_END, .kind = EXPIRY_GRANT, .to = "x",
	    .says = ": holds something" },
	{ VAULT_EXPIRY, "g", .when = IDLE_END, .kind = 'x', .to = "",
	    .says = ": the key is not made of a time, a kind" },
	{ VAULT_EXPIRY, "g", "g", .when = IDLE_END, .kind = EXPIRY_GRANT,
	    .to = "", .says = ": the key is not made of a time" },
	{ VAULT_EMAIL_CHANGE, "a", .to = "",
	    .says = "email_change a: cannot be read" },
	{ VAULT_EXPIRY, "a", .when = T0 + 3600, .kind = EXPIRY_EMAIL_CHANGE,
	    .says = "email_change a: is missing in expiry" },
	{ VAULT_EXPIRY, "x", .when = T0, .kind = EXPIRY_EMAIL_CHANGE, .to = "",
	    .says = ": no record stands at this place" },
	{ VAULT_INVITATION, "c", .to = "",
	    .says = "invitation c: cannot be read" },
	{ VAULT_INVITATION, "c",
	    .says = "leads to the invitation of contact c, which" },
	{ VAULT_ACCOUNT_INVITATION, "a", "c",
	    .says = "invitation c: is missing in account_invitation" },
	{ VAULT_ACCOUNT_INVITATION, "b", "c", .to = "",
	    .says = "the invitation of contact c is another" },
	{ VAULT_ACCOUNT_INVITATION, "a", "c", .to = "x",
	    .says = "account_invitation a c: holds something" },
	{ VAULT_EXPIRY, "c", .when = T0 + 3600, .kind = EXPIRY_INVITATION,
	    .says = "invitation c: is missing in expiry" },
	{ VAULT_CONSENT, "a", "app", .to = "",
	    .says = "consent a app: cannot be read" },
	{ VAULT_CONSENT, "a", .to = "",
	    .says = "consent a: the key is not made of two" },
	{ VAULT_DEVICE, "a", "d", .to = "soon",
	    .says = "device a d: cannot be read" },
	{ VAULT_DEVICE, "a", .to = "eighteen",
	    .says = "device a: the key is not made of two texts" },
	{ VAULT_PROVEN, "a", .to = "", .says = "proven a: cannot be read" },
	{ VAULT_PROVEN, "a", "b", .to = "",
	    .says = "proven a b: the key is not one text" },
	{ VAULT_MAIL, "a/reset", .to = "",
	    .says = "mail a/reset: cannot be read" },
	{ VAULT_MAIL, "a/reset", "b", .to = "",
	    .says = "mail a/reset b: the key is not one text" },
	{ VAULT_MAIL, "a/reset", .says = ": no mail is due then" },
	{ VAULT_MAIL_DUE, "a/reset", .when = T0, .due = true,
	    .says = "mail a/reset: is missing in mail_due" },
	{ VAULT_MAIL_DUE, "a/reset", .when = T0 + 1, .due = true, .to = "",
	    .says = ": no mail is due then" },
	{ VAULT_MAIL_DUE, "a/reset", .when = T0, .due = true, .to = "x",
	    .says = ": holds something" },
	{ VAULT_MAIL_DUE, "x", .to = "",
	    .says = "mail_due x: the key is not made of a time and a name" },
	{ VAULT_SIGNED_IN, "a", .to = "",
	    .says = "signed_in a: cannot be read" },
	{ VAULT_SIGNED_IN, "a", .to = "soon",
	    .says = "signed_in a: cannot be read" },
	{ VAULT_SIGNED_IN, "a", .to = "eighteen",
	    .says = "signed_in a: cannot be read" },
	{ VAULT_SIGNED_IN, "a", .to = "what follows is too much",
	    .says = "signed_in a: cannot be read" },
	{ VAULT_SIGNED_IN, "a", "b", .to = "",
	    .says = "signed_in a b: the key is not one text" },
	{ VAULT_SIGNED_IN, "b", .to = "",
	    .says = "signed_in b: account b has no credential: if there is" },
	{ VAULT_CREDENTIAL, "a",
	    .says = "signed_in a: account a has no credential: if there is" },
	/* A value that is no key must not end the walk. */
	{ VAULT_REFRESH, "x", .to = "",
	    .says = "refresh x: leads to grant , which is" },
};

/* Each in a vault of its own: one damage must not hide another. */
static void
each_kind_of_damage_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct damage d = damages[i];
		void *own;

		setup(&own);
		assert_found(own, &d);
		teardown(&own);
	}
	buf_init(&told, 1 << 20);
}

/* A finding is read by people and goes into logs. */
static int
put_event(struct txn *vault, void *arg)
{
	const struct audit_rec rec = { .event = STR("e"),
		.account = STR("a"),
		.by = STR("b"),
		.contact = STR("c"),
		.organization = STR("o") };

	(void)arg;
	audit_put(vault, &rec);
	return 0;
}

/* An entry that leads to the event, or that of another subject instead. */
static const struct {
	struct audit_subject gone, come;
	const char *says;
} leads[] = {
	{ { AUDIT_ACCOUNT, STR("a") }, { AUDIT_ACCOUNT, STR("a2") },
	    "is missing in audit_about under a a\n" },
	{ { AUDIT_ACCOUNT, STR("b") }, { AUDIT_ACCOUNT, STR("b2") },
	    "is missing in audit_about under a b\n" },
	{ { AUDIT_CONTACT, STR("c") }, { AUDIT_CONTACT, STR("c2") },
	    "is missing in audit_about under c c\n" },
	{ { AUDIT_ORGANIZATION, STR("o") }, { AUDIT_CONTACT, STR("o") },
	    "is missing in audit_about under o o\n" },
};

static struct audit_mark
mark_of_event(struct test_hub *hub)
{
	const struct audit_subject subject = { AUDIT_CONTACT, STR("c") };
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct audit_list list;
	struct audit_mark mark;
	struct audit_rec rec;

	audit_list_begin(&list, vault, &subject, 1, NULL);
	assert_true(audit_list_next(&list, &mark, &rec));
	audit_list_end(&list);
	hub_look_end(vault);
	return mark;
}

struct misleading {
	const struct audit_mark *mark;
	struct audit_subject gone, come;
};

static int
mislead(struct txn *vault, void *arg)
{
	const struct misleading *m = arg;
	struct key key;

	audit_about_key(&key, m->gone, m->mark);
	assert_true(txn_del(vault, VAULT_AUDIT_ABOUT, &key));
	audit_about_key(&key, m->come, m->mark);
	txn_put(vault, VAULT_AUDIT_ABOUT, &key, STR(""));
	return 0;
}

static int
drop_event(struct txn *vault, void *arg)
{
	struct key key;

	audit_mark_key(&key, arg);
	assert_true(txn_del(vault, VAULT_AUDIT, &key));
	return 0;
}

static void
an_event_and_what_leads_to_it_belong_together(void **state)
{
	struct test_hub *hub = *state;
	struct audit_mark mark;
	struct verify v;

	hub_write(hub, hub->vault, put_event, NULL);
	assert_string_equal(verify(hub, &v), "");
	mark = mark_of_event(hub);
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		struct misleading m = { &mark, leads[i].gone, leads[i].come };
		struct misleading back = { &mark, m.come, m.gone };

		hub_write(hub, hub->vault, mislead, &m);
		assert_non_null(strstr(verify(hub, &v), leads[i].says));
		assert_non_null(
		    strstr(verify(hub, &v), "the event is not about that"));
		hub_write(hub, hub->vault, mislead, &back);
	}
	assert_string_equal(verify(hub, &v), "");
	hub_write(hub, hub->vault, drop_event, &mark);
	assert_non_null(
	    strstr(verify(hub, &v), "leads to an event that is not there"));
	assert_int_equal(v.errors, 4);
}

static void
no_finding_holds_a_secret(void **state)
{
	struct test_hub *hub = *state;
	struct opaque shown = vault_session(hub, "b", "t", T0);
	struct opaque_digest digest = digest_of(&shown);
	struct damage d = { VAULT_SESSION, digest.text, .to = "" };
	struct verify v;

	hub_write(hub, hub->vault, do_damage, &d);
	assert_non_null(strstr(verify(hub, &v), digest.text));
	assert_null(strstr(verify(hub, &v), shown.text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_sound_vault_has_no_errors),
		TEST(each_kind_of_damage_is_found),
		TEST(an_event_and_what_leads_to_it_belong_together),
		TEST(no_finding_holds_a_secret),
#undef TEST
	};

	return UNIT_RUN(tests);
}
