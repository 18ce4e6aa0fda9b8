#include "hub_process.h"

#include <stdio.h>
#include "base/clock.h"
#include "base/json_in.h"
#include "fcgi_process.h"
#include "unit.h"

/*
 * The table of answers, over the socket as a web server speaks to it, for each
 * of the five endpoints: what goes wrong before an endpoint is reached goes
 * wrong in the same way at all of them. hub.fcgi gives each answer too, over
 * FastCGI and as a CGI program, byte for byte the same.
 */
#define REALM "Bearer realm=\"hub\""
#define INVALID_REQUEST REALM ", error=\"invalid_request\""
#define INVALID_TOKEN REALM ", error=\"invalid_token\""
#define NO_SCOPE REALM ", error=\"insufficient_scope\", scope=\"hub.read\""
#define NO_RIGHT REALM ", error=\"insufficient_scope\""
#define ALLOW "GET, HEAD, OPTIONS"
#define ID "0123456789abcdef"

static const char *const paths[] = {
	"/account/mine",
	"/organization/organizations/mine",
	"/permission/permissions/mine",
	"/contract/contracts/mycontracts",
	"/contract/contracts/c-900001/mine",
};

#define PATHS (sizeof(paths) / sizeof(paths[0]))

static char filler[70000];

/* What is asked at each path; what is NULL or 0 is not sent. */
struct row {
	const char *method;
	const char *more;           /* behind the path */
	const char *first, *second; /* Authorization */
	const char *match;          /* If-None-Match */
	size_t body, field;         /* bytes */
	int status;
	const char *challenge, *allow;
};

static void
add(const char **params, size_t *n, const char *name, const char *value)
{
	if (value == NULL)
		return;
	params[(*n)++] = name;
	params[(*n)++] = value;
}

static void
assert_same(const char *how, const struct client_request *request,
    struct str is, const struct client_answer *answer)
{
	if (!str_eq(is, buf_view(&answer->text)))
		fail_msg("%s %.60s %s: '%.*s' is not '%.*s'",
		    request->method == NULL ? "GET" : request->method,
		    request->uri, how, STR_ARG(is),
		    STR_ARG(buf_view(&answer->text)));
}

static void
ask_the_others(const struct site *site, const struct client_request *request,
    const struct client_answer *answer)
{
	struct client_answer other;
	struct buf out;

	fcgi_ask(site, request, &other);
	assert_same("over libfcgi", request, buf_view(&other.text), answer);
	client_answer_free(&other);
	buf_init(&out, 1 << 20);
	assert_int_equal(cgi_ask(site, request, NULL, &out), 0);
	assert_same("by CGI", request, buf_view(&out), answer);
	buf_free(&out);
}

static void
ask(const struct site *site, const struct row *row, const char *path,
    struct client_answer *answer)
{
	char uri[16384], field[40000];
	const char *params[16] = { NULL };
	struct client_request request = { .method = row->method,
		.uri = uri,
		.params = params,
		.body = { filler, row->body } };
	struct client c;
	size_t n = 0;

	snprintf(
	    uri, sizeof(uri), "%s%s", path, row->more == NULL ? "" : row->more);
	snprintf(field, sizeof(field), "%.*s", (int)row->field, filler);
	add(params, &n, "REQUEST_ID", ID);
	add(params, &n, "HTTP_AUTHORIZATION", row->first);
	add(params, &n, "HTTP_AUTHORIZATION", row->second);
	add(params, &n, "HTTP_IF_NONE_MATCH", row->match);
	add(params, &n, "HTTP_X_LONG", row->field > 0 ? field : NULL);
	site_connect(site, POOL_READERS, &c);
	assert_int_equal(client_call(&c, &request, answer), 0);
	assert_true(answer->ended);
	client_close(&c);
	ask_the_others(site, &request, answer);
}

static void
assert_field(
    const struct client_answer *answer, const char *name, const char *value)
{
	struct str is = client_header(answer, name);

	if (value == NULL && is.p != NULL)
		fail_msg("%s: '%.*s' is not wanted", name, STR_ARG(is));
	if (value != NULL && !str_eq(is, str_of(value)))
		fail_msg("%s: '%.*s' is not '%s'", name, STR_ARG(is), value);
}

static bool
has_body(const struct row *row)
{
	return row->status != 204 && row->status != 304 &&
	    (row->method == NULL || strcmp(row->method, "HEAD") != 0);
}

/* The members of RFC 9457, and nothing of anybody. */
static void
assert_problem(const struct client_answer *answer, int status)
{
	struct arena *arena = arena_new(4096, 1 << 20);
	const struct json *body;
	struct str text;
	struct why why;
	uint64_t number;

	if (json_parse(arena, answer->body, 4096, &body, &why) != 0)
		fail_msg("%.*s: %s", STR_ARG(answer->body), why.text);
	assert_true(json_u64(json_get(body, "status"), 999, &number));
	assert_int_equal(number, status);
	assert_true(json_string(json_get(body, "instance"), &text));
	assert_true(str_eq(text, STR("urn:request:" ID)));
	assert_null(
	    memmem(answer->body.p, answer->body.n, "anssen", strlen("anssen")));
	arena_free(arena);
}

