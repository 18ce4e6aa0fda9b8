#include <stdio.h>
#include "base/clock.h"
#include "directory/contact.h"
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

static int
find_contact(
    struct ctl *ctl, const char *id, struct contact_rec *rec, struct why *why)
{
	struct txn *txn = store_read_begin(ctl->directory, ctl->arena);
	bool found = str_is_id(str_of(id)) && contact_get(txn, str_of(id), rec);
	int rc = store_read_end(txn);

	if (rc != 0)
		return why_set(why, rc, "directory: %s", err_text(rc));
	return found
	    ? 0
	    : why_set(why, HUB_ENOENT, "there is no contact %.100s", id);
}

static enum ctl_exit
run_withdraw(struct ctl *ctl, int argc, char **argv)
{
	struct contact_rec contact;
	struct actor actor;
	struct why why;
	struct hub hub;
	int rc;

	(void)argc;
	if (ctl_open(ctl, &why) != 0 ||
	    find_contact(ctl, argv[0], &contact, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	rc = invitation_withdraw(&hub, &actor, &contact);
	if (rc == HUB_ENOENT)
		return ctl_fail(
		    "contact %s has no invitation that waits", argv[0]);
	if (rc != 0)
		return ctl_fail("vault: %s", err_text(rc));
	printf("nobody is invited to the dossier of contact %s any more\n",
	    argv[0]);
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

const struct command command_account_withdraw_invitation = {
	.name = "account withdraw-invitation",
	.usage = "CONTACT",
	.brief = "Takes back what hubctl account invite or an employee asked.",
	.text = "CONTACT is the contact's id. The owner is asked no "
		"longer.\n",
	.min = 1,
	.max = 1,
	.run = run_withdraw,
};
