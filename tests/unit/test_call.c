/*
 * What an endpoint does with the stores: its look at the directory, its writes,
 * and what becomes of a failure. This program has a table of routes of its own.
 */
#include "endpoint/call.h"

#include "base/clock.h"
#include "directory/state.h"
#include "endpoint/routes.h"
#include "identity/signing_key.h"
#include "keys.h"
#include "service_fixture.h"
#include "store/schema.h"
#include "token/signer.h"
#include "unit.h"

/* What the endpoint of this test does; set before each request. */
static void (*act)(struct call *call);

static void
run_act(struct call *call)
{
	act(call);
}

const struct route routes[] = {
	{ METHOD_POST, "/act", POOL_ALL, CREDENTIAL_NONE, NULL, NULL,
	    ERROR_PROBLEM, run_act, CORS_CLIENTS },
	{ METHOD_POST, "/oauth", POOL_ALL, CREDENTIAL_CLIENT, NULL, NULL,
	    ERROR_OAUTH, run_act, CORS_CLIENTS },
	{ METHOD_GET, "/mine", POOL_ALL, CREDENTIAL_USER, "hub.read", NULL,
	    ERROR_PROBLEM, run_act, CORS_CLIENTS },
	{ METHOD_GET, "/health/ready", POOL_ALL, CREDENTIAL_NONE, NULL, NULL,
	    ERROR_PROBLEM, health_ready, CORS_CLIENTS },
};

const size_t route_count = sizeof(routes) / sizeof(routes[0]);

static int
ask_act(struct fixture *f, void (*fn)(struct call *call))
{
	act = fn;
	return ask(f, (struct ask){ .method = "POST", .uri = "/act" });
}

static int
touch(struct txn *txn, void *arg)
{
	(void)arg;
	generation_raise(txn);
	return 0;
}

static int
write_directory(struct call *call)
{
	return store_write(
	    call->service->directory, call->req->arena, touch, NULL);
}

static void
look_and_write(struct call *call)
{
	struct hub hub = call_hub(call);

	assert_null(call->txn);
	assert_false(call->looked);
	assert_int_equal(call_look_end(call), 0);
	assert_int_equal(call_look(call), 0);
	assert_non_null(call->txn);
	assert_true(call->looked);
	assert_int_equal(call_look(call), 0);
	/* Who forgets to end the look is told, and nothing is written. */
	assert_int_equal(write_directory(call), HUB_EINVAL);
	assert_int_equal(call_look_end(call), 0);
	assert_null(call->txn);
	assert_int_equal(write_directory(call), 0);
	assert_ptr_equal(hub.directory, call->service->directory);
	assert_ptr_equal(hub.vault, call->service->vault);
	assert_ptr_equal(hub.conf, call->service->conf);
	assert_ptr_equal(hub.arena, call->req->arena);
	call->resp->status = 204;
}

static void
an_endpoint_without_a_gate_has_its_own_look(void **state)
{
	assert_int_equal(ask_act(*state, look_and_write), 204);
	/* The next one looks again, and finds what has changed. */
	assert_int_equal(ask_act(*state, look_and_write), 204);
}

static void
end_look_and_write(struct call *call)
{
	assert_non_null(call->txn);
	assert_true(call->looked);
	assert_int_equal(call_look_end(call), 0);
	assert_int_equal(write_directory(call), 0);
	/* What the gate has found outlives the look. */
	assert_str(call->account.id, "jan");
	assert_string_equal(call->claims->sub, "jan");
	call->resp->status = 204;
}

static void
an_endpoint_behind_the_gate_ends_the_look_before_it_writes(void **state)
{
	struct fixture *f = *state;

	act = end_look_and_write;
	assert_int_equal(
	    ask(f,
		(struct ask){ .uri = "/mine", .authorization = jan_bearer(f) }),
	    204);
}

static int failure;

static void
answer_then_fail(struct call *call)
{
	resp_body(call->resp, 201, "text/plain", STR("done"));
	resp_header(call->resp, "Location", STR("/new"));
	call_failed(call, failure);
	call_failed(call, HUB_ENOENT);
}

