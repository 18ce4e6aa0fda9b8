#include "endpoint/service.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "directory/account.h"
#include "service_fixture.h"
#include "unit.h"

/*
 * The clock is set while the hub runs: this program puts itself before the
 * C library's, and reads what is logged.
 */
static int64_t shift;

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int rc = (int)syscall(SYS_clock_gettime, id, ts);

	if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
		ts->tv_sec += shift;
	return rc;
}

/* Asks as BEARER does; LOG takes what is written to standard error. */
static int
ask_listening(struct fixture *f, const char *bearer, char *log, size_t room)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO), status;
	ssize_t n;

	assert_non_null(file);
	assert_int_not_equal(dup2(fileno(file), STDERR_FILENO), -1);
	status = ask_as(f, bearer);
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = pread(fileno(file), log, room - 1, 0);
	assert_true(n >= 0);
	log[n] = '\0';
	fclose(file);
	return status;
}

static int
revoke_jan(struct txn *directory, void *arg)
{
	(void)arg;
	return account_revoke(directory, STR("jan"));
}

static int
reset_clock(void **state)
{
	shift = 0;
	return service_teardown(state);
}

/* What is known of a token does not outlive what was wrong with the time. */
static void
a_revoked_token_stays_dead_whatever_the_time(void **state)
{
	static const int64_t shifts[] = { -86400, -120, 0, 120, 86400 };
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);

	assert_int_equal(ask_as(f, bearer), 200);
	hub_write(f->hub, f->hub->directory, revoke_jan, NULL);
	for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
		shift = shifts[i];
		assert_int_equal(ask_as(f, bearer), 401);
	}
}

static void
a_clock_that_was_set_back_is_one_line_in_the_log(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);
	char log[2048];

	assert_int_equal(ask_listening(f, bearer, log, sizeof(log)), 200);
	assert_string_equal(log, "");
	shift = -3600;
	/* The token, though known, is now one from an hour ahead. */
	assert_int_equal(ask_listening(f, bearer, log, sizeof(log)), 401);
	assert_non_null(strstr(log, "the clock was set back by 3"));
	assert_int_equal(ask_listening(f, bearer, log, sizeof(log)), 401);
	assert_string_equal(log, "");
	shift = 0;
	assert_int_equal(ask_listening(f, bearer, log, sizeof(log)), 200);
	assert_non_null(strstr(log, "the clock was set forward by 3"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, reset_clock)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_revoked_token_stays_dead_whatever_the_time),
		TEST(a_clock_that_was_set_back_is_one_line_in_the_log),
	};

	return UNIT_RUN(tests);
}
