#ifndef HUBCTL_WHO_H
#define HUBCTL_WHO_H

#include "hubctl/ctl.h"
#include "store/account_rec.h"

/* An id and its NUL. */
#define ACCOUNT_ID_ROOM 65

/*
 * The account that a word on the command line names: by username, in any letter
 * case, or by id where no username fits. HUB_ENOENT, or what the directory
 * says, with the sentence.
 */
int who_find(struct ctl *ctl, const char *name, struct account_rec *rec,
    struct why *why);

/* The sentence about a word that names none, for printf. */
#define WHO_UNKNOWN "there is no account %s: see hubctl account list"

/* For the help of commands with such a word. */
#define WHO_HELP                                                               \
	"USERNAME is the e-mail address, in any letter case, or the id.\n"

#endif
