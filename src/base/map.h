#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

/* Texts by name, in memory of malloc: for checks over a whole import. */
struct map;

/* NULL when out of memory. */
struct map *map_new(void);
void map_free(struct map *map);

/* The value of NAME, a view into the map; false if there is none. */
bool map_get(const struct map *map, struct str name, struct str *value);

/* Sets or replaces; both texts are copied. False when out of memory. */
bool map_put(struct map *map, struct str name, struct str value);

#endif
