#include "base/str.h"

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	if (c != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool
str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (char_lower(a.p[i]) != char_lower(b.p[i]))
			return false;
	}
	return true;
}

bool
str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n &&
	    (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

ptrdiff_t
str_index(struct str s, char c)
{
	const char *hit = s.n == 0 ? NULL : memchr(s.p, c, s.n);

	return hit == NULL ? -1 : hit - s.p;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
str_split(struct str *rest, char sep, struct str *part)
{
	ptrdiff_t at;

	if (rest->p == NULL)
		return false;
	at = str_index(*rest, sep);
	if (at < 0) {
		*part = *rest;
		*rest = STR_NONE;
		return true;
	}
	*part = (struct str){ rest->p, (size_t)at };
	rest->p += at + 1;
	rest->n -= (size_t)at + 1;
	return true;
}

bool
str_has_word(struct str list, struct str word)
{
	struct str part;

	if (word.n == 0)
		return false;
	while (str_split(&list, ' ', &part)) {
		if (str_eq(part, word))
			return true;
	}
	return false;
}

bool
str_u64(struct str s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	*out = 0;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint64_t digit = (uint64_t)(s.p[i] - '0');

		if (!char_is_digit(s.p[i]) || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

/* The length of the UTF-8 sequence at P, or 0; Unicode 15, table 3-7. */
static size_t
utf8_sequence(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (left < n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	}
	return n;
}

#define TOPS 0x8080808080808080ULL

/* Most text is ASCII: eight bytes at a time. */
static bool
eight_are_ascii(const unsigned char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return (word & TOPS) == 0;
}

/* Of a long text more of them. */
static bool
many_are_ascii(const unsigned char *p)
{
	uint64_t word[4];

	memcpy(word, p, sizeof(word));
	return ((word[0] | word[1] | word[2] | word[3]) & TOPS) == 0;
}

bool
str_is_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0; i < s.n;) {
		size_t n;

		if (s.n - i >= 32 && many_are_ascii(p + i)) {
			i += 32;
			continue;
		}
		if (s.n - i >= 8 && eight_are_ascii(p + i)) {
			i += 8;
			continue;
		}
		n = utf8_sequence(p + i, s.n - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

/* A bit for each byte: letters, digits, '-', '.', ':', '_'. */
static const uint64_t id_chars[4] = { 0x07ff600000000000, 0x07fffffe87fffffe };

bool
str_is_id(struct str s)
{
	uint64_t good = 1;

	if (s.n < 1 || s.n > 64)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		good &= id_chars[c / 64] >> c % 64;
	}
	return good != 0;
}

bool
str_is_print(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	}
	return true;
}

int
char_hex(char c)
{
	if (char_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t
str_escape(char *to, size_t room, struct str s)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < s.n && n + 4 <= room; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x20 && c <= 0x7e) {
			to[n++] = (char)c;
			continue;
		}
		to[n++] = '\\';
		to[n++] = 'x';
		to[n++] = hex[c >> 4];
		to[n++] = hex[c & 15];
	}
	return n;
}
