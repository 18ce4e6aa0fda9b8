#include "identity/enrol.h"

#include <stdio.h>
#include "base/clock.h"
#include "base/json_out.h"
#include "base/rand.h"
#include "base/secret.h"
#include "directory/account.h"
#include "directory/contact.h"
#include "directory/group.h"
#include "directory/organization.h"
#include "directory/render.h"
#include "directory/state.h"
#include "directory/username.h"
#include "identity/audit.h"
#include "identity/credential.h"
#include "identity/dossier.h"
#include "identity/mail.h"
#include "identity/proven.h"
#include "store/schema.h"

#define NO_MAIL                                                                \
	"a temporary password cannot be mailed: mail.server is not configured"
#define QUEUE_FULL                                                             \
	"the queue of mails is full: see what waits with hubctl mail list"

/* Of an account that comes into being. */
struct enrolment {
	const struct hub *hub;
	struct enrol *in;
	struct why *why;
	struct str username;
	struct contact_rec contact; /* of a customer */
	struct account account;
	uint64_t born;
	struct audit_rec event;
	char hash[PASSWORD_HASH];
};

/* What it refers to, and whether the contact has an account. */
static int
check_customer(struct txn *directory, struct enrolment *e)
{
	struct account_rec other;
	struct str id;

	if (!contact_get(directory, e->in->contact, &e->contact) ||
	    (e->in->within.n > 0 &&
		!str_eq(e->contact.organization, e->in->within)))
		return why_set(e->why, HUB_ENOENT, "there is no contact %.*s",
		    STR_ARG(e->in->contact));
	if (!group_exists(directory, STR(GROUP_CUSTOMER)))
		return why_set(e->why, HUB_ENOENT,
		    "there is no group " GROUP_CUSTOMER
		    ", which customers are in: import it first");
	if (!account_of_dossier(
		directory, e->contact.organization, e->contact.dossier, &id) ||
	    !account_get(directory, id, &other))
		return 0;
	e->in->account = other.id;
	return dossier_taken(
	    directory, e->in->contact, other.id, &e->in->username, e->why);
}

static int
check_employee(struct txn *directory, struct enrolment *e)
{
	const struct enrol *in = e->in;

	if (!organization_exists(directory, in->organization))
		return why_set(e->why, HUB_ENOENT,
		    "there is no organisation %.*s", STR_ARG(in->organization));
	for (size_t i = 0; i < in->group_count; i++) {
		if (!group_exists(directory, in->groups[i]))
			return why_set(e->why, HUB_ENOENT,
			    "there is no group %.*s", STR_ARG(in->groups[i]));
	}
	return 0;
}

static int
check(struct txn *directory, struct enrolment *e)
{
	struct account_rec other;
	int rc = e->in->contact.n > 0 ? check_customer(directory, e)
				      : check_employee(directory, e);

	if (rc != 0)
		return rc;
	e->in->taken = account_by_name(directory, e->username, &other);
	if (e->in->taken)
		return why_set(e->why, HUB_ECONFLICT,
		    "the address is the username of account %.*s already",
		    STR_ARG(other.id));
	return 0;
}

static int
check_now(struct enrolment *e)
{
	struct txn *txn = store_read_begin(e->hub->directory, e->hub->arena);
	int rc = check(txn, e), end;

	e->born = epoch_first(txn);
	end = store_read_end(txn);

	if (end != 0)
		return why_set(e->why, end, "directory: %s", err_text(end));
	return rc;
}

static void
put_text(struct json_out *j, const char *name, struct str text)
{
	json_out_name(j, name);
	json_out_str(j, text);
}

/* The name of the member that follows: an id, which has at most 64 bytes. */
static void
name_by_id(struct json_out *j, struct str id)
{
	char name[65];

	snprintf(name, sizeof(name), "%.*s", STR_ARG(id));
	json_out_name(j, name);
}

