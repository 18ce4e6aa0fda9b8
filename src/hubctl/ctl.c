#include "hubctl/ctl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "directory/client_public.h"
#include "hubctl/backup.h"
#include "identity/audit.h"
#include "store/schema.h"

/* Names of files and records are foreign text: they must not steer a terminal. */
static void
complain(const char *text)
{
	char line[4096];
	size_t n = str_escape(line, sizeof(line), str_of(text));

	fprintf(stderr, "hubctl: %.*s\n", (int)n, line);
}

enum ctl_exit
ctl_fail(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	complain(text);
	return CTL_FAILED;
}

enum ctl_exit
ctl_output_failed(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	if (poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0)
		return CTL_FAILED;
	return ctl_fail("cannot write to standard output");
}

enum ctl_exit
ctl_usage(const struct command *c, const char *reason)
{
	complain(reason);
	fprintf(stderr, "Try: hubctl %s%s--help\n", c == NULL ? "" : c->name,
	    c == NULL ? "" : " ");
	return CTL_USAGE;
}

int
ctl_conf(struct ctl *ctl, struct why *why)
{
	const char *env = getenv("HUB_DATA");
	const char *data = ctl->data;
	int rc = conf_load(&ctl->conf, conf_path(ctl->config), why);

	if (rc != 0)
		return rc;
	if (data == NULL && env != NULL && *env != '\0')
		data = env;
	return data == NULL ? 0 : conf_set_data(&ctl->conf, data, why);
}

/* The user who owns the vault, or the configured one for a fresh state. */
static int
find_owner(struct ctl *ctl, bool fresh, struct passwd **out, struct why *why)
{
	struct schema schema;
	struct stat st;

	schema_vault(&schema, &ctl->conf);
	if (stat(schema.folder, &st) == 0) {
		*out = getpwuid(st.st_uid);
		if (*out == NULL)
			return why_set(why, HUB_EINVAL,
			    "%s belongs to user %ld, who does not exist",
			    schema.folder, (long)st.st_uid);
		return 0;
	}
	if (!fresh)
		return why_set(why, HUB_ENOENT,
		    "%s: there is no store; make one with hubctl init",
		    ctl->conf.data);
	*out = getpwnam(ctl->conf.store_user);
	if (*out == NULL)
		return why_set(why, HUB_EINVAL,
		    "store_user: there is no system user %s; make it (useradd "
		    "--system %s) or name another in the configuration",
		    ctl->conf.store_user, ctl->conf.store_user);
	return 0;
}

/* Stores are neither looked for nor made in the folder of a backup. */
static int
check_no_backup(const struct ctl *ctl, struct why *why)
{
	const char *data = ctl->conf.data;

	if (!backup_is_in(data))
		return 0;
	return why_set(why, HUB_ECONFLICT,
	    "%s holds a backup, not a hub: to check or use it, restore it to a "
	    "new folder (hubctl --data NEW restore %s), then verify that "
	    "(hubctl --data NEW verify)",
	    data, data);
}

