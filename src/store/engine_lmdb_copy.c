#include "store/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "store/engine_lmdb.h"
#include "store/engine_lmdb_error.h"

#define COPY_PIPE (1024 * 1024) /* bytes */

/* LMDB writes a copy to a descriptor: a thread of its own fills a pipe. */
struct copier {
	MDB_env *env;
	int fd;
	int rc;
};

static void *
copier_run(void *arg)
{
	struct copier *c = arg;

	c->rc = mdb_env_copyfd2(c->env, c->fd, MDB_CP_COMPACT);
	close(c->fd);
	return NULL;
}

/* Signals are not its matter, SIGPIPE least of all: the reader may go. */
static int
copier_start(struct copier *c, pthread_t *thread)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, NULL, copier_run, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static int
hand_out(int fd, int (*take)(void *ctx, struct str piece), void *ctx,
    struct why *why)
{
	char bytes[65536];
	ssize_t n;
	int rc;

	while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_set(why, HUB_EIO, "cannot read the copy: %s",
			    strerror(errno));
		rc = take(ctx, (struct str){ bytes, (size_t)n });
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
engine_copy(struct engine *e, int (*take)(void *ctx, struct str piece),
    void *ctx, struct why *why)
{
	struct copier copier = { .env = e->env };
	pthread_t thread;
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return engine_explain(e, errno, why);
	/* As much as LMDB writes at a time, if that is allowed. */
	fcntl(ends[1], F_SETPIPE_SZ, COPY_PIPE);
	copier.fd = ends[1];
	rc = copier_start(&copier, &thread);
	if (rc != 0) {
		close(ends[0]);
		close(ends[1]);
		return engine_explain(e, rc, why);
	}
	rc = hand_out(ends[0], take, ctx, why);
	/* If nobody takes more, the copier's next write ends it. */
	close(ends[0]);
	pthread_join(thread, NULL);
	return rc != 0 ? rc : engine_explain(e, copier.rc, why);
}
