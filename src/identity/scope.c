#include "identity/scope.h"

#define OFFERED                                                                \
	"openid profile email offline_access " SCOPE_READ " " SCOPE_MANAGE

static const char names[] = OFFERED " " SCOPE_RECORDS;

bool
scope_is_known(struct str word)
{
	return str_has_word(STR(names), word);
}

bool
scope_is_of_client(struct str word)
{
	return str_eq(word, STR(SCOPE_RECORDS));
}

const char *
scope_names(void)
{
	return names;
}

const char *
scope_offered(void)
{
	return OFFERED;
}
