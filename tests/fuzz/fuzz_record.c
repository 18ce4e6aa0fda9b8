/* Covers: directory/record.c directory/account_parse.c directory/field.c */
/* Covers: directory/reference.c directory/render.c directory/version.c */
/*
 * One line of an import. What is taken is stored, exported and brought in
 * again, and is then the same to the last byte.
 */
#include "fuzz.h"

#include "base/json_in.h"
#include "directory/export.h"
#include "directory/record.h"
#include "directory/reference.h"
#include "store/rec_list.h"

#define TEXT_MAX (64 * 1024)

static void
check_object(struct arena *arena, struct str text)
{
	const struct json *root;

	FUZZ_HOLDS(json_parse(arena, text, SIZE_MAX, &root, NULL) == 0);
	FUZZ_HOLDS(root->type == JSON_OBJECT);
}

/* The value of the record in the table of its kind. */
static struct str
stored(struct arena *arena, const struct record *record)
{
	struct buf out;

	buf_init_arena(&out, arena, 4 * 1024 * 1024);
	switch (record->kind) {
	case RECORD_ORGANIZATION:
		check_object(arena, record->as.organization.rec.item);
		organization_rec_put(&out, &record->as.organization.rec);
		break;
	case RECORD_GROUP:
		group_rec_put(&out, &record->as.group.rec);
		break;
	case RECORD_CONTACT:
		contact_rec_put(&out, &record->as.contact);
		break;
	case RECORD_ACCOUNT:
		check_object(arena, record->as.account.rec.item);
		FUZZ_HOLDS(str_eq_nocase(
		    record->as.account.folded, record->as.account.rec.name));
		account_rec_put(&out, &record->as.account.rec);
		break;
	default:
		check_object(arena, record->as.contract.rec.item);
		check_object(arena, record->as.contract.line.item);
		contract_rec_put(&out, &record->as.contract.rec);
	}
	FUZZ_HOLDS(buf_error(&out) == 0);
	return buf_view(&out);
}

static int
is_fit_to_name(void *ctx, enum record_kind kind, struct str id, struct why *why)
{
	(void)ctx;
	(void)why;
	FUZZ_HOLDS(kind == RECORD_ORGANIZATION || kind == RECORD_GROUP);
	FUZZ_HOLDS(str_is_id(id));
	return 0;
}

static void
check_export(struct arena *arena, const struct record *record)
{
	struct str value = stored(arena, record), line;
	struct why why = { "" };
	struct record again;
	struct buf out;

	FUZZ_HOLDS(reference_walk(record, is_fit_to_name, NULL, &why) == 0);
	buf_init_arena(&out, arena, 4 * 1024 * 1024);
	FUZZ_HOLDS(export_line(&out, record->kind, record->id, value) == 0);
	line = buf_view(&out);
	FUZZ_HOLDS(line.n > 0 && line.p[line.n - 1] == '\n');
	line.n--;
	FUZZ_HOLDS(str_index(line, '\n') < 0);
	FUZZ_HOLDS(record_parse(arena, line, &again, &why) == 0);
	FUZZ_HOLDS(again.kind == record->kind && !again.deleted);
	FUZZ_HOLDS(str_eq(again.id, record->id));
	FUZZ_HOLDS(str_eq(stored(arena, &again), value));
}

/* What is taken has an id and renders as JSON; what is refused has a reason. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena *arena = arena_new(TEXT_MAX, 64 * 1024 * 1024);
	struct why why = { "" }, short_why = { "" };
	struct record record, checked;
	int rc = 0;

	if (size > TEXT_MAX)
		goto out;
	rc = record_parse(arena, text, &record, &why);
	FUZZ_HOLDS((rc == 0) == (why.text[0] == '\0'));
	FUZZ_HOLDS(record_check(arena, text, &checked, &short_why) == rc);
	FUZZ_HOLDS(str_eq(str_of(why.text), str_of(short_why.text)));
	if (rc != 0)
		goto out;
	FUZZ_HOLDS(str_is_id(record.id));
	FUZZ_HOLDS(str_eq(record.id, checked.id));
	if (!record.deleted)
		check_export(arena, &record);
out:
	arena_free(arena);
	return 0;
}
