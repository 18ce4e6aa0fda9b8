#include "hubd/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/clock.h"

/* Requests wait here while workers are busy or being replaced. */
#define BACKLOG 4096

/* Who has the lock needs it for the time of a few system calls. */
#define LOCK_PATIENCE_MS 3000
#define LOCK_REST_MS 2

static int
address_of(struct sockaddr_un *address, const char *path, struct why *why)
{
	size_t n = strlen(path);

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (n >= sizeof(address->sun_path))
		return why_set(why, HUB_ETOOBIG,
		    "socket %s: the path is longer than %zu bytes; choose a "
		    "shorter one in the configuration",
		    path, sizeof(address->sun_path) - 1);
	memcpy(address->sun_path, path, n);
	return 0;
}

static const char *
remedy(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return ": make its folder first";
	case EACCES:
	case EPERM:
		return ": let this user write in its folder";
	case ENOSPC:
	case EDQUOT:
		return ": make room on the disk";
	case EROFS:
		return ": its folder is mounted read-only, choose another";
	default:
		return "";
	}
}

static int
refused(const char *path, struct why *why)
{
	int err = errno;

	return why_set(
	    why, HUB_EIO, "socket %s: %s%s", path, strerror(err), remedy(err));
}

/*
 * Opens the folder of the socket and locks it; closing the descriptor lets it
 * go. Between bind and listen a socket looks like a left-over, and a file that
 * was looked at may be another when it is removed: whoever makes or removes a
 * socket has the lock meanwhile.
 */
static int
lock_folder(const struct sockaddr_un *address, int *fd, struct why *why)
{
	int64_t end = clock_mono_ms() + LOCK_PATIENCE_MS;
	const char *path = address->sun_path;
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	char folder[sizeof(address->sun_path) + 1];

	memcpy(folder, path, n);
	memcpy(folder + n, ".", 2);
	*fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return refused(path, why);
	while (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK && clock_mono_ms() < end) {
			poll(NULL, 0, LOCK_REST_MS);
			continue;
		}
		close(*fd);
		*fd = -1;
		return why_set(why, HUB_EIO,
		    "socket %s: cannot lock its folder: %s; see who else has "
		    "it locked",
		    path, strerror(errno));
	}
	return 0;
}

/* Whether somebody listens there; a left-over file refuses connections. */
static bool
is_alive(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool alive;

	if (fd < 0)
		return true;
	alive = connect(fd, (const struct sockaddr *)address,
		    sizeof(*address)) == 0 ||
	    errno != ECONNREFUSED;
	close(fd);
	return alive;
}

/* Removes a socket that nobody listens on; anything else stays. */
static int
clear_place(const struct sockaddr_un *address, struct why *why)
{
	const char *path = address->sun_path;
	struct stat st;

	if (lstat(path, &st) != 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return why_set(why, HUB_ECONFLICT,
		    "socket %s: something else stands there; move it away",
		    path);
	if (is_alive(address))
		return why_set(why, HUB_ECONFLICT,
		    "socket %s is in use by another daemon; stop that one "
		    "first",
		    path);
	if (unlink(path) != 0)
		return why_set(why, HUB_EIO,
		    "socket %s: cannot remove the old one: %s", path,
		    strerror(errno));
	return 0;
}

static int
give_to_group(const char *path, const char *group, struct why *why)
{
	struct group *entry;

	if (*group == '\0')
		return 0;
	entry = getgrnam(group);
	if (entry == NULL)
		return why_set(why, HUB_EINVAL,
		    "socket_group: there is no group %s", group);
	if (chown(path, (uid_t)-1, entry->gr_gid) != 0)
		return why_set(why, HUB_EDENIED,
		    "socket %s: cannot give it to group %s: %s", path, group,
		    strerror(errno));
	return 0;
}

static int
bind_and_listen(struct pool_socket *s, const struct sockaddr_un *address,
    const char *group, struct why *why)
{
	mode_t old = umask(0117);
	int bound =
	    bind(s->fd, (const struct sockaddr *)address, sizeof(*address));
	struct stat st;
	int rc;

	umask(old);
	if (bound != 0 || lstat(s->path, &st) != 0)
		return refused(s->path, why);
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	if ((rc = give_to_group(s->path, group, why)) != 0)
		return rc;
	if (listen(s->fd, BACKLOG) != 0)
		return refused(s->path, why);
	return 0;
}

/* Closes it and removes its file; the folder is locked. */
static void
discard(struct pool_socket *s)
{
	struct stat st;

	if (s->ino != 0 && lstat(s->path, &st) == 0 && st.st_dev == s->dev &&
	    st.st_ino == s->ino)
		unlink(s->path);
	close(s->fd);
	s->fd = -1;
}

static int
take_place(struct pool_socket *s, const struct sockaddr_un *address,
    const char *group, struct why *why)
{
	int rc = clear_place(address, why);

	if (rc != 0)
		return rc;
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return refused(s->path, why);
	rc = bind_and_listen(s, address, group, why);
	if (rc != 0)
		discard(s);
	return rc;
}

int
pool_socket_open(
    struct pool_socket *s, const char *path, const char *group, struct why *why)
{
	struct sockaddr_un address;
	int lock, rc;

	*s = (struct pool_socket){ .fd = -1, .path = path };
	if ((rc = address_of(&address, path, why)) != 0 ||
	    (rc = lock_folder(&address, &lock, why)) != 0)
		return rc;
	rc = take_place(s, &address, group, why);
	close(lock);
	return rc;
}

void
pool_socket_close(struct pool_socket *s)
{
	struct sockaddr_un address;
	struct why why;
	int lock;

	if (s->fd < 0)
		return;
	if (s->passed) {
		close(s->fd);
		s->fd = -1;
		return;
	}
	shutdown(s->fd, SHUT_RD);
	/* Without the lock the file stays; the next daemon replaces it. */
	if (address_of(&address, s->path, &why) != 0 ||
	    lock_folder(&address, &lock, &why) != 0) {
		close(s->fd);
		s->fd = -1;
		return;
	}
	discard(s);
	close(lock);
}
