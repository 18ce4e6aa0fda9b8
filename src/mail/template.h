#ifndef MAIL_TEMPLATE_H
#define MAIL_TEMPLATE_H

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "store/mail_rec.h"

/*
 * The texts of the mails: of each template and language a file for text and one
 * for HTML, NAME.LANG.txt and NAME.LANG.html. A file's first line is "Subject:"
 * and the subject, the second is empty, the rest is the body. In it "{{name}}"
 * is the place of a value; doc/mail.md has the table of which may and must be
 * in which.
 */
enum mail_place {
	PLACE_NAME, /* how to greet: the person's name, or the username */
	PLACE_USERNAME,
	PLACE_PORTAL,       /* where customers sign in */
	PLACE_ACCOUNT_PAGE, /* where they change what is theirs */
	PLACE_SENDER,       /* whom the mail comes from */
	PLACE_PASSWORD,     /* a temporary one */
	PLACE_HOURS,        /* how long it holds */
	PLACE_ORGANIZATION, /* who invites */
	PLACE_DAYS,         /* how long that stands */
	PLACE_CODE,         /* that proves an address */
	PLACE_MINUTES,      /* how long it holds */
	PLACE_TIME,         /* when it happened */
	MAIL_PLACES,
};

struct mail_values {
	struct str at[MAIL_PLACES];
};

struct mail_text {
	struct str subject, plain, html; /* UTF-8 */
};

struct mail_texts;

/*
 * Reads all of them from FOLDER; "": those that came along. HUB_EINVAL with the
 * file, the line and what to do about it; HUB_EIO, HUB_ENOMEM.
 */
int mail_texts_load(
    struct mail_texts **out, const char *folder, struct why *why);
void mail_texts_free(struct mail_texts *texts);

/*
 * One with its values in it, escaped in the HTML, in the arena. Control
 * characters of values become blanks. HUB_ENOMEM, HUB_ETOOBIG.
 */
int mail_text_fill(const struct mail_texts *texts, enum mail_template template,
    enum mail_language language, const struct mail_values *values,
    struct arena *arena, struct mail_text *out);

#endif
