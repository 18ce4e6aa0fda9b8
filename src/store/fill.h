#ifndef STORE_FILL_H
#define STORE_FILL_H

#include <stdbool.h>
#include <stdint.h>
#include "store/txn.h"

/*
 * How full a store is and the disk under it: one rule for whoever warns of it,
 * be it a daemon's log or a tool. Pages that were given up count as free, since
 * the store uses them again before it grows.
 */
struct store_fill {
	uint64_t map_used, map_max;    /* bytes */
	uint64_t disk_free, disk_size; /* bytes, as this user may use them */
};

/* From here on, in percent, it is time to do something. */
#define STORE_FILL_EARLY 80

/* A disk with so many bytes left is not called full whatever its size. */
#define STORE_FILL_PLENTY (UINT64_C(16) << 30)

/* Of an open store; no transaction of this store may be open (HUB_EINVAL). */
int store_fill(struct store *store, struct store_fill *out);

/* Whole percents, rounded down; 100 is full. */
unsigned int store_fill_map_percent(const struct store_fill *fill);
unsigned int store_fill_disk_percent(const struct store_fill *fill);

/* Whether the map, or the disk, is at STORE_FILL_EARLY or beyond. */
bool store_fill_map_is_early(const struct store_fill *fill);
bool store_fill_disk_is_early(const struct store_fill *fill);
bool store_fill_is_early(const struct store_fill *fill);

/*
 * The sentence about a store that is_early(), with what to do: "the store in
 * FOLDER uses 85% of map_size: ...". False, and WHY is left alone, if it is
 * not.
 */
bool store_fill_warning(
    const struct store_fill *fill, const char *folder, struct why *why);

#endif
