#include "identity/mailed_password.h"

#include "base/clock.h"
#include "base/secret.h"
#include "directory/account.h"
#include "directory/account_email.h"
#include "identity/audit.h"
#include "identity/credential.h"
#include "identity/mail.h"

struct making {
	const struct hub *hub;
	struct str name;
	const struct mail_rec *mail;
	struct str to;
	char hash[PASSWORD_HASH];
	int64_t until;
};

/* One that somebody was shown, and that still opens the form. */
static bool
was_shown(const struct credential_rec *rec)
{
	return rec->temporary.n > 0 && rec->mailed_to.n == 0 &&
	    clock_now() < rec->temporary_until;
}

/*
 * Who asks for help in signing in has a password, or waits for his first one by
 * mail: one that is shown to an employee is not also mailed to an address that
 * nobody has tried, whoever asks for that. The credential tells, since the
 * directory's flag may be about to be set right.
 */
static bool
is_wanted(const struct making *m, const struct credential_rec *rec)
{
	bool mails = m->hub->conf->delivery == DELIVERY_MAILED;

	if (m->mail->template != MAIL_FORGOTTEN)
		return rec->lasting.n == 0;
	return rec->lasting.n > 0 || (mails && !was_shown(rec));
}

/* Before the work of hashing. */
static int
look(struct making *m)
{
	const struct hub *hub = m->hub;
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	struct account_rec account;
	bool found = account_get(txn, m->mail->account, &account) &&
	    account.born == m->mail->born && account.enabled;
	struct credential_rec credential;
	int rc = store_read_end(txn);

	if (rc == 0 && found)
		rc = account_email(hub->arena, &account, &m->to);
	if (rc != 0 || !found)
		return rc != 0 ? rc : HUB_ENOENT;
	txn = store_read_begin(hub->vault, hub->arena);
	credential_for(txn, account.id, account.born, &credential);
	rc = store_read_end(txn);
	if (rc != 0)
		return rc;
	return is_wanted(m, &credential) ? 0 : HUB_ENOENT;
}

/* A password that was shown or chosen meanwhile has taken the mail away. */
static int
commit(struct txn *vault, void *arg)
{
	static const struct actor housekeeper = { .source =
						      STR("housekeeper") };
	struct making *m = arg;
	struct credential_rec rec;
	struct audit_rec event;

	credential_for(vault, m->mail->account, m->mail->born, &rec);
	if (!is_wanted(m, &rec) || !mail_is(vault, m->name, m->mail))
		return HUB_ENOENT;
	m->until = clock_now() + (int64_t)m->hub->conf->temporary_lifetime;
	rec.temporary = str_of(m->hash);
	rec.temporary_until = m->until;
	rec.temporary_serial++;
	rec.mailed_to = m->to;
	credential_put(vault, m->mail->account, &rec);
	act_event(
	    &event, &housekeeper, "password.mailed", m->mail->account, NULL);
	audit_put(vault, &event);
	return 0;
}

int
mailed_password_make(const struct hub *hub, struct str name,
    const struct mail_rec *mail, struct mailed_password *out)
{
	struct making m = { .hub = hub, .name = name, .mail = mail };
	int rc = look(&m);

	*out = (struct mailed_password){ .to = STR("") };
	if (rc != 0)
		return rc;
	password_make_temporary(out->text);
	rc = password_hash(hub->conf, str_of(out->text), m.hash);
	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, commit, &m);
	out->to = m.to;
	out->until = m.until;
	if (rc != 0)
		secret_clear(out->text, sizeof(out->text));
	return rc;
}
