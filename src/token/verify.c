#include "token/verify.h"

#include "base/err.h"
#include "token/nh.h"

_Static_assert(JWT_MAX <= NH_MAX, "every token can be remembered");

static void
count_in(struct verifier *v, bool hit)
{
	if (v->counters != NULL)
		count(hit ? &v->counters->token_hits
			  : &v->counters->token_misses);
}

int
token_verify(struct verifier *v, struct arena *arena, struct str token,
    int64_t now, struct claims *storage, struct verified *verified,
    const char **reason)
{
	const struct jwt_check check = {
		.arena = arena,
		.keys = &v->keys,
		.domain = &v->domain,
		.now = now,
	};
	const struct claims *known =
	    token_cache_get(v->cache, token, &verified->note);
	int rc;

	verified->claims = NULL;
	count_in(v, known != NULL);
	if (known != NULL && known->exp <= now) {
		if (reason != NULL)
			*reason = "expired";
		return HUB_EEXPIRED;
	}
	if (known == NULL) {
		rc = jwt_verify(&check, token, storage, reason);
		if (rc != 0)
			return rc;
		token_cache_put(v->cache, token, storage);
		known = storage;
	}
	verified->claims = known;
	return 0;
}
