#ifndef SITE_PAIR_H
#define SITE_PAIR_H

#include "hub_process.h"

/* A hub with records, a backup of it, and the place of another that is made. */
struct site_pair {
	struct site *first;
	struct site second; /* configured, without stores */
	char backup[96];    /* "b" in the first one's folder */
	struct token token; /* of the first hub */
};

/* For cmocka: *state is the pair. The first one makes no backup and no token. */
int pair_setup_without(void **state);
int pair_setup(void **state);
int pair_teardown(void **state);

/* hubctl restore of the backup, in the second place. */
void pair_restore(struct site_pair *p);

/* A command of sh that succeeds: $0 is the backup, $1 the second's data. */
void pair_shell(const struct site_pair *p, const char *command);

/* hubctl verify finds no errors. */
void assert_whole(struct site *site);

#endif
