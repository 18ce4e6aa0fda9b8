#ifndef DIRECTORY_STATE_H
#define DIRECTORY_STATE_H

#include <stdint.h>
#include "store/txn.h"

/*
 * The generation moves with every change of signing keys and clients; a
 * worker that sees another number than before loads them again and forgets
 * the tokens it has verified.
 */
uint64_t generation_get(struct txn *directory);
void generation_raise(struct txn *directory);

/*
 * Epochs of new accounts begin above those of all that were ever deleted, so
 * that an id that comes back revives no token.
 */
uint64_t epoch_first(struct txn *directory);
void epoch_bury(struct txn *directory, uint64_t epoch);

/*
 * What is added to every epoch of records that come back from a backup: more
 * than the hub that they are a copy of can have added since.
 */
#define EPOCH_LEAP (UINT64_C(1) << 20)

/* Lets the epochs of new accounts begin that much higher. */
void epoch_leap(struct txn *directory);

#endif
