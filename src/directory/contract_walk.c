#include "directory/contract_walk.h"

#include "base/b64.h"
#include "store/rec_list.h"
#include "store/schema.h"

void
contract_walk_begin(struct contract_walk *w, struct txn *txn,
    const struct account_rec *account, const struct contract_filter *filter,
    struct key *position)
{
	*w = (struct contract_walk){ .txn = txn,
		.filter = filter,
		.dossiers = account->dossiers,
		.position = position };
}

void
contract_walk_end(struct contract_walk *w)
{
	if (w->walking)
		txn_cursor_close(&w->cursor);
	w->walking = false;
}

/* What is in use of it; a key has room for far more than most need. */
static void
copy_key(struct key *to, const struct key *from)
{
	memcpy(to->b, from->b, from->n);
	to->n = from->n;
	to->bad = from->bad;
}

void
contract_walk_back(struct contract_walk *w)
{
	copy_key(w->position, &w->before);
}

static struct str
bytes_of(const struct key *key)
{
	return (struct str){ (const char *)key->b, key->n };
}

static bool
is_wanted(struct str wanted, struct str value)
{
	return wanted.n == 0 || str_eq(wanted, value);
}

/*
 * Opens the next dossier that holds lines behind the position. The dossiers
 * stand in the order of their organisations, one in each; so one that sorts
 * wholly before the position has been walked.
 */
static bool
next_dossier(struct contract_walk *w)
{
	struct str organization, dossier;
	struct key prefix;

	while (rec_list_next(&w->dossiers, &organization) &&
	    rec_list_next(&w->dossiers, &dossier)) {
		bool within;

		if (!is_wanted(w->filter->organization, organization))
			continue;
		key_begin(&prefix);
		key_str(&prefix, organization);
		key_str(&prefix, dossier);
		within = str_starts(bytes_of(w->position), bytes_of(&prefix));
		if (!within &&
		    str_cmp(bytes_of(&prefix), bytes_of(w->position)) < 0)
			continue;
		txn_cursor(&w->cursor, w->txn, DIR_CONTRACT_LINE, &prefix,
		    within ? w->position : NULL, within);
		w->walking = true;
		return true;
	}
	return false;
}

static void
set_position(struct contract_walk *w, struct str key)
{
	if (key.n > KEY_MAX) {
		txn_fail(w->txn, HUB_ECORRUPT);
		return;
	}
	memcpy(w->position->b, key.p, key.n);
	w->position->n = (uint16_t)key.n;
}

bool
contract_walk_next(
    struct contract_walk *w, uint64_t looked_max, struct contract_line *line)
{
	struct arena *arena = txn_arena(w->txn);
	struct str key, value;

	while (w->walking || next_dossier(w)) {
		struct arena_mark mark = arena_mark(arena);

		if (w->looked_at >= looked_max)
			return false;
		if (!txn_cursor_next(&w->cursor, &key, &value)) {
			contract_walk_end(w);
			continue;
		}
		w->looked_at++;
		if (contract_line_get(value, line) != 0) {
			txn_fail(w->txn, HUB_ECORRUPT);
			return false;
		}
		copy_key(&w->before, w->position);
		set_position(w, key);
		if (is_wanted(w->filter->status, line->status) &&
		    is_wanted(w->filter->format, line->format))
			return true;
		arena_rewind(arena, mark);
	}
	w->ended = true;
	return false;
}

bool
contract_is_listed(
    struct txn *txn, const struct account_rec *account, struct str id)
{
	struct str list = account->dossiers, organization, dossier;
	struct key key;

	while (rec_list_next(&list, &organization) &&
	    rec_list_next(&list, &dossier)) {
		contract_line_key(&key, organization, dossier, id);
		if (txn_has(txn, DIR_CONTRACT_LINE, &key))
			return true;
	}
	return false;
}

struct str
contract_cursor_text(struct arena *arena, const struct key *position)
{
	struct buf text;

	buf_init_arena(&text, arena, B64URL_LEN(KEY_MAX));
	b64url_put(&text, position->b, position->n);
	return buf_view(&text);
}

/* Three pieces of text, as contract_line_key() makes them. */
bool
contract_cursor_parse(struct str text, struct key *position)
{
	ptrdiff_t n = b64url_decode(text, position->b, KEY_MAX);
	struct str rest, piece;

	if (n <= 0)
		return false;
	position->n = (uint16_t)n;
	position->bad = false;
	rest = bytes_of(position);
	for (int i = 0; i < 3; i++) {
		if (!key_take_str(&rest, &piece) || piece.n == 0)
			return false;
	}
	return rest.n == 0;
}
