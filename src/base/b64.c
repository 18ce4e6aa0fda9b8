#include "base/b64.h"

#include <stdbool.h>

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

/*
 * By character: its place in the alphabet, counted from one, so that all that
 * is not named is 0 and no character.
 */
#define LETTERS_AND_DIGITS                                                     \
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, \
	19, 20, 21, 22, 23, 24, 25, 26, ['a'] = 27, 28, 29, 30, 31, 32, 33,    \
	34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,    \
	51, 52, ['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62

static const unsigned char places_url[256] = {
	LETTERS_AND_DIGITS, ['-'] = 63, ['_'] = 64
};
static const unsigned char places[256] = {
	LETTERS_AND_DIGITS, ['+'] = 63, ['/'] = 64
};

/* The six bits of a character; more than 63 for what is none. */
static unsigned int
value(const unsigned char place[256], char c)
{
	return place[(unsigned char)c] - 1U;
}

/* The last two or three characters, N of them. */
static bool
decode_end(
    const unsigned char place[256], const char *p, size_t n, unsigned char *out)
{
	unsigned int a = value(place, p[0]), b = value(place, p[1]);
	unsigned int c = n == 3 ? value(place, p[2]) : 0;

	if ((a | b | c) > 63 || (n == 2 ? b & 15 : c & 3) != 0)
		return false;
	out[0] = (unsigned char)(a << 2 | b >> 4);
	if (n == 3)
		out[1] = (unsigned char)(b << 4 | c >> 2);
	return true;
}

static ptrdiff_t
decode(struct str text, const unsigned char place[256], unsigned char *out,
    size_t cap)
{
	size_t left = text.n % 4, whole = text.n - left;
	size_t n = whole / 4 * 3;

	if (left == 1 || n + left * 3 / 4 > cap)
		return -1;
	for (size_t i = 0; i < whole; i += 4, out += 3) {
		unsigned int a = value(place, text.p[i]);
		unsigned int b = value(place, text.p[i + 1]);
		unsigned int c = value(place, text.p[i + 2]);
		unsigned int d = value(place, text.p[i + 3]);

		if ((a | b | c | d) > 63)
			return -1;
		out[0] = (unsigned char)(a << 2 | b >> 4);
		out[1] = (unsigned char)(b << 4 | c >> 2);
		out[2] = (unsigned char)(c << 6 | d);
	}
	if (left > 0 && !decode_end(place, text.p + whole, left, out))
		return -1;
	return (ptrdiff_t)(n + left * 3 / 4);
}

ptrdiff_t
b64url_decode(struct str text, unsigned char *out, size_t cap)
{
	return decode(text, places_url, out, cap);
}

ptrdiff_t
b64_decode(struct str text, unsigned char *out, size_t cap)
{
	if (text.n % 4 != 0)
		return -1;
	for (int i = 0; i < 2 && text.n > 0 && text.p[text.n - 1] == '='; i++)
		text.n--;
	return decode(text, places, out, cap);
}
