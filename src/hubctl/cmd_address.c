#include <stdio.h>
#include "base/clock.h"
#include "hubctl/ctl.h"
#include "hubctl/who.h"
#include "identity/email_set.h"
#include "identity/invitation.h"

static enum ctl_exit
run_change_email(struct ctl *ctl, int argc, char **argv)
{
	struct email_set in = { .address = str_of(argv[1]) };
	struct account_rec rec;
	struct actor actor;
	struct why why;
	struct hub hub;

	(void)argc;
	if (ctl_open(ctl, &why) != 0 || who_find(ctl, argv[0], &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	in.account = rec.id;
	if (email_change_set(&hub, &actor, &in, &why) != 0)
		return ctl_fail("%s", why.text);
	printf("account %s is %.*s now\n", argv[0], STR_ARG(in.username));
	return CTL_OK;
}

static enum ctl_exit
run_invite(struct ctl *ctl, int argc, char **argv)
{
	struct invitation_form in = { .contact = str_of(argv[1]) };
	char until[CLOCK_TEXT];
	struct account_rec rec;
	struct actor actor;
	struct why why;
	struct hub hub;

	(void)argc;
	if (ctl_open(ctl, &why) != 0 || who_find(ctl, argv[0], &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	in.address = rec.name;
	if (invitation_make(&hub, &actor, &in, &why) != 0)
		return ctl_fail("%s", why.text);
	clock_text(in.made.expires, until);
	printf("account %s is invited to the dossier of contact %s until %s\n",
	    argv[0], argv[1], until);
	return CTL_OK;
}

const struct command command_account_change_email = {
	.name = "account change-email",
	.usage = "USERNAME NEW",
	.brief = "Gives an account another e-mail address, its username.",
	.text = WHO_HELP
	"The account keeps its id, its password, its dossiers and its "
	"sessions. The new\naddress is unproven; an old one that was proven is "
	"told, where mail is sent.\n",
	.min = 2,
	.max = 2,
	.run = run_change_email,
};

const struct command command_account_invite = {
	.name = "account invite",
	.usage = "USERNAME CONTACT",
	.brief = "Asks an account's owner to take a contact's dossier.",
	.text = WHO_HELP
	"CONTACT is the contact's id. A mail asks the owner, who accepts or "
	"declines on the\naccount page within 14 days. Needs mail.server.\n",
	.min = 2,
	.max = 2,
	.run = run_invite,
};
