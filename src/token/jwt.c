/*
 * Access tokens: RFC 9068 over JWS compact serialisation (RFC 7515), with the
 * refusals of RFC 8725. Nothing in a token chooses how it is checked: there is
 * one algorithm, the key's name only picks one of our own keys, and parameters
 * that point at keys elsewhere (jku, x5u, jwk, x5c) are not looked at.
 */
#include "token/jwt.h"

#include <stdio.h>
#include "base/b64.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/secret.h"

#define NUMBER_MAX ((1ULL << 53) - 1) /* what every JSON parser can hold */
#define CLOCK_SKEW 60                 /* seconds that iat may lie ahead of us */

/* One check under way. */
struct check {
	struct arena *arena;
	const struct keyset *keys;
	const struct token_domain *domain;
	int64_t now;
	const char *reason;
};

struct parts {
	struct str header, payload, signature; /* decoded */
	struct str input; /* what is signed: the first two as they came */
};

void
token_domain_of(struct token_domain *domain, const char *base_url)
{
	size_t n = strlen(base_url);

	*domain = (struct token_domain){ .issuer = "" };
	if (n >= sizeof(domain->audience))
		return;
	memcpy(domain->audience, base_url, n);
	snprintf(domain->issuer, sizeof(domain->issuer), "%s/identity",
	    domain->audience);
}

/* scope = scope-token *( SP scope-token ), RFC 6749 section 3.3 */
static bool
is_scope(struct str scope)
{
	struct str word;

	if (scope.n >= CLAIM_SCOPE)
		return false;
	while (str_split(&scope, ' ', &word)) {
		if (word.n == 0 || !str_is_print(word) ||
		    str_index(word, '"') >= 0 || str_index(word, '\\') >= 0)
			return false;
	}
	return true;
}

static const struct {
	const char *name;
	bool required;
	size_t offset; /* of CLAIM_ID bytes in struct claims */
	const char *fault;
} ids[] = {
	{ "sub", true, offsetof(struct claims, sub), "bad sub" },
	{ "client_id", true, offsetof(struct claims, client_id),
	    "bad client_id" },
	{ "jti", true, offsetof(struct claims, jti), "bad jti" },
	{ "gid", false, offsetof(struct claims, gid), "bad gid" },
	{ "sid", false, offsetof(struct claims, sid), "bad sid" },
};

#define ID_COUNT (sizeof(ids) / sizeof(ids[0]))

static const char *
id_of(const struct claims *claims, size_t i)
{
	return (const char *)claims + ids[i].offset;
}

/* What jwt_verify() would refuse is not signed either. */
static bool
is_signable(const struct claims *claims)
{
	for (size_t i = 0; i < ID_COUNT; i++) {
		struct str id = { id_of(claims, i), 0 };

		id.n = strnlen(id.p, CLAIM_ID);
		if (id.n == 0 ? ids[i].required : !str_is_id(id))
			return false;
	}
	if (claims->scope[0] != '\0' &&
	    !is_scope((struct str){
		claims->scope, strnlen(claims->scope, CLAIM_SCOPE) }))
		return false;
	return claims->iat >= 0 && claims->exp > claims->iat &&
	    claims->exp <= (int64_t)NUMBER_MAX &&
	    claims->exp - claims->iat <= TOKEN_LIFETIME_MAX &&
	    claims->auth_time >= 0 &&
	    claims->auth_time <= (int64_t)NUMBER_MAX &&
	    claims->epoch <= NUMBER_MAX;
}

static int
put_header(struct buf *out, const char *kid)
{
	struct json_out j;

	json_out_begin(&j, out);
	json_out_object(&j);
	json_out_name(&j, "alg");
	json_out_cstr(&j, "RS256");
	json_out_name(&j, "typ");
	json_out_cstr(&j, "at+jwt");
	json_out_name(&j, "kid");
	json_out_cstr(&j, kid);
	json_out_object_end(&j);
	return json_out_end(&j);
}

static void
put_text(struct json_out *j, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	json_out_name(j, name);
	json_out_cstr(j, text);
}

static void
put_number(struct json_out *j, const char *name, int64_t v)
{
	json_out_name(j, name);
	json_out_int(j, v);
}

static int
put_payload(struct buf *out, const struct token_domain *domain,
    const struct claims *claims)
{
	struct json_out j;

	json_out_begin(&j, out);
	json_out_object(&j);
	put_text(&j, "iss", domain->issuer);
	put_text(&j, "aud", domain->audience);
	put_number(&j, "exp", claims->exp);
	put_number(&j, "iat", claims->iat);
	if (claims->auth_time != 0)
		put_number(&j, "auth_time", claims->auth_time);
	if (claims->user)
		put_number(&j, "epoch", (int64_t)claims->epoch);
	for (size_t i = 0; i < ID_COUNT; i++)
		put_text(&j, ids[i].name, id_of(claims, i));
	put_text(&j, "scope", claims->scope);
	json_out_object_end(&j);
	return json_out_end(&j);
}

