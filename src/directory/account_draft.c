#include "directory/account_draft.h"

#include "directory/render.h"

static struct json *
copy(struct txn *txn, const struct json *node)
{
	struct json *out = arena_alloc(txn_arena(txn), sizeof(*out));

	if (out == NULL)
		txn_fail(txn, HUB_ENOMEM);
	else
		*out = *node;
	return out;
}

void
account_draft_own(
    struct account_draft *draft, struct json *parent, struct str left_out)
{
	const struct json *from = parent->child;
	struct json **next = &parent->child;

	parent->count = 0;
	for (; from != NULL; from = from->next) {
		if (left_out.n > 0 && str_eq(from->name, left_out))
			continue;
		if ((*next = copy(draft->txn, from)) == NULL)
			return;
		next = &(*next)->next;
		parent->count++;
	}
	*next = NULL;
}

struct json *
account_draft_append(struct account_draft *draft, struct json *parent,
    enum json_type type, struct str name, struct str text)
{
	const struct json new = { .type = type, .name = name, .text = text };
	struct json **next = &parent->child;

	while (*next != NULL)
		next = &(*next)->next;
	*next = copy(draft->txn, &new);
	parent->count++;
	return *next;
}

struct json *
account_draft_member(
    struct account_draft *draft, const char *name, enum json_type type)
{
	for (struct json *m = draft->root.child; m != NULL; m = m->next) {
		if (str_eq(m->name, str_of(name)))
			return m;
	}
	return account_draft_append(
	    draft, &draft->root, type, str_of(name), STR_NONE);
}

int
account_draft_begin(
    struct account_draft *draft, struct txn *txn, struct str account)
{
	const struct json *root;
	int rc;

	draft->txn = txn;
	if (!account_get(txn, account, &draft->rec))
		return HUB_ENOENT;
	rc = json_parse(
	    txn_arena(txn), draft->rec.source, RENDER_MAX, &root, NULL);
	if (rc != 0)
		return rc == HUB_ENOMEM ? rc : HUB_ECORRUPT;
	draft->root = *root;
	account_draft_own(draft, &draft->root, STR(""));
	return txn_error(txn);
}

int
account_draft_end(struct account_draft *draft, struct why *why)
{
	struct account account;
	int rc = txn_error(draft->txn);

	if (rc == 0)
		rc = account_parse(
		    txn_arena(draft->txn), &draft->root, true, &account, why);
	return rc == 0 ? account_put(draft->txn, &account, why) : rc;
}
