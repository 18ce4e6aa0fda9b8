#include "identity/session.h"

#include "identity/expiry.h"
#include "store/schema.h"

#define SESSION_REC_MAX 1024

/* Uses closer together than this are not written down, in seconds. */
#define TOUCH_REST 60

static void
write_record(
    struct txn *vault, struct str digest, const struct session_rec *rec)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(vault), SESSION_REC_MAX);
	session_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, digest);
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

/* With its index and its place among what expires. */
static void
enter_record(struct txn *vault, const struct conf *conf, struct str digest,
    struct session_rec *rec)
{
	struct key key;

	rec->listed = session_end(conf, rec);
	write_record(vault, digest, rec);
	index_key(&key, rec->account, rec->sid);
	txn_put(vault, VAULT_ACCOUNT_SESSION, &key, digest);
	expiry_put(vault, rec->listed, EXPIRY_SESSION, digest);
}

void
session_put(struct txn *vault, const struct conf *conf,
    const struct opaque_digest *cookie, struct session_rec *rec)
{
	struct str digest = str_of(cookie->text);
	uint64_t lifetime = rec->kind == SESSION_SIGNED_IN
	    ? conf->session_lifetime
	    : SESSION_FORM_LIFETIME;

	rec->used = rec->auth_time;
	rec->expires = rec->auth_time + (int64_t)lifetime;
	enter_record(vault, conf, digest, rec);
}

int64_t
session_end(const struct conf *conf, const struct session_rec *rec)
{
	int64_t idle = rec->used + (int64_t)conf->session_idle;

	/* The form has its own time, which is not to be cut short. */
	if (rec->kind != SESSION_SIGNED_IN)
		return rec->expires;
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
	struct str digest = str_of(cookie->text);
	struct session_rec rec;

	if (!read_record(vault, digest, &rec) || !session_is_stale(&rec, now))
		return;
	rec.used = now;
	write_record(vault, digest, &rec);
}

static bool
del_record(struct txn *vault, struct str digest)
{
	struct session_rec rec;
	struct key key;

	if (!read_record(vault, digest, &rec))
		return false;
	index_key(&key, rec.account, rec.sid);
	txn_del(vault, VAULT_ACCOUNT_SESSION, &key);
	expiry_del(vault, rec.listed, EXPIRY_SESSION, digest);
	key_of(&key, digest);
	return txn_del(vault, VAULT_SESSION, &key);
}

void
session_update(struct txn *vault, const struct opaque_digest *cookie,
    const struct session_rec *rec)
{
	write_record(vault, str_of(cookie->text), rec);
}

void
session_move(struct txn *vault, const struct conf *conf,
    const struct opaque_digest *from, const struct opaque_digest *to,
    struct session_rec *rec, int64_t now)
{
	del_record(vault, str_of(from->text));
	rec->used = now;
	enter_record(vault, conf, str_of(to->text), rec);
}

bool
session_del(struct txn *vault, const struct opaque_digest *cookie)
{
	return del_record(vault, str_of(cookie->text));
}

bool
session_del_by_sid(struct txn *vault, struct str account, struct str sid)
{
	struct str digest;
	struct key key;

	index_key(&key, account, sid);
	return txn_get(vault, VAULT_ACCOUNT_SESSION, &key, &digest) &&
	    del_record(vault, digest);
}

bool
session_expire(
    struct txn *vault, const struct conf *conf, struct str digest, int64_t now)
{
	struct session_rec rec;

	if (!read_record(vault, digest, &rec))
		return false;
	if (now >= session_end(conf, &rec))
		return del_record(vault, digest);
	expiry_del(vault, rec.listed, EXPIRY_SESSION, digest);
	rec.listed = session_end(conf, &rec);
	expiry_put(vault, rec.listed, EXPIRY_SESSION, digest);
	write_record(vault, digest, &rec);
	return false;
}

bool
session_next(struct txn *vault, struct str account, struct str after,
    struct session_rec *rec)
{
	struct str entry, digest;
	struct key prefix, from;
	struct cursor cursor;
	bool found;

	key_of(&prefix, account);
	index_key(&from, account, after);
	txn_cursor(&cursor, vault, VAULT_ACCOUNT_SESSION, &prefix, &from, true);
	found = txn_cursor_next(&cursor, &entry, &digest);
	txn_cursor_close(&cursor);
	if (!found || read_record(vault, digest, rec))
		return found;
	txn_fail(vault, HUB_ECORRUPT);
	return false;
}

void
session_walk(struct txn *vault, struct str account,
    bool (*fn)(void *ctx, const struct session_rec *rec), void *ctx)
{
	struct session_rec rec = { .sid = STR("") };

	while (session_next(vault, account, rec.sid, &rec) && fn(ctx, &rec))
		;
}