static int
put_signature(struct buf *out, struct rsa_key *key)
{
	unsigned char digest[SHA256_LEN], signature[RSA_SIGNATURE_MAX];
	size_t n;
	int rc = buf_error(out);

	if (rc == 0)
		rc = sha256(buf_view(out), digest);
	if (rc == 0)
		rc = rsa_sign(key, digest, signature, &n);
	if (rc != 0)
		return rc;
	buf_byte(out, '.');
	b64url_put(out, signature, n);
	return buf_error(out);
}

int
jwt_sign(struct arena *arena, struct rsa_key *key, const char *kid,
    const struct token_domain *domain, const struct claims *claims,
    struct str *token)
{
	struct buf header, payload, text;
	int rc;

	*token = STR_NONE;
	if (strlen(kid) != KID_LEN || domain->issuer[0] == '\0' ||
	    !is_signable(claims))
		return HUB_EINVAL;
	buf_init_arena(&header, arena, JWT_MAX);
	buf_init_arena(&payload, arena, JWT_MAX);
	buf_init_arena(&text, arena, JWT_MAX);
	rc = put_header(&header, kid);
	if (rc == 0)
		rc = put_payload(&payload, domain, claims);
	if (rc != 0)
		return rc;
	b64url_put(&text, header.p, header.n);
	buf_byte(&text, '.');
	b64url_put(&text, payload.p, payload.n);
	rc = put_signature(&text, key);
	if (rc == 0)
		*token = buf_view(&text);
	return rc;
}

static int
refuse(struct check *c, const char *reason)
{
	c->reason = reason;
	return HUB_EDENIED;
}

static int
no_memory(struct check *c)
{
	c->reason = "out of memory";
	return HUB_ENOMEM;
}

static int
decode(struct check *c, struct str text, struct str *out)
{
	unsigned char *p = arena_alloc(c->arena, text.n);
	ptrdiff_t n;

	if (p == NULL)
		return no_memory(c);
	n = b64url_decode(text, p, text.n);
	if (n < 0)
		return refuse(c, "not canonical base64url");
	*out = (struct str){ (const char *)p, (size_t)n };
	return 0;
}

static int
split(struct check *c, struct str token, struct parts *parts)
{
	struct str rest = token, header, payload, signature;
	int rc;

	if (token.n > JWT_MAX)
		return refuse(c, "too long");
	if (!str_split(&rest, '.', &header) ||
	    !str_split(&rest, '.', &payload) ||
	    !str_split(&rest, '.', &signature) || rest.p != NULL)
		return refuse(c, "not three parts");
	parts->input = (struct str){ token.p, header.n + 1 + payload.n };
	rc = decode(c, header, &parts->header);
	if (rc == 0)
		rc = decode(c, payload, &parts->payload);
	if (rc == 0)
		rc = decode(c, signature, &parts->signature);
	return rc;
}

/* Strict JSON; anything but an object has no members and fails by that. */
static int
parse(struct check *c, struct str text, const struct json **out)
{
	int rc = json_parse(c->arena, text, JWT_MAX, out, NULL);

	if (rc == HUB_ENOMEM)
		return no_memory(c);
	return rc == 0 ? 0 : refuse(c, "not strict JSON");
}

static bool
is_our_type(struct str typ)
{
	return str_eq_nocase(typ, STR("at+jwt")) ||
	    str_eq_nocase(typ, STR("application/at+jwt"));
}

static int
check_header(struct check *c, struct str text, const struct keyset_key **key)
{
	const struct json *header;
	struct str word;
	int rc = parse(c, text, &header);

	if (rc != 0)
		return rc;
	if (!json_string(json_get(header, "alg"), &word) ||
	    !str_eq(word, STR("RS256")))
		return refuse(c, "algorithm is not RS256");
	if (!json_string(json_get(header, "typ"), &word) || !is_our_type(word))
		return refuse(c, "type is not at+jwt");
	/* Each of these would change what the signature means. */
	if (json_get(header, "crit") != NULL ||
	    json_get(header, "b64") != NULL ||
	    json_get(header, "zip") != NULL || json_get(header, "enc") != NULL)
		return refuse(c, "an extension that is not understood");
	if (!json_string(json_get(header, "kid"), &word) ||
	    (*key = keyset_find(c->keys, word)) == NULL)
		return refuse(c, "unknown key");
	return 0;
}

static int
check_signature(
    struct check *c, const struct parts *parts, const struct keyset_key *key)
{
	unsigned char digest[SHA256_LEN];
	int rc = sha256(parts->input, digest);

	if (rc == 0)
		rc = rsa_verify(key->rsa, digest, parts->signature);
	if (rc == HUB_EDENIED)
		return refuse(c, "wrong signature");
	if (rc != 0)
		c->reason = "the signature could not be checked";
	return rc;
}

/* A string, or an array of strings, that is or has the audience. */
static bool
names_audience(const struct json *aud, struct str audience)
{
	struct str word;
	bool found = false;

	if (json_string(aud, &word))
		return str_eq(word, audience);
	if (aud == NULL || aud->type != JSON_ARRAY)
		return false;
	for (const struct json *one = aud->child; one != NULL;
	     one = one->next) {
		if (!json_string(one, &word))
			return false;
		found = found || str_eq(word, audience);
	}
	return found;
}

