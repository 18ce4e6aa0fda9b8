#ifndef FORGE_H
#define FORGE_H

#include "arena_fixture.h"
#include "token/jwt.h"

/*
 * Forging of access tokens for the tests that refuse them. A forged token
 * carries a right signature wherever the point is something else, so that
 * nothing but the fault under test can be what refuses it.
 */
#define NOW 1800000000

extern struct keyset keys;           /* one key: ours */
extern struct rsa_key *ours;         /* its private half */
extern struct signer_key signing;    /* the same, as jwt_sign() takes it */
extern struct rsa_key *other;        /* nobody knows it */
extern struct token_domain domain;   /* https://hub.example */
extern char quoted_kid[KID_LEN + 3]; /* of our key, as JSON */

/* For cmocka: around all tests, and before each. */
int forge_set_up(void **state);
int forge_tear_down(void **state);
int forge_each(void **state);

/* Formatted text; FMT has two "%.*s". */
struct str text(const char *fmt, struct str a, struct str b);

/* One member of a JSON object; raw is JSON as it shall stand there. */
struct member {
	const char *name, *raw;
};

/*
 * An object of MEMBERS, which a NULL ends, a header or a payload that is good
 * but for the member NAME, which is replaced by the JSON text RAW, left out
 * (RAW NULL) or added.
 */
struct str member_with(
    const struct member *members, const char *name, const char *raw);
struct str header_with(const char *name, const char *raw);
struct str payload_with(const char *name, const char *raw);
struct str good_header(void);
struct str good_payload(void);

/* HEADER and PAYLOAD in base64url with the dot between. */
struct str input_of(struct str header, struct str payload);

/* What a part of a token is in base64url. */
struct str decoded(struct str part);

/* INPUT, a dot and the signature of it by KEY. */
struct str seal(struct rsa_key *key, struct str input);

/* Tokens that our key has signed. */
struct str forge(struct str header, struct str payload);
struct str with_header(const char *name, const char *raw);
struct str with_claim(const char *name, const char *raw);
struct str good_token(void);

/* HEADER and the good payload under the signature of the good token. */
struct str unsealed(struct str header);

/* jwt_verify() with our keys and domain at NOW. */
int verify(struct str token, struct claims *claims, const char **reason);

/* The same with other keys, domain and time, for results only. */
int verify_by(const struct keyset *by, const struct token_domain *in,
    int64_t now, struct str token);

void accepts(struct str token, struct claims *claims);

/* Refused for the expected reason, and no claims are given out. */
void refuses(struct str token, const char *expected);

/*
 * A header is refused before the signature is looked at, as the reason tells;
 * so that of another header will do. Making one takes long under valgrind.
 */
void refuses_header(struct str header, const char *expected);
void refuses_with(const char *name, const char *raw, const char *expected);

#endif
