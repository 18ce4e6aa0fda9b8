#include "hubctl/who.h"

#include "directory/account.h"

int
who_find(
    struct ctl *ctl, const char *name, struct account_rec *rec, struct why *why)
{
	struct txn *txn = store_read_begin(ctl->directory, ctl->arena);
	struct str word = str_of(name);
	bool found = account_by_name(txn, word, rec) ||
	    (str_is_id(word) && account_get(txn, word, rec));
	int rc = store_read_end(txn);

	if (rc != 0)
		return why_set(why, rc, "directory: %s", err_text(rc));
	if (!found)
		return why_set(why, HUB_ENOENT, WHO_UNKNOWN, name);
	return 0;
}
