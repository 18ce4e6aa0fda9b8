/*
 * An answer takes the invitation away and is on record before the directory
 * gives anything: after a crash in between nothing is given, and it can be
 * asked again.
 */
#include "identity/invitation.h"

#include "base/clock.h"
#include "base/json_in.h"
#include "directory/account.h"
#include "directory/account_dossier.h"
#include "directory/contact.h"
#include "directory/group.h"
#include "directory/organization.h"
#include "directory/render.h"
#include "directory/username.h"
#include "identity/audit.h"
#include "identity/dossier.h"
#include "identity/expiry.h"
#include "identity/mail.h"
#include "identity/proven.h"
#include "identity/throttle.h"
#include "store/rec_list.h"
#include "store/schema.h"

#define REC_MAX 1024

static bool
get(struct txn *vault, struct str contact, struct invitation_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, contact);
	if (!txn_get(vault, VAULT_INVITATION, &key, &bytes))
		return false;
	rc = invitation_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(vault, rc);
	return rc == 0;
}

static void
index_key(struct key *key, struct str account, struct str contact)
{
	key_begin(key);
	key_str(key, account);
	key_str(key, contact);
}

static bool
del(struct txn *vault, struct str contact)
{
	struct invitation_rec rec;
	struct key key;

	if (!get(vault, contact, &rec))
		return false;
	expiry_del(vault, rec.expires, EXPIRY_INVITATION, contact);
	index_key(&key, rec.account, contact);
	txn_del(vault, VAULT_ACCOUNT_INVITATION, &key);
	key_of(&key, contact);
	return txn_del(vault, VAULT_INVITATION, &key);
}

static void
put(struct txn *vault, struct str contact, const struct invitation_rec *rec)
{
	struct buf bytes;
	struct key key;

	del(vault, contact);
	buf_init_arena(&bytes, txn_arena(vault), REC_MAX);
	invitation_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, contact);
	txn_put(vault, VAULT_INVITATION, &key, buf_view(&bytes));
	index_key(&key, rec->account, contact);
	txn_put(vault, VAULT_ACCOUNT_INVITATION, &key, STR(""));
	expiry_put(vault, rec->expires, EXPIRY_INVITATION, contact);
}

/* What an account has before it, and of that what an organisation has made. */
struct counted {
	unsigned int all, theirs;
};

static struct counted
count(struct txn *vault, struct str account, struct str organization)
{
	struct str key, value, id, contact;
	struct counted n = { 0 };
	struct invitation_rec rec;
	struct cursor cursor;
	struct key prefix;

	key_of(&prefix, account);
	txn_cursor(
	    &cursor, vault, VAULT_ACCOUNT_INVITATION, &prefix, NULL, false);
	while (n.all <= INVITATIONS_MAX &&
	    txn_cursor_next(&cursor, &key, &value)) {
		if (!key_take_str(&key, &id) || !key_take_str(&key, &contact) ||
		    !get(vault, contact, &rec)) {
			txn_fail(vault, HUB_ECORRUPT);
			break;
		}
		n.all++;
		n.theirs += str_eq(rec.organization, organization);
	}
	txn_cursor_close(&cursor);
	return n;
}

/* What was invited is what the contact still is, and it has no account. */
static bool
contact_stands(
    struct txn *directory, struct str contact, const struct invitation_rec *rec)
{
	struct contact_rec now;
	struct str other;

	return contact_get(directory, contact, &now) &&
	    str_eq(now.organization, rec->organization) &&
	    str_eq(now.dossier, rec->dossier) &&
	    !account_of_dossier(
		directory, rec->organization, rec->dossier, &other);
}

/* Whether the list of pairs has one of this organisation. */
static bool
has_dossier_of(const struct account_rec *account, struct str organization)
{
	struct str rest = account->dossiers, id, dossier;

	while (rec_list_next(&rest, &id) && rec_list_next(&rest, &dossier)) {
		if (str_eq(id, organization))
			return true;
	}
	return false;
}

