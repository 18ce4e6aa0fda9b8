/*
 * A token may stand in either of two sets, so that a table that is far from
 * full has hardly a set with more tokens than ways, where they would drive
 * each other out at every turn.
 *
 * In place of a token stand its length and its tag (token/nh.h), by a key that
 * is drawn with the table: the processor fetches a line of memory for it
 * and not twenty. For any two tokens the chance is 2^-128 that they are taken
 * for one. Nobody outside can aim at a set either.
 */
#include "token/cache.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "base/rand.h"
#include "token/nh.h"

#define WAYS 4
#define CHOICES 2
#define LINE 64 /* bytes that a processor fetches at a time */
#define LARGE_PAGE (2UL * 1024 * 1024)

/*
 * It is alive if used after the clear. All that is looked at to find a token
 * stands at the front.
 */
struct entry {
	_Alignas(LINE) uint64_t used; /* the clock then */
	size_t n;                     /* bytes of the token */
	struct nh_tag tag;
	struct claims claims;
	struct token_note note;
};

/* Entries are zeros at first, and touched as they fill. */
struct token_cache {
	void *memory; /* mapped, so much of it */
	size_t memory_n;
	struct entry *entries; /* in it, at the beginning of a large page */
	size_t mask;           /* number of sets - 1 */
	uint64_t clock;        /* counts uses */
	uint64_t cleared;      /* the clock at the last clear */
	uint64_t seed[2];
	struct nh_key key;
};

/* A token on its way through the table. */
struct probe {
	struct str token;
	struct nh_tag tag;
	struct entry *set[CHOICES]; /* the first of each */
};

/* Zeros, which are memory only as they are touched. */
static bool
make_table(struct token_cache *cache, size_t n)
{
	uintptr_t at;
	void *memory;

	n = (n + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
	cache->memory_n = n + LARGE_PAGE;
	memory = mmap(NULL, cache->memory_n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return false;
	cache->memory = memory;
	at = ((uintptr_t)memory + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
	cache->entries = (struct entry *)at;
	return true;
}

struct token_cache *
token_cache_new(size_t entries)
{
	struct token_cache *cache = calloc(1, sizeof(*cache));
	size_t sets = 1;

	if (cache == NULL)
		return NULL;
	while (sets < entries / WAYS + (entries % WAYS != 0))
		sets *= 2;
	if (!make_table(cache, sets * WAYS * sizeof(struct entry))) {
		token_cache_free(cache);
		return NULL;
	}
	cache->mask = sets - 1;
	rand_bytes(cache->seed, sizeof(cache->seed));
	nh_key_make(&cache->key);
	return cache;
}

void
token_cache_free(struct token_cache *cache)
{
	if (cache == NULL)
		return;
	if (cache->memory != NULL)
		munmap(cache->memory, cache->memory_n);
	free(cache);
}

void
token_cache_use_large_pages(struct token_cache *cache)
{
	madvise(cache->entries, cache->memory_n - LARGE_PAGE, MADV_HUGEPAGE);
}

/* Both halves of the product of two words. */
static uint64_t
fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/*
 * Which sets a token may stand in, by its last bytes: those of a signature,
 * which nobody chooses, and they are known before its tag is.
 */
static void
choose_sets(struct probe *probe, const struct token_cache *cache)
{
	char last[2 * sizeof(uint64_t)] = { 0 };
	size_t n =
	    probe->token.n < sizeof(last) ? probe->token.n : sizeof(last);
	uint64_t word[2], hash;

	memcpy(last, probe->token.p + probe->token.n - n, n);
	memcpy(word, last, sizeof(word));
	hash = fold(word[0] ^ cache->seed[0], word[1] ^ cache->seed[1]);
	probe->set[0] = &cache->entries[(hash & cache->mask) * WAYS];
	probe->set[1] = &cache->entries[(hash >> 32 & cache->mask) * WAYS];
}

static void
call_in(const void *p, size_t n)
{
	for (size_t at = 0; at < n; at += LINE)
		__builtin_prefetch((const char *)p + at);
}

/*
 * Entries have mostly left the processor's inner caches since their last use.
 * All that may be looked at is asked for at once, so that it is waited for once
 * and not one after the other.
 */
static void
call_in_sets(const struct probe *probe)
{
	for (size_t c = 0; c < CHOICES; c++) {
		for (size_t way = 0; way < WAYS; way++)
			call_in(&probe->set[c][way], LINE);
	}
}

static bool
probe_begin(
    struct probe *probe, const struct token_cache *cache, struct str token)
{
	if (token.n == 0 || token.n > NH_MAX)
		return false;
	probe->token = token;
	choose_sets(probe, cache);
	call_in_sets(probe);
	nh(&cache->key, token, &probe->tag);
	return true;
}

/* What is looked at of the one that is it. */
static void
call_in_entry(const struct entry *entry)
{
	call_in(&entry->claims, offsetof(struct claims, client_id));
	call_in(&entry->note,
	    offsetof(struct token_note, account) + entry->note.account_n);
}

static bool
holds(const struct token_cache *cache, const struct entry *entry,
    const struct probe *probe)
{
	return entry->used > cache->cleared && entry->n == probe->token.n &&
	    nh_tag_eq(&entry->tag, &probe->tag);
}

/* The entry of the token, or NULL. */
static struct entry *
find(const struct token_cache *cache, const struct probe *probe)
{
	for (size_t c = 0; c < CHOICES; c++) {
		struct entry *set = probe->set[c];

		for (size_t way = 0; way < WAYS; way++) {
			if (holds(cache, &set[way], probe))
				return &set[way];
		}
	}
	return NULL;
}

/* What was never used or is cleared counts as the oldest. */
static struct entry *
oldest(const struct probe *probe)
{
	struct entry *best = probe->set[0];

	for (size_t c = 0; c < CHOICES; c++) {
		struct entry *set = probe->set[c];

		for (size_t way = 0; way < WAYS; way++) {
			if (set[way].used < best->used)
				best = &set[way];
		}
	}
	return best;
}

const struct claims *
token_cache_get(
    struct token_cache *cache, struct str token, struct token_note **note)
{
	struct probe probe;
	struct entry *entry;

	*note = NULL;
	if (!probe_begin(&probe, cache, token))
		return NULL;
	entry = find(cache, &probe);
	if (entry == NULL)
		return NULL;
	call_in_entry(entry);
	entry->used = ++cache->clock;
	*note = &entry->note;
	return &entry->claims;
}

void
token_cache_put(
    struct token_cache *cache, struct str token, const struct claims *claims)
{
	struct probe probe;
	struct entry *entry;

	if (!probe_begin(&probe, cache, token))
		return;
	entry = find(cache, &probe);
	if (entry == NULL)
		entry = oldest(&probe);
	*entry = (struct entry){ .used = ++cache->clock,
		.n = probe.token.n,
		.tag = probe.tag,
		.claims = *claims };
}

void
token_cache_clear(struct token_cache *cache)
{
	cache->cleared = cache->clock;
}
