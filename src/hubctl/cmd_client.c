#include <stdio.h>
#include "base/clock.h"
#include "directory/client_public.h"
#include "hubctl/ctl.h"
#include "identity/client.h"
#include "store/rec_list.h"

#define LIST_MAX (16 * 1024 * 1024)

static bool option_public, option_third_party;
static const char *option_id, *option_name, *option_audience;
static const char *option_organization;
static const char *option_redirect[ARGS_TIMES + 1];
static const char *option_post_logout[ARGS_TIMES + 1];
static const char *option_origin[ARGS_TIMES + 1];
static const char *option_grant[ARGS_TIMES + 1];
static const char *option_scope[ARGS_TIMES + 1];

static const char *
state_of(const struct client_rec *rec)
{
	if (rec->builtin)
		return "built in";
	return rec->enabled ? "enabled" : "disabled";
}

static void
list_one(void *ctx, struct str id, const struct client_rec *rec)
{
	buf_printf(ctx, "%-24.*s  %-8s  %-5s  %.*s\n", STR_ARG(id),
	    state_of(rec), rec->third_party ? "third" : "first",
	    STR_ARG(rec->name));
}

static enum ctl_exit
run_list(struct ctl *ctl, int argc, char **argv)
{
	struct buf text;
	struct txn *txn;
	struct why why;
	int rc;

	(void)argc;
	(void)argv;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	/* Printed when the look is over: a reader of ours may be slow. */
	buf_init_arena(&text, ctl->arena, LIST_MAX);
	txn = store_read_begin(ctl->directory, ctl->arena);
	client_walk(txn, list_one, &text);
	rc = store_read_end(txn);
	if (rc == 0)
		rc = buf_error(&text);
	if (rc != 0)
		return ctl_fail("directory: %s", err_text(rc));
	printf("%-24s  %-8s  %-5s  %s\n%.*s", "ID", "STATE", "PARTY", "NAME",
	    STR_ARG(buf_view(&text)));
	return CTL_OK;
}

static void
print_list(const char *label, struct str list)
{
	struct str part;

	while (rec_list_next(&list, &part))
		printf("%s: %.*s\n", label, STR_ARG(part));
}

static void
print_client(struct ctl *ctl, const char *id, const struct client_rec *rec)
{
	struct str audience = rec->audience;

	if (audience.n == 0)
		audience = str_of(ctl->conf.base_url);
	printf("id: %s\nname: %.*s\nstate: %s\nparty: %s\n", id,
	    STR_ARG(rec->name), state_of(rec),
	    rec->third_party ? "third" : "first");
	if (rec->public)
		puts("type: public");
	print_list("redirect URI", rec->redirect_uris);
	print_list("post-logout URI", rec->post_logout_uris);
	print_list("origin", rec->origins);
	printf("grants: %.*s\nscope: %.*s\naudience: %.*s\n",
	    STR_ARG(client_grant_names(ctl->arena, rec->grants)),
	    STR_ARG(rec->scope), STR_ARG(audience));
	if (rec->organization.n > 0)
		printf("organisation: %.*s\n", STR_ARG(rec->organization));
}

static enum ctl_exit
run_show(struct ctl *ctl, int argc, char **argv)
{
	struct client_rec rec;
	struct txn *txn;
	struct why why;
	bool found;
	int rc;

	(void)argc;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	txn = store_read_begin(ctl->directory, ctl->arena);
	found = client_get(txn, str_of(argv[0]), &rec) && rec.free_from == 0;
	rc = store_read_end(txn);
	if (rc != 0)
		return ctl_fail("directory: %s", err_text(rc));
	if (!found)
		return ctl_fail("there is no client %s", argv[0]);
	print_client(ctl, argv[0], &rec);
	return CTL_OK;
}

/* What happens to a client, in a write transaction of the directory. */
struct change {
	int (*fn)(struct txn *txn, struct change *change);
	struct str id;
	const char *event, *done, *detail;
	struct client_rec rec;
	bool fresh; /* the id is given to a new client */
	int64_t now;
	struct why why;
};

