#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Below this a failed write is put down to the full disk. */
#define DISK_ROOM (256 * UINT64_C(1024))

static bool
join(char path[FOLDER_PATH], const char *folder, const char *name)
{
	int n = snprintf(path, FOLDER_PATH, "%s%s", folder, name);

	return n >= 0 && n < FOLDER_PATH;
}

int
folder_of(struct folder *f, const struct store_spec *spec, struct why *why)
{
	f->fd = -1;
	if (!join(f->path, spec->folder, "") ||
	    !join(f->data, spec->folder, "/data.mdb") ||
	    !join(f->lock, spec->folder, "/lock.mdb") ||
	    !join(f->draft, spec->folder, "/data.mdb.new"))
		return why_set(why, HUB_ETOOBIG,
		    "the path %s is too long: shorten \"data\"", spec->folder);
	return 0;
}

struct user {
	char name[64];
};

static struct user
this_user(void)
{
	const struct passwd *pw = getpwuid(geteuid());
	struct user user;

	if (pw != NULL)
		snprintf(user.name, sizeof(user.name), "%s", pw->pw_name);
	else
		snprintf(user.name, sizeof(user.name), "number %u",
		    (unsigned int)geteuid());
	return user;
}

/* The result and the sentence for a system call on PATH that failed. */
static int
refused(struct why *why, const char *path, const char *what)
{
	int err = errno;

	switch (err) {
	case EACCES:
	case EPERM:
		return why_set(why, HUB_EDENIED,
		    "user %s may not %s %s: start this as the user that owns "
		    "the store, or mend the rights",
		    this_user().name, what, path);
	case EROFS:
		return why_set(why, HUB_EDENIED,
		    "user %s cannot %s %s: the file system is mounted "
		    "read-only",
		    this_user().name, what, path);
	case ENOENT:
	case ENOTDIR:
		return why_set(why, HUB_ENOENT,
		    "cannot %s %s: make the folder above it first", what, path);
	case ENOSPC:
	case EDQUOT:
		return why_set(why, HUB_EFULL,
		    "cannot %s %s: %s: make room on the disk", what, path,
		    strerror(err));
	default:
		return why_set(why, HUB_EIO, "cannot %s %s: %s", what, path,
		    strerror(err));
	}
}

static int
group_number(const struct store_spec *spec, gid_t *gid, struct why *why)
{
	const struct group *group;

	*gid = (gid_t)-1;
	if (spec->group[0] == '\0')
		return 0;
	group = getgrnam(spec->group);
	if (group == NULL)
		return why_set(why, HUB_EINVAL,
		    "there is no group %s for %s: make it or change "
		    "\"reader_group\"",
		    spec->group, spec->folder);
	*gid = group->gr_gid;
	return 0;
}

/* The group before the mode, so that a wrong group never gains a right. */
static int
set_rights(const char *path, mode_t mode, gid_t gid, struct why *why)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return refused(why, path, "look at");
	if (st.st_uid != geteuid())
		return 0;
	if (gid != (gid_t)-1 && st.st_gid != gid &&
	    chown(path, (uid_t)-1, gid) != 0)
		return refused(why, path, "change the group of");
	if ((st.st_mode & 07777) != mode && chmod(path, mode) != 0)
		return refused(why, path, "change the mode of");
	return 0;
}

int
folder_set_rights(
    const struct folder *f, const struct store_spec *spec, struct why *why)
{
	gid_t gid;
	int rc = group_number(spec, &gid, why);

	if (rc == 0)
		rc = set_rights(f->path, spec->folder_mode, gid, why);
	if (rc == 0)
		rc = set_rights(f->data, spec->data_mode, gid, why);
	if (rc == 0)
		rc = set_rights(f->lock, spec->lock_mode, gid, why);
	return rc;
}

/* An empty data file holds no store. */
static bool
holds_store(const struct folder *f)
{
	struct stat st;

	return stat(f->data, &st) == 0 && st.st_size > 0;
}

static int
clear(const char *path, struct why *why)
{
	if (unlink(path) != 0 && errno != ENOENT)
		return refused(why, path, "remove");
	return 0;
}

