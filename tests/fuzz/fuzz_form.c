/* Covers: http/form.c */
#include "fuzz.h"

#include "base/buf.h"
#include "http/form.h"

#define TEXT_MAX (64 * 1024)

/* Every byte as an escape, so that nothing in it can mean anything. */
static void
put_escaped(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(out, "%%%02x", (unsigned char)s.p[i]);
}

/* Pairs are never longer than what they came from, and the end is reached. */
static void
check_decoding(struct arena *arena, struct str text)
{
	struct str rest = text, name, value;
	size_t total = 0;
	bool bad;

	while (form_next(arena, &rest, &name, &value, &bad) || bad) {
		if (bad)
			continue;
		total += name.n + value.n;
		FUZZ_HOLDS(name.p != NULL && value.p != NULL);
		FUZZ_HOLDS(str_index(name, '\0') < 0);
		FUZZ_HOLDS(str_index(value, '\0') < 0);
	}
	FUZZ_HOLDS(total <= text.n);
}

/* What was encoded comes back, unless a NUL is in it. */
static void
check_encoding(struct arena *arena, struct str text)
{
	struct str value = text, name, got_name, got_value, rest;
	struct buf form;
	bool bad, good;

	str_split(&value, '=', &name);
	buf_init_arena(&form, arena, 4 * text.n + 2);
	put_escaped(&form, name);
	buf_byte(&form, '=');
	put_escaped(&form, value);
	FUZZ_HOLDS(buf_error(&form) == 0);
	rest = buf_view(&form);
	good = form_next(arena, &rest, &got_name, &got_value, &bad);
	FUZZ_HOLDS(good == !bad && rest.p == NULL);
	FUZZ_HOLDS(
	    good == (str_index(name, '\0') < 0 && str_index(value, '\0') < 0));
	if (good)
		FUZZ_HOLDS(str_eq(got_name, name) && str_eq(got_value, value));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena *arena = arena_new(TEXT_MAX, 16 * 1024 * 1024);

	if (size <= TEXT_MAX) {
		check_decoding(arena, text);
		check_encoding(arena, text);
	}
	arena_free(arena);
	return 0;
}
