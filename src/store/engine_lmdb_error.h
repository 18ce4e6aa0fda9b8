#ifndef STORE_ENGINE_LMDB_ERROR_H
#define STORE_ENGINE_LMDB_ERROR_H

#include "store/engine.h"

/*
 * What a result of LMDB means: 0, one of its own numbers or one of errno.h
 * becomes 0 or HUB_E*, and an operator reads what to do about it.
 */

/*
 * For transactions. A failure is logged, with WHAT was done; absence, which is
 * HUB_ENOENT, is none. Called where a transaction fails for good, so a failure
 * is one line.
 */
int engine_result(const struct engine *engine, int rc, const char *what);

/*
 * For what makes, opens or copies: WHY, which may be NULL, has a sentence that
 * names the folder, and nothing is logged.
 */
int engine_explain(const struct engine *engine, int rc, struct why *why);

#endif
