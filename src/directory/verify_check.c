/*
 * What makes a record sound, table by table. Nothing here uses the rules'
 * ways to look a record up: they make the transaction fail over damage, and
 * damage is what this looks for.
 */
#include "directory/verify_check.h"

#include "directory/contact_index.h"
#include "directory/contract.h"
#include "directory/employee.h"
#include "directory/export.h"
#include "directory/import_mark.h"
#include "directory/reference.h"
#include "directory/revoked.h"
#include "directory/username.h"
#include "store/client_rec.h"
#include "store/rec_list.h"
#include "store/schema.h"
#include "store/signing_key_rec.h"

static bool
get(struct verify_look *l, unsigned int table, struct str id, struct str *value)
{
	struct key key;

	key_of(&key, id);
	/* An id that is no key leads nowhere, and must not fail the look. */
	return !key.bad && txn_get(l->txn, table, &key, value);
}

/* The key as two pieces; that it has this shape. */
static bool
take_pair(struct verify_look *l, struct str *one, struct str *two)
{
	struct str rest = l->key;

	if (key_take_str(&rest, one) && key_take_str(&rest, two) && rest.n == 0)
		return true;
	verify_found(l, "the key is not made of two texts");
	return false;
}

static void
compare(struct verify_look *l, const char *what, struct str is, struct str now)
{
	if (!str_eq(is, now))
		verify_found(
		    l, "%s is not what the record that came in gives", what);
}

static int
find_reference(void *ctx, enum record_kind kind, struct str id, struct why *why)
{
	struct verify_look *l = ctx;
	struct key key;

	key_of(&key, id);
	if (!txn_has(l->txn, export_table(kind), &key))
		verify_found(l, "%s %.*s, to which it refers, does not exist",
		    record_kind_name(kind), STR_ARG(id));
	(void)why;
	return 0;
}

/*
 * The record as it would come in again from an export of it: the measure for
 * all that is kept beside the source. False if that is not to be had.
 */
static bool
parse_again(struct verify_look *l, enum record_kind kind, struct str value,
    struct record *out)
{
	struct str id = l->key;
	struct buf line;
	struct why why;

	if (id.n > 0 && id.p[id.n - 1] == '\0')
		id.n--;
	buf_init_arena(&line, txn_arena(l->txn), 4 * RECORD_LINE_MAX);
	if (export_line(&line, kind, id, value) != 0) {
		verify_found(l, VERIFY_UNREADABLE);
		return false;
	}
	if (record_parse(txn_arena(l->txn), buf_view(&line), out, &why) != 0) {
		verify_found(l, "would not come in again: %s", why.text);
		return false;
	}
	if (!str_eq(out->id, id))
		verify_found(l, "its id is %.*s", STR_ARG(out->id));
	if (!l->unfinished)
		reference_walk(out, find_reference, l, NULL);
	return true;
}

static void
check_state(struct verify_look *l, struct str value)
{
	static const char mark[] = "import";
	struct import_mark ignored;
	struct rec_in in;

	/* The mark was read when the look began, or the look has failed. */
	if (str_eq(l->key, (struct str){ mark, sizeof(mark) })) {
		import_mark_get(l->txn, &ignored);
		return;
	}
	rec_in_begin(&in, value);
	rec_u64(&in);
	if (rec_in_end(&in) != 0)
		verify_found(l, "is not a number");
}

static void
check_organization(struct verify_look *l, struct str value)
{
	struct organization_rec is;
	struct record now;

	if (organization_rec_get(value, &is) != 0) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	if (!parse_again(l, RECORD_ORGANIZATION, value, &now))
		return;
	compare(l, "the item", is.item, now.as.organization.rec.item);
	compare(l, "the etag", is.etag, now.as.organization.rec.etag);
	compare(l, "the source", is.source, now.as.organization.rec.source);
}

static void
check_group(struct verify_look *l, struct str value)
{
	struct group_rec is;
	struct record now;

	if (group_rec_get(value, &is) != 0) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	if (!parse_again(l, RECORD_GROUP, value, &now))
		return;
	compare(l, "the list of permissions", is.permissions,
	    now.as.group.rec.permissions);
	compare(l, "the source", is.source, now.as.group.rec.source);
}

/* That the index leads from ONE and TWO to ID. */
static void
check_entry(struct verify_look *l, unsigned int table, const char *index,
    struct str one, struct str two, struct str id)
{
	struct str found;
	struct key key;

