#ifndef IDENTITY_PAGE_CLIENTS_H
#define IDENTITY_PAGE_CLIENTS_H

#include "identity/act.h"

/* The hub's own pages, as clients of it: employees' and customers'. */
#define CLIENT_BEHEER "beheer"
#define CLIENT_MIJN "mijn"

/*
 * Makes the two clients where they are missing, and gives them the addresses of
 * the configured base URL where they have others; one that is disabled stays so.
 * One that was removed is left alone while its id rests. *CHANGED counts those
 * that were made or changed. HUB_EDENIED, with the sentence, if another client
 * has the name of one: that is left as it is.
 */
int page_clients_make(const struct hub *hub, const struct actor *actor,
    unsigned int *changed, struct why *why);

#endif
