#ifndef ENDPOINT_TEXT_H
#define ENDPOINT_TEXT_H

#include "base/str.h"

/* Every sentence of the pages, in each language; the table is in text.c. */
enum language { LANGUAGE_NL, LANGUAGE_EN, LANGUAGES };

enum text {
	TEXT_PRODUCT,
	TEXT_SIGN_IN,
	TEXT_ERROR,
	TEXT_ERROR_REQUEST,     /* the app sent a request that is not right */
	TEXT_ERROR_UNAVAILABLE, /* later again */
	TEXT_ERROR_FORM,        /* the form is too old: begin again */
	TEXT_ERROR_NOT_FOUND,
	TEXT_SIGNED_OUT,
	TEXT_SIGNED_OUT_NOTE,
	TEXTS,
};

struct str text_of(enum text text, enum language language);

/* "nl", "en": for the lang attribute and Content-Language. */
const char *language_code(enum language language);

/*
 * The first language of UI_LOCALES (split at spaces) that we have, else the
 * best of ACCEPT (RFC 9110 section 12.5.4), else Dutch.
 */
enum language language_choose(struct str ui_locales, struct str accept);

#endif
