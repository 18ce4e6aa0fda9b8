#include "chance.h"

/* A counter, mixed (splitmix64). */
uint64_t
chance(uint64_t *seed)
{
	uint64_t x = *seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

uint32_t
chance_below(uint64_t *seed, uint32_t n)
{
	return (uint32_t)(chance(seed) % n);
}

void
chance_bytes(uint64_t *seed, unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)chance(seed);
}
