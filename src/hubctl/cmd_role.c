#include <stdio.h>
#include "hubctl/ctl.h"
#include "hubctl/who.h"
#include "identity/role.h"

static const char *option_organization, *option_give, *option_take;

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct role_change in = { .give = option_give != NULL };
	struct account_rec rec;
	struct actor actor;
	struct why why;
	struct hub hub;

	(void)argc;
	if (option_organization == NULL)
		return ctl_usage(
		    &command_account_role, "--organization is missing");
	if ((option_give != NULL) == (option_take != NULL))
		return ctl_usage(&command_account_role,
		    "one of --give and --take is needed");
	if (ctl_open(ctl, &why) != 0 || who_find(ctl, argv[0], &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	in.account = rec.id;
	in.organization = str_of(option_organization);
	in.group = str_of(in.give ? option_give : option_take);
	if (role_change(&hub, &actor, &in, &why) != 0)
		return ctl_fail("%s", why.text);
	printf("account %s %s group %.*s at organisation %s\n", argv[0],
	    in.give ? "has" : "no longer has", STR_ARG(in.group),
	    option_organization);
	return CTL_OK;
}

static const struct option_spec options[] = {
	{ "organization", &option_organization, NULL },
	{ "give", &option_give, NULL },
	{ "take", &option_take, NULL },
	{ NULL, NULL, NULL },
};

const struct command command_account_role = {
	.name = "account role",
	.usage = "USERNAME --organization ID (--give GROUP | --take GROUP)",
	.brief = "Gives an employee a group, or takes it.",
	.text = WHO_HELP
	"102 is Relatiebeheerder, 103 Organisatiebeheerder. It counts from the "
	"next request\non. Who has lost the last group remains an employee "
	"without one.\n\n"
	"  --organization ID  where\n"
	"  --give GROUP       the account gets this group there\n"
	"  --take GROUP       it loses this group there\n",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run,
};
