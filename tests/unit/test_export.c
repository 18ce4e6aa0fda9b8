#include "directory/export.h"

#include <stdlib.h>
#include <unistd.h>
#include "chance.h"
#include "directory/import.h"
#include "hub_fixture.h"
#include "unit.h"

static int
add(void *ctx, struct str lines)
{
	buf_str(ctx, lines);
	return 0;
}

/* All records of a hub, as hubctl export gives them. */
static struct str
export_all(struct test_hub *hub)
{
	struct buf text;

	buf_init_arena(&text, hub->arena, 64 << 20);
	for (enum record_kind k = 0; k < RECORD_KINDS; k++)
		assert_int_equal(
		    export_kind(hub->directory, k, add, &text, &hub->why), 0);
	assert_int_equal(buf_error(&text), 0);
	return buf_view(&text);
}

static void
print_bad(void *ctx, unsigned long place, const char *reason)
{
	(void)ctx;
	fail_msg("%lu: %s", place, reason);
}

static void
import_all(struct test_hub *hub, struct str text)
{
	struct import im = { .directory = hub->directory,
		.fd = hub_file(hub, text),
		.bad = print_bad };

	if (import_run(&im, &hub->why) != 0)
		fail_msg("%s", hub->why.text);
	close(im.fd);
}

/* Into the same hub and into an empty one: the text stays what it is. */
static void
assert_round_trip(struct test_hub *hub)
{
	struct str first = export_all(hub), second;
	void *other;

	import_all(hub, first);
	second = export_all(hub);
	assert_true(str_eq(first, second));
	hub_setup(&other);
	import_all(other, first);
	second = export_all(other);
	assert_true(str_eq(first, second));
	hub_teardown(&other);
}

#define ORGANIZATION                                                           \
	"{\"type\":\"organization\",\"id\":\"1\",\"organizationType\":\"T\","  \
	"\"code\":\"C\",\"name\":\"N\"}"

static void
each_kind_is_written_as_it_came_in(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub,
	    "{\"metadata\":{\"b\":85.90,\"a\":1e400},\"status\":\"S\","
	    "\"format\":\"F\",\"dossierNumber\":\"D\",\"id\":\"c\","
	    "\"organizationId\":\"1\",\"version\":7,\"x\":[-0],"
	    "\"type\":\"contract\"}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"A@b\","
	    "\"enabled\":false,\"x\":1.10}");
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"k\",\"version\":18446744073709551"
	    "615,\"organizationId\":\"1\",\"dossierNumber\":\"D\"}");
	hub_put(hub, "{\"type\":\"group\",\"permissions\":[],\"id\":\"g\"}");
	hub_put(hub, ORGANIZATION);
	hub_put(hub,
	    "{\"type\":\"contract\",\"id\":\"b\",\"version\":0,"
	    "\"deleted\":true}");
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"j\",\"version\":3,"
	    "\"deleted\":true}");
	hub_put(hub, "{\"type\":\"contract\",\"id\":\"no\",\"deleted\":true}");
	assert_str(export_all(hub),
	    ORGANIZATION
	    "\n"
	    "{\"type\":\"group\",\"permissions\":[],\"id\":\"g\"}\n"
	    "{\"type\":\"contact\",\"id\":\"j\",\"version\":3,"
	    "\"deleted\":true}\n"
	    "{\"type\":\"contact\",\"version\":18446744073709551615,"
	    "\"id\":\"k\",\"organizationId\":\"1\",\"dossierNumber\":\"D\"}\n"
	    "{\"type\":\"account\",\"enabled\":false,\"id\":\"a\","
	    "\"name\":\"A@b\",\"x\":1.10}\n"
	    "{\"type\":\"contract\",\"id\":\"b\",\"version\":0,"
	    "\"deleted\":true}\n"
	    "{\"type\":\"contract\",\"version\":7,\"organizationId\":\"1\","
	    "\"id\":\"c\",\"dossierNumber\":\"D\",\"format\":\"F\","
	    "\"metadata\":{\"b\":85.90,\"a\":1e400},\"status\":\"S\","
	    "\"x\":[-0]}\n");
	assert_round_trip(hub);
}

static uint64_t seed;

static unsigned int
dice(unsigned int sides)
{
	return chance_below(&seed, sides);
}

