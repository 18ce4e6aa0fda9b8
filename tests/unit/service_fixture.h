#ifndef SERVICE_FIXTURE_H
#define SERVICE_FIXTURE_H

#include "endpoint/service.h"
#include "fcgi_client.h"
#include "hub_fixture.h"
#include "token/claims.h"

/*
 * The application on a hub of its own, asked without any socket: a request
 * goes in as parameters, the answer comes out as the gateway would send it.
 * The service is a keeper that answers the readers' rows, so that a test can
 * change the directory between two requests.
 *
 * There are the accounts "jan" (group 101, the permission of the account
 * endpoint) and "bare" (no group), and the clients "hubctl" and "app", whose
 * origin is APP_ORIGIN.
 */
#define APP_ORIGIN "https://app.example.nl"
#define BASE_URL "https://hub.example.nl"

struct fixture {
	struct test_hub *hub;
	struct service service;
	struct counters counters;
	struct signer_key key; /* that signs */
	struct arena *arena;   /* of the request */
	struct buf head;
	struct client_answer answer; /* the last one */
};

/* For cmocka; *STATE is a struct fixture. */
int service_setup(void **state);
int service_teardown(void **state);

/* What jan's tokens say; a test changes it before it has it signed. */
struct claims jan_claims(void);

/* A signed token, which lives as long as the fixture; and "Bearer " with it. */
const char *sign_claims(struct fixture *f, const struct claims *claims);
const char *bearer_of(struct fixture *f, const struct claims *claims);

/* A fresh token of jan's; and "Bearer " with it. */
const char *jan_token(struct fixture *f);
const char *jan_bearer(struct fixture *f);

/* A request; what is NULL is not sent. */
struct ask {
	const char *method; /* NULL: GET */
	const char *uri;    /* NULL: /account/mine */
	const char *authorization;
	const char *origin;
	const char *if_match;
	const char *if_none_match;
	const char *body; /* a form, unless content_type says otherwise */
	const char *content_type;
	const char *cookie;
	const char *language;    /* Accept-Language */
	const char *remote_addr; /* NULL: 192.0.2.1 */
	bool http;               /* without TLS */
	int refused;             /* a limit that the gateway saw broken */
};

/* Asks and gives the status; the answer stands in the fixture. */
int ask(struct fixture *f, struct ask request);

/* The same with jan's token on the account endpoint. */
int ask_as(struct fixture *f, const char *bearer);

/* A field of the last answer; a test fails if the field is not VALUE. */
struct str field(const struct fixture *f, const char *name);
void assert_field(const struct fixture *f, const char *name, const char *value);

/* Whether TEXT stands in the head or the body of the last answer. */
bool answer_holds(const struct fixture *f, const char *text);

/* The last answer is a problem of this status with this challenge or none. */
void assert_problem(const struct fixture *f, int status, const char *challenge);

/* The last answer has what they all have. */
void assert_common(const struct fixture *f);

/* Makes or changes a client. */
void put_client(
    struct fixture *f, const char *id, bool enabled, const char *origin);

#endif
