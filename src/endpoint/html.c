#include "endpoint/html.h"

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

static void
put_character(struct buf *out, struct str c)
{
	switch (c.p[0]) {
	case '&':
		BUF_LIT(out, "&amp;");
		break;
	case '<':
		BUF_LIT(out, "&lt;");
		break;
	case '>':
		BUF_LIT(out, "&gt;");
		break;
	case '"':
		BUF_LIT(out, "&quot;");
		break;
	case '\'':
		BUF_LIT(out, "&#39;");
		break;
	default:
		buf_str(out, c);
	}
}

void
html_put(struct buf *out, struct str s)
{
	while (s.n > 0) {
		size_t n = character(s);

		if (n == 0 || is_control(s.p[0]))
			BUF_LIT(out, REPLACEMENT);
		else
			put_character(out, (struct str){ s.p, n });
		n += n == 0;
		s.p += n;
		s.n -= n;
	}
}
