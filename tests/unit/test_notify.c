#include "hubd/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "unit.h"

static struct notify notify;
static struct why why;
static char name[100]; /* of our socket, as the variable has it */
static int ours = -1;

/* A socket as a service manager has it, in the abstract namespace. */
static int
setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int n = snprintf(name, sizeof(name), "@hub-test/%ld", (long)getpid());

	(void)state;
	memcpy(address.sun_path + 1, name + 1, (size_t)n - 1);
	ours = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ours < 0 ||
	    bind(ours, (struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
		    (size_t)n)) != 0)
		return 1;
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	setenv("NOTIFY_SOCKET", name, 1);
	why.text[0] = '\0';
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	notify_close(&notify);
	close(ours);
	return 0;
}

/* The next message; "" if there is none. */
static const char *
heard(void)
{
	static char text[2048];
	ssize_t n = recv(ours, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
messages_arrive_as_they_are(void **state)
{
	(void)state;
	assert_int_equal(notify_open(&notify, &why), 0);
	notify_send(&notify, "READY=1");
	notify_send(&notify, "RELOADING=1\nMONOTONIC_USEC=%d", 7);
	assert_string_equal(heard(), "READY=1");
	assert_string_equal(heard(), "RELOADING=1\nMONOTONIC_USEC=7");
	assert_string_equal(heard(), "");
	assert_null(getenv("NOTIFY_SOCKET"));
}

static void
what_is_too_long_is_cut(void **state)
{
	char text[1500];

	(void)state;
	memset(text, 's', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(notify_open(&notify, &why), 0);
	notify_send(&notify, "STATUS=%s", text);
	assert_int_equal(strlen(heard()), 511);
}

static void
without_a_socket_nothing_is_sent(void **state)
{
	static const char *const none[] = { NULL, "" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		if (none[i] == NULL)
			unsetenv("NOTIFY_SOCKET");
		else
			setenv("NOTIFY_SOCKET", none[i], 1);
		setenv("WATCHDOG_USEC", "1000000", 1);
		assert_int_equal(notify_open(&notify, &why), 0);
		assert_int_equal(notify.fd, -1);
		notify_send(&notify, "READY=1");
		assert_true(notify_beat(&notify, 0, true) == INT64_MAX);
		assert_null(getenv("WATCHDOG_USEC"));
	}
}

static void
a_name_that_is_none_is_refused(void **state)
{
	static const char *const wrong[] = { "relative", "@", "/",
		"vsock:2:1" };
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		setenv("NOTIFY_SOCKET", wrong[i], 1);
		assert_int_equal(notify_open(&notify, &why), HUB_EINVAL);
		assert_non_null(strstr(why.text, wrong[i]));
		assert_int_equal(notify.fd, -1);
	}
	/* A path of 107 bytes has room for its NUL, a name may have 108. */
	memset(text, 'p', sizeof(text));
	for (size_t n = 107; n <= 109; n++) {
		text[n] = '\0';
		text[0] = '/';
		setenv("NOTIFY_SOCKET", text, 1);
		assert_int_equal(
		    notify_open(&notify, &why), n > 107 ? HUB_EINVAL : 0);
		notify_close(&notify);
		text[0] = '@';
		setenv("NOTIFY_SOCKET", text, 1);
		assert_int_equal(
		    notify_open(&notify, &why), n > 108 ? HUB_EINVAL : 0);
		notify_close(&notify);
		text[n] = 'p';
	}
}

static void
a_sign_of_life_is_sent_in_half_the_time(void **state)
{
	(void)state;
	setenv("WATCHDOG_USEC", "3000000", 1);
	assert_int_equal(notify_open(&notify, &why), 0);
	assert_true(notify_beat(&notify, 10000, true) == 11500);
	assert_string_equal(heard(), "WATCHDOG=1");
	assert_true(notify_beat(&notify, 11499, true) == 11500);
	assert_string_equal(heard(), "");
	assert_true(notify_beat(&notify, 11600, true) == 13100);
	assert_string_equal(heard(), "WATCHDOG=1");
}

static void
who_is_not_alive_sends_none(void **state)
{
	(void)state;
	setenv("WATCHDOG_USEC", "3000000", 1);
	assert_int_equal(notify_open(&notify, &why), 0);
	assert_true(notify_beat(&notify, 10000, false) == 11500);
	assert_true(notify_beat(&notify, 11500, false) == 13000);
	assert_string_equal(heard(), "");
	assert_true(notify_beat(&notify, 13000, true) == 14500);
	assert_string_equal(heard(), "WATCHDOG=1");
}

static void
the_watchdog_may_be_for_another(void **state)
{
	char pid[16];

	(void)state;
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_open(&notify, &why), 0);
	assert_true(notify_beat(&notify, 0, true) == INT64_MAX);
	notify_close(&notify);
	assert_null(getenv("WATCHDOG_PID"));

	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("NOTIFY_SOCKET", name, 1);
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_open(&notify, &why), 0);
	assert_true(notify_beat(&notify, 0, true) == 1500);
}

static void
a_time_that_is_none_leaves_the_rest_working(void **state)
{
	static const char *const wrong[] = { "", "soon", "-1", "0", "1999" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		setenv("NOTIFY_SOCKET", name, 1);
		setenv("WATCHDOG_USEC", wrong[i], 1);
		assert_int_equal(notify_open(&notify, &why), HUB_EINVAL);
		assert_non_null(strstr(why.text, "WATCHDOG_USEC"));
		assert_true(notify_beat(&notify, 0, true) == INT64_MAX);
		notify_send(&notify, "READY=1");
		assert_string_equal(heard(), "READY=1");
		notify_close(&notify);
	}
}

/* It has stopped reading, or has gone: that is no reason to stop serving. */
static void
a_manager_that_is_gone_is_survived(void **state)
{
	(void)state;
	assert_int_equal(notify_open(&notify, &why), 0);
	close(ours);
	ours = -1;
	notify_send(&notify, "READY=1");
	assert_true(notify.complained);
	notify_send(&notify, "STOPPING=1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_arrive_as_they_are),
		TEST(what_is_too_long_is_cut),
		TEST(without_a_socket_nothing_is_sent),
		TEST(a_name_that_is_none_is_refused),
		TEST(a_sign_of_life_is_sent_in_half_the_time),
		TEST(who_is_not_alive_sends_none),
		TEST(the_watchdog_may_be_for_another),
		TEST(a_time_that_is_none_leaves_the_rest_working),
		TEST(a_manager_that_is_gone_is_survived),
	};

	return UNIT_RUN(tests);
}
