/* Covers: token/jwt.c token/verify.c */
/*
 * Access tokens. Text with a newline is a header and a payload, which the test
 * signs, so that all that stands behind the signature is reached; text without
 * one is a token as it comes, which nobody can have signed.
 */
#include "fuzz.h"

#include <string.h>
#include "base/b64.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/json_in.h"
#include "base/secret.h"
#include "keys.h"
#include "token/cache.h"
#include "token/verify.h"

#define NOW 1800000000
#define TEXT_MAX (2 * JWT_MAX)

/* Two keys: one without an end, one that ends soon. */
static struct verifier verifier;

static void
add_key(const char *text, int64_t ends)
{
	struct keyset_key *key = &verifier.keys.key[verifier.keys.n++];

	key->rsa = test_key(text);
	key->ends = ends;
	FUZZ_HOLDS(key->rsa != NULL);
	FUZZ_HOLDS(key_thumbprint(key->rsa, key->kid) == 0);
}

static void
set_up(void)
{
	if (verifier.cache != NULL)
		return;
	add_key(TEST_KEY_A, 0);
	add_key(TEST_KEY_B, NOW + 100);
	token_domain_of(&verifier.domain, "https://hub.example");
	verifier.cache = token_cache_new(16);
	FUZZ_HOLDS(verifier.cache != NULL);
}

static int
verify(struct arena *arena, struct str token, struct claims *claims,
    const char **reason)
{
	const struct jwt_check check = { .arena = arena,
		.keys = &verifier.keys,
		.domain = &verifier.domain,
		.now = NOW };
	struct claims before;
	int rc;

	memset(claims, 0x5a, sizeof(*claims));
	before = *claims;
	rc = jwt_verify(&check, token, claims, reason);
	FUZZ_HOLDS(rc == 0 || rc == HUB_EDENIED || rc == HUB_EEXPIRED);
	if (rc != 0) {
		FUZZ_HOLDS(memcmp(claims, &before, sizeof(before)) == 0);
		FUZZ_HOLDS((*reason)[0] != '\0');
	}
	return rc;
}

/* HEADER.PAYLOAD.SIGNATURE; without a KEY the signature is all zeros. */
static struct str
token_of(struct arena *arena, struct str header, struct str payload,
    struct rsa_key *key)
{
	unsigned char digest[SHA256_LEN], signature[RSA_SIGNATURE_MAX] = { 0 };
	struct buf out;
	size_t n = 256;

	buf_init_arena(&out, arena, 4 * TEXT_MAX);
	b64url_put(&out, header.p, header.n);
	buf_byte(&out, '.');
	b64url_put(&out, payload.p, payload.n);
	FUZZ_HOLDS(sha256(buf_view(&out), digest) == 0);
	if (key != NULL)
		FUZZ_HOLDS(rsa_sign(key, digest, signature, &n) == 0);
	buf_byte(&out, '.');
	b64url_put(&out, signature, n);
	FUZZ_HOLDS(buf_error(&out) == 0);
	return buf_view(&out);
}

static void
check_id(const char *id, bool required)
{
	size_t n = strnlen(id, CLAIM_ID);

	FUZZ_HOLDS(n < CLAIM_ID);
	FUZZ_HOLDS(n == 0 ? !required : str_is_id((struct str){ id, n }));
}

static void
check_claims(const struct claims *claims)
{
	check_id(claims->sub, true);
	check_id(claims->client_id, true);
	check_id(claims->jti, true);
	check_id(claims->gid, false);
	check_id(claims->sid, false);
	FUZZ_HOLDS(strnlen(claims->scope, CLAIM_SCOPE) < CLAIM_SCOPE);
	FUZZ_HOLDS(str_is_print(str_of(claims->scope)));
	FUZZ_HOLDS(claims->iat >= 0 && claims->iat <= NOW + 60);
	FUZZ_HOLDS(claims->exp > NOW && claims->exp > claims->iat);
	FUZZ_HOLDS(claims->exp - claims->iat <= TOKEN_LIFETIME_MAX);
	FUZZ_HOLDS(claims->user || claims->epoch == 0);
}