static void
a_failure_takes_the_place_of_the_answer(void **state)
{
	static const int failures[] = { HUB_ESTORE, HUB_EIO, HUB_ECORRUPT,
		HUB_ENOMEM, HUB_ECRYPTO };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		failure = failures[i];
		ask_act(f, answer_then_fail);
		assert_problem(f, 503, NULL);
		assert_field(f, "Retry-After", "5");
		assert_field(f, "Location", NULL);
		assert_false(answer_holds(f, "done"));
	}
}

static void
a_full_store_is_507(void **state)
{
	struct fixture *f = *state;

	failure = HUB_EFULL;
	ask_act(f, answer_then_fail);
	assert_problem(f, 507, NULL);
	assert_field(f, "Retry-After", "60");
	assert_field(f, "Location", NULL);
}

static void
assert_oauth(struct fixture *f, int status, const char *body)
{
	assert_int_equal(f->answer.status, status);
	assert_field(f, "Content-Type", "application/json");
	assert_str(f->answer.body, body);
}

static void
errors_have_the_form_of_the_route(void **state)
{
	struct ask request = { .method = "POST", .uri = "/oauth" };
	struct fixture *f = *state;

	act = answer_then_fail;
	failure = HUB_ESTORE;
	ask(f, request);
	assert_oauth(f, 503,
	    "{\"error\":\"temporarily_unavailable\",\"error_description\":"
	    "\"The hub cannot use its store at the moment.\"}");
	assert_field(f, "Retry-After", "5");
	failure = HUB_EFULL;
	ask(f, request);
	assert_oauth(f, 507,
	    "{\"error\":\"temporarily_unavailable\",\"error_description\":"
	    "\"The hub has no room to store this; nothing was changed.\"}");
	request.refused = 413;
	ask(f, request);
	assert_oauth(f, 413,
	    "{\"error\":\"invalid_request\",\"error_description\":"
	    "\"Content Too Large\"}");
	request.refused = 0;
	request.method = "DELETE";
	ask(f, request);
	assert_oauth(f, 405,
	    "{\"error\":\"invalid_request\",\"error_description\":"
	    "\"Method Not Allowed\"}");
	assert_field(f, "Allow", "POST, OPTIONS");
	/* Where no row has the path there is no form to ask for. */
	request.uri = "/oauth/more";
	ask(f, request);
	assert_problem(f, 404, NULL);
}

static int
damage_vault(struct txn *vault, void *arg)
{
	struct key key;

	(void)arg;
	key_of(&key, STR("kid"));
	txn_put(vault, VAULT_KEY, &key, STR("\1damaged"));
	return 0;
}

static void
look_then_answer(struct call *call)
{
	if (call_look(call) != 0)
		return;
	call->resp->status = 204;
}

static void
what_cannot_be_loaded_is_a_failure_of_the_look(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask_act(f, look_then_answer), 204);
	hub_write(f->hub, f->hub->vault, damage_vault, NULL);
	/* Nobody has heard of it yet. */
	assert_int_equal(ask_act(f, look_then_answer), 204);
	hub_write(f->hub, f->hub->directory, touch, NULL);
	for (int i = 0; i < 2; i++) {
		ask_act(f, look_then_answer);
		assert_problem(f, 503, NULL);
		assert_field(f, "Retry-After", "5");
	}
}

static int
put_private(struct txn *vault, void *arg)
{
	signing_key_put_private(vault, arg);
	return 0;
}

static const char *
signing_kid(struct fixture *f)
{
	const struct signer_key *key =
	    signer_current(&f->service.signer, clock_now());

	return key == NULL ? "" : key->kid;
}

