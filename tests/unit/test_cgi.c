#include "gateway/cgi.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"
#include "fcgi_client.h"
#include "unit.h"

/* Milliseconds: no test waits that long; and what a test sees the end of. */
#define FOREVER 60000
#define SHORT 200

#define BODY_MAX 1000
#define FIRST 300000 /* bytes of the first part */
#define PIECE 65536  /* of each further one */
#define PIECES 40

struct source {
	unsigned int pieces; /* still to come */
	bool broken;
	size_t at;
	struct arena *arena;
	struct arena_mark mark;
};

static void
put_text(struct buf *out, size_t at, size_t n)
{
	char *p = buf_space(out, n);

	for (size_t i = 0; p != NULL && i < n; i++)
		p[i] = (char)((at + i) * 7 % 251);
}

static enum resp_step
produce(void *ctx, struct buf *piece)
{
	struct source *source = ctx;
	char *scratch;

	/* As it may: all behind the mark is its own. */
	arena_rewind(source->arena, source->mark);
	scratch = arena_alloc(source->arena, FIRST);
	assert_non_null(scratch);
	memset(scratch, '!', FIRST);
	if (source->pieces == 0)
		return source->broken ? RESP_BROKEN : RESP_DONE;
	source->pieces--;
	put_text(piece, source->at, PIECE);
	source->at += PIECE;
	return RESP_MORE;
}

static void
put_long(struct req *req, struct resp *resp)
{
	struct source *source = arena_zalloc(resp->arena, sizeof(*source));
	struct buf first;

	assert_non_null(source);
	source->arena = resp->arena;
	source->mark = arena_mark(resp->arena);
	buf_init_arena(&first, resp->arena, FIRST);
	put_text(&first, 0, FIRST);
	source->at = FIRST;
	source->pieces = PIECES;
	source->broken = str_eq(req->path, STR("/broken"));
	if (str_eq(req->path, STR("/endless")))
		source->pieces = UINT32_MAX;
	resp_body(resp, 200, "text/plain", buf_view(&first));
	resp_produce(resp, produce, source, source->mark);
}

/* "/echo" gives the body, "/who" the credential, others the URI. */
static void
serve(void *ctx, struct req *req, struct resp *resp)
{
	(void)ctx;
	if (req->refused != 0)
		resp_body(resp, req->refused, "text/plain", STR("refused"));
	else if (str_eq(req->path, STR("/echo")))
		resp_body(resp, 201, "text/plain", req->body);
	else if (str_eq(req->path, STR("/who")))
		resp_body(resp, 200, "text/plain", req->authorization);
	else if (str_eq(req->path, STR("/bad-header")))
		resp_body(resp, 200, "text/\nplain", STR("never seen"));
	else if (str_eq(req->path, STR("/short")))
		resp_body(resp, 200, "text/plain", req->uri);
	else
		put_long(req, resp);
}

/* One run of the gateway, and the pipes to and from it. */
struct run {
	struct cgi_spec spec;
	struct counters counters;
	int to, from; /* our ends */
	struct why why;
};

static void
begin(struct run *r, const char *const *variables)
{
	int in[2], out[2];

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, out), 0);
	*r = (struct run){ .to = in[1], .from = out[0] };
	r->spec = (struct cgi_spec){
		.variables = (char *const *)variables,
		.in = in[0],
		.out = out[1],
		.limits = { 200, 1000, BODY_MAX },
		.timeout_request = FOREVER,
		.timeout_write = FOREVER,
		.counters = &r->counters,
		.app = { serve, NULL },
	};
}

static void
end(struct run *r)
{
	close(r->spec.in);
	close(r->to);
	close(r->spec.out);
	close(r->from);
}

/* What has come out, to its end. */
static void
read_all(struct run *r, struct buf *text)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(r->from, chunk, sizeof(chunk))) > 0)
		buf_put(text, chunk, (size_t)n);
	assert_int_equal(n, 0);
	assert_int_equal(buf_error(text), 0);
}

/* Runs it for a short answer, which has to be TEXT. */
static void
expect(const char *const *variables, const char *input, const char *text)
{
	struct run r;
	struct buf out;

	begin(&r, variables);
	assert_int_equal(write(r.to, input, strlen(input)), strlen(input));
	assert_int_equal(cgi_run(&r.spec, &r.why), 0);
	assert_int_equal(atomic_load(&r.counters.requests), 1);
	close(r.spec.out);
	r.spec.out = -1;
	buf_init(&out, 65536);
	read_all(&r, &out);
	if (!str_eq(buf_view(&out), str_of(text)))
		fail_msg("'%.*s' is not '%s'", STR_ARG(buf_view(&out)), text);
	buf_free(&out);
	end(&r);
}