static void
assert_answer(
    const struct row *row, const char *path, const struct client_answer *answer)
{
	bool good = row->status == 200;

	if (answer->status != row->status)
		fail_msg("%s %s%.40s: %d is not %d",
		    row->method == NULL ? "GET" : row->method, path,
		    row->more == NULL ? "" : row->more, answer->status,
		    row->status);
	assert_field(answer, "WWW-Authenticate", row->challenge);
	assert_field(answer, "Allow", row->allow);
	assert_field(answer, "X-Request-Id", ID);
	assert_field(answer, "Cache-Control", "no-store");
	assert_field(answer, "X-Content-Type-Options", "nosniff");
	assert_field(answer, "Content-Type",
	    row->status == 204 || row->status == 304 ? NULL
		: good                               ? "application/json"
						     : "application/"
						       "problem+json");
	assert_int_equal(answer->body.n > 0, has_body(row));
	if (has_body(row) && !good)
		assert_problem(answer, row->status);
}

static void
walk(const struct site *site, const struct row *rows, size_t n)
{
	for (size_t p = 0; p < PATHS; p++) {
		for (size_t i = 0; i < n; i++) {
			struct client_answer answer;

			ask(site, &rows[i], paths[p], &answer);
			assert_answer(&rows[i], paths[p], &answer);
			client_answer_free(&answer);
		}
	}
}

#define WALK(site, rows) walk((site), (rows), sizeof(rows) / sizeof((rows)[0]))

static int
start(void **state)
{
	memset(filler, 'x', sizeof(filler));
	site_setup_filled(state);
	site_start(*state, POOL_READERS);
	fcgi_start(*state);
	return 0;
}

/* A credential as it is sent. */
struct bearer {
	char text[4200];
};

static struct bearer
bearer_with(const struct site *site, const char *option, const char *value,
    const char *username)
{
	struct bearer bearer;
	struct output o;

	site_hubctl(site, &o, NULL, "token", option, value, username);
	assert_int_equal(o.status, 0);
	snprintf(bearer.text, sizeof(bearer.text), "Bearer %.*s",
	    (int)strcspn(o.out, "\n"), o.out);
	return bearer;
}

static struct bearer
bearer_of(const struct site *site, const char *username)
{
	return bearer_with(site, "--scope", "openid hub.read", username);
}

static void
the_method_and_the_path_decide_first(void **state)
{
	struct bearer good = bearer_of(*state, JANSSEN);
	const struct row rows[] = {
		{ .first = good.text, .status = 200 },
		{ .method = "HEAD", .first = good.text, .status = 200 },
		{ .more = "/more", .first = good.text, .status = 404 },
		{ .more = "/more", .status = 404 },
		{ .more = "%00", .status = 404 },
		{ .method = "POST", .more = "/more", .status = 404 },
		{ .method = "OPTIONS", .more = "/more", .status = 404 },
		{ .method = "POST", .status = 405, .allow = ALLOW },
		{ .method = "PUT",
		    .first = good.text,
		    .status = 405,
		    .allow = ALLOW },
		{ .method = "DELETE",
		    .first = good.text,
		    .second = good.text,
		    .status = 405,
		    .allow = ALLOW },
		{ .method = "OPTIONS", .status = 204, .allow = ALLOW },
		{ .method = "OPTIONS",
		    .first = "Bearer bad",
		    .status = 204,
		    .allow = ALLOW },
	};

	WALK(*state, rows);
}

static void
more_than_one_credential_is_400(void **state)
{
	struct bearer good = bearer_of(*state, JANSSEN);
	char two[2 * sizeof(good.text) + 2], query[sizeof(good.text) + 16];
	const struct row rows[] = {
		{ .first = good.text,
		    .second = good.text,
		    .status = 400,
		    .challenge = INVALID_REQUEST },
		{ .first = "Bearer bad",
		    .second = good.text,
		    .status = 400,
		    .challenge = INVALID_REQUEST },
		{ .first = two, .status = 400, .challenge = INVALID_REQUEST },
		{ .more = query, .status = 400, .challenge = INVALID_REQUEST },
		{ .more = query,
		    .first = good.text,
		    .status = 400,
		    .challenge = INVALID_REQUEST },
	};

	snprintf(two, sizeof(two), "%s, %s", good.text, good.text);
	snprintf(query, sizeof(query), "?access_token=%s",
	    good.text + strlen("Bearer "));
	WALK(*state, rows);
}

