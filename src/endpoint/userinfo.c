#include "base/json_in.h"
#include "directory/render.h"
#include "endpoint/oauth.h"
#include "endpoint/routes.h"
#include "identity/proven.h"

#define ANSWER_MAX 16384
#define WHOLE_NAME_MAX 4096

struct person {
	struct str username, email, first, middle, last;
};

static struct str
text_of_member(const struct json *item, const char *name)
{
	struct str text;

	return json_string(json_get(item, name), &text) ? text : STR_NONE;
}

static int
read_person(struct call *call, struct person *out)
{
	const struct json *item;
	struct why why;
	int rc = json_parse(
	    call->req->arena, call->account.item, ITEM_MAX, &item, &why);

	if (rc != 0)
		return HUB_ECORRUPT;
	out->username = text_of_member(item, "name");
	out->email = text_of_member(item, "email");
	out->first = text_of_member(item, "firstName");
	out->middle = text_of_member(item, "middleName");
	out->last = text_of_member(item, "lastName");
	return 0;
}

/* What is not known is left out (OpenID Connect Core section 5.3.2). */
static void
put_known(struct json_out *j, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	json_out_name(j, name);
	json_out_str(j, value);
}

static void
put_profile(struct json_out *j, struct arena *arena, const struct person *p)
{
	const struct str parts[] = { p->first, p->middle, p->last };
	struct buf whole;

	buf_init_arena(&whole, arena, WHOLE_NAME_MAX);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].n == 0)
			continue;
		if (whole.n > 0)
			buf_byte(&whole, ' ');
		buf_str(&whole, parts[i]);
	}
	if (buf_error(&whole) == 0)
		put_known(j, "name", buf_view(&whole));
	put_known(j, "given_name", p->first);
	put_known(j, "middle_name", p->middle);
	put_known(j, "family_name", p->last);
	put_known(j, "preferred_username", p->username);
}

static int
look_at_proof(struct call *call, bool *proven)
{
	struct txn *vault =
	    store_read_begin(call->service->vault, call->req->arena);

	*proven = proven_is(vault, &call->account);
	return store_read_end(vault);
}

/*
 * GET and POST /identity/userinfo (OpenID Connect Core section 5.3): claims of
 * the token's user, by its scope.
 */
void
userinfo(struct call *call)
{
	const struct claims *claims = call->claims;
	struct person person;
	struct json_out j;
	struct buf text;
	bool proven;
	int rc = read_person(call, &person);

	if (rc == 0)
		rc = look_at_proof(call, &proven);
	if (rc != 0) {
		call_failed(call, rc);
		return;
	}
	buf_init_arena(&text, call->req->arena, ANSWER_MAX);
	json_out_begin(&j, &text);
	json_out_object(&j);
	json_out_name(&j, "sub");
	json_out_cstr(&j, claims->sub);
	if (claims_have_scope(claims, "profile"))
		put_profile(&j, call->req->arena, &person);
	if (claims_have_scope(claims, "email") && person.email.n > 0) {
		put_known(&j, "email", person.email);
		json_out_name(&j, "email_verified");
		json_out_bool(&j, proven);
	}
	json_out_object_end(&j);
	oauth_answer(call, &j, &text);
}
