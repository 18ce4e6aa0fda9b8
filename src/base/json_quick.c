#include "base/json_quick.h"

#include "base/json_tree.h"

/* Of each byte of text at most: a node for two, and the copy. */
#define ROOM_A_BYTE (sizeof(struct json) / 2 + 8)
#define ROOM_AT_LEAST 1024

/* Names of the objects around us that are skimmed; more are left to others. */
#define SKIMMED_NAMES 256

/* An array or object without a tree. */
struct level {
	char closer;
	size_t first;  /* its names begin here */
	uint64_t bits; /* of these */
};

struct quick {
	struct json_tree tree;
	const char *at, *end; /* what is to be read of the text */
	const char *text;
	char *copy; /* of all of it; texts are views of it, ended by NUL */
	const char *start[JSON_DEPTH]; /* of the containers around us */
	bool spelled; /* no blank has been met between tokens */
	bool kept, skims;

	size_t depth, names; /* of what is skimmed */
	struct level level[JSON_DEPTH];
	struct str name[SKIMMED_NAMES];
};

/* Of bytes, 16 at a time: what every processor can that this is built for. */
typedef unsigned char bytes16 __attribute__((vector_size(16)));
typedef char chars16 __attribute__((vector_size(16)));

static bool
any_set(bytes16 v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof(half));
	return (half[0] | half[1]) != 0;
}

bool
json_quick_is_plain(struct str text)
{
	bytes16 odd = { 0 }, all = { 0 }, v;
	unsigned char odd_end = 0, all_end = 0;
	size_t i = 0;

	for (; text.n - i >= sizeof(v); i += sizeof(v)) {
		memcpy(&v, text.p + i, sizeof(v));
		odd |= (bytes16)(v < 0x20) | (bytes16)(v == '\\');
		all |= v;
	}
	for (; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		odd_end |= c < 0x20 || c == '\\';
		all_end |= c;
	}
	if (text.n == 0 || any_set(odd) || odd_end)
		return false;
	return (all_end < 0x80 && !any_set(all & 0x80)) || str_is_utf8(text);
}

/* Of a plain text the space is all the white space there is. */
static void
skip_blanks(struct quick *q)
{
	while (q->at < q->end && *q->at == ' ') {
		q->at++;
		q->spelled = false;
	}
}

static bool
take(struct quick *q, char c)
{
	if (q->at == q->end || *q->at != c)
		return false;
	q->at++;
	return true;
}

/* From the text; its end in the copy, if there is one, is overwritten. */
static struct str
view(struct quick *q, struct str s)
{
	char *p;

	if (q->copy == NULL)
		return s;
	p = q->copy + (s.p - q->text);
	p[s.n] = '\0';
	return (struct str){ p, s.n };
}

/* Which byte is the first that is not 0; 16 where all are. */
static size_t
first_set(bytes16 v)
{
#ifdef __SSE2__
	int bits = __builtin_ia32_pmovmskb128((chars16)v);

	return (size_t)__builtin_ctz(0x10000U | (unsigned int)bits);
#else
	unsigned char at[16];
	size_t i = 0;

	memcpy(at, &v, sizeof(at));
	while (i < sizeof(at) && at[i] == 0)
		i++;
	return i;
#endif
}

/* Where the first quotation mark of 16 bytes is; 16 without one. */
static size_t
mark_in(const char *p)
{
	bytes16 v;

	memcpy(&v, p, sizeof(v));
	return first_set((bytes16)(v == '"'));
}

/* Behind the quotation mark that opens it; a view of the text. */
static bool
take_string(struct quick *q, struct str *out)
{
	const char *from = q->at, *p = from;
	size_t n = 16;

	while (q->end - p >= 16 && (n = mark_in(p)) == 16)
		p += 16;
	/* To what was found; or fewer than 16 bytes are left. */
	p += n % 16;
	while (p < q->end && *p != '"')
		p++;
	if (p == q->end)
		return false;
	q->at = p + 1;
	*out = (struct str){ from, (size_t)(p - from) };
	return true;
}

