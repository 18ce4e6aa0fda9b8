#ifndef DIRECTORY_VERIFY_H
#define DIRECTORY_VERIFY_H

#include "directory/import_mark.h"
#include "store/txn.h"

/*
 * Walks every record of both stores: that it can be read, is what the record
 * that came in renders to, and is whole in the indexes; and every entry of
 * every index: that it leads to a record that claims it.
 *
 * What is compared is read in one look, and a look is the store at one moment:
 * changes made meanwhile are never taken for damage. Looks are short, and none
 * is open while FOUND and PROGRESS run.
 */
struct verify_look;

struct verify {
	struct store *directory, *vault;
	/*
	 * What makes a record of the vault sound, by table: the rules of that
	 * stand above this, see identity/verify_vault.h.
	 */
	void (*const *vault_checks)(struct verify_look *look, struct str value);
	/* KEY is fit to be printed. */
	void (*found)(
	    void *ctx, const char *table, const char *key, const char *reason);
	void (*progress)(
	    void *ctx, uint64_t done, uint64_t total); /* or NULL */
	void *ctx;

	uint64_t records; /* walked, entries of indexes among them */
	uint64_t errors;  /* found */
	/*
	 * While an import is unfinished, what records refer to may still be
	 * to come: it is not looked for.
	 */
	bool unfinished;
	struct import_mark mark;
};

/* 0 when all was walked, whatever was found. */
int verify_run(struct verify *verify, struct why *why);

#endif
