#ifndef ENDPOINT_TEXT_H
#define ENDPOINT_TEXT_H

#include "base/str.h"

/*
 * Every sentence of the pages, in each language; the table is in text.c. "{}"
 * in one of them is the place of a name or a number, see page_text_with().
 */
enum language { LANGUAGE_NL, LANGUAGE_EN, LANGUAGES };

enum text {
	TEXT_PRODUCT,
	TEXT_LANGUAGE,  /* what the choice of languages is called */
	TEXT_REFERENCE, /* {}: the request's id, for who asks for help */

	TEXT_SIGN_IN,
	TEXT_SIGN_IN_FOR, /* {}: the client's name */
	TEXT_USERNAME,
	TEXT_PASSWORD,
	TEXT_SIGN_IN_WRONG,   /* unknown, wrong and disabled alike */
	TEXT_SIGN_IN_SECONDS, /* {}: so many until the next try */
	TEXT_SIGN_IN_MINUTES,
	TEXT_TO_SIGN_IN, /* the link to the form */

	TEXT_FORGOT,
	TEXT_FORGOT_LINK, /* to the page, on the sign-in form */
	TEXT_FORGOT_NOTE,
	TEXT_FORGOT_SEND,
	TEXT_FORGOT_SENT, /* whether or not there is such an account */
	TEXT_FORGOT_SENT_NOTE,
	TEXT_FORGOT_SECONDS, /* {}: so many until the next request */
	TEXT_FORGOT_MINUTES,

	TEXT_EXPIRED,
	TEXT_EXPIRED_NOTE, /* whom to ask */

	TEXT_CHANGE,
	TEXT_CHANGE_NOTE,
	TEXT_NEW_PASSWORD,
	TEXT_NEW_PASSWORD_NOTE, /* {}: the least number of characters */
	TEXT_NEW_PASSWORD_REPEAT,
	TEXT_SAVE,
	TEXT_CHANGE_DIFFER,
	TEXT_CHANGE_SHORT, /* {}: as above */
	TEXT_CHANGE_LONG,
	TEXT_CHANGE_UNREADABLE,
	TEXT_CHANGE_COMMON,
	TEXT_CHANGE_OWN,
	TEXT_CHANGE_TEMPORARY,
	TEXT_CHANGE_CLOSED,
	TEXT_CHANGE_CLOSED_NOTE,

	TEXT_CONSENT,          /* {}: the client's name */
	TEXT_CONSENT_ASKS,     /* {}: likewise */
	TEXT_CONSENT_DAYS,     /* {}: how many the app has access alone */
	TEXT_CONSENT_MINUTES,  /* the same */
	TEXT_CONSENT_WITHDRAW, /* {}: the address of the account page */
	TEXT_CONSENT_BACK,     /* {}: where the answer goes */
	TEXT_CONSENT_CHANGED,  /* the form told something else */
	TEXT_ALLOW,
	TEXT_DENY,

	/* What an app may do: items of a list. */
	TEXT_SCOPE_OPENID,
	TEXT_SCOPE_PROFILE,
	TEXT_SCOPE_EMAIL,
	TEXT_SCOPE_OFFLINE,
	TEXT_SCOPE_READ,
	TEXT_SCOPE_MANAGE,
	TEXT_SCOPE_RECORDS,

	TEXT_ACCOUNT,
	TEXT_OWN_PASSWORD,
	TEXT_OWN_PASSWORD_NOTE, /* what it ends */
	TEXT_OWN_PASSWORD_SAVE,
	TEXT_CURRENT_PASSWORD,
	TEXT_CURRENT_WRONG,
	TEXT_SESSIONS,
	TEXT_SESSIONS_UTC, /* how the moments of the page are to be read */
	TEXT_SESSION_THIS,
	TEXT_SESSION_OTHER,
	TEXT_SESSION_SINCE, /* {}: a moment */
	TEXT_SESSION_USED,  /* {}: a moment */
	TEXT_SESSION_FROM,  /* {}: a part of an address */
	TEXT_APPS,
	TEXT_APPS_NONE,
	TEXT_APP_SINCE, /* {}: a moment */
	TEXT_APP_END,
	TEXT_MORE, /* there are more than are shown */
	TEXT_EVERYWHERE,
	TEXT_EVERYWHERE_NOTE,
	TEXT_DONE_PASSWORD,
	TEXT_DONE_SESSION,
	TEXT_DONE_APP,
	TEXT_DONE_FACTOR,  /* it was turned off */
	TEXT_DONE_ALREADY, /* it had ended before */

