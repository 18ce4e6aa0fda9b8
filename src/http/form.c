#include "http/form.h"

bool
percent_decode(struct arena *arena, struct str s, bool plus, struct str *out)
{
	size_t n = 0;
	char *to;

	*out = s;
	if (str_index(s, '%') < 0 && !(plus && str_index(s, '+') >= 0))
		return true;
	to = arena_alloc(arena, s.n);
	if (to == NULL)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int high, low;

		if (s.p[i] != '%') {
			to[n++] = plus && s.p[i] == '+' ? ' ' : s.p[i];
			continue;
		}
		if (s.n - i < 3 || (high = char_hex(s.p[i + 1])) < 0 ||
		    (low = char_hex(s.p[i + 2])) < 0)
			return false;
		to[n++] = (char)(high << 4 | low);
		i += 2;
	}
	*out = (struct str){ to, n };
	return true;
}

bool
form_next(struct arena *arena, struct str *rest, struct str *name,
    struct str *value, bool *bad)
{
	struct str pair, raw_name;

	*bad = false;
	do {
		if (!str_split(rest, '&', &pair))
			return false;
	} while (pair.n == 0);
	*value = pair;
	if (!str_split(value, '=', &raw_name))
		return false;
	if (value->p == NULL)
		*value = STR("");
	*bad = !percent_decode(arena, raw_name, true, name) ||
	    !percent_decode(arena, *value, true, value) ||
	    str_index(*name, '\0') >= 0 || str_index(*value, '\0') >= 0;
	return !*bad;
}

void
form_put(struct buf *query, const char *name, struct str value)
{
	if (query->n > 0)
		buf_byte(query, '&');
	buf_str(query, str_of(name));
	buf_byte(query, '=');
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (char_is_alnum(c) || (c != '\0' && strchr("-._~", c)))
			buf_byte(query, c);
		else
			buf_printf(query, "%%%02X", (unsigned char)c);
	}
}
