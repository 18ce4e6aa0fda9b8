#include "conf_fixture.h"

#include <stdio.h>
#include <string.h>
#include "unit.h"

struct conf conf;
struct why why;

int
parse(struct str text)
{
	memset(&why, 0, sizeof(why));
	return conf_parse(&conf, text, "hub.conf", &why);
}

void
parse_well(const char *text)
{
	if (parse(str_of(text)) != 0)
		fail_msg("%s: %s", text, why.text);
}

void
refuse(const char *text, const char *sentence)
{
	if (parse(str_of(text)) == 0)
		fail_msg("%s: not refused", text);
	assert_string_equal(why.text, sentence);
}

int
parse_pair(const char *key, const char *value)
{
	const char *before = strcmp(key, "max_readers") == 0
	    ? "readers.workers = 1\nkeepers.workers = 1\nsignin.workers = 1\n"
	    : "max_readers = 65535\n";
	char text[2048];
	int n =
	    snprintf(text, sizeof(text), URL "%s%s = %s\n", before, key, value);

	assert_true(n > 0 && (size_t)n < sizeof(text));
	return parse((struct str){ text, (size_t)n });
}

static void
keep(void *ctx, const char *sentence)
{
	struct told *told = ctx;

	assert_true(told->n < COUNT(told->text));
	snprintf(told->text[told->n++], sizeof(told->text[0]), "%s", sentence);
}

int
parse_telling(const char *text, struct told *told)
{
	struct conf_teller teller = { keep, told };

	told->n = 0;
	return conf_parse_telling(&conf, str_of(text), "hub.conf", &teller);
}
