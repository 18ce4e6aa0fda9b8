#include "base/json_quick.h"

#include "base/json_tree.h"

/* Of each byte of text at most: a node for two, and the copy. */
#define ROOM_A_BYTE (sizeof(struct json) / 2 + 8)
#define ROOM_AT_LEAST 1024

struct quick {
	struct json_tree tree;
	const char *at, *end; /* what is to be read of the text */
	const char *text;
	char *copy; /* of all of it; texts are views of it, ended by NUL */
	const char *start[JSON_DEPTH]; /* of the containers around us */
	bool spelled; /* no blank has been met between tokens */
	bool kept;
};

/* Bytes below N in a word, each in the top bit of its place; N is 1 to 128. */
#define ONES 0x0101010101010101ULL
#define TOPS 0x8080808080808080ULL
#define BELOW(word, n) (((word)-ONES * (n)) & ~(word)&TOPS)

bool
json_quick_is_plain(struct str text)
{
	uint64_t odd = 0, word;
	size_t i = 0;

	for (; text.n - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, text.p + i, sizeof(word));
		odd |= BELOW(word, 0x20) | BELOW(word ^ ONES * '\\', 1);
	}
	for (; i < text.n; i++)
		odd |= (unsigned char)text.p[i] < 0x20 || text.p[i] == '\\';
	return odd == 0 && text.n > 0;
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

/* From the text; its end in the copy is overwritten. */
static struct str
view(struct quick *q, const char *from, const char *to)
{
	char *p = q->copy + (from - q->text);

	p[to - from] = '\0';
	return (struct str){ p, (size_t)(to - from) };
}

/* Behind the quotation mark that opens it. */
static bool
take_string(struct quick *q, struct str *out)
{
	const char *from = q->at, *p = from;
	uint64_t word;

	for (; q->end - p >= (ptrdiff_t)sizeof(word); p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		if (BELOW(word ^ ONES * '"', 1) != 0)
			break;
	}
	while (p < q->end && *p != '"')
		p++;
	if (p == q->end)
		return false;
	q->at = p + 1;
	*out = view(q, from, p);
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
	*out = view(q, from, q->at);
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

/* A value that holds no other. */
static bool
take_scalar(struct quick *q)
{
	const char *from = q->at;
	enum json_type type;
	struct str text = STR_NONE;
	struct json *node;
	bool good = true;

	if (take(q, '"')) {
		type = JSON_STRING;
		good = take_string(q, &text);
	} else if (take_word(q, STR("null"))) {
		type = JSON_NULL;
	} else if (take_word(q, STR("true"))) {
		type = JSON_TRUE;
	} else if (take_word(q, STR("false"))) {
		type = JSON_FALSE;
	} else {
		type = JSON_NUMBER;
		good = take_number(q, &text);
	}
	if (!good || (node = json_tree_add(&q->tree, type)) == NULL)
		return false;
	node->text = text;
	spell(q, node, from);
	return true;
}

static bool
take_name(struct quick *q)
{
	skip_blanks(q);
	if (!take(q, '"') || !take_string(q, &q->tree.name))
		return false;
	skip_blanks(q);
	return take(q, ':');
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
	*empty = q->at < q->end && (*q->at == '{' || *q->at == '[');
	if (!*empty)
		return take_scalar(q);
	type = *q->at == '{' ? JSON_OBJECT : JSON_ARRAY;
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

const struct json *
json_quick(struct arena *arena, struct str text, bool kept)
{
	struct arena_mark mark = arena_mark(arena);
	struct quick q;

	/* Nobody shall be refused for the memory of this attempt. */
	if (!arena_has_room(arena, text.n * ROOM_A_BYTE + ROOM_AT_LEAST))
		return NULL;
	q.tree = (struct json_tree){ .arena = arena };
	q.text = q.at = text.p;
	q.end = text.p + text.n;
	q.copy = (char *)(uintptr_t)arena_str(arena, text).p;
	q.spelled = true;
	q.kept = kept;
	if (q.copy != NULL && take_text(&q))
		return q.tree.root;
	arena_rewind(arena, mark);
	return NULL;
}
