#include "store/fill.h"

#include <inttypes.h>

#define MIB (UINT64_C(1) << 20)

int
store_fill(struct store *store, struct store_fill *out)
{
	struct store_stat stat;
	int rc = store_stat(store, &stat);

	*out = (struct store_fill){
		.map_used = stat.bytes_used - stat.bytes_free,
		.map_max = stat.bytes_max,
		.disk_free = stat.disk_free,
		.disk_size = stat.disk_size,
	};
	return rc;
}

/* No overflow: the sizes of maps and disks end far below 2^57. */
static unsigned int
percent(uint64_t used, uint64_t max)
{
	return max == 0 ? 0 : (unsigned int)(used * 100 / max);
}

unsigned int
store_fill_map_percent(const struct store_fill *f)
{
	return percent(f->map_used, f->map_max);
}

unsigned int
store_fill_disk_percent(const struct store_fill *f)
{
	return percent(f->disk_size - f->disk_free, f->disk_size);
}

bool
store_fill_map_is_early(const struct store_fill *f)
{
	return store_fill_map_percent(f) >= STORE_FILL_EARLY;
}

bool
store_fill_disk_is_early(const struct store_fill *f)
{
	return store_fill_disk_percent(f) >= STORE_FILL_EARLY &&
	    f->disk_free < STORE_FILL_PLENTY;
}

bool
store_fill_is_early(const struct store_fill *f)
{
	return store_fill_map_is_early(f) || store_fill_disk_is_early(f);
}

bool
store_fill_warning(
    const struct store_fill *f, const char *folder, struct why *why)
{
	bool map = store_fill_map_is_early(f);
	bool disk = store_fill_disk_is_early(f);

	if (!map && !disk)
		return false;
	if (map)
		why_say(why,
		    "the store in %s uses %u%% of map_size: raise map_size and "
		    "restart all programs",
		    folder, store_fill_map_percent(f));
	if (disk && !map)
		why_say(why,
		    "the disk under %s is %u%% full, %" PRIu64 " MiB are left: "
		    "make room on it",
		    folder, store_fill_disk_percent(f), f->disk_free / MIB);
	if (disk && map)
		why_say(why,
		    "the store in %s uses %u%% of map_size and its disk is "
		    "%u%% full: make room on the disk, raise map_size and "
		    "restart all programs",
		    folder, store_fill_map_percent(f),
		    store_fill_disk_percent(f));
	return true;
}
