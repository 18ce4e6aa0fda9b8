#include "hubd/reload.h"

#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "mail/courier.h"

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

/* To open a pipe would wait for its writer, and all of the daemon with it. */
static int
check_kind(const char *path, struct why *why)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return why_set(why, HUB_EINVAL,
		    "cannot read %s: it is no regular file", path);
	return 0;
}

int
reload_read(struct conf *next, const struct conf *now, enum pool pool,
    const char *path, const char *data, struct why *why)
{
	const char *names[CONF_KEYS_MAX];
	int rc = check_kind(path, why);
	size_t n;

	if (rc == 0)
		rc = conf_load(next, path, why);
	if (rc == 0 && data != NULL)
		rc = conf_set_data(next, data, why);
	if (rc == 0 && pool == POOL_KEEPERS)
		rc = courier_check(next, why);
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
