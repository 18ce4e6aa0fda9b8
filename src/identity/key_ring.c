#include "identity/key_ring.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/conf.h"
#include "base/secret.h"
#include "directory/state.h"
#include "identity/audit.h"
#include "identity/signing_key.h"
#include "store/schema.h"

#define CLOCK_MARGIN 300 /* seconds that clocks, and work under way, may take */
#define ORPHAN_AGE 86400 /* seconds; no rotation takes so long */
#define RING_MAX (2 * KEYSET_MAX) /* no key has its two halves */

/* A key as the two stores together tell of it. */
struct link {
	char kid[KID_LEN + 1];
	bool private, public;
	int64_t created, signs_from, ends;
	int64_t followed; /* when the next one signs; INT64_MAX: none yet */
};

/* All keys: first those with a private half, in the order that they sign. */
struct ring {
	struct link link[RING_MAX];
	size_t n, private;
};

/* The link of that name, made if there is none; NULL if there are too many. */
static struct link *
link_of(struct ring *ring, struct str kid)
{
	struct link *link;

	for (size_t i = 0; i < ring->n; i++) {
		if (str_eq(kid, str_of(ring->link[i].kid)))
			return &ring->link[i];
	}
	if (ring->n == RING_MAX || kid.n != KID_LEN)
		return NULL;
	link = &ring->link[ring->n++];
	*link = (struct link){ .followed = INT64_MAX };
	memcpy(link->kid, kid.p, kid.n);
	return link;
}

static int
add_private(struct ring *ring, struct str kid, struct str value)
{
	struct link *link = link_of(ring, kid);
	struct private_key_rec rec;
	int rc = private_key_rec_get(value, &rec);

	if (rc != 0 || link == NULL)
		return rc != 0 ? rc : HUB_ECORRUPT;
	link->private = true;
	link->created = rec.created;
	link->signs_from = rec.signs_from;
	return 0;
}

static int
add_public(struct ring *ring, struct str kid, struct str value)
{
	struct link *link = link_of(ring, kid);
	struct public_key_rec rec;
	int rc = public_key_rec_get(value, &rec);

	if (rc != 0 || link == NULL)
		return rc != 0 ? rc : HUB_ECORRUPT;
	link->public = true;
	link->created = rec.created;
	link->ends = rec.ends;
	return 0;
}

static int
read_store(struct ring *ring, struct store *store, unsigned int table,
    struct arena *arena,
    int (*add)(struct ring *ring, struct str kid, struct str value))
{
	struct txn *txn = store_read_begin(store, arena);
	struct str key, value, kid;
	struct cursor cursor;
	int rc = 0, end;

	txn_cursor(&cursor, txn, table, NULL, NULL, false);
	while (rc == 0 && txn_cursor_next(&cursor, &key, &value)) {
		rc = key_take_str(&key, &kid) ? add(ring, kid, value)
					      : HUB_ECORRUPT;
		/* The arena's copy of a private key goes at once. */
		secret_clear((void *)(uintptr_t)value.p, value.n);
	}
	txn_cursor_close(&cursor);
	end = store_read_end(txn);
	return end != 0 ? end : rc;
}

/* As signer_current() chooses: the name decides within a second. */
static int
by_turn(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->private != y->private)
		return x->private ? -1 : 1;
	if (x->signs_from != y->signs_from)
		return x->signs_from < y->signs_from ? -1 : 1;
	return strcmp(x->kid, y->kid);
}

static int
ring_read(const struct hub *hub, struct ring *ring)
{
	int rc;

	ring->n = ring->private = 0;
	if ((rc = read_store(
		 ring, hub->vault, VAULT_KEY, hub->arena, add_private)) != 0)
		return rc;
	ring->private = ring->n;
	if ((rc = read_store(
		 ring, hub->directory, DIR_KEY, hub->arena, add_public)) != 0)
		return rc;
	qsort(ring->link, ring->n, sizeof(ring->link[0]), by_turn);
	for (size_t i = 0; i + 1 < ring->private; i++)
		ring->link[i].followed = ring->link[i + 1].signs_from;
	return 0;
}

