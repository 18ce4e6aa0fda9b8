/*
 * A token may stand in either of two sets, so that a table that is far from
 * full has hardly a set with more tokens than ways, where they would drive
 * each other out at every turn.
 *
 * The token is copied once into whole words, padded with zeros, so that
 * hashing and comparing need not care about its end. The hash is seeded, so
 * nobody outside can aim at a set; that two tokens are the same is decided by
 * comparing all of their bytes, in a time that does not tell where they
 * differ.
 */
#include "token/cache.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/rand.h"

#define WAYS 4
#define CHOICES 2
#define NO_SLOT SIZE_MAX
#define STEP 8          /* words that hashing and comparing take at a time */
#define LINE 64         /* bytes that a processor fetches at a time */
#define RECORD_MAX 2048 /* bytes of a record that are worth it */
#define WORDS (TOKEN_CACHE_TEXT / sizeof(uint64_t))

_Static_assert(TOKEN_CACHE_TEXT % (STEP * sizeof(uint64_t)) == 0,
    "an entry holds whole steps");

/* What is looked at first of a slot. It is alive if used after the clear. */
struct mark {
	uint64_t hash;
	uint64_t used; /* the clock then */
};

struct entry {
	size_t n; /* bytes of the token */
	struct token_note note;
	struct claims claims;
	uint64_t words[WORDS];
};

/* Slot I is marks[I] and entries[I]: zeros at first, touched as they fill. */
struct token_cache {
	struct mark *marks;
	struct entry *entries;
	size_t mask;      /* number of sets - 1 */
	uint64_t clock;   /* counts uses */
	uint64_t cleared; /* the clock at the last clear */
	uint64_t seed[STEP];
};

/* A token on its way through the table. */
struct probe {
	size_t n, count; /* bytes, and words in whole steps */
	uint64_t words[WORDS];
	uint64_t hash;
	size_t set[CHOICES]; /* the first slot of each */
};

struct token_cache *
token_cache_new(size_t entries)
{
	struct token_cache *cache = calloc(1, sizeof(*cache));
	size_t sets = 1;

	if (cache == NULL)
		return NULL;
	while (sets < entries / WAYS + (entries % WAYS != 0))
		sets *= 2;
	cache->marks = calloc(sets, WAYS * sizeof(struct mark));
	cache->entries = calloc(sets, WAYS * sizeof(struct entry));
	if (cache->marks == NULL || cache->entries == NULL) {
		token_cache_free(cache);
		return NULL;
	}
	cache->mask = sets - 1;
	rand_bytes(cache->seed, sizeof(cache->seed));
	return cache;
}

void
token_cache_free(struct token_cache *cache)
{
	if (cache == NULL)
		return;
	free(cache->marks);
	free(cache->entries);
	free(cache);
}

/* Both halves of the product of two words. */
static uint64_t
fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Four chains of multiplications, none of which waits for another. */
static uint64_t
hash_words(const uint64_t *w, size_t count, size_t n, const uint64_t *seed)
{
	uint64_t a = seed[4] ^ n, b = seed[5], c = seed[6], d = seed[7];

	for (size_t i = 0; i < count; i += STEP) {
		a = fold(w[i] ^ a, w[i + 1] ^ seed[0]);
		b = fold(w[i + 2] ^ b, w[i + 3] ^ seed[1]);
		c = fold(w[i + 4] ^ c, w[i + 5] ^ seed[2]);
		d = fold(w[i + 6] ^ d, w[i + 7] ^ seed[3]);
	}
	return fold(fold(a, b) ^ seed[4], fold(c, d) ^ seed[5]);
}

static bool
probe_begin(
    struct probe *probe, const struct token_cache *cache, struct str token)
{
	const size_t step = STEP * sizeof(uint64_t);
	size_t padded = (token.n + step - 1) / step * step;

