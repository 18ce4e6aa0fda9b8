#ifndef STORE_REC_H
#define STORE_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * The pieces that records are made of: integers little-endian, text with its
 * length before it. Writing fails in the buffer, reading in the reader; both
 * stick and are looked at once.
 */
void rec_put_u8(struct buf *out, uint8_t v);
void rec_put_u32(struct buf *out, uint32_t v);
void rec_put_u64(struct buf *out, uint64_t v);
void rec_put_str(struct buf *out, struct str s);

struct rec_in {
	const unsigned char *p;
	size_t left;
	bool bad;
};

void rec_in_begin(struct rec_in *in, struct str bytes);
uint8_t rec_u8(struct rec_in *in);
uint32_t rec_u32(struct rec_in *in);
uint64_t rec_u64(struct rec_in *in);

/* A view into the bytes that are read. */
struct str rec_str(struct rec_in *in);

/* 0 if all was there and nothing is left over, else HUB_ECORRUPT. */
int rec_in_end(const struct rec_in *in);

#endif
