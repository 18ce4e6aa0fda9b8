#include "store/txn.h"

#include <stdlib.h>
#include "base/buf.h"
#include "store/engine.h"
#include "store/rec.h"

struct txn {
	struct store *store;
	struct arena *arena;
	int err;
	bool open, write;
};

/* One transaction at a time, so it needs no memory of its own. */
struct store {
	struct engine *engine;
	enum store_access access;
	unsigned int table_count;
	struct txn txn;
};

#define KIND_KEY STR("kind")
#define FORMAT_KEY STR("format")

/* Which kind of store this is and in which format its records are. */
static int
write_marks(struct engine *engine, const struct store_spec *spec)
{
	unsigned int meta = spec->table_count;
	char bytes[4];
	struct buf format = { .p = bytes, .cap = sizeof(bytes), .max = 4 };
	int rc = engine_write_begin(engine);

	if (rc != 0)
		return rc;
	rec_put_u32(&format, spec->format);
	rc = engine_put(engine, meta, KIND_KEY, str_of(spec->kind));
	if (rc == 0)
		rc = engine_put(engine, meta, FORMAT_KEY, buf_view(&format));
	if (rc != 0) {
		engine_abort(engine);
		return rc;
	}
	return engine_commit(engine);
}

static int
compare_marks(
    struct engine *engine, const struct store_spec *spec, struct why *why)
{
	unsigned int meta = spec->table_count;
	struct str kind, bytes;
	struct rec_in in;
	uint32_t format;
	int rc = engine_get(engine, meta, KIND_KEY, &kind);

	if (rc == 0)
		rc = engine_get(engine, meta, FORMAT_KEY, &bytes);
	if (rc == HUB_ENOENT)
		return why_set(why, HUB_ECORRUPT,
		    "the data file in %s is no store of the hub: move it away, "
		    "or name another folder",
		    spec->folder);
	if (rc != 0)
		return why_set(why, rc, "cannot read the store in %s: %s",
		    spec->folder, err_text(rc));
	if (!str_eq(kind, str_of(spec->kind)))
		return why_set(why, HUB_ECORRUPT,
		    "%s holds a store of kind \"%.*s\", not \"%s\": name "
		    "the folder that holds both as \"data\"",
		    spec->folder, STR_ARG(kind), spec->kind);
	rec_in_begin(&in, bytes);
	format = rec_u32(&in);
	if (rec_in_end(&in) != 0)
		return why_set(why, HUB_ECORRUPT,
		    "the format of the store in %s cannot be read: bring the "
		    "store back from a backup",
		    spec->folder);
	if (format > spec->format)
		return why_set(why, HUB_EVERSION,
		    "the store in %s has format %u, this program knows up to "
		    "%u: use the newer version",
		    spec->folder, format, spec->format);
	return 0;
}

static int
check_marks(
    struct engine *engine, const struct store_spec *spec, struct why *why)
{
	int rc = engine_read_begin(engine);

	if (rc != 0)
		return why_set(why, rc, "cannot read the store in %s: %s",
		    spec->folder, err_text(rc));
	rc = compare_marks(engine, spec, why);
	engine_read_end(engine);
	return rc;
}

static struct store *
store_new(const struct store_spec *spec, enum store_access access)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store != NULL) {
		store->access = access;
		store->table_count = spec->table_count;
	}
	return store;
}

/* Hands the store over, or closes what could not be opened. */
static int
store_begun(struct store **out, struct store *store, int rc)
{
	if (rc == 0)
		*out = store;
	else
		store_close(store);
	return rc;
}

int
store_open(struct store **out, const struct store_spec *spec,
    enum store_access access, struct why *why)
{
	struct store *store = store_new(spec, access);
	int rc;

