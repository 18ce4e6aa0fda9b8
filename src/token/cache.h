#ifndef TOKEN_CACHE_H
#define TOKEN_CACHE_H

#include <stddef.h>
#include <stdint.h>
#include "base/str.h"
#include "token/claims.h"

/*
 * Tokens that were verified, with what they say: a bounded table of sets of
 * four, two of them for each token. No token is kept, but its length and its
 * tag (token/nh.h); one of more than NH_MAX bytes is passed over. The caller
 * looks at its expiry at each use.
 */

struct token_cache;

#define TOKEN_NOTE_MAX 768 /* bytes of an account that are worth it */

/*
 * What the caller has found out about a token beyond what it says; zeros at
 * first. What the directory says of a user is good in one state of it alone.
 */
struct token_note {
	uint64_t state;   /* of the directory, in which that is so */
	uint64_t opens;   /* a bit for each route */
	size_t account_n; /* bytes of the user's account; 0: not kept */
	char account[TOKEN_NOTE_MAX]; /* in a form of the caller's */
};

/* ENTRIES is rounded up to a power of two, 4 at least. NULL: no memory. */
struct token_cache *token_cache_new(size_t entries);
void token_cache_free(struct token_cache *cache);

/*
 * Puts the table in pages of 2 MB, for a worker that does little else than look
 * tokens up: each is at another place, and beside a web server the processor
 * has forgotten where small pages are. Nothing happens where the system has no
 * such pages.
 */
void token_cache_use_large_pages(struct token_cache *cache);

/*
 * NULL if it is not there; valid until the next put or clear, as is *NOTE,
 * which the caller may change.
 */
const struct claims *token_cache_get(
    struct token_cache *cache, struct str token, struct token_note **note);

/*
 * Keeps a verified token, without a note; the least recently used of its sets
 * gives way.
 */
void token_cache_put(
    struct token_cache *cache, struct str token, const struct claims *claims);

void token_cache_clear(struct token_cache *cache);

#endif
