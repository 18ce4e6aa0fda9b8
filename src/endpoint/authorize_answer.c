#include "endpoint/authorize_answer.h"

#include "http/form.h"

#define ADDRESS_MAX RESP_HEADERS_MAX

void
authorize_go(struct call *call, struct str address)
{
	call->resp->status = 303;
	resp_header(call->resp, "Location", address);
}

void
authorize_answer(struct call *call, const struct authorize_answer *answer)
{
	const struct token_domain *domain = &call->service->verifier.domain;
	struct str uri = answer->redirect_uri;
	struct buf address, query;

	buf_init_arena(&query, call->req->arena, ADDRESS_MAX);
	form_put(&query, answer->name, answer->value);
	if (answer->description != NULL)
		form_put(
		    &query, "error_description", str_of(answer->description));
	if (answer->state.p != NULL)
		form_put(&query, "state", answer->state);
	form_put(&query, "iss", str_of(domain->issuer));
	buf_init_arena(&address, call->req->arena, ADDRESS_MAX);
	buf_str(&address, uri);
	buf_byte(&address, str_index(uri, '?') < 0 ? '?' : '&');
	buf_str(&address, buf_view(&query));
	if (buf_error(&query) != 0 || buf_error(&address) != 0)
		call_failed(call, HUB_ENOMEM);
	else
		authorize_go(call, buf_view(&address));
}
