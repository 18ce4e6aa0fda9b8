#ifndef STORE_REC_LIST_H
#define STORE_REC_LIST_H

#include <stdbool.h>
#include "store/rec.h"

/* A list within a record: texts of rec_put_str() one after the other. */

/* Takes the next text off the front; false at the end, or at damage. */
static inline bool
rec_list_next(struct str *list, struct str *out)
{
	struct rec_in in;

	*out = STR_NONE;
	if (list->n == 0)
		return false;
	rec_in_begin(&in, *list);
	*out = rec_str(&in);
	*list = (struct str){ (const char *)in.p, in.left };
	return !in.bad;
}

static inline bool
rec_list_has(struct str list, struct str wanted)
{
	struct str part;

	while (rec_list_next(&list, &part)) {
		if (str_eq(part, wanted))
			return true;
	}
	return false;
}

#endif
