/*
 * Many workers, one code or one refresh token, at the same moment: each a
 * process with stores of its own, as the keepers are.
 */
#include "endpoint/service.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "identity/refresh.h"
#include "identity_fixture.h"
#include "unit.h"

#define WORKERS 24

/* What one of them was told. */
struct told {
	int status;
	char refresh[REFRESH_LEN + 1];
};

/* A process may have a store open once, and opens it after fork. */
static void
close_service(struct fixture *f)
{
	service_close(&f->service);
	f->hub->directory = f->hub->vault = NULL;
}

static void
open_again(struct fixture *f)
{
	if (service_open(&f->service, &f->hub->conf, POOL_KEEPERS, &f->counters,
		&f->hub->why) != 0)
		fail_msg("%s", f->hub->why.text);
	f->hub->directory = f->service.directory;
	f->hub->vault = f->service.vault;
}

/* Waits until everybody is there: GATE ends when the parent lets go of it. */
static void
work(struct fixture *f, const char *form, int gate, int ready, int out)
{
	struct told told = { 0 };
	const char *refresh;
	char byte = 0;

	if (service_open(&f->service, &f->hub->conf, POOL_KEEPERS, &f->counters,
		&f->hub->why) != 0)
		_exit(1);
	f->hub->directory = f->service.directory;
	f->hub->vault = f->service.vault;
	if (write(ready, &byte, 1) != 1 || read(gate, &byte, 1) != 0)
		_exit(1);
	told.status = post(f, "token", form);
	if (told.status == 200) {
		refresh = member(f, "refresh_token");
		if (refresh == NULL || strlen(refresh) != REFRESH_LEN)
			_exit(1);
		memcpy(told.refresh, refresh, REFRESH_LEN);
	}
	close_service(f);
	_exit(write(out, &told, sizeof(told)) == sizeof(told) ? 0 : 1);
}

static void
start(struct fixture *f, const char *form, pid_t *pids, int gate[2],
    int ready[2], int out[2])
{
	for (int i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] > 0)
			continue;
		close(gate[1]);
		work(f, form, gate[0], ready[1], out[1]);
	}
}

static void
race(struct fixture *f, const char *form, struct told told[WORKERS])
{
	int gate[2], ready[2], out[2], status;
	pid_t pids[WORKERS];
	char byte;

	assert_int_equal(pipe(gate) | pipe(ready) | pipe(out), 0);
	close_service(f);
	start(f, form, pids, gate, ready, out);
	close(ready[1]);
	close(out[1]);
	/* One that died is no byte, and the end of the pipe. */
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(read(ready[0], &byte, 1), 1);
	close(gate[1]);
	for (int i = 0; i < WORKERS; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
		/* Writes of so few bytes come whole. */
		assert_int_equal(
		    read(out[0], &told[i], sizeof(told[i])), sizeof(told[i]));
	}
	close(gate[0]);
	close(ready[0]);
	close(out[0]);
	open_again(f);
}

static void
one_code_is_one_success(void **state)
{
	struct fixture *f = *state;
	struct told told[WORKERS];
	const char *won = NULL;
	const char *code =
	    code_for(f, sign_in(f, "jan", "s", clock_now()), "portal", "");

	race(f, form_of(f, "%s&client_id=portal", code_form(f, "portal", code)),
	    told);
	for (int i = 0; i < WORKERS; i++) {
		if (told[i].status == 200) {
			assert_null(won);
			won = told[i].refresh;
		} else
			assert_int_equal(told[i].status, 400);
	}
	assert_non_null(won);
	/* The others were uses of a used code. */
	refresh(f, "portal", won, "");
	assert_oauth_error(f, 400, "invalid_grant");
	assert_true(events(f, "code.reused") > 0);
}

static void
one_refresh_token_has_one_successor(void **state)
{
	struct fixture *f = *state;
	struct told told[WORKERS];
	struct tokens t =
	    tokens_for(f, sign_in(f, "jan", "s", clock_now()), "portal", "");

	f->hub->conf.refresh_grace = 600;
	race(f,
	    form_of(f,
		"grant_type=refresh_token&client_id=portal&refresh_token=%s",
		t.refresh),
	    told);
	for (int i = 0; i < WORKERS; i++) {
		assert_int_equal(told[i].status, 200);
		assert_string_equal(told[i].refresh, told[0].refresh);
	}
	assert_string_not_equal(told[0].refresh, t.refresh);
	refresh(f, "portal", told[0].refresh, "");
	answered(f);
	assert_int_equal(events(f, "refresh.reused"), 0);
}

static void
without_the_window_one_refresh_succeeds_at_most(void **state)
{
	struct fixture *f = *state;
	struct told told[WORKERS];
	int won = 0;
	struct tokens t =
	    tokens_for(f, sign_in(f, "jan", "s", clock_now()), "portal", "");

	f->hub->conf.refresh_grace = 0;
	race(f,
	    form_of(f,
		"grant_type=refresh_token&client_id=portal&refresh_token=%s",
		t.refresh),
	    told);
	for (int i = 0; i < WORKERS; i++) {
		won += told[i].status == 200;
		assert_true(told[i].status == 200 || told[i].status == 400);
	}
	assert_int_equal(won, 1);
	assert_true(events(f, "refresh.reused") > 0);
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(one_code_is_one_success),
		T(one_refresh_token_has_one_successor),
		T(without_the_window_one_refresh_succeeds_at_most),
	};

	return UNIT_RUN(tests);
}
