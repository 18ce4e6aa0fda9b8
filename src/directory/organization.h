#ifndef DIRECTORY_ORGANIZATION_H
#define DIRECTORY_ORGANIZATION_H

#include "base/json_in.h"
#include "store/organization_rec.h"
#include "store/txn.h"

/* An organisation as it comes in, checked. */
struct organization {
	struct str id;
	struct organization_rec rec;
};

/*
 * From a parsed line; text is in the arena. RENDERS says whether what is stored
 * is made, too. HUB_EINVAL with pointer: reason.
 */
int organization_parse(struct arena *arena, const struct json *line,
    bool renders, struct organization *out, struct why *why);

/* Makes or replaces it. */
void organization_put(struct txn *directory, const struct organization *org);

/* False if there is none; damage fails the transaction. */
bool organization_get(
    struct txn *directory, struct str id, struct organization_rec *rec);

/* Whether an account, contact, contract or client refers to it. */
bool organization_in_use(struct txn *directory, struct str id);

/* HUB_ECONFLICT, with the reason, while it is in use; 0 if there is none. */
int organization_delete(struct txn *directory, struct str id, struct why *why);

bool organization_exists(struct txn *directory, struct str id);

#endif
