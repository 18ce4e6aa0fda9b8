#include "directory/record.h"

#include "directory/field.h"
#include "directory/render.h"

static int
parse_organization(struct arena *arena, const struct json *line, bool renders,
    struct record *out, struct why *why)
{
	return organization_parse(
	    arena, line, renders, &out->as.organization, why);
}

static int
apply_organization(
    struct txn *txn, const struct record *record, bool *done, struct why *why)
{
	*done = true;
	if (record->deleted)
		return organization_delete(txn, record->id, why);
	organization_put(txn, &record->as.organization);
	return 0;
}

static int
parse_group(struct arena *arena, const struct json *line, bool renders,
    struct record *out, struct why *why)
{
	return group_parse(arena, line, renders, &out->as.group, why);
}

static int
apply_group(
    struct txn *txn, const struct record *record, bool *done, struct why *why)
{
	*done = true;
	if (record->deleted)
		return group_delete(txn, record->id, why);
	group_put(txn, &record->as.group);
	return 0;
}

static int
parse_contact(struct arena *arena, const struct json *line, bool renders,
    struct record *out, struct why *why)
{
	return contact_parse(arena, line, renders, &out->as.contact, why);
}

static int
apply_contact(
    struct txn *txn, const struct record *record, bool *done, struct why *why)
{
	if (record->deleted)
		return contact_delete(
		    txn, record->id, record->version, done, why);
	return contact_put(txn, &record->as.contact, done, why);
}

static int
parse_account(struct arena *arena, const struct json *line, bool renders,
    struct record *out, struct why *why)
{
	return account_parse(arena, line, renders, &out->as.account, why);
}

static int
apply_account(
    struct txn *txn, const struct record *record, bool *done, struct why *why)
{
	*done = true;
	if (!record->deleted)
		return account_put(txn, &record->as.account, why);
	account_delete(txn, record->id);
	return 0;
}

static int
parse_contract(struct arena *arena, const struct json *line, bool renders,
    struct record *out, struct why *why)
{
	return contract_parse(arena, line, renders, &out->as.contract, why);
}

static int
apply_contract(
    struct txn *txn, const struct record *record, bool *done, struct why *why)
{
	(void)why;
	*done = record->deleted
	    ? contract_delete(txn, record->id, record->version)
	    : contract_put(txn, &record->as.contract);
	return 0;
}

static const struct {
	const char *name;
	bool versioned;
	int (*parse)(struct arena *arena, const struct json *line, bool renders,
	    struct record *out, struct why *why);
	int (*apply)(struct txn *txn, const struct record *record, bool *done,
	    struct why *why);
} kinds[RECORD_KINDS] = {
	[RECORD_ORGANIZATION] = { "organization", false, parse_organization,
	    apply_organization },
	[RECORD_GROUP] = { "group", false, parse_group, apply_group },
	[RECORD_CONTACT] = { "contact", true, parse_contact, apply_contact },
	[RECORD_ACCOUNT] = { "account", false, parse_account, apply_account },
	[RECORD_CONTRACT] = { "contract", true, parse_contract,
	    apply_contract },
};

const char *
record_kind_name(enum record_kind kind)
{
	return kinds[kind].name;
}

bool
record_kind_by_name(struct str name, enum record_kind *out)
{
	for (int k = 0; k < RECORD_KINDS; k++) {
		if (str_eq(name, str_of(kinds[k].name))) {
			*out = (enum record_kind)k;
			return true;
		}
	}
	return false;
}

static int
read_kind(const struct json *line, enum record_kind *out, struct why *why)
{
	struct str type;
	int rc = field_text(line, "type", 64, &type, why);

	if (rc == 0 && !record_kind_by_name(type, out))
		return why_set(why, HUB_EINVAL,
		    "/type: none of organization, group, contact, account, "
		    "contract");
	return rc;
}

/* What every kind has; of a deletion nothing else matters. */
static int
read_common(const struct json *line, struct record *out, struct why *why)
{
	bool given;
	int rc;

	if ((rc = read_kind(line, &out->kind, why)) != 0 ||
	    (rc = field_id(line, "id", &out->id, why)) != 0 ||
	    (rc = field_bool(line, "deleted", &given, &out->deleted, why)) != 0)
		return rc;
	if (kinds[out->kind].versioned)
		return version_parse(line, &out->version, why);
	return 0;
}

/*
 * Of a contract nothing is looked at below the members of the line, so it is
 * skimmed where its kind stands first. A second type would be refused.
 */
static bool
begins_as_contract(struct str text)
{
	return str_starts(text, STR("{\"type\":\"contract\""));
}

