/* Covers: base/lines.c */
/*
 * A file line by line, beside a plain split of its bytes. The first byte is
 * the longest line, the rest the file.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>
#include "base/lines.h"

static int
file_of(struct str content)
{
	int fd = memfd_create("lines", MFD_CLOEXEC);

	FUZZ_HOLDS(fd >= 0);
	FUZZ_HOLDS(write(fd, content.p, content.n) == (ssize_t)content.n);
	FUZZ_HOLDS(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static void
check(struct lines *lines, struct str content, size_t max)
{
	struct str rest = content, expected, line;
	struct why why;
	unsigned long number = 0;
	int rc;

	while (rest.n > 0) {
		str_split(&rest, '\n', &expected);
		rc = lines_next(lines, &line, &why);
		FUZZ_HOLDS(rc == (expected.n > max ? HUB_ETOOBIG : 0));
		FUZZ_HOLDS(lines->number == ++number);
		if (rc == 0)
			FUZZ_HOLDS(str_eq(line, expected));
	}
	FUZZ_HOLDS(lines_next(lines, &line, &why) == HUB_ENOENT);
	FUZZ_HOLDS(lines->offset == content.n);
	FUZZ_HOLDS(lines->number == number);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str content = { (const char *)data + 1, size - 1 };
	struct lines lines;
	int fd;

	if (size < 1)
		return 0;
	fd = file_of(content);
	lines_begin(&lines, fd, data[0]);
	check(&lines, content, data[0]);
	lines_free(&lines);
	close(fd);
	return 0;
}
