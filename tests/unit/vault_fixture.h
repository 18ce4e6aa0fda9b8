#ifndef VAULT_FIXTURE_H
#define VAULT_FIXTURE_H

#include "hub_fixture.h"
#include "identity/grant.h"
#include "identity/opaque.h"
#include "identity/session.h"

/* When everything in these tests begins. */
#define T0 1800000000

/* As hub_setup(), with organisation "1" and account "a" of it. */
int vault_setup(void **state);

/* A session of account A that began at WHEN; its cookie. */
struct opaque vault_session(
    struct test_hub *hub, const char *account, const char *sid, int64_t when);

/* A grant of client C that began in a session at WHEN; its first token. */
struct refresh vault_grant(struct test_hub *hub, const char *account,
    const char *client, const char *gid, const char *sid, int64_t when);

/* N of them in one transaction; each gid is PREFIX and a number from 0 on. */
void vault_grants(struct test_hub *hub, const char *account, const char *client,
    const char *prefix, const char *sid, unsigned int n);

/* The same of sessions. */
void vault_sessions(struct test_hub *hub, const char *account,
    const char *prefix, unsigned int n);

/* A code for a grant, issued at WHEN to client "app" for URI "https://a/". */
struct opaque vault_code(
    struct test_hub *hub, const char *gid, const char *challenge, int64_t when);

/* A refresh by CLIENT at NOW with the seed's bytes all SEED. */
int vault_refresh(struct test_hub *hub, const char *token, const char *client,
    unsigned char seed, int64_t now, struct refresh *next);

bool vault_has_session(
    struct test_hub *hub, const struct opaque *cookie, int64_t now);
bool vault_has_grant(struct test_hub *hub, const char *gid);
bool vault_is_revoked(struct test_hub *hub, char kind, const char *id);
uint64_t vault_count(struct test_hub *hub, unsigned int table);

/* How many records and entries of indexes the vault has but for the log. */
uint64_t vault_size(struct test_hub *hub);

/* How often the event stands in the audit log. */
unsigned int vault_events(struct test_hub *hub, const char *event);

/* Fails unless hubctl verify would find nothing. */
void vault_verify(struct test_hub *hub);

struct opaque_digest digest_of(const struct opaque *secret);

#endif