	key_begin(&key);
	key_str(&key, one);
	if (two.p != NULL)
		key_str(&key, two);
	if (!txn_get(l->txn, table, &key, &found))
		verify_found(l, "is missing in %s under %.*s %.*s", index,
		    STR_ARG(one), STR_ARG(two));
	else if (!str_eq(found, id))
		verify_found(l, "%s has %.*s under %.*s %.*s", index,
		    STR_ARG(found), STR_ARG(one), STR_ARG(two));
}

static void
check_members(struct verify_look *l, unsigned int table, const char *index,
    struct str list, struct str id)
{
	struct str of;
	struct key key;

	while (rec_list_next(&list, &of)) {
		key_begin(&key);
		key_str(&key, of);
		key_str(&key, id);
		if (!txn_has(l->txn, table, &key))
			verify_found(l, "is missing in %s under %.*s", index,
			    STR_ARG(of));
	}
}

static void
check_account(struct verify_look *l, struct str value)
{
	struct str list, organization, dossier;
	const struct account_rec *now;
	struct account_rec is;
	struct record record;

	if (account_rec_get(value, &is) != 0) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	if (!parse_again(l, RECORD_ACCOUNT, value, &record))
		return;
	now = &record.as.account.rec;
	compare(l, "the id", is.id, now->id);
	compare(l, "the username", is.name, now->name);
	compare(l, "the list of groups", is.groups, now->groups);
	compare(l, "the list of organizations", is.organizations,
	    now->organizations);
	compare(l, "the list of dossiers", is.dossiers, now->dossiers);
	compare(l, "the item", is.item, now->item);
	compare(l, "the etag", is.etag, now->etag);
	compare(l, "the source", is.source, now->source);
	check_entry(l, DIR_ACCOUNT_NAME, "account_name",
	    record.as.account.folded, STR_NONE, now->id);
	list = now->dossiers;
	while (rec_list_next(&list, &organization) &&
	    rec_list_next(&list, &dossier))
		check_entry(l, DIR_ACCOUNT_DOSSIER, "account_dossier",
		    organization, dossier, now->id);
	check_members(l, DIR_MEMBER, "member", now->organizations, now->id);
	check_members(
	    l, DIR_GROUP_MEMBER, "group_member", now->groups, now->id);
	check_members(
	    l, DIR_EMPLOYEE, "employee", record.as.account.employers, now->id);
}

/* The account that an entry of an index leads to. */
static bool
get_account(struct verify_look *l, struct str id, struct account_rec *rec)
{
	struct str bytes;

	if (get(l, DIR_ACCOUNT, id, &bytes) && account_rec_get(bytes, rec) == 0)
		return true;
	verify_found(
	    l, "leads to account %.*s, which is not there", STR_ARG(id));
	return false;
}

static void
check_account_name(struct verify_look *l, struct str value)
{
	struct account_rec rec;
	struct str name;

	if (!get_account(l, value, &rec))
		return;
	name = username_fold(txn_arena(l->txn), rec.name);
	/* In the key a NUL follows. */
	if (l->key.n != name.n + 1 || !str_starts(l->key, name))
		verify_found(
		    l, "account %.*s has another username", STR_ARG(value));
}

static void
check_account_dossier(struct verify_look *l, struct str value)
{
	struct str organization, dossier, one, two;
	struct account_rec rec;

	if (!take_pair(l, &organization, &dossier) ||
	    !get_account(l, value, &rec))
		return;
	while (rec_list_next(&rec.dossiers, &one) &&
	    rec_list_next(&rec.dossiers, &two)) {
		if (str_eq(one, organization) && str_eq(two, dossier))
			return;
	}
	verify_found(l, "account %.*s does not have it", STR_ARG(value));
}

static void
check_membership(struct verify_look *l, struct str value, bool of_group)
{
	struct account_rec rec;
	struct str of, id;

	if (!take_pair(l, &of, &id) || !get_account(l, id, &rec))
		return;
	if (!rec_list_has(of_group ? rec.groups : rec.organizations, of))
		verify_found(
		    l, "account %.*s does not belong to it", STR_ARG(id));
	if (value.n != 0)
		verify_found(l, "holds something");
}

static void
check_member(struct verify_look *l, struct str value)
{
	check_membership(l, value, false);
}