int
folder_claim(struct folder *f, const struct store_spec *spec, struct why *why)
{
	gid_t gid;
	int rc = group_number(spec, &gid, why);

	if (rc != 0)
		return rc;
	if (mkdir(f->path, spec->folder_mode) != 0 && errno != EEXIST)
		return refused(why, f->path, "make");
	f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd == -1 || flock(f->fd, LOCK_EX) != 0)
		return refused(why, f->path, "use");
	if (holds_store(f))
		return why_set(why, HUB_EEXIST,
		    "%s holds a store already: use it, or name another folder",
		    f->path);
	/*
	 * A lock file goes with the data file it was made for: a process may
	 * still have both open though they have been deleted.
	 */
	if ((rc = clear(f->draft, why)) != 0 || (rc = clear(f->lock, why)) != 0)
		return rc;
	return set_rights(f->path, spec->folder_mode, gid, why);
}

void
folder_release(struct folder *f)
{
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
}

int
folder_fill(const struct folder *f,
    int (*fill)(void *ctx, int fd, struct why *why), void *ctx, struct why *why)
{
	int fd = open(f->draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc;

	if (fd == -1)
		return refused(why, f->draft, "make");
	rc = fill(ctx, fd, why);
	close(fd);
	return rc;
}

/* Only for files that no engine has open in this process. */
static int
sync_file(const char *path, int flags, mode_t mode, struct why *why)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
	int rc = 0;

	if (fd == -1)
		return refused(why, path, "open");
	if (fsync(fd) != 0)
		rc = refused(why, path, "save");
	close(fd);
	return rc;
}

/* The folder's own name stands in its parent. */
static int
sync_folders(const struct folder *f, struct why *why)
{
	int up, rc = 0;

	if (fsync(f->fd) != 0)
		return refused(why, f->path, "save");
	up = openat(f->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Whoever may not read the parent has it from somebody who could. */
	if (up == -1)
		return errno == EACCES ? 0 : refused(why, f->path, "leave");
	if (fsync(up) != 0)
		rc = refused(why, f->path, "save the folder above");
	close(up);
	return rc;
}

int
folder_publish(struct folder *f, const struct store_spec *spec, struct why *why)
{
	gid_t gid;
	int rc = group_number(spec, &gid, why);

	if (rc == 0)
		rc = sync_file(
		    f->lock, O_RDWR | O_CREAT | O_EXCL, spec->lock_mode, why);
	if (rc == 0)
		rc = set_rights(f->lock, spec->lock_mode, gid, why);
	if (rc == 0)
		rc = set_rights(f->draft, spec->data_mode, gid, why);
	if (rc == 0)
		rc = sync_file(f->draft, O_RDWR, 0, why);
	if (rc != 0)
		return rc;
	if (rename(f->draft, f->data) != 0)
		return refused(why, f->data, "make");
	return sync_folders(f, why);
}

static int
may(const char *path, int how, const char *what, struct why *why)
{
	return faccessat(AT_FDCWD, path, how, AT_EACCESS) == 0
	    ? 0
	    : refused(why, path, what);
}

int
folder_check(const struct folder *f, enum store_access access, struct why *why)
{
	bool write = access == STORE_WRITE;
	struct stat st;
	int rc;

	if (stat(f->data, &st) != 0 && errno != ENOENT && errno != ENOTDIR)
		return refused(why, f->data, "reach");
	if (!holds_store(f))
		return why_set(why, HUB_ENOENT,
		    "there is no store in %s: run hubctl init", f->path);
	rc = write ? may(f->data, R_OK | W_OK, "read and write", why)
		   : may(f->data, R_OK, "read", why);
	if (rc != 0)
		return rc;
	if (stat(f->lock, &st) == 0 || errno != ENOENT)
		return may(f->lock, R_OK | W_OK, "read and write", why);
	if (write)
		return 0;
	return why_set(why, HUB_EDENIED,
	    "%s is missing and user %s, a reader, does not make it: start the "
	    "keepers or hubctl first",
	    f->lock, this_user().name);
}

int
folder_disk(const struct folder *f, uint64_t *free_bytes, uint64_t *size)
{
	struct statvfs st;
	uint64_t used;

	*free_bytes = *size = 0;
	if (statvfs(f->path, &st) != 0)
		return errno;
	/* What is kept for root is no part of it. */
	used = (uint64_t)(st.f_blocks - st.f_bfree) * st.f_frsize;
	*free_bytes = (uint64_t)st.f_bavail * st.f_frsize;
	*size = used + *free_bytes;
	return 0;
}

bool
folder_disk_full(const struct folder *f)
{
	struct rlimit limit;
	uint64_t left, size;

	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY)
		return true;
	return folder_disk(f, &left, &size) == 0 && left < DISK_ROOM;
}
