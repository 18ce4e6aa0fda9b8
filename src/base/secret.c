#include "base/secret.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include "base/err.h"

bool
secret_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

void
secret_clear(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

/* Made once a thread: finding the algorithm takes as long as a short digest. */
static _Thread_local EVP_MD_CTX *ctx;

static EVP_MD_CTX *
kept_context(void)
{
	EVP_MD *md;

	if (ctx != NULL)
		return ctx;
	md = EVP_MD_fetch(NULL, "SHA256", NULL);
	ctx = EVP_MD_CTX_new();
	if (ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_MD_free(md);
	return ctx;
}

void
sha256_forget(void)
{
	EVP_MD_CTX_free(ctx);
	ctx = NULL;
}

int
sha256(struct str data, unsigned char digest[SHA256_LEN])
{
	if (kept_context() == NULL ||
	    EVP_DigestInit_ex2(ctx, NULL, NULL) != 1 ||
	    EVP_DigestUpdate(ctx, data.p, data.n) != 1 ||
	    EVP_DigestFinal_ex(ctx, digest, NULL) != 1)
		return HUB_ECRYPTO;
	return 0;
}

int
hmac_sha256(struct str key, struct str message, unsigned char mac[SHA256_LEN])
{
	unsigned int n;

	if (key.n > INT_MAX ||
	    HMAC(EVP_sha256(), key.p, (int)key.n,
		(const unsigned char *)message.p, message.n, mac, &n) == NULL)
		return HUB_ECRYPTO;
	return 0;
}

struct sha256 {
	EVP_MD_CTX *ctx;
	bool failed;
};

struct sha256 *
sha256_begin(void)
{
	struct sha256 *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->ctx = EVP_MD_CTX_new();
	h->failed = h->ctx == NULL ||
	    EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1;
	return h;
}

void
sha256_add(struct sha256 *h, struct str piece)
{
	if (!h->failed && EVP_DigestUpdate(h->ctx, piece.p, piece.n) != 1)
		h->failed = true;
}

int
sha256_end(struct sha256 *h, unsigned char digest[SHA256_LEN])
{
	bool done;

	if (h == NULL)
		return HUB_ECRYPTO;
	done = !h->failed && EVP_DigestFinal_ex(h->ctx, digest, NULL) == 1;
	EVP_MD_CTX_free(h->ctx);
	free(h);
	return done ? 0 : HUB_ECRYPTO;
}
