#ifndef STORE_MAIL_REC_H
#define STORE_MAIL_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * A mail that waits to be sent; vault, table mail, by its id. It says which one
 * and to whom, and nothing of what will stand in it: addresses, names and
 * passwords are looked up or made when it is sent. Numbers of templates and
 * languages are stored: new ones are added at the end.
 */
enum mail_template {
	MAIL_WELCOME,          /* first sign-in: holds a temporary password */
	MAIL_RESET,            /* an employee's or operator's; holds one too */
	MAIL_FORGOTTEN,        /* asked for by its owner; holds one too */
	MAIL_INVITATION,       /* to link a dossier to the account */
	MAIL_ADDRESS_CODE,     /* to a new address: the code that proves it */
	MAIL_ADDRESS_CHANGED,  /* to the old address */
	MAIL_PASSWORD_CHANGED, /* notices, from here on */
	MAIL_FACTOR_ADDED,
	MAIL_FACTOR_REMOVED,
	MAIL_NEW_DEVICE,
	MAIL_TEMPLATES,
};

/* In the order of endpoint/text.h's languages. */
enum mail_language { MAIL_NL, MAIL_EN, MAIL_LANGUAGES };

struct mail_rec {
	uint8_t template;   /* enum mail_template */
	uint8_t language;   /* enum mail_language */
	bool failed;        /* given up: it waits for an operator */
	struct str account; /* id; "" of one that only takes the time */
	uint64_t born;      /* the account's */
	struct str about;   /* of MAIL_INVITATION: the contact's id; else "" */
	int64_t made;       /* what it tells of; seconds since 1970 */
	int64_t begun;      /* the tries: then, or again by an operator */
	int64_t due;        /* of the next try: where it stands in mail_due */
	uint32_t tries;
	struct str fault; /* what the last try came to; "" if none was made */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void mail_rec_put(struct buf *out, const struct mail_rec *rec);
int mail_rec_get(struct str bytes, struct mail_rec *rec);

#endif
