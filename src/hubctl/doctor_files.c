/*
 * The configuration and the files, as the system sees them. Nothing is opened
 * here, and nothing is mended.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include "hubctl/backup.h"
#include "hubctl/doctor.h"
#include "store/schema.h"

/* What statfs(2) calls those that keep no locks, or not those of LMDB. */
static const struct {
	unsigned long type;
	const char *name;
} networks[] = {
	{ 0x6969, "NFS" },
	{ 0xff534d42, "CIFS" },
	{ 0xfe534d42, "SMB" },
	{ 0x517b, "SMB" },
	{ 0x01021997, "9P" },
};

static void
check_user(struct doctor *d)
{
	const char *name = d->ctl->conf.store_user;

	if (getpwnam(name) != NULL)
		doctor_say(
		    d, FINDING_OK, "store_user", "there is a user %s", name);
	else
		doctor_say(d, FINDING_FAIL, "store_user",
		    "there is no system user %s: make it (useradd --system "
		    "%s), or name another in the configuration",
		    name, name);
}

static void
check_group(struct doctor *d, const char *key, const char *name)
{
	if (name[0] == '\0')
		doctor_say(d, FINDING_OK, key,
		    "none is named: groups stay as they are");
	else if (getgrnam(name) != NULL)
		doctor_say(d, FINDING_OK, key, "there is a group %s", name);
	else
		doctor_say(d, FINDING_FAIL, key,
		    "there is no group %s: make it (groupadd --system %s), or "
		    "name another in the configuration",
		    name, name);
}

static void
check_numbers(struct doctor *d)
{
	const struct conf *conf = &d->ctl->conf;
	uint64_t twice = 2 * conf_readers_needed(conf);

	if (conf->max_readers < twice)
		doctor_say(d, FINDING_WARN, "max_readers",
		    "%llu are too few for a restart that loses no request, "
		    "when old workers and new ones read: make it %llu or more",
		    (unsigned long long)conf->max_readers,
		    (unsigned long long)twice);
	else
		doctor_say(d, FINDING_OK, "max_readers",
		    "%llu slots, all workers need %llu",
		    (unsigned long long)conf->max_readers,
		    (unsigned long long)conf_readers_needed(conf));
	if (conf->limit_headers < conf->limit_uri)
		doctor_say(d, FINDING_WARN, "limits",
		    "limit.headers counts the request target too: make it more "
		    "than limit.uri, %llu bytes",
		    (unsigned long long)conf->limit_uri);
	else
		doctor_say(d, FINDING_OK, "limits", "they go together");
}

static void
check_conf_file(struct doctor *d)
{
	const char *path = conf_path(d->ctl->config);
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & S_IWOTH) != 0)
		doctor_say(d, FINDING_FAIL, "configuration",
		    "anybody may change %s: chmod o-w %s", path, path);
	else
		doctor_say(d, FINDING_OK, "configuration", "%s", path);
}

void
doctor_conf(struct doctor *d)
{
	const struct conf *conf = &d->ctl->conf;

	check_conf_file(d);
	check_numbers(d);
	check_user(d);
	check_group(d, "reader_group", conf->reader_group);
	check_group(d, "socket_group", conf->socket_group);
}

/* A file or folder as it is and as it has to be. */
struct expected {
	const char *check;
	const char *path;
	mode_t mode;
	uid_t owner;
	const char *group; /* "": any */
};

static bool
look_at(struct doctor *d, const char *check, const char *path, struct stat *st)
{
	if (stat(path, st) == 0)
		return true;
	if (errno == EACCES)
		doctor_say(d, FINDING_SKIP, check,
		    "not looked at: this user may not look at %s: run this as "
		    "root or as the owner of the stores",
		    path);
	else
		doctor_say(
		    d, FINDING_FAIL, check, "%s: %s", path, strerror(errno));
	return false;
}

static bool
has_rights(struct doctor *d, const struct expected *e)
{
	const struct group *group = NULL;
	struct stat st;

	if (!look_at(d, e->check, e->path, &st))
		return false;
	if (st.st_uid != e->owner) {
		const struct passwd *owner = getpwuid(e->owner);

		doctor_say(d, FINDING_FAIL, e->check,
		    "%s belongs to another user than the store: chown %s %s",
		    e->path, owner == NULL ? "OWNER" : owner->pw_name, e->path);
		return false;
	}
	if (e->group[0] != '\0')
		group = getgrnam(e->group);
	if (group != NULL && group->gr_gid != st.st_gid) {
		doctor_say(d, FINDING_FAIL, e->check,
		    "%s is not of group %s: chgrp %s %s", e->path, e->group,
		    e->group, e->path);
		return false;
	}
	if ((st.st_mode & 0777) != e->mode) {
		doctor_say(d, FINDING_FAIL, e->check,
		    "%s has mode %04o%s: chmod %04o %s", e->path,
		    (unsigned int)st.st_mode & 0777,
		    (st.st_mode & 0777 & ~e->mode) != 0
			? ", so that more can reach it than should"
			: "",
		    (unsigned int)e->mode, e->path);
		return false;
	}
	return true;
}

