#ifndef DIRECTORY_EMPLOYEE_H
#define DIRECTORY_EMPLOYEE_H

#include "base/arena.h"
#include "base/json_in.h"
#include "store/account_rec.h"
#include "store/txn.h"

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
 * The groups of an account at an organisation, an array of texts; NULL: it is no
 * employee there. Who has none left is one still. HUB_ECORRUPT, HUB_ENOMEM.
 */
int employee_roles(struct arena *arena, const struct account_rec *account,
    struct str organization, const struct json **roles);

/* ROLES may be NULL. */
bool employee_has_role(const struct json *roles, struct str group);

/*
 * The employee after the account id AFTER ("": the first) of an organisation, in
 * the order of the ids; false after the last.
 */
bool employee_next(struct txn *directory, struct str organization,
    struct str after, struct account_rec *rec);

/* The organisations that an account's roles name: a list of rec_list.h. */
int employee_employers(
    struct arena *arena, const struct account_rec *account, struct str *list);

/*
 * Whether the account is more than an employee, and perhaps a customer, of the
 * organisation: it belongs elsewhere, or has a group that it did not get there.
 */
int employee_is_shared(struct arena *arena, const struct account_rec *account,
    struct str organization, bool *shared);

/*
 * Whether the account is more than the customer of one dossier of the
 * organisation: it has dossiers or belongs elsewhere, or has a role. Then what
 * happens to it is not that organisation's matter alone. HUB_ECORRUPT,
 * HUB_ENOMEM.
 */
int employee_account_is_shared(struct arena *arena,
    const struct account_rec *account, struct str organization, bool *shared);

#endif
