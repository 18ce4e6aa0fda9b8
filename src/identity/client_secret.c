#include "identity/client_secret.h"

#include "base/secret.h"
#include "store/client_secret_rec.h"
#include "store/schema.h"

#define SECRET_REC_MAX 256

void
client_secret_put(struct txn *vault, struct str client,
    const struct opaque_digest *secret, int64_t now)
{
	const struct client_secret_rec rec = {
		.digest = str_of(secret->text),
		.made = now,
	};
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(vault), SECRET_REC_MAX);
	client_secret_rec_put(&bytes, &rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, client);
	txn_put(vault, VAULT_CLIENT_SECRET, &key, buf_view(&bytes));
}

bool
client_secret_del(struct txn *vault, struct str client)
{
	struct key key;

	key_of(&key, client);
	return txn_del(vault, VAULT_CLIENT_SECRET, &key);
}

bool
client_secret_is(struct txn *vault, struct str client, struct str secret)
{
	/* No secret has this digest; comparing with it takes as long. */
	static const char none[] =
	    "-------------------------------------------";
	struct client_secret_rec rec = { .digest = STR(none) };
	struct opaque_digest digest;
	struct str bytes;
	struct key key;
	bool known;
	int rc;

	key_of(&key, client);
	known = str_is_id(client) &&
	    txn_get(vault, VAULT_CLIENT_SECRET, &key, &bytes);
	if (known && (rc = client_secret_rec_get(bytes, &rec)) != 0) {
		txn_fail(vault, rc);
		return false;
	}
	rc = opaque_digest_any(secret, &digest);
	if (rc != 0) {
		txn_fail(vault, rc);
		return false;
	}
	return secret_eq(rec.digest, str_of(digest.text)) && known;
}
