#include "endpoint/oauth.h"
#include "endpoint/routes.h"
#include "endpoint/shown_token.h"

static int
end_token(struct call *call, const struct oauth_client *client,
    const struct shown_token *shown)
{
	struct hub hub = call_hub(call);
	const struct actor actor = { .client = client->id,
		.source = call->req->remote_addr };

	if (shown->kind == SHOWN_REFRESH)
		return act_end_grant(&hub, &actor, "grant.revoked",
		    shown->grant.account, shown->gid);
	return act_end_token(&hub, &actor,
	    shown->claims.user ? str_of(shown->claims.sub) : STR(""),
	    str_of(shown->claims.jti), shown->claims.exp);
}

static bool
is_of(const struct oauth_client *client, const struct shown_token *shown)
{
	struct str owner = shown->kind == SHOWN_REFRESH
	    ? shown->grant.client
	    : str_of(shown->claims.client_id);

	return str_eq(owner, client->id);
}

/*
 * POST /identity/revoke (RFC 7009): 200 also for a token that is none or no
 * longer; another client's stays as it is.
 */
void
revocation(struct call *call)
{
	struct oauth_client client;
	struct shown_token shown;
	struct param_list form;
	struct str text;
	int rc = 0;

	if (!oauth_form(call, &form) || !oauth_client(call, &form, &client))
		return;
	text = param_get(&form, "token");
	if (text.p == NULL) {
		oauth_error(call, 400, "invalid_request", "token is missing");
		return;
	}
	if (shown_token_read(call, text, &shown) != 0 ||
	    call_look_end(call) != 0)
		return;
	if (shown.kind != SHOWN_NONE && is_of(&client, &shown))
		rc = end_token(call, &client, &shown);
	if (rc != 0)
		call_failed(call, rc);
	else
		resp_body(call->resp, 200, "application/json", STR("{}"));
}
