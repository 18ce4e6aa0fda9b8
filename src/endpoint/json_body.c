#include "endpoint/json_body.h"

#include "directory/field.h"

/* Members whose JSON pointer is told; more than that is cut off. */
#define POINTER_MAX 256

/* RFC 6901 section 3. */
static struct str
pointer_to(struct arena *arena, struct str member)
{
	struct buf buf;

	buf_init_arena(&buf, arena, member.n * 2 + 1);
	buf_byte(&buf, '/');
	for (size_t i = 0; i < member.n; i++) {
		if (member.p[i] == '~')
			BUF_LIT(&buf, "~0");
		else if (member.p[i] == '/')
			BUF_LIT(&buf, "~1");
		else
			buf_byte(&buf, member.p[i]);
	}
	return buf_view(&buf);
}

void
json_body_refuse(struct call *call, struct str member, const char *detail)
{
	struct problem_more more = { .fault = detail };

	/* What is that long is no name of ours; the problem stays small. */
	more.pointer = member.n == 0 || member.n > POINTER_MAX
	    ? STR("")
	    : pointer_to(call->req->arena, member);
	problem_more(call->req, call->resp, 422,
	    "The body is JSON, but not what this address takes.", &more);
}

static bool
is_json(struct str type)
{
	struct str essence = STR("");

	str_split(&type, ';', &essence);
	return str_eq_nocase(str_trim(essence), STR("application/json"));
}

bool
json_body_read(struct call *call, const char *const *names, bool may_be_empty,
    const struct json **out)
{
	static const struct json empty = { .type = JSON_OBJECT };
	struct req *req = call->req;
	struct why why;

	*out = &empty;
	if (req->body.n == 0 && may_be_empty)
		return true;
	if (!is_json(req->content_type)) {
		problem(req, call->resp, 415,
		    "The body must be JSON, and Content-Type say so.");
		return false;
	}
	if (json_parse(req->arena, req->body, req->body.n, out, &why) != 0) {
		problem(req, call->resp, 400,
		    arena_printf(
			req->arena, "The body cannot be read: %s.", why.text));
		return false;
	}
	if ((*out)->type != JSON_OBJECT) {
		json_body_refuse(call, STR(""), "not an object");
		return false;
	}
	for (const struct json *m = (*out)->child; m != NULL; m = m->next) {
		if (!name_among(m->name, names)) {
			json_body_refuse(call, m->name, "not known here");
			return false;
		}
	}
	return true;
}
