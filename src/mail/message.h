#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/rand.h"
#include "mail/template.h"

/* The header of a message (RFC 5322); the body's form is smtp.c's matter. */
#define MESSAGE_FIELDS 7

struct message {
	const char *from, *to;              /* addresses, of the envelope */
	const char *fields[MESSAGE_FIELDS]; /* "Name: value", folded by CRLF */
	const char *plain, *html;
};

/*
 * All of it in the arena. TO and mail.from are addresses; what stands in the
 * text or in mail.name adds no field and no line. HUB_ENOMEM, HUB_ETOOBIG,
 * HUB_EINVAL for an address with a control character, a blank or an angle
 * bracket.
 */
int message_make(struct arena *arena, const struct conf *conf, struct str to,
    const struct mail_text *text, int64_t now, struct message *out);

/*
 * TEXT for a field's value: as it is if it is short, printable ASCII and not to
 * be taken for an encoded word, else as encoded words of at most 75 characters
 * (RFC 2047), cut between characters and folded. TEXT is UTF-8.
 */
void message_put_words(struct buf *out, struct str text);

#endif
