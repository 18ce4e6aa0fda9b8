/*
 * What it costs to ask whether a token was revoked. Usage: revocations CONFIG
 * ENTRIES LOOKS: adds so many revoked ids to the directory of that
 * configuration, then asks so often for a session, a grant and a token that are not
 * there, as each request does, and prints the median and the 99th percentile
 * in nanoseconds. Run as the user who owns the store.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/clock.h"
#include "base/rand.h"
#include "directory/revoked.h"
#include "store/schema.h"

#define BATCH 5000
#define LIFETIME 86400

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int
add_batch(struct txn *directory, void *arg)
{
	static const enum revoked_kind kinds[] = { REVOKED_SESSION,
		REVOKED_GRANT, REVOKED_TOKEN };
	const unsigned long *n = arg;
	char id[RAND_ID];

	for (unsigned long i = 0; i < *n; i++) {
		rand_id(id);
		revoked_put(directory, kinds[i % 3], str_of(id), STR(""),
		    clock_now() + LIFETIME);
	}
	return 0;
}

static int
fill(struct store *directory, struct arena *arena, unsigned long entries)
{
	int rc = 0;

	while (rc == 0 && entries > 0) {
		unsigned long n = entries < BATCH ? entries : BATCH;

		rc = store_write(directory, arena, add_batch, &n);
		arena_reset(arena);
		entries -= n;
	}
	return rc;
}

static int
look(struct store *directory, struct arena *arena, int64_t *took)
{
	static const enum revoked_kind kinds[] = { REVOKED_SESSION,
		REVOKED_GRANT, REVOKED_TOKEN };
	char id[3][RAND_ID];
	struct txn *txn;
	int64_t start;
	int rc;

	for (int i = 0; i < 3; i++)
		rand_id(id[i]);
	txn = store_read_begin(directory, arena);
	start = now_ns();
	for (int i = 0; i < 3; i++)
		revoked_has(txn, kinds[i], str_of(id[i]));
	*took = now_ns() - start;
	rc = store_read_end(txn);
	arena_reset(arena);
	return rc;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
measure(struct store *directory, struct arena *arena, unsigned long looks)
{
	int64_t *took = calloc(looks, sizeof(*took));
	int rc = took == NULL ? HUB_ENOMEM : 0;

	for (unsigned long i = 0; rc == 0 && i < looks; i++)
		rc = look(directory, arena, &took[i]);
	if (rc == 0) {
		qsort(took, looks, sizeof(*took), compare);
		printf("%lld %lld\n", (long long)took[looks / 2],
		    (long long)took[looks * 99 / 100]);
	}
	free(took);
	return rc;
}

int
main(int argc, char **argv)
{
	struct store *directory = NULL;
	struct arena *arena = NULL;
	struct schema schema;
	struct conf conf;
	struct why why = { .text = "" };
	int rc;

	if (argc != 4) {
		fputs("Usage: revocations CONFIG ENTRIES LOOKS\n", stderr);
		return 2;
	}
	arena = arena_new(1 << 20, 64 << 20);
	rc = arena == NULL ? HUB_ENOMEM : conf_load(&conf, argv[1], &why);
	if (rc == 0) {
		schema_directory(&schema, &conf);
		rc = store_open(&directory, &schema.spec, STORE_WRITE, &why);
	}
	if (rc == 0)
		rc = fill(directory, arena, strtoul(argv[2], NULL, 10));
	if (rc == 0)
		rc = measure(directory, arena, strtoul(argv[3], NULL, 10));
	if (rc != 0)
		fprintf(stderr, "revocations: %s\n",
		    why.text[0] != '\0' ? why.text : err_text(rc));
	store_close(directory);
	arena_free(arena);
	return rc == 0 ? 0 : 1;
}
