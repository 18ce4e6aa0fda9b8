#include "base/err.h"
#include "identity/audit.h"
#include "store/schema.h"

/* The next entry of one of the lists becomes its head. */
static void
advance(struct audit_list *l, unsigned int i)
{
	struct arena_mark mark = arena_mark(txn_arena(l->vault));
	struct audit_subject subject;
	struct str key, value;

	l->any[i] = txn_cursor_next(&l->cursor[i], &key, &value);
	if (l->any[i] && !audit_about_take(key, &subject, &l->head[i])) {
		txn_fail(l->vault, HUB_ECORRUPT);
		l->any[i] = false;
	}
	arena_rewind(txn_arena(l->vault), mark);
}

void
audit_list_begin(struct audit_list *l, struct txn *vault,
    const struct audit_subject *subjects, unsigned int n,
    const struct audit_mark *before)
{
	struct key prefix, from;

	l->vault = vault;
	l->n = n;
	for (unsigned int i = 0; i < n; i++) {
		audit_about_key(&prefix, subjects[i], NULL);
		audit_about_key(&from, subjects[i], before);
		txn_cursor(&l->cursor[i], vault, VAULT_AUDIT_ABOUT, &prefix,
		    &from, before != NULL);
		advance(l, i);
	}
}

static int
compare(const struct audit_mark *a, const struct audit_mark *b)
{
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

bool
audit_list_peek(const struct audit_list *l, struct audit_mark *out)
{
	bool any = false;

	for (unsigned int i = 0; i < l->n; i++) {
		if (l->any[i] && (!any || compare(&l->head[i], out) > 0)) {
			*out = l->head[i];
			any = true;
		}
	}
	return any;
}

bool
audit_list_next(
    struct audit_list *l, struct audit_mark *mark, struct audit_rec *rec)
{
	struct str bytes;
	struct key key;

	if (!audit_list_peek(l, mark))
		return false;
	for (unsigned int i = 0; i < l->n; i++) {
		if (l->any[i] && compare(&l->head[i], mark) == 0)
			advance(l, i);
	}
	audit_mark_key(&key, mark);
	if (txn_get(l->vault, VAULT_AUDIT, &key, &bytes) &&
	    audit_rec_get(bytes, rec) == 0)
		return true;
	txn_fail(l->vault, HUB_ECORRUPT);
	return false;
}

void
audit_list_end(struct audit_list *l)
{
	for (unsigned int i = 0; i < l->n; i++)
		txn_cursor_close(&l->cursor[i]);
}
