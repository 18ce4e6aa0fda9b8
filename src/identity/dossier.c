/*
 * What takes access away begins in the directory, and the event follows; what
 * gives access is on record in the vault before it is given.
 */
#include "identity/dossier.h"

#include "directory/account_dossier.h"
#include "directory/contact.h"
#include "directory/employee.h"
#include "directory/group.h"
#include "identity/audit.h"

struct change {
	struct str account, organization, dossier;
	struct str contact; /* whose dossier it must still be */
	struct audit_rec event;
	struct why *why;
};

static int
write_event(struct txn *vault, void *arg)
{
	audit_put(vault, arg);
	return 0;
}

static int
record(const struct hub *hub, struct audit_rec *event)
{
	return store_write(hub->vault, hub->arena, write_event, event);
}

static bool
is_as_seen(const struct account_rec *now, const struct dossier_seen *seen)
{
	return now->born == seen->account.born &&
	    now->epoch == seen->account.epoch &&
	    now->enabled == seen->account.enabled &&
	    now->blocked == seen->account.blocked;
}

/* Where somebody works, and as what, stands in the account's own record. */
static int
check_colleague(struct txn *directory, const struct dossier_seen *seen)
{
	struct account_rec now;

	return account_get(directory, seen->account.id, &now) &&
		is_as_seen(&now, seen) &&
		str_eq(now.source, seen->account.source)
	    ? 0
	    : HUB_ECONFLICT;
}

int
dossier_check(struct txn *directory, const struct dossier_seen *seen)
{
	const struct contact_rec *contact = &seen->contact;
	struct contact_rec contact_now;
	struct account_rec now;
	struct str whose;
	bool shared;
	int rc;

	if (seen->employer.n > 0)
		return check_colleague(directory, seen);
	if (!contact_get(directory, contact->id, &contact_now) ||
	    !str_eq(contact_now.source, contact->source) ||
	    !account_of_dossier(
		directory, contact->organization, contact->dossier, &whose) ||
	    !str_eq(whose, seen->account.id) ||
	    !account_get(directory, whose, &now) || !is_as_seen(&now, seen))
		return HUB_ECONFLICT;
	rc = employee_account_is_shared(
	    txn_arena(directory), &now, contact->organization, &shared);
	if (rc != 0)
		return rc;
	return shared == seen->shared ? 0 : HUB_ECONFLICT;
}

int
dossier_check_credential(
    const struct credential_rec *now, const struct dossier_seen *seen)
{
	return now->temporary_serial == seen->serial &&
		(now->lasting.n > 0) == seen->lasting
	    ? 0
	    : HUB_ECONFLICT;
}

static int
block(struct txn *directory, void *arg)
{
	const struct dossier_seen *seen = arg;
	int rc = dossier_check(directory, seen);

	if (rc != 0)
		return rc;
	return seen->shared
	    ? account_dossier_drop(directory, seen->account.id,
		  seen->contact.organization, seen->contact.dossier)
	    : account_block(directory, seen->account.id);
}

int
dossier_block(const struct hub *hub, const struct actor *actor,
    const struct dossier_seen *seen)
{
	struct dossier_seen copy = *seen;
	struct str account = seen->account.id;
	struct audit_rec event;
	int rc = store_write(hub->directory, hub->arena, block, &copy);

	if (rc != 0)
		return rc;
	if (!seen->shared)
		return act_ended_all(hub, actor, "account.disabled", account);
	act_event(&event, actor, "account.dossier_withdrawn", account, NULL);
	return record(hub, &event);
}

int
dossier_taken(struct txn *directory, struct str contact, struct str account,
    struct str *username, struct why *why)
{
	struct account_rec rec;

	*username = account_get(directory, account, &rec) ? rec.name : STR("");
	return why_set(why, HUB_EEXIST,
	    "contact %.*s has an account already: %.*s; see hubctl account "
	    "show %.*s",
	    STR_ARG(contact), STR_ARG(account), STR_ARG(account));
}

/* The dossier of the contact, if it may become the account's. */
static int
check_link(struct txn *directory, struct change *c)
{
	struct contact_rec contact;
	struct str other, username;

	if (!contact_get(directory, c->contact, &contact))
		return why_set(c->why, HUB_ENOENT, "there is no contact %.*s",
		    STR_ARG(c->contact));
	if (!group_exists(directory, STR(GROUP_CUSTOMER)))
		return why_set(c->why, HUB_ENOENT,
		    "there is no group " GROUP_CUSTOMER
		    ", which customers are in: import it first");
	if (account_of_dossier(
		directory, contact.organization, contact.dossier, &other))
		return dossier_taken(
		    directory, c->contact, other, &username, c->why);
	c->organization = contact.organization;
	c->dossier = contact.dossier;
	return 0;
}

static int
link_contact(struct txn *directory, void *arg)
{
	struct change *c = arg;
	int rc = check_link(directory, c);

	return rc == 0 ? account_dossier_add(directory, c->account,
			     c->organization, c->dossier, c->why)
		       : rc;
}

/* The same without writing, so that no event tells of what could not be. */
static int
try_link(const struct hub *hub, struct change *c)
{
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	int rc = check_link(txn, c), end = store_read_end(txn);

	return end != 0 ? why_set(c->why, end, "directory: %s", err_text(end))
			: rc;
}

int
dossier_link(const struct hub *hub, const struct actor *actor,
    struct str account, struct str contact, struct why *why)
{
	struct change c = {
		.account = account, .contact = contact, .why = why
	};
	struct actor named = *actor;
	int rc = try_link(hub, &c);

	if (rc != 0)
		return rc;
	named.contact = contact;
	named.organization = c.organization;
	act_event(&c.event, &named, "account.linked", account, NULL);
	rc = record(hub, &c.event);
	if (rc != 0)
		return why_set(why, rc, "vault: %s", err_text(rc));
	rc = store_write(hub->directory, hub->arena, link_contact, &c);
	if (rc == 0)
		return 0;
	if (rc != HUB_ENOENT && rc != HUB_EEXIST && rc != HUB_ECONFLICT)
		why_say(why, "directory: %s", err_text(rc));
	act_event(&c.event, &named, "account.not_linked", account, NULL);
	record(hub, &c.event);
	return rc;
}

static int
enable(struct txn *directory, void *arg)
{
	const struct dossier_seen *seen = arg;
	int rc = dossier_check(directory, seen);

	return rc == 0 ? account_set_enabled(directory, seen->account.id, true)
		       : rc;
}

/* The same without writing, so that no event tells of what could not be. */
static int
try_unblock(const struct hub *hub, const struct dossier_seen *seen)
{
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	int rc = dossier_check(txn, seen), end = store_read_end(txn);

	return end != 0 ? end : rc;
}

int
dossier_unblock(const struct hub *hub, const struct actor *actor,
    const struct dossier_seen *seen)
{
	struct dossier_seen copy = *seen;
	struct str account = seen->account.id;
	struct audit_rec event;
	bool may =
	    !seen->shared && (seen->account.enabled || seen->account.blocked);
	int rc = may ? try_unblock(hub, seen) : HUB_ECONFLICT;

	if (rc != 0)
		return rc;
	act_event(&event, actor, "account.enabled", account, NULL);
	if ((rc = record(hub, &event)) != 0 ||
	    (rc = store_write(hub->directory, hub->arena, enable, &copy)) == 0)
		return rc;
	act_event(&event, actor, "account.not_enabled", account, NULL);
	record(hub, &event);
	return rc;
}
