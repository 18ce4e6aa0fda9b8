#include "identity/page_clients.h"

#include "directory/client_public.h"
#include "identity/audit.h"
#include "identity/client.h"
#include "identity/registration.h"
#include "identity/scope.h"

struct page {
	const char *id, *name, *path, *scope;
	bool manages;
};

static const struct page pages[] = {
	{ CLIENT_BEHEER, "Beheer", "/beheer/",
	    "openid profile email " SCOPE_READ " " SCOPE_MANAGE, true },
	{ CLIENT_MIJN, "Mijn", "/mijn/", "openid profile email " SCOPE_READ,
	    false },
};

static int
make_record(const struct hub *hub, const struct page *page,
    struct client_rec *out, struct why *why)
{
	const char *uris[] = { arena_printf(hub->arena, "%s%s",
				   hub->conf->base_url, page->path),
		NULL };
	const char *const scopes[] = { page->scope, NULL };
	static const char *const none[] = { NULL };
	const struct client_form form = {
		.id = page->id,
		.name = page->name,
		.public = true,
		.manages = page->manages,
		.redirect_uris = uris,
		.post_logout_uris = uris,
		.origins = none,
		.grants = none, /* both of those that people sign in with */
		.scopes = scopes,
	};

	if (uris[0] == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	return client_make(hub->arena, &form, out, why);
}

struct change {
	struct str id;
	struct client_rec rec;
	struct audit_rec event;
};

static int
record(struct txn *vault, void *arg)
{
	const struct change *c = arg;

	audit_put(vault, &c->event);
	return 0;
}

/* Its addresses alone: one that was disabled meanwhile stays so. */
static int
publish(struct txn *directory, void *arg)
{
	const struct change *c = arg;
	struct client_rec rec;

	if (!client_get(directory, c->id, &rec) || rec.free_from != 0)
		return 0;
	rec.redirect_uris = c->rec.redirect_uris;
	rec.post_logout_uris = c->rec.post_logout_uris;
	client_put(directory, c->id, &rec);
	return 0;
}

/* Whether the client that is there has other addresses. */
static int
differs(
    const struct hub *hub, const struct change *c, bool *other, struct why *why)
{
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	struct client_rec old;
	bool there = client_get(txn, c->id, &old) && old.free_from == 0;
	int rc = store_read_end(txn);

	*other = false;
	if (rc != 0)
		return why_set(
		    why, rc, "client %.*s: %s", STR_ARG(c->id), err_text(rc));
	if (!there)
		return 0;
	if (!old.public || old.third_party || !str_eq(old.scope, c->rec.scope))
		return why_set(why, HUB_EDENIED,
		    "client %.*s is not the one of the hub's own pages, which "
		    "need its name: give that client another id, remove this "
		    "one with hubctl client remove %.*s, and run hubctl init "
		    "again once the id is free",
		    STR_ARG(c->id), STR_ARG(c->id));
	*other = !str_eq(old.redirect_uris, c->rec.redirect_uris);
	return 0;
}

static int
set_right(const struct hub *hub, const struct actor *actor, struct change *c,
    unsigned int *changed, struct why *why)
{
	struct actor named = *actor;
	bool other;
	int rc = differs(hub, c, &other, why);

	if (rc != 0 || !other)
		return rc;
	named.client = c->id;
	act_event(&c->event, &named, "client.changed", STR(""),
	    "the addresses of the base URL");
	rc = store_write(hub->vault, hub->arena, record, c);
	if (rc == 0)
		rc = store_write(hub->directory, hub->arena, publish, c);
	if (rc != 0)
		return why_set(
		    why, rc, "client %.*s: %s", STR_ARG(c->id), err_text(rc));
	++*changed;
	return 0;
}

int
page_clients_make(const struct hub *hub, const struct actor *actor,
    unsigned int *changed, struct why *why)
{
	*changed = 0;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct change c = { .id = str_of(pages[i].id) };
		int rc = make_record(hub, &pages[i], &c.rec, why);

		if (rc == 0)
			rc = registration_add(
			    hub, actor, c.id, &c.rec, NULL, why);
		if (rc == 0)
			++*changed;
		else if (rc == HUB_EEXIST)
			rc = set_right(hub, actor, &c, changed, why);
		if (rc != 0 && rc != HUB_ECONFLICT)
			return rc;
	}
	return 0;
}
