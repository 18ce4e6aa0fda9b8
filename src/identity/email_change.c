/*
 * Nothing is decided on what a look has shown alone: the vault counts a try and
 * notes the proof in one transaction, and the directory takes the address if the
 * account and it are still what they were.
 */
#include "identity/email_change.h"

#include "base/clock.h"
#include "base/secret.h"
#include "directory/account.h"
#include "directory/account_email.h"
#include "directory/account_rename.h"
#include "directory/username.h"
#include "identity/audit.h"
#include "identity/credential.h"
#include "identity/expiry.h"
#include "identity/mail.h"
#include "identity/signin.h"
#include "store/schema.h"

#define REC_MAX 2048

#define DAY 86400

struct asking {
	const struct hub *hub;
	struct email_form *in;
	struct str to, from;
	struct opaque_digest code;
	struct audit_rec event;
	enum email_result result;
	struct email_change_rec rec;    /* as it is now */
	struct email_change_rec before; /* the proof was noted */
	bool was_proven;
};

/* The change that was asked for in this life of the account. */
static bool
get(struct txn *vault, struct str account, uint64_t born,
    struct email_change_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	*rec = (struct email_change_rec){ 0 };
	key_of(&key, account);
	if (!txn_get(vault, VAULT_EMAIL_CHANGE, &key, &bytes))
		return false;
	rc = email_change_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(vault, rc);
	return rc == 0 && rec->born == born;
}

static void
del(struct txn *vault, struct str account)
{
	struct email_change_rec rec;
	struct str bytes;
	struct key key;

	key_of(&key, account);
	if (!txn_get(vault, VAULT_EMAIL_CHANGE, &key, &bytes))
		return;
	if (email_change_rec_get(bytes, &rec) != 0)
		txn_fail(vault, HUB_ECORRUPT);
	expiry_del(vault, rec.listed, EXPIRY_EMAIL_CHANGE, account);
	txn_del(vault, VAULT_EMAIL_CHANGE, &key);
}

/* In place of one that is there, of whatever life. */
static void
put(struct txn *vault, struct str account, struct email_change_rec *rec)
{
	struct buf bytes;
	struct key key;

	del(vault, account);
	expiry_put(vault, rec->listed, EXPIRY_EMAIL_CHANGE, account);
	buf_init_arena(&bytes, txn_arena(vault), REC_MAX);
	email_change_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, account);
	txn_put(vault, VAULT_EMAIL_CHANGE, &key, buf_view(&bytes));
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* A mail that failed is tried for so long, and the address kept for it. */
static int64_t
end_of_notice(const struct conf *conf, int64_t now)
{
	return now + (int64_t)conf->mail_give_up + DAY;
}

static bool
is_open(const struct email_change_rec *rec, int64_t now)
{
	return now < rec->expires && rec->wrong < EMAIL_CHANGE_TRIES;
}

static bool
is_same(struct str one, struct str other)
{
	return str_eq_nocase(one, other);
}

bool
email_change_waits(struct txn *vault, const struct account_rec *account,
    int64_t now, struct email_change_rec *rec)
{
	struct str address;
	int rc;

	if (!get(vault, account->id, account->born, rec) || !is_open(rec, now))
		return false;
	if (!rec->proven)
		return true;
	rc = account_email(txn_arena(vault), account, &address);
	if (rc != 0)
		txn_fail(vault, rc);
	/* A crash may have come before the directory. */
	return rc == 0 && !is_same(address, rec->to);
}

static enum email_result
fail(struct email_form *in, int err)
{
	in->err = err;
	return EMAIL_FAILED;
}

static void
fill_event(struct asking *a, const char *event)
{
	const struct actor actor = { .source = a->in->source,
		.by = a->in->account->id };

	act_event(&a->event, &actor, event, a->in->account->id, NULL);
}

