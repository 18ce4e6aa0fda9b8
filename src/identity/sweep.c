#include "identity/sweep.h"

#include "directory/account.h"
#include "directory/client_public.h"
#include "identity/audit.h"
#include "identity/client_secret.h"
#include "identity/code.h"
#include "identity/consent.h"
#include "identity/credential.h"
#include "identity/device.h"
#include "identity/email_change.h"
#include "identity/expiry.h"
#include "identity/grant.h"
#include "identity/invitation.h"
#include "identity/mail.h"
#include "identity/proven.h"
#include "identity/second_factor.h"
#include "identity/session.h"
#include "identity/throttle.h"
#include "store/client_secret_rec.h"
#include "store/credential_rec.h"
#include "store/proven_rec.h"
#include "store/schema.h"
#include "store/second_factor_rec.h"

#define ID_ROOM 65 /* what str_is_id() takes, and a NUL */

/*
 * A secret is made before the account or client that it is for can be seen.
 * What is older has lost its owner, or never got one.
 */
#define ORPHAN_AGE 86400

/* One transaction; it may be run twice, so it counts for itself. */
struct step {
	const struct conf *conf;
	int64_t now;
	struct swept done;
	unsigned int n;  /* of SWEEP_STEP records */
	struct str mail; /* the first that is over */
};

static void
add(struct swept *sum, const struct swept *done)
{
	sum->codes += done->codes;
	sum->grants += done->grants;
	sum->sessions += done->sessions;
	sum->windows += done->windows;
	sum->email_changes += done->email_changes;
	sum->invitations += done->invitations;
	sum->throttles += done->throttles;
	sum->events += done->events;
	sum->mails += done->mails;
}

static void
expire_one(struct txn *vault, const struct expiry *e, struct step *s)
{
	/* Records move their entry themselves; one without a record just goes. */
	expiry_del(vault, e->when, e->kind, e->name);
	switch (e->kind) {
	case EXPIRY_CODE:
		s->done.codes += code_expire(vault, e->name, s->now);
		break;
	case EXPIRY_GRANT:
		s->done.grants += grant_expire(vault, s->conf, e->name, s->now);
		break;
	case EXPIRY_SESSION:
		s->done.sessions +=
		    session_expire(vault, s->conf, e->name, s->now);
		break;
	case EXPIRY_WINDOW:
		s->done.windows += grant_close_window(vault, e->name, s->now);
		break;
	case EXPIRY_EMAIL_CHANGE:
		s->done.email_changes +=
		    email_change_expire(vault, e->name, s->now);
		break;
	case EXPIRY_INVITATION:
		s->done.invitations +=
		    invitation_expire(vault, e->name, s->now);
		break;
	}
}

static int
expire(struct txn *vault, void *arg)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	struct step *s = arg;
	struct expiry entry;

	s->done = (struct swept){ 0 };
	for (s->n = 0; s->n < SWEEP_STEP && expiry_first(vault, s->now, &entry);
	     s->n++) {
		expire_one(vault, &entry, s);
		arena_rewind(txn_arena(vault), mark);
	}
	return 0;
}

static bool
has_expired(struct txn *vault, struct step *s)
{
	struct expiry entry;

	return expiry_first(vault, s->now, &entry);
}

static int64_t
oldest_event(const struct step *s)
{
	return (s->now - (int64_t)s->conf->audit_keep) * 1000000;
}

static int
drop_events(struct txn *vault, void *arg)
{
	struct step *s = arg;

	s->n = audit_expire(vault, oldest_event(s), SWEEP_STEP);
	s->done = (struct swept){ .events = s->n };
	return 0;
}

static bool
has_old_event(struct txn *vault, struct step *s)
{
	return audit_has_before(vault, oldest_event(s));
}

static int
drop_throttles(struct txn *vault, void *arg)
{
	struct step *s = arg;

	s->n = throttle_sweep(vault, s->now * 1000, SWEEP_STEP);
	s->done = (struct swept){ .throttles = s->n };
	return 0;
}

