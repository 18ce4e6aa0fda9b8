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
	rec->handle = keep(vault, &digests.handle);
	rec->current = keep(vault, &digests.token);
	rec->previous = rec->seed = STR("");
	rec->previous_until = 0;
	write_record(vault, gid, rec);
	key_of(&key, rec->handle);
	txn_put(vault, VAULT_REFRESH, &key, gid);
	index_key(&key, rec->account, gid);
	txn_put(vault, VAULT_ACCOUNT_GRANT, &key, STR(""));
	expiry_put(vault, grant_end(conf, rec), EXPIRY_GRANT, gid);
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
	rec->previous = rec->seed = STR("");
	rec->previous_until = 0;
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

void
grant_close_window(struct txn *vault, struct str gid, int64_t now)
{
	struct grant_rec rec;

	if (!grant_get(vault, gid, &rec) || rec.seed.n == 0 ||
	    now < rec.previous_until)
		return;
	rec.previous = rec.seed = STR("");
	rec.previous_until = 0;
	write_record(vault, gid, &rec);
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
	key_of(&key, gid);
	return txn_del(vault, VAULT_GRANT, &key);
}

void
grant_walk(struct txn *vault, struct str account,
    bool (*fn)(void *ctx, struct str gid, const struct grant_rec *rec),
    void *ctx)
{
	struct grant_rec rec;
	struct cursor cursor;
	struct str entry, nothing, owner, gid;
	struct key prefix;

	key_of(&prefix, account);
	txn_cursor(&cursor, vault, VAULT_ACCOUNT_GRANT, &prefix, NULL, false);
	while (txn_cursor_next(&cursor, &entry, &nothing)) {
		if (!key_take_str(&entry, &owner) ||
		    !key_take_str(&entry, &gid) ||
		    !grant_get(vault, gid, &rec)) {
			txn_fail(vault, HUB_ECORRUPT);
			break;
		}
		if (!fn(ctx, gid, &rec))
			break;
	}
	txn_cursor_close(&cursor);
}