static void
put_customer(
    struct json_out *j, const struct enrolment *e, const struct json *contact)
{
	static const char *const names[] = { "firstName", "middleName",
		"lastName" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct json *name = json_get(contact, names[i]);

		if (name != NULL)
			json_out_member(j, name);
	}
	json_out_name(j, "dossiers");
	json_out_object(j);
	name_by_id(j, e->contact.organization);
	json_out_str(j, e->contact.dossier);
	json_out_object_end(j);
	json_out_name(j, "groupIds");
	json_out_array(j);
	json_out_cstr(j, GROUP_CUSTOMER);
	json_out_array_end(j);
}

static void
put_employee(struct json_out *j, const struct enrol *in)
{
	json_out_name(j, "organizationIds");
	json_out_array(j);
	json_out_str(j, in->organization);
	json_out_array_end(j);
	/* Without a group, too: colleagues give one later. */
	json_out_name(j, "roles");
	json_out_object(j);
	name_by_id(j, in->organization);
	json_out_array(j);
	for (size_t i = 0; i < in->group_count; i++)
		json_out_str(j, in->groups[i]);
	json_out_array_end(j);
	json_out_object_end(j);
}

/* The line of an import that would bring the same account. */
static int
write_line(struct enrolment *e, const char *id, struct str *line)
{
	const struct json *contact = NULL;
	struct json_out j;
	struct buf buf;
	int rc;

	if (e->in->contact.n > 0 &&
	    (rc = json_parse(e->hub->arena, e->contact.source, RENDER_MAX,
		 &contact, e->why)) != 0)
		return rc;
	buf_init_arena(&buf, e->hub->arena, RENDER_MAX);
	json_out_begin(&j, &buf);
	json_out_object(&j);
	put_text(&j, "type", STR("account"));
	put_text(&j, "id", str_of(id));
	put_text(&j, "name", e->username);
	put_text(&j, "email", e->username);
	if (contact != NULL)
		put_customer(&j, e, contact);
	else
		put_employee(&j, e->in);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	*line = buf_view(&buf);
	return rc == 0 ? 0 : why_set(e->why, rc, "%s", err_text(rc));
}

static int
make_account(struct enrolment *e)
{
	struct arena *arena = e->hub->arena;
	const struct json *tree;
	struct str line;
	char id[RAND_ID];
	int rc;

	rand_id(id);
	if ((rc = write_line(e, id, &line)) != 0 ||
	    (rc = json_parse(arena, line, RENDER_MAX, &tree, e->why)) != 0)
		return rc;
	rc = account_parse(arena, tree, true, &e->account, e->why);
	e->account.rec.born = e->born;
	return rc;
}

/* The housekeeper makes the password, at each try to send it. */
static struct mail_wish
wish_for(const struct conf *conf, enum mail_template template,
    struct str account, uint64_t born)
{
	return (struct mail_wish){
		.template = template,
		.language = (enum mail_language)conf->mail_language,
		.account = account,
		.born = born,
		.about = STR(""),
	};
}

static int
put_credential(struct txn *vault, void *arg)
{
	const struct enrolment *e = arg;
	const struct conf *conf = e->hub->conf;
	struct credential_rec rec = { .born = e->born };
	struct mail_wish wish;

	if (e->in->mailed)
		credential_set_none(&rec, clock_now());
	else
		credential_set_temporary(conf, &rec, e->hash, clock_now());
	credential_put(vault, e->account.rec.id, &rec);
	audit_put(vault, &e->event);
	if (!e->in->mailed)
		return 0;
	wish = wish_for(conf, MAIL_WELCOME, e->account.rec.id, e->born);
	return mail_put_ahead(vault, conf, &wish, clock_now());
}

static int
put_account(struct txn *directory, void *arg)
{
	struct enrolment *e = arg;
	struct contact_rec before = e->contact;
	int rc = check(directory, e);

	if (rc == 0 &&
	    (!str_eq(before.organization, e->contact.organization) ||
		!str_eq(before.dossier, e->contact.dossier)))
		rc = why_set(e->why, HUB_ECONFLICT,
		    "contact %.*s has just been changed: try again",
		    STR_ARG(e->in->contact));
	e->contact = before;
	if (rc == 0)
		rc = account_put(directory, &e->account, e->why);
	return rc == 0 ? account_set_pending(directory, e->account.rec.id, true)
		       : rc;
}

