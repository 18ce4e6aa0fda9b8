#include "endpoint/service.h"

#include "base/log.h"
#include "directory/state.h"
#include "endpoint/call.h"
#include "endpoint/cors.h"
#include "endpoint/credential.h"
#include "endpoint/routes.h"
#include "store/schema.h"

#define SCRATCH_MAX (16 * 1024 * 1024)

/* Of every answer. */
#define COMMON_FIELDS                                                          \
	"Cache-Control: no-store\r\n"                                          \
	"X-Content-Type-Options: nosniff\r\n"                                  \
	"Vary: Origin\r\n"

static int
open_stores(struct service *s, struct why *why)
{
	bool reader = s->pool == POOL_READERS;
	struct schema schema;
	int rc;

	schema_directory(&schema, s->conf);
	rc = store_open(&s->directory, &schema.spec,
	    reader ? STORE_READ : STORE_WRITE, why);
	if (rc != 0 || reader)
		return rc;
	schema_vault(&schema, s->conf);
	return store_open(&s->vault, &schema.spec, STORE_WRITE, why);
}

static int
first_load(struct service *s, struct why *why)
{
	struct arena *arena = arena_new(4096, SCRATCH_MAX);
	struct txn *txn;
	int rc, end;

	if (arena == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	txn = store_read_begin(s->directory, arena);
	rc = service_refresh(s, txn);
	end = store_read_end(txn);
	arena_free(arena);
	if (rc == 0)
		rc = end;
	if (rc != 0)
		return why_set(
		    why, rc, "cannot load keys and clients: %s", err_text(rc));
	return 0;
}

int
service_open(struct service *s, const struct conf *conf, enum pool pool,
    struct counters *counters, struct why *why)
{
	int rc;

	memset(s, 0, sizeof(*s));
	s->conf = conf;
	s->pool = pool;
	s->counters = counters;
	s->verifier.counters = counters;
	s->generation = UINT64_MAX;
	token_domain_of(&s->verifier.domain, conf->base_url);
	s->verifier.cache = token_cache_new(conf->token_cache);
	if (s->verifier.cache == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = open_stores(s, why);
	if (rc == 0)
		rc = first_load(s, why);
	if (rc != 0)
		service_close(s);
	return rc;
}

void
service_close(struct service *s)
{
	store_close(s->vault);
	store_close(s->directory);
	client_set_free(&s->clients);
	keyset_free(&s->verifier.keys);
	token_cache_free(s->verifier.cache);
	memset(s, 0, sizeof(*s));
}

int
service_refresh(struct service *s, struct txn *txn)
{
	uint64_t generation = generation_get(txn);
	int rc;

	if (txn_error(txn) != 0)
		return txn_error(txn);
	if (generation == s->generation)
		return 0;
	/* Until both are loaded nothing that was verified may be trusted. */
	s->generation = UINT64_MAX;
	token_cache_clear(s->verifier.cache);
	if ((rc = keyset_load(&s->verifier.keys, txn)) != 0 ||
	    (rc = client_set_load(&s->clients, txn)) != 0)
		return rc;
	s->generation = generation;
	return 0;
}

/*
 * The one place where a failure of the hub becomes a status. A full store is
 * still read, so only those who write see 507, and nothing of theirs is in.
 */
static void
answer_failure(struct call *call, int rc)
{
	bool full = rc == HUB_EFULL;

	log_err("request %.*s: %s", STR_ARG(call->req->id), err_text(rc));
	problem(call->req, call->resp, full ? 507 : 503,
	    full ? "The hub has no room to store this; nothing was changed."
		 : "The hub cannot use its store at the moment.");
	resp_header(call->resp, "Retry-After", full ? STR("60") : STR("5"));
}

static void
put_allow(struct call *call, unsigned int allow)
{
	struct buf list;

	buf_init_arena(&list, call->req->arena, 128);
	for (int m = METHOD_GET; m < METHOD_OPTIONS; m++) {
		bool has = (allow & 1U << m) != 0 ||
		    (m == METHOD_HEAD && (allow & 1U << METHOD_GET) != 0);

		if (has)
			buf_printf(&list, "%s, ", method_name((enum method)m));
	}
	BUF_LIT(&list, "OPTIONS");
	call->methods = buf_view(&list);
	resp_header(call->resp, "Allow", call->methods);
}

static void
put_common(struct call *call)
{
	BUF_LIT(&call->resp->headers, COMMON_FIELDS);
	resp_header(call->resp, "X-Request-Id", call->req->id);
}

/* The endpoint behind its gate, with the request's look at the directory. */
static void
run_route(struct call *call, const struct route *route)
{
	struct service *s = call->service;
	struct str token;
	int rc, end;

	call->route = route;
	if (!credential_read(call, route, &token))
		return;
	call->txn = store_read_begin(s->directory, call->req->arena);
	rc = service_refresh(s, call->txn);
	if (rc == 0 && credential_check(call, route, token))
		route->fn(call);
	end = store_read_end(call->txn);
	if (rc == 0)
		rc = end;
	if (rc == 0)
		rc = call->failed;
	if (rc == 0 && arena_failed(call->req->arena))
		rc = HUB_ENOMEM;
	if (rc != 0)
		answer_failure(call, rc);
}

static void
answer(struct call *call)
{
	const struct route *route;
	unsigned int allow;

	if (call->req->refused != 0) {
		problem(call->req, call->resp, call->req->refused, NULL);
		return;
	}
	switch (route_find(routes, route_count, call->service->pool, call->req,
	    &route, &allow)) {
	case ROUTE_FOUND:
		run_route(call, route);
		break;
	case ROUTE_UNKNOWN:
		problem(call->req, call->resp, 404, NULL);
		break;
	case ROUTE_METHOD:
		problem(call->req, call->resp, 405, NULL);
		put_allow(call, allow);
		break;
	case ROUTE_OPTIONS:
		call->resp->status = 204;
		put_allow(call, allow);
		break;
	}
}

/*
 * Which origins are an enabled client's has to be known as of now also where
 * the answer needed no look at the directory. If that fails, what was known
 * before stands: such an answer holds nothing of anybody.
 */
static void
look_at_clients(struct call *call)
{
	struct service *s = call->service;
	struct txn *txn = store_read_begin(s->directory, call->req->arena);

	service_refresh(s, txn);
	store_read_end(txn);
}

/*
 * Revocations and epochs hold whatever the time is; expiry does not. What was
 * verified before is judged anew, so that all workers come to one answer.
 */
static void
watch_clock(struct service *s)
{
	int64_t step = clock_watch_step(&s->clock);

	if (step != 0)
		token_cache_clear(s->verifier.cache);
	if (step < 0)
		log_warn(
		    "the clock was set back by %lld s: until it has caught "
		    "up, tokens from after that are refused and expired "
		    "ones may be taken again",
		    (long long)-step);
	else if (step > 0)
		log_warn(
		    "the clock was set forward by %lld s: tokens expire so "
		    "much earlier",
		    (long long)step);
}

void
service_serve(void *ctx, struct req *req, struct resp *resp)
{
	struct call call = { .service = ctx, .req = req, .resp = resp };

	watch_clock(ctx);
	answer(&call);
	if (req->origin.n > 0 && call.txn == NULL)
		look_at_clients(&call);
	cors_put(&call);
	put_common(&call);
	resp->head = req->method == METHOD_HEAD;
}

void
service_unavailable(void *ctx, struct req *req, struct resp *resp)
{
	struct call call = { .service = ctx, .req = req, .resp = resp };

	answer_failure(&call, HUB_ESTORE);
	put_common(&call);
	resp->head = req->method == METHOD_HEAD;
}