static void
put_code_mail(struct txn *vault, const struct asking *a, int64_t now)
{
	const struct mail_wish wish = {
		.template = MAIL_ADDRESS_CODE,
		.language = a->in->language,
		.account = a->in->account->id,
		.born = a->in->account->born,
	};
	int rc = mail_put(vault, a->hub->conf, &wish, now);

	if (rc != 0)
		txn_fail(vault, rc);
}

/* The directory is only about to have the address that the former makes way for. */
static void
put_notice(struct txn *vault, const struct conf *conf,
    const struct account_rec *account, enum mail_language language, int64_t now)
{
	const struct mail_wish wish = {
		.template = MAIL_ADDRESS_CHANGED,
		.language = language,
		.account = account->id,
		.born = account->born,
	};
	int rc = mail_put_ahead(vault, conf, &wish, now);

	if (rc != 0)
		txn_fail(vault, rc);
}

/* Mails to addresses that are not known yet are few, whoever asks. */
static bool
count_asked(struct asking *a, int64_t now)
{
	struct email_change_rec *rec = &a->rec;
	int64_t open = rec->first + EMAIL_CHANGE_LIFETIME;

	if (now >= open || now < rec->first) {
		rec->first = now;
		rec->asked = 0;
	}
	if (rec->asked >= EMAIL_CHANGE_ASKS) {
		a->result = EMAIL_THROTTLED;
		a->in->wait_ms = (open - now) * 1000;
		return false;
	}
	rec->asked++;
	return true;
}

static int
ask(struct txn *vault, void *arg)
{
	struct asking *a = arg;
	const struct account_rec *account = a->in->account;
	struct email_change_rec *rec = &a->rec;
	int64_t now = clock_now();

	a->result = EMAIL_DONE;
	/* Who is still to be told of a change before this one will be. */
	if (!get(vault, account->id, account->born, rec))
		*rec = (struct email_change_rec){ .former = STR("") };
	if (!count_asked(a, now))
		return 0;
	rec->born = account->born;
	rec->to = a->to;
	rec->from = a->from;
	rec->code = STR("");
	rec->made = now;
	rec->expires = now + EMAIL_CHANGE_LIFETIME;
	rec->wrong = 0;
	rec->proven = false;
	rec->listed =
	    rec->former.n > 0 ? later(rec->listed, rec->expires) : rec->expires;
	put(vault, account->id, rec);
	audit_put(vault, &a->event);
	put_code_mail(vault, a, now);
	return 0;
}

/* EMAIL_DONE: the current password is right. */
static enum email_result
confirm_password(const struct hub *hub, struct email_form *in)
{
	struct signin confirm = {
		.username = in->account->name,
		.password = in->password,
		.source = in->source,
	};

	switch (signin_confirm(hub, &confirm)) {
	case SIGNIN_DONE:
		return EMAIL_DONE;
	case SIGNIN_THROTTLED:
		in->wait_ms = confirm.wait_ms;
		return EMAIL_THROTTLED;
	case SIGNIN_FAILED:
		return fail(in, confirm.err);
	default:
		return EMAIL_PASSWORD;
	}
}

/* HUB_EDENIED: the account is not what it was when its owner was let in. */
static int
check_account(struct txn *directory, const struct account_rec *seen)
{
	struct account_rec now;

	return account_get(directory, seen->id, &now) &&
		account_is_usable(&now) && now.born == seen->born &&
		now.epoch == seen->epoch && str_eq(now.source, seen->source)
	    ? 0
	    : HUB_EDENIED;
}

static int
look(const struct hub *hub, const struct account_rec *seen)
{
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	int rc = check_account(txn, seen), end = store_read_end(txn);

	return end != 0 ? end : rc;
}