static void
check_group_member(struct verify_look *l, struct str value)
{
	check_membership(l, value, true);
}

static void
check_employee(struct verify_look *l, struct str value)
{
	struct account_rec rec;
	struct str of, id, list;

	if (!take_pair(l, &of, &id) || !get_account(l, id, &rec))
		return;
	if (employee_employers(txn_arena(l->txn), &rec, &list) != 0 ||
	    !rec_list_has(list, of))
		verify_found(
		    l, "account %.*s is no employee there", STR_ARG(id));
	if (value.n != 0)
		verify_found(l, "holds something");
}

static void
check_word(struct verify_look *l, const struct contact_rec *contact,
    struct str word, struct str sort, struct str list)
{
	struct str found;
	struct key key;

	contact_entry_key(&key, contact, word, sort);
	if (key.bad || !txn_get(l->txn, DIR_CONTACT_WORD, &key, &found))
		verify_found(l,
		    "is missing in contact_word: a search does "
		    "not find it");
	else if (!str_eq(found, list))
		verify_found(l, "contact_word has other words of it");
}

/* That it is found by all of its words. */
static void
check_words(struct verify_look *l, const struct contact_rec *contact)
{
	struct arena *arena = txn_arena(l->txn);
	struct contact_words words;
	struct str list;

	if (contact_words_of(arena, contact, &words) != 0) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	list = contact_words_list(arena, &words);
	check_word(l, contact, STR(""), words.sort, STR(""));
	for (size_t i = 0; i < words.n; i++)
		check_word(l, contact, words.word[i], words.sort, list);
}

static bool
has_word(const struct contact_words *words, struct str word)
{
	for (size_t i = 0; i < words->n; i++) {
		if (str_eq(words->word[i], word))
			return true;
	}
	return word.n == 0;
}

/* Organisation, word, name and id. */
static bool
take_four(struct verify_look *l, struct str piece[4])
{
	struct str rest = l->key;
	bool good = true;

	for (int i = 0; good && i < 4; i++)
		good = key_take_str(&rest, &piece[i]);
	if (!good || rest.n != 0)
		verify_found(l, "the key is not made of four texts");
	return good && rest.n == 0;
}

/* What an entry holds is looked at where its contact is. */
static void
check_contact_word(struct verify_look *l, struct str value)
{
	struct str piece[4], bytes;
	struct contact_words words;
	struct contact_rec rec;

	(void)value;
	if (!take_four(l, piece))
		return;
	if (!get(l, DIR_CONTACT, piece[3], &bytes) ||
	    contact_rec_get(bytes, &rec) != 0 || rec.deleted)
		verify_found(l, "leads to contact %.*s, which is not there",
		    STR_ARG(piece[3]));
	else if (!str_eq(rec.organization, piece[0]) ||
	    contact_words_of(txn_arena(l->txn), &rec, &words) != 0 ||
	    !has_word(&words, piece[1]) || !str_eq(words.sort, piece[2]))
		verify_found(
		    l, "contact %.*s has other words", STR_ARG(piece[3]));
}

static void
check_contact(struct verify_look *l, struct str value)
{
	const struct contact_rec *now;
	struct contact_rec is;
	struct record record;

	if (contact_rec_get(value, &is) != 0) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	if (!parse_again(l, RECORD_CONTACT, value, &record))
		return;
	compare(l, "the id", is.id, record.id);
	if (is.deleted) {
		if (!is.versioned)
			verify_found(l, "is a tombstone without a version");
		return;
	}
	now = &record.as.contact;
	compare(l, "the organization", is.organization, now->organization);
	compare(l, "the dossier", is.dossier, now->dossier);
	compare(l, "the source", is.source, now->source);
	check_entry(l, DIR_CONTACT_DOSSIER, "contact_dossier",
	    now->organization, now->dossier, now->id);
	check_words(l, &is);
}

static void
check_contact_dossier(struct verify_look *l, struct str value)
{
	struct str organization, dossier, bytes;
	struct contact_rec rec;

	if (!take_pair(l, &organization, &dossier))
		return;
	if (!get(l, DIR_CONTACT, value, &bytes) ||
	    contact_rec_get(bytes, &rec) != 0 || rec.deleted)
		verify_found(l, "leads to contact %.*s, which is not there",
		    STR_ARG(value));
	else if (!str_eq(rec.organization, organization) ||
	    !str_eq(rec.dossier, dossier))
		verify_found(
		    l, "contact %.*s has another dossier", STR_ARG(value));
}

