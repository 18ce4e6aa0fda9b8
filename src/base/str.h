#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A piece of text that somebody else owns; not ended by NUL. */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })

/* For printf: "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str
str_of(const char *text)
{
	return (struct str){ text, text == NULL ? 0 : strlen(text) };
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Byte order, the shorter first where one begins the other. */
int str_cmp(struct str a, struct str b);

/* Equal but for the case of A-Z. */
bool str_eq_nocase(struct str a, struct str b);

bool str_starts(struct str s, struct str prefix);

/* The index of the first C, or -1. */
ptrdiff_t str_index(struct str s, char c);

/* Without spaces and tabs at both ends. */
struct str str_trim(struct str s);

/*
 * Cuts the text before the first SEP off *REST and leaves what follows it;
 * false when *REST is used up. "a,,b" gives "a", "", "b".
 */
bool str_split(struct str *rest, char sep, struct str *part);

/* Whether the words of LIST, split at single spaces, hold WORD. */
bool str_has_word(struct str list, struct str word);

/* Decimal digits only, no sign, no more than MAX. */
bool str_u64(struct str s, uint64_t max, uint64_t *out);

/* Well-formed UTF-8 as in RFC 3629: no overlong form, no surrogate. */
bool str_is_utf8(struct str s);

/* 1 to 64 characters of A-Z a-z 0-9 . _ : - (the identifiers of the hub). */
bool str_is_id(struct str s);

/*
 * Copies as much of S as fits into ROOM bytes, every byte but printable ASCII
 * as \xNN, so that foreign text cannot forge a line or steer a terminal.
 * Gives the length written; no NUL is added.
 */
size_t str_escape(char *to, size_t room, struct str s);

/* Every byte between 0x20 and 0x7e. */
bool str_is_print(struct str s);

static inline bool
char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
char_is_alnum(char c)
{
	return char_is_digit(c) || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

static inline char
char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The value of a hexadecimal digit, or -1. */
int char_hex(char c);

#endif
