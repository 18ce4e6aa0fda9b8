#ifndef MAIL_SMTP_H
#define MAIL_SMTP_H

#include "mail/message.h"

/*
 * Sends mails to the configured server (RFC 5321), a few at a time, and never
 * waits but in smtp_wait(). The only place that knows libcurl.
 */
#define SMTP_MOST 4

struct smtp;

/* NULL without memory. */
struct smtp *smtp_new(void);

/* Breaks off what is under way. */
void smtp_free(struct smtp *smtp);

/* How many are under way. */
unsigned int smtp_count(const struct smtp *smtp);

/*
 * Begins to send; what it is given is copied. TAG comes back with the result.
 * HUB_EFULL: SMTP_MOST are under way; HUB_EIO, HUB_EINVAL, HUB_ENOMEM with the
 * sentence, which holds no address and no secret.
 */
int smtp_send(struct smtp *smtp, const struct conf *conf,
    const struct message *message, void *tag, struct why *why);

struct smtp_result {
	void *tag;
	bool sent;
	bool for_good;  /* the recipient or the mail was refused for good */
	bool trouble;   /* of the server or the way there: with any mail */
	struct why why; /* one line without addresses */
};

/* Moves what is under way on; a mail that has come to its end, or false. */
bool smtp_done(struct smtp *smtp, struct smtp_result *out);

/*
 * Waits until something can be moved on, FD can be read, or MS milliseconds are
 * over.
 */
void smtp_wait(struct smtp *smtp, int fd, int64_t ms);

#endif
