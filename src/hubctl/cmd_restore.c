#include "hubctl/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hubctl/ctl.h"
#include "hubctl/transfer.h"
#include "identity/restore.h"

/*
 * Both stores are made ready in a folder beside their places, then each is
 * renamed to its place, the vault first: what stands there without a directory
 * is no hub for any program. Until the first rename the same command begins
 * anew, after it the same command goes on. That a restore is under way, and of
 * which backup, is told by a copy of the manifest: made before anything else,
 * removed after everything else.
 */
#define MARK CTL_RESTORING
#define STAGE "restore.new"

struct work {
	struct ctl *ctl;
	const char *name;       /* of the backup */
	int backup;             /* its folder */
	int file[BACKUP_FILES]; /* its files */
	int data;               /* the folder of the stores, locked */
	bool made;              /* that folder, by this program */
	int64_t since;          /* clock_mono_ms() at the start */
	struct backup manifest;
	struct str text; /* of the manifest */
	struct why why;
};

/* What is at the place where the stores are to be. */
enum place {
	PLACE_EMPTY, /* nothing, or what can be thrown away */
	PLACE_HALF,  /* the vault of this backup, not yet the directory */
	PLACE_WHOLE, /* all of it, but for the last step */
	PLACE_TAKEN, /* WHY says by what */
};

static int
refused(struct work *w, const char *what, const char *name)
{
	int err = errno;

	return why_set(&w->why,
	    err == ENOSPC || err == EDQUOT ? HUB_EFULL : HUB_EIO,
	    "cannot %s %s: %s", what, name, strerror(err));
}

/* The whole of a small file, in the arena. STR_NONE: there is none. */
static struct str
read_small(struct work *w, int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char *p = arena_alloc(w->ctl->arena, BACKUP_MANIFEST_MAX);
	ssize_t n = -1;

	if (fd >= 0 && p != NULL)
		n = pread(fd, p, BACKUP_MANIFEST_MAX, 0);
	if (fd >= 0)
		close(fd);
	return n < 0 ? STR_NONE : (struct str){ p, (size_t)n };
}

static int
open_part(struct work *w, enum backup_file file)
{
	const char *name = backup_name(file);
	char path[CONF_PATH_MAX + 32];

	w->file[file] =
	    openat(w->backup, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (w->file[file] >= 0)
		return 0;
	if (errno == ENOENT)
		return why_set(&w->why, HUB_ENOENT,
		    "%s has no %s: this backup is not whole; take another",
		    w->name, name);
	snprintf(path, sizeof(path), "%s/%s", w->name, name);
	return why_unread(&w->why, path, NULL);
}

static int
open_backup(struct work *w)
{
	w->backup = open(w->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->backup < 0)
		return why_unread(
		    &w->why, w->name, "name the folder of a backup");
	w->text = read_small(w, w->backup, BACKUP_MANIFEST);
	if (w->text.p == NULL)
		return why_set(&w->why, HUB_ENOENT,
		    "%s has no " BACKUP_MANIFEST " that can be read: it is no "
		    "backup, or one that was broken off",
		    w->name);
	if (backup_parse(&w->manifest, w->ctl->arena, w->text, &w->why) != 0) {
		why_prefix(&w->why, "%s", w->name);
		return HUB_EINVAL;
	}
	for (int i = 0; i < BACKUP_FILES; i++) {
		int rc = open_part(w, (enum backup_file)i);

		if (rc != 0)
			return rc;
	}
	return 0;
}

static struct transfer
transfer_of(struct work *w, enum backup_file file, const char *what, int to)
{
	return (struct transfer){ .what = what,
		.name = to < 0 ? w->name : w->ctl->conf.data,
		.to = to,
		.total = w->manifest.part[file].bytes,
		.since = w->since,
		.why = &w->why };
}

static bool
same_digest(const unsigned char *a, const unsigned char *b)
{
	return str_eq((struct str){ (const char *)a, SHA256_LEN },
	    (struct str){ (const char *)b, SHA256_LEN });
}

/* Moves a file's bytes, which must be those that the manifest tells of. */
static int
move_file(struct work *w, enum backup_file file, const char *what, int to)
{
	const struct backup_part *part = &w->manifest.part[file];
	struct transfer t = transfer_of(w, file, what, to);
	unsigned char digest[SHA256_LEN];
	int rc = transfer_begin(&t);

	if (rc != 0)
		return rc;
	rc = transfer_file(&t, w->file[file], backup_name(file));
	rc = transfer_end(&t, rc, digest);
	if (rc == 0 &&
	    (t.bytes != part->bytes || !same_digest(digest, part->digest)))
		rc = why_set(&w->why, HUB_ECORRUPT,
		    "%s/%s is not what was written there: it is damaged or was "
		    "changed; take another backup",
		    w->name, backup_name(file));
	return rc;
}

static int
check_files(struct work *w)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < BACKUP_FILES; i++)
		rc = move_file(w, (enum backup_file)i, "checking", -1);
	return rc;
}

