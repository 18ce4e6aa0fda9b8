#ifndef SIGNIN_FIXTURE_H
#define SIGNIN_FIXTURE_H

#include "hub_fixture.h"
#include "identity/credential.h"
#include "identity/enrol.h"
#include "identity/signin.h"
#include "store/session_rec.h"

/*
 * A hub with an account "jan" that has no password yet, an organisation "1",
 * the group 101 and a contact "c1" with dossier 10 there. Hashes cost next to
 * nothing, so that what is tested is not the waiting.
 */
#define JAN "jan@example.nl"
#define ADDRESS "192.0.2.1"
#define GOOD "een fiets zonder bel"
#define BETTER "vier koeien in de regen"

/* For cmocka: *STATE is a struct test_hub. hub_teardown() ends it. */
int signin_setup(void **state);

/*
 * Hashes that were computed, and what is done once while the next one is: this
 * stands in place of libsodium's functions, which do the work.
 */
extern unsigned int signin_computed;
extern void (*signin_meanwhile)(struct test_hub *hub);

/* Who does what is not done by the user. */
extern const struct actor operator_actor;

/* A lasting or a temporary password for jan; the test fails if that fails. */
void give_password(struct test_hub *hub, const char *password);
void give_temporary(
    struct test_hub *hub, char text[PASSWORD_TEMPORARY_LEN + 1]);

/* A try from ADDRESS; IN may be NULL. */
enum signin_result try_signin(struct test_hub *hub, const char *name,
    const char *password, struct signin *in);

/* Brings the change form of this cookie back; IN may be NULL. */
enum change_result try_change(struct test_hub *hub, const struct opaque *form,
    const char *password, struct change *in);

/* jan's credential, and another in its place. */
struct credential_rec credential_of_jan(struct test_hub *hub);
void put_credential_of_jan(
    struct test_hub *hub, const struct credential_rec *rec);

/* The session of a cookie; false if there is none that is alive. */
bool session_of(
    struct test_hub *hub, const struct opaque *cookie, struct session_rec *rec);

/* Whether it lets its browser in: a session of jan's present epoch. */
bool is_signed_in(struct test_hub *hub, const struct opaque *cookie);

/* A grant of jan's at this moment. */
void put_grant_of_jan(struct test_hub *hub, const char *gid);
bool has_grant(struct test_hub *hub, const char *gid);

/* How many events of this name there are, of an account if it is not NULL. */
unsigned int events_of(
    struct test_hub *hub, const char *event, const char *account);

/* Whether TEXT stands anywhere in the audit log. */
bool audit_holds(struct test_hub *hub, const char *text);

#endif