static bool
is_past(int64_t ends, int64_t now)
{
	return ends != 0 && ends <= now;
}

/*
 * A public half that never got its private one. Where there is no private key
 * at all, something else is wrong, and nothing is taken away.
 */
static bool
is_orphan(const struct ring *ring, const struct link *link, int64_t now)
{
	return link->public && !link->private && link->ends == 0 &&
	    ring->private > 0 && link->created + ORPHAN_AGE <= now;
}

static bool
is_over(const struct ring *ring, const struct link *link, int64_t now)
{
	return link->public &&
	    (is_past(link->ends, now) || is_orphan(ring, link, now));
}

static bool
needs_end(const struct link *link)
{
	return link->public && link->ends == 0 && link->followed != INT64_MAX;
}

/*
 * When the last token must have expired that the key can have signed. Those who
 * sign may have learnt only now that another has taken its place.
 */
static int64_t
end_of(const struct link *link, int64_t now)
{
	int64_t last = link->followed > now ? link->followed : now;

	return last + TOKEN_LIFETIME_MAX + CLOCK_MARGIN;
}

/* Its end is known to the readers, and its time is over. */
static bool
signs_no_more(const struct link *link, int64_t now)
{
	return link->private && link->followed != INT64_MAX &&
	    link->followed + CLOCK_MARGIN <= now &&
	    (!link->public || link->ends != 0);
}

/* One tidying under way. */
struct tidy {
	struct ring ring;
	const struct actor *actor;
	int64_t now;
	bool raise; /* the generation, whatever else there is to do */
};

/* Sets the end of a key that may have got one, or have gone, meanwhile. */
static void
set_end(struct txn *directory, const struct link *link, int64_t ends)
{
	struct signing_key key;
	struct str bytes;
	struct key k;
	int rc;

	key_of(&k, str_of(link->kid));
	if (!txn_get(directory, DIR_KEY, &k, &bytes))
		return;
	rc = public_key_rec_get(bytes, &key.public);
	if (rc != 0)
		txn_fail(directory, rc);
	if (rc != 0 || key.public.ends != 0)
		return;
	memcpy(key.kid, link->kid, sizeof(key.kid));
	key.public.ends = ends;
	signing_key_put_public(directory, &key);
}

static int
tidy_directory(struct txn *directory, void *arg)
{
	const struct tidy *t = arg;
	bool raise = t->raise;
	struct key key;

	for (size_t i = 0; i < t->ring.n; i++) {
		const struct link *link = &t->ring.link[i];

		if (is_over(&t->ring, link, t->now)) {
			key_of(&key, str_of(link->kid));
			raise = txn_del(directory, DIR_KEY, &key) || raise;
		} else if (needs_end(link)) {
			set_end(directory, link, end_of(link, t->now));
		}
	}
	if (raise)
		generation_raise(directory);
	return 0;
}

static void
put_event(struct txn *vault, const struct actor *actor, const char *event,
    const char *detail)
{
	struct audit_rec rec;

	if (detail == NULL)
		txn_fail(vault, HUB_ENOMEM);
	act_event(&rec, actor, event, STR(""), detail);
	audit_put(vault, &rec);
}

static int
tidy_vault(struct txn *vault, void *arg)
{
	const struct tidy *t = arg;
	struct key key;

	for (size_t i = 0; i < t->ring.n; i++) {
		const struct link *link = &t->ring.link[i];

		key_of(&key, str_of(link->kid));
		if (signs_no_more(link, t->now) &&
		    txn_del(vault, VAULT_KEY, &key))
			put_event(vault, t->actor, "key.removed",
			    arena_printf(txn_arena(vault),
				"kid %s, the private half", link->kid));
		if (is_over(&t->ring, link, t->now))
			put_event(vault, t->actor, "key.removed",
			    arena_printf(txn_arena(vault),
				"kid %s, the public half", link->kid));
	}
	return 0;
}

