#include "hubd/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/log.h"
#include "base/str.h"

#define MESSAGE_MAX 512

/* A manager that does not read must not stop the daemon. */
#define PATIENCE_SECONDS 2

static int
open_socket(struct notify *notify, const char *name, struct why *why)
{
	struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
	struct sockaddr_un *to = &notify->address;
	size_t n = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || n < 2 ||
	    n > sizeof(to->sun_path) - (name[0] == '/'))
		return why_set(why, HUB_EINVAL,
		    "NOTIFY_SOCKET is '%.60s', which is no path of a socket; "
		    "the service manager hears nothing",
		    name);
	to->sun_family = AF_UNIX;
	memcpy(to->sun_path, name, n);
	/* An abstract name has no end but its length. */
	if (name[0] == '@')
		to->sun_path[0] = '\0';
	else
		n++;
	notify->address_size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->fd < 0)
		return why_set(why, HUB_EIO,
		    "cannot tell the service manager anything: %s",
		    strerror(errno));
	setsockopt(
	    notify->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return 0;
}

/* Half of what the manager waits for. */
static int
read_watchdog(struct notify *notify, struct why *why)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	uint64_t number;

	if (usec == NULL)
		return 0;
	/* Meant for another process. */
	if (pid != NULL &&
	    (!str_u64(str_of(pid), INT32_MAX, &number) ||
		number != (uint64_t)getpid()))
		return 0;
	if (!str_u64(str_of(usec), INT64_MAX, &number) || number < 2000)
		return why_set(why, HUB_EINVAL,
		    "WATCHDOG_USEC is '%.60s', not a number of microseconds "
		    "from 2000 on; no sign of life is sent",
		    usec);
	notify->watchdog = (int64_t)(number / 2000);
	return 0;
}

int
notify_open(struct notify *notify, struct why *why)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int rc = 0;

	*notify = (struct notify){ .fd = -1 };
	if (name != NULL && *name != '\0')
		rc = open_socket(notify, name, why);
	if (notify->fd >= 0)
		rc = read_watchdog(notify, why);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return rc;
}

void
notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

void
notify_send(struct notify *notify, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list ap;
	int n;

	if (notify->fd < 0)
		return;
	va_start(ap, fmt);
	n = vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof(message))
		n = sizeof(message) - 1;
	if (sendto(notify->fd, message, (size_t)n, MSG_NOSIGNAL,
		(const struct sockaddr *)&notify->address,
		notify->address_size) >= 0 ||
	    notify->complained)
		return;
	log_warn("the service manager does not hear of this daemon: %s",
	    strerror(errno));
	notify->complained = true;
}

int64_t
notify_beat(struct notify *notify, int64_t now, bool alive)
{
	if (notify->fd < 0 || notify->watchdog == 0)
		return INT64_MAX;
	if (now >= notify->beat_at) {
		if (alive)
			notify_send(notify, "WATCHDOG=1");
		notify->beat_at = now + notify->watchdog;
	}
	return notify->beat_at;
}
