#include "identity/credential.h"

#include "base/json_in.h"
#include "directory/account.h"
#include "directory/account_email.h"
#include "directory/render.h"
#include "identity/device.h"
#include "store/rec.h"
#include "store/schema.h"

#define CREDENTIAL_REC_MAX 1024

bool
credential_get(
    struct txn *vault, struct str account, struct credential_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	*rec = (struct credential_rec){ 0 };
	key_of(&key, account);
	if (!txn_get(vault, VAULT_CREDENTIAL, &key, &bytes))
		return false;
	rc = credential_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(vault, rc);
	return rc == 0;
}

bool
credential_for(struct txn *vault, struct str account, uint64_t born,
    struct credential_rec *rec)
{
	if (credential_get(vault, account, rec) && rec->born == born)
		return true;
	*rec = (struct credential_rec){
		.temporary_serial = rec->temporary_serial,
		.born = born,
	};
	return false;
}

void
credential_put(
    struct txn *vault, struct str account, const struct credential_rec *rec)
{
	struct credential_rec old;
	struct buf bytes;
	struct key key;

	key_of(&key, account);
	/* When and where an earlier account of that id signed in goes too. */
	if (credential_get(vault, account, &old) && old.born != rec->born) {
		txn_del(vault, VAULT_SIGNED_IN, &key);
		device_drop(vault, account);
	}
	buf_init_arena(&bytes, txn_arena(vault), CREDENTIAL_REC_MAX);
	credential_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	txn_put(vault, VAULT_CREDENTIAL, &key, buf_view(&bytes));
}

bool
credential_del(struct txn *vault, struct str account)
{
	struct key key;

	key_of(&key, account);
	txn_del(vault, VAULT_SIGNED_IN, &key);
	device_drop(vault, account);
	return txn_del(vault, VAULT_CREDENTIAL, &key);
}

int64_t
credential_signed_in(struct txn *vault, struct str account)
{
	struct str bytes;
	struct rec_in in;
	struct key key;
	uint64_t when;

	key_of(&key, account);
	if (!txn_get(vault, VAULT_SIGNED_IN, &key, &bytes))
		return 0;
	rec_in_begin(&in, bytes);
	when = rec_u64(&in);
	if (rec_in_end(&in) != 0 || when > INT64_MAX) {
		txn_fail(vault, HUB_ECORRUPT);
		return 0;
	}
	return (int64_t)when;
}

void
credential_note_sign_in(struct txn *vault, struct str account, int64_t now)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(vault), 8);
	rec_put_u64(&bytes, (uint64_t)now);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, account);
	txn_put(vault, VAULT_SIGNED_IN, &key, buf_view(&bytes));
}

void
credential_set_lasting(
    struct credential_rec *rec, const char hash[PASSWORD_HASH], int64_t now)
{
	rec->lasting = str_of(hash);
	rec->lasting_at = now;
	rec->temporary = STR("");
	rec->temporary_until = 0;
	rec->mailed_to = STR("");
}

void
credential_set_temporary(const struct conf *conf, struct credential_rec *rec,
    const char hash[PASSWORD_HASH], int64_t now)
{
	rec->lasting = STR("");
	rec->lasting_at = 0;
	rec->temporary = str_of(hash);
	rec->temporary_until = now + (int64_t)conf->temporary_lifetime;
	rec->temporary_serial++;
	rec->mailed_to = STR("");
}

bool
credential_has_strayed(struct arena *arena, const struct account_rec *account,
    const struct credential_rec *rec)
{
	struct str address;

	return rec->mailed_to.n > 0 &&
	    (account_email(arena, account, &address) != 0 ||
		!str_eq_nocase(rec->mailed_to, address));
}

void
credential_drop_mailed(struct txn *vault, struct str account, uint64_t born)
{
	struct credential_rec rec;

	if (!credential_get(vault, account, &rec) || rec.born != born ||
	    rec.mailed_to.n == 0)
		return;
	rec.temporary = STR("");
	rec.temporary_until = 0;
	rec.temporary_serial++;
	rec.mailed_to = STR("");
	credential_put(vault, account, &rec);
}

