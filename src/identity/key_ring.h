#ifndef IDENTITY_KEY_RING_H
#define IDENTITY_KEY_RING_H

#include <stddef.h>
#include <stdint.h>
#include "identity/act.h"
#include "identity/signing_key.h"

/*
 * The keys that sign tokens. One signs at a time; the next is published ahead
 * of its use, so that who checks tokens knows it when it comes; an old one
 * stays until no token that it has signed can be alive. A rotation goes through
 * both stores in three steps:
 *
 *   directory  the public half: whatever it signs will be taken
 *   vault      the private half, with the time that it signs from; the event
 *   directory  the end of the key that it follows; the generation, at which
 *              those who sign read the vault again
 *
 * After a crash between two of them nobody signs with a key that is not
 * published, and no key ends that may still sign; key_ring_tidy() does the
 * third step, and takes away what came of the first alone.
 */

/* A rotation that is wanted, and what it has come to. */
struct key_rotation {
	const struct signing_key *fresh; /* its times are not looked at */
	int64_t now;                     /* seconds since 1970 */
	bool at_once; /* it signs from NOW on; else key.ahead later */

	char kid[KID_LEN + 1];
	int64_t signs_from;
};

/*
 * Puts the fresh key after those that are there; AT_ONCE, one that waits for
 * its time already signs in its place. First completes what another rotation
 * has left. HUB_ENOENT: there is no key yet; HUB_EEXIST: the next one waits for
 * its time; HUB_ETOOBIG: there are KEYSET_MAX keys; each with the sentence.
 */
int key_ring_rotate(const struct hub *hub, const struct actor *actor,
    struct key_rotation *rotation, struct why *why);

/*
 * What time brings, for the housekeeper: ends what was followed by another key,
 * takes public keys away that are past their end, private ones that will not
 * sign again, and public ones without a private half that are a day old. Writes
 * only where there is something to do.
 */
int key_ring_tidy(const struct hub *hub, int64_t now);

enum key_state {
	KEY_NEXT,        /* published, its time has not come */
	KEY_SIGNS,       /* the one */
	KEY_VERIFIES,    /* what it has signed counts until it ends */
	KEY_ENDED,       /* not yet tidied away */
	KEY_UNUSED,      /* without a private half: it will never sign */
	KEY_UNPUBLISHED, /* without a public half: nobody takes its tokens */
};

struct key_info {
	char kid[KID_LEN + 1];
	enum key_state state;
	int64_t created;
	int64_t signs_from; /* 0: not known any more */
	int64_t ends;       /* 0: no end is set */
};

/* All keys of both stores by the time that they were made, in the arena. */
int key_ring_list(
    const struct hub *hub, int64_t now, struct key_info **list, size_t *n);

#endif
