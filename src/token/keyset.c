#include "token/keyset.h"

#include "base/b64.h"
#include "base/buf.h"
#include "store/schema.h"
#include "store/signing_key_rec.h"

/* RFC 7638 section 3: the required members only, by name, without spaces. */
static int
thumbprint(struct arena *arena, const struct rsa_key *key, char *kid)
{
	struct buf name = { .p = kid, .cap = KID_LEN, .max = KID_LEN };
	unsigned char digest[SHA256_LEN];
	struct str n, e;
	struct buf jwk;
	int rc;

	rc = rsa_numbers(arena, key, &n, &e);
	if (rc != 0)
		return rc;
	buf_init_arena(&jwk, arena, 2048);
	BUF_LIT(&jwk, "{\"e\":\"");
	b64url_put(&jwk, e.p, e.n);
	BUF_LIT(&jwk, "\",\"kty\":\"RSA\",\"n\":\"");
	b64url_put(&jwk, n.p, n.n);
	BUF_LIT(&jwk, "\"}");
	rc = buf_error(&jwk);
	if (rc == 0)
		rc = sha256(buf_view(&jwk), digest);
	if (rc != 0)
		return rc;
	b64url_put(&name, digest, sizeof(digest));
	kid[KID_LEN] = '\0';
	return buf_error(&name);
}

int
key_thumbprint(const struct rsa_key *key, char kid[KID_LEN + 1])
{
	struct arena *scratch = arena_new(4096, 8192);
	int rc = HUB_ENOMEM;

	kid[0] = '\0';
	if (scratch != NULL)
		rc = thumbprint(scratch, key, kid);
	arena_free(scratch);
	return rc;
}

int
key_check_name(
    const struct rsa_key *key, struct str stored, char kid[KID_LEN + 1])
{
	struct str name;
	int rc = key_thumbprint(key, kid);

	if (rc != 0)
		return rc;
	if (!key_take_str(&stored, &name) || stored.n != 0 ||
	    !str_eq(name, str_of(kid)))
		return HUB_ECORRUPT;
	return 0;
}

static int
add_key(struct keyset *set, struct str name, struct str value)
{
	struct keyset_key *key = &set->key[set->n];
	struct public_key_rec rec;
	int rc;

	if (set->n == KEYSET_MAX)
		return HUB_ETOOBIG;
	rc = public_key_rec_get(value, &rec);
	if (rc != 0)
		return rc;
	rc = rsa_public(&key->rsa, rec.der);
	/* A stored key that cannot be parsed is damage, not bad input. */
	if (rc != 0)
		return rc == HUB_EINVAL ? HUB_ECORRUPT : rc;
	set->n++;
	key->ends = rec.ends;
	return key_check_name(key->rsa, name, key->kid);
}

int
keyset_load(struct keyset *set, struct txn *directory)
{
	struct keyset fresh = { .n = 0 };
	struct cursor cursor;
	struct str name, value;
	int rc = 0;

	txn_cursor(&cursor, directory, DIR_KEY, NULL, NULL, false);
	while (rc == 0 && txn_cursor_next(&cursor, &name, &value))
		rc = add_key(&fresh, name, value);
	txn_cursor_close(&cursor);
	if (rc == 0)
		rc = txn_error(directory);
	if (rc != 0) {
		keyset_free(&fresh);
		return rc;
	}
	keyset_free(set);
	*set = fresh;
	return 0;
}

void
keyset_free(struct keyset *set)
{
	for (unsigned int i = 0; i < set->n; i++)
		rsa_free(set->key[i].rsa);
	*set = (struct keyset){ .n = 0 };
}

const struct keyset_key *
keyset_find(const struct keyset *set, struct str kid)
{
	for (unsigned int i = 0; i < set->n; i++) {
		if (str_eq(kid, str_of(set->key[i].kid)))
			return &set->key[i];
	}
	return NULL;
}
