#include "forge.h"

#include <stdio.h>
#include <string.h>
#include "base/b64.h"
#include "base/err.h"
#include "base/secret.h"
#include "keys.h"
#include "unit.h"

struct keyset keys;
struct rsa_key *ours, *other;
struct signer_key signing;
struct token_domain domain;
char quoted_kid[KID_LEN + 3];

static char good_signature[B64URL_LEN(256)];

static const struct member header_members[] = {
	{ "alg", "\"RS256\"" },
	{ "typ", "\"at+jwt\"" },
	{ "kid", quoted_kid },
	{ NULL, NULL },
};

static const struct member payload_members[] = {
	{ "iss", "\"https://hub.example/identity\"" },
	{ "aud", "\"https://hub.example\"" },
	{ "exp", "1800000900" },
	{ "iat", "1800000000" },
	{ "sub", "\"a1\"" },
	{ "client_id", "\"portal\"" },
	{ "jti", "\"t1\"" },
	{ "epoch", "1" },
	{ NULL, NULL },
};

static struct rsa_key *
public_half(const struct rsa_key *key)
{
	struct rsa_key *half;
	struct str der;

	assert_int_equal(rsa_public_der(arena, key, &der), 0);
	assert_int_equal(rsa_public(&half, der), 0);
	return half;
}

/* MEMBERS with NAME replaced by RAW, left out (RAW NULL) or added. */
struct str
member_with(const struct member *members, const char *name, const char *raw)
{
	struct buf out;
	bool done = name == NULL || raw == NULL;
	char sep = '{';

	buf_init_arena(&out, arena, 1 << 16);
	for (const struct member *m = members; m->name != NULL; m++) {
		bool this = name != NULL && strcmp(m->name, name) == 0;

		if (this && raw == NULL)
			continue;
		buf_printf(
		    &out, "%c\"%s\":%s", sep, m->name, this ? raw : m->raw);
		done = done || this;
		sep = ',';
	}
	if (!done)
		buf_printf(&out, "%c\"%s\":%s", sep, name, raw);
	buf_byte(&out, '}');
	assert_int_equal(buf_error(&out), 0);
	return buf_view(&out);
}

struct str
header_with(const char *name, const char *raw)
{
	return member_with(header_members, name, raw);
}

struct str
payload_with(const char *name, const char *raw)
{
	return member_with(payload_members, name, raw);
}

struct str
input_of(struct str header, struct str payload)
{
	struct buf out;

	buf_init_arena(&out, arena, 1 << 17);
	b64url_put(&out, header.p, header.n);
	buf_byte(&out, '.');
	b64url_put(&out, payload.p, payload.n);
	assert_int_equal(buf_error(&out), 0);
	return buf_view(&out);
}

struct str
seal(struct rsa_key *key, struct str input)
{
	unsigned char digest[SHA256_LEN], signature[RSA_SIGNATURE_MAX];
	struct buf out;
	size_t n;

	assert_int_equal(sha256(input, digest), 0);
	assert_int_equal(rsa_sign(key, digest, signature, &n), 0);
	buf_init_arena(&out, arena, 1 << 17);
	buf_str(&out, input);
	buf_byte(&out, '.');
	b64url_put(&out, signature, n);
	assert_int_equal(buf_error(&out), 0);
	return buf_view(&out);
}

struct str
forge(struct str header, struct str payload)
{
	return seal(ours, input_of(header, payload));
}

struct str
good_header(void)
{
	return header_with(NULL, NULL);
}

struct str
good_payload(void)
{
	return payload_with(NULL, NULL);
}

int
forge_set_up(void **state)
{
	struct str token;

	(void)state;
	arena = arena_new(1 << 16, 1 << 22);
	assert_non_null(arena);
	ours = test_key(TEST_KEY_A);
	other = test_key(TEST_KEY_B);
	assert_non_null(ours);
	assert_non_null(other);
	keys.key[0].rsa = public_half(ours);
	assert_int_equal(key_thumbprint(ours, keys.key[0].kid), 0);
	keys.n = 1;
	signing.rsa = ours;
	memcpy(signing.kid, keys.key[0].kid, sizeof(signing.kid));
	snprintf(quoted_kid, sizeof(quoted_kid), "\"%s\"", keys.key[0].kid);
	token_domain_of(&domain, "https://hub.example");
	token = forge(good_header(), good_payload());
	memcpy(good_signature, token.p + token.n - sizeof(good_signature),
	    sizeof(good_signature));
	return 0;
}

int
forge_tear_down(void **state)
{
	(void)state;
	keyset_free(&keys);
	rsa_free(ours);
	rsa_free(other);
	arena_free(arena);
	return 0;
}

int
forge_each(void **state)
{
	(void)state;
	keys.key[0].ends = 0;
	arena_reset(arena);
	return 0;
}

struct str
with_header(const char *name, const char *raw)
{
	return forge(header_with(name, raw), good_payload());
}

struct str
with_claim(const char *name, const char *raw)
{
	return forge(good_header(), payload_with(name, raw));
}

struct str
text(const char *fmt, struct str a, struct str b)
{
	return str_of(arena_printf(arena, fmt, STR_ARG(a), STR_ARG(b)));
}

struct str
decoded(struct str part)
{
	char *p = arena_alloc(arena, part.n);
	ptrdiff_t n = b64url_decode(part, (unsigned char *)p, part.n);

	assert_true(n >= 0);
	return (struct str){ p, (size_t)n };
}

int
verify(struct str token, struct claims *claims, const char **reason)
{
	const struct jwt_check check = { arena, &keys, &domain, NOW, NULL };

	return jwt_verify(&check, token, claims, reason);
}

int
verify_by(const struct keyset *by, const struct token_domain *in, int64_t now,
    struct str token)
{
	const struct jwt_check check = { arena, by, in, now, NULL };
	struct claims claims;

	return jwt_verify(&check, token, &claims, NULL);
}

void
accepts(struct str token, struct claims *claims)
{
	const char *reason = NULL;
	int rc = verify(token, claims, &reason);

	if (rc != 0)
		fail_msg("refused (%s): %.*s", reason, STR_ARG(token));
}

void
refuses(struct str token, const char *expected)
{
	struct claims claims, before;
	const char *reason = NULL;
	int rc;

	memset(&claims, 0x5a, sizeof(claims));
	before = claims;
	rc = verify(token, &claims, &reason);
	if (rc != HUB_EDENIED || strcmp(reason, expected) != 0)
		fail_msg("%d (%s) instead of '%s': %.*s", rc, reason, expected,
		    STR_ARG(token));
	assert_memory_equal(&claims, &before, sizeof(claims));
}

struct str
unsealed(struct str header)
{
	return text("%.*s.%.*s", input_of(header, good_payload()),
	    (struct str){ good_signature, sizeof(good_signature) });
}

struct str
good_token(void)
{
	return unsealed(good_header());
}

void
refuses_header(struct str header, const char *expected)
{
	refuses(unsealed(header), expected);
}

void
refuses_with(const char *name, const char *raw, const char *expected)
{
	refuses_header(header_with(name, raw), expected);
}
