#include "base/unicode.h"

#include <stdlib.h>
#include <utf8proc.h>
#include "base/err.h"
#include "base/secret.h"

/* The longest text: the library counts in signed sizes, and we in memory. */
#define TEXT_MAX (1024 * 1024)

static bool
has_control(const utf8proc_int32_t *points, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (utf8proc_category(points[i]) == UTF8PROC_CATEGORY_CC)
			return true;
	}
	return false;
}

static int
error_of(utf8proc_ssize_t result)
{
	return result == UTF8PROC_ERROR_NOMEM ? HUB_ENOMEM : HUB_EINVAL;
}

/* POINTS has room for one more than N, which the library asks for. */
static int
encode(utf8proc_int32_t *points, utf8proc_ssize_t n, utf8proc_option_t options,
    struct buf *out)
{
	utf8proc_ssize_t bytes;

	if (has_control(points, (size_t)n))
		return HUB_EINVAL;
	bytes = utf8proc_reencode(points, n, options);
	if (bytes < 0)
		return error_of(bytes);
	buf_put(out, points, (size_t)bytes);
	return buf_error(out);
}

/* Not utf8proc_map(): what that leaves in the heap cannot be cleared. */
static int
map(struct str in, utf8proc_option_t options, struct buf *out)
{
	const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)in.p;
	utf8proc_ssize_t size = (utf8proc_ssize_t)in.n, n, again;
	utf8proc_int32_t *points;
	size_t room;
	int rc;

	if (in.n > TEXT_MAX)
		return HUB_ETOOBIG;
	n = utf8proc_decompose(text, size, NULL, 0, options);
	if (n < 0)
		return error_of(n);
	room = ((size_t)n + 1) * sizeof(*points);
	points = malloc(room);
	if (points == NULL)
		return HUB_ENOMEM;
	again = utf8proc_decompose(text, size, points, n, options);
	rc = again == n ? encode(points, n, options, out) : HUB_EINVAL;
	secret_clear(points, room);
	free(points);
	return rc;
}

int
unicode_nfkc(struct str in, struct buf *out)
{
	/* Its own normal form, as nearly all texts are. */
	if (str_is_print(in)) {
		buf_str(out, in);
		return buf_error(out);
	}
	return map(
	    in, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE, out);
}

static int
fold_ascii(struct str in, struct buf *out)
{
	char *to = in.n == 0 ? NULL : buf_space(out, in.n);

	for (size_t i = 0; to != NULL && i < in.n; i++)
		to[i] = char_lower(in.p[i]);
	return buf_error(out);
}

int
unicode_fold(struct str in, struct buf *out)
{
	if (str_is_print(in))
		return fold_ascii(in, out);
	return map(in,
	    UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
		UTF8PROC_CASEFOLD | UTF8PROC_IGNORE,
	    out);
}

int
unicode_fold_bare(struct str in, struct buf *out)
{
	if (str_is_print(in))
		return fold_ascii(in, out);
	return map(in,
	    UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
		UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_STRIPMARK,
	    out);
}

size_t
unicode_count(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}
