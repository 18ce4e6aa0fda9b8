/*
 * What stands in the stores. They are opened to be read only: a writer would
 * set their rights right before anybody has seen that they were wrong.
 */
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "directory/client_public.h"
#include "directory/import_mark.h"
#include "hubctl/doctor.h"
#include "identity/audit.h"
#include "identity/signing_key.h"
#include "store/fill.h"
#include "store/schema.h"

/* A look that lasts so many transactions belongs to a process that hangs. */
#define LOOK_LONG 1000

/* No hub has run before 2025, and none of today runs after 2100. */
#define TIME_FIRST INT64_C(1735689600)
#define TIME_LAST INT64_C(4102444800)

/* Seconds that an event may lie ahead of the clock. */
#define AUDIT_SKEW 5

static void
check_fill(struct doctor *d, struct store *store, const struct schema *schema)
{
	const char *kind = schema->spec.kind;
	struct store_fill fill;
	struct why why;
	int rc = store_fill(store, &fill);

	if (rc != 0)
		doctor_say(d, FINDING_FAIL, kind,
		    "how full it is cannot be read: %s", err_text(rc));
	else if (store_fill_warning(&fill, schema->folder, &why))
		doctor_say(d, FINDING_WARN, kind, "%s", why.text);
	else
		doctor_say(d, FINDING_OK, kind,
		    "%u%% of map_size used, the disk is %u%% full",
		    store_fill_map_percent(&fill),
		    store_fill_disk_percent(&fill));
}

static void
check_readers(struct doctor *d, struct store *store, const char *kind)
{
	uint64_t configured = d->ctl->conf.max_readers, max;
	struct store_readers readers;
	struct store_stat stat = { 0 };
	int rc = store_readers(store, &readers);

	if (rc == 0)
		rc = store_stat(store, &stat);
	max = stat.readers_max;
	if (rc != 0)
		doctor_say(d, FINDING_FAIL, kind,
		    "who reads it cannot be read: %s", err_text(rc));
	else if (readers.behind >= LOOK_LONG)
		doctor_say(d, FINDING_WARN, kind,
		    "process %ld has been reading since %" PRIu64
		    " transactions ago, so that the store grows: end it if it "
		    "hangs",
		    readers.slowest, readers.behind);
	else if (max < configured)
		doctor_say(d, FINDING_WARN, kind,
		    "it has %" PRIu64
		    " reader slots and max_readers is %" PRIu64
		    ": stop all programs together, then start them",
		    max, configured);
	else if (readers.slots * UINT64_C(100) >= max * STORE_FILL_EARLY)
		doctor_say(d, FINDING_WARN, kind,
		    "%" PRIu32 " of %" PRIu64 " reader slots are taken: raise "
		    "max_readers and restart all programs",
		    readers.slots, max);
	else
		doctor_say(d, FINDING_OK, kind,
		    "%" PRIu32 " of %" PRIu64 " reader slots taken, %" PRIu32
		    " of dead processes freed",
		    readers.slots, max, readers.swept);
}

/* Whether this user is neither root nor the owner of the store. */
static bool
is_stranger(const struct schema *schema)
{
	struct stat st;

	return geteuid() != 0 &&
	    (stat(schema->folder, &st) != 0 || st.st_uid != geteuid());
}

/* FAILED: its files have, which may be why. */
static void
say_closed(struct doctor *d, const struct schema *schema, bool failed, int rc,
    const struct why *why)
{
	const char *kind = schema->spec.kind;

	if (failed)
		doctor_say(d, FINDING_SKIP, kind,
		    "what is in it is not looked at: mend its files first");
	else if (rc == HUB_EDENIED && is_stranger(schema))
		doctor_say(d, FINDING_SKIP, kind,
		    "what is in it is not looked at: run this as root or as "
		    "the owner of the stores");
	else
		doctor_say(d, FINDING_FAIL, kind, "%s", why->text);
}

/* NULL, said why, if it cannot be opened: kind and format stand in that. */
static struct store *
open_store(struct doctor *d, const struct schema *schema, bool failed)
{
	const struct store_spec *spec = &schema->spec;
	struct store *store;
	struct why why;
	int rc = store_open(&store, spec, STORE_READ, &why);

	if (rc != 0) {
		say_closed(d, schema, failed, rc, &why);
		return NULL;
	}
	doctor_say(d, FINDING_OK, spec->kind,
	    "can be opened, no newer than format %u", spec->format);
	check_fill(d, store, schema);
	check_readers(d, store, spec->kind);
	return store;
}

static void
check_import(struct doctor *d)
{
	struct ctl *ctl = d->ctl;
	struct txn *txn = store_read_begin(ctl->directory, ctl->arena);
	struct import_mark mark;
	char began[CLOCK_TEXT];
	bool marked = import_mark_get(txn, &mark);
	int rc = store_read_end(txn);

	if (rc != 0) {
		doctor_say(d, FINDING_FAIL, "import",
		    "the mark of an import cannot be read: %s", err_text(rc));
	} else if (marked) {
		clock_text(mark.began, began);
		doctor_say(d, FINDING_WARN, "import",
		    "one begun %s is done up to line %" PRIu64
		    " only: complete "
		    "it with the same command, or begin another with --abandon",
		    began, mark.line);
	} else {
		doctor_say(d, FINDING_OK, "import", "none is unfinished");
	}
}

