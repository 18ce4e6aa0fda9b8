#include "identity/code.h"

#include "base/b64.h"
#include "base/secret.h"
#include "identity/expiry.h"
#include "store/schema.h"

#define CODE_REC_MAX 8192

/* A used code is remembered so long, in seconds, to tell a second use. */
#define USED_REST 3600

/* RFC 7636 section 4.1. */
#define VERIFIER_MIN 43
#define VERIFIER_MAX 128

static void
write_record(struct txn *vault, const struct opaque_digest *code,
    const struct code_rec *rec)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(vault), CODE_REC_MAX);
	code_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, str_of(code->text));
	txn_put(vault, VAULT_CODE, &key, buf_view(&bytes));
}

void
code_put(struct txn *vault, const struct opaque_digest *code,
    struct code_rec *rec, int64_t now)
{
	rec->used = false;
	rec->expires = now + CODE_LIFETIME;
	write_record(vault, code, rec);
	expiry_put(vault, code_end(rec), EXPIRY_CODE, str_of(code->text));
}

int64_t
code_end(const struct code_rec *rec)
{
	return rec->expires + USED_REST;
}

/* The record as it is stored, used or not. */
static bool
read_record(struct txn *vault, struct str digest, struct code_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, digest);
	if (!txn_get(vault, VAULT_CODE, &key, &bytes))
		return false;
	rc = code_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(vault, rc);
	return rc == 0;
}

bool
code_expire(struct txn *vault, struct str digest, int64_t now)
{
	struct code_rec rec;
	struct key key;

	if (!read_record(vault, digest, &rec) || now < code_end(&rec))
		return false;
	expiry_del(vault, code_end(&rec), EXPIRY_CODE, digest);
	key_of(&key, digest);
	return txn_del(vault, VAULT_CODE, &key);
}

bool
code_is_challenge(struct str text)
{
	unsigned char digest[SHA256_LEN];

	return b64url_decode(text, digest, sizeof(digest)) == SHA256_LEN;
}

static bool
is_verifier(struct str text)
{
	if (text.n < VERIFIER_MIN || text.n > VERIFIER_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (!char_is_alnum(text.p[i]) &&
		    (text.p[i] == '\0' || strchr("-._~", text.p[i]) == NULL))
			return false;
	}
	return true;
}

/* A verifier where there was no challenge is a downgrade, too. */
static int
check_verifier(struct str challenge, struct str verifier)
{
	unsigned char digest[SHA256_LEN], wanted[SHA256_LEN];
	int rc;

	if (challenge.n == 0)
		return verifier.p == NULL ? 0 : HUB_EDENIED;
	if (!is_verifier(verifier) ||
	    b64url_decode(challenge, wanted, sizeof(wanted)) != SHA256_LEN)
		return HUB_EDENIED;
	rc = sha256(verifier, digest);
	if (rc != 0)
		return rc;
	return secret_eq((struct str){ (const char *)digest, SHA256_LEN },
		   (struct str){ (const char *)wanted, SHA256_LEN })
	    ? 0
	    : HUB_EDENIED;
}

int
code_take(struct txn *vault, const struct opaque_digest *code,
    const struct code_use *use, int64_t now, struct code_rec *rec)
{
	int rc;

	if (!read_record(vault, str_of(code->text), rec))
		return HUB_ENOENT;
	/* Whoever shows it a second time: it was stolen, then or now. */
	if (rec->used)
		return HUB_EEXIST;
	if (now >= rec->expires)
		return HUB_EEXPIRED;
	if (!str_eq(rec->client, use->client) ||
	    !str_eq(rec->redirect_uri, use->redirect_uri))
		return HUB_EDENIED;
	rc = check_verifier(rec->challenge, use->verifier);
	if (rc != 0)
		return rc;
	rec->used = true;
	write_record(vault, code, rec);
	return 0;
}
