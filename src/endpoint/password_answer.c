#include "endpoint/password_answer.h"

#include "base/secret.h"
#include "endpoint/items.h"
#include "identity/credential.h"

#define ANSWER_MAX 1024

static void
put_temporary(struct json_out *j, const struct password_told *told)
{
	json_out_name(j, "temporaryPassword");
	if (told->temporary != NULL)
		json_out_cstr(j, told->temporary);
	else
		json_out_null(j);
	contact_put_time(j, "temporaryPasswordUntil", told->until);
	json_out_name(j, "delivery");
	json_out_cstr(j, told->temporary != NULL ? "shown" : "mailed");
}

void
password_answer(struct call *call, int status, const struct password_told *told)
{
	struct json_out j;
	struct buf body;
	int rc;

	buf_init_arena(&body, call->req->arena, ANSWER_MAX);
	BUF_LIT(&body, ITEMS_HEAD);
	json_out_begin(&j, &body);
	json_out_object(&j);
	json_out_name(&j, "username");
	json_out_str(&j, told->username);
	json_out_name(&j, "state");
	json_out_cstr(&j, told->state);
	put_temporary(&j, told);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	if (told->temporary != NULL)
		secret_clear(told->temporary, PASSWORD_TEMPORARY_LEN + 1);
	BUF_LIT(&body, ITEMS_TAIL);
	if (rc != 0 || buf_error(&body) != 0)
		call_failed(call, rc != 0 ? rc : buf_error(&body));
	else
		resp_body(
		    call->resp, status, "application/json", buf_view(&body));
}

bool
password_is_mailed(const struct call *call)
{
	return call->service->conf->delivery == DELIVERY_MAILED;
}

void
password_answer_pending(struct call *call, int status, struct str account,
    struct str username, char temporary[PASSWORD_TEMPORARY_LEN + 1])
{
	struct password_told told = { .username = username,
		.state = "pending" };
	struct txn *vault;
	struct credential_rec rec;
	int rc;

	if (temporary[0] == '\0') {
		password_answer(call, status, &told);
		return;
	}
	vault = store_read_begin(call->service->vault, call->req->arena);
	credential_get(vault, account, &rec);
	rc = store_read_end(vault);
	if (rc != 0) {
		secret_clear(temporary, PASSWORD_TEMPORARY_LEN + 1);
		call_failed(call, rc);
		return;
	}
	told.temporary = temporary;
	told.until = rec.temporary_until;
	password_answer(call, status, &told);
}