#define VARIABLES(...)                                                         \
	(const char *const[])                                                  \
	{                                                                      \
		"PATH=/bin", __VA_ARGS__, NULL                                 \
	}

#define REFUSED(status)                                                        \
	"Status: " status "\r\n"                                               \
	"Content-Type: text/plain\r\n"                                         \
	"Content-Length: 7\r\n\r\nrefused"

#define TEXT(length, body)                                                     \
	"Status: 200 OK\r\n"                                                   \
	"Content-Type: text/plain\r\n"                                         \
	"Content-Length: " length "\r\n\r\n" body

static void
the_environment_is_the_request(void **state)
{
	(void)state;
	expect(VARIABLES("REQUEST_METHOD=GET", "REQUEST_URI=/short?a=b=c"), "",
	    TEXT("12", "/short?a=b=c"));
	expect(VARIABLES("REQUEST_METHOD=HEAD", "REQUEST_URI=/short"), "",
	    TEXT("6", ""));
	expect(VARIABLES("REQUEST_METHOD=GET", "REQUEST_URI=/who",
		   "HTTP_AUTHORIZATION=Bearer a=="),
	    "", TEXT("10", "Bearer a=="));
	expect(VARIABLES("REQUEST_METHOD=GET", "REQUEST_URI=/who"), "",
	    TEXT("0", ""));
	/* No variable at all, and what is none. */
	expect(VARIABLES("REQUEST_URI"), "", REFUSED("400 Bad Request"));
}

/* Behind the body the input may go on, or stay open. */
static void
as_much_is_read_as_the_length_says(void **state)
{
	static const char echo[] = "Status: 201 Created\r\n"
				   "Content-Type: text/plain\r\n"
				   "Content-Length: 3\r\n\r\nabc";

	(void)state;
	expect(VARIABLES("REQUEST_METHOD=POST", "REQUEST_URI=/echo",
		   "CONTENT_LENGTH=3"),
	    "abc", echo);
	expect(VARIABLES("REQUEST_METHOD=POST", "REQUEST_URI=/echo",
		   "CONTENT_LENGTH=3"),
	    "abcdef", echo);
	expect(VARIABLES("REQUEST_METHOD=GET", "REQUEST_URI=/short",
		   "CONTENT_LENGTH="),
	    "abcdef", TEXT("6", "/short"));
}

static void
limits_hold(void **state)
{
	static char uri[250] = "REQUEST_URI=/", cookie[1000] = "HTTP_COOKIE=";

	(void)state;
	memset(uri + strlen(uri), 'u', sizeof(uri) - 1 - strlen(uri));
	memset(
	    cookie + strlen(cookie), 'c', sizeof(cookie) - 1 - strlen(cookie));
	expect(VARIABLES("REQUEST_METHOD=GET", uri), "",
	    REFUSED("414 URI Too Long"));
	expect(VARIABLES("REQUEST_METHOD=GET", "REQUEST_URI=/short", cookie),
	    "", REFUSED("431 Request Header Fields Too Large"));
	/* Nothing of it is waited for. */
	expect(VARIABLES("REQUEST_METHOD=POST", "REQUEST_URI=/echo",
		   "CONTENT_LENGTH=1001"),
	    "", REFUSED("413 Content Too Large"));
	expect(VARIABLES("REQUEST_METHOD=POST", "REQUEST_URI=/echo",
		   "CONTENT_LENGTH=99999999999999999999999"),
	    "", REFUSED("400 Bad Request"));
	expect(VARIABLES("REQUEST_METHOD=POST", "REQUEST_URI=/echo",
		   "CONTENT_LENGTH=3x"),
	    "", REFUSED("400 Bad Request"));
}

static void
a_body_that_ends_too_early_is_400(void **state)
{
	struct run r;
	struct buf out;

	(void)state;
	begin(&r,
	    VARIABLES("REQUEST_METHOD=POST", "REQUEST_URI=/echo",
		"CONTENT_LENGTH=4"));
	assert_int_equal(write(r.to, "abc", 3), 3);
	close(r.to);
	r.to = -1;
	assert_int_equal(cgi_run(&r.spec, &r.why), 0);
	close(r.spec.out);
	r.spec.out = -1;
	buf_init(&out, 65536);
	read_all(&r, &out);
	assert_true(str_eq(buf_view(&out), STR(REFUSED("400 Bad Request"))));
	buf_free(&out);
	end(&r);
}

