#ifndef STORE_KEY_H
#define STORE_KEY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

/*
 * A key of a table, built piece by piece so that the order of its bytes is the
 * order of its pieces: text with a NUL after it, integers big-endian. A piece
 * that does not fit, or text that holds a NUL, spoils the key; the transaction
 * that is given a spoilt key fails with HUB_EINVAL.
 */
#define KEY_MAX 511

struct key {
	unsigned char b[KEY_MAX];
	uint16_t n;
	bool bad;
};

void key_begin(struct key *key);
void key_str(struct key *key, struct str s);
void key_u32(struct key *key, uint32_t v);
void key_u64(struct key *key, uint64_t v);

/* A key of one piece of text. */
void key_of(struct key *key, struct str s);

/* The key that has these bytes, as a walk gives them. */
void key_of_bytes(struct key *key, struct str bytes);

/*
 * The way back: cuts one piece off the front of *REST; false if the bytes do
 * not have that shape.
 */
bool key_take_str(struct str *rest, struct str *out);
bool key_take_u32(struct str *rest, uint32_t *out);
bool key_take_u64(struct str *rest, uint64_t *out);

#endif