static void
check_builtin(struct doctor *d)
{
	struct ctl *ctl = d->ctl;
	struct txn *txn = store_read_begin(ctl->directory, ctl->arena);
	struct client_rec rec;
	bool there = client_get(txn, STR(CLIENT_BUILTIN), &rec);
	int rc = store_read_end(txn);

	if (rc != 0)
		doctor_say(d, FINDING_FAIL, "client",
		    "the built-in client cannot be read: %s; see hubctl verify",
		    err_text(rc));
	else if (!there || !rec.builtin || !rec.enabled)
		doctor_say(d, FINDING_FAIL, "client",
		    "the built-in client is missing, so that hubctl token does "
		    "not work: restore a backup");
	else
		doctor_say(
		    d, FINDING_OK, "client", "the built-in one is there");
}

/* The public half of KEY in the directory: 0, HUB_ENOENT, HUB_ECONFLICT. */
static int
compare_halves(struct txn *directory, const struct signing_key *private)
{
	struct public_key_rec rec;
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, str_of(private->kid));
	if (!txn_get(directory, DIR_KEY, &key, &bytes))
		return HUB_ENOENT;
	if ((rc = public_key_rec_get(bytes, &rec)) != 0)
		return rc;
	return str_eq(rec.der, private->public.der) ? 0 : HUB_ECONFLICT;
}

static void
check_key(struct doctor *d)
{
	struct ctl *ctl = d->ctl;
	struct txn *txn = store_read_begin(ctl->vault, ctl->arena);
	struct signing_key key;
	int rc = signing_key_find(txn, clock_now(), &key),
	    end = store_read_end(txn);

	if (rc == HUB_ENOENT && end == 0) {
		doctor_say(d, FINDING_FAIL, "signing key",
		    "there is none in the vault: run hubctl init, or restore "
		    "a backup, which makes a new one");
		return;
	}
	if (end != 0 || rc != 0) {
		doctor_say(d, FINDING_FAIL, "signing key",
		    "it cannot be read: %s; see hubctl verify",
		    err_text(end != 0 ? end : rc));
		return;
	}
	txn = store_read_begin(ctl->directory, ctl->arena);
	rc = compare_halves(txn, &key);
	end = store_read_end(txn);
	if (end != 0 || rc != 0)
		doctor_say(d, FINDING_FAIL, "signing key",
		    "the public half of %s in the directory is %s, so that no "
		    "token of ours is taken: restore a backup, which makes a "
		    "new one",
		    key.kid,
		    end == 0 && rc == HUB_ENOENT ? "missing" : "another");
	else
		doctor_say(d, FINDING_OK, "signing key",
		    "%s, both halves match", key.kid);
}

void
doctor_stores(struct doctor *d)
{
	struct ctl *ctl = d->ctl;
	struct schema schema;

	schema_directory(&schema, &ctl->conf);
	ctl->directory = open_store(d, &schema, d->directory_failed);
	schema_vault(&schema, &ctl->conf);
	ctl->vault = open_store(d, &schema, d->vault_failed);
	if (ctl->directory != NULL) {
		check_import(d);
		check_builtin(d);
	}
	if (ctl->directory != NULL && ctl->vault != NULL)
		check_key(d);
	else
		doctor_say(d, FINDING_SKIP, "signing key",
		    "not looked at: it takes both stores");
}

/* Whether the audit log has an event from after NOW. */
static int
find_later_event(struct ctl *ctl, int64_t now, bool *later)
{
	struct txn *txn = store_read_begin(ctl->vault, ctl->arena);

	*later = audit_has_after(txn, (now + AUDIT_SKEW) * 1000000);
	return store_read_end(txn);
}

void
doctor_clock(struct doctor *d)
{
	int64_t now = clock_now();
	char text[CLOCK_TEXT];
	bool later = false;
	int rc = 0;

	clock_text(now, text);
	if (now < TIME_FIRST || now >= TIME_LAST) {
		doctor_say(d, FINDING_FAIL, "clock",
		    "it says %s: set it, and run a time service", text);
		return;
	}
	if (d->ctl->vault != NULL)
		rc = find_later_event(d->ctl, now, &later);
	if (rc != 0)
		doctor_say(d, FINDING_FAIL, "clock",
		    "the audit log cannot be read: %s; see hubctl verify",
		    err_text(rc));
	else if (later)
		doctor_say(d, FINDING_WARN, "clock",
		    "it says %s, which is before the newest event of the audit "
		    "log: it was set back, or was wrong before; see that it is "
		    "right now",
		    text);
	else
		doctor_say(d, FINDING_OK, "clock", "%s", text);
}
