#include <stdio.h>
#include <unistd.h>
#include "base/clock.h"
#include "directory/client_public.h"
#include "hubctl/ctl.h"
#include "identity/audit.h"
#include "identity/page_clients.h"
#include "identity/scope.h"
#include "identity/signing_key.h"
#include "store/schema.h"

/* Half a backup is not to be filled up with an empty store. */
static int
check_not_restoring(const struct ctl *ctl, struct why *why)
{
	char path[CONF_PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/" CTL_RESTORING, ctl->conf.data);
	if (access(path, F_OK) != 0)
		return 0;
	return why_set(why, HUB_ECONFLICT,
	    "a hubctl restore into %s was broken off: give it again, with the "
	    "same backup",
	    ctl->conf.data);
}

/* Makes what is missing of the two stores and opens them; counts the new. */
static int
make_stores(struct ctl *ctl, unsigned int *made, struct why *why)
{
	struct schema schema;
	int rc;

	schema_vault(&schema, &ctl->conf);
	rc = store_create(&schema.spec, why);
	*made = rc == 0;
	if (rc != 0 && rc != HUB_EEXIST)
		return rc;
	rc = store_open(&ctl->vault, &schema.spec, STORE_WRITE, why);
	if (rc != 0)
		return rc;
	schema_directory(&schema, &ctl->conf);
	rc = store_create(&schema.spec, why);
	*made += rc == 0;
	if (rc != 0 && rc != HUB_EEXIST)
		return rc;
	return store_open(&ctl->directory, &schema.spec, STORE_WRITE, why);
}

struct new_key {
	struct signing_key key;
	struct audit_rec event;
};

static int
write_private(struct txn *vault, void *arg)
{
	const struct new_key *new = arg;

	signing_key_put_private(vault, &new->key);
	audit_put(vault, &new->event);
	return 0;
}

static int
write_public(struct txn *directory, void *arg)
{
	const struct client_rec builtin = {
		.enabled = true,
		.builtin = true,
		.name = STR("hubctl token"),
		.scope = STR(SCOPE_READ),
	};

	signing_key_put_public(directory, arg);
	client_put(directory, STR(CLIENT_BUILTIN), &builtin);
	return 0;
}

/* The key that a crashed attempt has left in the vault, or a new one. */
static int
find_or_make_key(struct ctl *ctl, struct signing_key *key)
{
	struct txn *vault = store_read_begin(ctl->vault, ctl->arena);
	int rc = signing_key_find(vault, clock_now(), key);
	int end = store_read_end(vault);
	struct new_key new;

	if (end != 0 || rc != HUB_ENOENT)
		return end != 0 ? end : rc;
	rc = signing_key_make(ctl->arena, &new.key);
	if (rc != 0)
		return rc;
	*key = new.key;
	ctl_event(ctl, &new.event, "key.created", STR(""),
	    arena_printf(ctl->arena, "kid %s", key->kid));
	return store_write(ctl->vault, ctl->arena, write_private, &new);
}

static int
has_public_key(struct ctl *ctl, bool *has)
{
	struct txn *directory = store_read_begin(ctl->directory, ctl->arena);

	*has = txn_count(directory, DIR_KEY) > 0;
	return store_read_end(directory);
}

static int
make_key(struct ctl *ctl, bool *made)
{
	struct signing_key key;
	bool has;
	int rc = has_public_key(ctl, &has);

	*made = false;
	if (rc != 0 || has)
		return rc;
	if ((rc = find_or_make_key(ctl, &key)) != 0 ||
	    (rc = store_write(
		 ctl->directory, ctl->arena, write_public, &key)) != 0)
		return rc;
	*made = true;
	return 0;
}

static int
make_clients(struct ctl *ctl, unsigned int *changed, struct why *why)
{
	struct actor actor = ctl_actor(ctl);
	struct hub hub = ctl_hub(ctl);

	return page_clients_make(&hub, &actor, changed, why);
}

static enum ctl_exit
make_hub(struct ctl *ctl)
{
	unsigned int made = 0, clients;
	struct why why;
	bool key_made;
	int rc;

	if (check_not_restoring(ctl, &why) != 0 ||
	    ctl_become_owner(ctl, true, &why) != 0 ||
	    make_stores(ctl, &made, &why) != 0)
		return ctl_fail("%s", why.text);
	rc = make_key(ctl, &key_made);
	if (rc != 0)
		return ctl_fail(
		    "cannot make the signing key: %s", err_text(rc));
	if (make_clients(ctl, &clients, &why) != 0)
		return ctl_fail("%s", why.text);
	if (made == 0 && !key_made && clients == 0)
		return ctl_fail("%s holds a hub already; nothing was changed",
		    ctl->conf.data);
	if (made > 0 || key_made)
		printf(
		    "%s: made the stores and a signing key\n", ctl->conf.data);
	if (clients > 0)
		printf("clients " CLIENT_BEHEER " and " CLIENT_MIJN
		       ": the pages of %s\n",
		    ctl->conf.base_url);
	return CTL_OK;
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	enum ctl_exit status;
	struct why why;
	int lock;

	(void)argc;
	(void)argv;
	if (ctl_conf(ctl, &why) != 0 || ctl_make_data(ctl, &why) != 0 ||
	    ctl_lock_data(ctl, &lock, &why) != 0)
		return ctl_fail("%s", why.text);
	status = make_hub(ctl);
	close(lock);
	return status;
}

const struct command command_init = {
	.name = "init",
	.usage = "",
	.brief =
	    "Makes the stores, the first signing key and the pages' clients.",
	.text = "The folder is the configured one, or --data. Run as root, "
		"the stores are given\nto store_user, and the directory to "
		"reader_group. What an interrupted init has\nleft is "
		"completed; a hub that is there stays as it is, but for the "
		"two clients of the\npages, beheer and mijn: they are made "
		"where they are missing, and get the\naddresses of base_url "
		"where they have others. In a folder that holds a\nbackup "
		"nothing is made.\n",
	.run = run,
};