/* What the claims do not tell of a payload that was taken. */
static void
check_payload(struct arena *arena, struct str payload)
{
	const struct json *root;
	struct str issuer;
	uint64_t nbf = 0;

	FUZZ_HOLDS(json_parse(arena, payload, JWT_MAX, &root, NULL) == 0);
	FUZZ_HOLDS(json_string(json_get(root, "iss"), &issuer));
	FUZZ_HOLDS(str_eq(issuer, str_of(verifier.domain.issuer)));
	if (json_get(root, "nbf") != NULL)
		FUZZ_HOLDS(json_u64(json_get(root, "nbf"), NOW, &nbf));
}

static void
check_same(const struct claims *a, const struct claims *b)
{
	FUZZ_HOLDS(a->exp == b->exp && a->iat == b->iat);
	FUZZ_HOLDS(a->auth_time == b->auth_time);
	FUZZ_HOLDS(a->epoch == b->epoch && a->user == b->user);
	FUZZ_HOLDS(strcmp(a->sub, b->sub) == 0);
	FUZZ_HOLDS(strcmp(a->client_id, b->client_id) == 0);
	FUZZ_HOLDS(strcmp(a->jti, b->jti) == 0);
	FUZZ_HOLDS(strcmp(a->gid, b->gid) == 0);
	FUZZ_HOLDS(strcmp(a->sid, b->sid) == 0);
	FUZZ_HOLDS(strcmp(a->scope, b->scope) == 0);
}

/* What was taken can be said in a token of ours, and by way of the cache. */
static void
check_taken(struct arena *arena, struct str token, const struct claims *claims)
{
	const struct keyset_key *key = &verifier.keys.key[0];
	struct signer_key signing = { .rsa = key->rsa };
	struct verified found;
	struct claims storage;
	const char *reason;
	struct str ours;

	check_claims(claims);
	for (int i = 0; i < 2; i++) {
		FUZZ_HOLDS(token_verify(&verifier, arena, token, NOW, &storage,
			       &found, &reason) == 0);
		check_same(claims, found.claims);
	}
	memcpy(signing.kid, key->kid, sizeof(signing.kid));
	FUZZ_HOLDS(jwt_sign(arena, &signing, &verifier.domain, STR_NONE, claims,
		       &ours) == 0);
	FUZZ_HOLDS(verify(arena, ours, &storage, &reason) == 0);
	check_same(claims, &storage);
}

/* A signature takes long: only where the header lets it be looked at. */
static void
check_signed(struct arena *arena, struct str header, struct str payload)
{
	struct claims claims;
	const char *reason;
	struct str token = token_of(arena, header, payload, NULL);

	FUZZ_HOLDS(verify(arena, token, &claims, &reason) == HUB_EDENIED);
	for (unsigned int i = 0; i < verifier.keys.n; i++) {
		if (strcmp(reason, "wrong signature") != 0)
			return;
		token =
		    token_of(arena, header, payload, verifier.keys.key[i].rsa);
		if (verify(arena, token, &claims, &reason) != 0)
			continue;
		check_payload(arena, payload);
		check_taken(arena, token, &claims);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str payload = { (const char *)data, size }, header;
	struct arena *arena = arena_new(TEXT_MAX, 1024 * 1024);
	struct claims claims;
	const char *reason;

	set_up();
	if (size <= TEXT_MAX && str_index(payload, '\n') >= 0) {
		str_split(&payload, '\n', &header);
		check_signed(arena, header, payload);
	} else if (size <= TEXT_MAX) {
		FUZZ_HOLDS(verify(arena, payload, &claims, &reason) != 0);
	}
	arena_free(arena);
	return 0;
}
