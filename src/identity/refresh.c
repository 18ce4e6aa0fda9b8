#include "identity/refresh.h"

#include "base/b64.h"
#include "base/rand.h"
#include "base/secret.h"

static bool
is_handle(struct str text)
{
	unsigned char bytes[16];

	return b64url_decode(text, bytes, sizeof(bytes)) == sizeof(bytes);
}

void
refresh_make(struct refresh *out)
{
	char handle[RAND_ID];
	struct opaque secret;

	rand_id(handle);
	opaque_make(&secret);
	memcpy(out->text, handle, REFRESH_HANDLE_LEN);
	memcpy(out->text + REFRESH_HANDLE_LEN, secret.text, OPAQUE_LEN + 1);
	secret_clear(&secret, sizeof(secret));
}

int
refresh_digests_of(struct str text, struct refresh_digests *out)
{
	struct str handle = { text.p, REFRESH_HANDLE_LEN }, secret;
	struct opaque_digest unused;
	int rc;

	if (text.n != REFRESH_LEN || !is_handle(handle))
		return HUB_EINVAL;
	secret = (struct str){ text.p + REFRESH_HANDLE_LEN, OPAQUE_LEN };
	if ((rc = opaque_digest_of(secret, &unused)) != 0 ||
	    (rc = opaque_digest_any(handle, &out->handle)) != 0)
		return rc;
	return opaque_digest_any(text, &out->token);
}

int
refresh_next(struct str token, struct str seed, struct refresh *out)
{
	unsigned char mac[SHA256_LEN];
	struct opaque secret;
	int rc;

	if (token.n != REFRESH_LEN || seed.n != REFRESH_SEED)
		return HUB_EINVAL;
	rc = hmac_sha256(token, seed, mac);
	if (rc != 0)
		return rc;
	opaque_of(mac, &secret);
	memcpy(out->text, token.p, REFRESH_HANDLE_LEN);
	memcpy(out->text + REFRESH_HANDLE_LEN, secret.text, OPAQUE_LEN + 1);
	secret_clear(mac, sizeof(mac));
	secret_clear(&secret, sizeof(secret));
	return 0;
}
