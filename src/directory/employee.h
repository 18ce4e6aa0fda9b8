#ifndef DIRECTORY_EMPLOYEE_H
#define DIRECTORY_EMPLOYEE_H

#include "store/account_rec.h"
#include "base/arena.h"

/*
 * Whose contacts an employee works with: the organisations at which the account
 * has one of the groups 102 and 103 in its roles.
 */
struct employee {
	struct str *organizations; /* in byte order, in the arena */
	size_t n;
};

/* N is 0 for who is none. HUB_ECORRUPT, HUB_ENOMEM. */
int employee_of(struct arena *arena, const struct account_rec *account,
    struct employee *out);

bool employee_is_at(const struct employee *employee, struct str organization);

/*
 * Whether the account is more than the customer of one dossier of the
 * organisation: it has dossiers or belongs elsewhere, or has a role. Then what
 * happens to it is not that organisation's matter alone. HUB_ECORRUPT,
 * HUB_ENOMEM.
 */
int employee_account_is_shared(struct arena *arena,
    const struct account_rec *account, struct str organization, bool *shared);

#endif
