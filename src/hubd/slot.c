#include "hubd/slot.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

#define SHORT_LIFE_MS 1000 /* a process that ends earlier is held back */
#define FIRST_PAUSE_MS 50
#define FORK_PAUSE_MS 1000

/* In the child. It must not outlive its master, however that ends. */
static _Noreturn void
become(struct slot *slot, pid_t master,
    int (*run)(struct slot *slot, void *ctx), void *ctx)
{
	char name[16];

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != master)
		_exit(EXIT_SUCCESS);
	snprintf(name, sizeof(name), "hub-%s", slot->what);
	prctl(PR_SET_NAME, name);
	signal(SIGHUP, SIG_IGN);
	exit(run(slot, ctx));
}

int64_t
slot_start(struct slot *slot, int64_t now,
    int (*run)(struct slot *slot, void *ctx), void *ctx)
{
	pid_t master = getpid(), pid;

	if (slot->pid != 0)
		return SLOT_NEVER;
	if (slot->restart_at > now)
		return slot->restart_at;
	slot->started = now;
	slot->beats = atomic_load(&slot->counters->beats);
	slot->silent = 0;
	pid = fork();
	if (pid == 0)
		become(slot, master, run, ctx);
	if (pid > 0) {
		slot->pid = pid;
		return SLOT_NEVER;
	}
	log_err("cannot start a %s: %s", slot->what, strerror(errno));
	slot->restart_at = now + FORK_PAUSE_MS;
	return slot->restart_at;
}

static void
log_death(const struct slot *slot, int status)
{
	if (WIFSIGNALED(status))
		log_err("%s %ld was ended by signal %d", slot->what,
		    (long)slot->pid, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_err("%s %ld ended with status %d", slot->what,
		    (long)slot->pid, WEXITSTATUS(status));
}

static void
hold_back(struct slot *slot, int64_t now)
{
	if (now - slot->started >= SHORT_LIFE_MS || slot->kill_at != 0)
		slot->pause = 0;
	else if (slot->pause == 0)
		slot->pause = FIRST_PAUSE_MS;
	else
		slot->pause *= 2;
	if (slot->pause > slot->pause_max)
		slot->pause = slot->pause_max;
	slot->restart_at = now + slot->pause;
}

void
slot_ended(struct slot *slot, int status)
{
	/* Who is killed for being late has been named already. */
	if (slot->kill_at != SLOT_NEVER)
		log_death(slot, status);
	hold_back(slot, clock_mono_ms());
	atomic_store(&slot->counters->ready, 0);
	slot->pid = 0;
	slot->kill_at = 0;
}

void
slot_stop(struct slot *slot, int64_t kill_at)
{
	if (slot->pid == 0 || slot->kill_at != 0)
		return;
	slot->kill_at = kill_at;
	kill(slot->pid, SIGTERM);
}

int64_t
slot_late(struct slot *slot, int64_t now)
{
	if (slot->pid == 0 || slot->kill_at == 0)
		return SLOT_NEVER;
	if (slot->kill_at <= now) {
		log_warn("%s %ld did not stop in time and is killed",
		    slot->what, (long)slot->pid);
		kill(slot->pid, SIGKILL);
		slot->kill_at = SLOT_NEVER;
	}
	return slot->kill_at;
}

void
slot_look(struct slot *slot, uint64_t seconds)
{
	uint64_t beats = atomic_load(&slot->counters->beats);

	if (slot->pid == 0 || slot->kill_at != 0)
		return;
	slot->silent = beats == slot->beats ? slot->silent + 1 : 0;
	slot->beats = beats;
	if (slot->silent == SLOT_LOOKS) {
		log_err("%s %ld has given no sign of life for %llu seconds and "
			"is ended",
		    slot->what, (long)slot->pid, (unsigned long long)seconds);
		kill(slot->pid, SIGABRT);
	} else if (slot->silent == SLOT_LOOKS + 1) {
		kill(slot->pid, SIGKILL);
	}
}

bool
slot_is_ready(const struct slot *slot)
{
	return slot->pid != 0 && atomic_load(&slot->counters->ready) != 0;
}

bool
slot_is_alive(const struct slot *slot)
{
	return slot_is_ready(slot) && slot->silent < SLOT_LOOKS;
}