static bool
is_on_network(struct doctor *d, const struct schema *schema)
{
	struct statfs fs;

	if (statfs(schema->folder, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
		if (((unsigned long)fs.f_type & 0xffffffff) != networks[i].type)
			continue;
		doctor_say(d, FINDING_FAIL, schema->spec.kind,
		    "%s is on a network file system (%s), whose locks do not "
		    "work: move it to a disk of this machine",
		    schema->folder, networks[i].name);
		return true;
	}
	return false;
}

/* hubctl works as the owner it finds; the daemons' units as the other one. */
static void
check_owner(struct doctor *d, const struct schema *schema, uid_t uid)
{
	const char *configured = d->ctl->conf.store_user;
	const struct passwd *owner = getpwuid(uid);

	if (owner == NULL || strcmp(owner->pw_name, configured) != 0)
		doctor_say(d, FINDING_WARN, schema->spec.kind,
		    "%s belongs to %s and store_user is %s: chown -R %s %s, or "
		    "mend store_user",
		    schema->folder,
		    owner == NULL ? "nobody who exists" : owner->pw_name,
		    configured, configured, schema->folder);
}

static void
check_store(struct doctor *d, const struct schema *schema)
{
	const struct store_spec *spec = &schema->spec;
	char data[sizeof(schema->folder) + 16], lock[sizeof(data)];
	struct expected e = { .check = spec->kind, .group = spec->group };
	struct stat st;

	snprintf(data, sizeof(data), "%s/data.mdb", schema->folder);
	snprintf(lock, sizeof(lock), "%s/lock.mdb", schema->folder);
	if (stat(data, &st) != 0 && errno == ENOENT) {
		doctor_say(d, FINDING_FAIL, spec->kind,
		    "there is no store in %s: run hubctl init", schema->folder);
		return;
	}
	if (!look_at(d, spec->kind, schema->folder, &st) ||
	    is_on_network(d, schema))
		return;
	check_owner(d, schema, st.st_uid);
	e.owner = st.st_uid;
	e.path = schema->folder;
	e.mode = spec->folder_mode;
	if (!has_rights(d, &e))
		return;
	e.path = data;
	e.mode = spec->data_mode;
	if (!has_rights(d, &e))
		return;
	if (stat(lock, &st) != 0 && errno == ENOENT) {
		doctor_say(d, FINDING_FAIL, spec->kind,
		    "%s is missing, and readers do not make it: start the "
		    "keepers, or run hubctl stat",
		    lock);
		return;
	}
	e.path = lock;
	e.mode = spec->lock_mode;
	if (has_rights(d, &e))
		doctor_say(d, FINDING_OK, spec->kind,
		    "owner, group and modes of %s", schema->folder);
}

/* Whoever may write here may put another store in the place of ours. */
static bool
is_of_stranger(struct doctor *d, const struct stat *data)
{
	struct schema schema;
	struct stat st;

	schema_vault(&schema, &d->ctl->conf);
	return data->st_uid != 0 && stat(schema.folder, &st) == 0 &&
	    st.st_uid != data->st_uid;
}

static bool
check_data(struct doctor *d)
{
	const char *path = d->ctl->conf.data;
	struct stat st;

	if (stat(path, &st) != 0 && errno == ENOENT) {
		doctor_say(d, FINDING_FAIL, "data",
		    "there is no folder %s: run hubctl init, or name another "
		    "as data in the configuration",
		    path);
		return false;
	}
	if (!look_at(d, "data", path, &st))
		return false;
	if ((st.st_mode & S_IWOTH) != 0)
		doctor_say(d, FINDING_FAIL, "data",
		    "anybody may put files into %s: chmod o-w %s", path, path);
	else if (is_of_stranger(d, &st))
		doctor_say(d, FINDING_FAIL, "data",
		    "%s belongs to another user than the stores in it, who can "
		    "put others in their place: chown %s %s",
		    path, d->ctl->conf.store_user, path);
	else
		doctor_say(d, FINDING_OK, "data", "%s", path);
	return true;
}

/* Whether something of it has failed. */
static bool
store_fails(struct doctor *d, const struct schema *schema)
{
	unsigned int before = d->count[FINDING_FAIL];

	check_store(d, schema);
	return d->count[FINDING_FAIL] > before;
}

void
doctor_files(struct doctor *d)
{
	unsigned int before = d->count[FINDING_FAIL];
	struct schema schema;

	if (!check_data(d)) {
		d->directory_failed = d->vault_failed =
		    d->count[FINDING_FAIL] > before;
		return;
	}
	/* That there is a backup in place of stores, who opens them tells. */
	if (backup_is_in(d->ctl->conf.data))
		return;
	schema_directory(&schema, &d->ctl->conf);
	d->directory_failed = store_fails(d, &schema);
	schema_vault(&schema, &d->ctl->conf);
	d->vault_failed = store_fails(d, &schema);
}
