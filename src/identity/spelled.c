#include "identity/spelled.h"

#include <assert.h>
#include <string.h>
#include "base/rand.h"
#include "base/secret.h"

#define GROUP 4 /* symbols between two dashes */

/* Crockford's: what looks alike is one symbol, see symbol_of(). */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

void
spelled_make(char *text, size_t symbols)
{
	unsigned char random[SPELLED_MAX];
	size_t n = 0;

	assert(symbols <= SPELLED_MAX);
	rand_bytes(random, sizeof(random));
	for (size_t i = 0; i < symbols; i++) {
		if (i > 0 && i % GROUP == 0)
			text[n++] = '-';
		text[n++] = alphabet[random[i] % (sizeof(alphabet) - 1)];
	}
	text[n] = '\0';
	secret_clear(random, sizeof(random));
}

/* The symbol that a typed character stands for; '\0' for none. */
static char
symbol_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if (c == 'o')
		return '0';
	if (c == 'i' || c == 'l')
		return '1';
	return c != '\0' && strchr(alphabet, c) != NULL ? c : '\0';
}

size_t
spelled_read(struct str typed, char symbols[SPELLED_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < typed.n; i++) {
		char c = typed.p[i];

		if (c == ' ' || c == '-' || c == '\t')
			continue;
		c = symbol_of(c);
		if (c == '\0' || n == SPELLED_MAX)
			return 0;
		symbols[n++] = c;
	}
	symbols[n] = '\0';
	return n;
}
