#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	int err;
	const char *text;
} texts[] = {
	{ 0, "no error" },
	{ HUB_ENOENT, "not found" },
	{ HUB_EEXIST, "exists already" },
	{ HUB_EINVAL, "invalid input" },
	{ HUB_EDENIED, "not allowed" },
	{ HUB_EEXPIRED, "expired" },
	{ HUB_ETOOBIG, "too large" },
	{ HUB_ECONFLICT, "conflicts with what is stored" },
	{ HUB_ENOMEM, "out of memory" },
	{ HUB_EIO, "input or output failed" },
	{ HUB_ESTORE, "store unavailable" },
	{ HUB_EFULL,
	    "store is full: raise map_size and restart all programs, or make "
	    "room "
	    "on its disk" },
	{ HUB_EVERSION, "written by a newer version" },
	{ HUB_ECORRUPT, "damaged data" },
	{ HUB_ECRYPTO, "cryptographic operation failed" },
};

const char *
err_text(int err)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].err == err)
			return texts[i].text;
	}
	return "unknown error";
}

void
why_say(struct why *why, const char *fmt, ...)
{
	va_list ap;

	if (why == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
}

int
why_unread(struct why *why, const char *path, const char *other)
{
	const char *remedy = NULL;
	int err = errno;

	if (err == ENOENT || err == ENOTDIR)
		remedy = other;
	else if (err == EACCES || err == EPERM)
		remedy = "let this user read it, or start as another";
	return why_set(why, HUB_EIO, "cannot read %s: %s%s%s", path,
	    strerror(err), remedy == NULL ? "" : ": ",
	    remedy == NULL ? "" : remedy);
}

void
why_prefix(struct why *why, const char *fmt, ...)
{
	char old[sizeof(why->text)];
	va_list ap;
	size_t n, room, keep;

	if (why == NULL)
		return;
	memcpy(old, why->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	n = strlen(why->text);
	room = sizeof(why->text) - n - 1;
	if (room < 3)
		return;
	memcpy(why->text + n, ": ", 3);
	keep = strnlen(old, room - 2);
	memcpy(why->text + n + 2, old, keep);
	why->text[n + 2 + keep] = '\0';
}