static bool
has_throttle(struct txn *vault, struct step *s)
{
	(void)s;
	return txn_count(vault, VAULT_THROTTLE) > 0;
}

static int
drop_mails(struct txn *vault, void *arg)
{
	struct step *s = arg;

	s->done = (struct swept){ .mails = mail_sweep(
				      vault, s->now, s->mail, SWEEP_STEP) };
	/* What is over may stand anywhere among what is not: look again. */
	s->n = SWEEP_STEP;
	return 0;
}

static bool
has_old_mail(struct txn *vault, struct step *s)
{
	return mail_over(vault, s->now, &s->mail);
}

/* What the vault can tell in a look, so that no writer waits for nothing. */
struct vault_chore {
	bool (*is_due)(struct txn *vault, struct step *step);
	int (*fn)(struct txn *vault, void *step);
};

static const struct vault_chore vault_chores[] = {
	{ has_expired, expire },
	{ has_old_event, drop_events },
	{ has_throttle, drop_throttles },
	{ has_old_mail, drop_mails },
};

static int
is_due(const struct hub *hub, const struct vault_chore *chore,
    struct step *step, bool *due)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);

	*due = chore->is_due(vault, step);
	return store_read_end(vault);
}

static int
run_chore(const struct hub *hub, const struct vault_chore *chore,
    struct sweep *sweep, int64_t now)
{
	struct arena_mark mark = arena_mark(hub->arena);
	struct step step = { .conf = hub->conf, .now = now };
	bool due;
	int rc;

	for (unsigned int i = 0; i < sweep->steps; i++) {
		rc = is_due(hub, chore, &step, &due);
		if (rc != 0 || !due)
			return rc;
		rc = store_write(hub->vault, hub->arena, chore->fn, &step);
		arena_rewind(hub->arena, mark);
		if (rc != 0)
			return rc;
		add(&sweep->swept, &step.done);
		if (step.n < SWEEP_STEP)
			return 0;
	}
	sweep->more = true;
	return 0;
}

struct over {
	enum revoked_kind kind;
	char id[ID_ROOM], account[ID_ROOM];
	uint64_t born; /* of a consent */
};

/* A page of a table without an order of time, and what of it is to go. */
struct page {
	int64_t now;
	struct key *at;
	bool end; /* of the table */
	struct over over[SWEEP_STEP];
	unsigned int n, gone;
};

static void
copy_id(struct txn *txn, char to[ID_ROOM], struct str id)
{
	to[0] = '\0';
	if (id.n >= ID_ROOM) {
		txn_fail(txn, HUB_ECORRUPT);
		return;
	}
	memcpy(to, id.p, id.n);
	to[id.n] = '\0';
}

static int
look_for_revoked(const struct hub *hub, struct page *page)
{
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	struct arena_mark mark = arena_mark(hub->arena);
	unsigned int looked = 0;
	struct revoked entry;

	page->n = 0;
	while (looked < SWEEP_STEP && revoked_next(txn, page->at, &entry)) {
		if (revoked_is_over(&entry, page->now)) {
			struct over *over = &page->over[page->n++];

			over->kind = entry.kind;
			copy_id(txn, over->id, entry.id);
			copy_id(txn, over->account, entry.account);
		}
		arena_rewind(hub->arena, mark);
		looked++;
	}
	page->end = looked < SWEEP_STEP;
	return store_read_end(txn);
}

static int
forget_revoked(struct txn *directory, void *arg)
{
	struct page *page = arg;

	page->gone = 0;
	for (unsigned int i = 0; i < page->n; i++)
		page->gone += revoked_expire(directory, page->over[i].kind,
		    str_of(page->over[i].id), page->now);
	return 0;
}

