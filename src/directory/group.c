#include "directory/group.h"

#include <stdlib.h>
#include "directory/field.h"
#include "directory/render.h"
#include "store/rec.h"
#include "store/schema.h"

static int
compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The permissions as a list in byte order. */
static int
list_permissions(
    struct arena *arena, const struct json *array, struct str *list)
{
	struct str *sorted;
	struct buf buf;
	size_t n = 0;

	buf_init_arena(&buf, arena, RENDER_MAX);
	sorted = arena_alloc(arena, (array->count + 1) * sizeof(*sorted));
	if (sorted == NULL)
		return HUB_ENOMEM;
	for (const struct json *p = array->child; p != NULL; p = p->next)
		sorted[n++] = p->text;
	qsort(sorted, n, sizeof(*sorted), compare);
	for (size_t i = 0; i < n; i++)
		rec_put_str(&buf, sorted[i]);
	*list = buf_view(&buf);
	return buf_error(&buf);
}

int
group_parse(struct arena *arena, const struct json *line, bool renders,
    struct group *out, struct why *why)
{
	static const char *const left_out[] = { "type", NULL };
	const struct json *permissions = json_get(line, "permissions");
	struct str name;
	int rc;

	if ((rc = field_id(line, "id", &out->id, why)) != 0 ||
	    (rc = field_text_or_null(line, "name", 400, &name, why)) != 0)
		return rc;
	if (permissions == NULL)
		return why_set(why, HUB_EINVAL, "/permissions: missing");
	if ((rc = field_ids(permissions, "/permissions", why)) != 0)
		return rc;
	if (!renders)
		return 0;
	rc = list_permissions(arena, permissions, &out->rec.permissions);
	if (rc == 0)
		rc = render_without(
		    arena, line, left_out, NULL, &out->rec.source);
	return render_result(rc, why);
}

void
group_put(struct txn *txn, const struct group *group)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(txn), RENDER_MAX * 2);
	group_rec_put(&bytes, &group->rec);
	if (buf_error(&bytes) != 0)
		txn_fail(txn, buf_error(&bytes));
	key_of(&key, group->id);
	txn_put(txn, DIR_GROUP, &key, buf_view(&bytes));
}

bool
group_exists(struct txn *txn, struct str id)
{
	struct key key;

	key_of(&key, id);
	return txn_has(txn, DIR_GROUP, &key);
}

bool
group_get(struct txn *txn, struct str id, struct group_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, id);
	if (!txn_get(txn, DIR_GROUP, &key, &bytes))
		return false;
	rc = group_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(txn, rc);
	return rc == 0;
}

bool
group_is_role(struct str id)
{
	return str_eq(id, STR(GROUP_RELATIEBEHEERDER)) ||
	    str_eq(id, STR(GROUP_ORGANISATIEBEHEERDER));
}

bool
group_in_use(struct txn *txn, struct str id)
{
	struct key key;

	key_of(&key, id);
	return txn_has_prefix(txn, DIR_GROUP_MEMBER, &key);
}

int
group_delete(struct txn *txn, struct str id, struct why *why)
{
	struct key key;

	if (group_in_use(txn, id))
		return why_set(
		    why, HUB_ECONFLICT, "/deleted: accounts have this group");
	key_of(&key, id);
	txn_del(txn, DIR_GROUP, &key);
	return 0;
}
