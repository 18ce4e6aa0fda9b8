#ifndef BASE_CONF_MAIL_H
#define BASE_CONF_MAIL_H

#include "base/conf.h"

/*
 * What is wrong in what a configuration says of mail, beyond what each key
 * takes for itself: values that do not go together, and texts of a form of
 * their own. FOUND gets a sentence for each, with its remedy, and the member of
 * CONF that it is about.
 */
struct conf_mail_teller {
	void (*found)(void *ctx, const void *member, struct why *why);
	void *ctx;
};

void conf_mail_check(
    const struct conf *conf, const struct conf_mail_teller *teller);

#endif
