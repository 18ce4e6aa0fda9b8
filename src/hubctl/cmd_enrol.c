#include <stdio.h>
#include "base/clock.h"
#include "base/secret.h"
#include "hubctl/ctl.h"
#include "hubctl/typed.h"
#include "hubctl/who.h"
#include "identity/credential.h"
#include "identity/enrol.h"

#define ONE_WAY "--shown and --mailed do not go together"

static const char *option_email, *option_contact, *option_organization;
static const char *option_group[ARGS_TIMES + 1];
static bool option_shown, option_mailed;

/* How the password reaches its owner: as asked for, or as configured. */
static bool
is_mailed(const struct ctl *ctl)
{
	return option_mailed ||
	    (!option_shown && ctl->conf.delivery == DELIVERY_MAILED);
}

static enum ctl_exit
tell_mailed(void)
{
	printf("a temporary password is mailed to the account's address: see "
	       "hubctl mail list\n");
	return CTL_OK;
}

/* Until when the vault takes the temporary password of an account. */
static int
read_end(struct ctl *ctl, struct str account, char until[CLOCK_TEXT])
{
	struct txn *vault = store_read_begin(ctl->vault, ctl->arena);
	struct credential_rec rec;

	credential_get(vault, account, &rec);
	clock_text(rec.temporary_until, until);
	return store_read_end(vault);
}

/* The password leaves once, alone on the last line. */
static enum ctl_exit
print_temporary(struct ctl *ctl, struct str account, char *temporary)
{
	char until[CLOCK_TEXT];
	int rc = read_end(ctl, account, until);

	if (rc == 0)
		printf("temporary password, not shown again, valid until "
		       "%s:\n%s\n",
		    until, temporary);
	secret_clear(temporary, PASSWORD_TEMPORARY_LEN + 1);
	return rc == 0 ? CTL_OK : ctl_fail("vault: %s", err_text(rc));
}

static struct str
or_empty(const char *option)
{
	return option != NULL ? str_of(option) : STR("");
}

static enum ctl_exit
add(struct ctl *ctl, struct enrol *in)
{
	struct actor actor;
	struct why why;
	struct hub hub;
	int rc;

	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	in->mailed = is_mailed(ctl);
	rc = enrol(&hub, &actor, in, &why);
	if (rc == HUB_EINVAL)
		return ctl_usage(&command_account_add, why.text);
	if (rc == HUB_EEXIST)
		return ctl_fail(
		    "%s (username %.*s)", why.text, STR_ARG(in->username));
	if (rc != 0)
		return ctl_fail("%s", why.text);
	printf("account %.*s is added, username %.*s\n", STR_ARG(in->account),
	    STR_ARG(in->username));
	return in->mailed ? tell_mailed()
			  : print_temporary(ctl, in->account, in->temporary);
}

static enum ctl_exit
run_add(struct ctl *ctl, int argc, char **argv)
{
	struct str groups[ARGS_TIMES];
	struct enrol in = {
		.email = or_empty(option_email),
		.contact = or_empty(option_contact),
		.organization = or_empty(option_organization),
		.groups = groups,
	};

	(void)argc;
	(void)argv;
	if (option_email == NULL)
		return ctl_usage(&command_account_add, "--email is missing");
	if (option_shown && option_mailed)
		return ctl_usage(&command_account_add, ONE_WAY);
	if ((option_contact != NULL) == (option_organization != NULL))
		return ctl_usage(&command_account_add,
		    "one of --contact and --organization is needed: a "
		    "customer's or an employee's account");
	if (option_contact != NULL && option_group[0] != NULL)
		return ctl_usage(&command_account_add,
		    "--group goes with --organization: customers all are in "
		    "one group");
	while (option_group[in.group_count] != NULL) {
		groups[in.group_count] = str_of(option_group[in.group_count]);
		in.group_count++;
	}
	return add(ctl, &in);
}

