#ifndef ENDPOINT_ACCOUNT_VIEW_H
#define ENDPOINT_ACCOUNT_VIEW_H

#include "endpoint/browser.h"
#include "endpoint/page.h"
#include "endpoint/visit.h"
#include "identity/app.h"
#include "identity/email_change.h"
#include "identity/invitation.h"

/* What the account page shows of its user, in sections that stand in order. */
#define ACCOUNT_SESSIONS 32
#define ACCOUNT_INVITATIONS 20

struct account_view {
	struct visit *visit;
	struct browser browser; /* signed in */

	/* What came of the last form: texts, or TEXTS. */
	enum text done;
	enum text reason;  /* why the password was not changed */
	struct str insert; /* of the reason */
	bool wrong;        /* the current password is what is wrong */
	bool of_email;     /* the reason is that of the e-mail address */
	struct str typed;  /* the address that was refused */

	/* Of account_view_load(). */
	struct session_rec sessions[ACCOUNT_SESSIONS]; /* the newest first */
	unsigned int session_count;
	bool more_sessions;
	struct app_list apps;
	bool proven;                    /* the e-mail address is */
	struct str address;             /* that is */
	bool waits;                     /* a change of it, for its code: */
	struct email_change_rec change; /* this one */
	struct invitation invitations[ACCOUNT_INVITATIONS];
	unsigned int invitation_count;
};

/*
 * Reads what is shown. No transaction of the vault is open. False if the store
 * failed, which call_failed() knows then.
 */
bool account_view_load(struct account_view *view);

/* The page, with this status. */
void account_view_show(const struct account_view *view, int status);

/*
 * The pieces that sections are made of. A section begins with its title and ends
 * with "</section>"; a form begins with the word of what it does.
 */
void account_section_begin(struct page *page, const char *id, enum text title);
void account_form_begin(struct page *page, const struct account_view *view,
    const char *does, const char *name, struct str value);

/* The button that is the whole form; DESCRIBED: the id of its heading. */
void account_button_form_end(
    struct page *page, enum text label, const char *described);

/* Why the form before was refused, as the element "reason". */
void account_put_reason(struct page *page, const struct account_view *view);

/* Sections of their own files. Nothing without mail, or without invitations. */
void account_put_email(struct page *page, const struct account_view *view);
void account_put_invitations(
    struct page *page, const struct account_view *view);

/* What the page's forms do, and how they end: each gives the answer. */
struct account_act {
	const char *word;
	void (*fn)(struct account_view *view, const struct param_list *fields);
};

/* The acts of the two, NULL after the last. */
extern const struct account_act account_email_acts[];
extern const struct account_act account_invitation_acts[];

/* 303 to the page, which tells the outcome WORD. */
void account_done(struct account_view *view, const char *word);

/* The page with this status and the reason; and the same for having to wait. */
void account_refuse(struct account_view *view, int status, enum text reason);
void account_throttle(struct account_view *view, int64_t wait_ms,
    enum text seconds, enum text minutes);

#endif
