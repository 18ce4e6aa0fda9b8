#include "identity/role.h"

#include "directory/account_role.h"
#include "identity/audit.h"

struct change {
	const struct hub *hub;
	const struct role_change *in;
	struct why *why;
	struct audit_rec event;
};

static int
write_event(struct txn *vault, void *arg)
{
	const struct change *c = arg;

	audit_put(vault, &c->event);
	return 0;
}

static int
record(struct change *c)
{
	int rc = store_write(c->hub->vault, c->hub->arena, write_event, c);

	return rc == 0 ? 0 : why_set(c->why, rc, "vault: %s", err_text(rc));
}

static int
check_seen(struct txn *directory, const struct change *c)
{
	int rc =
	    c->in->seen == NULL ? 0 : dossier_check(directory, c->in->seen);

	return rc == 0
	    ? 0
	    : why_set(c->why, rc, "account %.*s has changed: look at it again",
		  STR_ARG(c->in->account));
}

static int
change(struct txn *directory, void *arg)
{
	const struct change *c = arg;
	const struct role_change *in = c->in;
	int rc = check_seen(directory, c);

	if (rc != 0)
		return rc;
	return in->give ? account_role_give(directory, in->account,
			      in->organization, in->group, c->why)
			: account_role_take(directory, in->account,
			      in->organization, in->group, c->why);
}

/* The store's failures have no sentence yet. */
static int
write_change(struct change *c)
{
	int rc;

	c->why->text[0] = '\0';
	rc = store_write(c->hub->directory, c->hub->arena, change, c);
	if (rc != 0 && c->why->text[0] == '\0')
		why_say(c->why, "directory: %s", err_text(rc));
	return rc;
}

/* The same without writing, so that no event tells of what could not be. */
static int
try_to_give(struct change *c)
{
	const struct role_change *in = c->in;
	struct txn *txn = store_read_begin(c->hub->directory, c->hub->arena);
	int rc = check_seen(txn, c), end;

	if (rc == 0)
		rc = account_role_may_give(
		    txn, in->account, in->organization, in->group, c->why);
	end = store_read_end(txn);
	return end != 0 ? why_set(c->why, end, "directory: %s", err_text(end))
			: rc;
}

static int
give(struct change *c)
{
	int rc = try_to_give(c);

	if (rc != 0 || (rc = record(c)) != 0)
		return rc;
	rc = write_change(c);
	if (rc != 0) {
		c->event.event = STR("role.not_given");
		store_write(c->hub->vault, c->hub->arena, write_event, c);
	}
	return rc;
}

int
role_change(const struct hub *hub, const struct actor *actor,
    const struct role_change *in, struct why *why)
{
	struct change c = { .hub = hub, .in = in, .why = why };
	struct actor named = *actor;
	int rc;

	named.organization = in->organization;
	act_event(&c.event, &named, in->give ? "role.given" : "role.taken",
	    in->account, NULL);
	c.event.detail = in->group;
	if (in->give)
		return give(&c);
	rc = write_change(&c);
	return rc == 0 ? record(&c) : rc;
}