/* A character of Unicode as JSON text: raw, or as an escape. */
static void
put_character(struct buf *out)
{
	static const unsigned int most[] = { 0x80, 0x800, 0x10000, 0x110000 };
	unsigned int c = 1 + dice(most[dice(4)] - 1);

	if (c >= 0xd800 && c < 0xe000)
		c = 0xfffd;
	if (c >= 0x10000 && dice(2) == 0)
		buf_printf(out, "\\u%04x\\u%04X", 0xd7c0 + (c >> 10),
		    0xdc00 + (c & 0x3ff));
	else if (c < 0x20 || c == '"' || c == '\\' ||
	    (c < 0x10000 && dice(3) == 0))
		buf_printf(out, "\\u%04x", c);
	else if (c < 0x80)
		buf_byte(out, (char)c);
	else if (c < 0x800)
		buf_printf(
		    out, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 63)));
	else if (c < 0x10000)
		buf_printf(out, "%c%c%c", (int)(0xe0 | c >> 12),
		    (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
	else
		buf_printf(out, "%c%c%c%c", (int)(0xf0 | c >> 18),
		    (int)(0x80 | (c >> 12 & 63)), (int)(0x80 | (c >> 6 & 63)),
		    (int)(0x80 | (c & 63)));
}

static void
put_value(struct buf *out, unsigned int depth)
{
	static const char *const simple[] = { "1e400", "-0", "1.10", "85.90",
		"12345678901234567890", "0", "-1E-7", "0.0", "1e+5", "null",
		"true", "false", "\"\"", "[]", "{}", "\"\\/\\b\\n\"" };
	unsigned int kind = depth == 0 ? dice(2) : dice(4), n;

	switch (kind) {
	case 0:
		buf_str(out, str_of(simple[dice(16)]));
		return;
	case 1:
		buf_byte(out, '"');
		for (n = dice(12); n > 0; n--)
			put_character(out);
		buf_byte(out, '"');
		return;
	default:
		buf_byte(out, kind == 2 ? '[' : '{');
		for (n = dice(5); n > 0; n--) {
			if (kind == 3)
				buf_printf(out, " \"m%u", n);
			if (kind == 3 && dice(2) == 0)
				put_character(out);
			if (kind == 3)
				buf_str(out, STR("\" : "));
			put_value(out, depth - 1);
			if (n > 1)
				buf_byte(out, ',');
		}
		buf_byte(out, kind == 2 ? ']' : '}');
	}
}

/* N opening brackets, and the closing ones. */
static void
put_deep(struct buf *out, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		buf_byte(out, '[');
	for (unsigned int i = 0; i < n; i++)
		buf_byte(out, ']');
}

static void
put_random(struct buf *out, unsigned int i)
{
	static const char *const kinds[] = {
		"{\"type\":\"organization\",\"organizationType\":\"T\","
		"\"code\":\"C\",\"name\":\"N\"",
		"{\"type\":\"group\",\"permissions\":[\"b\",\"a\"]",
		"{\"type\":\"contact\",\"organizationId\":\"1\"",
		"{\"type\":\"account\"",
		"{\"type\":\"contract\",\"organizationId\":\"1\",\"format\":"
		"\"AFD1\",\"status\":\"S\"",
	};
	unsigned int kind = i % RECORD_KINDS;

	buf_str(out, str_of(kinds[kind]));
	buf_printf(out, ",\"id\":\"r%u\"", i);
	if (kind == RECORD_CONTACT || kind == RECORD_CONTRACT)
		buf_printf(out, ",\"dossierNumber\":\"%u\"", i);
	if (kind == RECORD_ACCOUNT)
		buf_printf(out,
		    ",\"name\":\"U%u@x.nl\",\"dossiers\":{\"1\":\"%u\"},"
		    "\"groupIds\":[\"r%u\"]",
		    i, i, i - 2);
	if (kind == RECORD_CONTRACT) {
		BUF_LIT(out, ",\"metadata\":{\"m\":");
		put_value(out, 4);
		BUF_LIT(out, "}");
	}
	if (dice(2) == 0)
		buf_printf(out, ",\"version\":%u", dice(1000));
	BUF_LIT(out, ",\"x\":");
	if (i % 50 < RECORD_KINDS)
		put_deep(out, 60);
	else
		put_value(out, 5);
	BUF_LIT(out, "}\n");
}

static void
random_records_survive_the_round_trip(void **state)
{
	struct test_hub *hub = *state;
	struct buf text;

	for (unsigned int round = 1; round <= 4; round++) {
		seed = round;
		buf_init_arena(&text, hub->arena, 32 << 20);
		BUF_LIT(&text, ORGANIZATION "\n");
		for (unsigned int i = 0; i < 300; i++)
			put_random(&text, i + round * 300);
		assert_int_equal(buf_error(&text), 0);
		import_all(hub, buf_view(&text));
	}
	assert_round_trip(hub);
}

/* More than one page, and a page that is full with the last record. */
static void
pages_join_without_a_gap(void **state)
{
	struct test_hub *hub = *state;
	struct buf text;
	struct str now;

	for (unsigned int n = 999; n < 2002; n += n < 1001 ? 1 : 999) {
		buf_init_arena(&text, hub->arena, 1 << 20);
		for (unsigned int i = 0; i < n; i++)
			buf_printf(&text,
			    "{\"type\":\"group\",\"id\":\"g%05u\","
			    "\"permissions\":[]}\n",
			    i);
		import_all(hub, buf_view(&text));
		now = export_all(hub);
		assert_true(str_eq(now, buf_view(&text)));
	}
}

static int
refuse(void *ctx, struct str lines)
{
	(void)ctx;
	(void)lines;
	return HUB_EIO;
}

static void
a_reader_that_takes_no_more_ends_it(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ORGANIZATION);
	assert_int_equal(export_kind(hub->directory, RECORD_ORGANIZATION,
			     refuse, NULL, &hub->why),
	    HUB_EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(each_kind_is_written_as_it_came_in),
		TEST(random_records_survive_the_round_trip),
		TEST(pages_join_without_a_gap),
		TEST(a_reader_that_takes_no_more_ends_it),
#undef TEST
	};

	return UNIT_RUN(tests);
}
