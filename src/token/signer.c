#include "token/signer.h"

#include "base/secret.h"
#include "store/schema.h"
#include "store/signing_key_rec.h"

static int
add_key(struct signer *signer, struct str name, struct str value)
{
	struct signer_key *key = &signer->key[signer->n];
	struct private_key_rec rec;
	int rc;

	if (signer->n == KEYSET_MAX)
		return HUB_ETOOBIG;
	rc = private_key_rec_get(value, &rec);
	if (rc != 0)
		return rc;
	rc = rsa_private(&key->rsa, rec.der);
	/* A stored key that cannot be parsed is damage, not bad input. */
	if (rc != 0)
		return rc == HUB_EINVAL ? HUB_ECORRUPT : rc;
	signer->n++;
	key->signs_from = rec.signs_from;
	return key_check_name(key->rsa, name, key->kid);
}

int
signer_load(struct signer *signer, struct txn *vault)
{
	struct signer fresh = { .n = 0 };
	struct cursor cursor;
	struct str name, value;
	int rc = 0;

	txn_cursor(&cursor, vault, VAULT_KEY, NULL, NULL, false);
	while (rc == 0 && txn_cursor_next(&cursor, &name, &value)) {
		rc = add_key(&fresh, name, value);
		/* The arena's copy of a private key goes at once. */
		secret_clear((void *)(uintptr_t)value.p, value.n);
	}
	txn_cursor_close(&cursor);
	if (rc == 0)
		rc = txn_error(vault);
	if (rc == 0 && fresh.n == 0)
		rc = HUB_ENOENT;
	if (rc != 0) {
		signer_free(&fresh);
		return rc;
	}
	signer_free(signer);
	*signer = fresh;
	return 0;
}

void
signer_free(struct signer *signer)
{
	for (unsigned int i = 0; i < signer->n; i++)
		rsa_free(signer->key[i].rsa);
	*signer = (struct signer){ .n = 0 };
}

/*
 * Keys are in the order of their names, which decides between two of the same
 * second: whoever asks comes to the same.
 */
const struct signer_key *
signer_current(const struct signer *signer, int64_t now)
{
	const struct signer_key *current = NULL, *first = NULL;

	for (unsigned int i = 0; i < signer->n; i++) {
		const struct signer_key *key = &signer->key[i];

		if (first == NULL || key->signs_from < first->signs_from)
			first = key;
		if (key->signs_from <= now &&
		    (current == NULL || key->signs_from >= current->signs_from))
			current = key;
	}
	return current != NULL ? current : first;
}
