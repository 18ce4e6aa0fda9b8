#include "hubctl/backup.h"

#include <stdio.h>
#include <unistd.h>
#include "base/json_in.h"
#include "base/json_out.h"

/* Of the manifest and the set of files. */
#define FORMAT 1

static const char *const names[BACKUP_FILES] = {
	[BACKUP_DIRECTORY] = "directory.mdb",
	[BACKUP_VAULT] = "vault.mdb",
	[BACKUP_CONF] = "hub.conf",
};

const char *
backup_name(enum backup_file file)
{
	return names[file];
}

static bool
is_in(const char *folder, const char *name)
{
	char path[CONF_PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

bool
backup_is_in(const char *folder)
{
	return is_in(folder, BACKUP_MANIFEST) && !is_in(folder, "directory") &&
	    !is_in(folder, "vault");
}

static void
put_hex(struct json_out *j, const unsigned char digest[SHA256_LEN])
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * SHA256_LEN];

	for (size_t i = 0; i < SHA256_LEN; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	json_out_str(j, (struct str){ text, sizeof(text) });
}

static void
put_files(struct json_out *j, const struct backup *b)
{
	json_out_name(j, "files");
	json_out_object(j);
	for (int i = 0; i < BACKUP_FILES; i++) {
		json_out_name(j, names[i]);
		json_out_object(j);
		json_out_name(j, "bytes");
		json_out_int(j, (int64_t)b->part[i].bytes);
		json_out_name(j, "sha256");
		put_hex(j, b->part[i].digest);
		json_out_object_end(j);
	}
	json_out_object_end(j);
}

static void
put_counts(
    struct json_out *j, const struct schema *schema, const uint64_t *counts)
{
	json_out_name(j, schema->spec.kind);
	json_out_object(j);
	for (unsigned int t = 0; t < schema->spec.table_count; t++) {
		json_out_name(j, schema->spec.tables[t]);
		json_out_int(j, (int64_t)counts[t]);
	}
	json_out_object_end(j);
}

static void
put_records(struct json_out *j, const struct backup *b)
{
	struct schema schema;
	struct conf conf;

	conf_defaults(&conf);
	json_out_name(j, "records");
	json_out_object(j);
	schema_directory(&schema, &conf);
	put_counts(j, &schema, b->directory);
	schema_vault(&schema, &conf);
	put_counts(j, &schema, b->vault);
	json_out_object_end(j);
}

int
backup_manifest(const struct backup *b, struct arena *arena, struct str *out)
{
	struct json_out j;
	struct buf text;
	int rc;

	buf_init_arena(&text, arena, BACKUP_MANIFEST_MAX);
	json_out_begin(&j, &text);
	json_out_object(&j);
	json_out_name(&j, "format");
	json_out_int(&j, FORMAT);
	json_out_name(&j, "program");
	json_out_cstr(&j, "hubctl " PACKAGE_VERSION);
	json_out_name(&j, "stores");
	json_out_int(&j, SCHEMA_FORMAT);
	json_out_name(&j, "time");
	json_out_cstr(&j, b->time);
	put_files(&j, b);
	put_records(&j, b);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	buf_byte(&text, '\n');
	*out = buf_view(&text);
	return rc != 0 ? rc : buf_error(&text);
}

static bool
take_hex(const struct json *node, unsigned char digest[SHA256_LEN])
{
	struct str text;

	if (!json_string(node, &text) || text.n != 2 * SHA256_LEN)
		return false;
	for (size_t i = 0; i < SHA256_LEN; i++) {
		int high = char_hex(text.p[2 * i]);
		int low = char_hex(text.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static bool
take_files(const struct json *files, struct backup *b)
{
	for (int i = 0; i < BACKUP_FILES; i++) {
		const struct json *file = json_get(files, names[i]);

		if (!json_u64(json_get(file, "bytes"), INT64_MAX,
			&b->part[i].bytes) ||
		    !take_hex(json_get(file, "sha256"), b->part[i].digest))
			return false;
	}
	return true;
}

static int
no_manifest(struct why *why)
{
	return why_set(
	    why, HUB_EINVAL, BACKUP_MANIFEST " is no manifest of a backup");
}

/* That this program knows the format of all that is there. */
static int
check_formats(const struct json *root, struct why *why)
{
	struct str program;
	uint64_t format, stores;

	if (!json_u64(json_get(root, "format"), INT64_MAX, &format) ||
	    !json_u64(json_get(root, "stores"), INT64_MAX, &stores) ||
	    !json_string(json_get(root, "program"), &program) || format == 0)
		return no_manifest(why);
	if (format > FORMAT || stores > SCHEMA_FORMAT)
		return why_set(why, HUB_EVERSION,
		    "%.*s made this backup, in a format that "
		    "hubctl " PACKAGE_VERSION
		    " does not know: use the newer version",
		    (int)(program.n < 60 ? program.n : 60), program.p);
	return 0;
}

int
backup_parse(
    struct backup *b, struct arena *arena, struct str manifest, struct why *why)
{
	const struct json *root;
	struct str time;
	int rc;

	*b = (struct backup){ .time = "" };
	rc = json_parse(arena, manifest, BACKUP_MANIFEST_MAX, &root, why);
	if (rc != 0)
		return no_manifest(why);
	if ((rc = check_formats(root, why)) != 0)
		return rc;
	if (!json_string(json_get(root, "time"), &time) ||
	    time.n >= sizeof(b->time) || !str_is_print(time) ||
	    !take_files(json_get(root, "files"), b))
		return no_manifest(why);
	memcpy(b->time, time.p, time.n);
	return 0;
}
