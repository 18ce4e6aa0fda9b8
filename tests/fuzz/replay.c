/*
 * Gives each file of the folders named as arguments to the fuzz target that
 * this is linked with: a corpus becomes a test that needs no fuzzer. Without
 * arguments a program fuzz_NAME takes tests/fuzz/corpus/NAME of $srcdir. What
 * the target finds ends the process, so the file's name is told before.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static unsigned int count, failures;

static void
result(int good, const char *path)
{
	failures += !good;
	printf("%sok %u - %s\n", good ? "" : "not ", ++count, path);
	fflush(stdout);
}

/* Reads into memory of the exact size, so that tools see each byte over it. */
static void
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	long size = -1;

	printf("# %s\n", path);
	fflush(stdout);
	if (f != NULL && fseek(f, 0, SEEK_END) == 0)
		size = ftell(f);
	if (size >= 0)
		data = malloc((size_t)size);
	if (size < 0 || (data == NULL && size > 0) ||
	    fseek(f, 0, SEEK_SET) != 0 ||
	    fread(data, 1, (size_t)size, f) != (size_t)size)
		result(0, path);
	else
		result(LLVMFuzzerTestOneInput(data, (size_t)size) == 0, path);
	free(data);
	if (f != NULL)
		fclose(f);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* In the order of the names; a folder without a file is a failure. */
static void
replay_folder(const char *folder)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_visible, alphasort);
	char path[4096];

	if (n <= 0)
		result(0, folder);
	for (int i = 0; i < n; i++) {
		snprintf(
		    path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		replay_file(path);
		free(entries[i]);
	}
	free(entries);
}

static void
replay_own_corpus(const char *program)
{
	const char *name = strstr(program, "fuzz_");
	const char *srcdir = getenv("srcdir");
	char folder[4096];

	/* The last one: the folder may be called so too. */
	while (name != NULL && strstr(name + 1, "fuzz_") != NULL)
		name = strstr(name + 1, "fuzz_");
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
	    srcdir == NULL ? "." : srcdir,
	    name == NULL ? "" : name + strlen("fuzz_"));
	replay_folder(folder);
}

int
main(int argc, char **argv)
{
	if (argc == 1)
		replay_own_corpus(argv[0]);
	for (int i = 1; i < argc; i++)
		replay_folder(argv[i]);
	printf("1..%u\n", count);
	return failures > 0 || count == 0;
}
