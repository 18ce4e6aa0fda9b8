#include "identity/throttle.h"

#include <arpa/inet.h>
#include <stdio.h>
#include "base/err.h"
#include "base/secret.h"
#include "directory/username.h"
#include "identity/opaque.h"
#include "store/schema.h"
#include "store/throttle_rec.h"

/* Tries that cost no delay. Behind one address may be a whole office. */
#define FREE_OF_NAME 3
#define FREE_OF_ADDRESS 20

/* Milliseconds. */
#define FIRST_DELAY 1000
#define LONGEST_DELAY (15 * 60 * 1000)
#define MEMORY (60 * 60 * 1000) /* a counter that rests so long is forgotten */

/*
 * Counters there can be. When there are so many, new ones share a few: nobody
 * gets rid of another's counter by making ours overflow.
 */
#define COUNTERS_MAX 262144
#define SHARED 1024

struct counter {
	struct key key;
	struct throttle_rec rec;
	uint32_t free;
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

/* The counter of a name ('n') or an address ('a'). */
static void
open_counter(struct txn *vault, char kind, struct str text, struct counter *c)
{
	struct opaque_digest digest = { "" };
	char shared[16];
	struct buf whole;

	c->free = kind == 'n' ? FREE_OF_NAME : FREE_OF_ADDRESS;
	buf_init_arena(&whole, txn_arena(vault), text.n + 1);
	buf_byte(&whole, kind);
	buf_str(&whole, text);
	if (buf_error(&whole) != 0 ||
	    opaque_digest_any(buf_view(&whole), &digest) != 0)
		txn_fail(vault, HUB_ENOMEM);
	key_of(&c->key, str_of(digest.text));
	read_record(vault, &c->key, &c->rec);
	if (c->rec.tries > 0 || txn_count(vault, VAULT_THROTTLE) < COUNTERS_MAX)
		return;
	snprintf(shared, sizeof(shared), "%c%u", kind,
	    ((unsigned int)digest.text[0] * 64 + (unsigned int)digest.text[1]) %
		SHARED);
	key_of(&c->key, str_of(shared));
	read_record(vault, &c->key, &c->rec);
}

static struct str
fold(struct txn *vault, struct str name)
{
	struct str folded = username_fold(txn_arena(vault), str_trim(name));

	if (folded.p == NULL && name.n > 0)
		txn_fail(vault, HUB_ENOMEM);
	return folded;
}

static int64_t
delay_of(const struct counter *c)
{
	int64_t delay = FIRST_DELAY;

	if (c->rec.tries < c->free)
		return 0;
	for (uint32_t i = c->free; i < c->rec.tries; i++) {
		delay *= 2;
		if (delay >= LONGEST_DELAY)
			return LONGEST_DELAY;
	}
	return delay;
}

/* Milliseconds until the next try; forgets what has rested long enough. */
static int64_t
wait_of(struct counter *c, int64_t now)
{
	int64_t since = now - c->rec.last;

	/* A clock that was set back must not make the wait longer. */
	if (since < 0)
		since = 0;
	if (since >= MEMORY)
		c->rec.tries = 0;
	return since >= delay_of(c) ? 0 : delay_of(c) - since;
}

static void
add_try(struct txn *vault, struct counter *c, int64_t now)
{
	if (c->rec.tries < UINT32_MAX)
		c->rec.tries++;
	c->rec.last = now;
	write_record(vault, c);
}

int64_t
throttle_enter(
    struct txn *vault, struct str name, struct str source, int64_t now_ms)
{
	char text[INET6_ADDRSTRLEN];
	struct counter of_name, of_address;
	int64_t wait, other;

	open_counter(vault, 'n', fold(vault, name), &of_name);
	open_counter(vault, 'a', network_of(source, text), &of_address);
	wait = wait_of(&of_name, now_ms);
	other = wait_of(&of_address, now_ms);
	if (other > wait)
		wait = other;
	if (wait > 0)
		return wait;
	add_try(vault, &of_name, now_ms);
	add_try(vault, &of_address, now_ms);
	return 0;
}

void
throttle_succeed(struct txn *vault, struct str name, struct str source)
{
	char text[INET6_ADDRSTRLEN];
	struct counter c;

	open_counter(vault, 'n', fold(vault, name), &c);
	txn_del(vault, VAULT_THROTTLE, &c.key);
	open_counter(vault, 'a', network_of(source, text), &c);
	if (c.rec.tries == 0)
		return;
	c.rec.tries--;
	write_record(vault, &c);
}
