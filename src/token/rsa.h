#ifndef TOKEN_RSA_H
#define TOKEN_RSA_H

#include <stddef.h>
#include "base/arena.h"
#include "base/secret.h"
#include "base/str.h"

/*
 * RSASSA-PKCS1-v1_5 with SHA-256 (RS256, RFC 7518 section 3.3) through
 * OpenSSL, and faster where token/rsa_ifma.h can verify. A key is parsed once
 * and keeps its context: parsing a key for each request would cost fifteen
 * times the signature.
 */
#define RSA_KEY_BITS 2048
#define RSA_SIGNATURE_MAX 512 /* bytes; keys up to 4096 bits */

struct rsa_key;

/* A new private key. The caller frees it with rsa_free(). */
int rsa_generate(struct rsa_key **out);

/*
 * From DER: PKCS #8 (private) or SubjectPublicKeyInfo (public). HUB_EINVAL for
 * anything but one RSA key of RSA_KEY_BITS to 8 * RSA_SIGNATURE_MAX bits.
 */
int rsa_private(struct rsa_key **out, struct str der);
int rsa_public(struct rsa_key **out, struct str der);

/* NULL is allowed. */
void rsa_free(struct rsa_key *key);

/*
 * DER in the arena. The private form is cleared at its reset; HUB_EINVAL if
 * the key is a public one.
 */
int rsa_private_der(
    struct arena *arena, const struct rsa_key *key, struct str *der);
int rsa_public_der(
    struct arena *arena, const struct rsa_key *key, struct str *der);

/* Modulus and exponent, big-endian without leading zeros, in the arena. */
int rsa_numbers(struct arena *arena, const struct rsa_key *key, struct str *n,
    struct str *e);

/*
 * Signs a SHA-256 digest; SIGNATURE has room for RSA_SIGNATURE_MAX bytes.
 * HUB_EINVAL if the key is a public one.
 */
int rsa_sign(struct rsa_key *key, const unsigned char digest[SHA256_LEN],
    unsigned char *signature, size_t *n);

/* 0 if it is right, HUB_EDENIED if not, HUB_ECRYPTO if nobody can tell. */
int rsa_verify(struct rsa_key *key, const unsigned char digest[SHA256_LEN],
    struct str signature);

/*
 * The same by OpenSSL alone, as it is for keys and processors that
 * token/rsa_ifma.h does not know; the tests compare the two.
 */
int rsa_verify_openssl(struct rsa_key *key,
    const unsigned char digest[SHA256_LEN], struct str signature);

#endif
