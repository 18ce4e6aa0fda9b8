#include "identity/grant.h"

#include "base/secret.h"
#include "identity/expiry.h"
#include "store/schema.h"

#define GRANT_REC_MAX 4096

static void
write_record(struct txn *vault, struct str gid, const struct grant_rec *rec)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(vault), GRANT_REC_MAX);
	grant_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, gid);
	txn_put(vault, VAULT_GRANT, &key, buf_view(&bytes));
}

static void
index_key(struct key *key, struct str account, struct str gid)
{
	key_begin(key);
	key_str(key, account);
	key_str(key, gid);
}

/* A digest in the arena, where a record can point to it. */
static struct str
keep(struct txn *vault, const struct opaque_digest *digest)
{
	struct str text = arena_str(txn_arena(vault), str_of(digest->text));

	if (text.p == NULL)
		txn_fail(vault, HUB_ENOMEM);
	return text;
}

void
grant_put(struct txn *vault, const struct conf *conf, struct str gid,
    const struct refresh *first, struct grant_rec *rec, int64_t now)
{
	struct refresh_digests digests;
	struct key key;
	int rc = refresh_digests_of(str_of(first->text), &digests);

	if (rc != 0) {
		txn_fail(vault, rc);
		return;
	}
	rec->began = rec->used = now;
	rec->listed = grant_end(conf, rec);
	rec->handle = keep(vault, &digests.handle);
	rec->current = keep(vault, &digests.token);
	rec->previous = rec->seed = STR("");
	rec->previous_until = 0;
	write_record(vault, gid, rec);
	key_of(&key, rec->handle);
	txn_put(vault, VAULT_REFRESH, &key, gid);
	index_key(&key, rec->account, gid);
	txn_put(vault, VAULT_ACCOUNT_GRANT, &key, STR(""));
	expiry_put(vault, rec->listed, EXPIRY_GRANT, gid);
}

bool
grant_get(struct txn *vault, struct str gid, struct grant_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, gid);
	if (!txn_get(vault, VAULT_GRANT, &key, &bytes))
		return false;
	rc = grant_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(vault, rc);
	return rc == 0;
}

int64_t
grant_end(const struct conf *conf, const struct grant_rec *rec)
{
	int64_t idle = rec->used + (int64_t)conf->refresh_idle;
	int64_t absolute = rec->began + (int64_t)conf->refresh_lifetime;

	return idle < absolute ? idle : absolute;
}

static bool
find_family(
    struct txn *vault, const struct refresh_digests *digests, struct str *gid)
{
	struct key key;

	key_of(&key, str_of(digests->handle.text));
	return txn_get(vault, VAULT_REFRESH, &key, gid);
}

bool
grant_of_refresh(struct txn *vault, struct str token, struct str *gid)
{
	struct refresh_digests digests;
	int rc = refresh_digests_of(token, &digests);

	if (rc == HUB_ECRYPTO)
		txn_fail(vault, rc);
	return rc == 0 && find_family(vault, &digests, gid);
}

static bool
is_digest(struct str stored, const struct opaque_digest *digest)
{
	return stored.n > 0 && secret_eq(stored, str_of(digest->text));
}

/* Whether it is the one before, within its window. */
static bool
is_repeatable(const struct grant_rec *rec, const struct opaque_digest *digest,
    int64_t now)
{
	return is_digest(rec->previous, digest) && now < rec->previous_until;
}

bool
grant_is_current(const struct conf *conf, const struct grant_rec *rec,
    struct str token, int64_t now)
{
	struct refresh_digests digests;

	return refresh_digests_of(token, &digests) == 0 &&
	    now < grant_end(conf, rec) &&
	    (is_digest(rec->current, &digests.token) ||
		is_repeatable(rec, &digests.token, now));
}

/* No successor can be repeated from now on. */
static void
drop_window(struct txn *vault, struct str gid, struct grant_rec *rec)
{
	if (rec->seed.n > 0)
		expiry_del(vault, rec->previous_until, EXPIRY_WINDOW, gid);
	rec->previous = rec->seed = STR("");
	rec->previous_until = 0;
}

/* The token that counts gives way to its successor. */
static int
rotate(struct txn *vault, const struct conf *conf, struct grant_use *use)
{
	const struct str seed = { (const char *)use->seed, REFRESH_SEED };
	struct grant_rec *rec = &use->rec;
	struct refresh_digests next;
	int rc;

	if ((rc = refresh_next(use->token, seed, &use->next)) != 0 ||
	    (rc = refresh_digests_of(str_of(use->next.text), &next)) != 0)
		return rc;
	drop_window(vault, use->gid, rec);
	if (conf->refresh_grace > 0) {
		rec->previous = rec->current;
		rec->previous_until = use->now + (int64_t)conf->refresh_grace;
		rec->seed = seed;
		expiry_put(vault, rec->previous_until, EXPIRY_WINDOW, use->gid);
	}
	rec->current = keep(vault, &next.token);
	rec->used = use->now;
	write_record(vault, use->gid, rec);
	return 0;
}

