#include "http/route.h"

#include "http/form.h"

#define SEGMENTS_MAX 8

struct segments {
	struct str at[SEGMENTS_MAX];
	unsigned int n;
};

static bool
decode_segment(struct arena *arena, struct str raw, struct str *out)
{
	if (!percent_decode(arena, raw, false, out))
		return false;
	return out->n > 0 && str_index(*out, '/') < 0 &&
	    str_index(*out, '\0') < 0 && !str_eq(*out, STR(".")) &&
	    !str_eq(*out, STR(".."));
}

static bool
split_path(struct req *req, struct segments *segments)
{
	struct str rest = req->path, raw;

	segments->n = 0;
	if (rest.n == 0 || rest.p[0] != '/')
		return false;
	rest.p++;
	rest.n--;
	while (str_split(&rest, '/', &raw)) {
		if (segments->n == SEGMENTS_MAX ||
		    !decode_segment(
			req->arena, raw, &segments->at[segments->n]))
			return false;
		segments->n++;
	}
	return true;
}

/* Whether the path fits the pattern; fills the variable segments. */
static bool
matches(const char *pattern, const struct segments *path, struct req *req)
{
	struct str rest = str_of(pattern + 1), part;
	unsigned int i = 0;

	req->param_count = 0;
	while (str_split(&rest, '/', &part)) {
		if (i == path->n)
			return false;
		if (part.p[0] == '{')
			req->param[req->param_count++] = path->at[i];
		else if (!str_eq(part, path->at[i]))
			return false;
		i++;
	}
	return i == path->n;
}

enum route_result
route_find(const struct route *table, size_t n, enum pool pool, struct req *req,
    const struct route **out, unsigned int *allow)
{
	enum method method =
	    req->method == METHOD_HEAD ? METHOD_GET : req->method;
	struct segments path;

	*out = NULL;
	*allow = 0;
	if (!split_path(req, &path))
		return ROUTE_UNKNOWN;
	for (size_t i = 0; i < n; i++) {
		if ((table[i].pools & POOL_BIT(pool)) == 0 ||
		    !matches(table[i].path, &path, req))
			continue;
		*out = &table[i];
		if (table[i].method == method)
			return ROUTE_FOUND;
		*allow |= 1U << table[i].method;
	}
	if (*out == NULL)
		return ROUTE_UNKNOWN;
	return method == METHOD_OPTIONS ? ROUTE_OPTIONS : ROUTE_METHOD;
}
