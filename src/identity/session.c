#include "identity/session.h"

#include "identity/expiry.h"
#include "store/schema.h"

#define SESSION_REC_MAX 1024

/* Uses closer together than this are not written down, in seconds. */
#define TOUCH_REST 60

static void
write_record(struct txn *vault, const struct opaque_digest *cookie,
    const struct session_rec *rec)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(vault), SESSION_REC_MAX);
	session_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, str_of(cookie->text));
	txn_put(vault, VAULT_SESSION, &key, buf_view(&bytes));
}

/* The record as it is stored, alive or not. */
static bool
read_record(struct txn *vault, struct str digest, struct session_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, digest);
	if (!txn_get(vault, VAULT_SESSION, &key, &bytes))
		return false;
	rc = session_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(vault, rc);
	return rc == 0;
}

static void
index_key(struct key *key, struct str account, struct str sid)
{
	key_begin(key);
	key_str(key, account);
	key_str(key, sid);
}

void
session_put(struct txn *vault, const struct conf *conf,
    const struct opaque_digest *cookie, struct session_rec *rec)
{
	struct str digest = str_of(cookie->text);
	uint64_t lifetime = rec->kind == SESSION_CHANGE
	    ? SESSION_CHANGE_LIFETIME
	    : conf->session_lifetime;
	struct key key;

	rec->used = rec->auth_time;
	rec->expires = rec->auth_time + (int64_t)lifetime;
	write_record(vault, cookie, rec);
	index_key(&key, rec->account, rec->sid);
	txn_put(vault, VAULT_ACCOUNT_SESSION, &key, digest);
	expiry_put(vault, session_end(conf, rec), EXPIRY_SESSION, digest);
}

int64_t
session_end(const struct conf *conf, const struct session_rec *rec)
{
	int64_t idle = rec->used + (int64_t)conf->session_idle;

	return idle < rec->expires ? idle : rec->expires;
}

bool
session_get(struct txn *vault, const struct conf *conf,
    const struct opaque_digest *cookie, int64_t now, struct session_rec *rec)
{
	return read_record(vault, str_of(cookie->text), rec) &&
	    now < session_end(conf, rec);
}

bool
session_is_stale(const struct session_rec *rec, int64_t now)
{
	return now - rec->used >= TOUCH_REST;
}

void
session_touch(
    struct txn *vault, const struct opaque_digest *cookie, int64_t now)
{
	struct session_rec rec;

	if (!read_record(vault, str_of(cookie->text), &rec) ||
	    !session_is_stale(&rec, now))
		return;
	rec.used = now;
	write_record(vault, cookie, &rec);
}

bool
session_del(struct txn *vault, const struct opaque_digest *cookie)
{
	struct session_rec rec;
	struct key key;

	if (!read_record(vault, str_of(cookie->text), &rec))
		return false;
	index_key(&key, rec.account, rec.sid);
	txn_del(vault, VAULT_ACCOUNT_SESSION, &key);
	key_of(&key, str_of(cookie->text));
	return txn_del(vault, VAULT_SESSION, &key);
}

bool
session_del_by_sid(struct txn *vault, struct str account, struct str sid)
{
	struct str digest;
	struct key key;

	index_key(&key, account, sid);
	if (!txn_get(vault, VAULT_ACCOUNT_SESSION, &key, &digest))
		return false;
	txn_del(vault, VAULT_ACCOUNT_SESSION, &key);
	key_of(&key, digest);
	return txn_del(vault, VAULT_SESSION, &key);
}

void
session_walk(struct txn *vault, struct str account,
    bool (*fn)(void *ctx, const struct session_rec *rec), void *ctx)
{
	struct session_rec rec;
	struct cursor cursor;
	struct str entry, digest;
	struct key prefix;

	key_of(&prefix, account);
	txn_cursor(&cursor, vault, VAULT_ACCOUNT_SESSION, &prefix, NULL, false);
	while (txn_cursor_next(&cursor, &entry, &digest)) {
		if (!read_record(vault, digest, &rec)) {
			txn_fail(vault, HUB_ECORRUPT);
			break;
		}
		if (!fn(ctx, &rec))
			break;
	}
	txn_cursor_close(&cursor);
}
