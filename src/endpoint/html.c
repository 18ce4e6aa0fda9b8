#include "endpoint/html.h"

#include "base/html_reference.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* The bytes of the character that REST begins with; 0 if it is not UTF-8. */
static size_t
character(struct str rest)
{
	for (size_t n = 1; n <= 4 && n <= rest.n; n++) {
		if (str_is_utf8((struct str){ rest.p, n }))
			return n;
	}
	return 0;
}

static bool
is_control(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte < ' ' || byte == 0x7f;
}

void
html_put(struct buf *out, struct str s)
{
	while (s.n > 0) {
		size_t n = character(s);
		struct str reference = html_reference(s.p[0]);

		if (n == 0 || is_control(s.p[0]))
			BUF_LIT(out, REPLACEMENT);
		else if (reference.n > 0)
			buf_str(out, reference);
		else
			buf_str(out, (struct str){ s.p, n });
		n += n == 0;
		s.p += n;
		s.n -= n;
	}
}
