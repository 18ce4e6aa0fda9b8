#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include "base/arena.h"

struct slot {
	struct str name; /* p NULL: free */
	struct str value;
};

struct map {
	struct arena *arena; /* replaced values stay in it until the end */
	struct slot *slots;
	size_t size, used; /* size is a power of two */
};

struct map *
map_new(void)
{
	struct map *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->size = 64;
	m->slots = calloc(m->size, sizeof(*m->slots));
	m->arena = arena_new(4096, SIZE_MAX);
	if (m->slots == NULL || m->arena == NULL) {
		map_free(m);
		return NULL;
	}
	return m;
}

void
map_free(struct map *m)
{
	if (m == NULL)
		return;
	arena_free(m->arena);
	free(m->slots);
	free(m);
}

/* FNV-1a; the names come from an operator's own file. */
static uint64_t
hash(struct str s)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3ULL;
	return h;
}

static struct slot *
find(struct slot *slots, size_t size, struct str name)
{
	size_t i = hash(name) & (size - 1);

	while (slots[i].name.p != NULL && !str_eq(slots[i].name, name))
		i = (i + 1) & (size - 1);
	return &slots[i];
}

bool
map_get(const struct map *m, struct str name, struct str *value)
{
	const struct slot *slot = find(m->slots, m->size, name);

	*value = slot->value;
	return slot->name.p != NULL;
}

static bool
grow(struct map *m)
{
	size_t size = m->size * 2;
	struct slot *slots = calloc(size, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < m->size; i++) {
		if (m->slots[i].name.p != NULL)
			*find(slots, size, m->slots[i].name) = m->slots[i];
	}
	free(m->slots);
	m->slots = slots;
	m->size = size;
	return true;
}

bool
map_put(struct map *m, struct str name, struct str value)
{
	struct str copy = arena_str(m->arena, value);
	struct slot *slot;

	if (copy.p == NULL || (m->used * 4 >= m->size * 3 && !grow(m)))
		return false;
	slot = find(m->slots, m->size, name);
	if (slot->name.p == NULL) {
		slot->name = arena_str(m->arena, name);
		if (slot->name.p == NULL)
			return false;
		m->used++;
	}
	slot->value = copy;
	return true;
}
