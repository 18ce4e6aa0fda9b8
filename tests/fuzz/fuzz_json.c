#include "fuzz.h"

#include "base/json_in.h"
#include "base/json_out.h"

#define TEXT_MAX (64 * 1024)

static int
parse(struct arena *arena, struct str text, const struct json **root)
{
	struct why why = { "" };
	int rc = json_parse(arena, text, TEXT_MAX * 6, root, &why);

	FUZZ_HOLDS((rc == 0) == (*root != NULL));
	FUZZ_HOLDS((rc == 0) == (why.text[0] == '\0'));
	FUZZ_HOLDS(str_is_print(str_of(why.text)));
	return rc;
}

static struct str
write_out(struct arena *arena, const struct json *root)
{
	struct json_out j;
	struct buf out;

	buf_init_arena(&out, arena, TEXT_MAX * 6);
	json_out_begin(&j, &out);
	json_out_value(&j, root);
	FUZZ_HOLDS(json_out_end(&j) == 0);
	return buf_view(&out);
}

/* What was parsed can be written and parsed again, and is then the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(TEXT_MAX, 64 * 1024 * 1024);
	const struct json *root;
	struct str first;

	if (size <= TEXT_MAX &&
	    parse(arena, (struct str){ (const char *)data, size }, &root) ==
		0) {
		first = write_out(arena, root);
		FUZZ_HOLDS(parse(arena, first, &root) == 0);
		FUZZ_HOLDS(str_eq(write_out(arena, root), first));
	}
	arena_free(arena);
	return 0;
}
