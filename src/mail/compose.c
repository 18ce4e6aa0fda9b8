#include "mail/compose.h"

#include <time.h>
#include "base/json_in.h"
#include "base/secret.h"
#include "directory/account.h"
#include "directory/account_email.h"
#include "directory/render.h"
#include "directory/username.h"
#include "identity/email_change.h"
#include "identity/invitation.h"
#include "identity/mailed_password.h"

#define HOUR 3600
#define DAY 86400
#define GREETING_MAX 512

struct draft {
	const struct hub *hub;
	struct str name;
	const struct mail_rec *mail;
	int64_t now;
	struct account_rec account;
	struct str to;
	struct mail_values values;
};

static struct str
number(const struct draft *d, int64_t n)
{
	return str_of(
	    arena_printf(d->hub->arena, "%lld", (long long)(n < 1 ? 1 : n)));
}

/* Whole ones of LENGTH seconds that are left, the last rounded up. */
static struct str
left(const struct draft *d, int64_t until, int64_t length)
{
	return number(d, (until - d->now + length - 1) / length);
}

/* First, middle and last name, as far as there are any; else the username. */
static struct str
greeting(const struct draft *d)
{
	static const char *const names[] = { "firstName", "middleName",
		"lastName" };
	const struct json *record = NULL;
	struct str part;
	struct buf out;

	if (json_parse(d->hub->arena, d->account.source, RENDER_MAX, &record,
		NULL) != 0)
		return d->account.name;
	buf_init_arena(&out, d->hub->arena, GREETING_MAX);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!json_string(json_get(record, names[i]), &part) ||
		    part.n == 0)
			continue;
		if (out.n > 0)
			buf_byte(&out, ' ');
		buf_str(&out, part);
	}
	return buf_error(&out) == 0 && out.n > 0 ? buf_view(&out)
						 : d->account.name;
}

/* "24-11-2026, 14:03 UTC": the reader's own time is not known. */
static struct str
moment(const struct draft *d, int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL)
		return STR("");
	return str_of(arena_printf(d->hub->arena,
	    d->mail->language == MAIL_NL ? "%02d-%02d-%04d, %02d:%02d UTC"
					 : "%02d/%02d/%04d, %02d:%02d UTC",
	    tm.tm_mday, tm.tm_mon + 1, tm.tm_year + 1900, tm.tm_hour,
	    tm.tm_min));
}

static int
find_account(struct draft *d)
{
	const struct hub *hub = d->hub;
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	bool found = account_get(txn, d->mail->account, &d->account) &&
	    d->account.born == d->mail->born && d->account.enabled;
	int rc = store_read_end(txn);

	if (rc != 0 || !found)
		return rc != 0 ? rc : HUB_ENOENT;
	return account_email(hub->arena, &d->account, &d->to);
}

/* An import may have brought any text. */
static int
check_address(const struct draft *d)
{
	struct str address;

	return username_check(d->to, &address, NULL) == 0 &&
		str_eq(address, d->to)
	    ? 0
	    : HUB_EINVAL;
}

static void
put_common(struct draft *d)
{
	const struct conf *conf = d->hub->conf;
	struct arena *arena = d->hub->arena;
	struct str *at = d->values.at;

	for (int i = 0; i < MAIL_PLACES; i++)
		at[i] = STR("");
	at[PLACE_NAME] = greeting(d);
	at[PLACE_USERNAME] = d->account.name;
	at[PLACE_PORTAL] = conf->portal_url[0] != '\0'
	    ? str_of(conf->portal_url)
	    : str_of(arena_printf(arena, "%s/mijn/", conf->base_url));
	at[PLACE_ACCOUNT_PAGE] =
	    str_of(arena_printf(arena, "%s/identity/account", conf->base_url));
	at[PLACE_SENDER] = str_of(conf->mail_name);
	at[PLACE_TIME] = moment(d, d->mail->made);
}

static int
put_password(struct draft *d)
{
	struct mailed_password password;
	int rc = mailed_password_make(d->hub, d->name, d->mail, &password);

	if (rc != 0)
		return rc;
	d->to = password.to;
	d->values.at[PLACE_PASSWORD] =
	    arena_str(d->hub->arena, str_of(password.text));
	d->values.at[PLACE_HOURS] = left(d, password.until, HOUR);
	secret_clear(&password, sizeof(password));
	return 0;
}

static int
put_code(struct draft *d)
{
	struct email_code code;
	int rc = email_change_code(
	    d->hub, d->mail->account, d->mail->born, d->now, &code);

	if (rc != 0)
		return rc;
	d->to = code.to;
	d->values.at[PLACE_CODE] = arena_str(d->hub->arena, str_of(code.text));
	d->values.at[PLACE_MINUTES] = left(d, code.until, 60);
	secret_clear(&code, sizeof(code));
	return 0;
}

static int
put_former(struct draft *d)
{
	int rc = email_change_former(
	    d->hub, d->mail->account, d->mail->born, &d->to);

	return rc == 0 ? check_address(d) : rc;
}

static int
put_invitation(struct draft *d)
{
	struct invitation invitation;
	int rc = invitation_get(d->hub, d->mail->account, d->mail->born,
	    d->mail->about, d->now, &invitation);

	if (rc != 0)
		return rc;
	d->values.at[PLACE_ORGANIZATION] = invitation.name;
	d->values.at[PLACE_DAYS] = left(d, invitation.expires, DAY);
	return 0;
}

static int
put_values(struct draft *d)
{
	enum mail_template template = (enum mail_template)d->mail->template;
	int rc = find_account(d);

	/* These two go to another address than the account has. */
	if (rc == 0 && template != MAIL_ADDRESS_CODE &&
	    template != MAIL_ADDRESS_CHANGED)
		rc = check_address(d);
	if (rc != 0)
		return rc;
	put_common(d);
	switch (template) {
	case MAIL_WELCOME:
	case MAIL_RESET:
	case MAIL_FORGOTTEN:
		return put_password(d);
	case MAIL_INVITATION:
		return put_invitation(d);
	case MAIL_ADDRESS_CODE:
		return put_code(d);
	case MAIL_ADDRESS_CHANGED:
		return put_former(d);
	case MAIL_PASSWORD_CHANGED:
	case MAIL_FACTOR_ADDED:
	case MAIL_FACTOR_REMOVED:
	case MAIL_NEW_DEVICE:
	case MAIL_TEMPLATES:
		break;
	}
	return 0;
}

int
compose(const struct hub *hub, const struct mail_texts *texts, struct str name,
    const struct mail_rec *mail, int64_t now, struct message *out)
{
	struct draft d = { .hub = hub, .name = name, .mail = mail, .now = now };
	struct mail_text text;
	int rc = put_values(&d);

	if (rc == 0)
		rc = mail_text_fill(texts, (enum mail_template)mail->template,
		    (enum mail_language)mail->language, &d.values, hub->arena,
		    &text);
	if (rc == 0)
		rc = message_make(hub->arena, hub->conf, d.to, &text, now, out);
	return rc;
}
