/*
 * The vault comes first: nobody can use a client that is not on record, and
 * none appears before its secret is there.
 */
#include "identity/registration.h"

#include "base/clock.h"
#include "directory/client_public.h"
#include "identity/audit.h"
#include "identity/client.h"
#include "identity/client_secret.h"

struct registration {
	struct str id;
	const struct client_rec *rec;
	bool secret; /* has one: its digest is DIGEST */
	struct opaque_digest digest;
	struct audit_rec event;
	int64_t now;
	struct why *why;
};

static int
record(struct txn *vault, void *arg)
{
	const struct registration *r = arg;

	if (r->secret)
		client_secret_put(vault, r->id, &r->digest, r->now);
	audit_put(vault, &r->event);
	return 0;
}

static int
publish(struct txn *directory, void *arg)
{
	const struct registration *r = arg;

	return client_add(directory, r->id, r->rec, r->now, r->why);
}

/* The error of FN's look at the directory, or the directory's own. */
static int
look(const struct hub *hub, struct registration *r,
    int (*fn)(struct txn *directory, struct registration *r))
{
	struct txn *directory = store_read_begin(hub->directory, hub->arena);
	int rc = fn(directory, r), end = store_read_end(directory);

	if (end != 0)
		return why_set(r->why, end, "directory: %s", err_text(end));
	return rc;
}

static int
make_secret(struct registration *r, struct opaque *secret)
{
	int rc;

	opaque_make(secret);
	r->secret = true;
	rc = opaque_digest_of(str_of(secret->text), &r->digest);
	return rc == 0 ? 0 : why_set(r->why, rc, "%s", err_text(rc));
}

static void
fill_event(struct registration *r, const struct actor *actor, const char *event,
    const char *detail)
{
	struct actor named = *actor;

	named.client = r->id;
	act_event(&r->event, &named, event, STR(""), detail);
}

static int
check(struct txn *directory, struct registration *r)
{
	return client_check(directory, r->id, r->rec, r->now, r->why);
}

/* Stores the secret, if there is one, and the event. */
static int
commit(const struct hub *hub, struct registration *r)
{
	int rc = store_write(hub->vault, hub->arena, record, r);

	if (rc != 0)
		return why_set(
		    r->why, rc, "nothing was changed: %s", err_text(rc));
	return 0;
}

/* Nothing of an old client of that name may be the new one's. */
static int
clear(const struct hub *hub, struct registration *r)
{
	int rc = act_clear_client(hub, r->id);

	return rc == 0 ? 0 : why_set(r->why, rc, "vault: %s", err_text(rc));
}

int
registration_add(const struct hub *hub, const struct actor *actor,
    struct str id, const struct client_rec *rec, struct opaque *secret,
    struct why *why)
{
	struct registration r = {
		.id = id, .rec = rec, .now = clock_now(), .why = why
	};
	const char *detail = arena_printf(hub->arena,
	    "%s, %s party, scope %.*s", rec->public ? "public" : "confidential",
	    rec->third_party ? "third" : "first", STR_ARG(rec->scope));
	int rc;

	fill_event(&r, actor, "client.added", detail);
	if ((rc = look(hub, &r, check)) != 0 || (rc = clear(hub, &r)) != 0 ||
	    (!rec->public && (rc = make_secret(&r, secret)) != 0) ||
	    (rc = commit(hub, &r)) != 0)
		return rc;
	/* Kept unless the directory itself fails. */
	why_say(why, "the client is on record, but was not added");
	return store_write(hub->directory, hub->arena, publish, &r);
}

static int
find_confidential(struct txn *directory, struct registration *r)
{
	struct client_rec rec;

	if (!client_get(directory, r->id, &rec) || rec.free_from != 0)
		return why_set(r->why, HUB_ENOENT, "there is no client %.*s",
		    STR_ARG(r->id));
	if (rec.builtin)
		return why_set(r->why, HUB_EDENIED,
		    "client %.*s is built in: it has no secret",
		    STR_ARG(r->id));
	if (rec.public)
		return why_set(r->why, HUB_EDENIED,
		    "client %.*s is public: it has no secret", STR_ARG(r->id));
	return 0;
}

int
registration_rotate(const struct hub *hub, const struct actor *actor,
    struct str id, struct opaque *secret, struct why *why)
{
	struct registration r = { .id = id, .now = clock_now(), .why = why };
	int rc;

	fill_event(&r, actor, "client.secret_rotated", NULL);
	if ((rc = look(hub, &r, find_confidential)) != 0 ||
	    (rc = make_secret(&r, secret)) != 0)
		return rc;
	return commit(hub, &r);
}
