#include "identity/throttle.h"

#include <arpa/inet.h>
#include "base/err.h"
#include "base/rand.h"
#include "directory/username.h"
#include "identity/opaque.h"
#include "store/schema.h"
#include "store/throttle_rec.h"

/* Tries that cost no delay. Behind one address may be a whole office. */
#define FREE_OF_NAME 3
#define FREE_OF_ADDRESS 20
#define FREE_OF_EMPLOYEE 5

/* Milliseconds. */
#define FIRST_DELAY 1000
#define LONGEST_DELAY (15 * 60 * 1000)
#define MEMORY (60 * 60 * 1000) /* a counter that rests so long is forgotten */

/* Of codes. */
#define LONGEST_DELAY_SLOW (60 * 60 * 1000)
#define MEMORY_SLOW (24 * 60 * 60 * 1000)

/*
 * A clock may go back a little. By more than this it was set, and then what it
 * had said before is no ground to keep anybody out.
 */
#define CLOCK_SLACK (60 * 1000)

/* Counters among which a full table finds one to give up. */
#define SAMPLE 16

/* Counters that a sweep looks at for each that it may remove. */
#define LOOKS 16

struct counter {
	struct key key;
	struct throttle_rec rec;
	uint32_t free;
	bool slow;
};

/* Of an IPv6 address the network: one house has all the rest of it. */
static struct str
network_of(struct str source, char text[INET6_ADDRSTRLEN])
{
	struct in6_addr address;

	if (source.n >= INET6_ADDRSTRLEN || str_index(source, ':') < 0)
		return source;
	memcpy(text, source.p, source.n);
	text[source.n] = '\0';
	if (inet_pton(AF_INET6, text, &address) != 1 ||
	    IN6_IS_ADDR_V4MAPPED(&address))
		return source;
	memset(address.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &address, text, INET6_ADDRSTRLEN);
	return str_of(text);
}

static void
read_record(struct txn *vault, const struct key *key, struct throttle_rec *rec)
{
	struct str bytes;
	int rc;

	*rec = (struct throttle_rec){ 0 };
	if (!txn_get(vault, VAULT_THROTTLE, key, &bytes))
		return;
	rc = throttle_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(vault, rc);
}

