#include "identity/second_factor.h"

#include "base/secret.h"
#include "directory/group.h"
#include "identity/spelled.h"
#include "store/rec_list.h"
#include "store/schema.h"

#define REC_MAX 1024

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

int
recovery_make(struct arena *arena, struct recovery *codes, struct str *digests)
{
	struct buf list;

	buf_init_arena(&list, arena, REC_MAX);
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		struct opaque_digest digest;
		char plain[SPELLED_MAX + 1];
		int rc;

		spelled_make(codes->text[i], RECOVERY_SYMBOLS);
		spelled_read(str_of(codes->text[i]), plain);
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
	char text[SPELLED_MAX + 1];
	size_t n = spelled_read(typed, text);
	int rc = HUB_EDENIED;

	*code = (struct factor_code){
		.recovery = n == RECOVERY_SYMBOLS,
		.born = rec->born,
	};
	/* The record's bytes may be those of a look that is over. */
	code->secret = arena_str(arena, rec->secret);
	if (code->secret.p == NULL)
		return HUB_ENOMEM;
	if (n == TOTP_DIGITS) {
		rc = totp_find(rec->secret, str_of(text), now, &code->step);
	} else if (n == RECOVERY_SYMBOLS) {
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
