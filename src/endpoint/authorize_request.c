#include "endpoint/authorize_request.h"

#include <stddef.h>
#include "base/buf.h"
#include "http/form.h"

/* With the address before it and other fields it fits into RESP_HEADERS_MAX. */
#define QUERY_MAX 7168

static const struct {
	const char *name;
	size_t offset;
} members[] = {
#define MEMBER(m)                                                              \
	{                                                                      \
#m, offsetof(struct authorize_request, m)                      \
	}
	MEMBER(response_type),
	MEMBER(response_mode),
	MEMBER(client_id),
	MEMBER(redirect_uri),
	MEMBER(scope),
	MEMBER(state),
	MEMBER(nonce),
	MEMBER(prompt),
	MEMBER(max_age),
	MEMBER(id_token_hint),
	MEMBER(login_hint),
	MEMBER(ui_locales),
	MEMBER(code_challenge),
	MEMBER(code_challenge_method),
	MEMBER(request),
	MEMBER(request_uri),
#undef MEMBER
};

#define MEMBER_COUNT (sizeof(members) / sizeof(members[0]))

static struct str *
member_of(struct authorize_request *request, size_t i)
{
	return (struct str *)(void *)((char *)request + members[i].offset);
}

void
authorize_request_of(
    const struct param_list *list, struct authorize_request *request)
{
	*request = (struct authorize_request){ 0 };
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		*member_of(request, i) = param_get(list, members[i].name);
		if (param_is_twice(list, members[i].name))
			request->twice = true;
	}
	if (param_is_twice(list, "state"))
		request->state = STR_NONE;
	request->bad = list->bad;
	request->twice_address = param_is_twice(list, "client_id") ||
	    param_is_twice(list, "redirect_uri");
}

static bool
is_answered(struct str word, enum authorize_step done)
{
	if (done == STEP_CONSENT)
		return str_eq(word, STR("consent"));
	return str_eq(word, STR("login")) ||
	    str_eq(word, STR("select_account"));
}

/* The words of PROMPT but those that are answered. */
static struct str
rest_of_prompt(struct arena *arena, struct str prompt, enum authorize_step done)
{
	struct str rest = prompt, word;
	struct buf words;

	buf_init_arena(&words, arena, prompt.n + 1);
	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (is_answered(word, done))
			continue;
		if (words.n > 0)
			buf_byte(&words, ' ');
		buf_str(&words, word);
	}
	return buf_view(&words);
}

struct str
authorize_request_query(struct arena *arena,
    const struct authorize_request *request, enum authorize_step done)
{
	struct authorize_request copy = *request;
	struct buf query;

	if (done != STEP_NONE)
		copy.prompt = rest_of_prompt(arena, copy.prompt, done);
	if (done == STEP_SIGN_IN)
		copy.max_age = STR_NONE;
	buf_init_arena(&query, arena, QUERY_MAX);
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		struct str value = *member_of(&copy, i);

		if (value.n > 0)
			form_put(&query, members[i].name, value);
	}
	return buf_error(&query) == 0 ? buf_view(&query) : STR_NONE;
}
