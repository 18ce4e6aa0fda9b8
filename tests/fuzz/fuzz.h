#ifndef FUZZ_H
#define FUZZ_H

/*
 * A fuzz target is one function in a file of its own. libFuzzer brings a main
 * that makes up inputs; replay.c brings one that reads them from a corpus.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* 0 always; ends the process when the code under test is wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for any input. */
#define FUZZ_HOLDS(condition)                                                  \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: does not hold: %s\n",          \
			    __FILE__, __LINE__, #condition);                   \
			abort();                                               \
		}                                                              \
	} while (0)

#endif
