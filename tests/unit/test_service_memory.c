#include "endpoint/service.h"

#include <stdlib.h>
#include "service_fixture.h"
#include "unit.h"

/*
 * The hot path takes no memory. This program puts itself before the C
 * library's allocator and counts the calls, those of LMDB included. The
 * sanitizers and valgrind have an allocator of their own, whose calls cannot
 * be counted so.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Volatile: compilers know that malloc() changes no variable of ours. */
static volatile unsigned long calls;

#if !SANITIZED
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

void *
malloc(size_t n)
{
	calls++;
	return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	calls++;
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	calls++;
	return __libc_realloc(p, n);
}

void
free(void *p)
{
	calls++;
	__libc_free(p);
}
#endif

static bool
counted(void)
{
	const char *preload = getenv("LD_PRELOAD");

	if (!SANITIZED &&
	    (preload == NULL || strstr(preload, "vgpreload") == NULL))
		return true;
	print_message("# skipped: another allocator stands before this one\n");
	return false;
}

static unsigned long
calls_of(struct fixture *f, struct ask request, int status)
{
	unsigned long before;

	assert_int_equal(ask(f, request), status);
	assert_int_equal(ask(f, request), status);
	before = calls;
	for (int i = 0; i < 100; i++)
		ask(f, request);
	return calls - before;
}

/* Else a count of nothing would prove nothing. */
static void
calls_are_counted(void **state)
{
	unsigned long before = calls;
	void *volatile p;

	(void)state;
	if (!counted())
		return;
	p = malloc(1);
	free(p);
	assert_int_equal(calls - before, 2);
}

static void
a_cached_token_costs_no_memory(void **state)
{
	struct fixture *f = *state;
	struct ask request = { .authorization = jan_bearer(f) };

	if (!counted())
		return;
	assert_int_equal(calls_of(f, request, 200), 0);
	request.method = "HEAD";
	assert_int_equal(calls_of(f, request, 200), 0);
	request.if_none_match = "*";
	assert_int_equal(calls_of(f, request, 304), 0);
	request.origin = APP_ORIGIN;
	assert_int_equal(calls_of(f, request, 304), 0);
}

/* What jan needs to ask everything, and something to be told. */
static void
put_records(struct fixture *f, int contracts)
{
	hub_put(f->hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"name\":\"Klanten\","
	    "\"permissions\":[\"account.read.mine\",\"contract.read.mine\","
	    "\"organization.read.mine\",\"permission.read.mine\"]}");
	for (int i = 0; i < contracts; i++)
		hub_put(f->hub,
		    arena_printf(f->hub->arena,
			"{\"type\":\"contract\",\"id\":\"c-%d\","
			"\"organizationId\":\"1001\",\"dossierNumber\":"
			"\"204517\",\"format\":\"AFD2\",\"status\":\"ACTIVE\","
			"\"metadata\":{\"number\":%d}}",
			i, i));
}

/*
 * Calls of 100 answers, each of them the entity tag of a list: OpenSSL 3.0
 * takes and gives back a piece for each digest. Other answers have their tag.
 */
#define DIGESTS (2 * 100)

static void
an_answer_costs_no_memory_of_ours(void **state)
{
	static const struct {
		const char *uri;
		int with_tag; /* the status where the client names any tag */
		unsigned long calls;
	} asked[] = {
		{ "/account/mine", 304, 0 },
		{ "/organization/organizations/mine", 304, DIGESTS },
		{ "/permission/permissions/mine", 304, DIGESTS },
		{ "/contract/contracts/mycontracts", 304, DIGESTS },
		{ "/contract/contracts/mycontracts?limit=7&status=ACTIVE", 304,
		    DIGESTS },
		{ "/contract/contracts/c-7/mine", 304, 0 },
		{ "/health/ready", 200, 0 },
	};
	struct fixture *f = *state;
	struct ask request = { .authorization = jan_bearer(f) };

	if (!counted())
		return;
	put_records(f, 20);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		request.uri = asked[i].uri;
		request.if_none_match = NULL;
		assert_true(calls_of(f, request, 200) <= asked[i].calls);
		request.if_none_match = "*";
		assert_true(
		    calls_of(f, request, asked[i].with_tag) <= asked[i].calls);
	}
}

/* Longer than the memory that a request has at first. */
static void
a_long_list_costs_no_memory_of_ours(void **state)
{
	struct fixture *f = *state;
	struct ask request = { .authorization = jan_bearer(f),
		.uri = "/contract/contracts/mycontracts" };

	if (!counted())
		return;
	put_records(f, 1000);
	assert_true(calls_of(f, request, 200) <= DIGESTS);
}

static void
a_preflight_costs_no_memory(void **state)
{
	if (!counted())
		return;
	assert_int_equal(
	    calls_of(*state,
		(struct ask){ .method = "OPTIONS", .origin = APP_ORIGIN }, 204),
	    0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_counted),
		TEST(a_cached_token_costs_no_memory),
		TEST(an_answer_costs_no_memory_of_ours),
		TEST(a_long_list_costs_no_memory_of_ours),
		TEST(a_preflight_costs_no_memory),
	};

	return UNIT_RUN(tests);
}