static void
a_token_that_is_none_or_no_longer_one_is_401(void **state)
{
	const struct site *site = *state;
	struct bearer expired = bearer_with(site, "--ttl", "1", JANSSEN);
	struct bearer good = bearer_of(site, JANSSEN);
	struct bearer disabled = bearer_of(site, BOS);
	int64_t issued = clock_now(), begun = clock_mono_ms();
	const struct row before[] = { { .first = good.text, .status = 200 } };
	const struct row rows[] = {
		{ .status = 401, .challenge = REALM },
		{ .method = "HEAD", .status = 401, .challenge = REALM },
		{ .first = "Basic YQ==", .status = 401, .challenge = REALM },
		{ .first = "Bearer bad",
		    .status = 401,
		    .challenge = INVALID_TOKEN },
		{ .first = "Bearer bad",
		    .match = "*",
		    .status = 401,
		    .challenge = INVALID_TOKEN },
		{ .first = expired.text,
		    .status = 401,
		    .challenge = INVALID_TOKEN },
		{ .first = disabled.text,
		    .status = 401,
		    .challenge = INVALID_TOKEN },
	};

	site_do(site, "account", "disable", BOS);
	while (clock_now() <= issued)
		site_rest(begun);
	WALK(site, before);
	WALK(site, rows);
	site_do(site, "account", "revoke", JANSSEN);
	for (size_t p = 0; p < PATHS; p++) {
		const struct row revoked = { .first = good.text,
			.status = 401,
			.challenge = INVALID_TOKEN };
		struct client_answer answer;

		ask(site, &revoked, paths[p], &answer);
		assert_answer(&revoked, paths[p], &answer);
		client_answer_free(&answer);
	}
}

static void
a_scope_or_permission_that_lacks_is_403(void **state)
{
	struct site *site = *state;
	struct bearer narrow =
	    bearer_with(site, "--scope", "openid hub.manage", JANSSEN);
	struct bearer good = bearer_of(site, JANSSEN);
	const struct row scope[] = { {
	    .first = narrow.text,
	    .match = "*",
	    .status = 403,
	    .challenge = NO_SCOPE,
	} };
	const struct row permission[] = {
		{ .first = good.text, .status = 403, .challenge = NO_RIGHT },
		{ .method = "HEAD",
		    .first = good.text,
		    .status = 403,
		    .challenge = NO_RIGHT },
	};

	WALK(site, scope);
	site_do(site, "import",
	    site_file(site, "more.ndjson",
		"{\"type\":\"group\",\"id\":\"101\",\"permissions\":[]}\n"));
	WALK(site, permission);
}

static void
limits_come_before_all_else(void **state)
{
	static char long_query[9000] = "?";
	const struct row rows[] = {
		{ .more = long_query, .status = 414 },
		{ .field = 33000, .status = 431 },
		{ .method = "POST", .body = 65537, .status = 413 },
		{ .method = "POST",
		    .more = "/more",
		    .body = 65537,
		    .status = 413 },
	};

	memset(long_query + 1, 'x', sizeof(long_query) - 2);
	WALK(*state, rows);
}

static void
head_tells_of_get_and_the_tag_spares_it(void **state)
{
	struct bearer good = bearer_of(*state, JANSSEN);
	char tag[128], length[32];

	for (size_t p = 0; p < PATHS; p++) {
		struct row row = { .first = good.text, .status = 200 };
		struct client_answer answer;
		struct str is;

		ask(*state, &row, paths[p], &answer);
		assert_answer(&row, paths[p], &answer);
		is = client_header(&answer, "ETag");
		assert_in_range(is.n, 3, sizeof(tag) - 1);
		snprintf(tag, sizeof(tag), "%.*s", STR_ARG(is));
		snprintf(length, sizeof(length), "%zu", answer.body.n);
		assert_field(&answer, "Content-Length", length);
		client_answer_free(&answer);

		row.method = "HEAD";
		ask(*state, &row, paths[p], &answer);
		assert_answer(&row, paths[p], &answer);
		assert_field(&answer, "ETag", tag);
		assert_field(&answer, "Content-Length", length);
		client_answer_free(&answer);

		row.status = 304;
		row.match = tag;
		for (int i = 0; i < 2; i++) {
			ask(*state, &row, paths[p], &answer);
			assert_answer(&row, paths[p], &answer);
			assert_field(&answer, "ETag", tag);
			client_answer_free(&answer);
			row.method = "GET";
		}
		row.status = 200;
		row.match = "\"another\"";
		ask(*state, &row, paths[p], &answer);
		assert_answer(&row, paths[p], &answer);
		client_answer_free(&answer);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_method_and_the_path_decide_first),
		TEST(more_than_one_credential_is_400),
		TEST(a_token_that_is_none_or_no_longer_one_is_401),
		TEST(a_scope_or_permission_that_lacks_is_403),
		TEST(limits_come_before_all_else),
		TEST(head_tells_of_get_and_the_tag_spares_it),
	};

	return UNIT_RUN(tests);
}
