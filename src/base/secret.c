#include "base/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
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

int
sha256(struct str data, unsigned char digest[SHA256_LEN])
{
	if (EVP_Digest(data.p, data.n, digest, NULL, EVP_sha256(), NULL) != 1)
		return HUB_ECRYPTO;
	return 0;
}