/* The account is who was invited, under the address that was. */
static bool
account_stands(
    const struct account_rec *account, const struct invitation_rec *rec)
{
	return str_eq(account->id, rec->account) &&
	    account->born == rec->born &&
	    str_eq_nocase(account->name, rec->address) &&
	    !has_dossier_of(account, rec->organization);
}

struct making {
	const struct hub *hub;
	struct invitation_form *in;
	struct why *why;
	struct str address;
	struct account_rec account;
	struct audit_rec event;
};

static int
check_contact(struct txn *directory, struct making *m)
{
	const struct invitation_form *in = m->in;
	struct contact_rec contact;
	struct str other;

	if (!contact_get(directory, in->contact, &contact) ||
	    (in->within.n > 0 && !str_eq(contact.organization, in->within)))
		return why_set(m->why, HUB_ENOENT, "there is no contact %.*s",
		    STR_ARG(in->contact));
	if (!group_exists(directory, STR(GROUP_CUSTOMER)))
		return why_set(m->why, HUB_ENOENT,
		    "there is no group " GROUP_CUSTOMER
		    ", which customers are in: import it first");
	if (account_of_dossier(
		directory, contact.organization, contact.dossier, &other))
		return dossier_taken(
		    directory, in->contact, other, &m->in->username, m->why);
	m->in->made.organization = contact.organization;
	m->in->made.dossier = contact.dossier;
	return 0;
}

static int
check(struct txn *directory, struct making *m)
{
	int rc = check_contact(directory, m);

	if (rc != 0)
		return rc;
	m->in->unknown = !account_by_name(directory, m->address, &m->account);
	if (m->in->unknown)
		return why_set(
		    m->why, HUB_ENOENT, "the address is no account's username");
	if (has_dossier_of(&m->account, m->in->made.organization))
		return why_set(m->why, HUB_EEXIST,
		    "account %.*s has a dossier of organisation %.*s already",
		    STR_ARG(m->account.id), STR_ARG(m->in->made.organization));
	return 0;
}

static int
check_now(struct making *m)
{
	const struct hub *hub = m->hub;
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	int rc = check(txn, m), end = store_read_end(txn);

	return end != 0 ? why_set(m->why, end, "directory: %s", err_text(end))
			: rc;
}

/* With the new one among them. An operator knows what he is doing. */
static int
check_number(struct txn *vault, struct making *m)
{
	struct invitation_form *in = m->in;
	struct counted n = count(vault, m->account.id, in->made.organization);

	if (n.all > INVITATIONS_MAX)
		return why_set(m->why, HUB_ETOOBIG,
		    "account %.*s has %d invitations to answer first",
		    STR_ARG(m->account.id), INVITATIONS_MAX);
	if (n.theirs > INVITATIONS_OF_ONE)
		return why_set(m->why, HUB_ETOOBIG,
		    "account %.*s has %d invitations of organisation %.*s to "
		    "answer first",
		    STR_ARG(m->account.id), INVITATIONS_OF_ONE,
		    STR_ARG(in->made.organization));
	if (in->inviter.n > 0)
		in->wait_ms = throttle_invitation(vault, in->made.organization,
		    m->account.id, clock_now_us() / 1000);
	if (in->wait_ms > 0)
		return why_set(m->why, HUB_ETOOBIG,
		    "account %.*s was invited again and again: wait %lld "
		    "seconds",
		    STR_ARG(m->account.id),
		    (long long)((in->wait_ms + 999) / 1000));
	return 0;
}

static int
make(struct txn *vault, void *arg)
{
	struct making *m = arg;
	struct invitation_rec *rec = &m->in->made;
	const struct mail_wish wish = {
		.template = MAIL_INVITATION,
		.language = (enum mail_language)m->hub->conf->mail_language,
		.account = m->account.id,
		.born = m->account.born,
		.about = m->in->contact,
	};
	int64_t now = clock_now();
	int rc;

	rec->made = now;
	rec->expires = now + INVITATION_LIFETIME;
	put(vault, m->in->contact, rec);
	rc = check_number(vault, m);
	if (rc != 0)
		return rc;
	audit_put(vault, &m->event);
	return mail_put(vault, m->hub->conf, &wish, now);
}

