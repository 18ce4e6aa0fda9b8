/*
 * Accounts in the directory: the record and its indexes. How a line of an import becomes a record is in account_parse.c.
 */
#include "directory/account.h"

#include "directory/employee.h"
#include "directory/render.h"
#include "directory/state.h"
#include "directory/username.h"
#include "store/rec_list.h"
#include "store/schema.h"

static void
dossier_key(struct key *key, struct str organization, struct str dossier)
{
	key_begin(key);
	key_str(key, organization);
	key_str(key, dossier);
}

static bool
decode(struct txn *txn, struct str bytes, struct account_rec *rec)
{
	int rc = account_rec_get(bytes, rec);

	if (rc != 0)
		txn_fail(txn, rc);
	return rc == 0;
}

bool
account_get(struct txn *txn, struct str id, struct account_rec *rec)
{
	struct key key;
	struct str bytes;

	key_of(&key, id);
	return str_is_id(id) && txn_get(txn, DIR_ACCOUNT, &key, &bytes) &&
	    decode(txn, bytes, rec);
}

/* The id of the account with this username in lower case. */
static bool
id_of_name(struct txn *txn, struct str folded, struct str *id)
{
	struct key key;

	key_of(&key, folded);
	return txn_get(txn, DIR_ACCOUNT_NAME, &key, id);
}

bool
account_by_name(struct txn *txn, struct str name, struct account_rec *rec)
{
	struct str trimmed, folded, id;

	if (username_check(name, &trimmed, NULL) != 0)
		return false;
	folded = username_fold(txn_arena(txn), trimmed);
	if (folded.p == NULL)
		txn_fail(txn, HUB_ENOMEM);
	return id_of_name(txn, folded, &id) && account_get(txn, id, rec);
}

bool
account_of_dossier(struct txn *txn, struct str organization, struct str dossier,
    struct str *id)
{
	struct key key;

	dossier_key(&key, organization, dossier);
	return txn_get(txn, DIR_ACCOUNT_DOSSIER, &key, id);
}

bool
account_is_usable(const struct account_rec *rec)
{
	return rec->enabled && !rec->pending;
}

static void
put_record(struct txn *txn, const struct account_rec *rec)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(txn), RENDER_MAX * 2);
	account_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(txn, buf_error(&bytes));
	key_of(&key, rec->id);
	txn_put(txn, DIR_ACCOUNT, &key, buf_view(&bytes));
}

/* Whom an organisation or a group has: what it cannot be deleted with. */
static void
member_key(struct key *key, struct str of, struct str id)
{
	key_begin(key);
	key_str(key, of);
	key_str(key, id);
}

static void
drop_members(
    struct txn *txn, unsigned int table, struct str list, struct str id)
{
	struct str of;
	struct key key;

	while (rec_list_next(&list, &of)) {
		member_key(&key, of, id);
		txn_del(txn, table, &key);
	}
}

static void
add_members(struct txn *txn, unsigned int table, struct str list, struct str id)
{
	struct str of;
	struct key key;

	while (rec_list_next(&list, &of)) {
		member_key(&key, of, id);
		txn_put(txn, table, &key, STR(""));
	}
}

/* As account_parse() gave it when the record was written. */
static struct str
employers_of(struct txn *txn, const struct account_rec *rec)
{
	struct str list = STR("");
	int rc = employee_employers(txn_arena(txn), rec, &list);

	if (rc != 0)
		txn_fail(txn, rc);
	return list;
}

static void
drop_indexes(struct txn *txn, const struct account_rec *rec)
{
	struct str list = rec->dossiers, organization, dossier;
	struct key key;

	key_of(&key, username_fold(txn_arena(txn), rec->name));
	txn_del(txn, DIR_ACCOUNT_NAME, &key);
	while (rec_list_next(&list, &organization) &&
	    rec_list_next(&list, &dossier)) {
		dossier_key(&key, organization, dossier);
		txn_del(txn, DIR_ACCOUNT_DOSSIER, &key);
	}
	drop_members(txn, DIR_MEMBER, rec->organizations, rec->id);
	drop_members(txn, DIR_GROUP_MEMBER, rec->groups, rec->id);
	drop_members(txn, DIR_EMPLOYEE, employers_of(txn, rec), rec->id);
}

