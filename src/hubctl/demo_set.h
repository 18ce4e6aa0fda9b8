#ifndef HUBCTL_DEMO_SET_H
#define HUBCTL_DEMO_SET_H

#include "hubctl/demo_out.h"

/*
 * The default records: few, always the same, and every case among them. The
 * accounts come in a fixed order: two customers with contracts and no common
 * dossier, one without contracts, one with dossiers at two organisations, one
 * with very many contracts, a Relatiebeheerder, an Organisatiebeheerder.
 */
void demo_set_write(struct demo_out *out);

/* How many to make up. */
struct demo_plan {
	uint64_t organizations, accounts, contracts, seed;
};

/* What a plan may ask for: so many numbers of each kind there are. */
#define DEMO_ORGANIZATIONS_MAX 100000
#define DEMO_ACCOUNTS_MAX 10000000
#define DEMO_CONTRACTS_MAX 100000000

/*
 * Makes records up, in memory that does not grow with their number. The same
 * plan gives the same bytes. Accounts need an organisation, contracts an
 * account.
 */
void demo_plan_write(struct demo_out *out, const struct demo_plan *plan);

#endif
