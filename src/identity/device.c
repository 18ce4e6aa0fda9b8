#include "identity/device.h"

#include "base/err.h"
#include "identity/act.h"
#include "identity/audit.h"
#include "identity/credential.h"
#include "identity/notice.h"
#include "store/rec.h"
#include "store/schema.h"

static void
key_make(struct key *key, struct str account, struct str digest)
{
	key_begin(key);
	key_str(key, account);
	key_str(key, digest);
}

static int64_t
read_time(struct txn *vault, struct str bytes)
{
	struct rec_in in;
	uint64_t when;

	rec_in_begin(&in, bytes);
	when = rec_u64(&in);
	if (rec_in_end(&in) == 0 && when <= INT64_MAX)
		return (int64_t)when;
	txn_fail(vault, HUB_ECORRUPT);
	return 0;
}

static void
write_time(struct txn *vault, const struct key *key, int64_t when)
{
	struct buf bytes;

	buf_init_arena(&bytes, txn_arena(vault), 8);
	rec_put_u64(&bytes, (uint64_t)when);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	txn_put(vault, VAULT_DEVICE, key, buf_view(&bytes));
}

/* The account's device that was used longest ago, if it has too many. */
static bool
find_oldest(struct txn *vault, struct str account, struct key *oldest)
{
	struct str bytes, value;
	struct cursor cursor;
	struct key prefix;
	int64_t least = INT64_MAX;
	unsigned int n = 0;

	key_of(&prefix, account);
	txn_cursor(&cursor, vault, VAULT_DEVICE, &prefix, NULL, false);
	while (txn_cursor_next(&cursor, &bytes, &value)) {
		int64_t when = read_time(vault, value);

		if (n++ > 0 && when >= least)
			continue;
		least = when;
		key_of_bytes(oldest, bytes);
	}
	txn_cursor_close(&cursor);
	return n >= DEVICE_MAX;
}

/* Whether it was known before. */
static bool
note(struct txn *vault, struct str account, struct str digest, int64_t now)
{
	struct key key, oldest;
	struct str bytes;
	bool known;

	key_make(&key, account, digest);
	known = txn_get(vault, VAULT_DEVICE, &key, &bytes) &&
	    now - read_time(vault, bytes) < DEVICE_LIFETIME;
	if (!txn_has(vault, VAULT_DEVICE, &key) &&
	    find_oldest(vault, account, &oldest))
		txn_del(vault, VAULT_DEVICE, &oldest);
	write_time(vault, &key, now);
	return known;
}

static void
tell(struct txn *vault, const struct conf *conf,
    const struct account_rec *account, const struct device *device,
    struct str source)
{
	const struct actor actor = { .source = source, .by = account->id };
	struct audit_rec event;

	act_event(&event, &actor, "signin.new_device", account->id, NULL);
	audit_put(vault, &event);
	notice_put(vault, conf, MAIL_NEW_DEVICE, device->language, account);
}

void
device_sign_in(struct txn *vault, const struct conf *conf,
    const struct account_rec *account, const struct device *device,
    struct str source, int64_t now)
{
	bool first = credential_signed_in(vault, account->id) == 0;

	credential_note_sign_in(vault, account->id, now);
	if (device->cookie.text[0] == '\0')
		return;
	if (!note(vault, account->id, str_of(device->cookie.text), now) &&
	    !first)
		tell(vault, conf, account, device, source);
}

void
device_drop(struct txn *vault, struct str account)
{
	struct str bytes, value;
	struct cursor cursor;
	struct key prefix, key;
	bool found;

	key_of(&prefix, account);
	do {
		txn_cursor(&cursor, vault, VAULT_DEVICE, &prefix, NULL, false);
		found = txn_cursor_next(&cursor, &bytes, &value);
		txn_cursor_close(&cursor);
		if (!found)
			return;
		key_of_bytes(&key, bytes);
	} while (txn_del(vault, VAULT_DEVICE, &key));
}

/* The entry behind AT, which moves there. */
static bool
next(struct txn *vault, struct key *at, int64_t *when)
{
	struct str bytes, value;
	struct cursor cursor;
	bool found;

	txn_cursor(
	    &cursor, vault, VAULT_DEVICE, NULL, at->n == 0 ? NULL : at, true);
	found = txn_cursor_next(&cursor, &bytes, &value);
	txn_cursor_close(&cursor);
	if (!found)
		return false;
	*when = read_time(vault, value);
	key_of_bytes(at, bytes);
	return true;
}

unsigned int
device_sweep(struct txn *vault, struct key *at, int64_t now, unsigned int most,
    bool take, bool *end)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	unsigned int over = 0;
	int64_t when;

	*end = false;
	for (unsigned int looked = 0; looked < most && !*end; looked++) {
		*end = !next(vault, at, &when);
		if (!*end && now - when >= DEVICE_LIFETIME &&
		    (!take || txn_del(vault, VAULT_DEVICE, at)))
			over++;
		arena_rewind(txn_arena(vault), mark);
	}
	return over;
}
