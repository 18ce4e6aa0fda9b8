#ifndef IDENTITY_SCOPE_H
#define IDENTITY_SCOPE_H

#include <stdbool.h>
#include "base/str.h"

#define SCOPE_READ "hub.read"         /* the customer API */
#define SCOPE_MANAGE "hub.manage"     /* the employees' API */
#define SCOPE_RECORDS "records.write" /* bringing data in */

/* Whether this one word is a scope of the hub. */
bool scope_is_known(struct str word);

/* Whether a client may have it in its own name, without a user. */
bool scope_is_of_client(struct str word);

/* All of them, split at single spaces: for messages. */
const char *scope_names(void);

/* Likewise those that open something: an app need not know of the others. */
const char *scope_offered(void);

#endif
