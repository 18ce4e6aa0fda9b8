#include "hubctl/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hubctl/ctl.h"
#include "hubctl/transfer.h"
#include "identity/restore.h"

/*
 * The directory is copied before the vault. An act that gives access writes
 * the vault first and shows in the directory last, so what a newer vault has
 * beside an older directory opens nothing. And a vault that is the older one
 * would bring back a password that was changed since; what a directory loses
 * by being the older one, epochs and revoked keys, a restore raises and
 * replaces anyway.
 */

/* In the backup's folder, while a backup is made. */
#define DRAFT "draft"
#define MANIFEST_NEW BACKUP_MANIFEST ".new"

struct work {
	struct ctl *ctl;
	char path[PATH_MAX]; /* of the folder, without links */
	int folder, conf;
	bool made;     /* the folder, by this program */
	int64_t since; /* clock_mono_ms() at the start */
	struct backup backup;
	struct transfer transfer;
	struct why why;
};

/* What an operator does about it; begins with a separator. */
static const char *
advice(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return ": make the folder above it first";
	case EACCES:
	case EPERM:
	case EROFS:
		return ": name a folder in one that you may write";
	case ENOSPC:
	case EDQUOT:
		return ": make room on that disk, or name a folder on another";
	default:
		return "";
	}
}

static int
refused(struct work *w, const char *what, const char *name)
{
	int err = errno;

	return why_set(&w->why,
	    err == ENOSPC || err == EDQUOT ? HUB_EFULL : HUB_EIO,
	    "cannot %s %s: %s%s", what, name, strerror(err), advice(err));
}

