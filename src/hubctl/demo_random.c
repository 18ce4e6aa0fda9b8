#include "hubctl/demo_random.h"

/* Splitmix64: an odd step, then a mixing that can be undone. */
#define STEP UINT64_C(0x9e3779b97f4a7c15)

uint64_t
demo_random_mix(uint64_t v)
{
	v = (v ^ (v >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ (v >> 27)) * UINT64_C(0x94d049bb133111eb);
	return v ^ (v >> 31);
}

void
demo_random_begin(
    struct demo_random *r, uint64_t seed, uint64_t stream, uint64_t index)
{
	uint64_t state = demo_random_mix(seed + STEP);

	state = demo_random_mix(state + stream * STEP);
	r->state = demo_random_mix(state + index * STEP);
}

uint64_t
demo_random_next(struct demo_random *r)
{
	r->state += STEP;
	return demo_random_mix(r->state);
}

uint32_t
demo_random_below(struct demo_random *r, uint32_t n)
{
	return (uint32_t)(((demo_random_next(r) >> 32) * n) >> 32);
}

bool
demo_random_once_in(struct demo_random *r, uint32_t n)
{
	return demo_random_below(r, n) == 0;
}
