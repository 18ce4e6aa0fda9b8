/* A long log, in pieces and in pages, for who may see it while he may. */
#include "endpoint/event_view.h"

#include <stdio.h>
#include "identity_fixture.h"
#include "unit.h"

#define LOG "/organization/organizations/1/audit"
#define TITLES "time,event,account,username,by,source,contact,detail\r\n"
#define EVENTS 3000
#define TEXT_MAX (4 << 20)

/* Less than the table takes, so that what a piece takes must come back. */
#define MEMORY (512 * 1024)

/* As LOOKED_MAX of the table, and of a page. */
#define LOOKED_OF_A_PIECE 500
#define LOOKED_OF_A_PAGE 2000

struct stream {
	struct fixture *f;
	struct arena *arena;
	struct req req;
	struct resp resp;
	struct buf text;
	size_t longest;
	unsigned int pieces;
	enum resp_step last;
};

/* The first is the one event of its kind. */
static int
put_events(struct txn *vault, void *arg)
{
	(void)arg;
	for (int i = 0; i < EVENTS; i++) {
		struct audit_rec rec = {
			.event = i == 0 ? STR("test.first") : STR("test.other"),
			.account = STR("e"),
			.by = STR("boss"),
			.source = STR("192.0.2.7"),
			.organization = STR("1"),
			.detail = STR("=1+1, \"quoted\""),
		};

		audit_put(vault, &rec);
	}
	return 0;
}

static int
setup(void **state)
{
	struct fixture *f;

	if (identity_setup(state) != 0)
		return -1;
	f = *state;
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"boss\",\"name\":\"boss@b.nl\","
	    "\"roles\":{\"1\":[\"103\"]}}");
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"e\",\"name\":\"e@b.nl\",\"roles\":"
	    "{\"1\":[\"102\"]}}");
	hub_write(f->hub, f->hub->vault, put_events, NULL);
	return 0;
}

static const char *
bearer(struct fixture *f)
{
	struct claims claims = jan_claims();

	snprintf(claims.sub, sizeof(claims.sub), "boss");
	snprintf(claims.scope, sizeof(claims.scope), "hub.read hub.manage");
	claims.epoch = hub_account(f->hub, "boss").epoch;
	return arena_printf(
	    f->hub->arena, "Bearer %s", sign_claims(f, &claims));
}

static void
begin(struct stream *s, struct fixture *f, const char *uri)
{
	struct req_limits limits;

	*s = (struct stream){ .f = f, .arena = arena_new(32768, MEMORY) };
	assert_non_null(s->arena);
	buf_init(&s->text, TEXT_MAX);
	req_limits_of(&limits, &f->hub->conf);
	req_begin(&s->req, s->arena);
	req_param(&s->req, STR("REQUEST_METHOD"), STR("GET"));
	req_param(&s->req, STR("REQUEST_URI"), str_of(uri));
	req_param(&s->req, STR("HTTPS"), STR("on"));
	req_param(&s->req, STR("HTTP_AUTHORIZATION"), str_of(bearer(f)));
	req_ready(&s->req, &limits);
	resp_begin(&s->resp, s->arena);
	service_serve(&f->service, &s->req, &s->resp);
	assert_int_equal(s->resp.status, 200);
	assert_non_null(s->resp.produce);
	assert_str(s->resp.body, TITLES);
	s->last = RESP_MORE;
}

static void
step(struct stream *s)
{
	struct buf piece;

	buf_init(&piece, RESP_BODY_MAX);
	s->last = s->resp.produce(s->resp.produce_ctx, &piece);
	if (s->last != RESP_BROKEN)
		buf_str(&s->text, buf_view(&piece));
	if (piece.n > s->longest)
		s->longest = piece.n;
	s->pieces++;
	buf_free(&piece);
}

static void
finish(struct stream *s)
{
	while (s->last == RESP_MORE)
		step(s);
}

static void
end(struct stream *s)
{
	buf_free(&s->text);
	arena_free(s->arena);
}

static unsigned int
lines_of(const struct stream *s)
{
	struct str rest = buf_view(&s->text), line;
	unsigned int n = 0;

	while (str_split(&rest, '\n', &line) && line.n > 0) {
		assert_true(str_index(line, '\r') == (ptrdiff_t)line.n - 1);
		n++;
	}
	return n;
}

