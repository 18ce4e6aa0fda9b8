#include <stdio.h>
#include "base/clock.h"
#include "hubctl/ctl.h"
#include "identity/key_ring.h"

static const char *const states[] = {
	[KEY_NEXT] = "next",
	[KEY_SIGNS] = "signing",
	[KEY_VERIFIES] = "verifying",
	[KEY_ENDED] = "ended",
	[KEY_UNUSED] = "unused",
	[KEY_UNPUBLISHED] = "unpublished",
};

static void
show_time(int64_t time)
{
	char text[CLOCK_TEXT] = "-";

	if (time != 0)
		clock_text(time, text);
	printf("  %-20s", text);
}

static void
show(const struct key_info *key)
{
	char ends[CLOCK_TEXT] = "-";

	printf("%s  %-11s", key->kid, states[key->state]);
	show_time(key->created);
	show_time(key->signs_from);
	if (key->ends != 0)
		clock_text(key->ends, ends);
	printf("  %s\n", ends);
}

static enum ctl_exit
run_list(struct ctl *ctl, int argc, char **argv)
{
	struct key_info *list;
	struct why why;
	struct hub hub;
	size_t n;
	int rc;

	(void)argc;
	(void)argv;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	rc = key_ring_list(&hub, clock_now(), &list, &n);
	if (rc != 0)
		return ctl_fail("cannot read the keys: %s", err_text(rc));
	printf("%-43s  %-11s  %-20s  %-20s  %s\n", "KID", "STATE", "CREATED",
	    "SIGNS FROM", "ENDS");
	for (size_t i = 0; i < n; i++)
		show(&list[i]);
	return CTL_OK;
}

const struct command command_key_list = {
	.name = "key list",
	.usage = "",
	.brief = "Lists the keys that sign and verify tokens.",
	.text = "One key signs, the next one waits for its time. The others "
		"verify what they\nhave signed until they end; one that is "
		"unused or has ended is taken away by\nitself.\n",
	.run = run_list,
};

static bool option_now;

static enum ctl_exit
run_rotate(struct ctl *ctl, int argc, char **argv)
{
	struct key_rotation rotation = { .at_once = option_now };
	char from[CLOCK_TEXT];
	struct signing_key fresh;
	struct actor actor;
	struct why why;
	struct hub hub;
	int rc;

	(void)argc;
	(void)argv;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	actor = ctl_actor(ctl);
	hub = ctl_hub(ctl);
	if ((rc = signing_key_make(ctl->arena, &fresh)) != 0)
		return ctl_fail("cannot make a key: %s", err_text(rc));
	rotation.fresh = &fresh;
	rotation.now = clock_now();
	if (key_ring_rotate(&hub, &actor, &rotation, &why) != 0)
		return ctl_fail("%s", why.text);
	clock_text(rotation.signs_from, from);
	printf("%s signs from %s\n", rotation.kid, from);
	return CTL_OK;
}

static const struct option_spec options[] = {
	{ "now", NULL, &option_now },
	{ NULL, NULL, NULL },
};

const struct command command_key_rotate = {
	.name = "key rotate",
	.usage = "[--now]",
	.brief = "Lets a new key sign tokens.",
	.text = "The new key is published now and signs when key.ahead has "
		"passed. The one before\nit verifies what it has signed until "
		"the last of that has expired. Nothing is\nrestarted and no "
		"token refused.\n\n"
		"  --now          sign at once, with the next key where one "
		"waits already\n",
	.options = options,
	.run = run_rotate,
};
