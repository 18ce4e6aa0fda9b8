/*
 * The only file of the token layer that knows OpenSSL, which does all there is
 * but what rsa_ifma.c can verify. A context is set up once for each direction
 * and used again for every signature: what OpenSSL fetches by name (key type,
 * padding, digest) is fetched there and not on the way of a request.
 */
#include "token/rsa.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include "base/err.h"
#include "token/rsa_ifma.h"

struct rsa_key {
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *verify;
	EVP_PKEY_CTX *sign;    /* NULL: a public key */
	struct rsa_ifma *fast; /* NULL: not for this key or processor */
};

/* OpenSSL keeps a queue of its errors, which nobody reads here. */
static int
failed(int err)
{
	ERR_clear_error();
	return err;
}

static EVP_PKEY_CTX *
context_new(EVP_PKEY *pkey, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);

	if (ctx != NULL && init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

/* An RSA key proper (RSA-PSS keys are another type) of a size we allow. */
static bool
is_usable(const EVP_PKEY *pkey)
{
	int bits = EVP_PKEY_get_bits(pkey);

	return EVP_PKEY_is_a(pkey, "RSA") && bits >= RSA_KEY_BITS &&
	    bits <= RSA_SIGNATURE_MAX * 8;
}

static struct rsa_ifma *
fast_of(const EVP_PKEY *pkey)
{
	unsigned char bytes[RSA_IFMA_BYTES];
	struct rsa_ifma *fast = NULL;
	BIGNUM *n = NULL, *e = NULL;

	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	    BN_is_word(e, RSA_F4) &&
	    BN_bn2binpad(n, bytes, sizeof(bytes)) == sizeof(bytes))
		fast = rsa_ifma_new(bytes);
	BN_free(n);
	BN_free(e);
	ERR_clear_error();
	return fast;
}

/* Takes PKEY over, also when it fails. */
static int
wrap(struct rsa_key **out, EVP_PKEY *pkey, bool private)
{
	struct rsa_key *key;

	*out = NULL;
	if (pkey == NULL || !is_usable(pkey)) {
		EVP_PKEY_free(pkey);
		return failed(HUB_EINVAL);
	}
	key = calloc(1, sizeof(*key));
	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return HUB_ENOMEM;
	}
	key->pkey = pkey;
	key->verify = context_new(pkey, EVP_PKEY_verify_init);
	if (private)
		key->sign = context_new(pkey, EVP_PKEY_sign_init);
	if (key->verify == NULL || (private && key->sign == NULL)) {
		rsa_free(key);
		return failed(HUB_ECRYPTO);
	}
	key->fast = fast_of(pkey);
	*out = key;
	return 0;
}

int
rsa_generate(struct rsa_key **out)
{
	EVP_PKEY *pkey = EVP_RSA_gen(RSA_KEY_BITS);

	*out = NULL;
	if (pkey == NULL)
		return failed(HUB_ECRYPTO);
	return wrap(out, pkey, true);
}

int
rsa_private(struct rsa_key **out, struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	PKCS8_PRIV_KEY_INFO *info;
	EVP_PKEY *pkey = NULL;

	*out = NULL;
	if (der.n > INT_MAX)
		return HUB_EINVAL;
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n);
	if (info != NULL && p == (const unsigned char *)der.p + der.n)
		pkey = EVP_PKCS82PKEY(info);
	PKCS8_PRIV_KEY_INFO_free(info);
	return wrap(out, pkey, true);
}

int
rsa_public(struct rsa_key **out, struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	EVP_PKEY *pkey;

	*out = NULL;
	if (der.n > INT_MAX)
		return HUB_EINVAL;
	pkey = d2i_PUBKEY(NULL, &p, (long)der.n);
	if (pkey != NULL && p != (const unsigned char *)der.p + der.n) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return wrap(out, pkey, false);
}

void
rsa_free(struct rsa_key *key)
{
	if (key == NULL)
		return;
	rsa_ifma_free(key->fast);
	EVP_PKEY_CTX_free(key->sign);
	EVP_PKEY_CTX_free(key->verify);
	EVP_PKEY_free(key->pkey);
	free(key);
}

static void
clear_piece(void *p)
{
	struct str *piece = p;

	secret_clear((void *)piece->p, piece->n);
}