static void
write_record(struct txn *vault, const struct counter *c)
{
	struct buf bytes;

	buf_init_arena(&bytes, txn_arena(vault), 64);
	throttle_rec_put(&bytes, &c->rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	txn_put(vault, VAULT_THROTTLE, &c->key, buf_view(&bytes));
}

static uint32_t
free_of(char kind)
{
	switch (kind) {
	case 'a':
	case 's':
		return FREE_OF_ADDRESS;
	case 'e':
		return FREE_OF_EMPLOYEE;
	default:
		return FREE_OF_NAME;
	}
}

/*
 * The counter of a name ('n'), an account's codes ('c'), an address ('a') or an
 * employee ('e'); of a name ('f') and an address ('s') in requests for a
 * forgotten password; of an organisation's invitations of one account ('i').
 */
static void
open_counter(struct txn *vault, char kind, struct str text, struct counter *c)
{
	struct opaque_digest digest = { "" };
	struct buf whole;

	c->free = free_of(kind);
	c->slow = kind == 'c' || kind == 'i';
	buf_init_arena(&whole, txn_arena(vault), text.n + 1);
	buf_byte(&whole, kind);
	buf_str(&whole, text);
	if (buf_error(&whole) != 0 ||
	    opaque_digest_any(buf_view(&whole), &digest) != 0)
		txn_fail(vault, HUB_ENOMEM);
	key_of(&c->key, str_of(digest.text));
	read_record(vault, &c->key, &c->rec);
}

static struct str
fold(struct txn *vault, struct str name)
{
	struct str folded = username_fold(txn_arena(vault), str_trim(name));

	if (folded.p == NULL)
		txn_fail(vault, HUB_ENOMEM);
	return folded;
}

/* After as many tries as are free the next one still comes at once. */
static int64_t
delay_of(const struct counter *c)
{
	int64_t delay = FIRST_DELAY;
	int64_t longest = c->slow ? LONGEST_DELAY_SLOW : LONGEST_DELAY;

	if (c->rec.tries <= c->free)
		return 0;
	for (uint32_t i = c->free + 1; i < c->rec.tries; i++) {
		delay *= 2;
		if (delay >= longest)
			return longest;
	}
	return delay;
}

static bool
has_rested(const struct throttle_rec *rec, int64_t now)
{
	int64_t memory = rec->slow ? MEMORY_SLOW : MEMORY;

	return now - rec->last >= memory || rec->last - now > CLOCK_SLACK;
}

/* Milliseconds until the next try; forgets what has rested long enough. */
static int64_t
wait_of(struct counter *c, int64_t now)
{
	int64_t since = now - c->rec.last;

	if (has_rested(&c->rec, now))
		c->rec = (struct throttle_rec){ 0 };
	if (since < 0)
		since = 0;
	return since >= delay_of(c) ? 0 : delay_of(c) - since;
}

/*
 * A walk over all counters that begins anywhere: behind the last one it goes on
 * with those before its beginning. The table is not changed meanwhile.
 */
struct round {
	struct txn *vault;
	struct cursor cursor;
	struct key from;
	bool second; /* before the beginning */
};

static void
round_begin(struct round *round, struct txn *vault)
{
	char place[RAND_ID];

	rand_id(place);
	key_of(&round->from, str_of(place));
	round->vault = vault;
	round->second = false;
	txn_cursor(
	    &round->cursor, vault, VAULT_THROTTLE, NULL, &round->from, false);
}

static bool
round_entry(struct round *round, struct str *key, struct str *bytes)
{
	struct str from = { (const char *)round->from.b, round->from.n };

	if (txn_cursor_next(&round->cursor, key, bytes))
		return !round->second || str_cmp(*key, from) < 0;
	if (round->second)
		return false;
	round->second = true;
	txn_cursor_close(&round->cursor);
	txn_cursor(
	    &round->cursor, round->vault, VAULT_THROTTLE, NULL, NULL, false);
	return round_entry(round, key, bytes);
}

/* KEY stays in the transaction's arena. */
static bool
round_next(struct round *round, struct str *key, struct throttle_rec *rec)
{
	struct str bytes;
	int rc;

	if (!round_entry(round, key, &bytes))
		return false;
	rc = throttle_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(round->vault, rc);
	return rc == 0;
}

static void
key_again(struct key *key, struct str bytes)
{
	struct str text = STR("");

	key_take_str(&bytes, &text);
	key_of(key, text);
}

/*
 * The tries alone decide, not the time: an old counter that delays somebody is
 * worth more than a fresh one that does not.
 */
static bool
is_less(const struct throttle_rec *a, const struct throttle_rec *b)
{
	return a->tries != b->tries ? a->tries < b->tries : a->last < b->last;
}

static void
make_room(struct txn *vault, int64_t now)
{
	struct throttle_rec rec, least = { 0 };
	struct round round;
	struct str entry, chosen = STR_NONE;
	struct key key;

	if (txn_count(vault, VAULT_THROTTLE) < THROTTLE_MAX)
		return;
	round_begin(&round, vault);
	for (int i = 0; i < SAMPLE && round_next(&round, &entry, &rec); i++) {
		if (has_rested(&rec, now))
			rec.tries = 0;
		if (chosen.p == NULL || is_less(&rec, &least)) {
			least = rec;
			chosen = entry;
		}
	}
	txn_cursor_close(&round.cursor);
	key_again(&key, chosen);
	txn_del(vault, VAULT_THROTTLE, &key);
}

static void
add_try(struct txn *vault, struct counter *c, int64_t now)
{
	if (!txn_has(vault, VAULT_THROTTLE, &c->key))
		make_room(vault, now);
	if (c->rec.tries < UINT32_MAX)
		c->rec.tries++;
	c->rec.last = now;
	c->rec.refused = false;
	c->rec.slow = c->slow;
	write_record(vault, c);
}

/* Whether a refusal is the first since the try that brought the delay. */
static bool
note_refusal(struct txn *vault, struct counter *c)
{
	if (c->rec.refused)
		return false;
	c->rec.refused = true;
	write_record(vault, c);
	return true;
}

/* OWN is the counter beside the address's, which is of this KIND. */
static int64_t
enter_as(struct txn *vault, struct counter *own, char kind, struct str source,
    int64_t now_ms, bool *first)
{
	char text[INET6_ADDRSTRLEN];
	struct counter of_address;
	int64_t wait_own, wait_address;

	open_counter(vault, kind, network_of(source, text), &of_address);
	wait_own = wait_of(own, now_ms);
	wait_address = wait_of(&of_address, now_ms);
	*first = false;
	if (wait_own > 0 || wait_address > 0) {
		*first = note_refusal(vault, wait_own > 0 ? own : &of_address);
		return wait_own > wait_address ? wait_own : wait_address;
	}
	add_try(vault, own, now_ms);
	add_try(vault, &of_address, now_ms);
	return 0;
}

static int64_t
enter(struct txn *vault, struct counter *own, struct str source, int64_t now_ms,
    bool *first)
{
	return enter_as(vault, own, 'a', source, now_ms, first);
}

int64_t
throttle_enter(struct txn *vault, struct str name, struct str source,
    int64_t now_ms, bool *first)
{
	struct counter of_name;

	open_counter(vault, 'n', fold(vault, name), &of_name);
	return enter(vault, &of_name, source, now_ms, first);
}

int64_t
throttle_enter_code(struct txn *vault, struct str account, struct str source,
    int64_t now_ms, bool *first)
{
	struct counter of_codes;

	open_counter(vault, 'c', account, &of_codes);
	return enter(vault, &of_codes, source, now_ms, first);
}

int64_t
throttle_forgotten(struct txn *vault, struct str name, struct str source,
    int64_t now_ms, bool *first)
{
	struct counter of_name;

	open_counter(vault, 'f', fold(vault, name), &of_name);
	return enter_as(vault, &of_name, 's', source, now_ms, first);
}

int64_t
throttle_conflict_wait(struct txn *vault, struct str account, int64_t now_ms)
{
	struct counter c;

	open_counter(vault, 'e', account, &c);
	return wait_of(&c, now_ms);
}

int64_t
throttle_conflict(
    struct txn *vault, struct str account, int64_t now_ms, bool *first)
{
	struct counter c;
	int64_t wait;

	open_counter(vault, 'e', account, &c);
	wait = wait_of(&c, now_ms);
	*first = false;
	if (wait > 0)
		*first = note_refusal(vault, &c);
	else
		add_try(vault, &c, now_ms);
	return wait;
}

int64_t
throttle_invitation(struct txn *vault, struct str organization,
    struct str account, int64_t now_ms)
{
	struct counter c;
	struct buf both;
	int64_t wait;

	buf_init_arena(&both, txn_arena(vault), organization.n + account.n + 1);
	buf_str(&both, organization);
	buf_byte(&both, ' ');
	buf_str(&both, account);
	if (buf_error(&both) != 0)
		txn_fail(vault, buf_error(&both));
	open_counter(vault, 'i', buf_view(&both), &c);
	wait = wait_of(&c, now_ms);
	if (wait == 0)
		add_try(vault, &c, now_ms);
	return wait;
}

static void
succeed(struct txn *vault, const struct counter *own, struct str source)
{
	char text[INET6_ADDRSTRLEN];
	struct counter c;

	txn_del(vault, VAULT_THROTTLE, &own->key);
	open_counter(vault, 'a', network_of(source, text), &c);
	if (c.rec.tries > 1) {
		c.rec.tries--;
		write_record(vault, &c);
	} else {
		txn_del(vault, VAULT_THROTTLE, &c.key);
	}
}

void
throttle_succeed(struct txn *vault, struct str name, struct str source)
{
	struct counter c;

	open_counter(vault, 'n', fold(vault, name), &c);
	succeed(vault, &c, source);
}

void
throttle_succeed_code(struct txn *vault, struct str account, struct str source)
{
	struct counter c;

	open_counter(vault, 'c', account, &c);
	succeed(vault, &c, source);
}

unsigned int
throttle_sweep(struct txn *vault, int64_t now_ms, unsigned int most)
{
	struct arena *arena = txn_arena(vault);
	struct str *found = arena_alloc(arena, (most + 1) * sizeof(*found));
	struct throttle_rec rec;
	struct round round;
	struct key key;
	unsigned int n = 0;

	if (found == NULL) {
		txn_fail(vault, HUB_ENOMEM);
		return 0;
	}
	round_begin(&round, vault);
	for (uint64_t looks = (uint64_t)most * LOOKS; looks > 0 && n < most;
	     looks--) {
		struct arena_mark mark = arena_mark(arena);

		if (!round_next(&round, &found[n], &rec))
			break;
		if (has_rested(&rec, now_ms))
			n++;
		else
			arena_rewind(arena, mark);
	}
	txn_cursor_close(&round.cursor);
	for (unsigned int i = 0; i < n; i++) {
		key_again(&key, found[i]);
		txn_del(vault, VAULT_THROTTLE, &key);
	}
	return n;
}
