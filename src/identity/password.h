#ifndef IDENTITY_PASSWORD_H
#define IDENTITY_PASSWORD_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Passwords: Argon2id through libsodium (RFC 9106), rules by NIST SP 800-63B-4.
 * All of this is slow on purpose and never runs inside a transaction. Text of
 * passwords is cleared where it is done with.
 */
#define PASSWORD_HASH 128 /* room for a hash and its NUL */
#define PASSWORD_INPUT_MAX 1024 /* bytes as typed; longer is refused unread */

/*
 * NFKC of what was typed, in the arena, cleared at its reset. HUB_EINVAL if it
 * is not UTF-8 or holds a control character, HUB_ETOOBIG.
 */
int password_normalize(
    struct arena *arena, struct str typed, struct str *out);

/* A hash of a normalised password with the configured cost. HUB_ENOMEM. */
int password_hash(
    const struct conf *conf, struct str password, char hash[PASSWORD_HASH]);

/*
 * Whether the hash is of the password. An empty HASH takes the same work, with
 * the configured cost, and is never right: unknown users cost as known ones.
 */
bool password_is(
    const struct conf *conf, struct str hash, struct str password);

/* Whether a hash was made with less than the configured cost. */
bool password_is_cheap(const struct conf *conf, struct str hash);

/* Why a new password is refused; texts are the pages' matter. */
enum password_fault {
	PASSWORD_GOOD,
	PASSWORD_SHORT,     /* less than conf->password_min code points */
	PASSWORD_LONG,      /* over 128 code points */
	PASSWORD_UNREADABLE, /* not UTF-8, control characters */
	PASSWORD_COMMON,    /* in the blocklist, or hardly anything in it */
	PASSWORD_OWN,       /* the user's own names and address, little else */
	PASSWORD_TEMPORARY, /* the temporary one again */
	PASSWORD_FAULTS,
};

/* Commonly used passwords, read once when the process starts. */
struct blocklist;

/*
 * Reads the configured file; without one the list is empty. HUB_ENOENT with
 * the sentence if a configured file is not there.
 */
int blocklist_open(
    struct blocklist **out, const struct conf *conf, struct why *why);
void blocklist_close(struct blocklist *list);

/*
 * Judges a normalised new password. OWN: words of the account, split at single
 * spaces (username, address, names).
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

#endif
