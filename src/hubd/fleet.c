#include "hubd/fleet.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define LONGEST_PAUSE_MS 1000
#define KILL_AFTER_MS 2000 /* beyond the time that workers have to drain */

struct fleet *
fleet_new(const struct station *station, const struct conf *conf)
{
	size_t n = conf->pool[station->pool].workers;
	struct fleet *f = calloc(1, sizeof(*f) + n * sizeof(f->slots[0]));

	if (f == NULL)
		return NULL;
	f->counters = mmap(NULL, n * sizeof(*f->counters),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (f->counters == MAP_FAILED) {
		free(f);
		return NULL;
	}
	f->station = station;
	f->conf = *conf;
	f->n = n;
	for (size_t i = 0; i < n; i++)
		f->slots[i] = (struct slot){ .what = "worker",
			.pause_max = LONGEST_PAUSE_MS,
			.counters = &f->counters[i] };
	return f;
}

void
fleet_free(struct fleet *f)
{
	if (f == NULL)
		return;
	munmap(f->counters, f->n * sizeof(*f->counters));
	free(f);
}

static int
run(struct slot *slot, void *fleet)
{
	const struct fleet *f = fleet;

	return worker_run(f->station, &f->conf, slot->counters);
}

int64_t
fleet_start(struct fleet *f, int64_t now)
{
	int64_t due = SLOT_NEVER;

	for (size_t i = 0; i < f->n; i++) {
		int64_t at = slot_start(&f->slots[i], now, run, f);

		if (at < due)
			due = at;
	}
	return due;
}

bool
fleet_ended(struct fleet *f, pid_t pid, int status)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->slots[i].pid != pid)
			continue;
		/* Nobody may have looked since the first was ready. */
		if (fleet_ready(f) > 0)
			f->proven = true;
		slot_ended(&f->slots[i], status);
		if (WIFEXITED(status) &&
		    WEXITSTATUS(status) == WORKER_CANNOT_START)
			f->cannot_start = true;
		return true;
	}
	return false;
}

void
fleet_stop(struct fleet *f, int64_t now)
{
	int64_t drain = (int64_t)f->conf.timeout_drain * 1000;

	for (size_t i = 0; i < f->n; i++)
		slot_stop(&f->slots[i], now + drain + KILL_AFTER_MS);
}

int64_t
fleet_late(struct fleet *f, int64_t now)
{
	int64_t due = SLOT_NEVER;

	for (size_t i = 0; i < f->n; i++) {
		int64_t at = slot_late(&f->slots[i], now);

		if (at < due)
			due = at;
	}
	return due;
}

void
fleet_look(struct fleet *f)
{
	for (size_t i = 0; i < f->n; i++)
		slot_look(&f->slots[i], f->conf.timeout_worker);
}

static size_t
count_slots(const struct fleet *f, bool (*is)(const struct slot *slot))
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += is(&f->slots[i]);
	return n;
}

static bool
is_running(const struct slot *slot)
{
	return slot->pid != 0;
}

size_t
fleet_running(const struct fleet *f)
{
	return count_slots(f, is_running);
}

size_t
fleet_ready(const struct fleet *f)
{
	return count_slots(f, slot_is_ready);
}

size_t
fleet_alive(const struct fleet *f)
{
	return count_slots(f, slot_is_alive);
}
