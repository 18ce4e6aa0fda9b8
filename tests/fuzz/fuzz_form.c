#include "fuzz.h"

#include "http/form.h"

#define TEXT_MAX (64 * 1024)

/* Pairs are never longer than what they came from, and the end is reached. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(TEXT_MAX, 16 * 1024 * 1024);
	struct str rest = { (const char *)data, size }, name, value;
	size_t total = 0;
	bool bad = size > TEXT_MAX;

	while (size <= TEXT_MAX &&
	    (form_next(arena, &rest, &name, &value, &bad) || bad)) {
		if (bad)
			continue;
		total += name.n + value.n;
		FUZZ_HOLDS(name.p != NULL && value.p != NULL);
		FUZZ_HOLDS(str_index(name, '\0') < 0);
		FUZZ_HOLDS(str_index(value, '\0') < 0);
	}
	FUZZ_HOLDS(total <= size);
	arena_free(arena);
	return 0;
}
