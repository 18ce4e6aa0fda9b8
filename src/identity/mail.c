#include "identity/mail.h"

#include "identity/audit.h"
#include "store/schema.h"

#define MAIL_REC_MAX 1024
#define FAULT_MAX 300

/* Seconds. */
#define RETRY_FIRST 60
#define RETRY_MOST (6 * 3600)
#define AHEAD 3
#define MARGIN 10         /* of a try, to what the server has for it */
#define KEPT (30 * 86400) /* of one that was given up */

static const char *const template_names[MAIL_TEMPLATES] = {
	[MAIL_WELCOME] = "welcome",
	[MAIL_RESET] = "reset",
	[MAIL_FORGOTTEN] = "forgotten",
	[MAIL_INVITATION] = "invitation",
	[MAIL_ADDRESS_CODE] = "address_code",
	[MAIL_ADDRESS_CHANGED] = "address_changed",
	[MAIL_PASSWORD_CHANGED] = "password_changed",
	[MAIL_FACTOR_ADDED] = "factor_added",
	[MAIL_FACTOR_REMOVED] = "factor_removed",
	[MAIL_NEW_DEVICE] = "new_device",
};

const char *mail_template_name(enum mail_template template)
{
	return template_names[template];
}

void
mail_due_key(struct key *key, int64_t due, struct str name)
{
	key_begin(key);
	key_u64(key, (uint64_t)due);
	key_str(key, name);
}

bool
mail_get(struct txn *vault, struct str name, struct mail_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, name);
	if (!txn_get(vault, VAULT_MAIL, &key, &bytes))
		return false;
	rc = mail_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(vault, rc);
	return rc == 0;
}

static void
write_record(struct txn *vault, struct str name, const struct mail_rec *rec)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(vault), MAIL_REC_MAX);
	mail_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	key_of(&key, name);
	txn_put(vault, VAULT_MAIL, &key, buf_view(&bytes));
}

/* Its place among what is to be sent; one that was given up has none. */
static void
list_record(struct txn *vault, struct str name, const struct mail_rec *rec)
{
	struct key key;

	mail_due_key(&key, rec->due, name);
	if (!rec->failed)
		txn_put(vault, VAULT_MAIL_DUE, &key, STR(""));
}

static void
unlist_record(struct txn *vault, struct str name, const struct mail_rec *rec)
{
	struct key key;

	mail_due_key(&key, rec->due, name);
	if (!rec->failed)
		txn_del(vault, VAULT_MAIL_DUE, &key);
}

static void
delete_record(struct txn *vault, struct str name, const struct mail_rec *rec)
{
	struct key key;

	unlist_record(vault, name, rec);
	key_of(&key, name);
	txn_del(vault, VAULT_MAIL, &key);
}

static struct str
name_of(struct txn *vault, const struct mail_wish *wish)
{
	const char *template = template_names[wish->template];
	struct buf name;

	buf_init_arena(&name, txn_arena(vault), MAIL_NAME_MAX);
	buf_str(&name, wish->account);
	buf_printf(&name, "/%s", template);
	if (wish->about.n > 0) {
		buf_byte(&name, '/');
		buf_str(&name, wish->about);
	}
	if (buf_error(&name) != 0)
		txn_fail(vault, buf_error(&name));
	return buf_view(&name);
}

bool
mail_has_room(struct txn *vault)
{
	return txn_count(vault, VAULT_MAIL) < MAIL_MAX;
}

static int
put(struct txn *vault, const struct conf *conf, const struct mail_wish *wish,
    int64_t now, int64_t due)
{
	struct mail_rec rec = {
		.template = (uint8_t)wish->template,
		.language = (uint8_t)wish->language,
		.account = wish->account,
		.born = wish->born,
		.about = wish->about,
		.made = now,
		.begun = now,
		.due = due,
		.fault = STR(""),
	};
	struct mail_rec old;
	struct str name;

	if (!conf_sends_mail(conf))
		return 0;
	name = name_of(vault, wish);
	if (mail_get(vault, name, &old)) {
		if (old.tries == 0 && !old.failed && old.born == rec.born)
			return 0;
		unlist_record(vault, name, &old);
	} else if (!mail_has_room(vault)) {
		return HUB_EFULL;
	}
	write_record(vault, name, &rec);
	list_record(vault, name, &rec);
	return 0;
}