enum email_result
email_change_ask(const struct hub *hub, struct email_form *in)
{
	struct asking a = { .hub = hub, .in = in };
	enum email_result result;
	int rc;

	in->wait_ms = in->err = 0;
	if (username_check(in->address, &a.to, &in->why) != 0)
		return EMAIL_REFUSED;
	result = confirm_password(hub, in);
	if (result != EMAIL_DONE)
		return result;
	/* Hashing took its time. */
	rc = look(hub, in->account);
	if (rc == HUB_EDENIED)
		return EMAIL_CLOSED;
	if (rc == 0)
		rc = account_email(hub->arena, in->account, &a.from);
	if (rc != 0)
		return fail(in, rc);
	in->only_proven = is_same(a.to, a.from);
	fill_event(&a, "account.address_asked");
	rc = store_write(hub->vault, hub->arena, ask, &a);
	return rc == 0 ? a.result : fail(in, rc);
}

/*
 * The digest of a code says whose it is: none is found by trying what another
 * account was sent.
 */
static int
digest_of(const struct hub *hub, struct str account, struct str typed,
    struct opaque_digest *out)
{
	char code[SPELLED_MAX + 1];
	struct buf text;
	int rc;

	out->text[0] = '\0';
	if (spelled_read(typed, code) != EMAIL_CODE_SYMBOLS)
		return 0;
	buf_init_arena(&text, hub->arena, REC_MAX);
	buf_printf(&text, "%.*s %s", STR_ARG(account), code);
	rc = buf_error(&text);
	if (rc == 0)
		rc = opaque_digest_any(buf_view(&text), out);
	secret_clear(code, sizeof(code));
	return rc;
}

static void
count_wrong(struct txn *vault, struct asking *a)
{
	a->rec.wrong++;
	put(vault, a->in->account->id, &a->rec);
	fill_event(a, "account.address_code_wrong");
	audit_put(vault, &a->event);
	a->result =
	    a->rec.wrong < EMAIL_CHANGE_TRIES ? EMAIL_CODE : EMAIL_ENDED;
}

/* Whether the former address still waits to be told of a change. */
static bool
is_untold(struct txn *vault, const struct account_rec *account)
{
	struct mail_rec mail;

	return mail_find(vault, account->id, account->born,
		   MAIL_ADDRESS_CHANGED, &mail) &&
	    !mail.failed;
}

/*
 * Of several changes the address that was there first is who must hear, as long
 * as its mail server may still take that.
 */
static void
set_former(struct txn *vault, const struct conf *conf,
    const struct account_rec *account, struct email_change_rec *rec,
    struct str from, int64_t now)
{
	if (rec->former.n == 0 || !is_untold(vault, account))
		rec->former = from;
	rec->listed = later(rec->listed, end_of_notice(conf, now));
}

static void
note_proof(struct txn *vault, struct asking *a, int64_t now)
{
	const struct account_rec *account = a->in->account;
	struct email_change_rec *rec = &a->rec;

	a->was_proven = proven_is(vault, account);
	rec->proven = true;
	fill_event(a,
	    a->in->only_proven ? "account.address_proven"
			       : "account.address_changed");
	if (!a->in->only_proven) {
		set_former(vault, a->hub->conf, account, rec, rec->from, now);
		/* Who reads the old address must not prove the new one by it. */
		credential_drop_mailed(vault, account->id, account->born);
	}
	put(vault, account->id, rec);
	proven_put(vault, account, rec->to, now);
	audit_put(vault, &a->event);
}

static int
judge(struct txn *vault, void *arg)
{
	struct asking *a = arg;
	const struct account_rec *account = a->in->account;
	int64_t now = clock_now();

	a->result = EMAIL_ENDED;
	if (!email_change_waits(vault, account, now, &a->rec) ||
	    !is_same(a->rec.from, a->from))
		return 0;
	if (a->rec.code.n == 0 ||
	    !secret_eq(a->rec.code, str_of(a->code.text))) {
		count_wrong(vault, a);
		return 0;
	}
	a->result = EMAIL_DONE;
	a->before = a->rec;
	a->in->only_proven = is_same(a->rec.to, a->from);
	if (!a->rec.proven)
		note_proof(vault, a, now);
	/* After a crash, too: a try before the directory has found nothing to tell. */
	if (!a->in->only_proven)
		put_notice(vault, a->hub->conf, account, a->in->language, now);
	return 0;
}