static size_t
skip_digits(struct quick *q)
{
	const char *from = q->at;

	while (q->at < q->end && char_is_digit(*q->at))
		q->at++;
	return (size_t)(q->at - from);
}

/* number of RFC 8259, section 6. */
static bool
take_number(struct quick *q, struct str *out)
{
	const char *from = q->at;

	take(q, '-');
	if (!take(q, '0') && skip_digits(q) == 0)
		return false;
	if (take(q, '.') && skip_digits(q) == 0)
		return false;
	if (take(q, 'e') || take(q, 'E')) {
		if (!take(q, '+'))
			take(q, '-');
		if (skip_digits(q) == 0)
			return false;
	}
	*out = (struct str){ from, (size_t)(q->at - from) };
	return true;
}

static bool
take_word(struct quick *q, struct str word)
{
	if ((size_t)(q->end - q->at) < word.n ||
	    memcmp(q->at, word.p, word.n) != 0)
		return false;
	q->at += word.n;
	return true;
}

static void
spell(struct quick *q, struct json *node, const char *from)
{
	if (q->kept && q->spelled)
		node->spelled = (struct str){ from, (size_t)(q->at - from) };
}

/* A value that holds no other; the text is a view of ours. */
static bool
read_scalar(struct quick *q, enum json_type *type, struct str *text)
{
	*text = STR_NONE;
	switch (q->at == q->end ? '\0' : *q->at) {
	case '"':
		q->at++;
		*type = JSON_STRING;
		return take_string(q, text);
	case 'n':
		*type = JSON_NULL;
		return take_word(q, STR("null"));
	case 't':
		*type = JSON_TRUE;
		return take_word(q, STR("true"));
	case 'f':
		*type = JSON_FALSE;
		return take_word(q, STR("false"));
	default:
		*type = JSON_NUMBER;
		return take_number(q, text);
	}
}

static bool
take_scalar(struct quick *q)
{
	const char *from = q->at;
	enum json_type type;
	struct str text;
	struct json *node;

	if (!read_scalar(q, &type, &text) ||
	    (node = json_tree_add(&q->tree, type)) == NULL)
		return false;
	node->text = text.p == NULL ? text : view(q, text);
	spell(q, node, from);
	return true;
}

static bool
read_name(struct quick *q, struct str *name)
{
	skip_blanks(q);
	if (!take(q, '"') || !take_string(q, name))
		return false;
	skip_blanks(q);
	return take(q, ':');
}

static bool
take_name(struct quick *q)
{
	struct str name;

	if (!read_name(q, &name))
		return false;
	q->tree.name = view(q, name);
	return true;
}

/* False also where the object has that name already. */
static bool
skim_name(struct quick *q)
{
	struct level *l = &q->level[q->depth - 1];
	struct str name;
	uint64_t bit;

	if (q->names == SKIMMED_NAMES || !read_name(q, &name))
		return false;
	bit = json_tree_name_bit(name);
	for (size_t i = l->first; (l->bits & bit) != 0 && i < q->names; i++) {
		if (str_eq(q->name[i], name))
			return false;
	}
	l->bits |= bit;
	q->name[q->names++] = name;
	return true;
}

/* Opens what stands here; as deep as it is, the root counts too. */
static bool
skim_open(struct quick *q)
{
	if (q->tree.depth + q->depth == JSON_DEPTH)
		return false;
	q->level[q->depth++] = (struct level){
		.closer = *q->at++ == '{' ? '}' : ']',
		.first = q->names,
	};
	return true;
}

/*
 * To the next value, as go_on() does. At the end DEPTH is 0, and after a fault
 * it is not.
 */
static bool
skim_on(struct quick *q, bool empty)
{
	while (q->depth > 0) {
		struct level *l = &q->level[q->depth - 1];

		skip_blanks(q);
		if (!empty && take(q, ','))
			return l->closer == ']' || skim_name(q);
		if (!take(q, l->closer))
			return empty && (l->closer == ']' || skim_name(q));
		q->names = l->first;
		q->depth--;
		empty = false;
	}
	return false;
}

