#include "http/etag.h"

static void
skip(struct str *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

/* RFC 9110 section 8.8.3: what may stand between the quotes. */
static bool
is_opaque(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f)
			return false;
	}
	return true;
}

/* One tag with its quotes, without the W/ before it. */
static bool
take_tag(struct str *rest, struct str *tag)
{
	struct str inner;
	ptrdiff_t end;

	if (str_starts(*rest, STR("W/")))
		skip(rest, 2);
	if (rest->n < 2 || rest->p[0] != '"')
		return false;
	inner = (struct str){ rest->p + 1, rest->n - 1 };
	end = str_index(inner, '"');
	if (end < 0)
		return false;
	inner.n = (size_t)end;
	*tag = (struct str){ rest->p, inner.n + 2 };
	skip(rest, tag->n);
	return is_opaque(inner);
}

bool
etag_matches(struct str value, struct str etag)
{
	struct str rest = str_trim(value), tag;
	bool matches = false;

	if (str_eq(rest, STR("*")))
		return true;
	while (rest.n > 0) {
		if (rest.p[0] == ',') {
			skip(&rest, 1);
			rest = str_trim(rest);
			continue;
		}
		if (!take_tag(&rest, &tag))
			return false;
		matches = matches || str_eq(tag, etag);
		rest = str_trim(rest);
		if (rest.n > 0 && rest.p[0] != ',')
			return false;
	}
	return matches;
}
