#ifndef IDENTITY_AUDIT_H
#define IDENTITY_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include "store/audit_rec.h"
#include "store/txn.h"

/*
 * Adds one event to the audit log, at this moment. To be called in the vault's
 * transaction that does what is recorded; where only the directory changes,
 * in one of its own right after it.
 */
void audit_put(struct txn *vault, const struct audit_rec *rec);

/* Which event: its key in table audit. */
struct audit_mark {
	uint64_t time;   /* microseconds since 1970 */
	uint32_t number; /* among those of one microsecond */
};

void audit_mark_key(struct key *key, const struct audit_mark *mark);
bool audit_mark_take(struct str *key, struct audit_mark *mark);

/*
 * What an event is about, or who did it: table audit_about leads from it to its
 * events, the newest first.
 */
enum audit_kind {
	AUDIT_ACCOUNT = 'a',
	AUDIT_CONTACT = 'c',
	AUDIT_ORGANIZATION = 'o',
};

struct audit_subject {
	enum audit_kind kind;
	struct str id;
};

#define AUDIT_SUBJECTS 4

struct audit_subjects {
	struct audit_subject at[AUDIT_SUBJECTS];
	unsigned int n;
};

/* Those of an event; none of an unlisted one. */
void audit_subjects(const struct audit_rec *rec, struct audit_subjects *out);

/* The key of that table; MARK NULL: what those of the subject begin with. */
void audit_about_key(struct key *key, struct audit_subject subject,
    const struct audit_mark *mark);
bool audit_about_take(
    struct str key, struct audit_subject *subject, struct audit_mark *mark);

/*
 * The events of one subject or of two, each once, the newest first. The events
 * of all are as old as the retention allows, so a walk costs what it gives.
 */
#define AUDIT_LISTS 2

struct audit_list {
	struct txn *vault;
	unsigned int n;
	struct cursor cursor[AUDIT_LISTS];
	struct audit_mark head[AUDIT_LISTS]; /* not given yet */
	bool any[AUDIT_LISTS];
};

/* BEFORE: the event that the walk goes on behind; NULL: from the newest. */
void audit_list_begin(struct audit_list *list, struct txn *vault,
    const struct audit_subject *subjects, unsigned int n,
    const struct audit_mark *before);

/* Which the next will be; false at the end. */
bool audit_list_peek(const struct audit_list *list, struct audit_mark *mark);

/* The next; false at the end. Text is in the transaction's arena. */
bool audit_list_next(
    struct audit_list *list, struct audit_mark *mark, struct audit_rec *rec);

/* Before the transaction ends. */
void audit_list_end(struct audit_list *list);

/* Where in the log a reader of it is. */
struct audit_place {
	struct key key;
	bool after; /* that event was read already */
};

/* Before the first event of a moment, in microseconds since 1970. */
void audit_place_at(struct audit_place *place, int64_t time_us);

/*
 * Calls FN for up to MOST events from PLACE on, in the order of time, and moves
 * PLACE behind the last: a long log is read in several transactions. False when
 * there are no more.
 */
bool audit_page(struct txn *vault, struct audit_place *place, unsigned int most,
    void (*fn)(void *ctx, int64_t time_us, const struct audit_rec *rec),
    void *ctx);

/* Calls FN for each event in the order of time. FN's false ends it. */
void audit_walk(struct txn *vault,
    bool (*fn)(void *ctx, int64_t time_us, const struct audit_rec *rec),
    void *ctx);

/* Whether there is an event of TIME_US or later. */
bool audit_has_after(struct txn *vault, int64_t time_us);

/* Whether there is an event from before TIME_US (microseconds since 1970). */
bool audit_has_before(struct txn *vault, int64_t time_us);

/* Removes up to MOST of those, the oldest first; gives their number. */
unsigned int audit_expire(
    struct txn *vault, int64_t time_us, unsigned int most);

#endif
