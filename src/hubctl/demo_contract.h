#ifndef HUBCTL_DEMO_CONTRACT_H
#define HUBCTL_DEMO_CONTRACT_H

#include "hubctl/demo_out.h"

/* A contract as an insurer's system would hand it over. */
struct demo_contract {
	/* Who has it and what it is: given. */
	char id[24];
	const struct demo_dossier *dossier;
	const struct demo_person *holder;
	bool afd1;    /* in the notation AFD 1.0, else AFD 2.0 */
	bool absence; /* of a company's employees; else a car */
	const char *status;
	uint64_t version; /* 0: none */

	/* The rest: demo_contract_fill(). */
	char number[32];
	const char *insurer;              /* POR code */
	unsigned int effective, expiry;   /* CCYYMMDD */
	unsigned int term;                /* months between two payments */
	unsigned int installment, yearly; /* in cents */
	const char *make, *model, *fuel;
	unsigned int year;
	char plate[12];
	unsigned int deductible;
};

/* The states that the trade tells apart. */
#define DEMO_ACTIVE "ACTIVE"
#define DEMO_SUSPENDED "SUSPENDED"
#define DEMO_PAID_UP "PAID_UP"
#define DEMO_CANCELLED "CANCELLED"

/* Makes up the rest; SERIAL is in the number. */
void demo_contract_fill(struct demo_contract *contract,
    struct demo_random *random, uint64_t serial);

void demo_contract_write(
    struct demo_out *out, const struct demo_contract *contract);

#endif
