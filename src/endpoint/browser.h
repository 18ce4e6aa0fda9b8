#ifndef ENDPOINT_BROWSER_H
#define ENDPOINT_BROWSER_H

#include "endpoint/call.h"
#include "identity/device.h"
#include "identity/opaque.h"
#include "identity/second_factor.h"
#include "store/session_rec.h"

/* The cookies of the pages. */
#define COOKIE_SESSION "__Host-hub"       /* SESSION_SIGNED_IN */
#define COOKIE_CHANGE "__Host-hub-change" /* SESSION_CHANGE */
#define COOKIE_FACTOR "__Host-hub-factor" /* SESSION_CODE, SESSION_ENROL */
#define COOKIE_FORM "__Host-hub-form"     /* what forms are bound to */
#define COOKIE_DONE "__Host-hub-done"     /* what the next page tells */
#define COOKIE_DEVICE "__Host-hub-device" /* struct device */

/* Who is signed in with the browser that asks. */
struct browser {
	bool signed_in;
	struct opaque_digest cookie;
	struct session_rec session;
	struct account_rec account;
	bool has_factor; /* a second one, which is this: */
	struct second_factor_rec factor;
};

/*
 * Looks the session cookie up in both stores: signed in is who has a live
 * session of an account that may be used and has the session's epoch, and
 * whose sid is not revoked. One that was begun without a second factor is over
 * when the account has one, or must have one. Marks the session as used. 0 or the error of a
 * store, which call_failed() knows already. No transaction of either store is open.
 */
int browser_look(struct call *call, struct browser *out);

/*
 * The browser as a device for an act whose mails are in this language: by the
 * cookie that it has, or by a new one. Once somebody is signed in it is to keep
 * the cookie, from then on. 0 or the error, which call_failed() knows already.
 */
struct browser_device {
	struct opaque cookie;
	struct device device;
};

int browser_device(
    struct call *call, enum mail_language language, struct browser_device *out);
void browser_device_keep(
    struct call *call, const struct browser_device *device);

/*
 * The hidden value that a form of this browser must bring back; sets the cookie
 * it is bound to where there is none. In the arena.
 */
struct str browser_form_token(struct call *call);

/*
 * Whether the value that came back is that, and the request, by Origin, from
 * one of our own pages.
 */
bool browser_form_is_ours(struct call *call, struct str token);

/*
 * A keyed hash of what a form shows, for a hidden field of it; and whether the
 * form that has come back has shown this TEXT: so what is granted is what was
 * read. After browser_form_token(), and browser_form_is_ours(). In the arena.
 */
struct str browser_seal(struct call *call, struct str text);
bool browser_seal_is(struct call *call, struct str text, struct str seal);

#endif