static int
take_back(struct txn *vault, void *arg)
{
	const struct enrolment *e = arg;

	credential_del(vault, e->account.rec.id);
	audit_put(vault, &e->event);
	return 0;
}

static int
make_temporary(const struct hub *hub, char temporary[], char hash[])
{
	password_make_temporary(temporary);
	return password_hash(hub->conf, str_of(temporary), hash);
}

/* The credential first: one without an account opens nothing and is swept. */
static int
store(struct enrolment *e, const struct actor *actor)
{
	const struct hub *hub = e->hub;
	struct str id = e->account.rec.id;
	struct actor named = *actor;
	int rc;

	named.contact = e->in->contact;
	named.organization =
	    named.contact.n > 0 ? e->contact.organization : e->in->organization;
	act_event(&e->event, &named, "account.added", id,
	    e->in->mailed ? "with a temporary password by mail"
			  : "with a temporary password");
	rc = store_write(hub->vault, hub->arena, put_credential, e);
	if (rc == HUB_EFULL && e->in->mailed)
		return why_set(e->why, rc, QUEUE_FULL);
	if (rc != 0)
		return why_set(e->why, rc, "vault: %s", err_text(rc));
	rc = store_write(hub->directory, hub->arena, put_account, e);
	if (rc == 0)
		return 0;
	/* These have their sentence; the others are the store's. */
	if (rc != HUB_ENOENT && rc != HUB_EEXIST && rc != HUB_ECONFLICT)
		why_say(e->why, "directory: %s", err_text(rc));
	act_event(&e->event, &named, "account.not_added", id,
	    "something came between");
	store_write(hub->vault, hub->arena, take_back, e);
	return rc;
}

int
enrol(const struct hub *hub, const struct actor *actor, struct enrol *in,
    struct why *why)
{
	struct enrolment e = { .hub = hub, .in = in, .why = why };
	int rc;

	in->account = in->username = STR("");
	in->temporary[0] = '\0';
	in->taken = false;
	if ((in->contact.n > 0) == (in->organization.n > 0))
		return why_set(why, HUB_EINVAL,
		    "either a contact or an organisation must be named");
	if (in->mailed && !conf_sends_mail(hub->conf))
		return why_set(why, HUB_EINVAL, NO_MAIL);
	if (username_given(in->email, &e.username, why) != 0)
		return HUB_EINVAL;
	if ((rc = check_now(&e)) != 0 || (rc = make_account(&e)) != 0)
		return rc;
	rc = in->mailed ? 0 : make_temporary(hub, in->temporary, e.hash);
	if (rc != 0)
		why_say(why, "the password cannot be hashed: %s", err_text(rc));
	else
		rc = store(&e, actor);
	if (rc != 0) {
		secret_clear(in->temporary, sizeof(in->temporary));
		return rc;
	}
	in->account = e.account.rec.id;
	in->username = e.account.rec.name;
	return 0;
}

/* What an account signs in with from now on. */
enum renewed { RENEWED_LASTING, RENEWED_TEMPORARY, RENEWED_MAILED };

/* A credential that replaces another. */
struct renewal {
	const struct hub *hub;
	struct str account;
	uint64_t born;
	enum renewed kind;
	const struct dossier_seen *seen; /* NULL: whatever it is */
	char hash[PASSWORD_HASH];
	struct audit_rec event;
};

static int
check_seen(struct txn *directory, void *arg)
{
	const struct renewal *r = arg;

	return dossier_check(directory, r->seen);
}

static int
renew(struct txn *vault, void *arg)
{
	const struct renewal *r = arg;
	struct credential_rec rec;
	struct mail_wish wish;
	int64_t now = clock_now();

	credential_for(vault, r->account, r->born, &rec);
	if (r->seen != NULL && dossier_check_credential(&rec, r->seen) != 0)
		return HUB_ECONFLICT;
	if (r->kind == RENEWED_LASTING)
		credential_set_lasting(&rec, r->hash, now);
	else if (r->kind == RENEWED_TEMPORARY)
		credential_set_temporary(r->hub->conf, &rec, r->hash, now);
	else
		credential_set_none(&rec, now);
	credential_put(vault, r->account, &rec);
	mail_drop_passwords(vault, r->account);
	audit_put(vault, &r->event);
	if (r->kind != RENEWED_MAILED) {
		proven_del(vault, r->account);
		return 0;
	}
	wish = wish_for(r->hub->conf, MAIL_RESET, r->account, r->born);
	return mail_put_ahead(vault, r->hub->conf, &wish, now);
}

