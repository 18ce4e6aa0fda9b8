#include <stdio.h>
#include "hubctl/ctl.h"
#include "hubctl/who.h"
#include "identity/dossier.h"

static const char *option_contact;

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct account_rec rec;
	struct actor actor;
	struct why why;
	struct hub hub;

	(void)argc;
	if (option_contact == NULL)
		return ctl_usage(&command_account_link, "--contact is missing");
	if (ctl_open(ctl, &why) != 0 || who_find(ctl, argv[0], &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	if (dossier_link(&hub, &actor, rec.id, str_of(option_contact), &why) !=
	    0)
		return ctl_fail("%s", why.text);
	printf("account %s has the dossier of contact %s\n", argv[0],
	    option_contact);
	return CTL_OK;
}

static const struct option_spec options[] = {
	{ "contact", &option_contact, NULL },
	{ NULL, NULL, NULL },
};

const struct command command_account_link = {
	.name = "account link",
	.usage = "USERNAME --contact ID",
	.brief = "Gives an account that is there a contact's dossier.",
	.text = WHO_HELP
	"For a customer of several organisations: employees can make no "
	"second account of\none address. Be sure that the contact is the "
	"owner of the account, who sees the\ncontracts of the dossier from "
	"the next request on.\n",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run,
};