	*out = NULL;
	if (store == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = engine_open(&store->engine, spec, access, why);
	if (rc == 0)
		rc = check_marks(store->engine, spec, why);
	if (rc == 0)
		rc = engine_complete(store->engine, spec, access, why);
	return store_begun(out, store, rc);
}

int
store_open_copy(struct store **out, const struct store_spec *spec,
    const char *file, struct why *why)
{
	struct store *store = store_new(spec, STORE_READ);
	int rc;

	*out = NULL;
	if (store == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = engine_open_copy(&store->engine, spec, file, why);
	if (rc == 0)
		rc = check_marks(store->engine, spec, why);
	if (rc == 0)
		rc = engine_complete(store->engine, spec, STORE_READ, why);
	return store_begun(out, store, rc);
}

static int
begin_empty(
    struct engine *engine, const struct store_spec *spec, struct why *why)
{
	int rc = write_marks(engine, spec);

	if (rc != 0)
		why_say(why, "cannot make the store in %s: %s", spec->folder,
		    err_text(rc));
	return rc;
}

int
store_draft(struct store **out, const struct store_spec *spec,
    int (*fill)(void *ctx, int fd, struct why *why), void *ctx, struct why *why)
{
	struct store *store = store_new(spec, STORE_WRITE);
	int rc;

	*out = NULL;
	if (store == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = engine_draft(&store->engine, spec, fill, ctx, why);
	if (rc == 0)
		rc = fill == NULL ? begin_empty(store->engine, spec, why)
				  : check_marks(store->engine, spec, why);
	return store_begun(out, store, rc);
}

int
store_publish(
    struct store *store, const struct store_spec *spec, struct why *why)
{
	return engine_publish(store->engine, spec, why);
}

int
store_create(const struct store_spec *spec, struct why *why)
{
	struct store *store;
	int rc = store_draft(&store, spec, NULL, NULL, why);

	if (rc == 0)
		rc = store_publish(store, spec, why);
	store_close(store);
	return rc;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	engine_close(store->engine);
	free(store);
}

unsigned int
store_sweep_readers(struct store *store)
{
	return engine_sweep_readers(store->engine);
}

int
store_stat(struct store *store, struct store_stat *out)
{
	int rc;

	*out = (struct store_stat){ 0 };
	if (store->txn.open)
		return HUB_EINVAL;
	if ((rc = engine_read_begin(store->engine)) != 0)
		return rc;
	rc = engine_stat(store->engine, out);
	engine_read_end(store->engine);
	return rc;
}

int
store_readers(struct store *store, struct store_readers *out)
{
	return engine_readers(store->engine, out);
}

int
store_copy(struct store *store, int (*take)(void *ctx, struct str piece),
    void *ctx, struct why *why)
{
	return engine_copy(store->engine, take, ctx, why);
}

struct txn *
store_read_begin(struct store *store, struct arena *arena)
{
	struct txn *txn = &store->txn;

	if (txn->open) {
		txn_fail(txn, HUB_EINVAL);
		return txn;
	}
	*txn = (struct txn){ .store = store, .arena = arena };
	txn->err = engine_read_begin(store->engine);
	txn->open = txn->err == 0;
	return txn;
}

int
store_read_end(struct txn *txn)
{
	if (txn->open && !txn->write) {
		engine_read_end(txn->store->engine);
		txn->open = false;
	}
	return txn->err;
}

uint64_t
txn_state(const struct txn *txn)
{
	if (!txn->open || txn->write || txn->err != 0)
		return 0;
	return engine_state(txn->store->engine);
}

int
store_write(struct store *store, struct arena *arena,
    int (*fn)(struct txn *txn, void *arg), void *arg)
{
	struct txn *txn = &store->txn;
	int rc;

	if (store->access != STORE_WRITE)
		return HUB_EDENIED;
	if (txn->open)
		return HUB_EINVAL;
	if ((rc = engine_write_begin(store->engine)) != 0)
		return rc;
	*txn = (struct txn){ store, arena, .open = true, .write = true };
	rc = fn(txn, arg);
	txn->open = false;
	/* FN may have taken a failed get for an absent record. */
	if (txn->err != 0)
		rc = txn->err;
	if (rc == 0)
		return engine_commit(store->engine);
	engine_abort(store->engine);
	return rc;
}

void
txn_fail(struct txn *txn, int err)
{
	if (txn->err == 0)
		txn->err = err;
}

int
txn_error(const struct txn *txn)
{
	return txn->err;
}

struct arena *
txn_arena(struct txn *txn)
{
	return txn->arena;
}

/* Whether a call may go to the engine; one that never may fails for good. */
static bool
ready(struct txn *txn, unsigned int table)
{
	if (!txn->open || table >= txn->store->table_count)
		txn_fail(txn, HUB_EINVAL);
	return txn->err == 0;
}

static bool
ready_key(struct txn *txn, unsigned int table, const struct key *key)
{
	if (key->bad || key->n == 0)
		txn_fail(txn, HUB_EINVAL);
	return ready(txn, table);
}

static bool
ready_change(struct txn *txn, unsigned int table, const struct key *key)
{
	if (!txn->write)
		txn_fail(txn, HUB_EINVAL);
	return ready_key(txn, table, key);
}

static struct str
key_bytes(const struct key *key)
{
	return (struct str){ (const char *)key->b, key->n };
}

/* True if the engine had it; anything but absence is the first error. */
static bool
found(struct txn *txn, int rc)
{
	if (rc != 0 && rc != HUB_ENOENT)
		txn_fail(txn, rc);
	return rc == 0;
}

static bool
copy(struct txn *txn, struct str *s)
{
	*s = arena_str(txn->arena, *s);
	if (s->p == NULL)
		txn_fail(txn, HUB_ETOOBIG);
	return s->p != NULL;
}

/* The engine's memory. */
static bool
find(struct txn *txn, unsigned int table, const struct key *key,
    struct str *value)
{
	return ready_key(txn, table, key) &&
	    found(txn,
		engine_get(txn->store->engine, table, key_bytes(key), value));
}

bool
txn_get(struct txn *txn, unsigned int table, const struct key *key,
    struct str *value)
{
	struct str v;

	*value = STR_NONE;
	if (!find(txn, table, key, &v) || !copy(txn, &v))
		return false;
	*value = v;
	return true;
}

bool
txn_has(struct txn *txn, unsigned int table, const struct key *key)
{
	struct str v;

	return find(txn, table, key, &v);
}

void
txn_put(struct txn *txn, unsigned int table, const struct key *key,
    struct str value)
{
	int rc;

	if (!ready_change(txn, table, key))
		return;
	rc = engine_put(txn->store->engine, table, key_bytes(key), value);
	if (rc != 0)
		txn_fail(txn, rc);
}

bool
txn_del(struct txn *txn, unsigned int table, const struct key *key)
{
	return ready_change(txn, table, key) &&
	    found(txn, engine_del(txn->store->engine, table, key_bytes(key)));
}

uint64_t
txn_count(struct txn *txn, unsigned int table)
{
	uint64_t n = 0;

	if (!ready(txn, table) ||
	    !found(txn, engine_count(txn->store->engine, table, &n)))
		return 0;
	return n;
}

void
txn_cursor(struct cursor *c, struct txn *txn, unsigned int table,
    const struct key *prefix, const struct key *from, bool after)
{
	int rc;

	c->txn = txn;
	c->table = table;
	c->engine = NULL;
	c->started = c->after = false;
	key_begin(&c->prefix);
	if (prefix != NULL)
		c->prefix = *prefix;
	c->from = c->prefix;
	if (from != NULL &&
	    str_cmp(key_bytes(from), key_bytes(&c->prefix)) >= 0) {
		c->from = *from;
		c->after = after;
	}
	if (c->prefix.bad || (from != NULL && from->bad))
		txn_fail(txn, HUB_EINVAL);
	if (!ready(txn, table))
		return;
	rc = engine_cursor_open(txn->store->engine, table, &c->engine);
	if (rc != 0)
		txn_fail(txn, rc);
}

static int
step(struct cursor *c, struct str *key, struct str *value)
{
	struct engine *engine = c->txn->store->engine;
	struct str from = key_bytes(&c->from);
	int rc;

	if (c->started)
		return engine_cursor_next(engine, c->engine, key, value);
	c->started = true;
	rc = engine_cursor_seek(engine, c->engine, from, key, value);
	if (rc == 0 && c->after && str_eq(*key, from))
		rc = engine_cursor_next(engine, c->engine, key, value);
	return rc;
}

bool
txn_has_prefix(struct txn *txn, unsigned int table, const struct key *prefix)
{
	struct arena_mark mark = arena_mark(txn->arena);
	struct cursor cursor;
	struct str key, value;
	bool any;

	txn_cursor(&cursor, txn, table, prefix, NULL, false);
	any = txn_cursor_next(&cursor, &key, &value);
	txn_cursor_close(&cursor);
	arena_rewind(txn->arena, mark);
	return any;
}

bool
txn_cursor_next(struct cursor *c, struct str *key, struct str *value)
{
	struct str k, v;

	*key = *value = STR_NONE;
	if (c->engine == NULL || !ready(c->txn, c->table))
		return false;
	if (!found(c->txn, step(c, &k, &v)) ||
	    !str_starts(k, key_bytes(&c->prefix))) {
		/* The end stays the end. */
		txn_cursor_close(c);
		return false;
	}
	if (!copy(c->txn, &k) || !copy(c->txn, &v))
		return false;
	*key = k;
	*value = v;
	return true;
}

void
txn_cursor_close(struct cursor *c)
{
	/* The end of a writing transaction has closed it already. */
	if (c->engine != NULL && c->txn->open)
		engine_cursor_close(c->txn->store->engine, c->table, c->engine);
	c->engine = NULL;
}
