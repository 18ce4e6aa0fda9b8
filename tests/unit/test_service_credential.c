#include "endpoint/credential.h"

#include "base/clock.h"
#include "endpoint/routes.h"
#include "service_fixture.h"
#include "unit.h"

#define REALM "Bearer realm=\"hub\""
#define INVALID_REQUEST REALM ", error=\"invalid_request\""
#define INVALID_TOKEN REALM ", error=\"invalid_token\""

/* Of a request, far less than the large records of these tests together. */
#define SMALL (128 * 1024)

static void
make_memory_small(struct fixture *f)
{
	arena_free(f->arena);
	f->arena = arena_new(32768, SMALL);
	assert_non_null(f->arena);
}

/* N letters for a member that nobody asks for. */
static const char *
filler(struct fixture *f, size_t n)
{
	char *text = arena_zalloc(f->hub->arena, n + 1);

	assert_non_null(text);
	memset(text, 'x', n);
	return text;
}

/* Valid in itself and in company of a good header: neither is used. */
static void
a_token_in_the_query_is_refused_and_not_used(void **state)
{
	static const char *const queries[] = { "access_token=%s",
		"access%%5Ftoken=%s", "%%61ccess_token=%s",
		"x=1&access_token=%s", "x=%%zz&access_token=%s",
		"%%zz&access_token=%s", "&&access_token=%s&y", "access_token" };
	struct fixture *f = *state;
	const char *token = jan_token(f);

	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		const char *query =
		    arena_printf(f->hub->arena, queries[i], token);
		const char *uri =
		    arena_printf(f->hub->arena, "/account/mine?%s", query);

		ask(f, (struct ask){ .uri = uri });
		assert_problem(f, 400, INVALID_REQUEST);
		ask(f,
		    (struct ask){ .uri = uri, .authorization = jan_bearer(f) });
		assert_problem(f, 400, INVALID_REQUEST);
		assert_false(answer_holds(f, token));
	}
	assert_int_equal(f->counters.token_misses, 0);
	assert_int_equal(ask(f,
			     (struct ask){ .uri = "/account/mine?token=x",
				 .authorization = jan_bearer(f) }),
	    200);
}

static void
the_authorization_field_is_read_as_rfc_6750_says(void **state)
{
	struct fixture *f = *state;
	const char *t = jan_token(f);
	const struct {
		const char *text;
		int status;
		const char *challenge;
	} rows[] = {
		{ arena_printf(f->hub->arena, "bearer %s", t), 200, NULL },
		{ arena_printf(f->hub->arena, "BEARER %s", t), 200, NULL },
		{ arena_printf(f->hub->arena, "bEaReR   %s", t), 200, NULL },
		{ arena_printf(f->hub->arena, " \tBearer %s \t", t), 200,
		    NULL },
		{ arena_printf(f->hub->arena, "Bearer\t%s", t), 401, REALM },
		{ arena_printf(f->hub->arena, "Bearer \t%s", t), 401,
		    INVALID_TOKEN },
		{ arena_printf(f->hub->arena, "Bearer %s %s", t, t), 401,
		    INVALID_TOKEN },
		{ arena_printf(f->hub->arena, "Bearer %s=", t), 401,
		    INVALID_TOKEN },
		{ arena_printf(f->hub->arena, "Bearer %s,", t), 400,
		    INVALID_REQUEST },
		{ arena_printf(f->hub->arena, ",Bearer %s", t), 400,
		    INVALID_REQUEST },
		{ arena_printf(f->hub->arena, "%s", t), 401, REALM },
		{ arena_printf(f->hub->arena, "Bearer%s", t), 401, REALM },
		{ arena_printf(f->hub->arena, "Token %s", t), 401, REALM },
		{ arena_printf(f->hub->arena, "Basic %s", t), 401, REALM },
		{ "Basic amFuOmphbg==", 401, REALM },
		{ "", 401, REALM },
		{ " \t ", 401, REALM },
		{ "Bearer", 401, INVALID_TOKEN },
		{ "Bearer ", 401, INVALID_TOKEN },
		{ "Bearer x", 401, INVALID_TOKEN },
		{ "Bearer a.b.c", 401, INVALID_TOKEN },
		{ "Bearer \xff\xfe", 401, INVALID_TOKEN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ask_as(f, rows[i].text) != rows[i].status)
			fail_msg("'%s': %d", rows[i].text, f->answer.status);
		assert_field(f, "WWW-Authenticate", rows[i].challenge);
		if (rows[i].status != 200)
			assert_problem(f, rows[i].status, rows[i].challenge);
		assert_false(answer_holds(f, t));
	}
}

