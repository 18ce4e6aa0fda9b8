#include "fuzz.h"

#include "base/json_in.h"
#include "directory/record.h"

#define TEXT_MAX (64 * 1024)

static void
check_object(struct arena *arena, struct str text)
{
	const struct json *root;

	FUZZ_HOLDS(json_parse(arena, text, SIZE_MAX, &root, NULL) == 0);
	FUZZ_HOLDS(root->type == JSON_OBJECT);
}

/* The source comes in again, and is then the same account to the API. */
static void
check_account(struct arena *arena, const struct account *account)
{
	const struct json *line;
	struct account again;

	check_object(arena, account->rec.item);
	FUZZ_HOLDS(json_parse(arena, account->rec.source, RECORD_LINE_MAX,
		       &line, NULL) == 0);
	FUZZ_HOLDS(account_parse(arena, line, true, &again, NULL) == 0);
	FUZZ_HOLDS(str_eq(again.rec.item, account->rec.item));
	FUZZ_HOLDS(str_eq(again.rec.etag, account->rec.etag));
	FUZZ_HOLDS(str_eq(again.rec.source, account->rec.source));
	FUZZ_HOLDS(str_eq(again.folded, account->folded));
}

/* What is taken has an id and renders as JSON; what is refused has a reason. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena *arena = arena_new(TEXT_MAX, 64 * 1024 * 1024);
	struct why why = { "" };
	struct record record;
	int rc = 0;

	if (size > TEXT_MAX)
		goto out;
	rc = record_parse(arena, text, &record, &why);
	FUZZ_HOLDS((rc == 0) == (why.text[0] == '\0'));
	if (rc != 0 || record.deleted)
		goto out;
	FUZZ_HOLDS(str_is_id(record.id));
	if (record.kind == RECORD_ACCOUNT)
		check_account(arena, &record.as.account);
	else if (record.kind == RECORD_ORGANIZATION)
		check_object(arena, record.as.organization.rec.item);
	else if (record.kind == RECORD_GROUP)
		check_object(arena, record.as.group.rec.source);
out:
	arena_free(arena);
	return 0;
}
