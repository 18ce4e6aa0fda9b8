#include "identity/audit.h"

#include <assert.h>
#include "base/clock.h"
#include "identity/credential.h"
#include "store/schema.h"

#define AUDIT_MAX 4096

void
audit_mark_key(struct key *key, const struct audit_mark *mark)
{
	key_begin(key);
	key_u64(key, mark->time);
	key_u32(key, mark->number);
}

bool
audit_mark_take(struct str *key, struct audit_mark *mark)
{
	return key_take_u64(key, &mark->time) &&
	    key_take_u32(key, &mark->number);
}

void
audit_about_key(struct key *key, struct audit_subject subject,
    const struct audit_mark *mark)
{
	const char kind = (char)subject.kind;

	key_begin(key);
	key_str(key, (struct str){ &kind, 1 });
	key_str(key, subject.id);
	if (mark == NULL)
		return;
	key_u64(key, UINT64_MAX - mark->time);
	key_u32(key, UINT32_MAX - mark->number);
}

bool
audit_about_take(
    struct str key, struct audit_subject *subject, struct audit_mark *mark)
{
	struct str kind;

	if (!key_take_str(&key, &kind) || kind.n != 1 ||
	    !key_take_str(&key, &subject->id) || !audit_mark_take(&key, mark) ||
	    key.n != 0)
		return false;
	subject->kind = (enum audit_kind)kind.p[0];
	mark->time = UINT64_MAX - mark->time;
	mark->number = UINT32_MAX - mark->number;
	return true;
}

static void
add_subject(struct audit_subjects *all, enum audit_kind kind, struct str id)
{
	/* An account that did something to itself stands there once. */
	for (unsigned int i = 0; i < all->n; i++) {
		if (all->at[i].kind == kind && str_eq(all->at[i].id, id))
			return;
	}
	if (str_is_id(id))
		all->at[all->n++] = (struct audit_subject){ kind, id };
}

void
audit_subjects(const struct audit_rec *rec, struct audit_subjects *out)
{
	static_assert(AUDIT_SUBJECTS == 4, "one for each of these");
	out->n = 0;
	if (rec->unlisted)
		return;
	add_subject(out, AUDIT_ACCOUNT, rec->account);
	add_subject(out, AUDIT_ACCOUNT, rec->by);
	add_subject(out, AUDIT_CONTACT, rec->contact);
	add_subject(out, AUDIT_ORGANIZATION, rec->organization);
}

/* Writes or removes what leads to the event. */
static void
list(struct txn *vault, const struct audit_rec *rec,
    const struct audit_mark *mark, bool there)
{
	struct audit_subjects all;
	struct key key;

	audit_subjects(rec, &all);
	for (unsigned int i = 0; i < all.n; i++) {
		audit_about_key(&key, all.at[i], mark);
		if (there)
			txn_put(vault, VAULT_AUDIT_ABOUT, &key, STR(""));
		else
			txn_del(vault, VAULT_AUDIT_ABOUT, &key);
	}
}

/* Which life of the account's id it belongs to, as far as the vault knows. */
static uint64_t
born_of(struct txn *vault, struct str account)
{
	struct credential_rec rec;

	return str_is_id(account) && credential_get(vault, account, &rec)
	    ? rec.born
	    : 0;
}

void
audit_put(struct txn *vault, const struct audit_rec *rec)
{
	struct audit_mark mark = { .time = (uint64_t)clock_now_us() };
	struct audit_rec born = *rec;
	struct buf bytes;
	struct key key;

	born.born = born_of(vault, rec->account);
	buf_init_arena(&bytes, txn_arena(vault), AUDIT_MAX);
	audit_rec_put(&bytes, &born);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	audit_mark_key(&key, &mark);
	while (txn_has(vault, VAULT_AUDIT, &key)) {
		mark.number++;
		audit_mark_key(&key, &mark);
	}
	txn_put(vault, VAULT_AUDIT, &key, buf_view(&bytes));
	list(vault, rec, &mark, true);
}

