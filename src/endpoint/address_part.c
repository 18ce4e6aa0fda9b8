#include "endpoint/address_part.h"

struct str
address_part(struct arena *arena, struct str source)
{
	bool v6 = str_index(source, ':') >= 0;
	size_t n = 0;

	for (int pieces = 0; n < source.n; n++) {
		if (source.p[n] == (v6 ? ':' : '.') && ++pieces == 3)
			break;
	}
	if (n == source.n)
		return source;
	return str_of(arena_printf(arena, "%.*s%s", (int)n, source.p,
	    v6 ? ":\xe2\x80\xa6" : ".\xe2\x80\xa6"));
}