static int
replace(struct renewal *r, struct why *why)
{
	int rc = credential_replace(
	    r->hub, r->account, r->kind != RENEWED_LASTING, renew, r);

	if (rc == HUB_EFULL && r->kind == RENEWED_MAILED)
		return why_set(why, rc, QUEUE_FULL);
	if (rc != 0)
		return why_set(why, rc, "the password of account %.*s: %s",
		    STR_ARG(r->account), err_text(rc));
	return 0;
}

static int
find_account(const struct hub *hub, struct str id, struct account_rec *rec,
    struct why *why)
{
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	bool found = account_get(txn, id, rec);
	int rc = store_read_end(txn);

	if (rc != 0)
		return why_set(why, rc, "directory: %s", err_text(rc));
	if (!found)
		return why_set(
		    why, HUB_ENOENT, "there is no account %.*s", STR_ARG(id));
	return 0;
}

/* Whether a mail can be queued: what is open ends before that is tried. */
static int
check_queue(const struct hub *hub)
{
	struct txn *txn;
	bool room;
	int rc;

	if (!conf_sends_mail(hub->conf))
		return HUB_EINVAL;
	txn = store_read_begin(hub->vault, hub->arena);
	room = mail_has_room(txn);
	rc = store_read_end(txn);
	return rc != 0 || room ? rc : HUB_EFULL;
}

/* The text of a temporary password is made, unless one is to be mailed. */
static int
prepare(struct renewal *r, const struct actor *actor, char temporary[])
{
	act_event(&r->event, actor, "password.reset", r->account,
	    temporary == NULL ? "by mail" : NULL);
	if (temporary != NULL) {
		r->kind = RENEWED_TEMPORARY;
		return make_temporary(r->hub, temporary, r->hash);
	}
	r->kind = RENEWED_MAILED;
	return check_queue(r->hub);
}

static void
tell_unprepared(int rc, bool mailed, struct why *why)
{
	if (!mailed)
		why_say(why, "the password cannot be hashed: %s", err_text(rc));
	else if (rc == HUB_EINVAL)
		why_say(why, NO_MAIL);
	else if (rc == HUB_EFULL)
		why_say(why, QUEUE_FULL);
	else
		why_say(why, "vault: %s", err_text(rc));
}

static int
forget(char temporary[], int rc)
{
	if (rc != 0 && temporary != NULL)
		secret_clear(temporary, PASSWORD_TEMPORARY_LEN + 1);
	return rc;
}

int
enrol_reset(const struct hub *hub, const struct actor *actor,
    struct str account, char temporary[PASSWORD_TEMPORARY_LEN + 1],
    struct why *why)
{
	struct renewal r = { .hub = hub, .account = account };
	struct account_rec rec;
	int rc;

	if (temporary != NULL)
		temporary[0] = '\0';
	if ((rc = find_account(hub, account, &rec, why)) != 0)
		return rc;
	r.born = rec.born;
	rc = prepare(&r, actor, temporary);
	if (rc == 0)
		rc = replace(&r, why);
	else
		tell_unprepared(rc, temporary == NULL, why);
	return forget(temporary, rc);
}

int
enrol_reset_seen(const struct hub *hub, const struct actor *actor,
    const struct dossier_seen *seen, char temporary[PASSWORD_TEMPORARY_LEN + 1])
{
	struct renewal r = {
		.hub = hub,
		.account = seen->account.id,
		.born = seen->account.born,
		.seen = seen,
	};
	int rc;

	if (temporary != NULL)
		temporary[0] = '\0';
	if (seen->shared)
		return HUB_ECONFLICT;
	rc = prepare(&r, actor, temporary);
	if (rc == 0)
		rc = credential_replace_if(
		    hub, r.account, true, check_seen, renew, &r);
	return forget(temporary, rc);
}

