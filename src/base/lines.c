#include "base/lines.h"

#include <errno.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024)

void
lines_begin(struct lines *l, int fd, size_t max)
{
	*l = (struct lines){ .fd = fd, .max = max };
	buf_init(&l->buf, max + READ_SIZE + 1);
}

void
lines_free(struct lines *l)
{
	buf_free(&l->buf);
}

/* Moves what is left to the front and reads more behind it. */
static int
refill(struct lines *l, struct why *why)
{
	size_t left = l->buf.n - l->at;
	ssize_t n;
	char *to;

	if (l->at > 0) {
		memmove(l->buf.p, l->buf.p + l->at, left);
		l->buf.n = left;
		l->at = 0;
	}
	to = buf_space(&l->buf, READ_SIZE);
	if (to == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	do {
		n = read(l->fd, to, READ_SIZE);
	} while (n < 0 && errno == EINTR);
	l->buf.n = left + (n > 0 ? (size_t)n : 0);
	if (n < 0)
		return why_set(
		    why, HUB_EIO, "cannot read: %s", strerror(errno));
	l->end = n == 0;
	if (l->hash != NULL)
		sha256_add(l->hash, (struct str){ to, (size_t)n });
	return 0;
}

static int
too_long(const struct lines *l, struct why *why)
{
	return why_set(why, HUB_ETOOBIG, "longer than %zu bytes", l->max);
}

/* What is in the buffer and not given out yet. */
static struct str
pending(const struct lines *l)
{
	if (l->at == l->buf.n)
		return STR("");
	return (struct str){ l->buf.p + l->at, l->buf.n - l->at };
}

static void
give_out(struct lines *l, size_t n)
{
	l->at += n;
	l->offset += n;
}

/* Goes behind the next newline, or to the end of the file. */
static int
skip_line(struct lines *l, struct why *why)
{
	int rc = 0;

	while (rc == 0) {
		struct str rest = pending(l);
		ptrdiff_t at = str_index(rest, '\n');

		l->skipping = at < 0 && !l->end;
		give_out(l, at < 0 ? rest.n : (size_t)at + 1);
		if (!l->skipping)
			break;
		rc = refill(l, why);
	}
	return rc;
}

int
lines_next(struct lines *l, struct str *line, struct why *why)
{
	size_t searched = 0;
	int rc;

	*line = STR_NONE;
	if (l->skipping && (rc = skip_line(l, why)) != 0)
		return rc;
	for (;;) {
		struct str rest = pending(l);
		ptrdiff_t at = str_index(
		    (struct str){ rest.p + searched, rest.n - searched }, '\n');
		size_t n = at < 0 ? rest.n : searched + (size_t)at;

		if (n > l->max) {
			l->number++;
			l->skipping = true;
			return too_long(l, why);
		}
		if (at >= 0 || (l->end && n > 0)) {
			l->number++;
			give_out(l, at < 0 ? n : n + 1);
			*line = (struct str){ rest.p, n };
			return 0;
		}
		if (l->end)
			return HUB_ENOENT;
		searched = rest.n;
		if ((rc = refill(l, why)) != 0)
			return rc;
	}
}
