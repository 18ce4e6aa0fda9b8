/* Covers: directory/verify.c directory/verify_check.c */
/* Covers: directory/export.c directory/contract_walk.c */
/*
 * Damage in the directory: one record has another value or none, or there is
 * one that nobody wrote. The first byte names the table, the second the record
 * in it; if the table has none of that number the first line is a key. All
 * endpoints are asked and the store is verified and exported: what comes of it
 * may be an error, but an answer that can be read, and nothing worse.
 */
#include "fuzz.h"

#include <string.h>
#include "directory/export.h"
#include "directory/verify.h"
#include "identity/verify_vault.h"
#include "small_hub.h"
#include "store/schema.h"

#define TEXT_MAX 4096
#define VALUE_NONE 0xff /* as the third byte */

struct damage {
	unsigned int table;
	struct key key;
	bool had; /* a record stood there before */
	struct str before;
	bool has; /* there is one now */
	struct str value;
};

static int
write_value(struct txn *txn, struct damage *d, bool has, struct str value)
{
	if (has)
		txn_put(txn, d->table, &d->key, value);
	else
		txn_del(txn, d->table, &d->key);
	return 0;
}

static int
do_damage(struct txn *txn, void *arg)
{
	struct damage *d = arg;

	d->had = txn_get(txn, d->table, &d->key, &d->before);
	return write_value(txn, d, d->has, d->value);
}

static int
undo_damage(struct txn *txn, void *arg)
{
	struct damage *d = arg;

	return write_value(txn, d, d->had, d->before);
}

/* The key of the NUMBERth record of the table; false if it has not so many. */
static bool
find_key(struct small_hub *hub, struct damage *d, unsigned int number)
{
	struct txn *txn = store_read_begin(hub->service.directory, hub->arena);
	struct cursor cursor;
	struct str key, value;
	bool found = true;

	txn_cursor(&cursor, txn, d->table, NULL, NULL, false);
	for (unsigned int i = 0; found && i <= number; i++)
		found = txn_cursor_next(&cursor, &key, &value);
	txn_cursor_close(&cursor);
	FUZZ_HOLDS(store_read_end(txn) == 0);
	if (!found)
		return false;
	FUZZ_HOLDS(key.n <= KEY_MAX);
	memcpy(d->key.b, key.p, key.n);
	d->key.n = (uint16_t)key.n;
	return true;
}

/* False if the input has no key that the store would take. */
static bool
read_damage(struct small_hub *hub, struct damage *d, struct str rest)
{
	struct str line;
	unsigned int number;

	memset(d, 0, sizeof(*d));
	if (rest.n < 3)
		return false;
	d->table = (unsigned char)rest.p[0] % DIR_TABLES;
	number = (unsigned char)rest.p[1];
	d->has = (unsigned char)rest.p[2] != VALUE_NONE;
	rest.p += d->has ? 2 : 3;
	rest.n -= d->has ? 2 : 3;
	if (!find_key(hub, d, number)) {
		str_split(&rest, '\n', &line);
		if (line.n == 0 || line.n > KEY_MAX)
			return false;
		memcpy(d->key.b, line.p, line.n);
		d->key.n = (uint16_t)line.n;
	}
	d->value = rest.p == NULL ? STR("") : rest;
	return true;
}

static void
ask(struct small_hub *hub, struct arena *arena, const char *uri)
{
	static const struct req_limits limits = { 1024, 65536, 0 };
	struct small_answer answer;
	struct req req;

	arena_reset(arena);
	req_begin(&req, arena);
	req_param(&req, STR("REQUEST_METHOD"), STR("GET"));
	req_param(&req, STR("REQUEST_URI"), str_of(uri));
	req_param(&req, STR("HTTP_ORIGIN"), STR("https://app.example.nl"));
	req_param(&req, STR("HTTP_AUTHORIZATION"),
	    str_of(arena_printf(arena, "Bearer %s", hub->token)));
	req_ready(&req, &limits);
	small_hub_ask(hub, &req, &answer);
	FUZZ_HOLDS(answer.status == 200 || answer.status == 401 ||
	    answer.status == 403 || answer.status == 404 ||
	    answer.status == 500 || answer.status == 503);
}

static void
ask_all(struct small_hub *hub)
{
	static const char *const uris[] = { "/account/mine",
		"/organization/organizations/mine",
		"/permission/permissions/mine",
		"/contract/contracts/mycontracts",
		"/contract/contracts/mycontracts?limit=1&status=ACTIVE",
		"/contract/contracts/c-1/mine", "/health/ready" };
	struct arena *arena = arena_new(65536, 16 * 1024 * 1024);

	/* What is loaded only now and then: keys and clients. */
	hub->service.generation = UINT64_MAX;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++)
		ask(hub, arena, uris[i]);
	arena_free(arena);
}

static void
found(void *ctx, const char *table, const char *key, const char *reason)
{
	(void)ctx;
	FUZZ_HOLDS(str_is_print(str_of(table)));
	FUZZ_HOLDS(str_is_print(str_of(key)));
	FUZZ_HOLDS(reason[0] != '\0');
}

static int
take_lines(void *ctx, struct str text)
{
	(void)ctx;
	FUZZ_HOLDS(text.n > 0 && text.p[text.n - 1] == '\n');
	return 0;
}

static void
look_through(struct small_hub *hub)
{
	struct verify verify = {
		.directory = hub->service.directory,
		.vault = hub->service.vault,
		.vault_checks = verify_vault,
		.found = found,
	};
	struct why why;

	verify_run(&verify, &why);
	for (int kind = 0; kind < RECORD_KINDS; kind++)
		export_kind(hub->service.directory, (enum record_kind)kind,
		    take_lines, NULL, &why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct small_hub *hub = small_hub();
	struct store *directory = hub->service.directory;
	struct damage damage;

	if (size > TEXT_MAX)
		return 0;
	arena_reset(hub->arena);
	if (!read_damage(
		hub, &damage, (struct str){ (const char *)data, size }))
		return 0;
	FUZZ_HOLDS(store_write(directory, hub->arena, do_damage, &damage) == 0);
	ask_all(hub);
	look_through(hub);
	FUZZ_HOLDS(
	    store_write(directory, hub->arena, undo_damage, &damage) == 0);
	return 0;
}
