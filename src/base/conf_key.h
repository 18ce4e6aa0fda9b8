#ifndef BASE_CONF_KEY_H
#define BASE_CONF_KEY_H

#include "base/conf.h"

/*
 * The one table of keys: what a key takes, where it is kept, its default and
 * its help. Of the parts of conf.h alone; others see keys with conf_key().
 */

enum conf_kind {
	KIND_COUNT,   /* a plain number */
	KIND_BYTES,   /* a number with K, M or G */
	KIND_SECONDS, /* a number with s, m, h or d */
	KIND_TEXT,
	KIND_PATH,  /* begins with a slash */
	KIND_URL,   /* https, no slash at the end */
	KIND_LEVEL, /* error, warning, info, debug */
	/* One of a few words, see words_of_kind in conf_value.c. */
	KIND_WHOSE,
	KIND_SECURITY,
	KIND_DELIVERY,
	KIND_LANGUAGE,
};

/* When a daemon takes a changed value. */
enum conf_change {
	ON_RELOAD,
	ON_RESTART, /* the old one stays until then */
};

struct conf_key {
	const char *name;
	enum conf_kind kind;
	enum conf_change change;
	/*
	 * Of the member of struct conf, in bytes: a char array for text, path
	 * and URL, a uint64_t for all others.
	 */
	size_t offset, size;
	uint64_t min, max; /* of numbers: of the value as it is kept */
	const char *value; /* the default; NULL: must be given */
	const char *help;
};

/* The I-th key; NULL after the last, of at most CONF_KEYS_MAX. */
const struct conf_key *conf_key_at(size_t i);

#endif
