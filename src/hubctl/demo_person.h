#ifndef HUBCTL_DEMO_PERSON_H
#define HUBCTL_DEMO_PERSON_H

#include <stdbool.h>
#include "hubctl/demo_random.h"

/* Somebody with a dossier: a person, or a company that has a last name only. */
struct demo_person {
	const char *first, *middle, *last; /* NULL: has none */
	char initials[8];
	char email[64]; /* empty: has none */
	const char *street, *city;
	unsigned int house;
	bool company;
	char company_name[64]; /* what LAST points to */
};

/*
 * Makes one up. NUMBER is in the address, MARK before it: together they keep
 * two of the same name apart.
 */
void demo_person_make(struct demo_person *person, struct demo_random *random,
    bool company, const char *mark, uint64_t number);

/* A place to live in, for one whose name is known. */
void demo_person_settle(struct demo_person *person, struct demo_random *random);

/* One of the cities. */
const char *demo_city(struct demo_random *random);

#endif
