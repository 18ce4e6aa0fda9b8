/* Covers: directory/username.c */
#include "fuzz.h"

#include "directory/username.h"

/* What is taken is so again, and folded it is the same name to the index. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, name, again, folded;
	struct why why = { "" };
	struct arena *arena;

	if (username_check(text, &name, &why) != 0) {
		FUZZ_HOLDS(name.p == NULL && why.text[0] != '\0');
		return 0;
	}
	arena = arena_new(1024, 64 * 1024);
	FUZZ_HOLDS(name.n > 0 && name.n <= USERNAME_MAX);
	FUZZ_HOLDS(str_is_print(name) && str_index(name, ' ') < 0);
	FUZZ_HOLDS(str_eq(name, str_trim(text)));
	FUZZ_HOLDS(username_check(name, &again, NULL) == 0);
	FUZZ_HOLDS(str_eq(again, name));
	folded = username_fold(arena, name);
	FUZZ_HOLDS(str_eq_nocase(folded, name));
	for (size_t i = 0; i < folded.n; i++)
		FUZZ_HOLDS(folded.p[i] < 'A' || folded.p[i] > 'Z');
	FUZZ_HOLDS(username_check(folded, &again, NULL) == 0);
	FUZZ_HOLDS(str_eq(username_fold(arena, folded), folded));
	arena_free(arena);
	return 0;
}
