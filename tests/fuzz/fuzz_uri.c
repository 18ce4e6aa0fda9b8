/* Covers: identity/uri.c */
#include "fuzz.h"

#include "identity/uri.h"

/* What the sentence of a refusal is fit for, and that there is one. */
static bool
takes(int (*check)(struct str text, struct why *why), struct str text)
{
	struct why why = { "" };
	int rc = check(text, &why);

	FUZZ_HOLDS(rc == 0 || rc == HUB_EINVAL);
	FUZZ_HOLDS((rc == 0) == (why.text[0] == '\0'));
	FUZZ_HOLDS(str_is_print(str_of(why.text)));
	if (rc == 0) {
		FUZZ_HOLDS(text.n > 0 && text.n <= URI_MAX);
		FUZZ_HOLDS(str_is_print(text));
		FUZZ_HOLDS(str_index(text, ' ') < 0);
		FUZZ_HOLDS(str_index(text, '#') < 0);
		FUZZ_HOLDS(str_index(text, '\\') < 0);
	}
	return rc == 0;
}

/* An origin is an address without a path; a redirect names a resource. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	bool origin = takes(uri_check_origin, text);
	bool redirect = takes(uri_check_redirect, text);
	bool resource = takes(uri_check_resource, text);

	if (origin)
		FUZZ_HOLDS(redirect && text.p[size - 1] != '/');
	/* Browsers write no address in two forms at once. */
	if (origin && str_index(text, '[') >= 0)
		FUZZ_HOLDS(str_index(text, '.') < 0);
	if (redirect)
		FUZZ_HOLDS(resource);
	if (resource)
		FUZZ_HOLDS(text.p[0] >= 'a' && text.p[0] <= 'z');
	if (redirect && str_starts(text, STR("http://")))
		FUZZ_HOLDS(str_starts(text, STR("http://localhost")) ||
		    str_starts(text, STR("http://127.0.0.1")) ||
		    str_starts(text, STR("http://[::1]")));
	return 0;
}
