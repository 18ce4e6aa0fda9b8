/*
 * What the readers' own code takes for a request, in nanoseconds, without any
 * call of the system: the bytes that a web server would send go into the record
 * layer, and the bytes of the answer come out. Usage: job CONFIG TOKENS PATH:
 * asks for PATH with each token of the file, over and over, and prints the
 * median, least and greatest of seven rounds for the gateway with an answer of
 * the same length that costs nothing, and for the whole. Run as a user who may
 * read the directory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/arena.h"
#include "endpoint/service.h"
#include "gateway/fcgi.h"
#include "gateway/gateway.h"

#define ROUNDS 7
#define REQUESTS 200000
#define WARMTH 2 /* rounds that do not count */

struct bench {
	struct conf conf;
	struct req_limits limits;
	struct counters counters;
	struct service service;
	struct arena *arena;
	struct fcgi_in in;
	struct req req;
	struct resp resp;
	struct buf requests, head, out; /* all requests, one after the other */
	size_t *ends;                   /* of each request */
	size_t count;
	struct str body; /* of the answer that costs nothing */
};

static void
put_pair(struct buf *to, const char *name, struct str value)
{
	buf_byte(to, (char)strlen(name));
	if (value.n < 128) {
		buf_byte(to, (char)value.n);
	} else {
		buf_byte(to, (char)0x80);
		buf_byte(to, 0);
		buf_byte(to, (char)(value.n >> 8));
		buf_byte(to, (char)value.n);
	}
	buf_str(to, str_of(name));
	buf_str(to, value);
}

static void
put_record(struct buf *to, int type, struct str content)
{
	const char header[8] = { 1, (char)type, 0, 1, (char)(content.n >> 8),
		(char)content.n, 0, 0 };

	buf_put(to, header, sizeof(header));
	buf_str(to, content);
}

/* As nginx asks with the shipped configuration. */
static void
put_request(struct buf *to, const char *path, const char *token)
{
	const struct str begin = STR("\0\1\1\0\0\0\0\0");
	struct buf params, bearer;

	buf_init(&params, 8192);
	buf_init(&bearer, 4096);
	buf_printf(&bearer, "Bearer %s", token);
	put_pair(&params, "REQUEST_METHOD", STR("GET"));
	put_pair(&params, "REQUEST_URI", str_of(path));
	put_pair(
	    &params, "REQUEST_ID", STR("0123456789abcdef0123456789abcdef"));
	put_pair(&params, "HTTP_AUTHORIZATION", buf_view(&bearer));
	put_record(to, 1, begin);
	put_record(to, 4, buf_view(&params));
	put_record(to, 4, STR_NONE);
	put_record(to, 5, STR_NONE);
	buf_free(&params);
	buf_free(&bearer);
}

static bool
read_requests(struct bench *b, const char *tokens, const char *path)
{
	FILE *f = fopen(tokens, "r");
	char line[4096];

	buf_init(&b->requests, SIZE_MAX / 2);
	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL) {
		size_t *ends =
		    realloc(b->ends, (b->count + 1) * sizeof(*b->ends));

		if (ends == NULL)
			abort();
		b->ends = ends;
		line[strcspn(line, "\n")] = '\0';
		put_request(&b->requests, path, line);
		b->ends[b->count++] = b->requests.n;
	}
	fclose(f);
	return b->count > 0 && buf_error(&b->requests) == 0;
}

static void
serve_nothing(void *ctx, struct req *req, struct resp *resp)
{
	const struct bench *b = ctx;

	resp_body(resp, 200, "application/json", b->body);
	resp_header(resp, "X-Request-Id", req->id);
}

/* As the loop does it between read and send. */
static void
one(struct bench *b, const struct app *app, struct str input)
{
	if (fcgi_feed(&b->in, &input) != FCGI_REQUEST)
		abort();
	req_begin(&b->req, b->arena);
	fcgi_request(&b->in, &b->req);
	gateway_answer(
	    app, &b->limits, &b->counters, &b->req, &b->resp, &b->head);
	fcgi_put_stdout(
	    &b->out, b->in.id, buf_view(&b->head), resp_payload(&b->resp));
	fcgi_put_end(&b->out, b->in.id);
	if (b->resp.status != 200 || gateway_goes_on(&b->resp)) {
		fprintf(stderr, "job: the answer is %d\n", b->resp.status);
		exit(1);
	}
	fcgi_in_next(&b->in);
	buf_reset(&b->out);
}

static double
round_of(struct bench *b, const struct app *app)
{
	struct timespec begun, ended;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	for (size_t i = 0; i < REQUESTS; i++) {
		size_t at = i % b->count;
		size_t from = at == 0 ? 0 : b->ends[at - 1];

		one(b, app,
		    (struct str){ b->requests.p + from, b->ends[at] - from });
	}
	clock_gettime(CLOCK_MONOTONIC, &ended);
	return ((double)(ended.tv_sec - begun.tv_sec) * 1e9 +
		   (double)(ended.tv_nsec - begun.tv_nsec)) /
	    REQUESTS;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(struct bench *b, const char *what, const struct app *app)
{
	double ns[ROUNDS];

	for (int i = 0; i < WARMTH; i++)
		round_of(b, app);
	for (int i = 0; i < ROUNDS; i++)
		ns[i] = round_of(b, app);
	qsort(ns, ROUNDS, sizeof(ns[0]), compare);
	printf("%-8s %6.0f ns [%.0f..%.0f]\n", what, ns[ROUNDS / 2], ns[0],
	    ns[ROUNDS - 1]);
}

static int
run(struct bench *b, const char *config, struct why *why)
{
	const struct app whole = { service_serve, &b->service };
	const struct app nothing = { serve_nothing, b };
	struct str first = { b->requests.p, b->ends[0] };
	int rc = conf_load(&b->conf, config, why);

	if (rc == 0)
		rc = service_open(
		    &b->service, &b->conf, POOL_READERS, &b->counters, why);
	if (rc != 0)
		return rc;
	req_limits_of(&b->limits, &b->conf);
	b->arena = arena_new(32768, gateway_arena_max(&b->limits));
	if (b->arena == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	buf_init(&b->head, GATEWAY_HEAD_MAX);
	buf_init(&b->out, RESP_BODY_MAX);
	fcgi_in_begin(&b->in, &b->limits, 1, b->arena, &b->out);
	one(b, &whole, first);
	b->body.n = b->resp.body.n;
	b->body.p = calloc(1, b->body.n);
	report(b, "gateway", &nothing);
	report(b, "whole", &whole);
	free((void *)b->body.p);
	return 0;
}

int
main(int argc, char **argv)
{
	static struct bench b;
	struct why why = { .text = "" };

	if (argc != 4) {
		fputs("Usage: job CONFIG TOKENS PATH\n", stderr);
		return 2;
	}
	if (!read_requests(&b, argv[2], argv[3])) {
		fprintf(stderr, "job: no tokens in %s\n", argv[2]);
		return 1;
	}
	if (run(&b, argv[1], &why) != 0) {
		fprintf(stderr, "job: %s\n", why.text);
		return 1;
	}
	service_close(&b.service);
	arena_free(b.arena);
	buf_free(&b.requests);
	buf_free(&b.head);
	buf_free(&b.out);
	free(b.ends);
	return 0;
}
