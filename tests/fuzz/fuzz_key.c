/* Covers: store/key.c */
/*
 * Keys of the store: the order of their bytes is the order of their pieces,
 * and what went in comes out. Two keys are made from the two halves of the
 * input, after a byte that tells the kinds of their pieces. The whole input is
 * also read as the text of a cursor.
 */
#include "fuzz.h"

#include <string.h>
#include "directory/contract_walk.h"
#include "store/key.h"

#define PIECES 3

enum kind { KIND_TEXT, KIND_U32, KIND_U64 };

struct piece {
	enum kind kind;
	uint64_t number;
	struct str text;
};

/* Takes up to N bytes as a number. */
static uint64_t
take_number(struct str *rest, size_t n)
{
	uint64_t v = 0;

	for (; n > 0 && rest->n > 0; n--) {
		v = v << 8 | (unsigned char)rest->p[0];
		rest->p++;
		rest->n--;
	}
	return v;
}

static void
fill(struct piece pieces[PIECES], unsigned int kinds, struct str from)
{
	for (int i = 0; i < PIECES; i++, kinds /= 3) {
		struct piece *p = &pieces[i];

		*p = (struct piece){ .kind = (enum kind)(kinds % 3) };
		if (p->kind == KIND_TEXT) {
			if (!str_split(&from, '\n', &p->text))
				p->text = STR("");
		} else {
			p->number =
			    take_number(&from, p->kind == KIND_U32 ? 4 : 8);
		}
	}
}

static void
make(struct key *key, const struct piece pieces[PIECES])
{
	key_begin(key);
	for (int i = 0; i < PIECES; i++) {
		if (pieces[i].kind == KIND_TEXT)
			key_str(key, pieces[i].text);
		else if (pieces[i].kind == KIND_U32)
			key_u32(key, (uint32_t)pieces[i].number);
		else
			key_u64(key, pieces[i].number);
	}
	FUZZ_HOLDS(key->n <= KEY_MAX);
}

static void
check_way_back(const struct key *key, const struct piece pieces[PIECES])
{
	struct str rest = { (const char *)key->b, key->n }, text;
	uint32_t u32;
	uint64_t u64;

	for (int i = 0; i < PIECES; i++) {
		if (pieces[i].kind == KIND_TEXT)
			FUZZ_HOLDS(key_take_str(&rest, &text) &&
			    str_eq(text, pieces[i].text));
		else if (pieces[i].kind == KIND_U32)
			FUZZ_HOLDS(key_take_u32(&rest, &u32) &&
			    u32 == pieces[i].number);
		else
			FUZZ_HOLDS(key_take_u64(&rest, &u64) &&
			    u64 == pieces[i].number);
	}
	FUZZ_HOLDS(rest.n == 0);
}

static int
order_of(const struct piece *a, const struct piece *b)
{
	if (a->kind == KIND_TEXT)
		return str_cmp(a->text, b->text);
	return a->number < b->number ? -1 : a->number > b->number;
}

static void
check_order(const struct key *a, const struct piece *of_a, const struct key *b,
    const struct piece *of_b)
{
	int order = 0,
	    bytes = str_cmp((struct str){ (const char *)a->b, a->n },
		(struct str){ (const char *)b->b, b->n });

	for (int i = 0; i < PIECES && order == 0; i++)
		order = order_of(&of_a[i], &of_b[i]);
	FUZZ_HOLDS((order < 0) == (bytes < 0) && (order > 0) == (bytes > 0));
}

/* Bytes that are no key of ours are taken apart without harm. */
static void
check_any_bytes(struct str bytes)
{
	struct str rest = bytes, text;
	uint64_t number;
	uint32_t u32;

	while (key_take_str(&rest, &text) || key_take_u64(&rest, &number))
		FUZZ_HOLDS(rest.n < bytes.n);
	FUZZ_HOLDS(!key_take_u32(&rest, &u32) || rest.n < 4);
}

/* What is taken for a cursor is the key of a line. */
static void
check_cursor(struct str text)
{
	struct arena *arena = arena_new(4096, 65536);
	struct str rest, piece[3];
	struct key position, key;

	if (contract_cursor_parse(text, &position)) {
		FUZZ_HOLDS(!position.bad && position.n <= KEY_MAX);
		FUZZ_HOLDS(
		    str_eq(contract_cursor_text(arena, &position), text));
		rest = (struct str){ (const char *)position.b, position.n };
		for (int i = 0; i < 3; i++)
			FUZZ_HOLDS(key_take_str(&rest, &piece[i]));
		contract_line_key(&key, piece[0], piece[1], piece[2]);
		FUZZ_HOLDS(key.n == position.n);
		FUZZ_HOLDS(memcmp(key.b, position.b, key.n) == 0);
	}
	arena_free(arena);
}

/* The key of a line, as a cursor and back; no piece of one is empty. */
static void
check_line(const struct piece pieces[PIECES])
{
	struct arena *arena = arena_new(4096, 65536);
	struct key key, back;
	bool full = true;

	for (int i = 0; i < PIECES; i++)
		full =
		    full && pieces[i].kind == KIND_TEXT && pieces[i].text.n > 0;
	contract_line_key(&key, pieces[0].text, pieces[1].text, pieces[2].text);
	if (full && !key.bad) {
		FUZZ_HOLDS(contract_cursor_parse(
		    contract_cursor_text(arena, &key), &back));
		FUZZ_HOLDS(back.n == key.n);
		FUZZ_HOLDS(memcmp(back.b, key.b, key.n) == 0);
	}
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct piece of_a[PIECES], of_b[PIECES];
	struct key a, b;
	size_t half;

	check_cursor(text);
	check_any_bytes(text);
	if (size < 1)
		return 0;
	half = (size - 1) / 2;
	fill(of_a, data[0], (struct str){ text.p + 1, half });
	fill(of_b, data[0], (struct str){ text.p + 1 + half, size - 1 - half });
	make(&a, of_a);
	make(&b, of_b);
	if (!a.bad)
		check_way_back(&a, of_a);
	check_line(of_b);
	if (!a.bad && !b.bad)
		check_order(&a, of_a, &b, of_b);
	return 0;
}
