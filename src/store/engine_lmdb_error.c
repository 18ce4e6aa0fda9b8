#include "store/engine_lmdb_error.h"

#include <errno.h>
#include "base/log.h"
#include "store/engine_lmdb.h"

static int
translate(const struct engine *e, int rc)
{
	switch (rc) {
	case 0:
		return 0;
	case MDB_NOTFOUND:
		return HUB_ENOENT;
	case MDB_MAP_FULL:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return HUB_EFULL;
	case EIO:
		/* LMDB calls a write that was cut short by a full disk so. */
		return folder_disk_full(&e->folder) ? HUB_EFULL : HUB_EIO;
	case MDB_BAD_VALSIZE:
		return HUB_EINVAL;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_INCOMPATIBLE:
		return HUB_ECORRUPT;
	case MDB_VERSION_MISMATCH:
		return HUB_EVERSION;
	case EACCES:
	case EPERM:
	case EROFS:
		return HUB_EDENIED;
	case ENOMEM:
		return HUB_ENOMEM;
	case MDB_TXN_FULL:
		return HUB_ETOOBIG;
	default:
		return HUB_ESTORE;
	}
}

/* What an operator does about it; begins with a separator. */
static const char *
advice(int rc)
{
	switch (rc) {
	case MDB_MAP_FULL:
		return ": raise map_size and restart all programs";
	case MDB_MAP_RESIZED:
		return ": give all programs the same map_size, restart them";
	case MDB_PANIC:
		return ": restart this program";
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EIO:
		return ": make room on the disk or mend it";
	default:
		return "";
	}
}

int
engine_result(const struct engine *e, int rc, const char *what)
{
	if (rc != 0 && rc != MDB_NOTFOUND)
		log_err("store %s: %s: %s%s", e->folder.path, what,
		    mdb_strerror(rc), advice(rc));
	return translate(e, rc);
}

int
engine_explain(const struct engine *e, int rc, struct why *why)
{
	unsigned int slots = 0;

	if (rc == 0)
		return 0;
	if (rc == MDB_READERS_FULL) {
		mdb_env_get_maxreaders(e->env, &slots);
		return why_set(why, HUB_ESTORE,
		    "all %u reader slots of the store in %s are taken: raise "
		    "max_readers and restart all programs",
		    slots, e->folder.path);
	}
	return why_set(why, translate(e, rc),
	    "cannot use the store in %s: %s%s", e->folder.path,
	    mdb_strerror(rc), advice(rc));
}
