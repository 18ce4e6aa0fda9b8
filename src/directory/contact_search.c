/*
 * Of several words the one that the fewest contacts have is walked, and what
 * stands in its entries tells whether the others are met: no record is fetched
 * for what is left out. Who has two words that it begins stands under both and
 * is taken under the first.
 */
#include "directory/contact_search.h"

#include "base/b64.h"
#include "store/rec_list.h"
#include "store/schema.h"

/* Entries that are looked at for a page, whatever is left of them. */
#define LOOKED_MAX 20000

/* Up to which the entries of a word are counted. */
#define COUNT_MAX 1000

#define PLACE_MAX (KEY_MAX + 1)

struct walk {
	struct txn *txn;
	struct contact_search *search;
	size_t pivot;
	unsigned int looked;
};

/* Without those that begin another, which says more; each once. */
static void
keep_longest(struct contact_query *q)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n; i++) {
		bool needed = true;

		for (size_t k = 0; k < q->n && needed; k++) {
			bool same = str_eq(q->word[k], q->word[i]);

			needed = k == i || (same && k > i) ||
			    (!same && !str_starts(q->word[k], q->word[i]));
		}
		/* What is looked at later stands behind this place. */
		if (needed) {
			struct str word = q->word[i];

			q->word[i] = q->word[n];
			q->word[n++] = word;
		}
	}
	q->n = n;
}

bool
contact_query_parse(
    struct arena *arena, struct str text, struct contact_query *out)
{
	out->n = 0;
	if (text.n > CONTACT_QUERY_MAX || !str_is_utf8(text))
		return false;
	out->n = contact_words_split(
	    arena, text, false, out->word, CONTACT_QUERY_MAX);
	keep_longest(out);
	return true;
}

static struct str
bytes_of(const struct key *key)
{
	return (struct str){ (const char *)key->b, key->n };
}

/* What the entries of an organisation begin with that a word finds. */
static void
prefix_of(const struct contact_query *query, size_t pivot,
    struct str organization, struct key *prefix)
{
	contact_word_key(
	    prefix, organization, query->n == 0 ? STR("") : query->word[pivot]);
	/* Words that go on are found, too. */
	if (query->n > 0 && !prefix->bad)
		prefix->n--;
}

struct str
contact_place_text(struct arena *arena, const struct contact_place *place)
{
	unsigned char bytes[PLACE_MAX];
	struct buf text;

	bytes[0] = place->pivot;
	memcpy(bytes + 1, place->key.b, place->key.n);
	buf_init_arena(&text, arena, B64URL_LEN(PLACE_MAX));
	b64url_put(&text, bytes, place->key.n + 1U);
	return buf_view(&text);
}

/* Organisation, word, name and id; the word is one that the query finds. */
static bool
is_place(const struct contact_query *query, const struct contact_place *place)
{
	struct str rest = bytes_of(&place->key), piece[4];

	for (int i = 0; i < 4; i++) {
		if (!key_take_str(&rest, &piece[i]))
			return false;
	}
	if (rest.n != 0 || !str_is_id(piece[0]) || !str_is_id(piece[3]))
		return false;
	if (query->n == 0)
		return place->pivot == 0 && piece[1].n == 0;
	return place->pivot < query->n &&
	    str_starts(piece[1], query->word[place->pivot]);
}

bool
contact_place_parse(const struct contact_query *query, struct str text,
    struct contact_place *place)
{
	unsigned char bytes[PLACE_MAX];
	ptrdiff_t n = b64url_decode(text, bytes, sizeof(bytes));

	if (n < 2)
		return false;
	place->begun = true;
	place->pivot = bytes[0];
	place->key.n = (uint16_t)(n - 1);
	place->key.bad = false;
	memcpy(place->key.b, bytes + 1, (size_t)n - 1);
	return is_place(query, place);
}

static bool
meets(struct str list, struct str wanted)
{
	struct str word;

	while (rec_list_next(&list, &word)) {
		if (str_starts(word, wanted))
			return true;
	}
	return false;
}

/* Whether all words are met, and no earlier entry of the contact is found. */
static bool
is_wanted(const struct walk *w, struct str entry, struct str list)
{
	const struct contact_query *q = w->search->query;
	struct str words = list, first;

	for (size_t i = 0; i < q->n; i++) {
		if (i != w->pivot && !meets(list, q->word[i]))
			return false;
	}
	while (q->n > 0 && rec_list_next(&words, &first)) {
		if (str_starts(first, q->word[w->pivot]))
			return str_eq(first, entry);
	}
	return q->n == 0;
}