static int
check_parties(struct check *c, const struct json *payload)
{
	struct str issuer = str_of(c->domain->issuer), word;

	/* A domain without a name, see token_domain_of(), takes no token. */
	if (issuer.n == 0 || !json_string(json_get(payload, "iss"), &word) ||
	    !str_eq(word, issuer))
		return refuse(c, "another issuer");
	if (!names_audience(
		json_get(payload, "aud"), str_of(c->domain->audience)))
		return refuse(c, "another audience");
	return 0;
}

static int
take_ids(struct check *c, const struct json *payload, struct claims *claims)
{
	for (size_t i = 0; i < ID_COUNT; i++) {
		const struct json *node = json_get(payload, ids[i].name);
		struct str id;

		if (node == NULL && !ids[i].required)
			continue;
		if (!json_string(node, &id) || !str_is_id(id))
			return refuse(c, ids[i].fault);
		memcpy((char *)claims + ids[i].offset, id.p, id.n);
	}
	return 0;
}

static int
take_scope(struct check *c, const struct json *payload, struct claims *claims)
{
	const struct json *node = json_get(payload, "scope");
	struct str scope;

	if (node == NULL)
		return 0;
	if (!json_string(node, &scope) || !is_scope(scope))
		return refuse(c, "bad scope");
	memcpy(claims->scope, scope.p, scope.n);
	return 0;
}

/* False if it is there and no plain number, or missing and required. */
static bool
take_number(
    const struct json *payload, const char *name, bool required, int64_t *out)
{
	const struct json *node = json_get(payload, name);
	uint64_t v;

	if (node == NULL)
		return !required;
	if (!json_u64(node, NUMBER_MAX, &v))
		return false;
	*out = (int64_t)v;
	return true;
}

static int
take_numbers(struct check *c, const struct json *payload, struct claims *claims,
    int64_t *nbf)
{
	int64_t epoch = 0;

	if (!take_number(payload, "exp", true, &claims->exp))
		return refuse(c, "bad exp");
	if (!take_number(payload, "iat", true, &claims->iat))
		return refuse(c, "bad iat");
	if (!take_number(payload, "nbf", false, nbf))
		return refuse(c, "bad nbf");
	if (!take_number(payload, "auth_time", false, &claims->auth_time))
		return refuse(c, "bad auth_time");
	if (!take_number(payload, "epoch", false, &epoch))
		return refuse(c, "bad epoch");
	claims->user = json_get(payload, "epoch") != NULL;
	claims->epoch = (uint64_t)epoch;
	return 0;
}

/*
 * The lapsed time comes last: HUB_EEXPIRED tells that all else was right. A
 * token does not outlive its key; with the end in the claims the cache knows
 * it too.
 */
static int
check_times(struct check *c, struct claims *claims, int64_t nbf, int64_t ends)
{
	if (claims->iat > c->now + CLOCK_SKEW)
		return refuse(c, "issued in the future");
	if (nbf > c->now)
		return refuse(c, "not valid yet");
	if (claims->exp <= claims->iat ||
	    claims->exp - claims->iat > TOKEN_LIFETIME_MAX)
		return refuse(c, "an impossible lifetime");
	if (ends != 0 && claims->exp > ends)
		claims->exp = ends;
	if (claims->exp <= c->now) {
		c->reason = "expired";
		return HUB_EEXPIRED;
	}
	return 0;
}

static int
check_claims(struct check *c, struct str text, const struct keyset_key *key,
    struct claims *claims)
{
	const struct json *payload;
	int64_t nbf = 0;
	int rc = parse(c, text, &payload);

	if (rc == 0)
		rc = check_parties(c, payload);
	if (rc == 0)
		rc = take_ids(c, payload, claims);
	if (rc == 0)
		rc = take_scope(c, payload, claims);
	if (rc == 0)
		rc = take_numbers(c, payload, claims, &nbf);
	if (rc == 0)
		rc = check_times(c, claims, nbf, key->ends);
	return rc;
}

int
jwt_verify(struct arena *arena, const struct keyset *keys,
    const struct token_domain *domain, struct str token, int64_t now,
    struct claims *claims, const char **reason)
{
	struct check c = { arena, keys, domain, now, "" };
	struct arena_mark mark = arena_mark(arena);
	const struct keyset_key *key;
	struct claims found = { .exp = 0 };
	struct parts parts;
	int rc;

	rc = split(&c, token, &parts);
	if (rc == 0)
		rc = check_header(&c, parts.header, &key);
	if (rc == 0)
		rc = check_signature(&c, &parts, key);
	if (rc == 0)
		rc = check_claims(&c, parts.payload, key, &found);
	arena_rewind(arena, mark);
	if (rc == 0)
		*claims = found;
	if (reason != NULL)
		*reason = c.reason;
	return rc;
}
