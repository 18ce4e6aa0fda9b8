#ifndef ENDPOINT_SERVICE_H
#define ENDPOINT_SERVICE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/counters.h"
#include "directory/client_public.h"
#include "http/req.h"
#include "http/resp.h"
#include "identity/password.h"
#include "store/txn.h"
#include "token/signer.h"
#include "token/verify.h"

/*
 * The application as one worker holds it: the stores, the parsed keys, the
 * clients. It answers requests one after the other, whatever gateway they
 * come through.
 */
struct service {
	const struct conf *conf;
	enum pool pool;
	struct store *directory;
	struct store *vault; /* NULL in the readers: they cannot open it */
	struct verifier verifier;
	struct signer signer;        /* empty in the readers */
	struct blocklist *blocklist; /* of the signin pool, else NULL */
	struct client_set clients;
	uint64_t generation; /* of keys and clients */
	uint64_t state; /* of the directory when they were last looked at */
	struct clock_watch clock; /* looked at for each request */
	struct counters *counters;
	/* A list and its entity tags; their memory serves the next one. */
	struct buf list, tags;
};

/*
 * Opens the stores that the pool may see and loads keys and clients; after
 * fork. CONF and COUNTERS outlive the service. Readers get the directory
 * read-only and nothing else.
 */
int service_open(struct service *service, const struct conf *conf,
    enum pool pool, struct counters *counters, struct why *why);

void service_close(struct service *service);

/* Answers one request: struct app's serve(), with the service as CTX. */
void service_serve(void *service, struct req *req, struct resp *resp);

/*
 * Answers each request with 503, in place of service_serve() where the service
 * could not be opened. CTX is not used.
 */
void service_unavailable(void *ctx, struct req *req, struct resp *resp);

/*
 * Loads keys and clients again if the generation has moved. To be called in
 * each request's transaction before a token is looked at.
 */
int service_refresh(struct service *service, struct txn *directory);

#endif
