#ifndef ENDPOINT_VISIT_H
#define ENDPOINT_VISIT_H

#include "endpoint/authorize_request.h"
#include "endpoint/call.h"
#include "http/param.h"

/*
 * A visit to the sign-in pages on the way through an authorization request,
 * which travels in the query of each of them, or without one. The way on is
 * always an address of our own, so nothing is trusted of what travels; that
 * the request is judged here already gives the page a name to show. Without a
 * request the way may lead to the account page.
 */
struct visit {
	struct call *call;
	struct authorize_request request;
	bool asked;        /* there is a request, and it is good */
	bool to_account;   /* there is none, and the account page is next */
	struct str query;  /* the request again */
	struct str client; /* its name, to be shown */
	struct str target; /* struct page's form_target */
	struct str scope;  /* what the client would get */
	bool third_party;  /* the client is one, and asks for consent */
	bool refreshes;    /* the client gets refresh tokens */
	bool prompt_none, prompt_login, prompt_consent;
	int64_t max_age; /* seconds; -1: none asked */
};

/*
 * Reads and judges the request; no look at the directory is open before or
 * after. False when the answer stands: an error page, or a redirect to where
 * the client hears of it.
 */
bool visit_begin(struct visit *visit, struct call *call);

/* PATH ("login") with the request behind it, as a page names it. */
struct str visit_link(const struct visit *visit, const char *path);

/*
 * Where the visitor was going after a sign-in that has just happened, as a page
 * names it; PATH where that was nowhere.
 */
struct str visit_on(const struct visit *visit, const char *path);

/* 303 to PATH with the request behind it. */
void visit_go(struct visit *visit, const char *path);

/*
 * 303 to where the visitor was going. FRESH: a sign-in has just happened, so
 * none is asked for again.
 */
void visit_go_on(struct visit *visit, bool fresh);

/* The same, and consent has just been given: none is asked for again. */
void visit_consented(struct visit *visit);

/* 303 to the sign-in form, and from there to the account page. */
void visit_sign_in(struct visit *visit);

/*
 * The fields that a form of ours has brought. False when the answer stands: the
 * page for a form that is too old or not ours, with the way back to PATH.
 */
bool visit_form(
    struct visit *visit, const char *path, struct param_list *fields);

#endif