bool
mail_find(struct txn *vault, struct str account, uint64_t born,
    enum mail_template template, struct mail_rec *rec)
{
	const struct mail_wish wish = {
		.template = template,
		.account = account,
		.about = STR(""),
	};

	return mail_get(vault, name_of(vault, &wish), rec) && rec->born == born;
}

void
mail_drop_passwords(struct txn *vault, struct str account)
{
	static const enum mail_template bringing[] = { MAIL_WELCOME, MAIL_RESET,
		MAIL_FORGOTTEN };

	for (size_t i = 0; i < sizeof(bringing) / sizeof(bringing[0]); i++) {
		const struct mail_wish wish = {
			.template = bringing[i],
			.account = account,
			.about = STR(""),
		};

		mail_drop(vault, name_of(vault, &wish));
	}
}

int
mail_put(struct txn *vault, const struct conf *conf,
    const struct mail_wish *wish, int64_t now)
{
	return put(vault, conf, wish, now, now);
}

int
mail_put_ahead(struct txn *vault, const struct conf *conf,
    const struct mail_wish *wish, int64_t now)
{
	return put(vault, conf, wish, now, now + AHEAD);
}

/* The first entry of the list, which says when and which. */
static bool
first_listed(struct txn *vault, int64_t *when, struct str *name)
{
	struct cursor cursor;
	struct str key, value;
	uint64_t seconds;
	bool found;

	txn_cursor(&cursor, vault, VAULT_MAIL_DUE, NULL, NULL, false);
	found = txn_cursor_next(&cursor, &key, &value);
	txn_cursor_close(&cursor);
	if (!found)
		return false;
	if (!key_take_u64(&key, &seconds) || !key_take_str(&key, name) ||
	    key.n != 0 || seconds > INT64_MAX) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	*when = (int64_t)seconds;
	return true;
}

bool
mail_due(struct txn *vault, int64_t now, struct str *name, struct mail_rec *rec)
{
	int64_t when;

	if (!first_listed(vault, &when, name) || when > now)
		return false;
	if (mail_get(vault, *name, rec) && rec->due == when && !rec->failed)
		return true;
	txn_fail(vault, HUB_ECORRUPT);
	return false;
}

int64_t
mail_next_due(struct txn *vault)
{
	struct str name;
	int64_t when;

	return first_listed(vault, &when, &name) ? when : INT64_MAX;
}

/*
 * Whether the mail is the one that was read, and no other try has begun; *NOW
 * is then as it is stored, with its texts.
 */
static bool
is_as_read(struct txn *vault, struct str name, const struct mail_rec *rec,
    struct mail_rec *now)
{
	return mail_get(vault, name, now) && now->made == rec->made &&
	    now->begun == rec->begun && now->born == rec->born &&
	    now->tries == rec->tries && now->due == rec->due &&
	    now->failed == rec->failed;
}

static int64_t
pause_after(const struct conf *conf, uint32_t tries)
{
	int64_t pause = RETRY_FIRST, most = (int64_t)conf->mail_timeout;

	while (--tries > 0 && pause < RETRY_MOST)
		pause *= 2;
	if (pause > RETRY_MOST)
		pause = RETRY_MOST;
	return pause < most + MARGIN ? most + MARGIN : pause;
}

bool
mail_is(struct txn *vault, struct str name, const struct mail_rec *rec)
{
	struct mail_rec stored;

	return is_as_read(vault, name, rec, &stored);
}

bool
mail_try(struct txn *vault, const struct conf *conf, struct str name,
    struct mail_rec *rec, int64_t now)
{
	struct mail_rec stored;

	if (rec->failed || !is_as_read(vault, name, rec, &stored))
		return false;
	unlist_record(vault, name, rec);
	rec->tries++;
	rec->due = now + pause_after(conf, rec->tries);
	write_record(vault, name, rec);
	list_record(vault, name, rec);
	return true;
}

void
mail_sent(struct txn *vault, struct str name, const struct mail_rec *rec)
{
	struct mail_rec stored;

	if (is_as_read(vault, name, rec, &stored))
		delete_record(vault, name, &stored);
}

static void
put_event(struct txn *vault, const struct mail_rec *rec, struct str fault)
{
	struct audit_rec event = {
		.event = STR("mail.failed"),
		.account = rec->account,
		.client = STR(""),
		.source = STR("housekeeper"),
	};

	event.detail = str_of(arena_printf(txn_arena(vault), "%s: %.*s",
	    template_names[rec->template], STR_ARG(fault)));
	audit_put(vault, &event);
}

