#ifndef DOSSIER_FIXTURE_H
#define DOSSIER_FIXTURE_H

#include "identity/dossier.h"
#include "signin_fixture.h"

/*
 * The sign-in fixture with a customer "wil" of dossier 10, which is contact
 * c1's, and another organisation "2" with contact c2, whose dossier is 20.
 */
#define WIL "wil@example.nl"

int dossier_setup(void **state);

/* What an employee of organisation 1 sees of c1 and wil. */
struct dossier_seen dossier_see(struct test_hub *hub);

#endif
