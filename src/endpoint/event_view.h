#ifndef ENDPOINT_EVENT_VIEW_H
#define ENDPOINT_EVENT_VIEW_H

#include "base/csv.h"
#include "base/json_out.h"
#include "endpoint/call.h"
#include "http/param.h"
#include "identity/audit.h"

/*
 * An event of the audit log as employees of an organisation are shown it.
 * Accounts that have nothing to do with the organisation keep their names to
 * themselves, and of addresses that its employees did not come from only a part
 * is told.
 */
struct event_view {
	struct txn *directory;
	struct arena *arena;
	struct str organization;
};

/* As the next value of J; and as a line, below the row of titles. */
void event_put_json(const struct event_view *view, struct json_out *j,
    const struct audit_mark *mark, const struct audit_rec *rec);
void event_put_titles(struct csv *csv);
void event_put_row(const struct event_view *view, struct csv *csv,
    const struct audit_mark *mark, const struct audit_rec *rec);

/* Which events are asked for: parameters of the query. */
struct event_query {
	uint64_t limit;            /* of a page */
	bool begun;                /* behind BEFORE, else from the newest */
	struct audit_mark before;  /* the cursor's or that of "to" */
	uint64_t since;            /* microseconds: no older ones */
	struct str event, account; /* p NULL: all */
};

/*
 * Reads limit and cursor, and with ALL from, to, event and account. False: 400
 * stands in the call's resp.
 */
bool event_query_read(struct call *call, const struct param_list *list,
    bool all, struct event_query *out);

/* Whether what the query asks for by its members is this. */
bool event_query_fits(
    const struct event_query *query, const struct audit_rec *rec);

/* What the next page is asked for with; in the arena. */
struct str event_cursor(struct arena *arena, const struct audit_mark *mark);

/*
 * Answers with a page of the events of the subjects, the newest first, that the
 * query asks for and FITS lets through (with CTX). A page looks at a bounded
 * number of events: where few of them fit it is short, and a cursor follows.
 */
void event_page(struct call *call, const struct event_query *query,
    struct str organization, const struct audit_subject *subjects,
    unsigned int n, bool (*fits)(void *ctx, const struct audit_rec *rec),
    void *ctx);

#endif