	if (token.n == 0 || token.n > TOKEN_CACHE_TEXT)
		return false;
	probe->n = token.n;
	probe->count = padded / sizeof(uint64_t);
	memset(probe->words + probe->count - STEP, 0, step);
	memcpy(probe->words, token.p, token.n);
	probe->hash =
	    hash_words(probe->words, probe->count, token.n, cache->seed);
	probe->set[0] = ((size_t)probe->hash & cache->mask) * WAYS;
	probe->set[1] = ((size_t)(probe->hash >> 32) & cache->mask) * WAYS;
	return true;
}

static bool
same_words(const uint64_t *a, const uint64_t *b, size_t count)
{
	uint64_t differ = 0;

	for (size_t i = 0; i < count; i += STEP) {
		for (size_t k = i; k < i + STEP; k++)
			differ |= a[k] ^ b[k];
	}
	return differ == 0;
}

static void
call_in(const void *p, size_t n)
{
	for (size_t at = 0; at < n; at += LINE)
		__builtin_prefetch((const char *)p + at);
}

/*
 * An entry that is likely to be the one has mostly left the processor's inner
 * caches since its last use, as has the record of its account. All that will
 * be read of them is asked for at once, so that it is waited for once and not
 * line by line.
 */
static void
call_in_entry(const struct entry *entry, const struct probe *probe)
{
	const struct str *record = &entry->note.account.bytes;

	call_in(entry, offsetof(struct entry, claims.client_id));
	call_in(entry->words, probe->n);
	call_in(record->p, record->n < RECORD_MAX ? record->n : RECORD_MAX);
}

static bool
holds(const struct token_cache *cache, size_t slot, const struct probe *probe)
{
	const struct mark *mark = &cache->marks[slot];
	const struct entry *entry = &cache->entries[slot];

	if (mark->hash != probe->hash || mark->used <= cache->cleared)
		return false;
	call_in_entry(entry, probe);
	return entry->n == probe->n &&
	    same_words(entry->words, probe->words, probe->count);
}

/* The slot that holds the token, or NO_SLOT. */
static size_t
find(const struct token_cache *cache, const struct probe *probe)
{
	for (size_t c = 0; c < CHOICES; c++) {
		for (size_t way = 0; way < WAYS; way++) {
			if (holds(cache, probe->set[c] + way, probe))
				return probe->set[c] + way;
		}
	}
	return NO_SLOT;
}

/* What was never used or is cleared counts as the oldest. */
static size_t
oldest(const struct token_cache *cache, const struct probe *probe)
{
	size_t best = probe->set[0];

	for (size_t c = 0; c < CHOICES; c++) {
		for (size_t way = 0; way < WAYS; way++) {
			size_t slot = probe->set[c] + way;

			if (cache->marks[slot].used < cache->marks[best].used)
				best = slot;
		}
	}
	return best;
}

const struct claims *
token_cache_get(
    struct token_cache *cache, struct str token, struct token_note **note)
{
	struct probe probe;
	size_t slot;

	*note = NULL;
	if (!probe_begin(&probe, cache, token))
		return NULL;
	slot = find(cache, &probe);
	if (slot == NO_SLOT)
		return NULL;
	cache->marks[slot].used = ++cache->clock;
	*note = &cache->entries[slot].note;
	return &cache->entries[slot].claims;
}

void
token_cache_put(
    struct token_cache *cache, struct str token, const struct claims *claims)
{
	struct probe probe;
	struct entry *entry;
	size_t slot;

	if (!probe_begin(&probe, cache, token))
		return;
	slot = find(cache, &probe);
	if (slot == NO_SLOT)
		slot = oldest(cache, &probe);
	entry = &cache->entries[slot];
	entry->n = probe.n;
	memcpy(entry->words, probe.words, probe.count * sizeof(uint64_t));
	entry->claims = *claims;
	entry->note = (struct token_note){ 0 };
	cache->marks[slot] = (struct mark){ probe.hash, ++cache->clock };
}

void
token_cache_clear(struct token_cache *cache)
{
	cache->cleared = cache->clock;
}
