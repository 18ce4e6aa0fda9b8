#include <inttypes.h>
#include <stdio.h>
#include "base/clock.h"
#include "base/json_out.h"
#include "directory/import_mark.h"
#include "hubctl/ctl.h"
#include "store/fill.h"
#include "store/schema.h"

static bool option_json;

#define TABLES_MAX 64

/* What there is to say about one store. */
struct figures {
	const char *name, *folder;
	const char *const *tables;
	unsigned int table_count;
	struct store_stat store;
	struct store_fill fill;
	uint64_t records[TABLES_MAX];
	bool unfinished;
	struct import_mark mark;
};

static int
gather(struct ctl *ctl, struct store *store, const struct schema *schema,
    struct figures *f, struct why *why)
{
	struct txn *txn;
	int rc = store_stat(store, &f->store);

	f->name = schema->spec.kind;
	f->folder = schema->folder;
	f->tables = schema->spec.tables;
	f->table_count = schema->spec.table_count;
	f->unfinished = false;
	if (rc == 0)
		rc = store_fill(store, &f->fill);
	if (rc == 0 && f->table_count > TABLES_MAX)
		rc = HUB_ETOOBIG;
	if (rc != 0)
		return why_set(why, rc, "%s: %s", f->name, err_text(rc));
	txn = store_read_begin(store, ctl->arena);
	for (unsigned int t = 0; t < f->table_count; t++)
		f->records[t] = txn_count(txn, t);
	if (store == ctl->directory)
		f->unfinished = import_mark_get(txn, &f->mark);
	rc = store_read_end(txn);
	if (rc != 0)
		return why_set(why, rc, "%s: %s", f->name, err_text(rc));
	return 0;
}

static void
print_text(const struct figures *f)
{
	const struct store_fill *fill = &f->fill;
	struct why why;

	printf("%s\n", f->name);
	printf("  %-18s %15" PRIu64 " of %" PRIu64 " bytes, %u%%\n", "used",
	    fill->map_used, fill->map_max, store_fill_map_percent(fill));
	printf("  %-18s %15" PRIu64 " of %" PRIu64 " bytes free, %u%% full\n",
	    "disk", fill->disk_free, fill->disk_size,
	    store_fill_disk_percent(fill));
	printf("  %-18s %15" PRIu32 " of %" PRIu32 "\n", "readers",
	    f->store.readers, f->store.readers_max);
	if (store_fill_warning(fill, f->folder, &why))
		printf("  warning: %s\n", why.text);
	for (unsigned int t = 0; t < f->table_count; t++)
		printf("  %-18s %15" PRIu64 "\n", f->tables[t], f->records[t]);
	if (f->unfinished) {
		char began[CLOCK_TEXT];

		clock_text(f->mark.began, began);
		printf("  unfinished import, begun %s, done up to line "
		       "%" PRIu64 "\n",
		    began, f->mark.line);
	}
}

static void
put_number(struct json_out *j, const char *name, uint64_t v)
{
	json_out_name(j, name);
	json_out_int(j, (int64_t)v);
}

static void
put_json(struct json_out *j, const struct figures *f)
{
	struct why why;

	json_out_name(j, f->name);
	json_out_object(j);
	put_number(j, "bytesUsed", f->fill.map_used);
	put_number(j, "bytesMax", f->fill.map_max);
	put_number(j, "percentUsed", store_fill_map_percent(&f->fill));
	put_number(j, "diskFree", f->fill.disk_free);
	put_number(j, "diskSize", f->fill.disk_size);
	put_number(j, "diskPercentUsed", store_fill_disk_percent(&f->fill));
	put_number(j, "readers", f->store.readers);
	put_number(j, "readersMax", f->store.readers_max);
	if (store_fill_warning(&f->fill, f->folder, &why)) {
		json_out_name(j, "warning");
		json_out_cstr(j, why.text);
	}
	json_out_name(j, "records");
	json_out_object(j);
	for (unsigned int t = 0; t < f->table_count; t++)
		put_number(j, f->tables[t], f->records[t]);
	json_out_object_end(j);
	if (f->unfinished) {
		char began[CLOCK_TEXT];

		clock_text(f->mark.began, began);
		json_out_name(j, "unfinishedImport");
		json_out_object(j);
		json_out_name(j, "began");
		json_out_cstr(j, began);
		put_number(j, "line", f->mark.line);
		json_out_object_end(j);
	}
	json_out_object_end(j);
}

static enum ctl_exit
print_json(const struct figures *directory, const struct figures *vault)
{
	struct json_out j;
	struct buf text;
	int rc;

	buf_init(&text, 64 * 1024);
	json_out_begin(&j, &text);
	json_out_object(&j);
	put_json(&j, directory);
	put_json(&j, vault);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	if (rc == 0)
		printf("%.*s\n", STR_ARG(buf_view(&text)));
	buf_free(&text);
	return rc == 0 ? CTL_OK : ctl_fail("%s", err_text(rc));
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct figures directory, vault;
	struct schema of_directory, of_vault;
	struct why why;

	(void)argc;
	(void)argv;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	schema_directory(&of_directory, &ctl->conf);
	schema_vault(&of_vault, &ctl->conf);
	if (gather(ctl, ctl->directory, &of_directory, &directory, &why) != 0 ||
	    gather(ctl, ctl->vault, &of_vault, &vault, &why) != 0)
		return ctl_fail("%s", why.text);
	if (option_json)
		return print_json(&directory, &vault);
	print_text(&directory);
	print_text(&vault);
	return CTL_OK;
}

static const struct option_spec options[] = {
	{ "json", NULL, &option_json },
	{ NULL, NULL, NULL },
};

const struct command command_stat = {
	.name = "stat",
	.usage = "[--json]",
	.brief = "Shows how full the stores are and what they hold.",
	.text =
	    "For each store the bytes used of map_size, the disk under it, "
	    "the readers there have\nbeen at most at the same time, and the "
	    "number of records of each table. From 80%\non a warning says what "
	    "to do; an unfinished import is named.\n\n"
	    "  --json  the same as one JSON object\n",
	.options = options,
	.run = run,
};
