#include "directory/account_email.h"

#include "base/json_in.h"
#include "directory/render.h"

int
account_email(
    struct arena *arena, const struct account_rec *account, struct str *out)
{
	const struct json *source = NULL;
	int rc = json_parse(arena, account->source, RENDER_MAX, &source, NULL);

	if (rc == HUB_ENOMEM)
		return rc;
	if (rc != 0)
		return HUB_ECORRUPT;
	if (!json_string(json_get(source, "email"), out) || out->n == 0)
		*out = account->name;
	return 0;
}