	TEXT_EMAIL,    /* the section, and the field */
	TEXT_EMAIL_IS, /* {}: the address */
	TEXT_EMAIL_PROVEN,
	TEXT_EMAIL_UNPROVEN,
	TEXT_EMAIL_NOTE,
	TEXT_EMAIL_NEW,
	TEXT_EMAIL_SEND,
	TEXT_EMAIL_WAITS, /* {}: the new address */
	TEXT_EMAIL_CODE,
	TEXT_EMAIL_CONFIRM,
	TEXT_EMAIL_STOP,
	TEXT_EMAIL_BAD,
	TEXT_EMAIL_CODE_WRONG,
	TEXT_EMAIL_ENDED,
	TEXT_EMAIL_TAKEN,
	TEXT_EMAIL_SECONDS, /* {}: so many until another may be asked for */
	TEXT_EMAIL_MINUTES,
	TEXT_DONE_SENT, /* a code is on its way */
	TEXT_DONE_PROVEN,
	TEXT_DONE_EMAIL,
	TEXT_DONE_STOPPED,
	TEXT_INVITATIONS,
	TEXT_INVITATION_ASKS, /* {}: the organisation */
	TEXT_INVITATION_NOTE,
	TEXT_INVITATION_SINCE, /* {}: a moment */
	TEXT_INVITATION_UNTIL, /* {}: a moment */
	TEXT_INVITATION_PROVE, /* the address, before */
	TEXT_INVITATION_ACCEPT,
	TEXT_INVITATION_DECLINE,
	TEXT_DONE_LINKED,
	TEXT_DONE_DECLINED,
	TEXT_DONE_GONE, /* the invitation is no longer there */

	TEXT_SIGNED_IN_AS, /* {}: the username */
	TEXT_CODE,         /* of the second factor, after the password */
	TEXT_CODE_NOTE,
	TEXT_CODE_FIELD,
	TEXT_CODE_SEND,
	TEXT_CODE_WRONG,
	TEXT_CODE_SECONDS, /* {}: so many until the next try */
	TEXT_CODE_MINUTES,
	TEXT_FACTOR, /* the page on which one is added and removed */
	TEXT_FACTOR_NOTE,
	TEXT_FACTOR_REQUIRED,
	TEXT_FACTOR_PASSWORD_NOTE,
	TEXT_FACTOR_PASSWORD_WRONG,
	TEXT_FACTOR_SCAN,
	TEXT_FACTOR_PICTURE, /* for who does not see it */
	TEXT_FACTOR_KEY,
	TEXT_FACTOR_OPEN,
	TEXT_FACTOR_CONFIRM,
	TEXT_FACTOR_SET,
	TEXT_FACTOR_ON, /* {}: the codes for recovery that are left */
	TEXT_FACTOR_REMOVE_NOTE,
	TEXT_FACTOR_REMOVE,
	TEXT_FACTOR_REMOVE_WRONG,
	TEXT_FACTOR_RENEW, /* other codes for recovery */
	TEXT_TO_ACCOUNT,

	/* The section of the account page. */
	TEXT_FACTOR_SINCE, /* {}: a moment */
	TEXT_FACTOR_LEFT,  /* {}: the codes for recovery that are left */
	TEXT_FACTOR_CHANGE,
	TEXT_FACTOR_OFF,
	TEXT_FACTOR_BEGIN,
	TEXT_RECOVERY,
	TEXT_RECOVERY_NOTE,
	TEXT_RECOVERY_NEW, /* in place of those before */
	TEXT_RECOVERY_KEPT,

	TEXT_SIGNED_IN,
	TEXT_SIGNED_IN_NOTE, /* {}: the username */
	TEXT_SIGN_OUT,
	TEXT_SIGNED_OUT,
	TEXT_SIGNED_OUT_NOTE,
	TEXT_SIGNED_OUT_STAY, /* why the app does not get the user back */

	TEXT_ERROR,
	TEXT_ERROR_REQUEST,     /* the app sent a request that is not right */
	TEXT_ERROR_UNAVAILABLE, /* later again */
	TEXT_ERROR_FORM,        /* the form is too old: begin again */
	TEXT_ERROR_NOT_FOUND,
	TEXT_BEGIN_AGAIN, /* the link that does so */
	TEXTS,
};

struct str text_of(enum text text, enum language language);

/* "nl", "en": for the lang attribute and Content-Language. */
const char *language_code(enum language language);

/* What the month, 1 to 12, is called within a date. */
const char *language_month(enum language language, unsigned int month);

/* What its speakers call it. */
const char *language_name(enum language language);

/*
 * The first language of UI_LOCALES (split at spaces) that we have, else the
 * best of ACCEPT (RFC 9110 section 12.5.4), else Dutch.
 */
enum language language_choose(struct str ui_locales, struct str accept);

#endif
