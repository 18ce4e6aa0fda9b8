#ifndef CRASH_FIXTURE_H
#define CRASH_FIXTURE_H

#include "hub_fixture.h"

/* More commits than any act makes. */
#define CRASH_COMMITS 12

/*
 * Runs the act in a process of its own that dies at commit number AT, from 0.
 * Whether it died; else the act is done.
 */
bool crash_dies_at(
    struct test_hub *hub, int at, void (*act)(struct test_hub *hub));

#endif
