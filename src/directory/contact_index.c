#include "directory/contact_index.h"

#include <stdlib.h>
#include "base/json_in.h"
#include "base/unicode.h"
#include "directory/render.h"
#include "store/rec_list.h"
#include "store/schema.h"

/* Of the name that contacts are put in order by; bytes. */
#define LAST_LEN 40
#define FIRST_LEN 24

/* What folding makes of a text of 400 bytes at most. */
#define FOLDED_MAX (400 * 20)

static bool
is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* Folded, with blanks for control characters; empty if it is no text. */
static struct str
fold(struct arena *arena, struct str text)
{
	struct buf plain, out;

	buf_init_arena(&plain, arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++)
		buf_byte(&plain, is_control(text.p[i]) ? ' ' : text.p[i]);
	buf_init_arena(&out, arena, FOLDED_MAX);
	if (buf_error(&plain) != 0 ||
	    unicode_fold_bare(buf_view(&plain), &out) != 0)
		return STR("");
	return buf_view(&out);
}

static struct str
cut(struct str s, size_t most)
{
	return s.n > most ? (struct str){ s.p, most } : s;
}

static void
add(struct str *words, size_t max, size_t *n, struct str word)
{
	if (word.n > 0 && *n < max)
		words[(*n)++] = cut(word, CONTACT_WORD_LEN);
}

/* How long the hyphen or apostrophe is that S begins with; 0: none. */
static size_t
joint(struct str s)
{
	if (s.p[0] == '-' || s.p[0] == '\'')
		return 1;
	return str_starts(s, STR("\xe2\x80\x99")) ||
		str_starts(s, STR("\xe2\x80\x90"))
	    ? 3
	    : 0;
}

static void
add_tails(struct str *words, size_t max, size_t *n, struct str word)
{
	while (word.n > 0) {
		size_t skip = joint(word);

		word.p += skip > 0 ? skip : 1;
		word.n -= skip > 0 ? skip : 1;
		if (skip > 0)
			add(words, max, n, word);
	}
}

size_t
contact_words_split(struct arena *arena, struct str text, bool tails,
    struct str *words, size_t max)
{
	struct str rest = fold(arena, text), word;
	size_t n = 0;

	while (str_split(&rest, ' ', &word)) {
		add(words, max, &n, word);
		if (tails)
			add_tails(words, max, &n, word);
	}
	return n;
}

static int
compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static struct str
sort_name(struct arena *arena, struct str last, struct str first)
{
	struct buf name;

	buf_init_arena(&name, arena, LAST_LEN + 1 + FIRST_LEN);
	buf_str(&name, cut(fold(arena, last), LAST_LEN));
	buf_byte(&name, ' ');
	buf_str(&name, cut(fold(arena, first), FIRST_LEN));
	return buf_view(&name);
}

/* Distinctive words first, in case that there are too many. */
static void
gather(struct arena *arena, const struct json *record,
    const struct contact_rec *contact, struct contact_words *out)
{
	static const struct {
		const char *name;
		bool tails;
	} texts[] = {
		{ "email", false },
		{ "lastName", true },
		{ "firstName", true },
		{ "middleName", true },
	};
	struct str text;

	out->n = contact_words_split(
	    arena, contact->dossier, false, out->word, CONTACT_WORDS_MAX);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (json_string(json_get(record, texts[i].name), &text))
			out->n +=
			    contact_words_split(arena, text, texts[i].tails,
				out->word + out->n, CONTACT_WORDS_MAX - out->n);
	}
}

int
contact_words_of(struct arena *arena, const struct contact_rec *contact,
    struct contact_words *out)
{
	struct str last = STR(""), first = STR("");
	const struct json *record;
	size_t n = 0;

	if (json_parse(arena, contact->source, RENDER_MAX, &record, NULL) != 0)
		return HUB_ECORRUPT;
	gather(arena, record, contact, out);
	qsort(out->word, out->n, sizeof(out->word[0]), compare);
	for (size_t i = 0; i < out->n; i++) {
		if (n == 0 || !str_eq(out->word[n - 1], out->word[i]))
			out->word[n++] = out->word[i];
	}
	out->n = n;
	json_string(json_get(record, "lastName"), &last);
	json_string(json_get(record, "firstName"), &first);
	out->sort = sort_name(arena, last, first);
	return arena_failed(arena) ? HUB_ENOMEM : 0;
}

void
contact_word_key(struct key *key, struct str organization, struct str word)
{
	key_begin(key);
	key_str(key, organization);
	key_str(key, word);
}

void
contact_entry_key(struct key *key, const struct contact_rec *contact,
    struct str word, struct str sort)
{
	contact_word_key(key, contact->organization, word);
	key_str(key, sort);
	key_str(key, contact->id);
}

struct str
contact_words_list(struct arena *arena, const struct contact_words *words)
{
	struct buf list;

	buf_init_arena(
	    &list, arena, CONTACT_WORDS_MAX * (CONTACT_WORD_LEN + 8));
	for (size_t i = 0; i < words->n; i++)
		rec_put_str(&list, words->word[i]);
	return buf_view(&list);
}

/* False: the words are not to be had, and the transaction has failed. */
static bool
read_words(struct txn *txn, const struct contact_rec *contact,
    struct contact_words *words)
{
	int rc = contact_words_of(txn_arena(txn), contact, words);

	if (rc != 0)
		txn_fail(txn, rc);
	return rc == 0;
}

void
contact_index_put(struct txn *txn, const struct contact_rec *contact)
{
	struct contact_words words;
	struct str list;
	struct key key;

	if (!read_words(txn, contact, &words))
		return;
	list = contact_words_list(txn_arena(txn), &words);
	contact_entry_key(&key, contact, STR(""), words.sort);
	txn_put(txn, DIR_CONTACT_WORD, &key, STR(""));
	for (size_t i = 0; i < words.n; i++) {
		contact_entry_key(&key, contact, words.word[i], words.sort);
		txn_put(txn, DIR_CONTACT_WORD, &key, list);
	}
}

void
contact_index_drop(struct txn *txn, const struct contact_rec *contact)
{
	struct contact_words words;
	struct key key;

	if (!read_words(txn, contact, &words))
		return;
	contact_entry_key(&key, contact, STR(""), words.sort);
	txn_del(txn, DIR_CONTACT_WORD, &key);
	for (size_t i = 0; i < words.n; i++) {
		contact_entry_key(&key, contact, words.word[i], words.sort);
		txn_del(txn, DIR_CONTACT_WORD, &key);
	}
}
