#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H

#include "identity/act.h"
#include "mail/message.h"
#include "store/mail_rec.h"

/*
 * Makes the message of the mail NAME, whose try has begun: looks up to whom it goes and
 * what stands in it, and makes the password or code that it brings, which is
 * committed when this returns. HUB_ENOENT: there is nothing to be told any more;
 * HUB_EINVAL: the address is none that mail can go to, and nothing was made.
 * No transaction of either store is open; the message is in the hub's arena,
 * which holds secrets then.
 */
int compose(const struct hub *hub, const struct mail_texts *texts,
    struct str name, const struct mail_rec *mail, int64_t now,
    struct message *out);

#endif
