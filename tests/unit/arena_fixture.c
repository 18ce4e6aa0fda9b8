#include "arena_fixture.h"

struct arena *arena;

int
arena_setup(void **state)
{
	arena = arena_new(4096, 128 << 20);
	*state = arena;
	return arena == NULL;
}

int
arena_teardown(void **state)
{
	(void)state;
	arena_free(arena);
	arena = NULL;
	return 0;
}
