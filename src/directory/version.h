#ifndef DIRECTORY_VERSION_H
#define DIRECTORY_VERSION_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "base/json_in.h"

/*
 * The optional version of a contact or contract: a line with a smaller one
 * than the record has changes nothing. A line without one always counts, and
 * the record keeps the version it had.
 */
struct version {
	bool given;
	uint64_t number;
};

/* The member `version`, an unsigned 64-bit number, or absent. */
int version_parse(
    const struct json *line, struct version *out, struct why *why);

/* Whether a line of version NEW comes too late for a record of version OLD. */
bool version_is_older(struct version new, struct version old);

/* What the record has after a line of version NEW. */
struct version version_after(struct version new, struct version old);

#endif
