#ifndef STORE_GROUP_REC_H
#define STORE_GROUP_REC_H

#include "base/buf.h"
#include "base/str.h"

/* A group: its permissions, and the record as it came in. */
struct group_rec {
	struct str permissions; /* list (rec_list.h), each once, byte order */
	struct str source;      /* JSON; without type */
};

/* Encoding fails in the buffer. */
void group_rec_put(struct buf *out, const struct group_rec *rec);

/* 0 or HUB_ECORRUPT; the text is a view of BYTES. */
int group_rec_get(struct str bytes, struct group_rec *rec);

#endif