/* Cuts a record of the table in two; damage fails the transaction. */
static bool
decode(struct txn *vault, struct str key, struct str value, int64_t *time_us,
    struct audit_rec *rec)
{
	uint64_t when;

	if (!key_take_u64(&key, &when) || audit_rec_get(value, rec) != 0) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	*time_us = (int64_t)when;
	return true;
}

void
audit_place_at(struct audit_place *place, int64_t time_us)
{
	key_begin(&place->key);
	key_u64(&place->key, time_us < 0 ? 0 : (uint64_t)time_us);
	place->after = false;
}

bool
audit_page(struct txn *vault, struct audit_place *place, unsigned int most,
    void (*fn)(void *ctx, int64_t time_us, const struct audit_rec *rec),
    void *ctx)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	struct key from = place->key;
	struct audit_rec rec;
	struct str key, value;
	struct cursor cursor;
	unsigned int n = 0;
	int64_t when;

	txn_cursor(&cursor, vault, VAULT_AUDIT, NULL, &from, place->after);
	while (n < most && txn_cursor_next(&cursor, &key, &value) &&
	    decode(vault, key, value, &when, &rec)) {
		fn(ctx, when, &rec);
		key_of_bytes(&place->key, key);
		place->after = true;
		arena_rewind(txn_arena(vault), mark);
		n++;
	}
	txn_cursor_close(&cursor);
	return n == most;
}

void
audit_walk(struct txn *vault,
    bool (*fn)(void *ctx, int64_t time_us, const struct audit_rec *rec),
    void *ctx)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	struct str key, value;
	struct audit_rec rec;
	struct cursor cursor;
	bool go_on = true;
	int64_t when;

	txn_cursor(&cursor, vault, VAULT_AUDIT, NULL, NULL, false);
	while (go_on && txn_cursor_next(&cursor, &key, &value) &&
	    decode(vault, key, value, &when, &rec)) {
		go_on = fn(ctx, when, &rec);
		arena_rewind(txn_arena(vault), mark);
	}
	txn_cursor_close(&cursor);
}

bool
audit_has_after(struct txn *vault, int64_t time_us)
{
	struct str key, value;
	struct cursor cursor;
	struct key from;
	bool any;

	key_begin(&from);
	key_u64(&from, (uint64_t)time_us);
	txn_cursor(&cursor, vault, VAULT_AUDIT, NULL, &from, false);
	any = txn_cursor_next(&cursor, &key, &value);
	txn_cursor_close(&cursor);
	return any;
}

/* The oldest event if that is from before TIME_US. */
static bool
first_before(struct txn *vault, int64_t time_us, struct audit_mark *mark,
    struct str *value)
{
	struct cursor cursor;
	struct str entry;
	bool found;

	txn_cursor(&cursor, vault, VAULT_AUDIT, NULL, NULL, false);
	found = txn_cursor_next(&cursor, &entry, value);
	txn_cursor_close(&cursor);
	if (!found)
		return false;
	if (!audit_mark_take(&entry, mark)) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	return (int64_t)mark->time < time_us;
}

bool
audit_has_before(struct txn *vault, int64_t time_us)
{
	struct audit_mark mark;
	struct str value;

	return first_before(vault, time_us, &mark, &value);
}

/* With what leads to it. */
static bool
forget(struct txn *vault, const struct audit_mark *mark, struct str value)
{
	struct audit_rec rec;
	struct key key;

	if (audit_rec_get(value, &rec) != 0) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	list(vault, &rec, mark, false);
	audit_mark_key(&key, mark);
	return txn_del(vault, VAULT_AUDIT, &key);
}

unsigned int
audit_expire(struct txn *vault, int64_t time_us, unsigned int most)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	struct audit_mark event;
	struct str value;
	unsigned int n = 0;

	while (n < most && first_before(vault, time_us, &event, &value) &&
	    forget(vault, &event, value)) {
		arena_rewind(txn_arena(vault), mark);
		n++;
	}
	return n;
}