/* The vault first: the grant of a forgotten revocation must not be there. */
static int
drop_revoked(const struct hub *hub, struct sweep *sweep, struct page *page)
{
	int rc = look_for_revoked(hub, page);

	for (unsigned int i = 0; rc == 0 && i < page->n; i++) {
		const struct over *over = &page->over[i];
		const struct revoked entry = { over->kind, str_of(over->id),
			str_of(over->account), 0 };

		rc = act_complete(hub, &entry);
	}
	if (rc != 0 || page->n == 0)
		return rc;
	rc = store_write(hub->directory, hub->arena, forget_revoked, page);
	if (rc == 0)
		sweep->swept.revoked += page->gone;
	return rc;
}

/* Secrets in the vault that are somebody's in the directory. */
struct owned {
	unsigned int table;
	bool (*del)(struct txn *vault, struct str id);
	/* Damage fails the transaction. */
	bool (*is_old)(struct txn *vault, struct str bytes, int64_t now);
	bool (*has_owner)(
	    struct txn *directory, struct str id, struct str bytes);
};

static bool
is_old_credential(struct txn *vault, struct str bytes, int64_t now)
{
	struct credential_rec rec;

	if (credential_rec_get(bytes, &rec) != 0) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	return rec.lasting_at < now - ORPHAN_AGE &&
	    rec.temporary_until < now - ORPHAN_AGE;
}

/* An account with the same id that came later is not the owner. */
static bool
has_account(struct txn *directory, struct str id, uint64_t born)
{
	struct account_rec rec;

	return account_get(directory, id, &rec) && rec.born == born;
}

static bool
owns_credential(struct txn *directory, struct str id, struct str bytes)
{
	struct credential_rec credential;

	return credential_rec_get(bytes, &credential) == 0 &&
	    has_account(directory, id, credential.born);
}

static bool
is_old_secret(struct txn *vault, struct str bytes, int64_t now)
{
	struct client_secret_rec rec;

	if (client_secret_rec_get(bytes, &rec) != 0) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	return rec.made < now - ORPHAN_AGE;
}

static bool
is_old_factor(struct txn *vault, struct str bytes, int64_t now)
{
	struct second_factor_rec rec;

	if (second_factor_rec_get(bytes, &rec) != 0) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	return rec.added < now - ORPHAN_AGE;
}

static bool
is_old_proof(struct txn *vault, struct str bytes, int64_t now)
{
	struct proven_rec rec;

	if (proven_rec_get(bytes, &rec) != 0) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	return rec.at < now - ORPHAN_AGE;
}

static bool
owns_proof(struct txn *directory, struct str id, struct str bytes)
{
	struct proven_rec proof;

	return proven_rec_get(bytes, &proof) == 0 &&
	    has_account(directory, id, proof.born);
}

static bool
has_client(struct txn *directory, struct str id)
{
	struct client_rec rec;

	return client_get(directory, id, &rec) && rec.free_from == 0;
}

static bool
owns_secret(struct txn *directory, struct str id, struct str bytes)
{
	(void)bytes;
	return has_client(directory, id);
}

static bool
owns_factor(struct txn *directory, struct str id, struct str bytes)
{
	struct second_factor_rec factor;

	return second_factor_rec_get(bytes, &factor) == 0 &&
	    has_account(directory, id, factor.born);
}

static const struct owned credentials = { VAULT_CREDENTIAL, credential_del,
	is_old_credential, owns_credential };
static const struct owned secrets = { VAULT_CLIENT_SECRET, client_secret_del,
	is_old_secret, owns_secret };
static const struct owned factors = { VAULT_SECOND_FACTOR, second_factor_del,
	is_old_factor, owns_factor };
static const struct owned proofs = { VAULT_PROVEN, proven_del, is_old_proof,
	owns_proof };