static void
a_table_takes_the_memory_of_a_piece(void **state)
{
	struct stream s;

	begin(&s, *state, LOG "?format=csv");
	finish(&s);
	assert_int_equal(s.last, RESP_DONE);
	assert_int_equal(buf_error(&s.text), 0);
	assert_int_equal(lines_of(&s), EVENTS);
	assert_in_range(s.longest, 1, 65 * 1024);
	assert_true(s.pieces >= EVENTS / LOOKED_OF_A_PIECE);
	assert_non_null(memmem(s.text.p, s.text.n,
	    ",e@b.nl,boss@b.nl,192.0.2.7,,\"'=1+1, \"\"quoted\"\"\"\r\n", 46));
	end(&s);
}

/* A piece may be empty; the end comes when all of them were looked at. */
static void
a_table_of_what_is_rare_is_whole(void **state)
{
	struct stream s;

	begin(&s, *state, LOG "?format=csv&event=test.first");
	finish(&s);
	assert_int_equal(s.last, RESP_DONE);
	assert_int_equal(lines_of(&s), 1);
	assert_true(s.pieces >= EVENTS / LOOKED_OF_A_PIECE);
	end(&s);
	begin(&s, *state, LOG "?format=csv&event=test.none");
	finish(&s);
	assert_int_equal(s.last, RESP_DONE);
	assert_int_equal(s.text.n, 0);
	end(&s);
}

static void
take_role(struct fixture *f)
{
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"boss\",\"name\":\"boss@b.nl\","
	    "\"roles\":{\"1\":[\"102\"]}}");
}

static void
end_all(struct fixture *f)
{
	raise_epoch(f, "boss");
}

/* Nobody takes the part for the whole. */
static void
a_table_breaks_off_where_its_reader_may_no_more(void **state)
{
	static void (*const ends[])(struct fixture *) = { take_role, end_all };
	struct stream s;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		begin(&s, *state, LOG "?format=csv");
		step(&s);
		assert_int_equal(s.last, RESP_MORE);
		ends[i](*state);
		step(&s);
		assert_int_equal(s.last, RESP_BROKEN);
		end(&s);
		hub_put(((struct fixture *)*state)->hub,
		    "{\"type\":\"account\",\"id\":\"boss\",\"name\":"
		    "\"boss@b.nl\",\"roles\":{\"1\":[\"103\"]}}");
	}
}

/* The cursor of the last answer; NULL: there is none. */
static const char *
next_cursor(struct fixture *f)
{
	const struct json *root;
	struct str cursor;

	assert_int_equal(json_parse(f->hub->arena, f->answer.body,
			     RESP_BODY_MAX, &root, NULL),
	    0);
	if (!json_string(
		json_get(json_get(root, "data"), "nextCursor"), &cursor))
		return NULL;
	return arena_printf(f->hub->arena, "%.*s", STR_ARG(cursor));
}

/* However rare what is asked for is, a page looks at so many events. */
static void
a_page_ends_early_and_says_where_to_go_on(void **state)
{
	struct fixture *f = *state;
	const char *uri = LOG "?event=test.first", *cursor;
	unsigned int pages = 0;

	for (;;) {
		assert_int_equal(
		    ask(f,
			(struct ask){ .uri = uri, .authorization = bearer(f) }),
		    200);
		pages++;
		if ((cursor = next_cursor(f)) == NULL)
			break;
		assert_false(answer_holds(f, "\"event\""));
		uri = arena_printf(
		    f->hub->arena, LOG "?event=test.first&cursor=%s", cursor);
	}
	assert_int_equal(pages, EVENTS / LOOKED_OF_A_PAGE + 1);
	assert_true(answer_holds(f, "\"event\":\"test.first\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, setup, service_teardown)
		TEST(a_table_takes_the_memory_of_a_piece),
		TEST(a_table_of_what_is_rare_is_whole),
		TEST(a_table_breaks_off_where_its_reader_may_no_more),
		TEST(a_page_ends_early_and_says_where_to_go_on),
	};

	return UNIT_RUN(tests);
}
