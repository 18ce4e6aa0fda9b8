#ifndef DIRECTORY_USERNAME_H
#define DIRECTORY_USERNAME_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * A username is an e-mail address: ASCII, at most 254 bytes, trimmed; shown as
 * given, compared and indexed in lower case.
 */
#define USERNAME_MAX 254

/* *OUT is TEXT trimmed. HUB_EINVAL with the reason if it is no address. */
int username_check(struct str text, struct str *out, struct why *why);

/* The same for an address that a person gave: the reason quotes it. */
int username_given(struct str text, struct str *out, struct why *why);

/* In lower case, in the arena; STR_NONE when memory is short. */
struct str username_fold(struct arena *arena, struct str name);

#endif