static unsigned int
count(struct walk *w, size_t word, struct str organization, unsigned int most)
{
	struct arena_mark mark = arena_mark(txn_arena(w->txn));
	struct str key, value;
	struct cursor cursor;
	struct key prefix;
	unsigned int n = 0;

	prefix_of(w->search->query, word, organization, &prefix);
	txn_cursor(&cursor, w->txn, DIR_CONTACT_WORD, &prefix, NULL, false);
	while (n < most && txn_cursor_next(&cursor, &key, &value)) {
		arena_rewind(txn_arena(w->txn), mark);
		n++;
	}
	txn_cursor_close(&cursor);
	arena_rewind(txn_arena(w->txn), mark);
	return n;
}

/* The word that the fewest have; of those that many have, the longest. */
static size_t
choose(struct walk *w, struct str organization)
{
	const struct contact_query *q = w->search->query;
	unsigned int least = COUNT_MAX, n;
	size_t best = 0;

	if (q->n < 2)
		return 0;
	for (size_t i = 0; i < q->n; i++) {
		n = count(w, i, organization, least);
		if (n < least ||
		    (n == COUNT_MAX && least == COUNT_MAX &&
			q->word[i].n > q->word[best].n))
			best = i;
		least = n < least ? n : least;
	}
	return best;
}

static void
move_to(struct walk *w, struct str entry)
{
	struct contact_place *place = &w->search->place;

	place->begun = true;
	place->pivot = (uint8_t)w->pivot;
	key_of_bytes(&place->key, entry);
}

/*
 * One entry. False: the search is over, because a contact was found that has no
 * room any more or enough entries have been looked at.
 */
static bool
look(struct walk *w, struct str entry, struct str list, bool *kept)
{
	struct contact_search *s = w->search;
	struct str rest = entry, piece[4];

	*kept = false;
	for (int i = 0; i < 4; i++) {
		if (!key_take_str(&rest, &piece[i])) {
			txn_fail(w->txn, HUB_ECORRUPT);
			return false;
		}
	}
	w->looked++;
	*kept = is_wanted(w, piece[1], list);
	if (*kept && s->n == s->most) {
		s->more = true;
		return false;
	}
	/* Behind a page that is full only the next contact counts. */
	if (s->n < s->most)
		move_to(w, entry);
	if (*kept)
		s->ids[s->n++] = piece[3];
	if (w->looked < LOOKED_MAX)
		return true;
	s->more = true;
	return false;
}

/* False: the search is over. */
static bool
search_organization(struct walk *w, struct str organization, bool within)
{
	struct arena *arena = txn_arena(w->txn);
	struct contact_search *s = w->search;
	bool kept = false, on = true;
	struct str entry, list;
	struct cursor cursor;
	struct key prefix;

	w->pivot = within ? s->place.pivot : choose(w, organization);
	prefix_of(s->query, w->pivot, organization, &prefix);
	txn_cursor(&cursor, w->txn, DIR_CONTACT_WORD, &prefix,
	    within ? &s->place.key : NULL, true);
	while (on) {
		struct arena_mark mark = arena_mark(arena);

		if (!txn_cursor_next(&cursor, &entry, &list))
			break;
		on = look(w, entry, list, &kept);
		if (!kept)
			arena_rewind(arena, mark);
	}
	txn_cursor_close(&cursor);
	return on;
}

void
contact_search(struct txn *txn, struct contact_search *s)
{
	struct walk w = { .txn = txn, .search = s };
	struct str at = bytes_of(&s->place.key), begun = STR("");

	s->n = 0;
	s->more = false;
	s->ids = arena_alloc(txn_arena(txn), (s->most + 1) * sizeof(*s->ids));
	if (s->ids == NULL) {
		txn_fail(txn, HUB_ENOMEM);
		return;
	}
	/* The place moves; a copy tells where the search began. */
	if (s->place.begun) {
		key_take_str(&at, &begun);
		begun = arena_str(txn_arena(txn), begun);
	}
	for (size_t i = 0; i < s->organization_count; i++) {
		struct str organization = s->organizations[i];
		int order = str_cmp(organization, begun);

		if (order >= 0 &&
		    !search_organization(&w, organization, order == 0))
			break;
	}
}
