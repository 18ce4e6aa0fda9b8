#ifndef BASE_COUNTERS_H
#define BASE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * What one worker has done, in memory that the master shares with it. A slot
 * has one writer; others may read at any time, so each number is read whole.
 * Slots stand a cache line apart.
 */
struct counters {
	_Atomic uint64_t connections; /* accepted */
	_Atomic uint64_t requests;    /* answered */
	_Atomic uint64_t answers[6]; /* by hundreds of the status; [0]: other */
	_Atomic uint64_t token_hits; /* verified tokens found in the cache */
	_Atomic uint64_t token_misses; /* tokens that were checked anew */
	_Atomic uint64_t timeouts;     /* peers cut off for being slow */
	_Atomic uint64_t protocol_errors;
	_Atomic uint64_t beats; /* turns of its loop: signs of life */
	_Atomic uint32_t ready; /* the worker serves */
} __attribute__((aligned(64)));

/* One writer a slot: a plain load and store, no locked instruction. */
static inline void
count(_Atomic uint64_t *counter)
{
	atomic_store_explicit(counter,
	    atomic_load_explicit(counter, memory_order_relaxed) + 1,
	    memory_order_relaxed);
}

#endif
