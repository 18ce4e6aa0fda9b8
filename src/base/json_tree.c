#include "base/json_tree.h"

#include <stdlib.h>

bool
json_tree_stop(struct json_tree *t, int err, const char *reason)
{
	t->err = why_set(t->why, err, "%s", reason);
	return false;
}

struct json *
json_tree_add(struct json_tree *t, enum json_type type)
{
	struct json *node = arena_zalloc(t->arena, sizeof(*node));
	struct json *parent;

	if (node == NULL) {
		json_tree_stop(t, HUB_ENOMEM, JSON_TREE_NO_MEMORY);
		return NULL;
	}
	node->type = type;
	if (t->depth == 0) {
		t->root = node;
		return node;
	}
	parent = t->open[t->depth - 1];
	if (parent->type == JSON_OBJECT)
		node->name = t->name;
	if (parent->child == NULL)
		parent->child = node;
	else
		t->last[t->depth - 1]->next = node;
	t->last[t->depth - 1] = node;
	parent->count++;
	return node;
}

struct json *
json_tree_open(struct json_tree *t, enum json_type type)
{
	struct json *node;

	if (t->depth == JSON_DEPTH) {
		json_tree_stop(t, HUB_ETOOBIG, "nested deeper than 64 levels");
		return NULL;
	}
	if ((node = json_tree_add(t, type)) != NULL)
		t->open[t->depth++] = node;
	return node;
}

static int
compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Objects up to this size are compared name by name. */
#define FEW_MEMBERS 16

static bool
stands_before(const struct json *object, const struct json *member)
{
	const struct json *m = object->child;

	while (m != member && !str_eq(m->name, member->name))
		m = m->next;
	return m != member;
}

static bool
few_have_twins(const struct json *object)
{
	uint64_t bits = 0, bit;

	for (const struct json *m = object->child; m != NULL; m = m->next) {
		bit = json_tree_name_bit(m->name);
		if ((bits & bit) != 0 && stands_before(object, m))
			return true;
		bits |= bit;
	}
	return false;
}

/* Sorted, since an object of a peer's making may have thousands of members. */
static bool
refuse_twins(struct json_tree *t, const struct json *object)
{
	struct arena_mark mark = arena_mark(t->arena);
	struct str *names;
	bool twins = false;
	size_t n = 0;

	if (object->count <= FEW_MEMBERS)
		return !few_have_twins(object) ||
		    json_tree_stop(
			t, HUB_EINVAL, "an object has a member twice");
	names = arena_alloc(t->arena, object->count * sizeof(*names));
	if (names == NULL)
		return json_tree_stop(t, HUB_ENOMEM, JSON_TREE_NO_MEMORY);
	for (const struct json *m = object->child; m != NULL; m = m->next)
		names[n++] = m->name;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n && !twins; i++)
		twins = str_eq(names[i - 1], names[i]);
	arena_rewind(t->arena, mark);
	return !twins ||
	    json_tree_stop(t, HUB_EINVAL, "an object has a member twice");
}

bool
json_tree_close(struct json_tree *t)
{
	const struct json *closed = t->open[--t->depth];

	return closed->type == JSON_ARRAY || closed->count < 2 ||
	    refuse_twins(t, closed);
}