/* What editors of some systems put there, and nobody sees. */
static int
refuse_mark(struct str text, int rc, struct why *why)
{
	if (rc != HUB_EINVAL || !str_starts(text, STR("\xef\xbb\xbf")))
		return rc;
	return why_set(why, HUB_EINVAL,
	    "begins with a byte order mark: save the file as UTF-8 without "
	    "one");
}

static int
parse(struct arena *arena, struct str text, bool renders, struct record *out,
    struct why *why)
{
	unsigned int how = (renders ? JSON_KEPT : 0) |
	    (begins_as_contract(text) ? JSON_SKIMMED : 0);
	const struct json *line;
	int rc = json_parse_as(arena, text, RECORD_LINE_MAX, how, &line, why);

	memset(out, 0, sizeof(*out));
	if (rc != 0)
		return refuse_mark(text, rc, why);
	if (line->type != JSON_OBJECT)
		return why_set(why, HUB_EINVAL, "not an object");
	rc = read_common(line, out, why);
	if (rc != 0 || out->deleted)
		return rc;
	return kinds[out->kind].parse(arena, line, renders, out, why);
}

int
record_parse(
    struct arena *arena, struct str line, struct record *out, struct why *why)
{
	return parse(arena, line, true, out, why);
}

/* A long line may be one whose item comes out too large. */
int
record_check(
    struct arena *arena, struct str line, struct record *out, struct why *why)
{
	return parse(arena, line, line.n > RENDER_SURE, out, why);
}

int
record_apply(
    struct txn *txn, const struct record *record, bool *done, struct why *why)
{
	return kinds[record->kind].apply(txn, record, done, why);
}

/* The texts that are stored of a record, or looked at on the way. */
static size_t
list_texts(struct record *r, struct str *at[16])
{
	struct account *account = &r->as.account;
	struct contract *contract = &r->as.contract;
	size_t n = 0;

	at[n++] = &r->id;
	if (r->deleted)
		return n;
	switch (r->kind) {
	case RECORD_ORGANIZATION:
		at[n++] = &r->as.organization.id;
		at[n++] = &r->as.organization.rec.item;
		at[n++] = &r->as.organization.rec.etag;
		at[n++] = &r->as.organization.rec.source;
		break;
	case RECORD_GROUP:
		at[n++] = &r->as.group.id;
		at[n++] = &r->as.group.rec.permissions;
		at[n++] = &r->as.group.rec.source;
		break;
	case RECORD_CONTACT:
		at[n++] = &r->as.contact.id;
		at[n++] = &r->as.contact.organization;
		at[n++] = &r->as.contact.dossier;
		at[n++] = &r->as.contact.source;
		break;
	case RECORD_ACCOUNT:
		at[n++] = &account->rec.id;
		at[n++] = &account->rec.name;
		at[n++] = &account->rec.groups;
		at[n++] = &account->rec.organizations;
		at[n++] = &account->rec.dossiers;
		at[n++] = &account->rec.item;
		at[n++] = &account->rec.etag;
		at[n++] = &account->rec.source;
		at[n++] = &account->folded;
		at[n++] = &account->employers;
		account->line = NULL;
		break;
	case RECORD_CONTRACT:
		at[n++] = &contract->rec.id;
		at[n++] = &contract->rec.organization;
		at[n++] = &contract->rec.dossier;
		at[n++] = &contract->rec.etag;
		at[n++] = &contract->rec.item;
		at[n++] = &contract->line.format;
		at[n++] = &contract->line.status;
		at[n++] = &contract->line.etag;
		at[n++] = &contract->line.item;
		break;
	case RECORD_KINDS:
		break;
	}
	return n;
}

int
record_keep(struct arena *arena, struct record *record)
{
	struct str *text[16];
	size_t n = list_texts(record, text), bytes = 0;
	char *to;

	for (size_t i = 0; i < n; i++)
		bytes += text[i]->n;
	if ((to = arena_alloc(arena, bytes)) == NULL)
		return HUB_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		/* What is not there stays so. */
		if (text[i]->p == NULL)
			continue;
		memcpy(to, text[i]->p, text[i]->n);
		text[i]->p = to;
		to += text[i]->n;
	}
	return 0;
}

bool
record_exists(struct txn *txn, const struct record *record)
{
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct account_rec account;
	struct contact_rec contact;
	struct contract_rec contract;
	bool there = false;

	switch (record->kind) {
	case RECORD_ORGANIZATION:
		return organization_exists(txn, record->id);
	case RECORD_GROUP:
		return group_exists(txn, record->id);
	case RECORD_CONTACT:
		there = contact_get(txn, record->id, &contact);
		break;
	case RECORD_ACCOUNT:
		there = account_get(txn, record->id, &account);
		break;
	case RECORD_CONTRACT:
		there = contract_get(txn, record->id, &contract);
		break;
	case RECORD_KINDS:
		break;
	}
	arena_rewind(txn_arena(txn), mark);
	return there;
}
