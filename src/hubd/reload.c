#include "hubd/reload.h"

#include <string.h>
#include "base/log.h"

/* "keepers.socket" is nothing to the readers. */
static bool
is_of_another_pool(const char *key, enum pool pool)
{
	struct str rest = str_of(key), head;
	enum pool named;
	char name[16] = "";

	if (!str_split(&rest, '.', &head) || head.n >= sizeof(name))
		return false;
	memcpy(name, head.p, head.n);
	return pool_by_name(name, &named) && named != pool;
}

int
reload_read(struct conf *next, const struct conf *now, enum pool pool,
    const char *path, const char *data, struct why *why)
{
	const char *names[CONF_KEYS_MAX];
	int rc = conf_load(next, path, why);
	size_t n;

	if (rc == 0 && data != NULL)
		rc = conf_set_data(next, data, why);
	if (rc != 0)
		return rc;
	n = conf_hold(next, now, names);
	for (size_t i = 0; i < n; i++) {
		if (!is_of_another_pool(names[i], pool))
			log_warn("%s: %s has changed and needs a restart; the "
				 "old value stays until then",
			    path, names[i]);
	}
	return 0;
}