/* A mail for the owner of an account that is shared. */
struct reminder {
	const struct hub *hub;
	const struct dossier_seen *seen;
	struct audit_rec event;
};

/*
 * Another mail would end the password that the owner is about to read, and an
 * employee could go on with that for ever. One that was given up is made anew.
 */
static bool
has_just_been_mailed(struct txn *vault, const struct conf *conf,
    const struct account_rec *account, const struct credential_rec *rec)
{
	int64_t made = rec->temporary_until - (int64_t)conf->temporary_lifetime;
	struct mail_rec mail;

	return rec->mailed_to.n > 0 &&
	    clock_now() < made + ENROL_REMINDER_PAUSE &&
	    !(mail_find(
		  vault, account->id, account->born, MAIL_FORGOTTEN, &mail) &&
		mail.failed);
}

static int
remind(struct txn *vault, void *arg)
{
	const struct reminder *r = arg;
	const struct account_rec *account = &r->seen->account;
	struct credential_rec rec;
	struct mail_wish wish;

	if (!credential_get(vault, account->id, &rec) ||
	    rec.born != account->born || !proven_is(vault, account) ||
	    (rec.lasting.n == 0 && r->hub->conf->delivery != DELIVERY_MAILED))
		return HUB_EDENIED;
	audit_put(vault, &r->event);
	if (has_just_been_mailed(vault, r->hub->conf, account, &rec))
		return 0;
	wish =
	    wish_for(r->hub->conf, MAIL_FORGOTTEN, account->id, account->born);
	return mail_put(vault, r->hub->conf, &wish, clock_now());
}

int
enrol_reset_shared(const struct hub *hub, const struct actor *actor,
    const struct dossier_seen *seen)
{
	struct reminder r = { .hub = hub, .seen = seen };
	struct txn *directory;
	int rc, end;

	if (!conf_sends_mail(hub->conf) || !seen->account.enabled)
		return HUB_EDENIED;
	directory = store_read_begin(hub->directory, hub->arena);
	rc = dossier_check(directory, seen);
	end = store_read_end(directory);
	if (end != 0 || rc != 0)
		return end != 0 ? end : rc;
	act_event(
	    &r.event, actor, "password.forgotten", seen->account.id, NULL);
	return store_write(hub->vault, hub->arena, remind, &r);
}

/*
 * For operators; users get the pages' own texts. How long it must be is said
 * with the number that is configured.
 */
static const char *const faults[PASSWORD_FAULTS] = {
	[PASSWORD_LONG] = "it is too long",
	[PASSWORD_UNREADABLE] = "it is not UTF-8 or holds control characters",
	[PASSWORD_COMMON] = "it is too easy to guess: take unrelated words",
	[PASSWORD_OWN] = "it is hardly more than the name or the address",
	[PASSWORD_TEMPORARY] = "it has the form of a temporary password",
};

static int
refuse(const struct conf *conf, enum password_fault fault, struct why *why)
{
	if (fault == PASSWORD_SHORT)
		return why_set(why, HUB_EINVAL,
		    "the password is refused: it is too short: %llu characters "
		    "are the least (password.min)",
		    (unsigned long long)conf->password_min);
	return why_set(
	    why, HUB_EINVAL, "the password is refused: %s", faults[fault]);
}

int
enrol_set_password(const struct hub *hub, const struct actor *actor,
    const struct blocklist *list, struct str account, struct str typed,
    struct why *why)
{
	struct renewal r = { .hub = hub, .account = account };
	enum password_fault fault;
	struct account_rec rec;
	int rc;

	if ((rc = find_account(hub, account, &rec, why)) != 0)
		return rc;
	rc = credential_choose(hub, list, &rec, typed, &fault, r.hash);
	if (rc != 0)
		return why_set(
		    why, rc, "the password cannot be hashed: %s", err_text(rc));
	if (fault != PASSWORD_GOOD)
		return refuse(hub->conf, fault, why);
	r.born = rec.born;
	act_event(&r.event, actor, "password.set", account, NULL);
	return replace(&r, why);
}