bool
ctl_is_empty(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	bool empty = dir != NULL;

	while (empty && (entry = readdir(dir)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0;
	if (dir != NULL)
		closedir(dir);
	return empty;
}

int
ctl_become_owner(struct ctl *ctl, bool fresh, struct why *why)
{
	struct passwd *owner;
	int rc = check_no_backup(ctl, why);

	if (rc != 0 || geteuid() != 0)
		return rc;
	rc = find_owner(ctl, fresh, &owner, why);
	if (rc != 0)
		return rc;
	/* A folder with something in it may be anything: it stays whose it is. */
	if (fresh && ctl_is_empty(ctl->conf.data) &&
	    chown(ctl->conf.data, owner->pw_uid, owner->pw_gid) != 0)
		return why_set(why, HUB_EDENIED, "cannot give %s to %s: %s",
		    ctl->conf.data, owner->pw_name, strerror(errno));
	if (owner->pw_uid == 0)
		return 0;
	if (initgroups(owner->pw_name, owner->pw_gid) != 0 ||
	    setgid(owner->pw_gid) != 0 || setuid(owner->pw_uid) != 0)
		return why_set(why, HUB_EDENIED, "cannot become user %s: %s",
		    owner->pw_name, strerror(errno));
	return 0;
}

int
ctl_give(struct ctl *ctl, int folder, const char *path, struct why *why)
{
	struct passwd *owner;
	int rc;

	if (geteuid() != 0)
		return 0;
	rc = find_owner(ctl, false, &owner, why);
	if (rc == 0 && fchown(folder, owner->pw_uid, owner->pw_gid) != 0)
		rc = why_set(why, HUB_EDENIED, "cannot give %s to %s: %s", path,
		    owner->pw_name, strerror(errno));
	return rc;
}

int
ctl_make_data(const struct ctl *ctl, struct why *why)
{
	if (mkdir(ctl->conf.data, 0755) != 0) {
		if (errno == EEXIST)
			return 0;
	} else if (chmod(ctl->conf.data, 0755) == 0) {
		return 0;
	}
	return why_set(why, HUB_EIO, "cannot make the folder %s: %s",
	    ctl->conf.data, strerror(errno));
}

int
ctl_lock_data(const struct ctl *ctl, int *fd, struct why *why)
{
	const char *data = ctl->conf.data;

	*fd = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return why_set(why, HUB_EIO, "cannot use the folder %s: %s",
		    data, strerror(errno));
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	close(*fd);
	*fd = -1;
	return why_set(why, HUB_ECONFLICT,
	    "another hubctl makes a hub in %s: wait until it is done", data);
}

int
ctl_open(struct ctl *ctl, struct why *why)
{
	struct schema schema;
	int rc;

	if ((rc = ctl_conf(ctl, why)) != 0 ||
	    (rc = ctl_become_owner(ctl, false, why)) != 0)
		return rc;
	schema_directory(&schema, &ctl->conf);
	rc = store_open(&ctl->directory, &schema.spec, STORE_WRITE, why);
	if (rc != 0)
		return rc;
	schema_vault(&schema, &ctl->conf);
	return store_open(&ctl->vault, &schema.spec, STORE_WRITE, why);
}

void
ctl_close(struct ctl *ctl)
{
	store_close(ctl->vault);
	store_close(ctl->directory);
	ctl->vault = ctl->directory = NULL;
}

/* "hubctl" and the user behind it: the one behind sudo where there is one. */
static struct str
source_of(struct ctl *ctl)
{
	const char *sudo = getenv("SUDO_USER"), *source;
	struct passwd *user = NULL;

	if (sudo != NULL)
		user = getpwnam(sudo);
	if (user == NULL)
		user = getpwuid(ctl->caller);
	source = arena_printf(
	    ctl->arena, "hubctl %.64s", user != NULL ? user->pw_name : "?");
	return source != NULL ? str_of(source) : STR("hubctl");
}

struct hub
ctl_hub(struct ctl *ctl)
{
	return (struct hub){
		.conf = &ctl->conf,
		.directory = ctl->directory,
		.vault = ctl->vault,
		.arena = ctl->arena,
	};
}

struct actor
ctl_actor(struct ctl *ctl)
{
	return (struct actor){
		.client = STR(CLIENT_BUILTIN),
		.source = source_of(ctl),
	};
}

void
ctl_event(struct ctl *ctl, struct audit_rec *rec, const char *event,
    struct str account, const char *detail)
{
	struct actor actor = ctl_actor(ctl);

	act_event(rec, &actor, event, account, detail);
}

static int
put_event(struct txn *vault, void *arg)
{
	audit_put(vault, arg);
	return 0;
}

int
ctl_record(struct ctl *ctl, struct audit_rec *rec)
{
	return store_write(ctl->vault, ctl->arena, put_event, rec);
}

int
ctl_audit(
    struct ctl *ctl, const char *event, struct str account, const char *detail)
{
	struct audit_rec rec;

	ctl_event(ctl, &rec, event, account, detail);
	return ctl_record(ctl, &rec);
}
