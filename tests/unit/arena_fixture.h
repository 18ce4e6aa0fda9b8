#ifndef ARENA_FIXTURE_H
#define ARENA_FIXTURE_H

#include "base/arena.h"

/* The memory of a test that needs no more than that. */
extern struct arena *arena;

/* For cmocka: makes it, *STATE is the same; and its end. */
int arena_setup(void **state);
int arena_teardown(void **state);

#endif
