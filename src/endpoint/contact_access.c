/*
 * GET /contact/contacts/<id>/account/sessions and .../account/apps, and POST
 * .../sessions/<sid>/end and .../apps/<client>/end: where a contact's account is
 * signed in, and which apps have access. Of an account that is shared neither is
 * this organisation's to see or to end.
 */
#include <stdlib.h>
#include "endpoint/address_part.h"
#include "endpoint/employee.h"
#include "endpoint/items.h"
#include "endpoint/json_body.h"
#include "endpoint/routes.h"
#include "identity/app.h"
#include "identity/session.h"

#define SESSIONS_MAX 100

#define ANSWER_MAX (256 * 1024)

/* The contact and its account, which must be this organisation's alone. */
static bool
enter(struct call *call, struct contact_rec *contact,
    struct contact_account *account)
{
	struct employee employee;
	struct txn *vault;
	int rc;

	if (!employee_contact(call, &employee, contact))
		return false;
	vault = store_read_begin(call->service->vault, call->req->arena);
	contact_account_get(call, vault, contact, account);
	rc = store_read_end(vault);
	if (rc != 0 || txn_error(call->txn) != 0) {
		call_failed(call, rc != 0 ? rc : txn_error(call->txn));
		return false;
	}
	if (account->exists && !account->shared)
		return true;
	if (account->exists)
		contact_conflict(call, "shared-account", STR_NONE,
		    "The account is not this organisation's alone: where it "
		    "is used is its owner's matter.");
	else
		contact_conflict(call, "no-account", STR_NONE,
		    "The contact has no account.");
	return false;
}

static void
put_text(struct json_out *j, const char *name, struct str text)
{
	json_out_name(j, name);
	json_out_str(j, text);
}

/* A list in the envelope; PUT writes its items. */
static void
answer(struct call *call, void (*put)(struct json_out *j, void *ctx), void *ctx)
{
	struct json_out j;
	struct buf body;
	int rc;

	buf_init_arena(&body, call->req->arena, ANSWER_MAX);
	json_out_begin(&j, &body);
	json_out_object(&j);
	json_out_name(&j, "data");
	json_out_object(&j);
	json_out_name(&j, "items");
	json_out_array(&j);
	put(&j, ctx);
	json_out_array_end(&j);
	json_out_object_end(&j);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	if (rc != 0)
		call_failed(call, rc);
	else
		resp_body(call->resp, 200, "application/json", buf_view(&body));
}

struct sessions {
	struct call *call;
	const struct account_rec *account;
	int64_t now;
	struct session_rec at[SESSIONS_MAX];
	size_t n;
};

/* Those that let a browser in. */
static bool
add_session(void *ctx, const struct session_rec *rec)
{
	struct sessions *s = ctx;

	if (rec->kind == SESSION_SIGNED_IN && rec->epoch == s->account->epoch &&
	    s->now < session_end(s->call->service->conf, rec))
		s->at[s->n++] = *rec;
	return s->n < SESSIONS_MAX;
}

static int
compare_sessions(const void *a, const void *b)
{
	const struct session_rec *one = a, *other = b;

	if (one->auth_time != other->auth_time)
		return one->auth_time < other->auth_time ? 1 : -1;
	return str_cmp(one->sid, other->sid);
}

static void
put_sessions(struct json_out *j, void *ctx)
{
	const struct sessions *s = ctx;

	for (size_t i = 0; i < s->n; i++) {
		const struct session_rec *rec = &s->at[i];

		json_out_object(j);
		put_text(j, "id", rec->sid);
		contact_put_time(j, "since", rec->auth_time);
		contact_put_time(j, "lastUsed", rec->used);
		put_text(j, "source",
		    rec->source.n > 0
			? address_part(s->call->req->arena, rec->source)
			: STR_NONE);
		json_out_object_end(j);
	}
}

void
contact_sessions(struct call *call)
{
	struct sessions *s = arena_zalloc(call->req->arena, sizeof(*s));
	struct contact_account account;
	struct contact_rec contact;
	struct txn *vault;
	int rc;

	if (s == NULL) {
		call_failed(call, HUB_ENOMEM);
		return;
	}
	if (!enter(call, &contact, &account))
		return;
	s->call = call;
	s->account = &account.rec;
	s->now = clock_now();
	vault = store_read_begin(call->service->vault, call->req->arena);
	session_walk(vault, account.rec.id, add_session, s);
	rc = store_read_end(vault);
	qsort(s->at, s->n, sizeof(s->at[0]), compare_sessions);
	if (rc != 0)
		call_failed(call, rc);
	else
		answer(call, put_sessions, s);
}

struct apps {
	struct call *call;
	struct app_list list;
};

static void
put_apps(struct json_out *j, void *ctx)
{
	const struct apps *a = ctx;

	for (unsigned int i = 0; i < a->list.n; i++) {
		const struct app *app = &a->list.at[i];
		const struct client_rec *client =
		    client_set_find(&a->call->service->clients, app->client);

		json_out_object(j);
		put_text(j, "id", app->client);
		put_text(
		    j, "name", client != NULL ? client->name : app->client);
		put_text(j, "scope", app->scope);
		contact_put_time(j, "since", app->since);
		json_out_object_end(j);
	}
}

void
contact_apps(struct call *call)
{
	struct apps *a = arena_zalloc(call->req->arena, sizeof(*a));
	struct contact_account account;
	struct contact_rec contact;
	struct txn *vault;
	int rc;

	if (a == NULL) {
		call_failed(call, HUB_ENOMEM);
		return;
	}
	if (!enter(call, &contact, &account))
		return;
	a->call = call;
	vault = store_read_begin(call->service->vault, call->req->arena);
	app_list(
	    vault, call->service->conf, &account.rec, clock_now(), &a->list);
	rc = store_read_end(vault);
	if (rc != 0)
		call_failed(call, rc);
	else
		answer(call, put_apps, a);
}

/* What both ends begin with; the look is over then. */
static bool
enter_to_end(struct call *call, struct contact_rec *contact,
    struct contact_account *account)
{
	static const char *const none[] = { NULL };
	const struct json *body;

	return enter(call, contact, account) &&
	    json_body_read(call, none, true, &body) && call_look_end(call) == 0;
}

static void
finish(struct call *call, int rc)
{
	if (rc == HUB_ENOENT)
		problem(call->req, call->resp, 404, NULL);
	else if (rc != 0)
		call_failed(call, rc);
	else
		call->resp->status = 204;
}

void
contact_session_end(struct call *call)
{
	struct contact_account account;
	struct contact_rec contact;
	struct actor actor;
	struct hub hub;

	if (!enter_to_end(call, &contact, &account))
		return;
	hub = call_hub(call);
	actor = employee_actor(call, &contact);
	finish(call,
	    act_end_session(&hub, &actor, "session.ended", account.rec.id,
		call->req->param[1]));
}

void
contact_app_end(struct call *call)
{
	struct contact_account account;
	struct contact_rec contact;
	struct actor actor;
	struct hub hub;

	if (!enter_to_end(call, &contact, &account))
		return;
	hub = call_hub(call);
	actor = employee_actor(call, &contact);
	finish(
	    call, app_end(&hub, &actor, account.rec.id, call->req->param[1]));
}