int
grant_refresh(struct txn *vault, const struct conf *conf, struct grant_use *use)
{
	const struct grant_rec *rec = &use->rec;
	struct refresh_digests digests;
	int rc = refresh_digests_of(use->token, &digests);

	if (rc != 0)
		return rc == HUB_EINVAL ? HUB_ENOENT : rc;
	if (!find_family(vault, &digests, &use->gid) ||
	    !grant_get(vault, use->gid, &use->rec))
		return HUB_ENOENT;
	if (!str_eq(rec->client, use->client))
		return HUB_EDENIED;
	if (use->now >= grant_end(conf, rec))
		return HUB_EEXPIRED;
	if (is_digest(rec->current, &digests.token))
		return rotate(vault, conf, use);
	if (is_repeatable(rec, &digests.token, use->now))
		return refresh_next(use->token, rec->seed, &use->next);
	return HUB_EEXIST;
}

bool
grant_close_window(struct txn *vault, struct str gid, int64_t now)
{
	struct grant_rec rec;

	if (!grant_get(vault, gid, &rec) || rec.seed.n == 0 ||
	    now < rec.previous_until)
		return false;
	drop_window(vault, gid, &rec);
	write_record(vault, gid, &rec);
	return true;
}

bool
grant_del(struct txn *vault, struct str gid)
{
	struct grant_rec rec;
	struct key key;

	if (!grant_get(vault, gid, &rec))
		return false;
	key_of(&key, rec.handle);
	txn_del(vault, VAULT_REFRESH, &key);
	index_key(&key, rec.account, gid);
	txn_del(vault, VAULT_ACCOUNT_GRANT, &key);
	drop_window(vault, gid, &rec);
	expiry_del(vault, rec.listed, EXPIRY_GRANT, gid);
	key_of(&key, gid);
	return txn_del(vault, VAULT_GRANT, &key);
}

bool
grant_expire(
    struct txn *vault, const struct conf *conf, struct str gid, int64_t now)
{
	struct grant_rec rec;

	if (!grant_get(vault, gid, &rec))
		return false;
	if (now >= grant_end(conf, &rec))
		return grant_del(vault, gid);
	expiry_del(vault, rec.listed, EXPIRY_GRANT, gid);
	rec.listed = grant_end(conf, &rec);
	expiry_put(vault, rec.listed, EXPIRY_GRANT, gid);
	write_record(vault, gid, &rec);
	return false;
}

/* The first entry of a table after FROM, within PREFIX (NULL: all). */
static bool
next_entry(struct txn *vault, unsigned int table, const struct key *prefix,
    const struct key *from, struct str *key, struct str *value)
{
	struct cursor cursor;
	bool found;

	txn_cursor(&cursor, vault, table, prefix, from, true);
	found = txn_cursor_next(&cursor, key, value);
	txn_cursor_close(&cursor);
	return found;
}

bool
grant_next(struct txn *vault, struct str account, struct str after,
    struct str *gid, struct grant_rec *rec)
{
	struct str entry, nothing, owner;
	struct key prefix, from;

	key_of(&prefix, account);
	index_key(&from, account, after);
	if (!next_entry(
		vault, VAULT_ACCOUNT_GRANT, &prefix, &from, &entry, &nothing))
		return false;
	if (key_take_str(&entry, &owner) && key_take_str(&entry, gid) &&
	    grant_get(vault, *gid, rec))
		return true;
	txn_fail(vault, HUB_ECORRUPT);
	return false;
}

bool
grant_next_of_all(
    struct txn *vault, struct str after, struct str *gid, struct grant_rec *rec)
{
	struct str entry, bytes;
	struct key from;

	key_of(&from, after);
	if (!next_entry(vault, VAULT_GRANT, NULL, &from, &entry, &bytes))
		return false;
	if (key_take_str(&entry, gid) && grant_rec_get(bytes, rec) == 0)
		return true;
	txn_fail(vault, HUB_ECORRUPT);
	return false;
}

void
grant_walk(struct txn *vault, struct str account,
    bool (*fn)(void *ctx, struct str gid, const struct grant_rec *rec),
    void *ctx)
{
	struct str gid = STR("");
	struct grant_rec rec;

	while (
	    grant_next(vault, account, gid, &gid, &rec) && fn(ctx, gid, &rec))
		;
}
