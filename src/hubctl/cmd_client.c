#include <stdio.h>
#include <string.h>
#include "base/secret.h"
#include "directory/client_public.h"
#include "hubctl/ctl.h"
#include "identity/client.h"
#include "identity/registration.h"
#include "store/rec_list.h"

#define LIST_MAX (16 * 1024 * 1024)

static bool option_public, option_third_party;
static const char *option_id, *option_name, *option_audience;
static const char *option_organization, *option_pkce;
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

/* By RFC 6749 section 2.1; the built-in one asks for nothing. */
static const char *
type_of(const struct client_rec *rec)
{
	if (rec->builtin)
		return "-";
	return rec->public ? "public" : "confidential";
}

static void
list_one(void *ctx, struct str id, const struct client_rec *rec)
{
	buf_printf(ctx, "%-24.*s  %-8s  %-5s  %-12s  %.*s\n", STR_ARG(id),
	    state_of(rec), rec->third_party ? "third" : "first", type_of(rec),
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
	printf("%-24s  %-8s  %-5s  %-12s  %s\n%.*s", "ID", "STATE", "PARTY",
	    "TYPE", "NAME", STR_ARG(buf_view(&text)));
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
	printf("id: %s\nname: %.*s\nstate: %s\nparty: %s\ntype: %s\n", id,
	    STR_ARG(rec->name), state_of(rec),
	    rec->third_party ? "third" : "first", type_of(rec));
	if (!rec->builtin)
		printf(
		    "PKCE: %s\n", rec->pkce_optional ? "optional" : "required");
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

/* A secret leaves once, alone on the last line. */
static void
print_secret(struct opaque *secret)
{
	printf("its secret, which is not shown again:\n%s\n", secret->text);
	secret_clear(secret, sizeof(*secret));
}

static enum ctl_exit
run_add(struct ctl *ctl, int argc, char **argv)
{
	const struct client_form form = {
		.id = option_id,
		.name = option_name,
		.public = option_public,
		.third_party = option_third_party,
		.pkce_optional = option_pkce != NULL,
		.redirect_uris = option_redirect,
		.post_logout_uris = option_post_logout,
		.origins = option_origin,
		.grants = option_grant,
		.scopes = option_scope,
		.audience = option_audience,
		.organization = option_organization,
	};
	struct client_rec rec;
	struct opaque secret;
	struct actor actor;
	struct why why;
	struct hub hub;

	(void)argc;
	(void)argv;
	if (option_id == NULL)
		return ctl_usage(&command_client_add, "--id is missing");
	if (option_pkce != NULL && strcmp(option_pkce, "optional") != 0)
		return ctl_usage(&command_client_add,
		    "--pkce takes the word optional; without it PKCE is "
		    "required");
	if (client_make(ctl->arena, &form, &rec, &why) != 0)
		return ctl_usage(&command_client_add, why.text);
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	if (registration_add(
		&hub, &actor, str_of(option_id), &rec, &secret, &why) != 0)
		return ctl_fail("%s", why.text);
	printf("client %s is added\n", option_id);
	if (!rec.public)
		print_secret(&secret);
	return CTL_OK;
}

static enum ctl_exit
run_rotate_secret(struct ctl *ctl, int argc, char **argv)
{
	struct opaque secret;
	struct actor actor;
	struct why why;
	struct hub hub;

	(void)argc;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	if (registration_rotate(&hub, &actor, str_of(argv[0]), &secret, &why) !=
	    0)
		return ctl_fail("%s", why.text);
	printf(
	    "client %s has another secret; the old one has ended\n", argv[0]);
	print_secret(&secret);
	return CTL_OK;
}

static enum ctl_exit
fail(const char *id, int rc)
{
	if (rc == HUB_ENOENT)
		return ctl_fail("there is no client %s", id);
	if (rc == HUB_EDENIED)
		return ctl_fail("client %s is built in: it is neither changed "
				"nor removed",
		    id);
	return ctl_fail("client %s: %s", id, err_text(rc));
}

struct toggle {
	struct str id;
	bool enabled;
};

static int
set_enabled(struct txn *directory, void *arg)
{
	const struct toggle *toggle = arg;

	return client_set_enabled(directory, toggle->id, toggle->enabled);
}

/*
 * The directory first: whatever happens after it, a disabled client has no
 * access. The event follows in the vault.
 */
static enum ctl_exit
toggle_client(struct ctl *ctl, const char *id, bool enabled)
{
	struct toggle toggle = { str_of(id), enabled };
	const char *done = enabled ? "enabled" : "disabled";
	struct audit_rec event;
	struct why why;
	int rc;

	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	rc = store_write(ctl->directory, ctl->arena, set_enabled, &toggle);
	if (rc != 0)
		return fail(id, rc);
	ctl_event(ctl, &event, enabled ? "client.enabled" : "client.disabled",
	    STR(""), NULL);
	event.client = toggle.id;
	rc = ctl_record(ctl, &event);
	if (rc != 0)
		return ctl_fail("client %s is %s, but the audit log failed: %s",
		    id, done, err_text(rc));
	printf("client %s is %s\n", id, done);
	return CTL_OK;
}

static enum ctl_exit
run_enable(struct ctl *ctl, int argc, char **argv)
{
	(void)argc;
	return toggle_client(ctl, argv[0], true);
}

static enum ctl_exit
run_disable(struct ctl *ctl, int argc, char **argv)
{
	(void)argc;
	return toggle_client(ctl, argv[0], false);
}

static enum ctl_exit
run_remove(struct ctl *ctl, int argc, char **argv)
{
	struct actor actor;
	struct why why;
	struct hub hub;
	int rc;

	(void)argc;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	rc = act_remove_client(&hub, &actor, str_of(argv[0]));
	if (rc == HUB_ENOENT || rc == HUB_EDENIED)
		return fail(argv[0], rc);
	if (rc != 0)
		return ctl_fail("client %s: %s; give the command again until "
				"there is no such client",
		    argv[0], err_text(rc));
	printf("client %s is removed\n", argv[0]);
	return CTL_OK;
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
	{ "pkce", &option_pkce, NULL },
	{ NULL, NULL, NULL },
};

const struct command command_client_add = {
	.name = "client add",
	.usage = "--id ID [OPTION]...",
	.brief = "Adds an app or portal that may ask for tokens.",
	.text =
	    "  --id ID                how the client names itself\n"
	    "  --name TEXT            for people; else the id\n"
	    "  --public               it cannot keep a secret: an app, a page\n"
	    "  --third-party          users are asked for their consent\n"
	    "  --redirect-uri URI     where answers of a sign-in may go: "
	    "https, http on the\n"
	    "                         loopback host, or a scheme with a "
	    "dot; needed with\n"
	    "                         authorization_code\n"
	    "  --post-logout-uri URI  where a sign-out may end\n"
	    "  --origin ORIGIN        whose pages may read answers (CORS), "
	    "as browsers send\n"
	    "                         it: https://HOST[:PORT]\n"
	    "  --grant GRANT          authorization_code, refresh_token, "
	    "client_credentials;\n"
	    "                         else the first two\n"
	    "  --scope SCOPE          what it may ask for; else openid "
	    "profile email\n"
	    "                         offline_access hub.read\n"
	    "  --audience URI         of its tokens; else the base URL\n"
	    "  --organization ID      the organisation it belongs to\n"
	    "  --pkce optional        for a client with a secret that cannot "
	    "do PKCE\n\n"
	    "Without --public it gets a secret, shown once, alone on the "
	    "last line.\n"
	    "The URIs, --origin, --grant and --scope may be given several "
	    "times; 16 of each\nat most. Addresses are compared as exact "
	    "strings.\n",
	.options = add_options,
	.run = run_add,
};

const struct command command_client_list = {
	.name = "client list",
	.usage = "",
	.brief = "Lists all clients: id, state, party, type, name.",
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

const struct command command_client_rotate_secret = {
	.name = "client rotate-secret",
	.usage = "ID",
	.brief = "Gives a client another secret, at once.",
	.text = "The old secret ends at once; what the client was given with "
		"it stays. The new\none is shown once, alone on the last "
		"line.\n",
	.min = 1,
	.max = 1,
	.run = run_rotate_secret,
};