static bool
concerns_directory(const struct tidy *t)
{
	bool any = t->raise;

	for (size_t i = 0; i < t->ring.n && !any; i++)
		any = is_over(&t->ring, &t->ring.link[i], t->now) ||
		    needs_end(&t->ring.link[i]);
	return any;
}

static bool
concerns_vault(const struct tidy *t)
{
	bool any = false;

	for (size_t i = 0; i < t->ring.n && !any; i++)
		any = is_over(&t->ring, &t->ring.link[i], t->now) ||
		    signs_no_more(&t->ring.link[i], t->now);
	return any;
}

/* The directory first: what it takes away nobody can use any more. */
static int
tidy(const struct hub *hub, struct tidy *t)
{
	int rc = ring_read(hub, &t->ring);

	if (rc == 0 && concerns_directory(t))
		rc = store_write(hub->directory, hub->arena, tidy_directory, t);
	if (rc == 0 && concerns_vault(t))
		rc = store_write(hub->vault, hub->arena, tidy_vault, t);
	return rc;
}

int
key_ring_tidy(const struct hub *hub, int64_t now)
{
	const struct actor housekeeper = { .source = STR("housekeeper") };
	struct tidy t = { .actor = &housekeeper, .now = now };

	return tidy(hub, &t);
}

/* A rotation on its way through the stores. */
struct turn {
	struct signing_key key;
	const struct actor *actor;
};

static int
publish(struct txn *directory, void *arg)
{
	const struct turn *turn = arg;

	if (txn_count(directory, DIR_KEY) >= KEYSET_MAX)
		return HUB_ETOOBIG;
	signing_key_put_public(directory, &turn->key);
	return 0;
}

static void
put_rotated(struct txn *vault, const struct turn *turn)
{
	char from[CLOCK_TEXT];

	clock_text(turn->key.private.signs_from, from);
	put_event(vault, turn->actor, "key.rotated",
	    arena_printf(txn_arena(vault), "kid %s, signs from %s",
		turn->key.kid, from));
}

static int
let_sign(struct txn *vault, void *arg)
{
	const struct turn *turn = arg;

	signing_key_put_private(vault, &turn->key);
	put_rotated(vault, turn);
	return 0;
}

/* The key that waits for its time may sign from now on. */
static int
bring_forward(struct txn *vault, void *arg)
{
	const struct turn *turn = arg;
	struct signing_key key = turn->key;
	struct str bytes;
	struct key k;
	int rc;

	key_of(&k, str_of(key.kid));
	if (!txn_get(vault, VAULT_KEY, &k, &bytes))
		return HUB_ENOENT;
	rc = private_key_rec_get(bytes, &key.private);
	if (rc == 0) {
		key.private.signs_from = turn->key.private.signs_from;
		signing_key_put_private(vault, &key);
		put_rotated(vault, turn);
	}
	secret_clear((void *)(uintptr_t)bytes.p, bytes.n);
	return rc;
}

static int
explain(int rc, const struct ring *ring, struct why *why)
{
	char until[CLOCK_TEXT] = "";
	int64_t first = INT64_MAX;

	if (rc != HUB_ETOOBIG)
		return why_set(
		    why, rc, "cannot rotate the key: %s", err_text(rc));
	for (size_t i = 0; i < ring->n; i++) {
		if (ring->link[i].ends != 0 && ring->link[i].ends < first)
			first = ring->link[i].ends;
	}
	clock_text(first, until);
	return why_set(why, rc,
	    "there are %d keys already, as many as there may be%s%s",
	    KEYSET_MAX,
	    *until != '\0' ? ": wait until the first one ends, at " : "",
	    until);
}

/* Publishes a key and gives it to those who sign. */
static int
add_key(const struct hub *hub, struct turn *turn)
{
	int rc = store_write(hub->directory, hub->arena, publish, turn);

	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, let_sign, turn);
	return rc;
}

/* FROM, but after the first N keys of the ring, also within a second. */
static int64_t
turn_after(const struct ring *ring, size_t n, int64_t from)
{
	if (n > 0 && from <= ring->link[n - 1].signs_from)
		return ring->link[n - 1].signs_from + 1;
	return from;
}

