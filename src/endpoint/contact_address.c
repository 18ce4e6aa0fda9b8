#include "endpoint/contact_address.h"

#include "directory/username.h"
#include "endpoint/json_body.h"
#include "identity/audit.h"
#include "identity/throttle.h"

#define TOO_MANY "Too many addresses were tried: try again later."

bool
contact_take_email(
    struct call *call, const struct json *body, struct str *email)
{
	struct why why;

	if (json_get(body, "email") == NULL) {
		json_body_refuse(call, STR("email"), "missing");
		return false;
	}
	if (!json_string(json_get(body, "email"), email)) {
		json_body_refuse(call, STR("email"), "not text");
		return false;
	}
	if (username_check(*email, email, &why) != 0) {
		json_body_refuse(call, STR("email"),
		    arena_str(call->req->arena, str_of(why.text)).p);
		return false;
	}
	return true;
}

bool
contact_read_email(struct call *call, struct str *email)
{
	static const char *const names[] = { "email", NULL };
	const struct json *body;

	return json_body_read(call, names, false, &body) &&
	    contact_take_email(call, body, email);
}

void
contact_throttled(struct call *call, int64_t wait_ms, const char *words)
{
	problem(call->req, call->resp, 429, words);
	resp_header(call->resp, "Retry-After",
	    str_of(arena_printf(call->req->arena, "%lld",
		(long long)((wait_ms + 999) / 1000))));
}

bool
contact_must_wait(struct call *call)
{
	struct txn *vault =
	    store_read_begin(call->service->vault, call->req->arena);
	int64_t wait = throttle_conflict_wait(
	    vault, call->account.id, clock_now_us() / 1000);
	int rc = store_read_end(vault);

	if (rc != 0)
		call_failed(call, rc);
	else if (wait > 0)
		contact_throttled(call, wait, TOO_MANY);
	return rc != 0 || wait > 0;
}

struct finding {
	struct str employee;
	struct audit_rec found, refused;
	int64_t wait;
};

static int
count_finding(struct txn *vault, void *arg)
{
	struct finding *f = arg;
	bool first;

	f->wait = throttle_conflict(
	    vault, f->employee, clock_now_us() / 1000, &first);
	if (f->wait == 0)
		audit_put(vault, &f->found);
	else if (first)
		audit_put(vault, &f->refused);
	return 0;
}

void
contact_address_found(struct call *call, const struct actor *actor,
    const char *event, const char *reason, const char *words)
{
	struct finding f = { .employee = call->account.id };
	int rc;

	act_event(&f.found, actor, event, STR(""), NULL);
	act_event(
	    &f.refused, actor, "account.address_throttled", STR(""), NULL);
	rc = store_write(
	    call->service->vault, call->req->arena, count_finding, &f);
	if (rc != 0)
		call_failed(call, rc);
	else if (f.wait > 0)
		contact_throttled(call, f.wait, TOO_MANY);
	else
		contact_conflict(call, reason, STR_NONE, words);
}
