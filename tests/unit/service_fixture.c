#include "service_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/json_in.h"
#include "directory/client_public.h"
#include "identity/signing_key.h"
#include "keys.h"
#include "store/rec.h"
#include "token/jwt.h"
#include "unit.h"

static int
write_private(struct txn *vault, void *arg)
{
	signing_key_put_private(vault, arg);
	return 0;
}

static int
write_public(struct txn *directory, void *arg)
{
	signing_key_put_public(directory, arg);
	return 0;
}

static void
put_key(struct fixture *f)
{
	int64_t now = clock_now();
	struct signing_key key = {
		.public = { .created = now },
		.private = { .created = now, .signs_from = now },
	};

	f->key.signs_from = now;
	f->key.rsa = test_key(TEST_KEY_A);
	assert_non_null(f->key.rsa);
	assert_int_equal(key_thumbprint(f->key.rsa, key.kid), 0);
	memcpy(f->key.kid, key.kid, sizeof(f->key.kid));
	assert_int_equal(
	    rsa_public_der(f->hub->arena, f->key.rsa, &key.public.der), 0);
	assert_int_equal(
	    rsa_private_der(f->hub->arena, f->key.rsa, &key.private.der), 0);
	hub_write(f->hub, f->hub->vault, write_private, &key);
	hub_write(f->hub, f->hub->directory, write_public, &key);
}

struct new_client {
	struct str id;
	struct client_rec rec;
};

static int
write_client(struct txn *txn, void *arg)
{
	const struct new_client *client = arg;

	client_put(txn, client->id, &client->rec);
	return 0;
}

void
put_client(struct fixture *f, const char *id, bool enabled, const char *origin)
{
	struct new_client client = { .id = str_of(id) };
	struct buf origins;

	buf_init_arena(&origins, f->hub->arena, 1024);
	if (origin != NULL)
		rec_put_str(&origins, str_of(origin));
	client.rec = (struct client_rec){
		.enabled = enabled,
		.name = str_of(id),
		.scope = STR("hub.read"),
		.origins = buf_view(&origins),
	};
	hub_write(f->hub, f->hub->directory, write_client, &client);
}

static void
put_records(struct fixture *f)
{
	hub_put(f->hub,
	    "{\"type\":\"organization\",\"id\":\"1001\",\"organizationType\":"
	    "\"INTERMEDIARY\",\"code\":\"ONE\",\"name\":\"One\",\"icon\":"
	    "null}");
	hub_put(f->hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"name\":\"Klanten\","
	    "\"permissions\":[\"account.read.mine\"]}");
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"Jan@example.nl\","
	    "\"email\":\"Jan@example.nl\",\"firstName\":\"Jan\",\"lastName\":"
	    "\"Janssen\",\"dossiers\":{\"1001\":\"204517\"},\"groupIds\":["
	    "\"101\"]}");
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"bare\",\"name\":"
	    "\"bare@example.nl\",\"email\":\"bare@example.nl\"}");
	put_key(f);
	put_client(f, "hubctl", true, NULL);
	put_client(f, "app", true, APP_ORIGIN);
}

/*
 * The service opens the stores itself, and a process may have each open once:
 * from here on the hub works on the service's.
 */
static void
open_service(struct fixture *f)
{
	struct test_hub *hub = f->hub;

	snprintf(hub->conf.base_url, sizeof(hub->conf.base_url), BASE_URL);
	hub->conf.token_cache = 64;
	store_close(hub->directory);
	store_close(hub->vault);
	hub->directory = hub->vault = NULL;
	if (service_open(&f->service, &hub->conf, POOL_KEEPERS, &f->counters,
		&hub->why) != 0)
		fail_msg("%s", hub->why.text);
	f->service.pool = POOL_READERS;
	hub->directory = f->service.directory;
	hub->vault = f->service.vault;
}

int
service_setup(void **state)
{
	struct fixture *f = aligned_alloc(64, (sizeof(*f) + 63) / 64 * 64);
	void *hub;

	assert_non_null(f);
	memset(f, 0, sizeof(*f));
	hub_setup(&hub);
	f->hub = hub;
	open_service(f);
	put_records(f);
	f->arena = arena_new(32768, 4 << 20);
	assert_non_null(f->arena);
	buf_init(&f->head, RESP_HEADERS_MAX + 256);
	*state = f;
	return 0;
}

int
service_teardown(void **state)
{
	struct fixture *f = *state;
	void *hub = f->hub;

	buf_free(&f->head);
	arena_free(f->arena);
	rsa_free(f->key.rsa);
	service_close(&f->service);
	f->hub->directory = f->hub->vault = NULL;
	hub_teardown(&hub);
	free(f);
	return 0;
}

struct claims
jan_claims(void)
{
	int64_t now = clock_now();

	return (struct claims){
		.exp = now + 600,
		.iat = now,
		.epoch = 1,
		.user = true,
		.sub = "jan",
		.client_id = "app",
		.jti = "token-1",
		.gid = "grant-1",
		.sid = "session-1",
		.scope = "openid hub.read",
	};
}