static int
advance(const struct hub *hub, const struct actor *actor,
    const struct ring *ring, struct key_rotation *r, struct why *why)
{
	const struct link *last = &ring->link[ring->private - 1];
	int64_t ahead = r->at_once ? 0 : (int64_t)hub->conf->key_ahead;
	bool waits = last->signs_from > r->now;
	struct turn turn = { *r->fresh, actor };
	char from[CLOCK_TEXT];
	int rc;

	if (waits && !r->at_once) {
		clock_text(last->signs_from, from);
		return why_set(why, HUB_EEXIST,
		    "the next key is published and signs from %s: --now lets "
		    "it sign at once",
		    from);
	}
	if (waits) {
		memcpy(turn.key.kid, last->kid, sizeof(turn.key.kid));
		turn.key.private.signs_from =
		    turn_after(ring, ring->private - 1, r->now);
		rc = store_write(hub->vault, hub->arena, bring_forward, &turn);
	} else {
		turn.key.private.created = turn.key.public.created = r->now;
		turn.key.private.signs_from =
		    turn_after(ring, ring->private, r->now + ahead);
		rc = add_key(hub, &turn);
	}
	memcpy(r->kid, turn.key.kid, sizeof(r->kid));
	r->signs_from = turn.key.private.signs_from;
	return rc == 0 ? 0 : explain(rc, ring, why);
}

int
key_ring_rotate(const struct hub *hub, const struct actor *actor,
    struct key_rotation *r, struct why *why)
{
	struct tidy t = { .actor = actor, .now = r->now };
	int rc = tidy(hub, &t);

	if (rc != 0)
		return explain(rc, &t.ring, why);
	if (t.ring.private == 0)
		return why_set(why, HUB_ENOENT,
		    "there is no signing key; make one with hubctl init");
	rc = advance(hub, actor, &t.ring, r, why);
	if (rc != 0)
		return rc;
	t.raise = true;
	rc = tidy(hub, &t);
	if (rc != 0)
		return why_set(why, rc,
		    "the next key is there, but those who sign may not have "
		    "heard of it yet (%s): restart the daemons",
		    err_text(rc));
	return 0;
}

/* The place of the key that signs, as signer_current() chooses. */
static size_t
current_of(const struct ring *ring, int64_t now)
{
	size_t current = 0;

	for (size_t i = 0; i < ring->private; i++) {
		if (ring->link[i].signs_from <= now)
			current = i;
	}
	return current;
}

static enum key_state
state_of(const struct ring *ring, size_t i, int64_t now)
{
	const struct link *link = &ring->link[i];
	size_t current = current_of(ring, now);

	if (!link->public)
		return KEY_UNPUBLISHED;
	if (link->private && i >= current)
		return i == current ? KEY_SIGNS : KEY_NEXT;
	if (is_past(link->ends, now))
		return KEY_ENDED;
	return link->private || link->ends != 0 ? KEY_VERIFIES : KEY_UNUSED;
}

static int
by_age(const void *a, const void *b)
{
	const struct key_info *x = a, *y = b;

	if (x->created != y->created)
		return x->created < y->created ? -1 : 1;
	return strcmp(x->kid, y->kid);
}

int
key_ring_list(
    const struct hub *hub, int64_t now, struct key_info **list, size_t *n)
{
	struct ring ring;
	int rc = ring_read(hub, &ring);

	*n = 0;
	if (rc != 0)
		return rc;
	*list = arena_zalloc(hub->arena, RING_MAX * sizeof(**list));
	if (*list == NULL)
		return HUB_ENOMEM;
	for (size_t i = 0; i < ring.n; i++) {
		struct key_info *info = &(*list)[i];

		memcpy(info->kid, ring.link[i].kid, sizeof(info->kid));
		info->state = state_of(&ring, i, now);
		info->created = ring.link[i].created;
		info->signs_from = ring.link[i].signs_from;
		info->ends = ring.link[i].ends;
	}
	*n = ring.n;
	qsort(*list, *n, sizeof(**list), by_age);
	return 0;
}
