#include "identity/second_factor.h"

#include "base/rand.h"
#include "base/secret.h"
#include "directory/group.h"
#include "store/rec_list.h"
#include "store/schema.h"

#define REC_MAX 1024

#define SYMBOLS 16 /* of a code for recovery, five bits each */
#define GROUP 4    /* symbols between two dashes */

/* Crockford's: what looks alike is one symbol, see symbol_of(). */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

bool
second_factor_get(struct txn *vault, struct str account, uint64_t born,
    struct second_factor_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	*rec = (struct second_factor_rec){ 0 };
	key_of(&key, account);
	if (!txn_get(vault, VAULT_SECOND_FACTOR, &key, &bytes))
		return false;
	rc = second_factor_rec_get(bytes, rec);
	if (rc == 0 && !second_factor_is_whole(rec))
		rc = HUB_ECORRUPT;
	if (rc != 0)
		txn_fail(vault, rc);
	if (rc == 0 && rec->born == born)
		return true;
	*rec = (struct second_factor_rec){ 0 };
	return false;
}

void
second_factor_put(
    struct txn *vault, struct str account, const struct second_factor_rec *rec)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(vault), REC_MAX);
	second_factor_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, account);
	txn_put(vault, VAULT_SECOND_FACTOR, &key, buf_view(&bytes));
}

bool
second_factor_del(struct txn *vault, struct str account)
{
	struct key key;

	key_of(&key, account);
	return txn_del(vault, VAULT_SECOND_FACTOR, &key);
}

unsigned int
second_factor_left(const struct second_factor_rec *rec)
{
	struct str rest = rec->recovery, digest;
	unsigned int n = 0;

	while (rec_list_next(&rest, &digest))
		n++;
	return n;
}

bool
second_factor_is_whole(const struct second_factor_rec *rec)
{
	struct str rest = rec->recovery, digest;

	while (rest.n > 0) {
		if (!rec_list_next(&rest, &digest) || digest.n != OPAQUE_LEN)
			return false;
	}
	return rec->secret.n == TOTP_SECRET &&
	    second_factor_left(rec) <= RECOVERY_CODES;
}

bool
second_factor_is_required(
    const struct conf *conf, const struct account_rec *account)
{
	if (conf->second_factor != SECOND_FACTOR_EMPLOYEES)
		return conf->second_factor == SECOND_FACTOR_ALL;
	return rec_list_has(account->groups, STR(GROUP_RELATIEBEHEERDER)) ||
	    rec_list_has(account->groups, STR(GROUP_ORGANISATIEBEHEERDER));
}

static void
make_text(char text[RECOVERY_TEXT])
{
	unsigned char random[SYMBOLS];
	size_t n = 0;

	rand_bytes(random, sizeof(random));
	for (size_t i = 0; i < SYMBOLS; i++) {
		if (i > 0 && i % GROUP == 0)
			text[n++] = '-';
		text[n++] = alphabet[random[i] % (sizeof(alphabet) - 1)];
	}
	text[n] = '\0';
	secret_clear(random, sizeof(random));
}

/* The symbol that a typed character stands for; '\0' for none. */
static char
symbol_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if (c == 'o')
		return '0';
	if (c == 'i' || c == 'l')
		return '1';
	return c != '\0' && strchr(alphabet, c) != NULL ? c : '\0';
}

/*
 * What was typed without blanks and dashes; its length, or 0 if it is longer
 * than any code or holds what none holds.
 */
static size_t
squeeze(struct str typed, char text[SYMBOLS + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < typed.n; i++) {
		char c = typed.p[i];

		if (c == ' ' || c == '-' || c == '\t')
			continue;
		c = symbol_of(c);
		if (c == '\0' || n == SYMBOLS)
			return 0;
		text[n++] = c;
	}
	text[n] = '\0';
	return n;
}

int
recovery_make(struct arena *arena, struct recovery *codes, struct str *digests)
{
	struct buf list;

	buf_init_arena(&list, arena, REC_MAX);
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		struct opaque_digest digest;
		char plain[SYMBOLS + 1];
		int rc;

		make_text(codes->text[i]);
		squeeze(str_of(codes->text[i]), plain);
		rc = opaque_digest_any(str_of(plain), &digest);
		secret_clear(plain, sizeof(plain));
		if (rc != 0)
			return rc;
		rec_put_str(&list, str_of(digest.text));
	}
	*digests = buf_view(&list);
	return buf_error(&list);
}

int
factor_code_read(struct arena *arena, const struct second_factor_rec *rec,
    struct str typed, int64_t now, struct factor_code *code)
{
	char text[SYMBOLS + 1];
	size_t n = squeeze(typed, text);
	int rc = HUB_EDENIED;

	*code = (struct factor_code){
		.recovery = n == SYMBOLS,
		.born = rec->born,
	};
	/* The record's bytes may be those of a look that is over. */
	code->secret = arena_str(arena, rec->secret);
	if (code->secret.p == NULL)
		return HUB_ENOMEM;
	if (n == TOTP_DIGITS) {
		rc = totp_find(rec->secret, str_of(text), now, &code->step);
	} else if (n == SYMBOLS) {
		rc = opaque_digest_any(str_of(text), &code->digest);
		if (rc == 0 &&
		    !rec_list_has(rec->recovery, str_of(code->digest.text)))
			rc = HUB_EDENIED;
	}
	secret_clear(text, sizeof(text));
	return rc;
}

/* False if it is not there. */
static bool
take_recovery(
    struct txn *vault, struct second_factor_rec *rec, struct str digest)
{
	struct str rest = rec->recovery, one;
	bool found = false;
	struct buf left;

	buf_init_arena(&left, txn_arena(vault), REC_MAX);
	while (rec_list_next(&rest, &one)) {
		if (str_eq(one, digest))
			found = true;
		else
			rec_put_str(&left, one);
	}
	if (buf_error(&left) != 0)
		txn_fail(vault, buf_error(&left));
	rec->recovery = buf_view(&left);
	return found;
}

bool
factor_code_use(
    struct txn *vault, struct str account, const struct factor_code *code)
{
	struct second_factor_rec rec;

	if (!second_factor_get(vault, account, code->born, &rec) ||
	    !secret_eq(rec.secret, code->secret))
		return false;
	if (code->recovery) {
		if (!take_recovery(vault, &rec, str_of(code->digest.text)))
			return false;
	} else {
		if (code->step <= rec.last_step)
			return false;
		rec.last_step = code->step;
	}
	second_factor_put(vault, account, &rec);
	return true;
}