const char *
sign_claims(struct fixture *f, const struct claims *claims)
{
	struct str token;

	assert_int_equal(
	    jwt_sign(f->hub->arena, &f->key, &f->service.verifier.domain,
		STR(""), claims, &token),
	    0);
	return hub_text(f->hub, token);
}

const char *
jan_token(struct fixture *f)
{
	struct claims claims = jan_claims();

	return sign_claims(f, &claims);
}

const char *
bearer_of(struct fixture *f, const struct claims *claims)
{
	return arena_printf(f->hub->arena, "Bearer %s", sign_claims(f, claims));
}

const char *
jan_bearer(struct fixture *f)
{
	return arena_printf(f->hub->arena, "Bearer %s", jan_token(f));
}

static void
put(struct req *req, const char *name, const char *value)
{
	if (value != NULL)
		req_param(req, str_of(name), str_of(value));
}

static void
fill(struct fixture *f, struct req *req, const struct ask *a)
{
	struct req_limits limits;

	req_limits_of(&limits, &f->hub->conf);
	req_begin(req, f->arena);
	put(req, "REQUEST_METHOD", a->method != NULL ? a->method : "GET");
	put(req, "REQUEST_URI", a->uri != NULL ? a->uri : "/account/mine");
	put(req, "REQUEST_ID", "0123456789abcdef");
	put(req, "HTTP_AUTHORIZATION", a->authorization);
	put(req, "HTTP_ORIGIN", a->origin);
	put(req, "HTTP_IF_MATCH", a->if_match);
	put(req, "HTTP_IF_NONE_MATCH", a->if_none_match);
	put(req, "HTTP_COOKIE", a->cookie);
	put(req, "HTTP_ACCEPT_LANGUAGE", a->language);
	put(req, "REMOTE_ADDR",
	    a->remote_addr != NULL ? a->remote_addr : "192.0.2.1");
	put(req, "HTTPS", a->http ? NULL : "on");
	if (a->body != NULL) {
		put(req, "CONTENT_TYPE",
		    a->content_type != NULL
			? a->content_type
			: "application/x-www-form-urlencoded");
		req->body = str_of(a->body);
		put(req, "CONTENT_LENGTH",
		    arena_printf(f->arena, "%zu", req->body.n));
	}
	if (a->refused != 0)
		req_refuse(req, a->refused);
	req_ready(req, &limits);
}

int
ask(struct fixture *f, struct ask request)
{
	struct resp resp;
	struct req req;

	arena_reset(f->arena);
	buf_reset(&f->head);
	fill(f, &req, &request);
	resp_begin(&resp, f->arena);
	service_serve(&f->service, &req, &resp);
	assert_int_equal(resp_head(&resp, &f->head), 0);
	f->answer.status = resp.status;
	f->answer.head = buf_view(&f->head);
	f->answer.body = resp_payload(&resp);
	return resp.status;
}

int
ask_as(struct fixture *f, const char *bearer)
{
	return ask(f, (struct ask){ .authorization = bearer });
}

struct str
field(const struct fixture *f, const char *name)
{
	return client_header(&f->answer, name);
}

void
assert_field(const struct fixture *f, const char *name, const char *value)
{
	struct str is = field(f, name);

	if (value == NULL && is.p != NULL)
		fail_msg("%s: '%.*s' is not wanted", name, STR_ARG(is));
	if (value != NULL && !str_eq(is, str_of(value)))
		fail_msg("%s: '%.*s' is not '%s'", name, STR_ARG(is), value);
}

bool
answer_holds(const struct fixture *f, const char *text)
{
	size_t n = strlen(text);

	return memmem(f->answer.head.p, f->answer.head.n, text, n) != NULL ||
	    (f->answer.body.n > 0 &&
		memmem(f->answer.body.p, f->answer.body.n, text, n) != NULL);
}

static void
assert_member(const struct json *object, const char *name, const char *value)
{
	struct str text = STR_NONE;

	assert_true(json_string(json_get(object, name), &text));
	assert_str(text, value);
}

void
assert_problem(const struct fixture *f, int status, const char *challenge)
{
	const struct json *body;
	struct why why;
	uint64_t number;

	assert_int_equal(f->answer.status, status);
	assert_field(f, "Content-Type", "application/problem+json");
	assert_field(f, "WWW-Authenticate", challenge);
	if (json_parse(f->arena, f->answer.body, 4096, &body, &why) != 0)
		fail_msg("%.*s: %s", STR_ARG(f->answer.body), why.text);
	assert_member(body, "type", "about:blank");
	assert_member(body, "instance", "urn:request:0123456789abcdef");
	assert_member(body, "title", status_phrase(status));
	assert_true(json_u64(json_get(body, "status"), 999, &number));
	assert_int_equal(number, status);
	assert_false(answer_holds(f, "anssen"));
}

void
assert_common(const struct fixture *f)
{
	assert_field(f, "Cache-Control", "no-store");
	assert_field(f, "X-Content-Type-Options", "nosniff");
	assert_field(f, "X-Request-Id", "0123456789abcdef");
	assert_field(f, "Vary", "Origin");
	assert_field(f, "Access-Control-Allow-Credentials", NULL);
}
