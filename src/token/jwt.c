#include "token/jwt.h"

#include <stdio.h>
#include "base/conf.h"
#include "base/err.h"
#include "base/json_out.h"
#include "token/acr.h"
#include "token/jws.h"

#define CLOCK_SKEW 60 /* seconds that iat may lie ahead of us */

static const struct jws_kind access_token = { "at+jwt", "type is not at+jwt" };

/* One check under way. */
struct check {
	const struct jwt_check *given;
	const char *reason;
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

static bool
is_right_sub(const struct claims *claims)
{
	struct str sub = str_of(claims->sub);

	if (claims->user)
		return !claims_sub_is_client(sub);
	return claims_sub_is_client(sub) &&
	    str_eq(str_of(claims->sub + sizeof(CLAIM_CLIENT) - 1),
		str_of(claims->client_id));
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
	return is_right_sub(claims) && claims->iat >= 0 &&
	    claims->exp > claims->iat &&
	    claims->exp <= (int64_t)JWS_NUMBER_MAX &&
	    claims->exp - claims->iat <= TOKEN_LIFETIME_MAX &&
	    claims->auth_time >= 0 &&
	    claims->auth_time <= (int64_t)JWS_NUMBER_MAX &&
	    claims->epoch <= JWS_NUMBER_MAX;
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
    struct str audience, const struct claims *claims)
{
	struct json_out j;

	json_out_begin(&j, out);
	json_out_object(&j);
	put_text(&j, "iss", domain->issuer);
	json_out_name(&j, "aud");
	json_out_str(&j, audience);
	put_number(&j, "exp", claims->exp);
	put_number(&j, "iat", claims->iat);
	if (claims->auth_time != 0)
		put_number(&j, "auth_time", claims->auth_time);
	acr_put(&j, claims->methods);
	if (claims->user)
		put_number(&j, "epoch", (int64_t)claims->epoch);
	for (size_t i = 0; i < ID_COUNT; i++)
		put_text(&j, ids[i].name, id_of(claims, i));
	put_text(&j, "scope", claims->scope);
	json_out_object_end(&j);
	return json_out_end(&j);
}

int
jwt_sign(struct arena *arena, const struct signer_key *key,
    const struct token_domain *domain, struct str audience,
    const struct claims *claims, struct str *token)
{
	struct buf payload;
	int rc;

	*token = STR_NONE;
	if (audience.n == 0)
		audience = str_of(domain->audience);
	if (domain->issuer[0] == '\0' || !is_signable(claims))
		return HUB_EINVAL;
	buf_init_arena(&payload, arena, JWT_MAX);
	rc = put_payload(&payload, domain, audience, claims);
	if (rc != 0)
		return rc;
	return jws_sign(arena, key, &access_token, buf_view(&payload), token);
}

static int
refuse(struct check *c, const char *reason)
{
	c->reason = reason;
	return HUB_EDENIED;
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

/* A token for several has no one audience to tell. */
static int
take_audience(struct check *c, const struct json *aud)
{
	struct str audience;

	if (!json_string(aud, &audience) || audience.n == 0)
		return refuse(c, "another audience");
	*c->given->audience = audience;
	return 0;
}

static int
check_parties(struct check *c, const struct json *payload)
{
	const struct token_domain *domain = c->given->domain;
	const struct json *aud = json_get(payload, "aud");
	struct str issuer = str_of(domain->issuer), word;

	/* A domain without a name, see token_domain_of(), takes no token. */
	if (issuer.n == 0 || !json_string(json_get(payload, "iss"), &word) ||
	    !str_eq(word, issuer))
		return refuse(c, "another issuer");
	if (c->given->audience != NULL)
		return take_audience(c, aud);
	if (!names_audience(aud, str_of(domain->audience)))
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

/* One that is not ours says nothing. */
static int
take_acr(struct check *c, const struct json *payload, struct claims *claims)
{
	const struct json *node = json_get(payload, "acr");
	struct str acr;

	if (node == NULL)
		return 0;
	if (!json_string(node, &acr))
		return refuse(c, "bad acr");
	claims->methods = (uint8_t)acr_methods(acr);
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
	if (!json_u64(node, JWS_NUMBER_MAX, &v))
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
	/* Which of the two subjects it has to be, the epoch tells. */
	return is_right_sub(claims) ? 0 : refuse(c, "bad sub");
}

/*
 * The lapsed time comes last: HUB_EEXPIRED tells that all else was right. A
 * token does not outlive its key; with the end in the claims the cache knows
 * it too.
 */
static int
check_times(struct check *c, struct claims *claims, int64_t nbf, int64_t ends)
{
	if (claims->iat > c->given->now + CLOCK_SKEW)
		return refuse(c, "issued in the future");
	if (nbf > c->given->now)
		return refuse(c, "not valid yet");
	if (claims->exp <= claims->iat ||
	    claims->exp - claims->iat > TOKEN_LIFETIME_MAX)
		return refuse(c, "an impossible lifetime");
	if (ends != 0 && claims->exp > ends)
		claims->exp = ends;
	if (claims->exp <= c->given->now) {
		c->reason = "expired";
		return HUB_EEXPIRED;
	}
	return 0;
}

static int
check_claims(struct check *c, const struct jws *jws, struct claims *claims)
{
	int64_t nbf = 0;
	int rc = check_parties(c, jws->payload);

	if (rc == 0)
		rc = take_ids(c, jws->payload, claims);
	if (rc == 0)
		rc = take_scope(c, jws->payload, claims);
	if (rc == 0)
		rc = take_acr(c, jws->payload, claims);
	if (rc == 0)
		rc = take_numbers(c, jws->payload, claims, &nbf);
	if (rc == 0)
		rc = check_times(c, claims, nbf, jws->key->ends);
	return rc;
}

/* Without an audience to tell, the scratch memory goes back. */
int
jwt_verify(const struct jwt_check *check, struct str token,
    struct claims *claims, const char **reason)
{
	struct arena_mark mark = arena_mark(check->arena);
	struct check c = { check, "" };
	struct claims found = { .exp = 0 };
	struct jws jws;
	int rc;

	rc = jws_open(
	    check->arena, check->keys, &access_token, token, &jws, &c.reason);
	if (rc == 0)
		rc = check_claims(&c, &jws, &found);
	if (check->audience == NULL)
		arena_rewind(check->arena, mark);
	else if (rc != 0)
		*check->audience = STR_NONE;
	if (rc == 0)
		*claims = found;
	if (reason != NULL)
		*reason = c.reason;
	return rc;
}
