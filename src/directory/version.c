#include "directory/version.h"

int
version_parse(const struct json *line, struct version *out, struct why *why)
{
	const struct json *node = json_get(line, "version");

	*out = (struct version){ .given = node != NULL };
	if (node == NULL || json_u64(node, UINT64_MAX, &out->number))
		return 0;
	return why_set(why, HUB_EINVAL,
	    "/version: not a whole number from 0 to 18446744073709551615");
}

bool
version_is_older(struct version new, struct version old)
{
	return new.given &&old.given &&new.number < old.number;
}

struct version
version_after(struct version new, struct version old)
{
	return new.given ? new : old;
}
