/* Covers: endpoint */
/*
 * A request in lines of "NAME value", asked of the whole application twice. In
 * a value $ stands for a token that is right, so that what lies behind the
 * credential is reached, and # for one whose account is disabled.
 */
#include "fuzz.h"

#include <string.h>
#include "base/json_in.h"
#include "http/form.h"
#include "small_hub.h"

#define TEXT_MAX (32 * 1024)

static struct str
fill_in(struct small_hub *hub, struct str value, char mark, const char *text)
{
	ptrdiff_t at = str_index(value, mark);
	const struct str token = str_of(text);
	struct buf out;

	if (at < 0)
		return value;
	buf_init_arena(&out, hub->arena, value.n + token.n);
	buf_put(&out, value.p, (size_t)at);
	buf_str(&out, token);
	buf_put(&out, value.p + at + 1, value.n - (size_t)at - 1);
	return buf_view(&out);
}

static void
ask(struct small_hub *hub, struct str text, struct req *req,
    struct small_answer *answer)
{
	struct req_limits limits;
	struct str line, name;

	arena_reset(hub->arena);
	req_limits_of(&limits, &hub->conf);
	req_begin(req, hub->arena);
	req_param(req, STR("REQUEST_ID"), STR("r-1"));
	while (str_split(&text, '\n', &line)) {
		str_split(&line, ' ', &name);
		line = fill_in(hub, line, '$', hub->token);
		req_param(req, name, fill_in(hub, line, '#', hub->dead_token));
	}
	req_ready(req, &limits);
	small_hub_ask(hub, req, answer);
}

static bool
is_expected(int status)
{
	static const int known[] = { 200, 204, 304, 400, 401, 403, 404, 405,
		413, 414, 431 };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i] == status)
			return true;
	}
	return false;
}

static void
check_body(struct small_hub *hub, const struct small_answer *answer)
{
	const struct json *root;
	uint64_t status;

	if (answer->body.n == 0)
		return;
	FUZZ_HOLDS(
	    json_parse(hub->arena, answer->body, SIZE_MAX, &root, NULL) == 0);
	if (answer->status == 200)
		return;
	FUZZ_HOLDS(json_u64(json_get(root, "status"), 599, &status));
	FUZZ_HOLDS((int)status == answer->status);
}

/* Whether the token is there, as RFC 6750 has it, and nothing else. */
static bool
brings_token(const struct small_hub *hub, const struct req *req)
{
	const struct str scheme = STR("Bearer ");
	struct str value = str_trim(req->authorization);

	if (req->two_credentials || value.n < scheme.n ||
	    !str_eq_nocase((struct str){ value.p, scheme.n }, scheme))
		return false;
	value.p += scheme.n;
	value.n -= scheme.n;
	return str_eq(str_trim(value), str_of(hub->token));
}

/* Nothing of anybody without a token. */
static void
check_secrets(struct small_hub *hub, const struct req *req,
    const struct small_answer *answer)
{
	const struct str secret = STR(SMALL_HUB_SECRET);
	struct str path;

	if (answer->body.n > 0 &&
	    memmem(answer->body.p, answer->body.n, secret.p, secret.n) != NULL)
		FUZZ_HOLDS(answer->status == 200 && brings_token(hub, req));
	if (answer->status != 200 && answer->status != 304)
		return;
	FUZZ_HOLDS(percent_decode(hub->arena, req->path, false, &path));
	FUZZ_HOLDS(
	    str_eq(path, STR("/health/ready")) || brings_token(hub, req));
}

static void
put_whole(struct buf *out, const struct small_answer *answer)
{
	buf_init(out, 1024 * 1024);
	buf_str(out, answer->head);
	buf_str(out, answer->body);
	FUZZ_HOLDS(buf_error(out) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct small_hub *hub = small_hub();
	struct small_answer answer;
	struct buf first, second;
	struct req req;

	if (size > TEXT_MAX)
		return 0;
	ask(hub, text, &req, &answer);
	FUZZ_HOLDS(is_expected(answer.status) && !answer.broken);
	FUZZ_HOLDS(req.method != METHOD_HEAD || answer.body.n == 0);
	check_body(hub, &answer);
	check_secrets(hub, &req, &answer);
	put_whole(&first, &answer);
	/* The token comes out of the cache now. */
	ask(hub, text, &req, &answer);
	put_whole(&second, &answer);
	FUZZ_HOLDS(first.n == second.n);
	/* An id that the hub made up is another each time. */
	if (str_eq(req.id, req.request_id))
		FUZZ_HOLDS(str_eq(buf_view(&first), buf_view(&second)));
	buf_free(&first);
	buf_free(&second);
	return 0;
}