static bool
is_there(const struct work *w, const char *name)
{
	return faccessat(w->data, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum place
look(struct work *w)
{
	bool directory = is_there(w, "directory"), vault = is_there(w, "vault");
	const char *data = w->ctl->conf.data;
	struct str text;

	if (!is_there(w, MARK)) {
		if (ctl_is_empty(data))
			return PLACE_EMPTY;
		why_say(&w->why,
		    "%s is not empty, and nothing is ever overwritten: name a "
		    "new folder",
		    data);
		return PLACE_TAKEN;
	}
	if (!vault && !directory)
		return PLACE_EMPTY;
	text = read_small(w, w->data, MARK);
	if (vault && text.p != NULL && str_eq(text, w->text))
		return directory ? PLACE_WHOLE : PLACE_HALF;
	why_say(&w->why,
	    "%s holds what another restore has left: give that one again, or "
	    "name a new folder",
	    data);
	return PLACE_TAKEN;
}

/* Makes and locks the folder of the stores, and looks what is in it. */
static int
open_data(struct work *w, enum place *place)
{
	const char *data = w->ctl->conf.data;
	bool there = access(data, F_OK) == 0;
	int rc = ctl_make_data(w->ctl, &w->why);

	if (rc != 0)
		return rc;
	w->made = !there;
	if ((rc = ctl_lock_data(w->ctl, &w->data, &w->why)) != 0)
		return rc;
	*place = look(w);
	return *place == PLACE_TAKEN ? HUB_EEXIST : 0;
}

/* Throws away what an earlier attempt made ready. */
static int
clear_stage(struct work *w)
{
	static const char *const files[] = {
		STAGE "/vault/data.mdb.new",
		STAGE "/vault/data.mdb",
		STAGE "/vault/lock.mdb",
		STAGE "/directory/data.mdb.new",
		STAGE "/directory/data.mdb",
		STAGE "/directory/lock.mdb",
	};
	static const char *const folders[] = { STAGE "/vault",
		STAGE "/directory", STAGE };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlinkat(w->data, files[i], 0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (unlinkat(w->data, folders[i], AT_REMOVEDIR) != 0 &&
		    errno != ENOENT)
			return refused(w, "remove", folders[i]);
	}
	return 0;
}

static int
save(struct work *w)
{
	return fsync(w->data) == 0 ? 0 : refused(w, "save", w->ctl->conf.data);
}

static int
write_mark(struct work *w)
{
	int fd = openat(w->data, MARK,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = 0;

	if (fd < 0 || write(fd, w->text.p, w->text.n) != (ssize_t)w->text.n ||
	    fsync(fd) != 0)
		rc = refused(w, "write " MARK " in", w->ctl->conf.data);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
make_stage(struct work *w)
{
	int rc = clear_stage(w);

	if (rc == 0)
		rc = write_mark(w);
	if (rc == 0)
		rc = save(w);
	if (rc == 0 && mkdirat(w->data, STAGE, 0700) != 0)
		rc = refused(w, "make " STAGE " in", w->ctl->conf.data);
	return rc;
}

/* The mark goes last: after it nobody knows that this was a restore. */
static int
end_stage(struct work *w)
{
	int rc = clear_stage(w);

	if (rc == 0 && unlinkat(w->data, MARK, 0) != 0)
		rc = refused(w, "remove " MARK " in", w->ctl->conf.data);
	return rc == 0 ? save(w) : rc;
}

/* One of the two stores on its way. */
struct half {
	struct work *work;
	enum backup_file file;
	const char *what;
};

static int
fill(void *ctx, int fd, struct why *why)
{
	const struct half *half = ctx;

	(void)why;
	return move_file(half->work, half->file, half->what, fd);
}

static int
begin_half(struct half *half, struct schema *schema, struct store **draft)
{
	struct work *w = half->work;

	snprintf(schema->folder, sizeof(schema->folder), "%s/" STAGE "/%s",
	    w->ctl->conf.data, schema->spec.kind);
	return store_draft(draft, &schema->spec, fill, half, &w->why);
}

static int
end_half(struct work *w, struct schema *schema, struct store *draft, int rc)
{
	if (rc != 0)
		why_say(&w->why, "cannot make the store in %s: %s",
		    schema->folder, err_text(rc));
	else
		rc = store_publish(draft, &schema->spec, &w->why);
	store_close(draft);
	return rc;
}

static int
make_vault(struct work *w, const struct signing_key *key)
{
	struct half half = { w, BACKUP_VAULT, "restoring the vault" };
	struct arena *arena = w->ctl->arena;
	struct audit_rec events[2];
	struct schema schema;
	struct store *draft;
	int rc;

	ctl_event(w->ctl, &events[0], "state.restored", STR(""),
	    arena_printf(arena, "backup of %s", w->manifest.time));
	ctl_event(w->ctl, &events[1], "key.created", STR(""),
	    arena_printf(arena, "kid %s", key->kid));
	schema_vault(&schema, &w->ctl->conf);
	rc = begin_half(&half, &schema, &draft);
	if (rc != 0)
		return rc;
	rc = restore_vault(draft, &schema, arena, key, events, 2);
	return end_half(w, &schema, draft, rc);
}

static int
make_directory(struct work *w, const struct signing_key *key)
{
	struct half half = { w, BACKUP_DIRECTORY, "restoring the directory" };
	struct schema schema;
	struct store *draft;
	int rc;

	schema_directory(&schema, &w->ctl->conf);
	rc = begin_half(&half, &schema, &draft);
	if (rc != 0)
		return rc;
	rc = restore_directory(draft, &schema, w->ctl->arena, key);
	return end_half(w, &schema, draft, rc);
}

static int
make_both(struct work *w)
{
	struct signing_key key;
	int rc = signing_key_make(w->ctl->arena, &key);

	if (rc != 0)
		return why_set(
		    &w->why, rc, "cannot make a signing key: %s", err_text(rc));
	rc = make_stage(w);
	if (rc == 0)
		rc = make_vault(w, &key);
	if (rc == 0)
		rc = make_directory(w, &key);
	if (rc != 0) {
		struct why why = w->why;

		end_stage(w);
		w->why = why;
	}
	return rc;
}

/* To its place, for good: a power failure does not swap the steps. */
static int
put_in_place(struct work *w, const char *from, const char *to)
{
	if (renameat(w->data, from, w->data, to) != 0)
		return refused(
		    w, "rename what is restored in", w->ctl->conf.data);
	return save(w);
}

static int
publish(struct work *w, enum place place)
{
	int rc = 0;

	if (place == PLACE_EMPTY)
		rc = put_in_place(w, STAGE "/vault", "vault");
	if (rc == 0 && place != PLACE_WHOLE)
		rc = put_in_place(w, STAGE "/directory", "directory");
	return rc == 0 ? end_stage(w) : rc;
}

static int
restore(struct work *w)
{
	enum place place = PLACE_TAKEN;
	int rc = open_data(w, &place);

	if (rc == 0 && place == PLACE_EMPTY)
		rc = check_files(w);
	if (rc == 0)
		rc = ctl_become_owner(w->ctl, true, &w->why);
	if (rc == 0 && place == PLACE_EMPTY)
		rc = make_both(w);
	if (rc == 0)
		rc = publish(w, place);
	if (rc != 0 && w->made)
		rmdir(w->ctl->conf.data);
	return rc;
}

static enum ctl_exit
report(const struct work *w)
{
	uint64_t bytes = w->manifest.part[BACKUP_DIRECTORY].bytes +
	    w->manifest.part[BACKUP_VAULT].bytes;

	printf("%s: restored the backup of %s, %s, in %.1f seconds; no token "
	       "or session from before is good\n",
	    w->ctl->conf.data, w->manifest.time, size_text(bytes).text,
	    (double)(clock_mono_ms() - w->since) / 1000);
	return CTL_OK;
}

static enum ctl_exit
run_with(struct work *w)
{
	if (open_backup(w) != 0)
		return ctl_fail("%s", w->why.text);
	if (ctl_conf(w->ctl, &w->why) != 0)
		return ctl_fail("%s (the backup holds the configuration that "
				"it was made with: --config %s/%s)",
		    w->why.text, w->name, backup_name(BACKUP_CONF));
	return restore(w) == 0 ? report(w) : ctl_fail("%s", w->why.text);
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct work w = {
		.ctl = ctl,
		.name = argv[0],
		.backup = -1,
		.file = { -1, -1, -1 },
		.data = -1,
		.since = clock_mono_ms(),
	};
	enum ctl_exit status;

	(void)argc;
	status = run_with(&w);
	for (int i = 0; i < BACKUP_FILES; i++) {
		if (w.file[i] >= 0)
			close(w.file[i]);
	}
	if (w.data >= 0)
		close(w.data);
	if (w.backup >= 0)
		close(w.backup);
	return status;
}

const struct command command_restore = {
	.name = "restore",
	.usage = "DIR",
	.brief = "Makes a hub from a backup, where there is none.",
	.text =
	    "The folder of the stores (the configured one, or --data) must be "
	    "missing or empty:\nnothing is ever overwritten. The backup's "
	    "checksums are compared first. The hub\nthat comes out has all "
	    "records and a new signing key; no token, session or code\nthat "
	    "was given out before is good. What an interrupted restore has "
	    "left, the same\ncommand completes or begins anew.\n"
	    "The configuration is not put back; DIR/hub.conf is the one that "
	    "was in use.\n",
	.min = 1,
	.max = 1,
	.run = run,
};
