/*
 * The vault is first: a password that went to the old address opens nothing
 * before the account has another one. It is looked at once more afterwards, for
 * what the housekeeper has mailed in between.
 */
#include "identity/email_set.h"

#include "base/clock.h"
#include "directory/account.h"
#include "directory/account_email.h"
#include "directory/account_rename.h"
#include "directory/username.h"
#include "identity/audit.h"
#include "identity/credential.h"
#include "identity/email_change.h"
#include "identity/mail.h"
#include "identity/proven.h"

struct setting {
	const struct hub *hub;
	struct email_set *in;
	struct why *why;
	struct str to;
	struct account_rec account; /* as it was seen */
	struct audit_rec event;
	bool same;
};

static int
check_taken(struct txn *directory, struct setting *s)
{
	struct account_rec other;

	s->in->taken = account_by_name(directory, s->to, &other) &&
	    !str_eq(other.id, s->account.id);
	if (!s->in->taken)
		return 0;
	return why_set(s->why, HUB_ECONFLICT,
	    "the address is the username of account %.*s already",
	    STR_ARG(other.id));
}

static int
has_changed(struct setting *s)
{
	return why_set(s->why, HUB_ECONFLICT,
	    "account %.*s has just been changed: try again",
	    STR_ARG(s->in->account));
}

static int
check(struct txn *directory, struct setting *s)
{
	int rc;

	if (s->in->seen == NULL)
		return check_taken(directory, s);
	if (s->in->seen->shared)
		return has_changed(s);
	rc = dossier_check(directory, s->in->seen);
	if (rc != 0)
		return rc == HUB_ECONFLICT ? has_changed(s) : rc;
	return check_taken(directory, s);
}

static int
look(struct setting *s)
{
	const struct hub *hub = s->hub;
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	bool found = account_get(txn, s->in->account, &s->account);
	int rc = found ? check(txn, s) : HUB_ENOENT, end = store_read_end(txn);
	struct str address;

	if (end != 0)
		return why_set(s->why, end, "directory: %s", err_text(end));
	if (!found)
		return why_set(s->why, HUB_ENOENT, "there is no account %.*s",
		    STR_ARG(s->in->account));
	if (rc == 0)
		rc = account_email(hub->arena, &s->account, &address);
	if (rc == 0)
		s->same =
		    str_eq(s->to, address) && str_eq(s->to, s->account.name);
	return rc;
}

static bool
waits_for_welcome(struct txn *vault, const struct setting *s)
{
	struct credential_rec rec;

	return s->hub->conf->delivery == DELIVERY_MAILED &&
	    credential_get(vault, s->account.id, &rec) &&
	    rec.born == s->account.born && rec.lasting.n == 0;
}

/* What went to the old address opens nothing, and another goes to the new. */
static int
welcome(struct txn *vault, const struct setting *s,
    int (*put)(struct txn *vault, const struct conf *conf,
	const struct mail_wish *wish, int64_t now))
{
	const struct conf *conf = s->hub->conf;
	const struct mail_wish wish = {
		.template = MAIL_WELCOME,
		.language = (enum mail_language)conf->mail_language,
		.account = s->account.id,
		.born = s->account.born,
	};

	credential_drop_mailed(vault, s->account.id, s->account.born);
	return waits_for_welcome(vault, s)
	    ? put(vault, conf, &wish, clock_now())
	    : 0;
}

/* The mail is queued at once: there is none after a crash otherwise. */
static int
begin(struct txn *vault, void *arg)
{
	struct setting *s = arg;
	bool proven = proven_is(vault, &s->account);

	if (s->in->seen != NULL && proven)
		return why_set(s->why, HUB_ECONFLICT,
		    "the address of account %.*s is proven: its owner changes "
		    "it",
		    STR_ARG(s->account.id));
	email_change_replaced(
	    vault, s->hub->conf, &s->account, proven, clock_now());
	audit_put(vault, &s->event);
	return welcome(vault, s, mail_put_ahead);
}

static int
rename_account(struct txn *directory, void *arg)
{
	struct setting *s = arg;
	struct account_rec now;
	int rc = check(directory, s);

	if (rc != 0)
		return rc;
	if (!account_get(directory, s->account.id, &now) ||
	    now.born != s->account.born ||
	    !str_eq(now.source, s->account.source))
		return has_changed(s);
	return account_rename(directory, s->account.id, s->to, s->why);
}

static int
write_event(struct txn *vault, void *arg)
{
	const struct setting *s = arg;

	audit_put(vault, &s->event);
	return 0;
}

/* Once more, for what was mailed to the old address in between. */
static int
welcome_again(struct txn *vault, void *arg)
{
	return welcome(vault, arg, mail_put);
}

static int
store(struct setting *s)
{
	const struct hub *hub = s->hub;
	int rc = store_write(hub->vault, hub->arena, begin, s);

	if (rc == HUB_ECONFLICT)
		return rc;
	if (rc == HUB_EFULL)
		return why_set(s->why, rc,
		    "the queue of mails, or the vault, is full: see what waits "
		    "with hubctl mail list");
	if (rc != 0)
		return why_set(s->why, rc, "vault: %s", err_text(rc));
	rc = store_write(hub->directory, hub->arena, rename_account, s);
	if (rc != 0) {
		if (rc != HUB_ECONFLICT)
			why_say(s->why, "directory: %s", err_text(rc));
		s->event.event = STR("account.address_not_set");
		store_write(hub->vault, hub->arena, write_event, s);
		return rc;
	}
	rc = store_write(hub->vault, hub->arena, welcome_again, s);
	return rc == 0 ? 0
		       : why_set(s->why, rc,
			     "the address is changed, but the mail to it is "
			     "not in the queue: %s",
			     err_text(rc));
}

int
email_change_set(const struct hub *hub, const struct actor *actor,
    struct email_set *in, struct why *why)
{
	struct setting s = { .hub = hub, .in = in, .why = why };
	int rc;

	in->taken = false;
	in->username = STR("");
	if (username_given(in->address, &s.to, why) != 0)
		return HUB_EINVAL;
	rc = look(&s);
	if (rc == 0 && !s.same) {
		act_event(
		    &s.event, actor, "account.address_set", s.account.id, NULL);
		rc = store(&s);
	}
	if (rc == 0)
		in->username = s.to;
	return rc;
}