/* An end that has passed: the time tells the sweep how old the record is. */
void
credential_set_none(struct credential_rec *rec, int64_t now)
{
	rec->lasting = rec->temporary = STR("");
	rec->lasting_at = 0;
	rec->temporary_until = now;
	rec->temporary_serial++;
	rec->mailed_to = STR("");
}

struct settling {
	struct str account;
	bool pending;   /* as the flag is to be */
	bool always;    /* raise the epoch also if it is so already */
	uint64_t epoch; /* of what is opened from now on; 0: nothing was done */
};

static int
settle(struct txn *directory, void *arg)
{
	struct settling *s = arg;
	struct account_rec rec;
	int rc;

	if (!account_get(directory, s->account, &rec))
		return HUB_ENOENT;
	if (rec.pending == s->pending && !s->always)
		return 0;
	rc = account_revoke(directory, s->account);
	if (rc == 0)
		rc = account_set_pending(directory, s->account, s->pending);
	if (rc == 0 && account_get(directory, s->account, &rec))
		s->epoch = rec.epoch;
	return rc;
}

static int
settle_and_tidy(const struct hub *hub, struct settling *s)
{
	int rc = store_write(hub->directory, hub->arena, settle, s);

	return rc == 0 && s->epoch > 0 ? act_tidy(hub, s->account, s->epoch)
				       : rc;
}

int
credential_settle(const struct hub *hub, struct str account, bool pending)
{
	struct settling s = { .account = account, .pending = pending };

	return settle_and_tidy(hub, &s);
}

struct old {
	struct str account;
	int (*check)(struct txn *directory, void *arg);
	void *arg;
};

static int
end_old(struct txn *directory, void *arg)
{
	const struct old *old = arg;
	int rc = old->check == NULL ? 0 : old->check(directory, old->arg);

	return rc == 0 ? account_revoke(directory, old->account) : rc;
}

int
credential_replace_if(const struct hub *hub, struct str account, bool pending,
    int (*check)(struct txn *directory, void *arg),
    int (*fn)(struct txn *vault, void *arg), void *arg)
{
	struct settling s = { account, pending, .always = true };
	struct old old = { account, check, arg };
	int rc = store_write(hub->directory, hub->arena, end_old, &old);

	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, fn, arg);
	return rc == 0 ? settle_and_tidy(hub, &s) : rc;
}

int
credential_replace(const struct hub *hub, struct str account, bool pending,
    int (*fn)(struct txn *vault, void *arg), void *arg)
{
	return credential_replace_if(hub, account, pending, NULL, fn, arg);
}

int
credential_replace_pending(const struct hub *hub, struct str account,
    int (*fn)(struct txn *vault, void *arg), void *arg)
{
	int rc = store_write(hub->vault, hub->arena, fn, arg);

	return rc == 0 ? credential_settle(hub, account, false) : rc;
}

/* The texts of the account that a password must not be made of. */
static struct str
own_words(struct arena *arena, const struct account_rec *account)
{
	static const char *const names[] = { "email", "firstName", "middleName",
		"lastName" };
	const struct json *record = NULL;
	struct str text;
	struct buf own;

	buf_init_arena(&own, arena, 4096);
	buf_str(&own, account->name);
	if (json_parse(arena, account->source, RENDER_MAX, &record, NULL) != 0)
		return buf_view(&own);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!json_string(json_get(record, names[i]), &text))
			continue;
		buf_byte(&own, ' ');
		buf_str(&own, text);
	}
	return buf_view(&own);
}

int
credential_choose(const struct hub *hub, const struct blocklist *list,
    const struct account_rec *account, struct str typed,
    enum password_fault *fault, char hash[PASSWORD_HASH])
{
	struct str password;
	int rc = password_normalize(hub->arena, typed, &password);

	*fault = PASSWORD_GOOD;
	if (rc == HUB_EINVAL)
		*fault = PASSWORD_UNREADABLE;
	else if (rc == HUB_ETOOBIG)
		*fault = PASSWORD_LONG;
	if (*fault != PASSWORD_GOOD)
		return 0;
	if (rc != 0)
		return rc;
	*fault = password_judge(hub->conf, list, hub->arena, password,
	    own_words(hub->arena, account));
	if (*fault != PASSWORD_GOOD)
		return 0;
	return password_hash(hub->conf, password, hash);
}