static void
check_contract_line(struct verify_look *l, struct str value)
{
	struct str rest = l->key, organization, dossier, id, bytes;
	struct contract_line line;
	struct contract_rec rec;

	if (!key_take_str(&rest, &organization) ||
	    !key_take_str(&rest, &dossier) || !key_take_str(&rest, &id) ||
	    rest.n != 0) {
		verify_found(l, "the key is not made of three texts");
		return;
	}
	if (contract_line_get(value, &line) != 0)
		verify_found(l, VERIFY_UNREADABLE);
	if (!get(l, DIR_CONTRACT, id, &bytes) ||
	    contract_rec_get(bytes, &rec) != 0 || rec.deleted)
		verify_found(l, "leads to contract %.*s, which is not there",
		    STR_ARG(id));
	else if (!str_eq(rec.organization, organization) ||
	    !str_eq(rec.dossier, dossier))
		verify_found(
		    l, "contract %.*s has another dossier", STR_ARG(id));
}

/* The line in the list of its dossier, against a fresh one. */
static void
check_line_of(struct verify_look *l, const struct contract *now)
{
	struct contract_line is;
	struct str bytes;
	struct key key;

	contract_line_key(
	    &key, now->rec.organization, now->rec.dossier, now->rec.id);
	if (!txn_get(l->txn, DIR_CONTRACT_LINE, &key, &bytes)) {
		verify_found(l, "is missing in contract_line under %.*s %.*s",
		    STR_ARG(now->rec.organization), STR_ARG(now->rec.dossier));
		return;
	}
	if (contract_line_get(bytes, &is) != 0)
		return; /* found where that table is walked */
	compare(l, "the format in the list", is.format, now->line.format);
	compare(l, "the status in the list", is.status, now->line.status);
	compare(l, "the item in the list", is.item, now->line.item);
	compare(l, "the etag in the list", is.etag, now->line.etag);
}

static void
check_contract(struct verify_look *l, struct str value)
{
	const struct contract *now;
	struct contract_rec is;
	struct record record;

	if (contract_rec_get(value, &is) != 0) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	if (!parse_again(l, RECORD_CONTRACT, value, &record))
		return;
	compare(l, "the id", is.id, record.id);
	if (is.deleted) {
		if (!is.versioned)
			verify_found(l, "is a tombstone without a version");
		return;
	}
	now = &record.as.contract;
	compare(l, "the dossier", is.dossier, now->rec.dossier);
	compare(l, "the item", is.item, now->rec.item);
	compare(l, "the etag", is.etag, now->rec.etag);
	check_line_of(l, now);
}

static void
check_client(struct verify_look *l, struct str value)
{
	struct client_rec rec;

	if (client_rec_get(value, &rec) != 0)
		verify_found(l, VERIFY_UNREADABLE);
}

static void
check_public_key(struct verify_look *l, struct str value)
{
	struct public_key_rec rec;

	if (public_key_rec_get(value, &rec) != 0)
		verify_found(l, VERIFY_UNREADABLE);
}

static void
check_revoked(struct verify_look *l, struct str value)
{
	struct revoked entry;
	struct str kind, id;

	if (take_pair(l, &kind, &id) && revoked_decode(value, &entry) != 0)
		verify_found(l, VERIFY_UNREADABLE);
}

verify_fn *const verify_directory[DIR_TABLES] = {
	[DIR_STATE] = check_state,
	[DIR_ORGANIZATION] = check_organization,
	[DIR_GROUP] = check_group,
	[DIR_ACCOUNT] = check_account,
	[DIR_ACCOUNT_NAME] = check_account_name,
	[DIR_ACCOUNT_DOSSIER] = check_account_dossier,
	[DIR_CLIENT] = check_client,
	[DIR_KEY] = check_public_key,
	[DIR_REVOKED] = check_revoked,
	[DIR_CONTACT] = check_contact,
	[DIR_CONTACT_DOSSIER] = check_contact_dossier,
	[DIR_CONTRACT] = check_contract,
	[DIR_CONTRACT_LINE] = check_contract_line,
	[DIR_MEMBER] = check_member,
	[DIR_GROUP_MEMBER] = check_group_member,
	[DIR_CONTACT_WORD] = check_contact_word,
	[DIR_EMPLOYEE] = check_employee,
};
