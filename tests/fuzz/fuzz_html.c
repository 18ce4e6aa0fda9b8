#include "fuzz.h"

#include "endpoint/html.h"
#include "endpoint/text.h"

#define TEXT_MAX (64 * 1024)

static void
holds(struct str html)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;",
		"&quot;", "&#39;" };

	FUZZ_HOLDS(str_is_utf8(html));
	for (size_t i = 0; i < html.n; i++) {
		struct str rest = { html.p + i, html.n - i };
		bool known = false;

		FUZZ_HOLDS((unsigned char)html.p[i] >= ' ' &&
		    html.p[i] != 0x7f && strchr("<>\"'", html.p[i]) == NULL);
		for (size_t e = 0; e < sizeof(entities) / sizeof(entities[0]);
		     e++)
			known |= str_starts(rest, str_of(entities[e]));
		FUZZ_HOLDS(html.p[i] != '&' || known);
	}
}

/*
 * Whatever it is, it stays text between tags and in an attribute; and a choice
 * of languages by it ends in one of ours.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct buf html;

	if (size > TEXT_MAX)
		return 0;
	buf_init(&html, 6 * TEXT_MAX);
	html_put(&html, text);
	FUZZ_HOLDS(buf_error(&html) == 0);
	holds(buf_view(&html));
	buf_free(&html);
	FUZZ_HOLDS(language_choose(text, STR_NONE) < LANGUAGES);
	FUZZ_HOLDS(language_choose(STR_NONE, text) < LANGUAGES);
	return 0;
}