static int
add_indexes(struct txn *txn, const struct account *account, struct why *why)
{
	const struct account_rec *rec = &account->rec;
	struct str list = rec->dossiers, organization, dossier, other;
	struct key key;

	if (id_of_name(txn, account->folded, &other))
		return why_set(why, HUB_ECONFLICT,
		    "/name: is the username of account %.*s already",
		    STR_ARG(other));
	key_of(&key, account->folded);
	txn_put(txn, DIR_ACCOUNT_NAME, &key, rec->id);
	while (rec_list_next(&list, &organization) &&
	    rec_list_next(&list, &dossier)) {
		if (account_of_dossier(txn, organization, dossier, &other))
			return why_set(why, HUB_ECONFLICT,
			    "/dossiers/%.*s: belongs to account %.*s already",
			    STR_ARG(organization), STR_ARG(other));
		dossier_key(&key, organization, dossier);
		txn_put(txn, DIR_ACCOUNT_DOSSIER, &key, rec->id);
	}
	add_members(txn, DIR_MEMBER, rec->organizations, rec->id);
	add_members(txn, DIR_GROUP_MEMBER, rec->groups, rec->id);
	add_members(txn, DIR_EMPLOYEE, account->employers, rec->id);
	return 0;
}

int
account_put(struct txn *txn, const struct account *account, struct why *why)
{
	struct account_rec rec = account->rec, old;
	int rc;

	if (account_get(txn, rec.id, &old)) {
		drop_indexes(txn, &old);
		rec.enabled =
		    account->enabled_given ? rec.enabled : old.enabled;
		rec.pending = old.pending;
		/* A file that says who is enabled is the operator's word. */
		rec.blocked = old.blocked && !account->enabled_given;
		rec.born = old.born;
		rec.epoch = old.epoch + (old.enabled && !rec.enabled);
	} else {
		rec.enabled = !account->enabled_given || rec.enabled;
		rec.pending = rec.blocked = false;
		rec.epoch = epoch_first(txn);
		if (rec.born == 0)
			rec.born = rec.epoch;
	}
	rc = add_indexes(txn, account, why);
	if (rc == 0)
		put_record(txn, &rec);
	return rc;
}

bool
account_delete(struct txn *txn, struct str id)
{
	struct account_rec rec;
	struct key key;

	if (!account_get(txn, id, &rec))
		return false;
	drop_indexes(txn, &rec);
	epoch_bury(txn, rec.epoch);
	key_of(&key, id);
	return txn_del(txn, DIR_ACCOUNT, &key);
}

int
account_set_enabled(struct txn *txn, struct str id, bool enabled)
{
	struct account_rec rec;

	if (!account_get(txn, id, &rec))
		return HUB_ENOENT;
	if (rec.enabled == enabled && !rec.blocked)
		return 0;
	if (rec.enabled && !enabled)
		rec.epoch++;
	rec.enabled = enabled;
	rec.blocked = false;
	put_record(txn, &rec);
	return 0;
}

int
account_block(struct txn *txn, struct str id)
{
	struct account_rec rec;

	if (!account_get(txn, id, &rec))
		return HUB_ENOENT;
	if (!rec.enabled)
		return 0;
	rec.epoch++;
	rec.enabled = false;
	rec.blocked = true;
	put_record(txn, &rec);
	return 0;
}

/* The first account after the key FROM, which becomes its key. */
static bool
next_account(struct txn *txn, struct key *from, struct account_rec *rec)
{
	struct cursor cursor;
	struct str key, value;
	bool any;

	txn_cursor(
	    &cursor, txn, DIR_ACCOUNT, NULL, from->n == 0 ? NULL : from, true);
	any = txn_cursor_next(&cursor, &key, &value);
	txn_cursor_close(&cursor);
	if (!any || !decode(txn, value, rec))
		return false;
	key_of_bytes(from, key);
	/* It is written back under its own id. */
	if (!key_take_str(&key, &value) || !str_eq(value, rec->id)) {
		txn_fail(txn, HUB_ECORRUPT);
		return false;
	}
	return true;
}

/* Writing ends the validity of a walk, so each account is looked up anew. */
unsigned int
account_leap(struct txn *txn, struct key *from, unsigned int max)
{
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct account_rec rec;
	unsigned int n = 0;

	while (n < max && next_account(txn, from, &rec)) {
		rec.epoch += EPOCH_LEAP;
		put_record(txn, &rec);
		arena_rewind(txn_arena(txn), mark);
		n++;
	}
	return n;
}

int
account_revoke(struct txn *txn, struct str id)
{
	struct account_rec rec;

	if (!account_get(txn, id, &rec))
		return HUB_ENOENT;
	rec.epoch++;
	put_record(txn, &rec);
	return 0;
}

int
account_set_pending(struct txn *txn, struct str id, bool pending)
{
	struct account_rec rec;

	if (!account_get(txn, id, &rec))
		return HUB_ENOENT;
	if (rec.pending == pending)
		return 0;
	if (pending)
		rec.epoch++;
	rec.pending = pending;
	put_record(txn, &rec);
	return 0;
}
