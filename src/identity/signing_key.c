#include "identity/signing_key.h"

#include "base/clock.h"
#include "base/secret.h"
#include "directory/state.h"
#include "store/schema.h"
#include "token/rsa.h"
#include "token/signer.h"

#define KEY_REC_MAX 8192

static int
fill(struct arena *arena, const struct rsa_key *rsa, int64_t created,
    int64_t signs_from, struct signing_key *out)
{
	int rc;

	out->private = (struct private_key_rec){ .created = created,
		.signs_from = signs_from };
	out->public = (struct public_key_rec){ .created = created };
	if ((rc = key_thumbprint(rsa, out->kid)) != 0 ||
	    (rc = rsa_private_der(arena, rsa, &out->private.der)) != 0)
		return rc;
	return rsa_public_der(arena, rsa, &out->public.der);
}

int
signing_key_make(struct arena *arena, struct signing_key *out)
{
	int64_t now = clock_now();
	struct rsa_key *rsa;
	int rc = rsa_generate(&rsa);

	if (rc == 0)
		rc = fill(arena, rsa, now, now, out);
	rsa_free(rsa);
	return rc;
}

/* When the private key of that name was made. */
static int
created_of(struct txn *vault, const char *kid, int64_t *created)
{
	struct private_key_rec rec;
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, str_of(kid));
	if (!txn_get(vault, VAULT_KEY, &key, &bytes))
		return txn_error(vault) != 0 ? txn_error(vault) : HUB_ENOENT;
	rc = private_key_rec_get(bytes, &rec);
	*created = rc == 0 ? rec.created : 0;
	/* The arena's copy of a private key goes at once. */
	secret_clear((void *)(uintptr_t)bytes.p, bytes.n);
	return rc;
}

int
signing_key_find(struct txn *vault, int64_t now, struct signing_key *out)
{
	const struct signer_key *key;
	struct signer signer = { .n = 0 };
	int64_t created = 0;
	int rc = signer_load(&signer, vault);

	if (rc != 0)
		return rc;
	key = signer_current(&signer, now);
	rc = created_of(vault, key->kid, &created);
	if (rc == 0)
		rc = fill(
		    txn_arena(vault), key->rsa, created, key->signs_from, out);
	signer_free(&signer);
	return rc;
}

void
signing_key_put_private(struct txn *vault, const struct signing_key *key)
{
	struct buf bytes;
	struct key k;

	buf_init_arena(&bytes, txn_arena(vault), KEY_REC_MAX);
	/* Room for all at once: growing would leave copies of the key behind. */
	if (buf_space(&bytes, KEY_REC_MAX) != NULL)
		buf_reset(&bytes);
	private_key_rec_put(&bytes, &key->private);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&k, str_of(key->kid));
	txn_put(vault, VAULT_KEY, &k, buf_view(&bytes));
	secret_clear(bytes.p, bytes.n);
}

void
signing_key_put_public(struct txn *directory, const struct signing_key *key)
{
	struct buf bytes;
	struct key k;

	buf_init_arena(&bytes, txn_arena(directory), KEY_REC_MAX);
	public_key_rec_put(&bytes, &key->public);
	if (buf_error(&bytes) != 0)
		txn_fail(directory, buf_error(&bytes));
	key_of(&k, str_of(key->kid));
	txn_put(directory, DIR_KEY, &k, buf_view(&bytes));
	generation_raise(directory);
}
