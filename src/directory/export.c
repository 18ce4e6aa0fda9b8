#include "directory/export.h"

#include "directory/render.h"
#include "store/schema.h"

/* What one look reads at most; a record more than this many bytes. */
#define PAGE_RECORDS 1000
#define PAGE_BYTES (1024 * 1024)
#define PAGE_MAX (PAGE_BYTES + 2 * RENDER_MAX)
#define ARENA_FIRST (256 * 1024)
#define ARENA_MAX (32 * 1024 * 1024)

/*
 * Records are kept as objects that hold their id at least, so what goes
 * before the first member is followed by a comma.
 */
static void
put_rest(struct buf *out, struct str object)
{
	if (object.n < 2 || object.p[0] != '{') {
		buf_fail(out, HUB_ECORRUPT);
		return;
	}
	buf_put(out, object.p + 1, object.n - 1);
}

static int
put_organization(struct buf *out, struct str id, struct str bytes)
{
	struct organization_rec rec;
	int rc = organization_rec_get(bytes, &rec);

	(void)id;
	if (rc != 0)
		return rc;
	BUF_LIT(out, "{\"type\":\"organization\",");
	put_rest(out, rec.source);
	return 0;
}

static int
put_group(struct buf *out, struct str id, struct str bytes)
{
	struct group_rec rec;
	int rc = group_rec_get(bytes, &rec);

	(void)id;
	if (rc != 0)
		return rc;
	BUF_LIT(out, "{\"type\":\"group\",");
	put_rest(out, rec.source);
	return 0;
}

static void
put_version(struct buf *out, bool given, uint64_t version)
{
	if (!given)
		return;
	BUF_LIT(out, "\"version\":");
	buf_u64(out, version);
	BUF_LIT(out, ",");
}

static void
put_tombstone(
    struct buf *out, enum record_kind kind, struct str id, uint64_t version)
{
	buf_printf(out, "{\"type\":\"%s\",\"id\":\"%.*s\",",
	    record_kind_name(kind), STR_ARG(id));
	put_version(out, true, version);
	BUF_LIT(out, "\"deleted\":true}");
}

static int
put_contact(struct buf *out, struct str id, struct str bytes)
{
	struct contact_rec rec;
	int rc = contact_rec_get(bytes, &rec);

	if (rc != 0)
		return rc;
	if (rec.deleted) {
		put_tombstone(out, RECORD_CONTACT, id, rec.version);
		return 0;
	}
	BUF_LIT(out, "{\"type\":\"contact\",");
	put_version(out, rec.versioned, rec.version);
	put_rest(out, rec.source);
	return 0;
}

/* Enabled is always said: a hub that is filled with it has the same then. */
static int
put_account(struct buf *out, struct str id, struct str bytes)
{
	struct account_rec rec;
	int rc = account_rec_get(bytes, &rec);

	(void)id;
	if (rc != 0)
		return rc;
	buf_printf(out, "{\"type\":\"account\",\"enabled\":%s,",
	    rec.enabled ? "true" : "false");
	put_rest(out, rec.source);
	return 0;
}

static int
put_contract(struct buf *out, struct str id, struct str bytes)
{
	struct contract_rec rec;
	int rc = contract_rec_get(bytes, &rec);

	if (rc != 0)
		return rc;
	if (rec.deleted) {
		put_tombstone(out, RECORD_CONTRACT, id, rec.version);
		return 0;
	}
	BUF_LIT(out, "{\"type\":\"contract\",");
	put_version(out, rec.versioned, rec.version);
	buf_printf(
	    out, "\"organizationId\":\"%.*s\",", STR_ARG(rec.organization));
	put_rest(out, rec.item);
	return 0;
}

static const struct {
	unsigned int table;
	int (*put)(struct buf *out, struct str id, struct str bytes);
} kinds[RECORD_KINDS] = {
	[RECORD_ORGANIZATION] = { DIR_ORGANIZATION, put_organization },
	[RECORD_GROUP] = { DIR_GROUP, put_group },
	[RECORD_CONTACT] = { DIR_CONTACT, put_contact },
	[RECORD_ACCOUNT] = { DIR_ACCOUNT, put_account },
	[RECORD_CONTRACT] = { DIR_CONTRACT, put_contract },
};

unsigned int
export_table(enum record_kind kind)
{
	return kinds[kind].table;
}

int
export_line(
    struct buf *out, enum record_kind kind, struct str id, struct str bytes)
{
	int rc = kinds[kind].put(out, id, bytes);

	BUF_LIT(out, "\n");
	return rc != 0 ? rc : buf_error(out);
}

/* Adds records after *FROM until the page is full; false if it is not. */
static bool
read_page(
    struct txn *txn, enum record_kind kind, struct key *from, struct buf *page)
{
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct str key, value, id;
	struct cursor cursor;
	unsigned int n = 0;
	int rc = 0;

	txn_cursor(&cursor, txn, kinds[kind].table, NULL,
	    from->n == 0 ? NULL : from, true);
	while (rc == 0 && n < PAGE_RECORDS && page->n < PAGE_BYTES &&
	    txn_cursor_next(&cursor, &key, &value)) {
		if (!key_take_str(&key, &id)) {
			rc = HUB_ECORRUPT;
			break;
		}
		key_of(from, id);
		rc = export_line(page, kind, id, value);
		arena_rewind(txn_arena(txn), mark);
		n++;
	}
	txn_cursor_close(&cursor);
	if (rc != 0)
		txn_fail(txn, rc);
	return n == PAGE_RECORDS || page->n >= PAGE_BYTES;
}

static int
write_pages(struct store *directory, struct arena *arena, enum record_kind kind,
    struct buf *page, int (*write)(void *ctx, struct str lines), void *ctx,
    struct why *why)
{
	bool more = true;
	struct key from;
	struct txn *txn;
	int rc = 0;

	key_begin(&from);
	while (rc == 0 && more) {
		buf_reset(page);
		txn = store_read_begin(directory, arena);
		more = read_page(txn, kind, &from, page);
		rc = store_read_end(txn);
		arena_reset(arena);
		if (rc != 0)
			return why_set(why, rc,
			    "%s after id %.*s: %s; hubctl verify says more",
			    record_kind_name(kind),
			    from.n == 0 ? 0 : from.n - 1, (const char *)from.b,
			    err_text(rc));
		if (page->n > 0)
			rc = write(ctx, buf_view(page));
	}
	return rc;
}

int
export_kind(struct store *directory, enum record_kind kind,
    int (*write)(void *ctx, struct str lines), void *ctx, struct why *why)
{
	struct arena *arena = arena_new(ARENA_FIRST, ARENA_MAX);
	struct buf page;
	int rc;

	if (arena == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	buf_init(&page, PAGE_MAX);
	rc = write_pages(directory, arena, kind, &page, write, ctx, why);
	buf_free(&page);
	arena_free(arena);
	return rc;
}
