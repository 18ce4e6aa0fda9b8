/* Covers: http/etag.c */
#include "fuzz.h"

#include "base/buf.h"
#include "http/etag.h"

#define TEXT_MAX (64 * 1024)

static const char tag[] = "\"hub-tag\"";

/* Our tag before or behind a well-formed list matches, and in no other. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str value = { (const char *)data, size };
	struct buf list;
	bool with, behind;

	if (size > TEXT_MAX)
		return 0;
	buf_init(&list, TEXT_MAX + 100);
	buf_printf(&list, "%s,", tag);
	buf_str(&list, value);
	with = etag_matches(buf_view(&list), str_of(tag));
	buf_reset(&list);
	buf_str(&list, value);
	buf_printf(&list, ", W/%s", tag);
	behind = etag_matches(buf_view(&list), str_of(tag));
	FUZZ_HOLDS(buf_error(&list) == 0);
	/* What matches has the tag in it, or is a star. */
	if (etag_matches(value, str_of(tag)))
		FUZZ_HOLDS(
		    str_eq(str_trim(value), STR("*")) || (with && behind));
	if (with)
		FUZZ_HOLDS(behind);
	buf_free(&list);
	return 0;
}
