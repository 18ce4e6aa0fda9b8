#ifndef VISITOR_H
#define VISITOR_H

#include "service_fixture.h"

/*
 * A browser before the pages of the service fixture: it keeps cookies, and
 * fills in the form of the page that it has before it. Each address goes to
 * the pool that the web server would give it to.
 */
#define VISITOR_COOKIES 6

struct visitor {
	struct fixture *f;
	struct {
		char name[32], value[64];
	} cookies[VISITOR_COOKIES];
	char action[4096]; /* of the form of the last page, "" without one */
	char token[64];
	const char *language; /* Accept-Language */
	const char *origin;   /* of the forms that it sends */
};

/* Adds the client "portal" and gives jan the lasting password JAN_PASSWORD. */
void visitor_begin(struct visitor *v, struct fixture *f);

#define JAN "jan@example.nl"
#define JAN_PASSWORD "vier+paarse+olifanten"

/* What "portal" asks with, and where it is answered. */
#define PORTAL "https://portal.example.nl"
#define PORTAL_NAME "Polissen & <meer>"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define REQUEST                                                                \
	"response_type=code&client_id=portal&redirect_uri=https%3A%2F%2F"      \
	"portal.example.nl%2Fback&scope=openid&state=s1&code_"                 \
	"challenge=" CHALLENGE "&code_challenge_method=S256"

/* Gets a page; gives the status. */
int visitor_get(struct visitor *v, const char *uri);

/* Sends FIELDS, encoded, with the form of the last page and its token. */
int visitor_send(struct visitor *v, const char *fields);

/* Sends the form of the sign-in page as jan. */
int visitor_try(struct visitor *v, const char *password);

/* The last answer's Location, which must be there; and goes there. */
const char *visitor_location(struct visitor *v);
int visitor_follow(struct visitor *v);

/* The value of a cookie that the browser has, or NULL. */
const char *visitor_cookie(const struct visitor *v, const char *name);

/* An empty VALUE takes it away. */
void visitor_set_cookie(struct visitor *v, const char *name, const char *value);

/* The last answer does, or does not, hold a text. */
void assert_there(const struct visitor *v, const char *text);
void assert_not_there(const struct visitor *v, const char *text);

/* Gives jan a temporary password, in place of the lasting one. */
const char *visitor_reset(struct visitor *v);

/* Signs jan in; the session's cookie is there afterwards. */
void visitor_sign_in(struct visitor *v);

#endif