static int
apply(struct txn *txn, void *arg)
{
	struct change *change = arg;

	return change->fn(txn, change);
}

static const char *
reason_of(int rc, struct change *change)
{
	switch (rc) {
	case HUB_ENOENT:
		why_say(&change->why, "there is no client %.*s",
		    STR_ARG(change->id));
		break;
	case HUB_EDENIED:
		why_say(&change->why,
		    "client %.*s is built in: it is neither changed nor "
		    "removed",
		    STR_ARG(change->id));
		break;
	default:
		why_say(&change->why, "nothing was changed: %s", err_text(rc));
	}
	return change->why.text;
}

/*
 * The directory first: whatever happens after it, no client has more access
 * than it should. The event follows in the vault.
 */
static enum ctl_exit
change_client(struct ctl *ctl, struct change *change)
{
	struct audit_rec event;
	struct why why;
	struct hub hub;
	int rc = 0;

	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	change->now = clock_now();
	if (change->fresh)
		rc = act_clear_client(&hub, change->id);
	if (rc == 0)
		rc = store_write(ctl->directory, ctl->arena, apply, change);
	if (rc != 0 && change->why.text[0] != '\0')
		return ctl_fail("%s", change->why.text);
	if (rc != 0)
		return ctl_fail("%s", reason_of(rc, change));
	ctl_event(ctl, &event, change->event, STR(""), change->detail);
	event.client = change->id;
	rc = ctl_record(ctl, &event);
	if (rc != 0)
		return ctl_fail("client %.*s is %s, but the audit log failed: "
				"%s",
		    STR_ARG(change->id), change->done, err_text(rc));
	printf("client %.*s is %s\n", STR_ARG(change->id), change->done);
	return CTL_OK;
}

static int
add(struct txn *txn, struct change *change)
{
	return client_add(
	    txn, change->id, &change->rec, change->now, &change->why);
}

static enum ctl_exit
run_add(struct ctl *ctl, int argc, char **argv)
{
	const struct client_form form = {
		.id = option_id,
		.name = option_name,
		.third_party = option_third_party,
		.redirect_uris = option_redirect,
		.post_logout_uris = option_post_logout,
		.origins = option_origin,
		.grants = option_grant,
		.scopes = option_scope,
		.audience = option_audience,
		.organization = option_organization,
	};
	struct change change = {
		.fn = add,
		.id = str_of(option_id),
		.event = "client.added",
		.done = "added",
		.fresh = true,
	};
	struct why why;

	(void)argc;
	(void)argv;
	if (option_id == NULL)
		return ctl_usage(&command_client_add, "--id is missing");
	if (!option_public)
		return ctl_usage(&command_client_add,
		    "only public clients for now: give --public; clients with "
		    "a secret come with the token endpoint");
	if (client_make(ctl->arena, &form, &change.rec, &why) != 0)
		return ctl_usage(&command_client_add, why.text);
	change.detail = arena_printf(ctl->arena, "%s party, scope %.*s",
	    option_third_party ? "third" : "first", STR_ARG(change.rec.scope));
	return change_client(ctl, &change);
}

static int
enable(struct txn *txn, struct change *change)
{
	return client_set_enabled(txn, change->id, true);
}

static int
disable(struct txn *txn, struct change *change)
{
	return client_set_enabled(txn, change->id, false);
}

/* Its secret and its grants go with it. */
static enum ctl_exit
run_remove(struct ctl *ctl, int argc, char **argv)
{
	struct change change = { .id = str_of(argv[0]) };
	struct actor actor;
	struct hub hub;
	struct why why;
	int rc;

	(void)argc;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	rc = act_remove_client(&hub, &actor, change.id);
	if (rc == HUB_ENOENT || rc == HUB_EDENIED)
		return ctl_fail("%s", reason_of(rc, &change));
	if (rc != 0)
		return ctl_fail("client %s: %s; give the command again until "
				"there is no such client",
		    argv[0], err_text(rc));
	printf("client %s is removed\n", argv[0]);
	return CTL_OK;
}

