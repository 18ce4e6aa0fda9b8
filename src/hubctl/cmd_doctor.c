#include <unistd.h>
#include "hubctl/doctor.h"

static bool option_json, option_offline, option_url;

static void
tell_error(void *ctx, const char *sentence)
{
	doctor_say(ctx, FINDING_FAIL, "configuration", "%s", sentence);
}

/* False if nothing else can be looked at. */
static bool
read_conf(struct doctor *d)
{
	const struct conf_teller teller = { tell_error, d };
	struct ctl *ctl = d->ctl;
	struct why why;

	if (conf_load_telling(&ctl->conf, conf_path(ctl->config), &teller) != 0)
		return false;
	/* Once more, for --data and its variable. */
	if (ctl_conf(ctl, &why) == 0)
		return true;
	tell_error(d, why.text);
	return false;
}

/*
 * As the caller: root gets to all sockets and files, the owner of the stores
 * not to those of the readers.
 */
static void
look_around(struct doctor *d)
{
	doctor_conf(d);
	doctor_files(d);
	if (option_offline)
		doctor_say(
		    d, FINDING_SKIP, "pools", "not looked at: --offline");
	else
		doctor_pools(d);
	doctor_web(d);
	if (option_url)
		doctor_url(d);
	else
		doctor_say(d, FINDING_SKIP, "base_url", "not looked at: --url");
}

/* As the owner of the stores, where root has started this. */
static void
look_inside(struct doctor *d)
{
	struct why why;
	int rc = ctl_become_owner(d->ctl, false, &why);

	if (rc == 0) {
		doctor_stores(d);
		doctor_mail(d);
	} else if (rc == HUB_ENOENT && d->vault_failed) {
		doctor_say(d, FINDING_SKIP, "stores",
		    "what is in them is not looked at: mend their files first");
	} else {
		doctor_say(d, FINDING_FAIL, "stores", "%s", why.text);
	}
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct doctor doctor;

	(void)argc;
	(void)argv;
	doctor_begin(&doctor, ctl, option_json);
	if (read_conf(&doctor)) {
		look_around(&doctor);
		look_inside(&doctor);
		doctor_clock(&doctor);
	}
	return doctor_end(&doctor);
}

static const struct option_spec options[] = {
	{ "json", NULL, &option_json },
	{ "offline", NULL, &option_offline },
	{ "url", NULL, &option_url },
	{ NULL, NULL, NULL },
};

const struct command command_doctor = {
	.name = "doctor",
	.usage = "[--json] [--offline] [--url]",
	.brief = "Looks over an installation and says what to do.",
	.text =
	    "A line for each thing: ok, warn (to be looked at), FAIL (with "
	    "what "
	    "to do) or skip\n(not looked at). Configuration, users, owners and "
	    "modes of all files, the stores,\nsigning key, room, clock, and "
	    "whether each pool answers. Nothing is changed. Run\nit as root; "
	    "others cannot look at everything. Whether the records are whole, "
	    "hubctl\nverify tells. The exit status is 1 if anything failed.\n\n"
	    "  --json     the same as one JSON object\n"
	    "  --offline  leaves the daemons out, which are not meant to run\n"
	    "  --url      asks for base_url too, by way of curl\n",
	.options = options,
	.run = run,
};
