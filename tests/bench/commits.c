/*
 * What a durable refresh costs the vault, and what several that share a commit
 * would. Usage: commits CONFIG FOLDER GRANTS EACH SECONDS: makes a vault in
 * FOLDER, which is empty, with so many grants, and then refreshes them in a
 * random order, EACH in one transaction, from one process. Prints refreshes a
 * second, the milliseconds that a transaction took, and the milliseconds of
 * processor of a refresh. On a file system in memory the same
 * tells what is left without the disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include "base/clock.h"
#include "base/rand.h"
#include "identity/grant.h"
#include "store/schema.h"

#define FILL 1000

struct family {
	char gid[RAND_ID];
	struct refresh token; /* the one that counts */
};

struct bench {
	const struct conf *conf;
	struct store *vault;
	struct arena *arena;
	struct family *all;
	uint64_t count, each;
	double seconds;
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
processor(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	    (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

struct part {
	const struct bench *bench;
	uint64_t from, to;
};

static int
add(struct txn *vault, void *arg)
{
	const struct part *part = arg;

	for (uint64_t i = part->from; i < part->to; i++) {
		const struct family *f = &part->bench->all[i];
		struct grant_rec rec = {
			.client = STR("app"),
			.account = str_of(f->gid),
			.scope = STR("openid hub.read"),
			.sid = str_of(f->gid),
			.nonce = STR(""),
			.auth_time = clock_now(),
		};

		grant_put(vault, part->bench->conf, str_of(f->gid), &f->token,
		    &rec, clock_now());
	}
	return 0;
}

static int
fill(struct bench *b)
{
	int rc = 0;

	for (uint64_t i = 0; i < b->count; i++) {
		rand_id(b->all[i].gid);
		refresh_make(&b->all[i].token);
	}
	for (uint64_t i = 0; rc == 0 && i < b->count; i += FILL) {
		struct part part = { b, i,
			i + FILL < b->count ? i + FILL : b->count };

		rc = store_write(b->vault, b->arena, add, &part);
		arena_reset(b->arena);
	}
	return rc;
}

static int
refresh(struct txn *vault, void *arg)
{
	struct bench *b = arg;

	for (uint64_t i = 0; i < b->each; i++) {
		struct family *f = &b->all[(uint64_t)rand() % b->count];
		struct grant_use use = {
			.token = str_of(f->token.text),
			.client = STR("app"),
			.now = clock_now(),
		};
		int rc;

		rand_bytes(use.seed, sizeof(use.seed));
		rc = grant_refresh(vault, b->conf, &use);
		if (rc != 0)
			return rc;
		f->token = use.next;
	}
	return 0;
}

static int
measure(struct bench *b)
{
	double begun = now(), used = processor(), took = 0;
	uint64_t commits = 0;
	int rc = 0;

	while (rc == 0 && took < b->seconds) {
		rc = store_write(b->vault, b->arena, refresh, b);
		arena_reset(b->arena);
		commits++;
		took = now() - begun;
	}
	used = processor() - used;
	if (rc == 0)
		printf("%.1f %.4f %.4f\n", (double)(commits * b->each) / took,
		    took * 1e3 / (double)commits,
		    used * 1e3 / (double)(commits * b->each));
	return rc;
}

static int
run(struct bench *b, struct why *why)
{
	struct schema schema;
	int rc;

	schema_vault(&schema, b->conf);
	rc = store_create(&schema.spec, why);
	if (rc == 0)
		rc = store_open(&b->vault, &schema.spec, STORE_WRITE, why);
	if (rc == 0)
		rc = fill(b);
	return rc != 0 ? rc : measure(b);
}

int
main(int argc, char **argv)
{
	struct bench b = { 0 };
	struct why why = { .text = "" };
	struct conf conf;
	uint64_t seconds = 0;
	int rc;

	if (argc != 6 || !str_u64(str_of(argv[3]), 10000000, &b.count) ||
	    b.count == 0 || !str_u64(str_of(argv[4]), 1000, &b.each) ||
	    b.each == 0 || !str_u64(str_of(argv[5]), 3600, &seconds)) {
		fputs("Usage: commits CONFIG FOLDER GRANTS EACH SECONDS\n",
		    stderr);
		return 2;
	}
	b.conf = &conf;
	b.seconds = (double)seconds;
	b.arena = arena_new(1 << 20, 256 << 20);
	b.all = calloc(b.count, sizeof(*b.all));
	rc = b.arena == NULL || b.all == NULL ? HUB_ENOMEM
					      : conf_load(&conf, argv[1], &why);
	if (rc == 0)
		rc = conf_set_data(&conf, argv[2], &why);
	if (rc == 0)
		rc = run(&b, &why);
	if (rc != 0)
		fprintf(stderr, "commits: %s\n",
		    why.text[0] != '\0' ? why.text : err_text(rc));
	store_close(b.vault);
	arena_free(b.arena);
	free(b.all);
	return rc == 0 ? 0 : 1;
}
