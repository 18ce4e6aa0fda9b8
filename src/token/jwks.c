#include "token/jwks.h"

#include "base/b64.h"
#include "base/err.h"
#include "base/json_out.h"

#define JWKS_MAX (KEYSET_MAX * 1024)

static int
put_number(
    struct json_out *j, struct arena *arena, const char *name, struct str v)
{
	struct buf text;

	buf_init_arena(&text, arena, B64URL_LEN(RSA_SIGNATURE_MAX));
	b64url_put(&text, v.p, v.n);
	json_out_name(j, name);
	json_out_str(j, buf_view(&text));
	return buf_error(&text);
}

static void
put_text(struct json_out *j, const char *name, const char *text)
{
	json_out_name(j, name);
	json_out_cstr(j, text);
}

/* RFC 7518 section 6.3.1; of a public key only those two numbers are known. */
static int
put_key(struct json_out *j, struct arena *arena, const struct keyset_key *key)
{
	struct str n, e;
	int rc = rsa_numbers(arena, key->rsa, &n, &e);

	if (rc != 0)
		return rc;
	json_out_object(j);
	put_text(j, "kty", "RSA");
	put_text(j, "use", "sig");
	put_text(j, "alg", "RS256");
	put_text(j, "kid", key->kid);
	if ((rc = put_number(j, arena, "n", n)) != 0 ||
	    (rc = put_number(j, arena, "e", e)) != 0)
		return rc;
	json_out_object_end(j);
	return 0;
}

int
jwks_render(struct arena *arena, const struct keyset *keys, int64_t now,
    struct str *json)
{
	struct json_out j;
	struct buf out;
	int rc = 0, end;

	*json = STR_NONE;
	buf_init_arena(&out, arena, JWKS_MAX);
	json_out_begin(&j, &out);
	json_out_object(&j);
	json_out_name(&j, "keys");
	json_out_array(&j);
	for (unsigned int i = 0; rc == 0 && i < keys->n; i++) {
		if (keys->key[i].ends == 0 || keys->key[i].ends > now)
			rc = put_key(&j, arena, &keys->key[i]);
	}
	json_out_array_end(&j);
	json_out_object_end(&j);
	end = json_out_end(&j);
	if (rc == 0)
		rc = end;
	if (rc == 0)
		*json = buf_view(&out);
	return rc;
}
