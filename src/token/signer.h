#ifndef TOKEN_SIGNER_H
#define TOKEN_SIGNER_H

#include <stdint.h>
#include "base/err.h"
#include "store/txn.h"
#include "token/keyset.h"
#include "token/rsa.h"

/*
 * The private signing keys of the hub, parsed, as a process that signs holds
 * them. A key that was published ahead of its use is among them: which one
 * signs is a matter of the time.
 */
struct signer_key {
	char kid[KID_LEN + 1];
	int64_t signs_from; /* seconds since 1970 */
	struct rsa_key *rsa;
};

struct signer {
	struct signer_key key[KEYSET_MAX];
	unsigned int n;
};

/*
 * Reads all private keys of the vault into SIGNER, which is all zeros or was
 * loaded before; on failure it stays as it was. HUB_ENOENT if there is none,
 * HUB_ECORRUPT for one that cannot be parsed or is not the one that its name
 * tells, HUB_ETOOBIG for more than KEYSET_MAX. What was read is cleared in the transaction's arena.
 */
int signer_load(struct signer *signer, struct txn *vault);
void signer_free(struct signer *signer);

/*
 * The key that signs at NOW: of those whose time has come, the one whose time
 * came last; of several of one second the last by name. If no key's time has
 * come, since the clock was set back, the first of them signs. NULL if there is
 * no key.
 */
const struct signer_key *signer_current(
    const struct signer *signer, int64_t now);

#endif
