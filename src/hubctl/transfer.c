#include "hubctl/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"

/* Milliseconds before the first line of progress, and between two. */
#define PATIENCE_MS 1000
#define SHOWN_MS 200

#define SENT_AT_ONCE (8 * 1024 * 1024)

struct size_text
size_text(uint64_t bytes)
{
	static const char *const units[] = { "KB", "MB", "GB", "TB" };
	double v = (double)bytes / 1000;
	struct size_text size;
	unsigned int i = 0;

	if (bytes < 1000) {
		snprintf(
		    size.text, sizeof(size.text), "%" PRIu64 " bytes", bytes);
		return size;
	}
	for (; v >= 999.95 && i < 3; i++)
		v /= 1000;
	snprintf(size.text, sizeof(size.text), "%.1f %s", v, units[i]);
	return size;
}

int
transfer_begin(struct transfer *t)
{
	t->bytes = t->sent = 0;
	t->shown = 0;
	t->hash = sha256_begin();
	if (t->hash == NULL)
		return why_set(t->why, HUB_ENOMEM, "out of memory");
	return 0;
}

static void
show(struct transfer *t)
{
	int64_t now = clock_mono_ms();

	if (now - t->since < PATIENCE_MS || now - t->shown < SHOWN_MS ||
	    isatty(STDERR_FILENO) != 1)
		return;
	t->shown = now;
	fprintf(stderr, "\r%s: %s", t->what, size_text(t->bytes).text);
	if (t->total > 0)
		fprintf(stderr, " of %s",
		    size_text(t->bytes > t->total ? t->bytes : t->total).text);
	fputs("\033[K", stderr);
}

static int
failed(const struct transfer *t, const char *what)
{
	int err = errno;

	if (err == ENOSPC || err == EDQUOT)
		return why_set(t->why, HUB_EFULL,
		    "cannot %s %s: %s: make room on that disk, or name a "
		    "folder on another",
		    what, t->name, strerror(err));
	return why_set(
	    t->why, HUB_EIO, "cannot %s %s: %s", what, t->name, strerror(err));
}

static int
write_all(const struct transfer *t, struct str piece)
{
	while (piece.n > 0) {
		ssize_t done = write(t->to, piece.p, piece.n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return failed(t, "write");
		piece.p += done;
		piece.n -= (size_t)done;
	}
	return 0;
}

/*
 * What is written goes on its way to the disk at once, so that less is left to
 * wait for at the end; a system that cannot do that does it then.
 */
static void
send_on(struct transfer *t)
{
	if (t->to < 0 || t->bytes - t->sent < SENT_AT_ONCE)
		return;
	sync_file_range(t->to, (off_t)t->sent, (off_t)(t->bytes - t->sent),
	    SYNC_FILE_RANGE_WRITE);
	t->sent = t->bytes;
}

int
transfer_take(void *ctx, struct str piece)
{
	struct transfer *t = ctx;
	int rc = t->to < 0 ? 0 : write_all(t, piece);

	if (rc != 0)
		return rc;
	sha256_add(t->hash, piece);
	t->bytes += piece.n;
	send_on(t);
	show(t);
	return 0;
}

int
transfer_file(struct transfer *t, int from, const char *name)
{
	char bytes[65536];
	off_t place = 0;
	ssize_t n;
	int rc;

	while ((n = pread(from, bytes, sizeof(bytes), place)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_set(t->why, HUB_EIO, "cannot read %s: %s",
			    name, strerror(errno));
		rc = transfer_take(t, (struct str){ bytes, (size_t)n });
		if (rc != 0)
			return rc;
		place += n;
	}
	return 0;
}

int
transfer_end(struct transfer *t, int rc, unsigned char digest[SHA256_LEN])
{
	int hashed = sha256_end(t->hash, digest);

	t->hash = NULL;
	if (t->shown != 0)
		fputs("\r\033[K", stderr);
	if (rc == 0 && t->to >= 0 && fsync(t->to) != 0)
		rc = failed(t, "save");
	if (rc == 0 && hashed != 0)
		rc = why_set(
		    t->why, hashed, "%s: %s", t->name, err_text(hashed));
	return rc;
}