/* A web server that hands on two fields as two parameters. */
static int
ask_with_two(struct fixture *f, const char *method, const char *uri,
    const char *first, const char *second)
{
	struct req_limits limits;
	struct resp resp;
	struct req req;

	arena_reset(f->arena);
	buf_reset(&f->head);
	req_limits_of(&limits, &f->hub->conf);
	req_begin(&req, f->arena);
	req_param(&req, STR("REQUEST_METHOD"), str_of(method));
	req_param(&req, STR("REQUEST_URI"), str_of(uri));
	req_param(&req, STR("REQUEST_ID"), STR("0123456789abcdef"));
	req_param(&req, STR("HTTP_AUTHORIZATION"), str_of(first));
	req_param(&req, STR("HTTP_AUTHORIZATION"), str_of(second));
	req_ready(&req, &limits);
	resp_begin(&resp, f->arena);
	service_serve(&f->service, &req, &resp);
	assert_int_equal(resp_head(&resp, &f->head), 0);
	f->answer.status = resp.status;
	f->answer.head = buf_view(&f->head);
	f->answer.body = resp_payload(&resp);
	return resp.status;
}

static void
two_authorization_parameters_are_400_after_404_and_405(void **state)
{
	struct fixture *f = *state;
	const char *good = jan_bearer(f);
	const char *const seconds[] = { good, "Bearer bad", "Basic YQ==", "x" };

	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		const char *other = seconds[i];

		ask_with_two(f, "GET", "/account/mine", good, other);
		assert_problem(f, 400, INVALID_REQUEST);
		ask_with_two(f, "GET", "/account/mine", other, good);
		assert_problem(f, 400, INVALID_REQUEST);
		ask_with_two(f, "GET", "/account/none", good, other);
		assert_problem(f, 404, NULL);
		ask_with_two(f, "POST", "/account/mine", good, other);
		assert_problem(f, 405, NULL);
	}
	assert_int_equal(
	    ask_with_two(f, "OPTIONS", "/account/mine", good, good), 204);
	assert_int_equal(f->counters.token_misses, 0);
}

static void
groups_of_any_size_are_looked_through_one_by_one(void **state)
{
	struct fixture *f = *state;
	const char *note = filler(f, SMALL / 3);

	for (int i = 0; i < 8; i++)
		hub_put(f->hub,
		    arena_printf(f->hub->arena,
			"{\"type\":\"group\",\"id\":\"90%d\",\"name\":\"G\","
			"\"permissions\":[\"%s\"],\"note\":\"%s\"}",
			i, i == 7 ? "account.read.mine" : "else", note));
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"Jan@example.nl\","
	    "\"email\":\"Jan@example.nl\",\"dossiers\":{},\"groupIds\":["
	    "\"900\",\"901\",\"902\",\"903\",\"904\",\"905\",\"906\","
	    "\"907\"]}");
	make_memory_small(f);
	assert_int_equal(ask_as(f, jan_bearer(f)), 200);
}

