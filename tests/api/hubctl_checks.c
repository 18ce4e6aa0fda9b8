#include "hubctl_checks.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"

void
assert_failed(const struct output *o, int status, const char *says)
{
	if (o->status != status)
		fail_msg("%d: %s%s", o->status, o->out, o->err);
	assert_string_equal(o->out, "");
	assert_int_equal(strncmp(o->err, "hubctl: ", 8), 0);
	assert_says(o->err, says);
}

void
assert_done(const struct output *o)
{
	if (o->status != 0)
		fail_msg("%d: %s", o->status, o->err);
	assert_string_equal(o->err, "");
}

unsigned int
count_in(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

bool
is_there(const struct site *site, const char *name)
{
	return access(site_path(site, name), F_OK) == 0;
}

void
assert_mode(const struct site *site, const char *name, mode_t mode)
{
	struct stat st;

	assert_int_equal(stat(site_path(site, name), &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
}

void
import_many(struct site *site, int count)
{
	static char lines[1 << 20];
	size_t n = 0;

	for (int i = 0; i < count; i++)
		n += (size_t)snprintf(lines + n, sizeof(lines) - n,
		    "{\"type\":\"account\",\"id\":\"x%05d\",\"name\":"
		    "\"x%d@example.nl\",\"email\":\"x%d@example.nl\"}\n",
		    i, i, i);
	site_do(site, "import", site_file(site, "many.ndjson", lines));
}