static void
note_orphans(struct txn *vault, struct txn *directory,
    const struct owned *owned, struct page *page)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	struct str key, bytes, id;
	struct cursor cursor;
	unsigned int looked = 0;

	page->n = 0;
	txn_cursor(&cursor, vault, owned->table, NULL,
	    page->at->n == 0 ? NULL : page->at, true);
	while (looked < SWEEP_STEP && txn_cursor_next(&cursor, &key, &bytes)) {
		if (!key_take_str(&key, &id)) {
			txn_fail(vault, HUB_ECORRUPT);
			break;
		}
		key_of(page->at, id);
		if (owned->is_old(vault, bytes, page->now) &&
		    !owned->has_owner(directory, id, bytes))
			copy_id(vault, page->over[page->n++].id, id);
		arena_rewind(txn_arena(vault), mark);
		looked++;
	}
	txn_cursor_close(&cursor);
	page->end = looked < SWEEP_STEP;
}

struct drop {
	struct page *page;
	const struct owned *owned;
};

static int
take_orphans(struct txn *vault, void *arg)
{
	const struct drop *drop = arg;
	struct page *page = drop->page;
	struct str bytes;
	struct key key;

	page->gone = 0;
	for (unsigned int i = 0; i < page->n; i++) {
		key_of(&key, str_of(page->over[i].id));
		/* It may have been made anew since the look. */
		if (txn_get(vault, drop->owned->table, &key, &bytes) &&
		    drop->owned->is_old(vault, bytes, page->now))
			page->gone +=
			    drop->owned->del(vault, str_of(page->over[i].id));
	}
	return 0;
}

static int
drop_orphans(
    const struct hub *hub, const struct owned *owned, struct page *page)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct txn *directory = store_read_begin(hub->directory, hub->arena);
	struct drop drop = { page, owned };
	int rc, rc_vault;

	note_orphans(vault, directory, owned, page);
	rc = store_read_end(directory);
	rc_vault = store_read_end(vault);
	page->gone = 0;
	if (rc != 0 || rc_vault != 0)
		return rc != 0 ? rc : rc_vault;
	if (page->n == 0)
		return 0;
	return store_write(hub->vault, hub->arena, take_orphans, &drop);
}

static int
drop_credentials(const struct hub *hub, struct sweep *sweep, struct page *page)
{
	int rc = drop_orphans(hub, &credentials, page);

	if (rc == 0)
		sweep->swept.credentials += page->gone;
	return rc;
}

static int
drop_secrets(const struct hub *hub, struct sweep *sweep, struct page *page)
{
	int rc = drop_orphans(hub, &secrets, page);

	if (rc == 0)
		sweep->swept.secrets += page->gone;
	return rc;
}

/* The consent after the page's place, which moves there. */
static bool
next_consent(struct txn *vault, struct page *page, struct over *over)
{
	struct str account = STR(""), client = STR("");
	struct str at = { (const char *)page->at->b, page->at->n };
	struct consent_rec rec;

	if (at.n > 0 &&
	    (!key_take_str(&at, &account) || !key_take_str(&at, &client))) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	if (!consent_next_of_all(vault, &account, &client, &rec))
		return false;
	key_begin(page->at);
	key_str(page->at, account);
	key_str(page->at, client);
	copy_id(vault, over->account, account);
	copy_id(vault, over->id, client);
	over->born = rec.born;
	return true;
}

static void
note_consents(struct txn *vault, struct txn *directory, struct page *page)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	unsigned int looked = 0;

	page->n = 0;
	while (looked < SWEEP_STEP) {
		struct over *over = &page->over[page->n];

		if (!next_consent(vault, page, over))
			break;
		if (!has_account(
			directory, str_of(over->account), over->born) ||
		    !has_client(directory, str_of(over->id)))
			page->n++;
		arena_rewind(txn_arena(vault), mark);
		looked++;
	}
	page->end = looked < SWEEP_STEP;
}

static int
take_consents(struct txn *vault, void *arg)
{
	struct page *page = arg;
	struct consent_rec rec;

	page->gone = 0;
	for (unsigned int i = 0; i < page->n; i++) {
		struct str account = str_of(page->over[i].account);
		struct str client = str_of(page->over[i].id);

		/* An account that came later may have given one since. */
		if (consent_get(vault, account, client, &rec) &&
		    rec.born == page->over[i].born)
			page->gone += consent_del(vault, account, client);
	}
	return 0;
}