int
invitation_make(const struct hub *hub, const struct actor *actor,
    struct invitation_form *in, struct why *why)
{
	struct making m = { .hub = hub, .in = in, .why = why };
	struct actor named = *actor;
	int rc;

	in->unknown = false;
	in->username = STR("");
	in->wait_ms = 0;
	in->made = (struct invitation_rec){ .inviter = in->inviter };
	if (!conf_sends_mail(hub->conf))
		return why_set(
		    why, HUB_EDENIED, "the hub sends no mail: set mail.server");
	if (username_given(in->address, &m.address, why) != 0)
		return HUB_EINVAL;
	if ((rc = check_now(&m)) != 0)
		return rc;
	in->made.account = m.account.id;
	in->made.born = m.account.born;
	in->made.address = m.address;
	named.contact = in->contact;
	named.organization = in->made.organization;
	act_event(&m.event, &named, "invitation.made", m.account.id, NULL);
	why->text[0] = '\0';
	rc = store_write(hub->vault, hub->arena, make, &m);
	if (rc != 0 && why->text[0] == '\0')
		why_say(why, "vault: %s", err_text(rc));
	return rc;
}

bool
invitation_of_contact(struct txn *vault, const struct contact_rec *contact,
    int64_t now, struct invitation_rec *rec)
{
	return get(vault, contact->id, rec) && now < rec->expires &&
	    str_eq(rec->organization, contact->organization) &&
	    str_eq(rec->dossier, contact->dossier);
}

struct withdrawing {
	const struct contact_rec *contact;
	struct audit_rec event;
	const struct actor *actor;
};

static int
withdraw(struct txn *vault, void *arg)
{
	struct withdrawing *w = arg;
	struct actor named = *w->actor;
	struct invitation_rec rec;

	if (!invitation_of_contact(vault, w->contact, clock_now(), &rec))
		return HUB_ENOENT;
	named.contact = w->contact->id;
	named.organization = rec.organization;
	act_event(&w->event, &named, "invitation.withdrawn", rec.account, NULL);
	del(vault, w->contact->id);
	audit_put(vault, &w->event);
	return 0;
}

int
invitation_withdraw(const struct hub *hub, const struct actor *actor,
    const struct contact_rec *contact)
{
	struct withdrawing w = { .contact = contact, .actor = actor };

	return store_write(hub->vault, hub->arena, withdraw, &w);
}

/* Its name for people, or the id where it has none. */
static struct str
name_of(struct txn *directory, struct str organization)
{
	const struct json *item = NULL;
	struct organization_rec rec;
	struct str name;

	if (!organization_get(directory, organization, &rec))
		return organization;
	if (json_parse(
		txn_arena(directory), rec.source, RENDER_MAX, &item, NULL) != 0)
		txn_fail(directory, HUB_ECORRUPT);
	return json_string(json_get(item, "name"), &name) && name.n > 0
	    ? name
	    : organization;
}

/* As its owner is asked; false if it is so no longer. */
static bool
show(struct txn *directory, const struct account_rec *account,
    struct str contact, const struct invitation_rec *rec, int64_t now,
    struct invitation *out)
{
	if (now >= rec->expires || !account_stands(account, rec) ||
	    !contact_stands(directory, contact, rec))
		return false;
	*out = (struct invitation){
		.contact = contact,
		.organization = rec->organization,
		.dossier = rec->dossier,
		.name = name_of(directory, rec->organization),
		.made = rec->made,
		.expires = rec->expires,
	};
	return true;
}