/* The name of the new folder stands in the one above it. */
static int
save_parent(struct work *w)
{
	int up = openat(w->folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	/* Whoever may not read it has it from somebody who could. */
	if (up < 0)
		return errno == EACCES ? 0 : refused(w, "leave", w->path);
	if (fsync(up) != 0)
		rc = refused(w, "save the folder above", w->path);
	close(up);
	return rc;
}

static int
not_empty(struct work *w)
{
	if (faccessat(w->folder, BACKUP_MANIFEST, F_OK, 0) == 0)
		return why_set(&w->why, HUB_EEXIST,
		    "%s holds a backup: name a new folder", w->path);
	if (faccessat(w->folder, backup_name(BACKUP_DIRECTORY), F_OK, 0) == 0)
		return why_set(&w->why, HUB_EEXIST,
		    "%s holds a backup that was broken off: remove it, or name "
		    "a new folder",
		    w->path);
	return why_set(
	    &w->why, HUB_EEXIST, "%s is not empty: name a new folder", w->path);
}

/* Made or found empty as the caller, then given to the stores' owner. */
static int
open_folder(struct work *w, const char *name)
{
	int rc;

	w->made = mkdir(name, 0700) == 0;
	if (!w->made && errno != EEXIST)
		return refused(w, "make", name);
	w->folder = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (w->folder < 0 || realpath(name, w->path) == NULL)
		return refused(w, "use", name);
	if (!ctl_is_empty(w->path))
		return not_empty(w);
	if (fchmod(w->folder, 0700) != 0)
		return refused(w, "change the mode of", w->path);
	if ((rc = ctl_give(w->ctl, w->folder, w->path, &w->why)) != 0)
		return rc;
	return save_parent(w);
}

/* Who has a copy of everything is on record before the copy is there. */
static int
record(struct work *w)
{
	const char *detail = arena_printf(w->ctl->arena, "%.300s", w->path);
	int rc = ctl_audit(w->ctl, "backup", STR(""), detail);

	if (rc == HUB_EFULL) {
		/* When it is most needed it must be possible. */
		ctl_fail("the audit log is full: this backup is not on record");
		return 0;
	}
	if (rc != 0)
		why_say(&w->why, "the audit log failed: %s", err_text(rc));
	return rc;
}

static int
begin_file(struct work *w, enum backup_file file, const char *what)
{
	const char *name =
	    arena_printf(w->ctl->arena, "%s/%s", w->path, backup_name(file));
	int fd = openat(w->folder, backup_name(file),
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (name == NULL)
		name = w->path;
	if (fd < 0)
		return refused(w, "make", name);
	w->transfer = (struct transfer){ .what = what,
		.name = name,
		.to = fd,
		.since = w->since,
		.why = &w->why };
	return transfer_begin(&w->transfer);
}

static int
end_file(struct work *w, enum backup_file file, int rc)
{
	struct backup_part *part = &w->backup.part[file];

	if (w->transfer.hash != NULL)
		rc = transfer_end(&w->transfer, rc, part->digest);
	part->bytes = w->transfer.bytes;
	if (w->transfer.to >= 0)
		close(w->transfer.to);
	w->transfer.to = -1;
	return rc;
}

static int
copy_store(struct work *w, struct store *store)
{
	struct store_stat stat;

	if (store_stat(store, &stat) == 0)
		w->transfer.total = stat.bytes_used;
	return store_copy(store, transfer_take, &w->transfer, &w->why);
}

static int
copy_directory(struct work *w)
{
	int rc;

	clock_text(clock_now(), w->backup.time);
	rc = begin_file(w, BACKUP_DIRECTORY, "copying the directory");
	if (rc == 0)
		rc = copy_store(w, w->ctl->directory);
	return end_file(w, BACKUP_DIRECTORY, rc);
}

/* The vault's copy as it is, on its way to become a draft. */
static int
fill_draft(void *ctx, int fd, struct why *why)
{
	struct work *w = ctx;
	unsigned char digest[SHA256_LEN];
	int rc;

	(void)why;
	w->transfer = (struct transfer){ .what = "copying the vault",
		.name = w->path,
		.to = fd,
		.since = w->since,
		.why = &w->why };
	rc = transfer_begin(&w->transfer);
	if (rc == 0)
		rc = copy_store(w, w->ctl->vault);
	if (w->transfer.hash != NULL)
		rc = transfer_end(&w->transfer, rc, digest);
	w->transfer.to = -1;
	return rc;
}

static void
remove_draft(struct work *w)
{
	unlinkat(w->folder, DRAFT "/data.mdb.new", 0);
	unlinkat(w->folder, DRAFT, AT_REMOVEDIR);
}

/*
 * What would not survive a restore is left out here already: whoever gets hold
 * of a backup finds no key that signs and no session. The second copy leaves
 * no trace of it in free pages either.
 */
static int
copy_vault(struct work *w)
{
	struct store *draft;
	struct schema schema;
	int rc;

	schema_vault(&schema, &w->ctl->conf);
	schema.spec.folder = DRAFT;
	rc = store_draft(&draft, &schema.spec, fill_draft, w, &w->why);
	if (rc == 0 && (rc = restore_end(draft, &schema, w->ctl->arena)) != 0)
		why_say(&w->why, "cannot make the vault's copy in %s: %s",
		    w->path, err_text(rc));
	if (rc == 0) {
		rc = begin_file(w, BACKUP_VAULT, "writing the vault");
		if (rc == 0)
			rc = copy_store(w, draft);
		rc = end_file(w, BACKUP_VAULT, rc);
	}
	store_close(draft);
	remove_draft(w);
	return rc;
}

static int
copy_conf(struct work *w)
{
	int rc = begin_file(w, BACKUP_CONF, "copying the configuration");

	if (rc == 0)
		rc = transfer_file(
		    &w->transfer, w->conf, conf_path(w->ctl->config));
	return end_file(w, BACKUP_CONF, rc);
}

/* From the copy: that it can be opened is worth to know now. */
static int
count(struct work *w, enum backup_file file, const struct schema *schema,
    uint64_t *counts)
{
	struct store *store;
	struct txn *txn;
	int rc =
	    store_open_copy(&store, &schema->spec, backup_name(file), &w->why);

	if (rc != 0) {
		why_prefix(&w->why, "%s", w->path);
		return rc;
	}
	txn = store_read_begin(store, w->ctl->arena);
	for (unsigned int t = 0; t < schema->spec.table_count; t++)
		counts[t] = txn_count(txn, t);
	rc = store_read_end(txn);
	store_close(store);
	if (rc != 0)
		why_say(&w->why, "cannot read %s/%s: %s", w->path,
		    backup_name(file), err_text(rc));
	return rc;
}

static int
count_both(struct work *w)
{
	struct schema schema;
	int rc;

	schema_directory(&schema, &w->ctl->conf);
	rc = count(w, BACKUP_DIRECTORY, &schema, w->backup.directory);
	if (rc != 0)
		return rc;
	schema_vault(&schema, &w->ctl->conf);
	return count(w, BACKUP_VAULT, &schema, w->backup.vault);
}

static int
write_manifest(struct work *w)
{
	struct str text;
	int fd, rc = backup_manifest(&w->backup, w->ctl->arena, &text);

	if (rc != 0)
		return why_set(
		    &w->why, rc, "cannot make the manifest: %s", err_text(rc));
	fd = openat(w->folder, MANIFEST_NEW,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return refused(w, "make " BACKUP_MANIFEST " in", w->path);
	if (write(fd, text.p, text.n) != (ssize_t)text.n || fsync(fd) != 0)
		rc = refused(w, "write " BACKUP_MANIFEST " in", w->path);
	close(fd);
	/* The other files are there for good before this one tells of them. */
	if (rc == 0 && fsync(w->folder) != 0)
		rc = refused(w, "save", w->path);
	if (rc == 0 &&
	    renameat(w->folder, MANIFEST_NEW, w->folder, BACKUP_MANIFEST) != 0)
		rc = refused(w, "make " BACKUP_MANIFEST " in", w->path);
	if (rc == 0 && fsync(w->folder) != 0)
		rc = refused(w, "save", w->path);
	return rc;
}

static int
make(struct work *w)
{
	int rc = record(w);

	/* A folder that its user may not reach by name is worked in from within. */
	if (rc == 0 && fchdir(w->folder) != 0)
		rc = refused(w, "use", w->path);
	if (rc == 0)
		rc = copy_directory(w);
	if (rc == 0)
		rc = copy_vault(w);
	if (rc == 0)
		rc = copy_conf(w);
	ctl_close(w->ctl);
	if (rc == 0)
		rc = count_both(w);
	if (rc == 0)
		rc = write_manifest(w);
	return rc;
}

/* Takes away what was made here; what stays has no manifest. */
static enum ctl_exit
give_up(struct work *w)
{
	unlinkat(w->folder, BACKUP_MANIFEST, 0);
	unlinkat(w->folder, MANIFEST_NEW, 0);
	for (int i = 0; i < BACKUP_FILES; i++)
		unlinkat(w->folder, backup_name((enum backup_file)i), 0);
	remove_draft(w);
	if (w->made)
		rmdir(w->path);
	return ctl_fail("%s; there is no backup", w->why.text);
}

static enum ctl_exit
report(const struct work *w)
{
	uint64_t bytes = 0, records = 0;

	for (int i = 0; i < BACKUP_FILES; i++)
		bytes += w->backup.part[i].bytes;
	for (int t = 0; t < DIR_TABLES; t++)
		records += w->backup.directory[t];
	for (int t = 0; t < VAULT_TABLES; t++)
		records += w->backup.vault[t];
	printf("%s: backup of %" PRIu64 " records, %s, in %.1f seconds\n",
	    w->path, records, size_text(bytes).text,
	    (double)(clock_mono_ms() - w->since) / 1000);
	return CTL_OK;
}

static enum ctl_exit
run_with(struct work *w, const char *name)
{
	const char *conf = conf_path(w->ctl->config);

	if (ctl_conf(w->ctl, &w->why) != 0)
		return ctl_fail("%s", w->why.text);
	w->conf = open(conf, O_RDONLY | O_CLOEXEC);
	if (w->conf < 0)
		return ctl_fail("cannot read %s: %s", conf, strerror(errno));
	if (open_folder(w, name) != 0) {
		if (w->made)
			rmdir(name);
		return ctl_fail("%s", w->why.text);
	}
	if (ctl_open(w->ctl, &w->why) != 0 || make(w) != 0)
		return give_up(w);
	return report(w);
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct work w = {
		.ctl = ctl,
		.folder = -1,
		.conf = -1,
		.since = clock_mono_ms(),
	};
	enum ctl_exit status;

	(void)argc;
	status = run_with(&w, argv[0]);
	if (w.conf >= 0)
		close(w.conf);
	if (w.folder >= 0)
		close(w.folder);
	return status;
}

const struct command command_backup = {
	.name = "backup",
	.usage = "DIR",
	.brief = "Copies the hub into a new folder, while it runs.",
	.text =
	    "DIR is made, or is empty. It gets a copy of the directory, of the "
	    "vault and of the\nconfiguration, and a manifest with their "
	    "checksums, which is written last: without\nit there is no "
	    "backup. Each store is copied as it was at one moment, the "
	    "directory\nfirst. Private keys are not in it, password hashes "
	    "are: keep it safe.\nWhile the copy is made the stores grow by "
	    "what is written.\n",
	.min = 1,
	.max = 1,
	.run = run,
};
