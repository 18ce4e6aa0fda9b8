/* Covers: base/str.c */
/*
 * The text functions beside plain ones that do the same without any of their
 * short cuts. The first byte is the separator, the first line the other text.
 */
#include "fuzz.h"

#include "base/str.h"

/* The code point that begins at I, by the definition of RFC 3629; -1: none. */
static long
code_point(struct str s, size_t i, size_t *length)
{
	static const long smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char)s.p[i];
	size_t n = 1;
	long value;

	while (n < 5 && (lead & 0x80 >> n) != 0)
		n++;
	if (lead < 0x80) {
		*length = 1;
		return lead;
	}
	if (n < 2 || n > 4 || n > s.n - i)
		return -1;
	value = lead & (0x7f >> n);
	for (size_t k = 1; k < n; k++) {
		unsigned char c = (unsigned char)s.p[i + k];

		if ((c & 0xc0) != 0x80)
			return -1;
		value = value << 6 | (c & 0x3f);
	}
	*length = n;
	return value < smallest[n] ? -1 : value;
}

static bool
is_utf8(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i += n) {
		long value = code_point(s, i, &n);

		if (value < 0 || value > 0x10ffff ||
		    (value >= 0xd800 && value <= 0xdfff))
			return false;
	}
	return true;
}

static void
check_number(struct str s)
{
	uint64_t value, again;
	char text[24];

	if (!str_u64(s, UINT64_MAX, &value)) {
		FUZZ_HOLDS(value == 0);
		return;
	}
	while (s.n > 1 && s.p[0] == '0') {
		s.p++;
		s.n--;
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	FUZZ_HOLDS(str_eq(s, str_of(text)));
	FUZZ_HOLDS(value == 0 || !str_u64(s, value - 1, &again));
	FUZZ_HOLDS(str_u64(s, value, &again) && again == value);
}

/* The parts and the separators between them are the whole text. */
static void
check_split(struct str s, char sep)
{
	struct str rest = s, part;
	const char *at = s.p;

	while (str_split(&rest, sep, &part)) {
		FUZZ_HOLDS(part.p == at);
		FUZZ_HOLDS(str_index(part, sep) < 0);
		at += part.n;
		FUZZ_HOLDS(at == s.p + s.n || *at == sep);
		at += rest.p != NULL;
	}
	FUZZ_HOLDS(at == s.p + s.n);
}

/* What was escaped is what fits, printable, and tells the bytes. */
static void
check_escape(struct str s)
{
	char text[256];
	size_t n = str_escape(text, sizeof(text), s), i = 0;

	FUZZ_HOLDS(n <= sizeof(text));
	FUZZ_HOLDS(str_is_print((struct str){ text, n }));
	for (size_t at = 0; at < n; i++) {
		FUZZ_HOLDS(i < s.n);
		if (str_is_print((struct str){ s.p + i, 1 })) {
			FUZZ_HOLDS(text[at] == s.p[i]);
			at++;
			continue;
		}
		FUZZ_HOLDS(n - at >= 4 && text[at] == '\\');
		FUZZ_HOLDS((char)(char_hex(text[at + 2]) << 4 |
			       char_hex(text[at + 3])) == s.p[i]);
		at += 4;
	}
	FUZZ_HOLDS(i == s.n || n + 4 > sizeof(text));
}

static void
check_two(struct str a, struct str b)
{
	int order = str_cmp(a, b);

	FUZZ_HOLDS((order == 0) == str_eq(a, b));
	FUZZ_HOLDS((order < 0) == (str_cmp(b, a) > 0));
	if (str_eq(a, b))
		FUZZ_HOLDS(str_eq_nocase(a, b) && str_starts(a, b));
	if (str_starts(a, b))
		FUZZ_HOLDS(order >= 0);
	if (str_has_word(a, b))
		FUZZ_HOLDS(b.n > 0 && str_index(b, ' ') < 0 && b.n <= a.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size }, first, trimmed;
	char sep;

	if (size < 1)
		return 0;
	sep = *s.p;
	s.p++;
	s.n--;
	FUZZ_HOLDS(str_is_utf8(s) == is_utf8(s));
	if (str_is_id(s))
		FUZZ_HOLDS(str_is_print(s) && s.n > 0 && s.n <= 64);
	check_number(s);
	check_split(s, sep);
	check_escape(s);
	trimmed = str_trim(s);
	FUZZ_HOLDS(str_eq(str_trim(trimmed), trimmed));
	FUZZ_HOLDS(trimmed.n <= s.n);
	str_split(&s, '\n', &first);
	check_two(s, first);
	check_two(first, s);
	return 0;
}
