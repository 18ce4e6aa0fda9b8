#ifndef DIRECTORY_RECORD_H
#define DIRECTORY_RECORD_H

#include "directory/account.h"
#include "directory/contact.h"
#include "directory/contract.h"
#include "directory/group.h"
#include "directory/organization.h"

/* One line of an import, of whatever kind; its text is in an arena. */
enum record_kind {
	RECORD_ORGANIZATION,
	RECORD_GROUP,
	RECORD_CONTACT,
	RECORD_ACCOUNT,
	RECORD_CONTRACT,
	RECORD_KINDS,
};

/* "organization", ... as in the member `type`. */
const char *record_kind_name(enum record_kind kind);
bool record_kind_by_name(struct str name, enum record_kind *out);

struct record {
	enum record_kind kind;
	bool deleted;
	struct str id;
	struct version version; /* of a contact or contract */
	union {
		struct organization organization;
		struct group group;
		struct contact_rec contact;
		struct account account;
		struct contract contract;
	} as; /* nothing if deleted */
};

/* Longest line, in bytes. */
#define RECORD_LINE_MAX (1024 * 1024)

/*
 * Parses and checks one line, which lives as long as the record. HUB_E* with
 * "pointer: reason".
 */
int record_parse(
    struct arena *arena, struct str line, struct record *out, struct why *why);

/*
 * The same refusals and references, in less time: OUT is no record to apply.
 */
int record_check(
    struct arena *arena, struct str line, struct record *out, struct why *why);

/*
 * Moves what record_apply() needs of a parsed record into ARENA, so that the
 * memory it was parsed in can be given back; references can be walked no more.
 */
int record_keep(struct arena *arena, struct record *record);

/*
 * Puts it into the directory or takes it away; *DONE is false when its version
 * came too late. HUB_ECONFLICT with the reason.
 */
int record_apply(struct txn *directory, const struct record *record, bool *done,
    struct why *why);

/* Whether there is a record of this kind and id; one taken away is none. */
bool record_exists(struct txn *directory, const struct record *record);

#endif