/* The directory's generation tells of the vault's keys too. */
static void
those_who_sign_load_keys_when_the_generation_moves(void **state)
{
	struct signing_key key = { .kid = "" };
	struct fixture *f = *state;
	struct rsa_key *rsa = test_key(TEST_KEY_B);

	assert_non_null(rsa);
	assert_int_equal(key_thumbprint(rsa, key.kid), 0);
	assert_int_equal(
	    rsa_private_der(f->hub->arena, rsa, &key.private.der), 0);
	assert_int_equal(ask_act(f, look_then_answer), 204);
	assert_string_equal(signing_kid(f), f->key.kid);
	key.private.signs_from = f->key.signs_from + 1;
	hub_write(f->hub, f->hub->vault, put_private, &key);
	assert_int_equal(ask_act(f, look_then_answer), 204);
	assert_int_equal(f->service.signer.n, 1);
	hub_write(f->hub, f->hub->directory, touch, NULL);
	assert_int_equal(ask_act(f, look_then_answer), 204);
	assert_int_equal(f->service.signer.n, 2);
	assert_string_equal(
	    signer_current(&f->service.signer, f->key.signs_from + 1)->kid,
	    key.kid);
	rsa_free(rsa);
}

static int
drop_private(struct txn *vault, void *arg)
{
	struct key key;

	key_of(&key, str_of(arg));
	return txn_del(vault, VAULT_KEY, &key) ? 0 : HUB_ENOENT;
}

static void
without_a_key_to_sign_with_a_keeper_is_not_ready(void **state)
{
	const struct ask ready = { .uri = "/health/ready" };
	struct fixture *f = *state;

	assert_int_equal(ask(f, ready), 200);
	hub_write(f->hub, f->hub->vault, drop_private, f->key.kid);
	hub_write(f->hub, f->hub->directory, touch, NULL);
	ask(f, ready);
	assert_problem(f, 503, NULL);
	/* What needs no signature works on. */
	assert_int_equal(ask_act(f, look_then_answer), 204);
	assert_int_equal(f->service.signer.n, 0);
}

static void
readers_hold_no_private_key(void **state)
{
	struct fixture *f = *state;
	struct service reader;
	struct store *directory = f->service.directory;
	struct store *vault = f->service.vault;

	/* A process has each store open once. */
	store_close(directory);
	store_close(vault);
	f->service.directory = f->service.vault = NULL;
	assert_int_equal(service_open(&reader, &f->hub->conf, POOL_READERS,
			     &f->counters, &f->hub->why),
	    0);
	assert_null(reader.vault);
	assert_int_equal(reader.signer.n, 0);
	assert_int_equal(reader.verifier.keys.n, 1);
	service_close(&reader);
}

static void
answer_without_a_look(struct call *call)
{
	call->resp->status = 204;
}

static void
origins_are_those_of_this_moment_in_any_case(void **state)
{
	static void (*const acts[])(struct call *) = { answer_without_a_look,
		look_then_answer, look_and_write };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		const struct ask from_app = {
			.method = "POST", .uri = "/act", .origin = APP_ORIGIN
		};

		act = acts[i];
		put_client(f, "app", true, APP_ORIGIN);
		assert_int_equal(ask(f, from_app), 204);
		assert_field(f, "Access-Control-Allow-Origin", APP_ORIGIN);
		put_client(f, "app", false, APP_ORIGIN);
		assert_int_equal(ask(f, from_app), 204);
		assert_field(f, "Access-Control-Allow-Origin", NULL);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_endpoint_without_a_gate_has_its_own_look),
		TEST(
		    an_endpoint_behind_the_gate_ends_the_look_before_it_writes),
		TEST(a_failure_takes_the_place_of_the_answer),
		TEST(a_full_store_is_507),
		TEST(errors_have_the_form_of_the_route),
		TEST(what_cannot_be_loaded_is_a_failure_of_the_look),
		TEST(those_who_sign_load_keys_when_the_generation_moves),
		TEST(without_a_key_to_sign_with_a_keeper_is_not_ready),
		TEST(readers_hold_no_private_key),
		TEST(origins_are_those_of_this_moment_in_any_case),
	};

	return UNIT_RUN(tests);
}