static bool
opens(const struct quick *q)
{
	return q->at < q->end && (*q->at == '{' || *q->at == '[');
}

/* An array or object as a whole, with all that is in it. */
static bool
skim(struct quick *q)
{
	enum json_type type;
	struct str text;
	bool empty;

	do {
		skip_blanks(q);
		empty = opens(q);
		if (empty ? !skim_open(q) : !read_scalar(q, &type, &text))
			return false;
	} while (skim_on(q, empty));
	return q->depth == 0;
}

/* A member of the root. Where it shall be KEPT, nothing else tells what it is. */
static bool
take_whole(struct quick *q, enum json_type type)
{
	struct json *node = json_tree_add(&q->tree, type);
	const char *from = q->at;

	if (node == NULL || !skim(q) || (q->kept && !q->spelled))
		return false;
	spell(q, node, from);
	return true;
}

static bool
is_closed_by(const struct json *container, char c)
{
	return c == (container->type == JSON_OBJECT ? '}' : ']');
}

/* Closes what ends here and goes to the next value; false at the end too. */
static bool
go_on(struct quick *q, bool empty)
{
	struct json_tree *t = &q->tree;

	while (t->depth > 0) {
		struct json *parent = t->open[t->depth - 1];

		skip_blanks(q);
		if (!empty && take(q, ','))
			return parent->type == JSON_ARRAY || take_name(q);
		if (q->at == q->end || !is_closed_by(parent, *q->at))
			return empty &&
			    (parent->type == JSON_ARRAY || take_name(q));
		q->at++;
		if (!json_tree_close(t))
			return false;
		spell(q, parent, q->start[t->depth]);
		empty = false;
	}
	return false;
}

static bool
take_value(struct quick *q, bool *empty)
{
	enum json_type type;

	skip_blanks(q);
	*empty = opens(q);
	if (!*empty)
		return take_scalar(q);
	type = *q->at == '{' ? JSON_OBJECT : JSON_ARRAY;
	if (q->skims && q->tree.depth > 0) {
		*empty = false;
		return take_whole(q, type);
	}
	if (json_tree_open(&q->tree, type) == NULL)
		return false;
	q->start[q->tree.depth - 1] = q->at++;
	return true;
}

static bool
take_text(struct quick *q)
{
	bool empty, more = true;

	while (more) {
		if (!take_value(q, &empty))
			return false;
		more = go_on(q, empty);
	}
	skip_blanks(q);
	return q->tree.depth == 0 && q->tree.err == 0 && q->at == q->end;
}

/* Names and levels stay as they are: to clear them takes longer than a text. */
static void
begin(struct quick *q, struct arena *arena, struct str text, unsigned int how)
{
	q->tree.arena = arena;
	q->tree.why = NULL;
	q->tree.root = NULL;
	q->tree.depth = 0;
	q->tree.err = 0;
	q->text = q->at = text.p;
	q->end = text.p + text.n;
	q->copy = NULL;
	q->spelled = true;
	q->kept = (how & JSON_KEPT) != 0;
	q->skims = (how & JSON_SKIMMED) != 0;
	q->depth = q->names = 0;
}

static bool
copy(struct quick *q, struct str text)
{
	q->copy = (char *)(uintptr_t)arena_str(q->tree.arena, text).p;
	return q->copy != NULL;
}

/* Nobody shall be refused for the memory of such an attempt. */
static bool
has_room(const struct arena *arena, struct str text)
{
	return arena_has_room(arena, text.n * ROOM_A_BYTE + ROOM_AT_LEAST);
}

const struct json *
json_quick(struct arena *arena, struct str text, unsigned int how)
{
	struct arena_mark mark = arena_mark(arena);
	struct quick q;

	if (!has_room(arena, text))
		return NULL;
	begin(&q, arena, text, how);
	if ((q.skims || copy(&q, text)) && take_text(&q))
		return q.tree.root;
	arena_rewind(arena, mark);
	return NULL;
}
