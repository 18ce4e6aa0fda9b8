#include "token/jws.h"

#include "base/b64.h"
#include "base/err.h"
#include "base/json_out.h"
#include "base/secret.h"

/* One check under way. */
struct check {
	struct arena *arena;
	const struct keyset *keys;
	const struct jws_kind *kind;
	const char *reason;
};

struct parts {
	struct str header, payload, signature; /* decoded */
	struct str input; /* what is signed: the first two as they came */
};

static int
put_header(struct buf *out, const struct jws_kind *kind, const char *kid)
{
	struct json_out j;

	json_out_begin(&j, out);
	json_out_object(&j);
	json_out_name(&j, "alg");
	json_out_cstr(&j, "RS256");
	json_out_name(&j, "typ");
	json_out_cstr(&j, kind->typ);
	json_out_name(&j, "kid");
	json_out_cstr(&j, kid);
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
jws_sign(struct arena *arena, const struct signer_key *key,
    const struct jws_kind *kind, struct str payload, struct str *token)
{
	struct buf header, text;
	int rc;

	*token = STR_NONE;
	if (strnlen(key->kid, sizeof(key->kid)) != KID_LEN)
		return HUB_EINVAL;
	buf_init_arena(&header, arena, JWS_MAX);
	buf_init_arena(&text, arena, JWS_MAX);
	rc = put_header(&header, kind, key->kid);
	if (rc != 0)
		return rc;
	b64url_put(&text, header.p, header.n);
	buf_byte(&text, '.');
	b64url_put(&text, payload.p, payload.n);
	rc = put_signature(&text, key->rsa);
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

	if (token.n > JWS_MAX)
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
	int rc = json_parse(c->arena, text, JWS_MAX, out, NULL);

	if (rc == HUB_ENOMEM)
		return no_memory(c);
	return rc == 0 ? 0 : refuse(c, "not strict JSON");
}

/* RFC 7515 section 4.1.9: "application/" may be left out. */
static bool
is_typ(struct str typ, struct str wanted)
{
	const struct str prefix = STR("application/");

	if (typ.n > prefix.n &&
	    str_eq_nocase((struct str){ typ.p, prefix.n }, prefix)) {
		typ.p += prefix.n;
		typ.n -= prefix.n;
	}
	return str_eq_nocase(typ, wanted);
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
	if (!json_string(json_get(header, "typ"), &word) ||
	    !is_typ(word, str_of(c->kind->typ)))
		return refuse(c, c->kind->fault);
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

int
jws_open(struct arena *arena, const struct keyset *keys,
    const struct jws_kind *kind, struct str token, struct jws *out,
    const char **reason)
{
	struct check c = { arena, keys, kind, "" };
	const struct keyset_key *key = NULL;
	struct parts parts;
	int rc;

	rc = split(&c, token, &parts);
	if (rc == 0)
		rc = check_header(&c, parts.header, &key);
	if (rc == 0)
		rc = check_signature(&c, &parts, key);
	if (rc == 0)
		rc = parse(&c, parts.payload, &out->payload);
	if (rc == 0)
		out->key = key;
	else
		*reason = c.reason;
	return rc;
}
