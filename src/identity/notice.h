#ifndef IDENTITY_NOTICE_H
#define IDENTITY_NOTICE_H

#include "base/conf.h"
#include "store/account_rec.h"
#include "store/mail_rec.h"
#include "store/txn.h"

/*
 * Mails that tell an account's owner what has just been done with it, so that
 * it is seen when it was somebody else: MAIL_PASSWORD_CHANGED and those behind
 * it. Put into the queue in the transaction of what is told; where the queue is
 * full the notice is left out, and the act goes on.
 */
void notice_put(struct txn *vault, const struct conf *conf,
    enum mail_template template, enum mail_language language,
    const struct account_rec *account);

#endif
