#ifndef IDENTITY_PASSWORD_H
#define IDENTITY_PASSWORD_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "identity/blocklist.h"

/*
 * Passwords: Argon2id through libsodium (RFC 9106), rules by NIST SP 800-63B-4.
 * All of this is slow on purpose and never runs inside a transaction. Text of
 * passwords is cleared where it is done with.
 */
#define PASSWORD_HASH 128       /* room for a hash and its NUL */
#define PASSWORD_INPUT_MAX 1024 /* bytes as typed; longer is refused unread */

/*
 * NFKC of what was typed, in the arena, cleared at its reset. HUB_EINVAL if it
 * is not UTF-8 or holds a control character, HUB_ETOOBIG.
 */
int password_normalize(struct arena *arena, struct str typed, struct str *out);

/* A hash of a normalised password with the configured cost. HUB_ENOMEM. */
int password_hash(
    const struct conf *conf, struct str password, char hash[PASSWORD_HASH]);

/*
 * 0 if the hash is of the password, HUB_EDENIED if it is not, HUB_ENOMEM if
 * nobody knows. An empty HASH takes the work of the configured cost and is
 * never right: unknown users cost as known ones.
 */
int password_verify(
    const struct conf *conf, struct str hash, struct str password);

/* Whether a hash was made with less memory or passes than configured. */
bool password_is_cheap(const struct conf *conf, struct str hash);

/* Why a new password is refused; texts are the pages' matter. */
enum password_fault {
	PASSWORD_GOOD,
	PASSWORD_SHORT,      /* less than conf->password_min code points */
	PASSWORD_LONG,       /* over PASSWORD_LONGEST code points */
	PASSWORD_UNREADABLE, /* not UTF-8, control characters */
	PASSWORD_COMMON,     /* in the blocklist, or hardly anything in it */
	PASSWORD_OWN,        /* the user's own names and address, little else */
	PASSWORD_TEMPORARY,  /* has the form of a temporary one */
	PASSWORD_FAULTS,
};

#define PASSWORD_LONGEST 128 /* code points */

/*
 * Judges a normalised new password. There are no rules of composition, only
 * what guesses try first; case is folded for all of it.
 *
 * PASSWORD_COMMON: the whole is in the list; or its letters alone are one word
 * of the list, two of them, or repeat one; or it repeats itself with a period
 * below the minimum length; or little is left once each run of neighbours in
 * the alphabet, in the digits or on a keyboard, up or down, or of one character
 * counts as one.
 *
 * PASSWORD_OWN: it holds words of OWN (texts of the account split at single
 * spaces: username, address, names), and little is left without them, counted
 * in the same way. "Little" is less than half the minimum of letters and
 * digits.
 */
enum password_fault password_judge(const struct conf *conf,
    const struct blocklist *list, struct arena *arena, struct str password,
    struct str own);

/*
 * A temporary password: 89 random bits as three groups of six letters and
 * digits without look-alikes, joined by "-".
 */
#define PASSWORD_TEMPORARY_LEN 20
void password_make_temporary(char text[PASSWORD_TEMPORARY_LEN + 1]);

/*
 * Whether what was typed has that form, in whatever case and with blanks
 * around it; TEXT is then the temporary password it stands for. The form alone
 * decides which of an account's two hashes a text is compared with, so no
 * lasting password has it.
 */
bool password_is_temporary(
    struct str typed, char text[PASSWORD_TEMPORARY_LEN + 1]);

#endif
