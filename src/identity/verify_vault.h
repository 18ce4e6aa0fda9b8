#ifndef IDENTITY_VERIFY_VAULT_H
#define IDENTITY_VERIFY_VAULT_H

#include "directory/verify_check.h"

/*
 * What makes a record of the vault sound, for the tables in their order: that
 * it can be read, that every entry of an index leads to a record that claims
 * it, and that every record stands in the indexes.
 */
extern verify_fn *const verify_vault[];

#endif
