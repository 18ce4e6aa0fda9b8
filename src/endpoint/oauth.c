#include "endpoint/oauth.h"

#include "base/b64.h"
#include "base/secret.h"
#include "http/form.h"
#include "identity/client_secret.h"

/* Decoded, of a Basic header: id and secret, escaped threefold at most. */
#define BASIC_MAX 1024
#define ANSWER_MAX 16384

static void
put_error(struct buf *text, const char *error, const char *description)
{
	struct json_out j;

	json_out_begin(&j, text);
	json_out_object(&j);
	json_out_name(&j, "error");
	json_out_cstr(&j, error);
	if (description != NULL) {
		json_out_name(&j, "error_description");
		json_out_cstr(&j, description);
	}
	json_out_object_end(&j);
	if (json_out_end(&j) != 0)
		buf_fail(text, HUB_ENOMEM);
}

void
oauth_error(
    struct call *call, int status, const char *error, const char *description)
{
	struct buf text;

	buf_init_arena(&text, call->req->arena, ANSWER_MAX);
	put_error(&text, error, description);
	resp_clear(call->resp);
	resp_body(call->resp, status, "application/json", buf_view(&text));
	if (buf_error(&text) != 0)
		call_failed(call, buf_error(&text));
}

void
oauth_answer(struct call *call, struct json_out *json, struct buf *text)
{
	int rc = json_out_end(json);

	if (rc != 0) {
		call_failed(call, rc);
		return;
	}
	resp_body(call->resp, 200, "application/json", buf_view(text));
}

bool
oauth_form(struct call *call, struct param_list *form)
{
	if (!param_read_body(call->req, form)) {
		oauth_error(call, 400, "invalid_request",
		    "the body must be application/x-www-form-urlencoded");
		return false;
	}
	if (form->bad || form->twice.n > 0) {
		oauth_error(call, 400, "invalid_request",
		    form->bad ? "the form cannot be decoded"
			      : "a parameter stands twice");
		return false;
	}
	return true;
}

/* How a client says who it is. */
struct claimed {
	struct str id, secret; /* secret.p NULL: none was sent */
	bool basic;
};

static bool
refuse_client(struct call *call, const char *description)
{
	oauth_error(call, 401, "invalid_client", description);
	/* HTTP wants a challenge with each 401. */
	resp_header(call->resp, "WWW-Authenticate",
	    STR("Basic realm=\"hub\", charset=\"UTF-8\""));
	return false;
}

static bool
refuse_request(struct call *call, const char *description)
{
	oauth_error(call, 400, "invalid_request", description);
	return false;
}

/* RFC 6749 section 2.3.1: both parts are form-encoded before base64. */
static bool
read_basic(struct call *call, struct str text, struct claimed *out)
{
	unsigned char bytes[BASIC_MAX];
	ptrdiff_t n = b64_decode(text, bytes, sizeof(bytes));
	struct str rest, id;
	bool good;

	rest = arena_str(call->req->arena,
	    (struct str){ (const char *)bytes, n < 0 ? 0 : (size_t)n });
	secret_clear(bytes, sizeof(bytes));
	if (n < 0)
		return refuse_client(
		    call, "the Basic credentials are no base64");
	good = str_split(&rest, ':', &id) && rest.p != NULL &&
	    percent_decode(call->req->arena, id, true, &out->id) &&
	    percent_decode(call->req->arena, rest, true, &out->secret);
	if (!good)
		return refuse_client(call,
		    "the Basic credentials are no "
		    "id:secret");
	out->basic = true;
	return true;
}

static bool
read_claimed(
    struct call *call, const struct param_list *form, struct claimed *out)
{
	struct str header = str_trim(call->req->authorization), scheme;
	struct str id = param_get(form, "client_id");

	*out = (struct claimed){ .id = id,
		.secret = param_get(form, "client_secret") };
	if (call->req->two_credentials)
		return refuse_request(
		    call, "more than one credential was sent");
	if (header.n == 0)
		return id.n > 0 ||
		    refuse_client(call, "the client does not say who it is");
	if (!str_split(&header, ' ', &scheme) ||
	    !str_eq_nocase(scheme, STR("Basic")))
		return refuse_client(
		    call, "the Authorization scheme must be Basic");
	if (out->secret.p != NULL)
		return refuse_request(
		    call, "the client authenticates in two ways");
	if (!read_basic(call, str_trim(header), out))
		return false;
	if (id.n > 0 && !str_eq(id, out->id))
		return refuse_request(call,
		    "client_id is not the one of the "
		    "Authorization header");
	return true;
}

static bool
has_secret(struct call *call, const struct claimed *claimed, bool *right)
{
	struct service *s = call->service;
	struct txn *vault = store_read_begin(s->vault, call->req->arena);
	int rc;

	*right = client_secret_is(vault, claimed->id, claimed->secret);
	rc = store_read_end(vault);
	if (rc != 0)
		call_failed(call, rc);
	return rc == 0;
}

bool
oauth_client(
    struct call *call, const struct param_list *form, struct oauth_client *out)
{
	struct claimed claimed;
	bool right;

	if (!read_claimed(call, form, &claimed) || call_look(call) != 0)
		return false;
	out->id = claimed.id;
	out->rec = client_set_find(&call->service->clients, claimed.id);
	if (claimed.secret.p == NULL) {
		if (out->rec == NULL || !out->rec->enabled ||
		    !out->rec->public || out->rec->builtin)
			return refuse_client(call,
			    "the client is unknown or has to "
			    "authenticate");
		return true;
	}
	if (!has_secret(call, &claimed, &right))
		return false;
	if (!right || out->rec == NULL || !out->rec->enabled ||
	    out->rec->public || out->rec->builtin)
		return refuse_client(
		    call, "the client is unknown or its secret is wrong");
	return true;
}