unsigned int
invitation_list(struct txn *vault, struct txn *directory,
    const struct account_rec *account, int64_t now, struct invitation *out,
    unsigned int most)
{
	struct str key, value, id, contact;
	struct invitation_rec rec;
	struct cursor cursor;
	struct key prefix;
	unsigned int n = 0;

	key_of(&prefix, account->id);
	txn_cursor(
	    &cursor, vault, VAULT_ACCOUNT_INVITATION, &prefix, NULL, false);
	while (n < most && txn_cursor_next(&cursor, &key, &value)) {
		if (!key_take_str(&key, &id) || !key_take_str(&key, &contact)) {
			txn_fail(vault, HUB_ECORRUPT);
			break;
		}
		if (get(vault, contact, &rec) &&
		    show(directory, account, contact, &rec, now, &out[n]))
			n++;
	}
	txn_cursor_close(&cursor);
	return n;
}

struct answering {
	const struct hub *hub;
	const struct actor *actor;
	const struct account_rec *account;
	struct str contact;
	bool accept;
	struct invitation_rec rec;
	struct audit_rec event;
};

static void
put_event(struct txn *vault, struct answering *a, const char *event)
{
	struct actor named = *a->actor;

	named.contact = a->contact;
	named.organization = a->rec.organization;
	act_event(&a->event, &named, event, a->account->id, NULL);
	audit_put(vault, &a->event);
}

static int
take(struct txn *vault, void *arg)
{
	struct answering *a = arg;

	if (!get(vault, a->contact, &a->rec) || clock_now() >= a->rec.expires ||
	    !account_stands(a->account, &a->rec))
		return HUB_ENOENT;
	if (a->accept && !proven_is(vault, a->account))
		return HUB_EDENIED;
	del(vault, a->contact);
	put_event(vault, a,
	    a->accept ? "invitation.accepted" : "invitation.declined");
	if (a->accept)
		put_event(vault, a, "account.linked");
	return 0;
}

static int
link_contact(struct txn *directory, void *arg)
{
	const struct answering *a = arg;
	const struct account_rec *seen = a->account;
	struct account_rec now;

	if (!account_get(directory, seen->id, &now) ||
	    !account_is_usable(&now) || now.epoch != seen->epoch ||
	    !account_stands(&now, &a->rec) ||
	    !contact_stands(directory, a->contact, &a->rec) ||
	    !group_exists(directory, STR(GROUP_CUSTOMER)))
		return HUB_ENOENT;
	return account_dossier_add(
	    directory, seen->id, a->rec.organization, a->rec.dossier, NULL);
}

static int
write_not_linked(struct txn *vault, void *arg)
{
	put_event(vault, arg, "account.not_linked");
	return 0;
}

int
invitation_answer(const struct hub *hub, const struct actor *actor,
    const struct account_rec *account, struct str contact, bool accept)
{
	struct answering a = {
		.hub = hub,
		.actor = actor,
		.account = account,
		.contact = contact,
		.accept = accept,
	};
	int rc = store_write(hub->vault, hub->arena, take, &a), back;

	if (rc != 0 || !accept)
		return rc;
	rc = store_write(hub->directory, hub->arena, link_contact, &a);
	if (rc == 0)
		return 0;
	back = store_write(hub->vault, hub->arena, write_not_linked, &a);
	if (rc == HUB_EEXIST || rc == HUB_ECONFLICT)
		rc = HUB_ENOENT;
	return back != 0 ? back : rc;
}

int
invitation_get(const struct hub *hub, struct str account, uint64_t born,
    struct str contact, int64_t now, struct invitation *out)
{
	struct invitation_rec rec;
	struct account_rec holder;
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	bool found = get(txn, contact, &rec);
	int rc = store_read_end(txn);

	if (rc != 0 || !found)
		return rc != 0 ? rc : HUB_ENOENT;
	txn = store_read_begin(hub->directory, hub->arena);
	found = account_get(txn, account, &holder) && holder.born == born &&
	    holder.enabled && show(txn, &holder, contact, &rec, now, out);
	rc = store_read_end(txn);
	return rc != 0 || found ? rc : HUB_ENOENT;
}

bool
invitation_expire(struct txn *vault, struct str contact, int64_t now)
{
	struct invitation_rec rec;

	if (!get(vault, contact, &rec))
		return false;
	if (now >= rec.expires)
		return del(vault, contact);
	expiry_put(vault, rec.expires, EXPIRY_INVITATION, contact);
	return false;
}