static void
a_body_that_does_not_come_ends_it_without_an_answer(void **state)
{
	struct run r;
	char byte;

	(void)state;
	begin(&r,
	    VARIABLES("REQUEST_METHOD=POST", "REQUEST_URI=/echo",
		"CONTENT_LENGTH=4"));
	assert_int_equal(write(r.to, "abc", 3), 3);
	r.spec.timeout_request = SHORT;
	assert_int_equal(cgi_run(&r.spec, &r.why), HUB_EEXPIRED);
	assert_non_null(strstr(r.why.text, "body"));
	close(r.spec.out);
	r.spec.out = -1;
	assert_int_equal(read(r.from, &byte, 1), 0);
	end(&r);
}

static void
an_answer_that_nobody_takes_ends_it(void **state)
{
	struct run r;

	(void)state;
	begin(&r, VARIABLES("REQUEST_METHOD=GET", "REQUEST_URI=/long"));
	r.spec.timeout_write = SHORT;
	assert_int_equal(cgi_run(&r.spec, &r.why), HUB_EEXPIRED);
	assert_non_null(strstr(r.why.text, "web server"));
	end(&r);
	begin(&r, VARIABLES("REQUEST_METHOD=GET", "REQUEST_URI=/long"));
	close(r.from);
	r.from = -1;
	assert_int_equal(cgi_run(&r.spec, &r.why), HUB_EIO);
	end(&r);
}

/* Runs it in a child, so that this process can read what comes. */
static void
take_long(const char *const *variables, struct buf *text)
{
	struct run r;
	pid_t pid;

	begin(&r, variables);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(cgi_run(&r.spec, &r.why) == 0 ? 0 : 1);
	close(r.spec.out);
	r.spec.out = -1;
	read_all(&r, text);
	end(&r);
}

static void
a_long_answer_is_whole_and_tells_its_length(void **state)
{
	static const char head[] = "Status: 200 OK\r\n"
				   "Content-Type: text/plain\r\n"
				   "Content-Length: 2921440\r\n\r\n";
	size_t n = sizeof(head) - 1;
	struct buf text;

	(void)state;
	assert_int_equal(FIRST + PIECES * PIECE, 2921440);
	buf_init(&text, 8 << 20);
	take_long(VARIABLES("REQUEST_METHOD=GET", "REQUEST_URI=/long"), &text);
	assert_int_equal(text.n, n + 2921440);
	assert_memory_equal(text.p, head, n);
	for (size_t i = 0; i < text.n - n; i++) {
		if (text.p[n + i] != (char)(i * 7 % 251))
			fail_msg("byte %zu is another one", i);
	}
	buf_free(&text);
}

static void
what_cannot_be_sent_whole_is_a_500(void **state)
{
	static const char *const uris[] = { "REQUEST_URI=/broken",
		"REQUEST_URI=/endless", "REQUEST_URI=/bad-header" };
	static const char head[] = "Status: 500 Internal Server Error\r\n";

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct buf text;

		buf_init(&text, 65536);
		take_long(VARIABLES("REQUEST_METHOD=GET", uris[i]), &text);
		assert_true(str_starts(buf_view(&text), STR(head)));
		assert_true(text.n < 500);
		buf_free(&text);
	}
}

/* Nothing of the body is made for it, as in the other gateways. */
static void
head_of_a_long_answer_has_no_length(void **state)
{
	(void)state;
	expect(VARIABLES("REQUEST_METHOD=HEAD", "REQUEST_URI=/broken"), "",
	    "Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_is_the_request),
		cmocka_unit_test(as_much_is_read_as_the_length_says),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(a_body_that_ends_too_early_is_400),
		cmocka_unit_test(
		    a_body_that_does_not_come_ends_it_without_an_answer),
		cmocka_unit_test(an_answer_that_nobody_takes_ends_it),
		cmocka_unit_test(a_long_answer_is_whole_and_tells_its_length),
		cmocka_unit_test(what_cannot_be_sent_whole_is_a_500),
		cmocka_unit_test(head_of_a_long_answer_has_no_length),
	};

	signal(SIGPIPE, SIG_IGN);
	return UNIT_RUN(tests);
}
