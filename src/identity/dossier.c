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
	struct str contact; /* of a link: whose dossier it must still be */
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

static int
withdraw(struct txn *directory, void *arg)
{
	const struct change *c = arg;

	return account_dossier_drop(
	    directory, c->account, c->organization, c->dossier);
}

int
dossier_withdraw(const struct hub *hub, const struct actor *actor,
    struct str account, struct str organization, struct str dossier)
{
	struct change c = {
		.account = account,
		.organization = organization,
		.dossier = dossier,
	};
	int rc = store_write(hub->directory, hub->arena, withdraw, &c);

	if (rc != 0)
		return rc;
	act_event(&c.event, actor, "account.dossier_withdrawn", account, NULL);
	return record(hub, &c.event);
}

/* The dossier of the contact, if it may become the account's. */
static int
check_link(struct txn *directory, struct change *c)
{
	struct contact_rec contact;
	struct str other;

	if (!contact_get(directory, c->contact, &contact))
		return why_set(c->why, HUB_ENOENT, "there is no contact %.*s",
		    STR_ARG(c->contact));
	if (!group_exists(directory, STR(GROUP_CUSTOMER)))
		return why_set(c->why, HUB_ENOENT,
		    "there is no group " GROUP_CUSTOMER
		    ", which customers are in: import it first");
	if (account_of_dossier(
		directory, contact.organization, contact.dossier, &other))
		return why_set(c->why, HUB_EEXIST,
		    "contact %.*s has an account already: %.*s",
		    STR_ARG(c->contact), STR_ARG(other));
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
	if (named.detail == NULL)
		named.detail =
		    arena_printf(hub->arena, "contact %.*s, organisation %.*s",
			STR_ARG(contact), STR_ARG(c.organization));
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
	const struct change *c = arg;
	struct account_rec rec;
	bool shared;
	int rc;

	if (!account_get(directory, c->account, &rec))
		return HUB_ENOENT;
	rc = employee_account_is_shared(
	    txn_arena(directory), &rec, c->organization, &shared);
	if (rc != 0)
		return rc;
	return shared ? HUB_ECONFLICT
		      : account_set_enabled(directory, c->account, true);
}

int
dossier_unblock(const struct hub *hub, const struct actor *actor,
    struct str account, struct str organization)
{
	struct change c = { .account = account, .organization = organization };
	int rc;

	act_event(&c.event, actor, "account.enabled", account, NULL);
	rc = record(hub, &c.event);
	return rc == 0 ? store_write(hub->directory, hub->arena, enable, &c)
		       : rc;
}
