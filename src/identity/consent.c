#include "identity/consent.h"

#include "store/schema.h"

#define CONSENT_REC_MAX 1024
#define SCOPE_MAX 512

static void
key_pair(struct key *key, struct str account, struct str client)
{
	key_begin(key);
	key_str(key, account);
	key_str(key, client);
}

bool
consent_get(struct txn *vault, struct str account, struct str client,
    struct consent_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	*rec = (struct consent_rec){ 0 };
	key_pair(&key, account, client);
	if (!txn_get(vault, VAULT_CONSENT, &key, &bytes))
		return false;
	rc = consent_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(vault, rc);
	return rc == 0;
}

bool
consent_covers(const struct consent_rec *rec, uint64_t born, struct str scope)
{
	struct str rest = scope, word;

	if (rec->born != born)
		return false;
	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (!str_has_word(rec->scope, word))
			return false;
	}
	return true;
}

static void
add_words(struct buf *sum, struct str scope)
{
	struct str rest = scope, word;

	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (str_has_word(buf_view(sum), word))
			continue;
		if (sum->n > 0)
			buf_byte(sum, ' ');
		buf_str(sum, word);
	}
}

void
consent_put(struct txn *vault, struct str account, uint64_t born,
    struct str client, struct str scope, int64_t now)
{
	struct consent_rec rec;
	struct buf sum, bytes;
	struct key key;

	if (consent_get(vault, account, client, &rec) && rec.born != born)
		rec.scope = STR("");
	buf_init_arena(&sum, txn_arena(vault), SCOPE_MAX);
	add_words(&sum, rec.scope);
	add_words(&sum, scope);
	rec.scope = buf_view(&sum);
	rec.given = now;
	rec.born = born;
	buf_init_arena(&bytes, txn_arena(vault), CONSENT_REC_MAX);
	consent_rec_put(&bytes, &rec);
	if (buf_error(&sum) != 0 || buf_error(&bytes) != 0)
		txn_fail(vault, HUB_ETOOBIG);
	key_pair(&key, account, client);
	txn_put(vault, VAULT_CONSENT, &key, buf_view(&bytes));
}

bool
consent_del(struct txn *vault, struct str account, struct str client)
{
	struct key key;

	key_pair(&key, account, client);
	return txn_del(vault, VAULT_CONSENT, &key);
}

/* The first entry after FROM within PREFIX (NULL: all). */
static bool
next_entry(struct txn *vault, const struct key *prefix, const struct key *from,
    struct str *account, struct str *client, struct consent_rec *rec)
{
	struct str entry, bytes;
	struct cursor cursor;
	bool found;

	txn_cursor(&cursor, vault, VAULT_CONSENT, prefix, from, true);
	found = txn_cursor_next(&cursor, &entry, &bytes);
	txn_cursor_close(&cursor);
	if (!found)
		return false;
	if (key_take_str(&entry, account) && key_take_str(&entry, client) &&
	    consent_rec_get(bytes, rec) == 0)
		return true;
	txn_fail(vault, HUB_ECORRUPT);
	return false;
}

bool
consent_next(struct txn *vault, struct str account, struct str *client,
    struct consent_rec *rec)
{
	struct key prefix, from;
	struct str owner;

	key_of(&prefix, account);
	key_pair(&from, account, *client);
	return next_entry(vault, &prefix, &from, &owner, client, rec);
}

bool
consent_next_of_all(struct txn *vault, struct str *account, struct str *client,
    struct consent_rec *rec)
{
	struct key from;

	key_pair(&from, *account, *client);
	return next_entry(vault, NULL, &from, account, client, rec);
}
