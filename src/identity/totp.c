#include "identity/totp.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include "base/rand.h"
#include "base/secret.h"

void
totp_make(unsigned char secret[TOTP_SECRET])
{
	rand_bytes(secret, TOTP_SECRET);
}

int
totp_text(struct str secret, char text[TOTP_TEXT])
{
	size_t n = 0;
	char *out = NULL;

	text[0] = '\0';
	if (secret.n != TOTP_SECRET)
		return HUB_EINVAL;
	if (oath_base32_encode(secret.p, secret.n, &out, &n) != OATH_OK)
		return HUB_ENOMEM;
	if (n == TOTP_TEXT - 1)
		memcpy(text, out, n + 1);
	secret_clear(out, n);
	free(out);
	return text[0] != '\0' ? 0 : HUB_EINVAL;
}

int
totp_find(struct str secret, struct str code, int64_t now, uint64_t *step)
{
	uint64_t middle = (uint64_t)now / TOTP_STEP;
	bool found = false;

	*step = 0;
	if (now < TOTP_STEP || secret.n != TOTP_SECRET)
		return HUB_EINVAL;
	if (oath_init() != OATH_OK)
		return HUB_ECRYPTO;
	for (uint64_t s = middle - 1; s <= middle + 1; s++) {
		char right[TOTP_DIGITS + 1];

		if (oath_hotp_generate(secret.p, secret.n, s, TOTP_DIGITS,
			false, OATH_HOTP_DYNAMIC_TRUNCATION, right) != OATH_OK)
			return HUB_ECRYPTO;
		if (secret_eq(code, str_of(right))) {
			*step = s;
			found = true;
		}
		secret_clear(right, sizeof(right));
	}
	return found ? 0 : HUB_EDENIED;
}
