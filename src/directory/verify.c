#include "directory/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "directory/verify_check.h"
#include "store/rec_list.h"
#include "store/schema.h"

/* What one look walks at most. */
#define PAGE_RECORDS 500
#define PAGE_BYTES (1024 * 1024)
#define FINDINGS_MAX (256 * 1024 * 1024)
#define ARENA_FIRST (1024 * 1024)
#define ARENA_MAX (256 * 1024 * 1024)
#define KEY_TEXT (4 * KEY_MAX + 1)

struct walk {
	struct verify *verify;
	struct store *store;
	struct arena *arena;
	struct buf findings;
	unsigned int table;
	const char *name; /* of the table */
	verify_fn *check;
	struct key from; /* the last key that was walked */
	uint64_t total;
};

/* The pieces of a key with spaces between; other bytes as \xNN. */
static void
key_text(struct str key, char text[KEY_TEXT])
{
	size_t n = 0;

	if (key.n > KEY_MAX)
		key.n = KEY_MAX;
	if (key.n > 0 && key.p[key.n - 1] == '\0')
		key.n--;
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];

		if (c == '\0')
			text[n++] = ' ';
		else if (c > 0x20 && c < 0x7f && c != '\\')
			text[n++] = (char)c;
		else
			n += (size_t)snprintf(
			    text + n, KEY_TEXT - n, "\\x%02x", c);
	}
	text[n] = '\0';
}

void
verify_found(struct verify_look *look, const char *fmt, ...)
{
	char key[KEY_TEXT];
	struct why why;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why.text, sizeof(why.text), fmt, ap);
	va_end(ap);
	key_text(look->key, key);
	rec_put_str(look->findings, str_of(look->table));
	rec_put_str(look->findings, str_of(key));
	rec_put_str(look->findings, str_of(why.text));
}

/* Walks on within one look; false at the end of the table. */
static bool
walk_page(struct walk *w, struct txn *txn, bool unfinished, uint64_t *walked)
{
	struct arena_mark mark = arena_mark(w->arena);
	struct verify_look look = { .txn = txn,
		.table = w->name,
		.unfinished = unfinished,
		.findings = &w->findings };
	struct cursor cursor;
	struct str value;
	size_t bytes = 0;

	*walked = 0;
	txn_cursor(&cursor, txn, w->table, NULL,
	    w->from.n == 0 ? NULL : &w->from, true);
	while (*walked < PAGE_RECORDS && bytes < PAGE_BYTES &&
	    txn_cursor_next(&cursor, &look.key, &value)) {
		if (look.key.n > KEY_MAX) {
			txn_fail(txn, HUB_ECORRUPT);
			break;
		}
		memcpy(w->from.b, look.key.p, look.key.n);
		w->from.n = (uint16_t)look.key.n;
		bytes += value.n;
		w->check(&look, value);
		arena_rewind(w->arena, mark);
		++*walked;
	}
	txn_cursor_close(&cursor);
	return *walked == PAGE_RECORDS || bytes >= PAGE_BYTES;
}

static const char *
text_of(struct arena *arena, struct str s)
{
	struct str copy = arena_str(arena, s);

	return copy.p == NULL ? "" : copy.p;
}

static void
hand_out(struct walk *w)
{
	struct str list = buf_view(&w->findings), table, key, reason;
	struct verify *v = w->verify;

	while (rec_list_next(&list, &table) && rec_list_next(&list, &key) &&
	    rec_list_next(&list, &reason)) {
		v->errors++;
		v->found(v->ctx, w->name, text_of(w->arena, key),
		    text_of(w->arena, reason));
		arena_reset(w->arena);
	}
	buf_reset(&w->findings);
	if (v->progress != NULL)
		v->progress(v->ctx, v->records, w->total);
}

static int
walk_table(struct walk *w, struct why *why)
{
	struct verify *v = w->verify;
	uint64_t walked;
	bool more = true;
	int rc;

	key_begin(&w->from);
	while (more) {
		struct txn *txn = store_read_begin(w->store, w->arena);
		struct import_mark mark;
		bool unfinished =
		    w->store == v->directory && import_mark_get(txn, &mark);

		if (unfinished) {
			v->unfinished = true;
			v->mark = mark;
		}
		more = walk_page(w, txn, unfinished, &walked);
		v->records += walked;
		rc = store_read_end(txn);
		arena_reset(w->arena);
		if (rc == 0)
			rc = buf_error(&w->findings);
		hand_out(w);
		if (rc != 0)
			return why_set(
			    why, rc, "table %s: %s", w->name, err_text(rc));
	}
	return 0;
}

static int
walk_store(struct walk *w, struct store *store, const struct store_spec *spec,
    verify_fn *const *checks, struct why *why)
{
	int rc = 0;

	w->store = store;
	for (unsigned int t = 0; rc == 0 && t < spec->table_count; t++) {
		w->table = t;
		w->name = spec->tables[t];
		w->check = checks[t];
		rc = walk_table(w, why);
	}
	return rc;
}

/* How much there is to walk, for progress only. */
static uint64_t
count_all(struct arena *arena, struct store *store, unsigned int tables)
{
	struct txn *txn = store_read_begin(store, arena);
	uint64_t n = 0;

	for (unsigned int t = 0; t < tables; t++)
		n += txn_count(txn, t);
	store_read_end(txn);
	return n;
}

int
verify_run(struct verify *v, struct why *why)
{
	struct walk w = { .verify = v,
		.arena = arena_new(ARENA_FIRST, ARENA_MAX) };
	struct schema directory, vault;
	struct conf conf;
	int rc;

	if (w.arena == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	conf_defaults(&conf);
	schema_directory(&directory, &conf);
	schema_vault(&vault, &conf);
	buf_init(&w.findings, FINDINGS_MAX);
	w.total = count_all(w.arena, v->directory, DIR_TABLES) +
	    count_all(w.arena, v->vault, VAULT_TABLES);
	rc = walk_store(
	    &w, v->directory, &directory.spec, verify_directory, why);
	if (rc == 0)
		rc =
		    walk_store(&w, v->vault, &vault.spec, v->vault_checks, why);
	buf_free(&w.findings);
	arena_free(w.arena);
	return rc;
}