static enum ctl_exit
run_enable(struct ctl *ctl, int argc, char **argv)
{
	struct change change = { .fn = enable,
		.id = str_of(argv[0]),
		.event = "client.enabled",
		.done = "enabled" };

	(void)argc;
	return change_client(ctl, &change);
}

static enum ctl_exit
run_disable(struct ctl *ctl, int argc, char **argv)
{
	struct change change = { .fn = disable,
		.id = str_of(argv[0]),
		.event = "client.disabled",
		.done = "disabled" };

	(void)argc;
	return change_client(ctl, &change);
}

static const struct option_spec add_options[] = {
	{ "id", &option_id, NULL },
	{ "name", &option_name, NULL },
	{ "public", NULL, &option_public },
	{ "third-party", NULL, &option_third_party },
	{ "redirect-uri...", option_redirect, NULL },
	{ "post-logout-uri...", option_post_logout, NULL },
	{ "origin...", option_origin, NULL },
	{ "grant...", option_grant, NULL },
	{ "scope...", option_scope, NULL },
	{ "audience", &option_audience, NULL },
	{ "organization", &option_organization, NULL },
	{ NULL, NULL, NULL },
};

const struct command command_client_add = {
	.name = "client add",
	.usage = "--id ID --public --redirect-uri URI... [OPTION]...",
	.brief = "Adds an app or portal that may ask for tokens.",
	.text =
	    "  --id ID                how the client names itself\n"
	    "  --name TEXT            for people; else the id\n"
	    "  --public               it has no secret (for now: required)\n"
	    "  --third-party          users are asked for their consent\n"
	    "  --redirect-uri URI     where answers of a sign-in may go: "
	    "https, http on the\n"
	    "                         loopback host, or a scheme with a "
	    "dot\n"
	    "  --post-logout-uri URI  where a sign-out may end\n"
	    "  --origin ORIGIN        whose pages may read answers (CORS), "
	    "as browsers send\n"
	    "                         it: https://HOST[:PORT]\n"
	    "  --grant GRANT          authorization_code, refresh_token; "
	    "else both\n"
	    "  --scope SCOPE          what it may ask for; else openid "
	    "profile email\n"
	    "                         offline_access hub.read\n"
	    "  --audience URI         of its tokens; else the base URL\n"
	    "  --organization ID      the organisation it belongs to\n\n"
	    "The URIs, --origin, --grant and --scope may be given several "
	    "times; 16 of each\nat most. Addresses are compared as exact "
	    "strings.\n",
	.options = add_options,
	.run = run_add,
};

const struct command command_client_list = {
	.name = "client list",
	.usage = "",
	.brief = "Lists all clients: id, state, party, name.",
	.text = "In the order of the ids.\n",
	.run = run_list,
};

const struct command command_client_show = {
	.name = "client show",
	.usage = "ID",
	.brief = "Shows one client.",
	.text = "With its addresses, grants, scope and audience.\n",
	.min = 1,
	.max = 1,
	.run = run_show,
};

const struct command command_client_enable = {
	.name = "client enable",
	.usage = "ID",
	.brief = "Lets a client be used again.",
	.text = "Tokens that it was given before count again until they "
		"expire; to end them\nfor good, revoke their accounts.\n",
	.min = 1,
	.max = 1,
	.run = run_enable,
};

const struct command command_client_disable = {
	.name = "client disable",
	.usage = "ID",
	.brief = "Stops a client, at once.",
	.text = "The very next request with one of its tokens is refused, "
		"and its origins are\nnobody's.\n",
	.min = 1,
	.max = 1,
	.run = run_disable,
};

const struct command command_client_remove = {
	.name = "client remove",
	.usage = "ID",
	.brief = "Ends a client and all that it was given, at once.",
	.text = "Its id can be used again when the last token in its name "
		"must have expired:\na day and five minutes later.\n",
	.min = 1,
	.max = 1,
	.run = run_remove,
};
