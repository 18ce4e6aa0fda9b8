/* doc/hub.conf: every key with its default, and no other. */
#include "base/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "unit.h"

static void
example_path(char *to, size_t size)
{
	const char *srcdir = getenv("srcdir");

	snprintf(to, size, "%s/doc/hub.conf", srcdir != NULL ? srcdir : ".");
}

static void
loads_the_example_as_it_stands(void **state)
{
	static struct conf conf;
	char example[1024];
	struct conf want;
	struct why why;

	(void)state;
	example_path(example, sizeof(example));
	if (conf_load(&conf, example, &why) != 0)
		fail_msg("%s", why.text);
	assert_true(strlen(conf.base_url) > 0);
	conf_defaults(&want);
	memcpy(want.base_url, conf.base_url, sizeof(want.base_url));
	assert_memory_equal(&conf, &want, sizeof(want));
}

/* How many lines of FILE are LINE. */
static size_t
lines_like(FILE *file, const char *line)
{
	char buf[256];
	size_t n = 0;

	rewind(file);
	while (fgets(buf, sizeof(buf), file) != NULL) {
		buf[strcspn(buf, "\n")] = '\0';
		n += strcmp(buf, line) == 0;
	}
	return n;
}

static void
finds_each_default_once_in_the_example(void **state)
{
	char example[1024], line[256];
	const char *name, *value, *help;
	FILE *f;

	(void)state;
	example_path(example, sizeof(example));
	f = fopen(example, "r");
	if (f == NULL)
		fail_msg("cannot read %s", example);
	for (size_t i = 0; conf_key(i, &name, &value, &help); i++) {
		if (value == NULL)
			continue;
		snprintf(line, sizeof(line), "#%s =%s%s", name,
		    *value == '\0' ? "" : " ", value);
		if (lines_like(f, line) != 1)
			fail_msg("doc/hub.conf lacks the line '%s'", line);
	}
	fclose(f);
}

/* A line that begins with "#" and a letter is a key switched off. */
static void
finds_no_other_key_in_the_example(void **state)
{
	char example[1024], line[256];
	size_t n = 0, keys = 0;
	const char *name, *value, *help;
	FILE *f;

	(void)state;
	example_path(example, sizeof(example));
	f = fopen(example, "r");
	if (f == NULL)
		fail_msg("cannot read %s", example);
	while (fgets(line, sizeof(line), f) != NULL)
		n += line[0] == '#' && char_is_alnum(line[1]);
	fclose(f);
	while (conf_key(keys, &name, &value, &help))
		keys++;
	assert_int_equal(n, keys - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_the_example_as_it_stands),
		cmocka_unit_test(finds_each_default_once_in_the_example),
		cmocka_unit_test(finds_no_other_key_in_the_example),
	};

	return UNIT_RUN(tests);
}
