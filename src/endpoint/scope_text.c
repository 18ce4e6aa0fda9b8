#include "endpoint/scope_text.h"

#include "identity/scope.h"

static const struct {
	const char *word;
	enum text text;
} scopes[] = {
	{ "openid", TEXT_SCOPE_OPENID },
	{ "profile", TEXT_SCOPE_PROFILE },
	{ "email", TEXT_SCOPE_EMAIL },
	{ "offline_access", TEXT_SCOPE_OFFLINE },
	{ SCOPE_READ, TEXT_SCOPE_READ },
	{ SCOPE_MANAGE, TEXT_SCOPE_MANAGE },
	{ SCOPE_RECORDS, TEXT_SCOPE_RECORDS },
};

#define SCOPES (sizeof(scopes) / sizeof(scopes[0]))

static void
put_word(struct page *page, struct str word)
{
	size_t i = 0;

	while (i < SCOPES && !str_eq(word, str_of(scopes[i].word)))
		i++;
	page_html(page, "<li>");
	/* Nobody is asked for what is not told. */
	if (i < SCOPES)
		page_text(page, scopes[i].text);
	else
		page_str(page, word);
	page_html(page, "</li>\n");
}

void
scope_text_put(struct page *page, struct str scope)
{
	struct str rest = scope, word;

	page_html(page, "<ul>\n");
	while (rest.n > 0 && str_split(&rest, ' ', &word))
		put_word(page, word);
	page_html(page, "</ul>\n");
}
