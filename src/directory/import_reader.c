#include "directory/import_reader.h"

#include <errno.h>
#include <unistd.h>
#include "directory/record.h"

#define ARENA_FIRST (1024 * 1024)
#define ARENA_MAX (256 * 1024 * 1024) /* some of the longest lines, parsed */

int
import_reader_open(struct import_reader *r, int fd, struct why *why)
{
	if (lseek(fd, 0, SEEK_SET) != 0)
		return why_set(
		    why, HUB_EIO, "cannot read it twice: %s", strerror(errno));
	r->arena = arena_new(ARENA_FIRST, ARENA_MAX);
	if (r->arena == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	lines_begin(&r->lines, fd, RECORD_LINE_MAX);
	return 0;
}

void
import_reader_close(struct import_reader *r)
{
	lines_free(&r->lines);
	arena_free(r->arena);
}

static bool
is_blank(struct str line)
{
	struct str s = str_trim(line);

	return s.n == 0 || str_eq(s, STR("\r"));
}

int
import_reader_next(struct import_reader *r, struct str *line, struct why *why)
{
	int rc;

	do {
		rc = lines_next(&r->lines, line, why);
	} while (rc == 0 && is_blank(*line));
	return rc;
}

int
import_reader_skip(struct import_reader *r, uint64_t number, struct why *why)
{
	struct str line;
	int rc = 0;

	while (r->lines.number < number &&
	    ((rc = lines_next(&r->lines, &line, why)) == 0 ||
		rc == HUB_ETOOBIG))
		;
	return rc == HUB_ENOENT || rc == HUB_ETOOBIG ? 0 : rc;
}
