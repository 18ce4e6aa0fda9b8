#include "identity/opaque.h"

#include "base/b64.h"
#include "base/err.h"
#include "base/rand.h"
#include "base/secret.h"

#define OPAQUE_BYTES 32

/* 32 bytes as 43 characters and a NUL. */
static void
write_text(char text[OPAQUE_LEN + 1], const unsigned char bytes[OPAQUE_BYTES])
{
	struct buf out = { .p = text, .cap = OPAQUE_LEN, .max = OPAQUE_LEN };

	b64url_put(&out, bytes, OPAQUE_BYTES);
	text[OPAQUE_LEN] = '\0';
}

void
opaque_of(const unsigned char bytes[OPAQUE_BYTES], struct opaque *out)
{
	write_text(out->text, bytes);
}

void
opaque_make(struct opaque *out)
{
	unsigned char bytes[OPAQUE_BYTES];

	rand_bytes(bytes, sizeof(bytes));
	opaque_of(bytes, out);
	secret_clear(bytes, sizeof(bytes));
}

int
opaque_digest_any(struct str text, struct opaque_digest *out)
{
	unsigned char digest[SHA256_LEN];
	int rc = sha256(text, digest);

	out->text[0] = '\0';
	if (rc == 0)
		write_text(out->text, digest);
	return rc;
}

int
opaque_digest_of(struct str text, struct opaque_digest *out)
{
	unsigned char bytes[OPAQUE_BYTES];
	ptrdiff_t n;

	out->text[0] = '\0';
	n = b64url_decode(text, bytes, sizeof(bytes));
	secret_clear(bytes, sizeof(bytes));
	return n == OPAQUE_BYTES ? opaque_digest_any(text, out) : HUB_EINVAL;
}