static void
put_contract(
    struct fixture *f, const char *id, const char *dossier, const char *note)
{
	hub_put(f->hub,
	    arena_printf(f->hub->arena,
		"{\"type\":\"contract\",\"id\":\"%s\",\"organizationId\":"
		"\"1001\",\"dossierNumber\":\"%s\",\"format\":\"AFD2\","
		"\"status\":\"ACTIVE\",\"metadata\":{},\"note\":\"%s\"}",
		id, dossier, note));
}

/* In this memory its record could not even be fetched. */
static void
the_contract_of_another_is_not_looked_at(void **state)
{
	struct fixture *f = *state;
	struct ask request = { .authorization = jan_bearer(f) };

	hub_put(f->hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"name\":\"Klanten\","
	    "\"permissions\":[\"contract.read.mine\"]}");
	put_contract(f, "jans", "204517", "short");
	put_contract(f, "jans-long", "204517", filler(f, SMALL));
	put_contract(f, "another", "999999", filler(f, SMALL));
	make_memory_small(f);
	request.uri = "/contract/contracts/jans/mine";
	assert_int_equal(ask(f, request), 200);
	request.uri = "/contract/contracts/another/mine";
	ask(f, request);
	assert_problem(f, 404, NULL);
	request.uri = "/contract/contracts/none/mine";
	ask(f, request);
	assert_problem(f, 404, NULL);
	/* Else this memory would prove nothing. */
	request.uri = "/contract/contracts/jans-long/mine";
	ask(f, request);
	assert_problem(f, 503, NULL);
}

/* What is remembered of a token is of one route in one state of the hub. */
static void
a_token_that_opens_one_route_opens_no_other_by_that(void **state)
{
	struct fixture *f = *state;
	struct ask request = { .authorization = jan_bearer(f) };
	static const char *const rows[] = { "/account/mine",
		"/organization/organizations/mine",
		"/permission/permissions/mine",
		"/contract/contracts/mycontracts",
		"/contract/contracts/none/mine" };
	static const char *const permissions[] = { "account.read.mine",
		"organization.read.mine", "permission.read.mine",
		"contract.read.mine", "contract.read.mine" };

	for (size_t held = 0; held < sizeof(rows) / sizeof(rows[0]); held++) {
		hub_put(f->hub,
		    arena_printf(f->hub->arena,
			"{\"type\":\"group\",\"id\":\"101\",\"name\":"
			"\"Klanten\",\"permissions\":[\"%s\"]}",
			permissions[held]));
		for (size_t i = 0; i < 4 * sizeof(rows) / sizeof(rows[0]);
		     i++) {
			size_t at = i % (sizeof(rows) / sizeof(rows[0]));
			bool open =
			    strcmp(permissions[at], permissions[held]) == 0;

			request.uri = rows[at];
			ask(f, request);
			if ((f->answer.status == 403) == open)
				fail_msg("%s with %s: %d", rows[at],
				    permissions[held], f->answer.status);
		}
	}
}

/* For an answer that is taken slowly: the token's time goes on. */
static void
a_credential_holds_until_its_token_expires(void **state)
{
	struct fixture *f = *state;
	struct claims claims = jan_claims();
	struct call call = {
		.service = &f->service, .route = &routes[0], .claims = &claims
	};

	call.txn = hub_look(f->hub);
	assert_int_equal(service_refresh(&f->service, call.txn), 0);
	assert_true(credential_holds(&call));
	claims.exp = clock_now();
	assert_false(credential_holds(&call));
	claims.exp = clock_now() + 600;
	assert_true(credential_holds(&call));
	hub_look_end(call.txn);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_in_the_query_is_refused_and_not_used),
		TEST(the_authorization_field_is_read_as_rfc_6750_says),
		TEST(two_authorization_parameters_are_400_after_404_and_405),
		TEST(groups_of_any_size_are_looked_through_one_by_one),
		TEST(the_contract_of_another_is_not_looked_at),
		TEST(a_token_that_opens_one_route_opens_no_other_by_that),
		TEST(a_credential_holds_until_its_token_expires),
	};

	return UNIT_RUN(tests);
}
