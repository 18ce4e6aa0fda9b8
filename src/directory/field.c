#include "directory/field.h"

static int
text_of(const struct json *node, const char *name, size_t max, struct str *out,
    struct why *why)
{
	if (!json_string(node, out))
		return why_set(why, HUB_EINVAL, "/%s: not a string", name);
	if (out->n == 0 || out->n > max)
		return why_set(why, HUB_EINVAL,
		    "/%s: not between 1 and %zu bytes long", name, max);
	return 0;
}

int
field_text(const struct json *record, const char *name, size_t max,
    struct str *out, struct why *why)
{
	const struct json *node = json_get(record, name);

	*out = STR_NONE;
	if (node == NULL)
		return why_set(why, HUB_EINVAL, "/%s: missing", name);
	return text_of(node, name, max, out, why);
}

int
field_text_or_null(const struct json *record, const char *name, size_t max,
    struct str *out, struct why *why)
{
	const struct json *node = json_get(record, name);

	*out = STR_NONE;
	if (node == NULL || node->type == JSON_NULL ||
	    (node->type == JSON_STRING && node->text.n == 0))
		return 0;
	return text_of(node, name, max, out, why);
}

#define ID_RULE "not 1 to 64 characters of A-Z a-z 0-9 . _ : -"

int
field_id(const struct json *record, const char *name, struct str *out,
    struct why *why)
{
	int rc = field_text(record, name, 64, out, why);

	if (rc == 0 && !str_is_id(*out))
		return why_set(why, HUB_EINVAL, "/%s: " ID_RULE, name);
	return rc;
}

int
field_dossier(const struct json *record, const char *name, struct str *out,
    struct why *why)
{
	int rc = field_text(record, name, 64, out, why);

	if (rc == 0 && !str_is_print(*out))
		return why_set(why, HUB_EINVAL,
		    "/%s: not printable ASCII characters", name);
	return rc;
}

int
field_bool(const struct json *record, const char *name, bool *given, bool *out,
    struct why *why)
{
	const struct json *node = json_get(record, name);

	*given = node != NULL;
	*out = false;
	if (node == NULL)
		return 0;
	if (node->type != JSON_TRUE && node->type != JSON_FALSE)
		return why_set(why, HUB_EINVAL, "/%s: not true or false", name);
	*out = node->type == JSON_TRUE;
	return 0;
}

static bool
stands_before(const struct json *array, const struct json *node)
{
	for (const struct json *n = array->child; n != node; n = n->next) {
		if (str_eq(n->text, node->text))
			return true;
	}
	return false;
}

int
field_ids(const struct json *array, const char *pointer, struct why *why)
{
	size_t i = 0;

	if (array == NULL)
		return 0;
	if (array->type != JSON_ARRAY)
		return why_set(why, HUB_EINVAL, "%s: not an array", pointer);
	if (array->count > 1000)
		return why_set(
		    why, HUB_EINVAL, "%s: more than 1000 ids", pointer);
	for (const struct json *n = array->child; n != NULL; n = n->next, i++) {
		if (n->type != JSON_STRING || !str_is_id(n->text))
			return why_set(
			    why, HUB_EINVAL, "%s/%zu: " ID_RULE, pointer, i);
		if (stands_before(array, n))
			return why_set(why, HUB_EINVAL, "%s/%zu: stands twice",
			    pointer, i);
	}
	return 0;
}

int
field_object(const struct json *record, const char *name,
    const struct json **out, struct why *why)
{
	*out = json_get(record, name);
	if (*out != NULL && (*out)->type != JSON_OBJECT)
		return why_set(why, HUB_EINVAL, "/%s: not an object", name);
	return 0;
}

bool
name_among(struct str name, const char *const *names)
{
	char first = name.n == 0 ? '\0' : name.p[0];

	for (; *names != NULL; names++) {
		if (**names == first && str_eq(name, str_of(*names)))
			return true;
	}
	return false;
}
