#ifndef HUBCTL_TYPED_H
#define HUBCTL_TYPED_H

#include "base/err.h"
#include "identity/password.h"

/* A password as it was typed; to be cleared by typed_clear(). */
struct typed {
	char text[PASSWORD_INPUT_MAX + 1];
	size_t n;
};

/*
 * Reads a new password: one line of standard input. At a terminal it asks for
 * it, twice, and nothing of it is shown. HUB_EINVAL (nothing was typed, or the
 * two differ), HUB_ETOOBIG, HUB_EIO, with the sentence.
 */
int typed_password(struct typed *out, struct why *why);

void typed_clear(struct typed *typed);

#endif
