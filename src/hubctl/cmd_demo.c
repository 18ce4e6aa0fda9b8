#include <stdio.h>
#include "hubctl/ctl.h"
#include "hubctl/demo_set.h"

/* What a plan has of the kinds whose number is not given. */
#define ACCOUNTS 1000
#define CONTRACTS_PER_ACCOUNT 4
#define ACCOUNTS_PER_ORGANIZATION 1000
#define ORGANIZATIONS_LEAST 2

static const char *option_accounts, *option_contracts, *option_organizations,
    *option_seed;
static bool option_list;

/* Absent: OTHERWISE. */
static int
read_number(const char *name, const char *text, uint64_t max,
    uint64_t otherwise, uint64_t *out, struct why *why)
{
	*out = otherwise;
	if (text == NULL || str_u64(str_of(text), max, out))
		return 0;
	return why_set(why, HUB_EINVAL,
	    "--%s: '%s' is not a number from 0 to %llu", name, text,
	    (unsigned long long)max);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int
read_plan(struct demo_plan *plan, struct why *why)
{
	uint64_t fits;
	int rc;

	/* First the contracts, when the accounts follow from their number. */
	rc = read_number("contracts", option_contracts, DEMO_CONTRACTS_MAX,
	    CONTRACTS_PER_ACCOUNT * ACCOUNTS, &plan->contracts, why);
	if (rc != 0)
		return rc;
	fits = plan->contracts / CONTRACTS_PER_ACCOUNT +
	    (plan->contracts % CONTRACTS_PER_ACCOUNT > 0);
	rc = read_number("accounts", option_accounts, DEMO_ACCOUNTS_MAX,
	    least(fits, DEMO_ACCOUNTS_MAX), &plan->accounts, why);
	if (rc != 0)
		return rc;
	if (option_contracts == NULL)
		plan->contracts = CONTRACTS_PER_ACCOUNT * plan->accounts;
	fits = ORGANIZATIONS_LEAST + plan->accounts / ACCOUNTS_PER_ORGANIZATION;
	rc = read_number("organizations", option_organizations,
	    DEMO_ORGANIZATIONS_MAX, fits, &plan->organizations, why);
	if (rc != 0)
		return rc;
	return read_number(
	    "seed", option_seed, UINT64_MAX, 1, &plan->seed, why);
}

static int
check_plan(const struct demo_plan *plan, struct why *why)
{
	if (plan->contracts > 0 && plan->accounts == 0)
		return why_set(why, HUB_EINVAL,
		    "contracts need accounts: ask for one at least");
	if (plan->accounts > 0 && plan->organizations == 0)
		return why_set(why, HUB_EINVAL,
		    "accounts need organizations: ask for one at least");
	return 0;
}

static bool
is_planned(void)
{
	return option_accounts != NULL || option_contracts != NULL ||
	    option_organizations != NULL || option_seed != NULL;
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	static char bytes[256 * 1024];
	struct demo_plan plan;
	struct demo_out out;
	struct why why;
	int rc;

	(void)ctl;
	(void)argc;
	(void)argv;
	if (read_plan(&plan, &why) != 0 || check_plan(&plan, &why) != 0)
		return ctl_usage(&command_demo, why.text);
	setvbuf(stdout, bytes, _IOFBF, sizeof(bytes));
	demo_out_begin(&out, stdout, option_list);
	if (is_planned())
		demo_plan_write(&out, &plan);
	else
		demo_set_write(&out);
	rc = demo_out_end(&out);
	if (rc == HUB_EIO)
		return ctl_output_failed();
	return rc == 0 ? CTL_OK : ctl_fail("%s", err_text(rc));
}

static const struct option_spec options[] = {
	{ "accounts", &option_accounts, NULL },
	{ "contracts", &option_contracts, NULL },
	{ "organizations", &option_organizations, NULL },
	{ "seed", &option_seed, NULL },
	{ "list", NULL, &option_list },
	{ NULL, NULL, NULL },
};

const struct command command_demo = {
	.name = "demo",
	.usage = "[--accounts N] [--contracts N] [--organizations N] "
		 "[--seed N] [--list]",
	.brief = "Prints demo records, to be piped into hubctl import -.",
	.text =
	    "Touches no store. Without a number: a small set, always the same, "
	    "in which every\ncase occurs. With one or more: that many records "
	    "are made up, besides the groups\nand a contact for each dossier; "
	    "what is not said fits the rest. The same numbers\nand seed give "
	    "the same records.\n\n"
	    "  --accounts N       else one for four contracts, or 1000\n"
	    "  --contracts N      else four an account\n"
	    "  --organizations N  else two, and one more for every thousand "
	    "accounts\n"
	    "  --seed N           else 1\n"
	    "  --list             only the accounts with their roles, as "
	    "JSON\n",
	.options = options,
	.run = run,
};
