#include "identity/proven.h"

#include "directory/account_email.h"
#include "directory/username.h"
#include "store/proven_rec.h"
#include "store/schema.h"

#define PROVEN_REC_MAX 512

bool
proven_is(struct txn *vault, const struct account_rec *account)
{
	struct str bytes, address;
	struct proven_rec rec;
	struct key key;
	int rc;

	key_of(&key, account->id);
	if (!txn_get(vault, VAULT_PROVEN, &key, &bytes))
		return false;
	rc = proven_rec_get(bytes, &rec);
	if (rc == 0)
		rc = account_email(txn_arena(vault), account, &address);
	if (rc != 0) {
		txn_fail(vault, rc);
		return false;
	}
	address = username_fold(txn_arena(vault), address);
	return rec.born == account->born && address.n > 0 &&
	    str_eq(rec.address, address);
}

void
proven_put(struct txn *vault, const struct account_rec *account,
    struct str address, int64_t now)
{
	struct proven_rec rec = { .born = account->born, .at = now };
	struct buf bytes;
	struct key key;

	rec.address = username_fold(txn_arena(vault), address);
	if (rec.address.n == 0)
		txn_fail(vault, HUB_ENOMEM);
	buf_init_arena(&bytes, txn_arena(vault), PROVEN_REC_MAX);
	proven_rec_put(&bytes, &rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, account->id);
	txn_put(vault, VAULT_PROVEN, &key, buf_view(&bytes));
}

bool
proven_del(struct txn *vault, struct str account)
{
	struct key key;

	key_of(&key, account);
	return txn_del(vault, VAULT_PROVEN, &key);
}
