#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/err.h"
#include "store/txn.h"

/* A folder of its own for a test of the store, and what goes with it. */
struct place {
	char root[512];   /* made by place_make() */
	char folder[600]; /* of the store, below it */
	struct store_spec spec;
	struct arena *arena;
	struct why why;
};

enum { TABLE_A, TABLE_B, TABLE_C, TABLES };

void place_make(struct place *place);
void place_remove(struct place *place);

/* For cmocka: *STATE is a new place with a store in it; and its end. */
int place_setup(void **state);
int place_setup_empty(void **state);
int place_teardown(void **state);

/* The path of a file of the store; valid until the next call. */
const char *place_file(const struct place *place, const char *name);

/* Opens the store; the test fails if that does. */
struct store *place_open(struct place *place, enum store_access access);

/* A place with its store, open for writing; for cmocka, *STATE is one. */
struct open_place {
	struct place *place;
	struct store *store;
	struct arena *arena; /* the place's */
};

int open_place_setup(void **state);
int open_place_teardown(void **state);

/* One record in a transaction of its own. */
int place_put(struct place *place, struct store *store, unsigned int table,
    const char *key, struct str value);
int place_del(struct place *place, struct store *store, unsigned int table,
    const char *key);

/* What a look of its own finds; STR_NONE if absent. */
struct str place_get(struct place *place, struct store *store,
    unsigned int table, const char *key);

/* As fork(); the child ends with the test, also if that fails. */
pid_t child_fork(void);

/*
 * Runs FN in a child process and gives its result, 0 to 125; a signal fails
 * the test. SKIPPED is said and turned into 0.
 */
#define SKIPPED 77
int in_child(int (*fn)(struct place *place), struct place *place);

/* The same, under way while the test goes on; child_end() gives the result. */
pid_t child_start(int (*fn)(struct place *place), struct place *place);
int child_end(pid_t pid);

/* In a child: becomes a user without rights if it is root. */
bool drop_rights(void);

/* In a child: mounts of its own; false where the system does not let it. */
bool own_mounts(void);

#endif
