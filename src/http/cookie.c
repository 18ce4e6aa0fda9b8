#include "http/cookie.h"

#define FIELD_MAX 512
#define ATTRIBUTES "; Path=/; Secure; HttpOnly; SameSite=Lax"

struct str
cookie_get(const struct req *req, const char *name)
{
	struct str rest = req->cookie, wanted = str_of(name), pair, found;

	found = STR_NONE;
	while (str_split(&rest, ';', &pair)) {
		struct str value = str_trim(pair), key;

		if (!str_split(&value, '=', &key) || value.p == NULL ||
		    !str_eq(key, wanted))
			continue;
		if (found.p != NULL)
			return STR_NONE;
		found = value;
	}
	return found;
}

static void
put(struct resp *resp, const char *name, struct str value,
    const char *attributes)
{
	struct buf field;

	buf_init_arena(&field, resp->arena, FIELD_MAX);
	buf_printf(&field, "%s=%.*s%s", name, STR_ARG(value), attributes);
	resp_header(resp, "Set-Cookie", buf_view(&field));
}

void
cookie_set(struct resp *resp, const char *name, struct str value)
{
	put(resp, name, value, ATTRIBUTES);
}

void
cookie_keep(
    struct resp *resp, const char *name, struct str value, unsigned int seconds)
{
	put(resp, name, value,
	    arena_printf(resp->arena, ATTRIBUTES "; Max-Age=%u", seconds));
}

void
cookie_clear(struct resp *resp, const char *name)
{
	put(resp, name, STR(""), ATTRIBUTES "; Max-Age=0");
}