bool
mail_failed(struct txn *vault, const struct conf *conf, struct str name,
    const struct mail_rec *rec, struct str fault, bool for_good, int64_t now)
{
	int64_t end = rec->begun + (int64_t)conf->mail_give_up;
	struct mail_rec next;

	if (!is_as_read(vault, name, rec, &next))
		return false;
	if (fault.n > FAULT_MAX)
		fault.n = FAULT_MAX;
	unlist_record(vault, name, rec);
	next.fault = fault;
	next.failed = for_good || now >= end;
	if (next.failed)
		next.due = now;
	else if (next.due > end)
		next.due = end; /* One try more, then it is over. */
	write_record(vault, name, &next);
	list_record(vault, name, &next);
	if (next.failed)
		put_event(vault, &next, fault);
	return next.failed;
}

bool
mail_retry(struct txn *vault, struct str name, int64_t now)
{
	struct mail_rec rec;

	if (!mail_get(vault, name, &rec))
		return false;
	unlist_record(vault, name, &rec);
	rec.failed = false;
	rec.begun = rec.due = now;
	rec.tries = 0;
	write_record(vault, name, &rec);
	list_record(vault, name, &rec);
	return true;
}

bool
mail_drop(struct txn *vault, struct str name)
{
	struct mail_rec rec;

	if (!mail_get(vault, name, &rec))
		return false;
	delete_record(vault, name, &rec);
	return true;
}

/* The mail a walk has come to; false at the end, and where there is damage. */
static bool
take_mail(struct cursor *cursor, struct str *name, struct mail_rec *rec)
{
	struct str key, value;
	int rc;

	if (!txn_cursor_next(cursor, &key, &value))
		return false;
	rc = mail_rec_get(value, rec);
	if (rc == 0 && (!key_take_str(&key, name) || key.n != 0))
		rc = HUB_ECORRUPT;
	if (rc != 0)
		txn_fail(cursor->txn, rc);
	return rc == 0;
}

bool
mail_next(struct txn *vault, struct str *name, struct mail_rec *rec)
{
	struct cursor cursor;
	struct key from;
	bool found;

	key_of(&from, *name);
	txn_cursor(
	    &cursor, vault, VAULT_MAIL, NULL, name->n > 0 ? &from : NULL, true);
	found = take_mail(&cursor, name, rec);
	txn_cursor_close(&cursor);
	return found;
}

void
mail_count(struct txn *vault, struct mail_count *out)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	struct cursor cursor;
	struct mail_rec rec;
	struct str name;

	*out = (struct mail_count){ .oldest = INT64_MAX };
	txn_cursor(&cursor, vault, VAULT_MAIL, NULL, NULL, false);
	while (take_mail(&cursor, &name, &rec)) {
		if (rec.failed) {
			out->failed++;
		} else {
			out->waiting++;
			if (rec.begun < out->oldest)
				out->oldest = rec.begun;
		}
		arena_rewind(txn_arena(vault), mark);
	}
	txn_cursor_close(&cursor);
}

static bool
is_over(const struct mail_rec *rec, int64_t now)
{
	return rec->failed && rec->due + KEPT <= now;
}

bool
mail_over(struct txn *vault, int64_t now, struct str *name)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	struct cursor cursor;
	struct mail_rec rec;
	bool found = false;

	txn_cursor(&cursor, vault, VAULT_MAIL, NULL, NULL, false);
	while (!found && take_mail(&cursor, name, &rec)) {
		found = is_over(&rec, now);
		if (!found)
			arena_rewind(txn_arena(vault), mark);
	}
	txn_cursor_close(&cursor);
	return found;
}

unsigned int
mail_sweep(struct txn *vault, int64_t now, struct str from, unsigned int most)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	struct str name = from;
	char at[MAIL_NAME_MAX];
	struct mail_rec rec;
	unsigned int n = 0;

	if (!mail_get(vault, name, &rec))
		return 0;
	do {
		if (is_over(&rec, now)) {
			delete_record(vault, name, &rec);
			n++;
		}
		if (name.n > sizeof(at)) {
			txn_fail(vault, HUB_ECORRUPT);
			break;
		}
		memmove(at, name.p, name.n);
		name.p = at;
		arena_rewind(txn_arena(vault), mark);
	} while (--most > 0 && mail_next(vault, &name, &rec));
	return n;
}
