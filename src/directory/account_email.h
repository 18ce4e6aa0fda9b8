#ifndef DIRECTORY_ACCOUNT_EMAIL_H
#define DIRECTORY_ACCOUNT_EMAIL_H

#include "base/arena.h"
#include "store/account_rec.h"

/*
 * Where mail to the owner of an account goes: the record's "email", or the
 * username if it has none. In the arena; HUB_ECORRUPT, HUB_ENOMEM.
 */
int account_email(
    struct arena *arena, const struct account_rec *account, struct str *out);

#endif