static int
rename_account(struct txn *directory, void *arg)
{
	struct asking *a = arg;
	int rc = check_account(directory, a->in->account);

	return rc == 0 ? account_rename(directory, a->in->account->id,
			     a->rec.to, &a->in->why)
		       : rc;
}

/* The proof of the old address is there again, and the change has ended. */
static int
take_back(struct txn *vault, void *arg)
{
	struct asking *a = arg;
	const struct account_rec *account = a->in->account;
	struct email_change_rec rec;
	int64_t now = clock_now();

	audit_put(vault, &a->event);
	if (a->was_proven)
		proven_put(vault, account, a->rec.from, now);
	/* It may have been asked for anew. */
	if (!get(vault, account->id, account->born, &rec) ||
	    !str_eq(rec.code, a->rec.code))
		return 0;
	rec.former = a->before.former;
	rec.proven = false;
	rec.expires = now;
	put(vault, account->id, &rec);
	return 0;
}

static enum email_result
finish(struct asking *a)
{
	const struct hub *hub = a->hub;
	int rc, back;

	if (a->in->only_proven)
		return EMAIL_DONE;
	rc = store_write(hub->directory, hub->arena, rename_account, a);
	if (rc == 0)
		return EMAIL_DONE;
	fill_event(a, "account.address_not_changed");
	back = store_write(hub->vault, hub->arena, take_back, a);
	if (rc == HUB_EDENIED && back == 0)
		return EMAIL_CLOSED;
	if (rc == HUB_ECONFLICT && back == 0)
		return EMAIL_TAKEN;
	return fail(a->in, back != 0 ? back : rc);
}

enum email_result
email_change_confirm(const struct hub *hub, struct email_form *in)
{
	struct asking a = { .hub = hub, .in = in };
	int rc = look(hub, in->account);

	in->wait_ms = in->err = 0;
	if (rc == HUB_EDENIED)
		return EMAIL_CLOSED;
	if (rc == 0)
		rc = account_email(hub->arena, in->account, &a.from);
	if (rc == 0)
		rc = digest_of(hub, in->account->id, in->code, &a.code);
	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, judge, &a);
	if (rc != 0)
		return fail(in, rc);
	return a.result == EMAIL_DONE ? finish(&a) : a.result;
}

static int
drop(struct txn *vault, void *arg)
{
	struct asking *a = arg;
	const struct account_rec *account = a->in->account;

	a->result = EMAIL_ENDED;
	if (!email_change_waits(vault, account, clock_now(), &a->rec))
		return 0;
	a->result = EMAIL_DONE;
	/* What was asked for is still counted. */
	a->rec.expires = clock_now();
	put(vault, account->id, &a->rec);
	audit_put(vault, &a->event);
	return 0;
}

enum email_result
email_change_drop(const struct hub *hub, struct email_form *in)
{
	struct asking a = { .hub = hub, .in = in };
	int rc;

	in->wait_ms = in->err = 0;
	fill_event(&a, "account.address_dropped");
	rc = store_write(hub->vault, hub->arena, drop, &a);
	return rc == 0 ? a.result : fail(in, rc);
}

void
email_change_replaced(struct txn *vault, const struct conf *conf,
    const struct account_rec *account, bool tell, int64_t now)
{
	struct email_change_rec rec;
	struct str from;
	bool there = get(vault, account->id, account->born, &rec);
	int rc = account_email(txn_arena(vault), account, &from);

	if (rc != 0) {
		txn_fail(vault, rc);
		return;
	}
	if (!there && !tell)
		return;
	if (!there)
		rec = (struct email_change_rec){ .born = account->born,
			.to = from,
			.from = from,
			.made = now,
			.first = now };
	if (tell && conf_sends_mail(conf)) {
		set_former(vault, conf, account, &rec, from, now);
		put_notice(vault, conf, account,
		    (enum mail_language)conf->mail_language, now);
	}
	rec.expires = now;
	rec.listed = later(rec.listed, now);
	put(vault, account->id, &rec);
}

