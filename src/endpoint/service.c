#include "endpoint/service.h"

#include "base/log.h"
#include "directory/state.h"
#include "endpoint/call.h"
#include "endpoint/cors.h"
#include "endpoint/credential.h"
#include "endpoint/error.h"
#include "endpoint/routes.h"
#include "store/schema.h"

#define SCRATCH_MAX (16 * 1024 * 1024)

/* Of every answer. */
#define COMMON_FIELDS                                                          \
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
	buf_init(&s->list, RESP_BODY_MAX);
	buf_init(&s->tags, RESP_BODY_MAX);
	token_domain_of(&s->verifier.domain, conf->base_url);
	s->verifier.cache = token_cache_new(conf->token_cache);
	if (s->verifier.cache == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	if (pool == POOL_READERS)
		token_cache_use_large_pages(s->verifier.cache);
	rc = open_stores(s, why);
	if (rc == 0)
		rc = first_load(s, why);
	if (rc == 0 && pool == POOL_SIGNIN)
		rc = blocklist_open(&s->blocklist, conf, why);
	if (rc != 0)
		service_close(s);
	return rc;
}

void
service_close(struct service *s)
{
	store_close(s->vault);
	store_close(s->directory);
	blocklist_close(s->blocklist);
	client_set_free(&s->clients);
	keyset_free(&s->verifier.keys);
	signer_free(&s->signer);
	token_cache_free(s->verifier.cache);
	buf_free(&s->list);
	buf_free(&s->tags);
	memset(s, 0, sizeof(*s));
}

/* A hub that has no key to sign with yet serves what needs none. */
static int
load_signer(struct service *s, struct arena *arena)
{
	struct txn *vault;
	int rc, end;

	if (s->vault == NULL)
		return 0;
	vault = store_read_begin(s->vault, arena);
	rc = signer_load(&s->signer, vault);
	end = store_read_end(vault);
	if (end != 0)
		return end;
	if (rc != HUB_ENOENT)
		return rc;
	signer_free(&s->signer);
	return 0;
}

int
service_refresh(struct service *s, struct txn *txn)
{
	uint64_t state = txn_state(txn), generation;
	int rc;

	if (state != 0 && state == s->state)
		return 0;
	generation = generation_get(txn);
	if (txn_error(txn) != 0)
		return txn_error(txn);
	if (generation == s->generation) {
		s->state = state;
		return 0;
	}
	/* Until all is loaded nothing that was verified may be trusted. */
	s->generation = UINT64_MAX;
	s->state = 0;
	token_cache_clear(s->verifier.cache);
	if ((rc = keyset_load(&s->verifier.keys, txn)) != 0 ||
	    (rc = client_set_load(&s->clients, txn)) != 0 ||
	    (rc = load_signer(s, txn_arena(txn))) != 0)
		return rc;
	s->generation = generation;
	s->state = state;
	return 0;
}

/*
 * The one place where a failure of the hub becomes a status. A full store is
 * still read, so only those who write see 507, and nothing of theirs is in.
 */
static void
answer_failure(struct call *call)
{
	bool full = call->failed == HUB_EFULL;

	log_err(
	    "request %.*s: %s", STR_ARG(call->req->id), err_text(call->failed));
	error_answer(call, full ? 507 : 503,
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
	bool may_cache = call->cache != NULL && call->resp->status < 400;

	resp_header(call->resp, "Cache-Control",
	    str_of(may_cache ? call->cache : "no-store"));
	BUF_LIT(&call->resp->headers, COMMON_FIELDS);
	resp_header(call->resp, "X-Request-Id", call->req->id);
}

/* Passwords, cookies and codes: what is not the customer API or health. */
static bool
needs_tls(const struct route *route)
{
	return str_starts(str_of(route->path), STR("/identity/")) ||
	    str_starts(str_of(route->path), STR("/contact/")) ||
	    str_starts(str_of(route->path), STR("/.well-known/"));
}

/*
 * The endpoint behind its gate. Where that asks for no token, the look at the
 * directory is the endpoint's matter.
 */
static void
run_route(struct call *call, const struct route *route)
{
	bool gated = route->credential == CREDENTIAL_USER ||
	    route->credential == CREDENTIAL_USERINFO;
	struct str token;

	if (!gated)
		route->fn(call);
	else if (!credential_read(call, route, &token))
		return;
	else if (call_look(call) == 0 && credential_check(call, route, token))
		route->fn(call);
	call_look_end(call);
	if (arena_failed(call->req->arena))
		call_failed(call, HUB_ENOMEM);
	if (call->failed != 0)
		answer_failure(call);
}

static void
answer(struct call *call)
{
	const struct service *s = call->service;
	const struct route *route;
	unsigned int allow;
	enum route_result found =
	    route_find(routes, route_count, s->pool, call->req, &route, &allow);

	call->route = route;
	if (call->req->refused != 0) {
		error_answer(call, call->req->refused, NULL);
		return;
	}
	if (route == NULL) {
		error_answer(call, 404, NULL);
	} else if (needs_tls(route) && !call->req->https) {
		error_answer(call, 403, "This address needs TLS.");
	} else if (found == ROUTE_FOUND) {
		run_route(call, route);
	} else {
		if (found == ROUTE_METHOD)
			error_answer(call, 405, NULL);
		else
			call->resp->status = 204;
		put_allow(call, allow);
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
	if (req->origin.n > 0 && !call.looked)
		look_at_clients(&call);
	cors_put(&call);
	put_common(&call);
	resp->head = req->method == METHOD_HEAD;
}

void
service_unavailable(void *ctx, struct req *req, struct resp *resp)
{
	struct call call = {
		.service = ctx, .req = req, .resp = resp, .failed = HUB_ESTORE
	};

	answer_failure(&call);
	put_common(&call);
	resp->head = req->method == METHOD_HEAD;
}
