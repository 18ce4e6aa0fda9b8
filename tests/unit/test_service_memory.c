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
		TEST(a_preflight_costs_no_memory),
	};

	return UNIT_RUN(tests);
}
