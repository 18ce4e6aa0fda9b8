#include "token/id_token.h"

#include "base/b64.h"
#include "base/err.h"
#include "base/json_out.h"
#include "base/secret.h"
#include "token/acr.h"
#include "token/jws.h"

static const struct jws_kind id_token = { "JWT", "type is not JWT" };

static bool
is_time(int64_t t)
{
	return t >= 0 && t <= (int64_t)JWS_NUMBER_MAX;
}

static bool
is_account(struct str sub)
{
	return str_is_id(sub) && !claims_sub_is_client(sub);
}

/* What id_token_read() would refuse is not signed either. */
static bool
is_signable(const struct id_token *id)
{
	return is_account(id->sub) && str_is_id(id->client) &&
	    (id->sid.n == 0 || str_is_id(id->sid)) &&
	    id->nonce.n <= ID_TOKEN_NONCE_MAX && is_time(id->iat) &&
	    is_time(id->exp) && is_time(id->auth_time) && id->exp > id->iat;
}

static void
put_text(struct json_out *j, const char *name, struct str text)
{
	if (text.n == 0)
		return;
	json_out_name(j, name);
	json_out_str(j, text);
}

static void
put_number(struct json_out *j, const char *name, int64_t v)
{
	json_out_name(j, name);
	json_out_int(j, v);
}

/* Section 3.1.3.6: the left half of the hash that the algorithm uses. */
static int
access_token_hash(struct arena *arena, struct str token, struct str *text)
{
	unsigned char digest[SHA256_LEN];
	struct buf out;
	int rc;

	*text = STR_NONE;
	if (token.n == 0)
		return 0;
	if ((rc = sha256(token, digest)) != 0)
		return rc;
	buf_init_arena(&out, arena, B64URL_LEN(SHA256_LEN / 2));
	b64url_put(&out, digest, SHA256_LEN / 2);
	*text = buf_view(&out);
	return buf_error(&out);
}

static int
put_payload(struct buf *out, const struct token_domain *domain,
    const struct id_token *id, struct str at_hash)
{
	struct json_out j;

	json_out_begin(&j, out);
	json_out_object(&j);
	put_text(&j, "iss", str_of(domain->issuer));
	put_text(&j, "sub", id->sub);
	put_text(&j, "aud", id->client);
	put_number(&j, "exp", id->exp);
	put_number(&j, "iat", id->iat);
	put_number(&j, "auth_time", id->auth_time);
	acr_put(&j, id->methods);
	amr_put(&j, id->methods);
	put_text(&j, "nonce", id->nonce);
	put_text(&j, "at_hash", at_hash);
	put_text(&j, "sid", id->sid);
	json_out_object_end(&j);
	return json_out_end(&j);
}

int
id_token_sign(struct arena *arena, const struct signer_key *key,
    const struct token_domain *domain, const struct id_token *id,
    struct str *token)
{
	struct str at_hash;
	struct buf payload;
	int rc;

	*token = STR_NONE;
	if (domain->issuer[0] == '\0' || !is_signable(id))
		return HUB_EINVAL;
	rc = access_token_hash(arena, id->access_token, &at_hash);
	if (rc != 0)
		return rc;
	buf_init_arena(&payload, arena, JWS_MAX);
	rc = put_payload(&payload, domain, id, at_hash);
	if (rc != 0)
		return rc;
	return jws_sign(arena, key, &id_token, buf_view(&payload), token);
}

/* False if it is there and no string. */
static bool
take_text(const struct json *payload, const char *name, struct str *out)
{
	const struct json *node = json_get(payload, name);

	return node == NULL || json_string(node, out);
}

static bool
take_time(const struct json *payload, const char *name, int64_t *out)
{
	uint64_t v;

	if (!json_u64(json_get(payload, name), JWS_NUMBER_MAX, &v))
		return false;
	*out = (int64_t)v;
	return true;
}

static bool
take(const struct json *payload, const struct token_domain *domain,
    struct id_token *id)
{
	struct str issuer = STR_NONE;

	return take_text(payload, "iss", &issuer) && issuer.n > 0 &&
	    str_eq(issuer, str_of(domain->issuer)) &&
	    take_text(payload, "sub", &id->sub) &&
	    take_text(payload, "aud", &id->client) &&
	    take_text(payload, "sid", &id->sid) &&
	    take_text(payload, "nonce", &id->nonce) &&
	    take_time(payload, "iat", &id->iat) &&
	    take_time(payload, "exp", &id->exp) &&
	    take_time(payload, "auth_time", &id->auth_time) && is_signable(id);
}

int
id_token_read(struct arena *arena, const struct keyset *keys,
    const struct token_domain *domain, struct str token, struct id_token *id)
{
	struct id_token found = { .sub = STR_NONE };
	const char *reason;
	struct jws jws;
	int rc = jws_open(arena, keys, &id_token, token, &jws, &reason);

	if (rc != 0)
		return rc;
	if (!take(jws.payload, domain, &found))
		return HUB_EDENIED;
	*id = found;
	return 0;
}