struct sending {
	struct str account;
	uint64_t born;
	int64_t now;
	struct opaque_digest code;
	struct email_change_rec rec;
	struct account_rec holder;
};

/* HUB_ENOENT: no code is to go out. */
static int
look_for_code(const struct hub *hub, struct sending *s)
{
	struct account_rec other;
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	bool found = account_get(txn, s->account, &s->holder) &&
	    s->holder.born == s->born && account_is_usable(&s->holder);
	int rc = store_read_end(txn);

	if (rc != 0 || !found)
		return rc != 0 ? rc : HUB_ENOENT;
	txn = store_read_begin(hub->vault, hub->arena);
	found = email_change_waits(txn, &s->holder, s->now, &s->rec) &&
	    !s->rec.proven;
	if ((rc = store_read_end(txn)) != 0 || !found)
		return rc != 0 ? rc : HUB_ENOENT;
	txn = store_read_begin(hub->directory, hub->arena);
	found = account_by_name(txn, s->rec.to, &other) &&
	    !str_eq(other.id, s->account);
	rc = store_read_end(txn);
	return rc == 0 && found ? HUB_ENOENT : rc;
}

static int
put_code(struct txn *vault, void *arg)
{
	const struct sending *s = arg;
	struct email_change_rec rec;

	if (!email_change_waits(vault, &s->holder, s->now, &rec) ||
	    rec.proven || !str_eq(rec.to, s->rec.to))
		return HUB_ENOENT;
	rec.code = str_of(s->code.text);
	put(vault, s->account, &rec);
	return 0;
}

int
email_change_code(const struct hub *hub, struct str account, uint64_t born,
    int64_t now, struct email_code *out)
{
	struct sending s = { .account = account, .born = born, .now = now };
	int rc = look_for_code(hub, &s);

	*out = (struct email_code){ .to = STR("") };
	if (rc != 0)
		return rc;
	spelled_make(out->text, EMAIL_CODE_SYMBOLS);
	rc = digest_of(hub, account, str_of(out->text), &s.code);
	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, put_code, &s);
	if (rc != 0) {
		secret_clear(out->text, sizeof(out->text));
		return rc;
	}
	out->to = s.rec.to;
	out->until = s.rec.expires;
	return 0;
}

int
email_change_former(
    const struct hub *hub, struct str account, uint64_t born, struct str *to)
{
	struct email_change_rec rec;
	struct account_rec holder;
	struct str address;
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	bool found = account_get(txn, account, &holder) && holder.born == born;
	int rc = store_read_end(txn);

	*to = STR("");
	if (rc != 0 || !found)
		return rc != 0 ? rc : HUB_ENOENT;
	if ((rc = account_email(hub->arena, &holder, &address)) != 0)
		return rc;
	txn = store_read_begin(hub->vault, hub->arena);
	found = get(txn, account, born, &rec) && rec.former.n > 0 &&
	    !is_same(rec.former, address);
	if ((rc = store_read_end(txn)) != 0 || !found)
		return rc != 0 ? rc : HUB_ENOENT;
	*to = rec.former;
	return 0;
}

bool
email_change_expire(struct txn *vault, struct str account, int64_t now)
{
	struct email_change_rec rec;
	struct str bytes;
	struct key key;

	key_of(&key, account);
	if (!txn_get(vault, VAULT_EMAIL_CHANGE, &key, &bytes))
		return false;
	if (email_change_rec_get(bytes, &rec) != 0) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	if (now < rec.listed) {
		expiry_put(vault, rec.listed, EXPIRY_EMAIL_CHANGE, account);
		return false;
	}
	return txn_del(vault, VAULT_EMAIL_CHANGE, &key);
}
