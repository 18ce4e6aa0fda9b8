#include "base/b64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
b64url_put(struct buf *out, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	unsigned int bits = 0, have = 0;
	char *to;

	if (n == 0 || (to = buf_space(out, B64URL_LEN(n))) == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | p[i];
		for (have += 8; have >= 6; have -= 6)
			*to++ = alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		*to = alphabet[bits << (6 - have) & 63];
}

/* The six bits of a character, or -1; C62 and C63 stand for the last two. */
static int
value(char c, char c62, char c63)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == c62)
		return 62;
	return c == c63 ? 63 : -1;
}

static ptrdiff_t
decode(struct str text, char c62, char c63, unsigned char *out, size_t cap)
{
	unsigned int bits = 0, have = 0;
	size_t n = 0;

	if (text.n % 4 == 1 || text.n / 4 * 3 + text.n % 4 * 3 / 4 > cap)
		return -1;
	for (size_t i = 0; i < text.n; i++) {
		int v = value(text.p[i], c62, c63);

		if (v < 0)
			return -1;
		bits = bits << 6 | (unsigned int)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (unsigned char)(bits >> have);
		}
	}
	if (have > 0 && (bits & ((1U << have) - 1)) != 0)
		return -1;
	return (ptrdiff_t)n;
}

ptrdiff_t
b64url_decode(struct str text, unsigned char *out, size_t cap)
{
	return decode(text, '-', '_', out, cap);
}

ptrdiff_t
b64_decode(struct str text, unsigned char *out, size_t cap)
{
	if (text.n % 4 != 0)
		return -1;
	for (int i = 0; i < 2 && text.n > 0 && text.p[text.n - 1] == '='; i++)
		text.n--;
	return decode(text, '+', '/', out, cap);
}
