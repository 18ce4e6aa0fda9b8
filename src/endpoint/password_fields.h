#ifndef ENDPOINT_PASSWORD_FIELDS_H
#define ENDPOINT_PASSWORD_FIELDS_H

#include "endpoint/page.h"
#include "identity/password.h"

/* What the forms that set a password have in common. */

/* Why a new one is refused; TEXTS for PASSWORD_GOOD. */
enum text password_reason(enum password_fault fault);

/* What such a text has in the place of "{}": the least number of characters. */
struct str password_least(struct call *call);

void password_put_label(struct page *page, const char *name, enum text label);

/*
 * The name, which password managers want too. Without a name of its own the
 * field is not sent.
 */
void password_put_account(struct page *page, struct str username);

/*
 * new_password and new_password_repeat with the rule. REFUSED: the last ones
 * were, and the element "reason" says why. FOCUS: the first begins with it.
 */
void password_put_new(struct page *page, bool refused, bool focus);

#endif
