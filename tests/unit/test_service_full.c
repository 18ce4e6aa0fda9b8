#include "endpoint/service.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "endpoint/call.h"
#include "endpoint/routes.h"
#include "service_fixture.h"
#include "store/schema.h"
#include "unit.h"

/*
 * A store that is full: who writes is told so, who reads is served. This
 * program has a table of routes of its own, with rows that write.
 */
static int answer_first; /* a status that the endpoint gives before it fails */
static int outcome;      /* what it fails with; 0: what the store says */

static int
put_large(struct txn *vault, void *arg)
{
	static const char large[64 * 1024];
	struct key key;

	(void)arg;
	key_of(&key, STR("large"));
	txn_put(vault, VAULT_KEY, &key, (struct str){ large, sizeof(large) });
	return 0;
}

static void
write_large(struct call *call)
{
	if (answer_first != 0) {
		resp_body(call->resp, answer_first, "text/plain", STR("done"));
		resp_header(call->resp, "Location", STR("/new"));
	}
	call->failed = outcome != 0 ? outcome
				    : store_write(call->service->vault,
					  call->req->arena, put_large, NULL);
	if (call->failed == 0)
		call->resp->status = 204;
}

const struct route routes[] = {
	{ METHOD_GET, "/account/mine", POOL_BIT(POOL_READERS), CREDENTIAL_USER,
	    "hub.read", "account.read.mine", ERROR_PROBLEM, account_mine,
	    CORS_CLIENTS },
	{ METHOD_POST, "/large", POOL_ALL, CREDENTIAL_NONE, NULL, NULL,
	    ERROR_PROBLEM, write_large, CORS_CLIENTS },
};

const size_t route_count = sizeof(routes) / sizeof(routes[0]);

static const struct ask post = { .method = "POST", .uri = "/large" };

/* Files grow no more, or again. */
static void
let_files_grow(bool grow)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	if (!grow)
		limit.rlim_cur = 64 * 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
a_write_without_room_is_507_and_reads_go_on(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);
	int status, meanwhile;

	let_files_grow(false);
	status = ask(f, post);
	meanwhile = ask_as(f, bearer);
	ask(f, post);
	let_files_grow(true);
	assert_int_equal(status, 507);
	assert_int_equal(meanwhile, 200);
	assert_problem(f, 507, NULL);
	assert_true(answer_holds(f, "\"title\":\"Insufficient Storage\""));
	assert_true(answer_holds(f, "nothing was changed"));
	assert_field(f, "Retry-After", "60");
	assert_int_equal(ask(f, post), 204);
}

static void
what_was_answered_before_the_failure_is_gone(void **state)
{
	struct fixture *f = *state;

	answer_first = 201;
	outcome = HUB_EFULL;
	ask(f, post);
	assert_problem(f, 507, NULL);
	assert_field(f, "Location", NULL);
	assert_false(answer_holds(f, "done"));
	answer_first = outcome = 0;
}

static void
any_other_failure_is_503(void **state)
{
	static const int failures[] = { HUB_ESTORE, HUB_EIO, HUB_ENOMEM,
		HUB_ECORRUPT, HUB_EDENIED, HUB_ENOENT, HUB_EINVAL };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		outcome = failures[i];
		ask(f, post);
		assert_problem(f, 503, NULL);
		assert_field(f, "Retry-After", "5");
	}
	outcome = 0;
	assert_int_equal(ask(f, post), 204);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_write_without_room_is_507_and_reads_go_on),
		TEST(what_was_answered_before_the_failure_is_gone),
		TEST(any_other_failure_is_503),
	};

	return UNIT_RUN(tests);
}
