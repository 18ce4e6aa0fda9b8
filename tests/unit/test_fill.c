#include "store/fill.h"

#include <string.h>
#include "unit.h"

#define GIB (UINT64_C(1) << 30)

static void
percents_are_rounded_down(void **state)
{
	struct store_fill f = { 799, 1000, 201, 1000 };

	(void)state;
	assert_int_equal(store_fill_map_percent(&f), 79);
	assert_int_equal(store_fill_disk_percent(&f), 79);
	assert_false(store_fill_is_early(&f));
	f.map_used = f.map_max;
	f.disk_free = 0;
	assert_int_equal(store_fill_map_percent(&f), 100);
	assert_int_equal(store_fill_disk_percent(&f), 100);
	f = (struct store_fill){ 0 };
	assert_int_equal(store_fill_map_percent(&f), 0);
	assert_int_equal(store_fill_disk_percent(&f), 0);
	assert_false(store_fill_is_early(&f));
}

static void
the_largest_map_does_not_overflow(void **state)
{
	struct store_fill f = { GIB << 14, GIB << 14, GIB, GIB << 20 };

	(void)state;
	assert_int_equal(store_fill_map_percent(&f), 100);
	assert_int_equal(store_fill_disk_percent(&f), 99);
}

static void
from_80_percent_on_it_is_early(void **state)
{
	struct store_fill f = { 800, 1000, 201, 1000 };
	struct why why = { "" };

	(void)state;
	assert_true(store_fill_map_is_early(&f));
	assert_false(store_fill_disk_is_early(&f));
	assert_true(store_fill_warning(&f, "/x/vault", &why));
	assert_string_equal(why.text,
	    "the store in /x/vault uses 80% of map_size: raise map_size and "
	    "restart all programs");
	f = (struct store_fill){ 799, 1000, GIB, 5 * GIB };
	assert_true(store_fill_disk_is_early(&f));
	assert_true(store_fill_warning(&f, "/x/vault", &why));
	assert_string_equal(why.text,
	    "the disk under /x/vault is 80% full, 1024 MiB are left: make room "
	    "on it");
	f.map_used = 990;
	assert_true(store_fill_warning(&f, "/x/vault", &why));
	assert_non_null(strstr(why.text, "99% of map_size"));
	assert_non_null(strstr(why.text, "80% full"));
}

/* A fifth of a large disk is room for many years. */
static void
a_large_disk_is_not_full_while_there_is_plenty(void **state)
{
	struct store_fill f = { 1, 100, 16 * GIB, 1000 * GIB };
	struct why why = { "as before" };

	(void)state;
	assert_int_equal(store_fill_disk_percent(&f), 98);
	assert_false(store_fill_is_early(&f));
	assert_false(store_fill_warning(&f, "/x", &why));
	assert_string_equal(why.text, "as before");
	f.disk_free--;
	assert_true(store_fill_is_early(&f));
	assert_true(store_fill_warning(&f, "/x", NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percents_are_rounded_down),
		cmocka_unit_test(the_largest_map_does_not_overflow),
		cmocka_unit_test(from_80_percent_on_it_is_early),
		cmocka_unit_test(
		    a_large_disk_is_not_full_while_there_is_plenty),
	};

	return UNIT_RUN(tests);
}
