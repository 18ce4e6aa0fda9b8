/*
 * A step takes two words of the text. Each pass adds a word of the key to each
 * of them, modulo 2^64, and the product of the two sums to its own, modulo
 * 2^128. The second pass takes the words of the key from two further on: the
 * passes are independent all the same (the Toeplitz construction of UMAC).
 */
#include "token/nh.h"

#include <string.h>
#include "base/rand.h"

#define STEP (2 * sizeof(uint64_t))

struct sums {
	unsigned __int128 first, second;
};

void
nh_key_make(struct nh_key *key)
{
	rand_bytes(key->word, sizeof(key->word));
}

static inline void
step(struct sums *sums, const uint64_t *key, const char *text)
{
	uint64_t a, b;

	memcpy(&a, text, sizeof(a));
	memcpy(&b, text + sizeof(a), sizeof(b));
	sums->first += (unsigned __int128)(a + key[0]) * (b + key[1]);
	sums->second += (unsigned __int128)(a + key[2]) * (b + key[3]);
}

void
nh(const struct nh_key *key, struct str text, struct nh_tag *tag)
{
	struct sums sums = { 0, 0 };
	const uint64_t *word = key->word;
	size_t whole = text.n / STEP * STEP;
	char last[STEP] = { 0 };

	for (size_t at = 0; at < whole; at += STEP, word += 2)
		step(&sums, word, text.p + at);
	if (whole < text.n) {
		memcpy(last, text.p + whole, text.n - whole);
		step(&sums, word, last);
	}
	*tag = (struct nh_tag){ { (uint64_t)sums.first,
	    (uint64_t)(sums.first >> 64), (uint64_t)sums.second,
	    (uint64_t)(sums.second >> 64) } };
}

bool
nh_tag_eq(const struct nh_tag *a, const struct nh_tag *b)
{
	uint64_t differ = 0;

	for (int i = 0; i < 4; i++)
		differ |= a->word[i] ^ b->word[i];
	return differ == 0;
}
