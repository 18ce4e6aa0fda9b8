#ifndef HUBCTL_DEMO_RANDOM_H
#define HUBCTL_DEMO_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Numbers that look random and are the same on every machine, for records that
 * can be made again. Nothing secret comes from here.
 */
struct demo_random {
	uint64_t state;
};

/*
 * The numbers of one thing: those of INDEX in STREAM do not depend on how many
 * others there are.
 */
void demo_random_begin(
    struct demo_random *random, uint64_t seed, uint64_t stream, uint64_t index);

uint64_t demo_random_next(struct demo_random *random);

/* A number below N, which is not 0. */
uint32_t demo_random_below(struct demo_random *random, uint32_t n);

/* True once in N times. */
bool demo_random_once_in(struct demo_random *random, uint32_t n);

/* Another number for each V: two never share one. */
uint64_t demo_random_mix(uint64_t v);

#endif
