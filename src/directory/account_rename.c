#include "directory/account_rename.h"

#include "directory/account_draft.h"

static void
set(struct account_draft *draft, const char *name, struct str text)
{
	struct json *member = account_draft_member(draft, name, JSON_STRING);

	if (member == NULL)
		return;
	/* An address that is null so far becomes text. */
	member->type = JSON_STRING;
	member->text = text;
}

int
account_rename(
    struct txn *txn, struct str account, struct str address, struct why *why)
{
	struct account_draft draft;
	int rc = account_draft_begin(&draft, txn, account);

	if (rc != 0)
		return why_set(why, rc, "account %.*s: %s", STR_ARG(account),
		    err_text(rc));
	set(&draft, "name", address);
	set(&draft, "email", address);
	return account_draft_end(&draft, why);
}
