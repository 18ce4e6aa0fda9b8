#ifndef DIRECTORY_GROUP_H
#define DIRECTORY_GROUP_H

#include "base/json_in.h"
#include "store/group_rec.h"
#include "store/txn.h"

/* Groups with a meaning of their own. */
#define GROUP_CUSTOMER "101"
#define GROUP_RELATIEBEHEERDER "102"
#define GROUP_ORGANISATIEBEHEERDER "103"

/* A group as it comes in, checked. */
struct group {
	struct str id;
	struct group_rec rec;
};

/*
 * From a parsed line; text is in the arena. RENDERS says whether what is stored
 * is made, too. HUB_EINVAL with pointer: reason.
 */
int group_parse(struct arena *arena, const struct json *line, bool renders,
    struct group *out, struct why *why);

/* Makes or replaces it. */
void group_put(struct txn *directory, const struct group *group);

/* Whether an account has it. */
bool group_in_use(struct txn *directory, struct str id);

/* HUB_ECONFLICT, with the reason, while it is in use; 0 if there is none. */
int group_delete(struct txn *directory, struct str id, struct why *why);

bool group_exists(struct txn *directory, struct str id);

/* False if there is no such group: it then gives no permission. */
bool group_get(struct txn *directory, struct str id, struct group_rec *rec);

/* Whether the group id is one that comes only through an account's roles. */
bool group_is_role(struct str id);

#endif
