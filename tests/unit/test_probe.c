#include "hubctl/probe.c"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "store_place.h"
#include "unit.h"

/*
 * The client of `hubctl doctor` before peers of every kind. Its source is part
 * of this program, since it belongs to no library.
 */
#define LONG_MS 60000
#define SHORT_MS 50

static const char ready[] =
    "\1\6\0\1\0\x1c\3\0Status: 200 OK\r\n\r\n{\"a\":true}xxx"
    "\1\6\0\1\0\0\0\0"
    "\1\3\0\1\0\10\0\0\0\0\0\0\0\0\0\0";

struct peer {
	char folder[64], path[80];
	int fd;
	pid_t child;
};

static int
setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct peer *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	snprintf(p->folder, sizeof(p->folder), "/tmp/hub-probe.XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/s", p->folder);
	memcpy(address.sun_path, p->path, strlen(p->path));
	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(p->fd >= 0);
	assert_int_equal(
	    bind(p->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(p->fd, 8), 0);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct peer *p = *state;

	close(p->fd);
	if (p->child != 0)
		child_end(p->child);
	unlink(p->path);
	rmdir(p->folder);
	free(p);
	return 0;
}

/* In a child: reads the request and answers with BYTES, in pieces of STEP. */
static void
answer_with(struct peer *p, struct str bytes, size_t step)
{
	p->child = child_fork();
	if (p->child == 0) {
		int fd = accept(p->fd, NULL, NULL);
		char request[4096];

		if (fd < 0 || recv(fd, request, sizeof(request), 0) <= 0)
			_exit(1);
		while (bytes.n > 0) {
			size_t n = bytes.n < step ? bytes.n : step;

			if (send(fd, bytes.p, n, MSG_NOSIGNAL) < 0)
				_exit(0);
			bytes.p += n;
			bytes.n -= n;
		}
		_exit(0);
	}
}

static int
get(const struct peer *p, struct probe *probe, int64_t timeout_ms,
    struct why *why)
{
	return probe_get(probe, p->path, "/health/ready", timeout_ms, why);
}

static void
an_answer_is_read_in_whatever_pieces_it_comes(void **state)
{
	struct peer *p = *state;
	struct probe probe;
	struct why why;

	for (size_t step = 1; step <= sizeof(ready); step += 19) {
		answer_with(p, (struct str){ ready, sizeof(ready) - 1 }, step);
		if (get(p, &probe, LONG_MS, &why) != 0)
			fail_msg("%zu: %s", step, why.text);
		assert_int_equal(probe.status, 200);
		assert_int_equal(probe.pid, getpid());
		assert_int_equal(child_end(p->child), 0);
		p->child = 0;
	}
}

static void
what_is_no_hub_is_said_to_be_none(void **state)
{
	static const struct str rows[] = {
		STR("HTTP/1.1 200 OK\r\n\r\nhello hello hello"),
		STR(""),
		STR("\1\6\0\1\0\4\0\0abcd"),
		STR("\1\3\0\1\0\10\0\0\0\0\0\0\0\0\0\0"),
		STR("\1\6\0\1\0\12\0\0Status: 2x\1\3\0\1\0\0\0\0"),
	};
	struct peer *p = *state;
	struct probe probe;
	struct why why;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		answer_with(p, rows[i], 4096);
		assert_int_equal(get(p, &probe, LONG_MS, &why), HUB_EINVAL);
		assert_non_null(
		    strstr(why.text, "does not answer as the hub does"));
		assert_non_null(strstr(why.text, p->path));
		child_end(p->child);
		p->child = 0;
	}
}

/* Whether that shows at the sending or at the reading. */
static void
a_peer_that_hangs_up_is_no_hub(void **state)
{
	struct peer *p = *state;
	struct probe probe;
	struct why why;

	for (int i = 0; i < 20; i++) {
		p->child = child_fork();
		if (p->child == 0) {
			close(accept(p->fd, NULL, NULL));
			_exit(0);
		}
		assert_int_equal(get(p, &probe, LONG_MS, &why), HUB_EINVAL);
		child_end(p->child);
		p->child = 0;
	}
}

static void
an_endless_answer_is_given_up(void **state)
{
	static char record[HEADER + 65535] = "\1\6\0\1\xff\xff";
	struct peer *p = *state;
	struct probe probe;
	struct why why;

	answer_with(p, (struct str){ record, sizeof(record) }, sizeof(record));
	assert_int_equal(get(p, &probe, LONG_MS, &why), HUB_EINVAL);
}

static void
a_peer_that_says_nothing_is_given_up(void **state)
{
	struct peer *p = *state;
	struct probe probe;
	struct why why;

	assert_int_equal(get(p, &probe, SHORT_MS, &why), HUB_EEXPIRED);
	assert_non_null(strstr(why.text, "no answer comes from"));
	assert_int_equal(probe.pid, getpid());
}

static void
a_queue_that_is_full_is_said_so(void **state)
{
	struct peer *p = *state;
	struct probe probe;
	struct why why = { "" };
	int rc = HUB_EEXPIRED;

	assert_int_equal(listen(p->fd, 0), 0);
	for (int i = 0; i < 4 && strstr(why.text, "takes no more") == NULL; i++)
		rc = get(p, &probe, 1, &why);
	assert_int_equal(rc, HUB_EEXPIRED);
	assert_non_null(strstr(why.text, "takes no more"));
}

static void
a_place_without_a_listener_is_named(void **state)
{
	struct peer *p = *state;
	struct probe probe;
	struct why why;
	char longest[200];

	close(p->fd);
	p->fd = -1;
	assert_int_equal(get(p, &probe, LONG_MS, &why), HUB_ESTORE);
	assert_non_null(strstr(why.text, "nobody listens at"));
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(get(p, &probe, LONG_MS, &why), HUB_ENOENT);
	assert_non_null(strstr(why.text, "there is no socket"));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(
	    probe_get(&probe, longest, "/", LONG_MS, &why), HUB_EINVAL);
}

static int
ask_without_rights(struct place *place)
{
	struct probe probe;
	struct why why;

	if (!drop_rights())
		return 1;
	return probe_get(&probe, place->folder, "/", LONG_MS, &why) !=
	    HUB_EDENIED ||
	    strstr(why.text, "may not connect") == NULL;
}

static void
a_socket_of_others_is_denied(void **state)
{
	struct peer *p = *state;
	struct place place = { .folder = "" };

	snprintf(place.folder, sizeof(place.folder), "%s", p->path);
	assert_int_equal(chmod(p->folder, 0711), 0);
	assert_int_equal(chmod(p->path, 0), 0);
	assert_int_equal(in_child(ask_without_rights, &place), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_read_in_whatever_pieces_it_comes),
		TEST(what_is_no_hub_is_said_to_be_none),
		TEST(a_peer_that_hangs_up_is_no_hub),
		TEST(an_endless_answer_is_given_up),
		TEST(a_peer_that_says_nothing_is_given_up),
		TEST(a_queue_that_is_full_is_said_so),
		TEST(a_place_without_a_listener_is_named),
		TEST(a_socket_of_others_is_denied),
	};

	return UNIT_RUN(tests);
}