/* Nobody can give one for an account or client that is not there. */
static int
drop_consents(const struct hub *hub, struct sweep *sweep, struct page *page)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct txn *directory = store_read_begin(hub->directory, hub->arena);
	int rc, rc_vault;

	note_consents(vault, directory, page);
	rc = store_read_end(directory);
	rc_vault = store_read_end(vault);
	if (rc != 0 || rc_vault != 0)
		return rc != 0 ? rc : rc_vault;
	if (page->n == 0)
		return 0;
	rc = store_write(hub->vault, hub->arena, take_consents, page);
	if (rc == 0)
		sweep->swept.consents += page->gone;
	return rc;
}

static int
drop_factors(const struct hub *hub, struct sweep *sweep, struct page *page)
{
	int rc = drop_orphans(hub, &factors, page);

	if (rc == 0)
		sweep->swept.factors += page->gone;
	return rc;
}

static int
take_devices(struct txn *vault, void *arg)
{
	struct page *page = arg;
	struct key at = *page->at;
	bool end;

	page->gone =
	    device_sweep(vault, &at, page->now, SWEEP_STEP, true, &end);
	return 0;
}

static int
drop_devices(const struct hub *hub, struct sweep *sweep, struct page *page)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct key next = *page->at;
	unsigned int over = device_sweep(
	    vault, &next, page->now, SWEEP_STEP, false, &page->end);
	int rc = store_read_end(vault);

	if (rc == 0 && over > 0) {
		rc = store_write(hub->vault, hub->arena, take_devices, page);
		sweep->swept.devices += rc == 0 ? page->gone : 0;
	}
	*page->at = next;
	return rc;
}

static int
drop_proofs(const struct hub *hub, struct sweep *sweep, struct page *page)
{
	int rc = drop_orphans(hub, &proofs, page);

	if (rc == 0)
		sweep->swept.proofs += page->gone;
	return rc;
}

/*
 * Walks on where the last round has come to. At the end of the table the next
 * round begins anew; that it is not reached means no more than that the table
 * is long, not that something was due.
 */
static int
run_pages(const struct hub *hub, struct sweep *sweep, int64_t now,
    struct key *at,
    int (*fn)(const struct hub *hub, struct sweep *sweep, struct page *page))
{
	struct arena_mark mark = arena_mark(hub->arena);
	struct page page = { .now = now, .at = at };
	int rc;

	for (unsigned int i = 0; i < sweep->steps; i++) {
		rc = fn(hub, sweep, &page);
		arena_rewind(hub->arena, mark);
		if (rc != 0 || page.end)
			key_begin(at);
		if (rc != 0 || page.end)
			return rc;
	}
	return 0;
}

static int
first_of(int a, int b)
{
	return a != 0 ? a : b;
}

int
sweep_round(const struct hub *hub, struct sweep *s, int64_t now)
{
	int rc = 0;

	s->swept = (struct swept){ 0 };
	s->more = false;
	for (size_t i = 0; i < sizeof(vault_chores) / sizeof(vault_chores[0]);
	     i++)
		rc = first_of(rc, run_chore(hub, &vault_chores[i], s, now));
	rc = first_of(rc, run_pages(hub, s, now, &s->revoked, drop_revoked));
	rc = first_of(
	    rc, run_pages(hub, s, now, &s->credential, drop_credentials));
	rc = first_of(rc, run_pages(hub, s, now, &s->secret, drop_secrets));
	rc = first_of(rc, run_pages(hub, s, now, &s->consent, drop_consents));
	rc = first_of(rc, run_pages(hub, s, now, &s->factor, drop_factors));
	rc = first_of(rc, run_pages(hub, s, now, &s->proof, drop_proofs));
	return first_of(rc, run_pages(hub, s, now, &s->device, drop_devices));
}
