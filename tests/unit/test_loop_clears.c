#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/secret.h"
#include "http/param.h"
#include "loop_server.h"
#include "unit.h"

/*
 * A password as a form brings it, as it is and escaped, and how to recognise it
 * without having it: a process looks for it in its own memory.
 */
#define PASSWORD "vier-paarse-olifanten"
#define FORM "password=vier-paarse-olifanten&again=vier%2Dpaarse%2Dolifanten"
#define MASK 0x5a

static unsigned char pattern[sizeof(PASSWORD) - 1];

/* How often the password stands in N bytes. */
static unsigned int
count_in(const unsigned char *p, size_t n)
{
	unsigned int count = 0;

	for (size_t i = 0; i + sizeof(pattern) <= n; i++) {
		size_t k = 0;

		while (k < sizeof(pattern) && (p[i + k] ^ MASK) == pattern[k])
			k++;
		count += k == sizeof(pattern);
	}
	return count;
}

#define STEP 65536

static unsigned int
count_between(int memory, unsigned long from, unsigned long to)
{
	static unsigned char piece[STEP + sizeof(pattern)];
	unsigned int count = 0;

	for (unsigned long at = from; at < to; at += STEP) {
		size_t want = to - at < sizeof(piece) ? to - at : sizeof(piece);
		ssize_t n = pread(memory, piece, want, (off_t)at);

		if (n > 0)
			count += count_in(piece, (size_t)n);
		secret_clear(piece, sizeof(piece));
	}
	return count;
}

/* What this process can write to, but for the shadows of a sanitizer. */
static unsigned int
count_in_memory(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	unsigned long from, to;
	unsigned int count = 0;
	char line[512], mode[8];

	while (maps != NULL && memory >= 0 &&
	    fgets(line, sizeof(line), maps) != NULL) {
		char *end;

		from = strtoul(line, &end, 16);
		to = strtoul(end + 1, &end, 16);
		snprintf(mode, sizeof(mode), "%.2s", end + 1);
		if (strcmp(mode, "rw") == 0 && to - from < 64UL << 20)
			count += count_between(memory, from, to);
	}
	if (maps == NULL || memory < 0)
		return 1;
	fclose(maps);
	close(memory);
	return count;
}

/* "/look" tells whether it is there; any other reads the form. */
static void
serve(void *ctx, struct req *req, struct resp *resp)
{
	struct param_list form;
	bool look = str_eq(req->path, STR("/look"));

	(void)ctx;
	param_read(req->arena, req->body, &form);
	if (look)
		resp_body(resp, 200, "text/plain",
		    count_in_memory() == 0 ? STR("clear") : STR("there"));
	else
		resp_body(resp, 200, "text/plain",
		    secret_eq(
			param_get(&form, "password"), param_get(&form, "again"))
			? STR("read")
			: STR("not read"));
}

static void
fill_pattern(void)
{
	volatile unsigned char *to = pattern;

	for (size_t i = 0; i < sizeof(pattern); i++)
		to[i] = (unsigned char)(PASSWORD[i] ^ MASK);
}

static void
send_form(struct client *c)
{
	static const char *const type[] = { "CONTENT_TYPE",
		"application/x-www-form-urlencoded", NULL };
	const struct client_request request = { .method = "POST",
		.uri = "/form",
		.params = type,
		.body = STR(FORM) };
	struct client_answer answer;

	assert_int_equal(client_call(c, &request, &answer), 0);
	assert_true(
	    str_eq((struct str){ answer.body.p, answer.body.n }, STR("read")));
	client_answer_free(&answer);
}

static void
look_after_form(bool clears, const char *expected)
{
	struct server s;
	struct client c;

	fill_pattern();
	server_defaults(&s);
	s.spec.connections = 1;
	s.spec.clears = clears;
	s.spec.app = (struct app){ serve, NULL };
	server_start(&s);
	open_client(&s, &c);
	send_form(&c);
	client_close(&c);
	open_client(&s, &c);
	send_request(&c, "/look", false);
	expect_answer(&c, 200, str_of(expected));
	client_close(&c);
	server_end(&s);
}

static void
a_password_is_nowhere_when_its_request_is_over(void **state)
{
	(void)state;
	look_after_form(true, "clear");
}

/* So the one before can fail. */
static void
without_the_option_it_is_still_there(void **state)
{
	(void)state;
	look_after_form(false, "there");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_password_is_nowhere_when_its_request_is_over),
		cmocka_unit_test(without_the_option_it_is_still_there),
	};

	return UNIT_RUN(tests);
}