static enum ctl_exit
run_reset(struct ctl *ctl, int argc, char **argv)
{
	char temporary[PASSWORD_TEMPORARY_LEN + 1] = "";
	struct account_rec rec;
	struct actor actor;
	struct why why;
	struct hub hub;

	(void)argc;
	if (option_shown && option_mailed)
		return ctl_usage(&command_account_reset_password, ONE_WAY);
	if (ctl_open(ctl, &why) != 0 || who_find(ctl, argv[0], &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	if (enrol_reset(&hub, &actor, rec.id, is_mailed(ctl) ? NULL : temporary,
		&why) != 0)
		return ctl_fail("%s", why.text);
	printf("account %s is signed out everywhere; its password has ended\n",
	    argv[0]);
	return is_mailed(ctl) ? tell_mailed()
			      : print_temporary(ctl, rec.id, temporary);
}

static int
set_password(struct ctl *ctl, struct str account, const struct typed *typed,
    struct why *why)
{
	const struct str text = { typed->text, typed->n };
	struct actor actor = ctl_actor(ctl);
	struct hub hub = ctl_hub(ctl);
	struct blocklist *list;
	int rc = blocklist_open(&list, &ctl->conf, why);

	if (rc != 0)
		return rc;
	rc = enrol_set_password(&hub, &actor, list, account, text, why);
	blocklist_close(list);
	return rc;
}

static enum ctl_exit
run_set(struct ctl *ctl, int argc, char **argv)
{
	struct account_rec rec;
	struct typed typed;
	struct why why;
	int rc;

	(void)argc;
	if (ctl_open(ctl, &why) != 0 || who_find(ctl, argv[0], &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	rc = typed_password(&typed, &why);
	if (rc == 0)
		rc = set_password(ctl, rec.id, &typed, &why);
	typed_clear(&typed);
	if (rc != 0)
		return ctl_fail("%s", why.text);
	printf("account %s has a lasting password and is signed out "
	       "everywhere\n",
	    argv[0]);
	return CTL_OK;
}

static const struct option_spec add_options[] = {
	{ "email", &option_email, NULL },
	{ "contact", &option_contact, NULL },
	{ "organization", &option_organization, NULL },
	{ "group...", option_group, NULL },
	{ "shown", NULL, &option_shown },
	{ "mailed", NULL, &option_mailed },
	{ NULL, NULL, NULL },
};

static const struct option_spec reset_options[] = {
	{ "shown", NULL, &option_shown },
	{ "mailed", NULL, &option_mailed },
	{ NULL, NULL, NULL },
};

#define DELIVERY                                                               \
	"  --shown            the password is printed, whatever the "          \
	"configuration says\n"                                                 \
	"  --mailed           or mailed to the account's address, and shown "  \
	"to nobody\n\n"

#define TEMPORARY                                                              \
	"The temporary password is shown once, alone on the last line, or "    \
	"mailed, as\npassword.delivery in hub.conf(5) says. It opens nothing " \
	"but the form where its\nowner chooses a lasting one, and ends by "    \
	"itself: see password.temporary_lifetime\nin hub.conf(5).\n"

const struct command command_account_add = {
	.name = "account add",
	.usage = "--email ADDRESS (--contact ID | --organization ID [--group "
		 "ID]...) [--shown | --mailed]",
	.brief = "Adds an account with a temporary password.",
	.text = "  --email ADDRESS    becomes the username\n"
		"  --contact ID       a customer's account, of this contact\n"
		"  --organization ID  an employee's account, at this "
		"organisation\n"
		"  --group ID         the employee's group there; may be given "
		"several times\n" DELIVERY TEMPORARY,
	.options = add_options,
	.run = run_add,
};

const struct command command_account_reset_password = {
	.name = "account reset-password",
	.usage = "USERNAME [--shown | --mailed]",
	.brief = "Gives an account a temporary password.",
	.text = DELIVERY WHO_HELP "The old password, all sessions and all "
				  "tokens end at once.\n" TEMPORARY,
	.options = reset_options,
	.alone = true,
	.min = 1,
	.max = 1,
	.run = run_reset,
};

const struct command command_account_set_password = {
	.name = "account set-password",
	.usage = "USERNAME",
	.brief = "Gives an account a lasting password.",
	.text = WHO_HELP
	"The password is read from standard input, one line; at a terminal "
	"it is asked\nfor, and not shown. It is judged like a password that "
	"its owner chooses. The old\none, all sessions and all tokens end at "
	"once.\n",
	.alone = true,
	.min = 1,
	.max = 1,
	.run = run_set,
};