/* N bytes that are cleared when the arena is reset. */
static unsigned char *
secret_alloc(struct arena *arena, size_t n)
{
	struct str *piece = arena_alloc(arena, sizeof(*piece));
	unsigned char *p = arena_alloc(arena, n);

	if (piece == NULL || p == NULL)
		return NULL;
	*piece = (struct str){ (const char *)p, n };
	return arena_defer(arena, clear_piece, piece) ? p : NULL;
}

int
rsa_private_der(struct arena *arena, const struct rsa_key *key, struct str *der)
{
	PKCS8_PRIV_KEY_INFO *info;
	unsigned char *p, *end;
	int n, rc = HUB_ECRYPTO;

	*der = STR_NONE;
	if (key->sign == NULL)
		return HUB_EINVAL;
	info = EVP_PKEY2PKCS8(key->pkey);
	if (info == NULL || (n = i2d_PKCS8_PRIV_KEY_INFO(info, NULL)) <= 0)
		goto out;
	rc = HUB_ENOMEM;
	p = end = secret_alloc(arena, (size_t)n);
	if (p == NULL)
		goto out;
	rc = HUB_ECRYPTO;
	if (i2d_PKCS8_PRIV_KEY_INFO(info, &end) != n)
		goto out;
	*der = (struct str){ (const char *)p, (size_t)n };
	rc = 0;
out:
	PKCS8_PRIV_KEY_INFO_free(info);
	return rc == 0 ? 0 : failed(rc);
}

int
rsa_public_der(struct arena *arena, const struct rsa_key *key, struct str *der)
{
	int n = i2d_PUBKEY(key->pkey, NULL);
	unsigned char *p, *end;

	*der = STR_NONE;
	if (n <= 0)
		return failed(HUB_ECRYPTO);
	p = end = arena_alloc(arena, (size_t)n);
	if (p == NULL)
		return HUB_ENOMEM;
	if (i2d_PUBKEY(key->pkey, &end) != n)
		return failed(HUB_ECRYPTO);
	*der = (struct str){ (const char *)p, (size_t)n };
	return 0;
}

static int
number(struct arena *arena, const struct rsa_key *key, const char *name,
    struct str *out)
{
	BIGNUM *bn = NULL;
	unsigned char *p;
	int n;

	*out = STR_NONE;
	if (EVP_PKEY_get_bn_param(key->pkey, name, &bn) != 1)
		return failed(HUB_ECRYPTO);
	n = BN_num_bytes(bn);
	p = arena_alloc(arena, (size_t)n);
	if (p != NULL) {
		BN_bn2bin(bn, p);
		*out = (struct str){ (const char *)p, (size_t)n };
	}
	BN_free(bn);
	return p == NULL ? HUB_ENOMEM : 0;
}

int
rsa_numbers(struct arena *arena, const struct rsa_key *key, struct str *n,
    struct str *e)
{
	int rc = number(arena, key, OSSL_PKEY_PARAM_RSA_N, n);

	*e = STR_NONE;
	return rc != 0 ? rc : number(arena, key, OSSL_PKEY_PARAM_RSA_E, e);
}

int
rsa_sign(struct rsa_key *key, const unsigned char digest[SHA256_LEN],
    unsigned char *signature, size_t *n)
{
	*n = 0;
	if (key->sign == NULL)
		return HUB_EINVAL;
	*n = RSA_SIGNATURE_MAX;
	if (EVP_PKEY_sign(key->sign, signature, n, digest, SHA256_LEN) != 1) {
		*n = 0;
		return failed(HUB_ECRYPTO);
	}
	return 0;
}

int
rsa_verify_openssl(struct rsa_key *key, const unsigned char digest[SHA256_LEN],
    struct str signature)
{
	int rc =
	    EVP_PKEY_verify(key->verify, (const unsigned char *)signature.p,
		signature.n, digest, SHA256_LEN);

	if (rc == 1)
		return 0;
	return failed(rc == 0 ? HUB_EDENIED : HUB_ECRYPTO);
}

/*
 * The fast way has the last word only on what is right: a fault in it must not
 * turn away a right signature. A wrong one costs both ways, a third more than
 * OpenSSL alone.
 */
int
rsa_verify(struct rsa_key *key, const unsigned char digest[SHA256_LEN],
    struct str signature)
{
	if (key->fast != NULL && rsa_ifma_verify(key->fast, digest, signature))
		return 0;
	return rsa_verify_openssl(key, digest, signature);
}
