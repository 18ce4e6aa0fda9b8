#ifndef UNIT_CHANCE_H
#define UNIT_CHANCE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Random numbers that are the same in each run and on each machine, so that a
 * failure can be repeated. SEED may begin as any number, 0 too.
 */
uint64_t chance(uint64_t *seed);

/* One of 0 to N - 1; N is not 0. */
uint32_t chance_below(uint64_t *seed, uint32_t n);

void chance_bytes(uint64_t *seed, unsigned char *p, size_t n);

#endif
