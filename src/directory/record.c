#include "directory/record.h"

#include "directory/field.h"

static const char *const kind_names[RECORD_KINDS] = {
	[RECORD_ORGANIZATION] = "organization",
	[RECORD_GROUP] = "group",
	[RECORD_ACCOUNT] = "account",
};

const char *
record_kind_name(enum record_kind kind)
{
	return kind_names[kind];
}

static int
read_kind(const struct json *line, enum record_kind *out, struct why *why)
{
	struct str type;
	int rc = field_text(line, "type", 64, &type, why);

	if (rc != 0)
		return rc;
	for (int k = 0; k < RECORD_KINDS; k++) {
		if (str_eq(type, str_of(kind_names[k]))) {
			*out = (enum record_kind)k;
			return 0;
		}
	}
	return why_set(
	    why, HUB_EINVAL, "/type: none of organization, group, account");
}

/* A deletion names the record and nothing else matters. */
static int
parse_deletion(const struct json *line, struct record *out, struct why *why)
{
	int rc = field_id(line, "id", &out->id, why);

	if (rc == 0 && out->kind != RECORD_ACCOUNT)
		return why_set(why, HUB_EINVAL,
		    "/deleted: a record of type %s cannot be deleted",
		    kind_names[out->kind]);
	return rc;
}

static int
parse_whole(struct arena *arena, const struct json *line, struct record *out,
    struct why *why)
{
	int rc = HUB_EINVAL;

	switch (out->kind) {
	case RECORD_ORGANIZATION:
		rc =
		    organization_parse(arena, line, &out->as.organization, why);
		out->id = out->as.organization.id;
		break;
	case RECORD_GROUP:
		rc = group_parse(arena, line, &out->as.group, why);
		out->id = out->as.group.id;
		break;
	case RECORD_ACCOUNT:
		rc = account_parse(arena, line, &out->as.account, why);
		out->id = out->as.account.rec.id;
		break;
	case RECORD_KINDS:
		break;
	}
	return rc;
}

int
record_parse(
    struct arena *arena, struct str text, struct record *out, struct why *why)
{
	const struct json *line;
	bool given;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = json_parse(arena, text, RECORD_LINE_MAX, &line, why);
	if (rc != 0)
		return rc;
	if (line->type != JSON_OBJECT)
		return why_set(why, HUB_EINVAL, "not an object");
	if ((rc = read_kind(line, &out->kind, why)) != 0 ||
	    (rc = field_bool(line, "deleted", &given, &out->deleted, why)) != 0)
		return rc;
	if (out->deleted)
		return parse_deletion(line, out, why);
	return parse_whole(arena, line, out, why);
}

int
record_apply(struct txn *txn, const struct record *record, struct why *why)
{
	switch (record->kind) {
	case RECORD_ORGANIZATION:
		organization_put(txn, &record->as.organization);
		return 0;
	case RECORD_GROUP:
		group_put(txn, &record->as.group);
		return 0;
	case RECORD_ACCOUNT:
		if (!record->deleted)
			return account_put(txn, &record->as.account, why);
		account_delete(txn, record->id);
		return 0;
	case RECORD_KINDS:
		break;
	}
	return HUB_EINVAL;
}
