#ifndef TOKEN_NH_H
#define TOKEN_NH_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

/*
 * NH, the universal hash of UMAC (RFC 4418 section 5.2.2), over words of 64
 * bits and in two passes. Whatever two texts of one length are chosen without
 * knowing the key, their tags are the same with a chance of at most 2^-128,
 * over all keys: so a tag can stand for a text that has to be compared. It is
 * no digest: who knows the key finds texts of one tag at once, and who sees
 * tags learns of the key. Neither key nor tag may leave the process.
 */
#define NH_MAX 4096 /* bytes of a text */

#define NH_WORDS (NH_MAX / sizeof(uint64_t))

struct nh_key {
	uint64_t word[NH_WORDS + 2]; /* the second pass begins two later */
};

struct nh_tag {
	uint64_t word[4]; /* a sum of 128 bits of each pass */
};

void nh_key_make(struct nh_key *key);

/*
 * TEXT has NH_MAX bytes at most and need not be aligned. Texts of different
 * lengths may have one tag: the length is to be compared as well. Its time
 * depends on the length alone.
 */
void nh(const struct nh_key *key, struct str text, struct nh_tag *tag);

/* In a time that does not tell where they differ. */
bool nh_tag_eq(const struct nh_tag *a, const struct nh_tag *b);

#endif
