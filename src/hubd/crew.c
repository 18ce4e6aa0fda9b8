#include "hubd/crew.h"

#include <stdio.h>
#include "base/log.h"
#include "hubd/reload.h"

/* Of earlier configurations that still drain; a further reload waits. */
#define LEAVING_MAX 2

int
crew_open(struct crew *c, const struct station *station,
    const struct conf *conf, const char *path, const char *data)
{
	*c = (struct crew){ .station = station, .path = path, .data = data };
	LIST_INIT(&c->leaving);
	c->now = fleet_new(station, conf);
	return c->now == NULL ? HUB_ENOMEM : 0;
}

void
crew_close(struct crew *c)
{
	struct fleet *f;

	while ((f = LIST_FIRST(&c->leaving)) != NULL) {
		LIST_REMOVE(f, entry);
		fleet_free(f);
	}
	fleet_free(c->next);
	fleet_free(c->now);
}

static void
leave(struct crew *c, struct fleet *f, int64_t now)
{
	fleet_stop(f, now);
	LIST_INSERT_HEAD(&c->leaving, f, entry);
}

static void
give_up(struct crew *c, int64_t now, const char *reason)
{
	log_err("%s: %s; the old configuration stays", c->path, reason);
	leave(c, c->next, now);
	c->next = NULL;
}

static void
begin_reload(struct crew *c, int64_t now)
{
	struct why why = { "" };
	struct conf conf;

	c->asked = false;
	if (reload_read(&conf, &c->now->conf, c->station->pool, c->path,
		c->data, &why) != 0) {
		log_err("%s; the old configuration stays", why.text);
		return;
	}
	c->next = fleet_new(c->station, &conf);
	if (c->next == NULL) {
		log_err("out of memory; the old configuration stays");
		return;
	}
	c->give_up_at = now + (int64_t)conf.timeout_worker * 1000;
}

static void
take_over(struct crew *c, int64_t now)
{
	leave(c, c->now, now);
	c->now = c->next;
	c->next = NULL;
	c->takeovers++;
	log_open(c->station->name, (enum log_level)c->now->conf.log_level);
	log_info("%s: read again; %zu workers took over", c->path, c->now->n);
}

/* Moves a reload on; when it is given up. */
static int64_t
reload_on(struct crew *c, int64_t now)
{
	int64_t due = fleet_start(c->next, now);

	if (c->next->cannot_start)
		give_up(c, now, "the new workers cannot start");
	else if (fleet_ready(c->next) == c->next->n)
		take_over(c, now);
	else if (c->give_up_at <= now)
		give_up(c, now, "the new workers do not get ready");
	else
		return due < c->give_up_at ? due : c->give_up_at;
	return now;
}

static size_t
count_leaving(const struct crew *c)
{
	const struct fleet *f;
	size_t n = 0;

	for (f = LIST_FIRST(&c->leaving); f != NULL; f = LIST_NEXT(f, entry))
		n++;
	return n;
}

/* Frees who is gone and kills who is late; when the next is. */
static int64_t
see_off(struct crew *c, int64_t now)
{
	struct fleet *f = LIST_FIRST(&c->leaving), *next;
	int64_t due = SLOT_NEVER;

	for (; f != NULL; f = next) {
		int64_t at = fleet_late(f, now);

		next = LIST_NEXT(f, entry);
		if (at < due)
			due = at;
		if (fleet_running(f) > 0)
			continue;
		LIST_REMOVE(f, entry);
		fleet_free(f);
	}
	return due;
}

int64_t
crew_turn(struct crew *c, int64_t now)
{
	int64_t due = see_off(c, now), at;

	if (c->now == NULL)
		return due;
	at = fleet_start(c->now, now);
	if (at < due)
		due = at;
	if (fleet_ready(c->now) > 0)
		c->now->proven = true;
	if (fleet_ready(c->now) == c->now->n)
		c->complete = true;
	if (c->asked && c->next == NULL && count_leaving(c) < LEAVING_MAX)
		begin_reload(c, now);
	if (c->next == NULL)
		return due;
	at = reload_on(c, now);
	return at < due ? at : due;
}

bool
crew_ended(struct crew *c, pid_t pid, int status)
{
	struct fleet *f;

	if (c->now != NULL && fleet_ended(c->now, pid, status))
		return true;
	if (c->next != NULL && fleet_ended(c->next, pid, status))
		return true;
	for (f = LIST_FIRST(&c->leaving); f != NULL; f = LIST_NEXT(f, entry)) {
		if (fleet_ended(f, pid, status))
			return true;
	}
	return false;
}

void
crew_reload(struct crew *c)
{
	log_info("%s: to be read again", c->path);
	c->asked = true;
}

bool
crew_is_reloading(const struct crew *c)
{
	return c->asked || c->next != NULL;
}

void
crew_stop(struct crew *c, int64_t now)
{
	if (c->next != NULL)
		leave(c, c->next, now);
	if (c->now != NULL)
		leave(c, c->now, now);
	c->now = c->next = NULL;
	c->asked = false;
}

void
crew_look(struct crew *c)
{
	if (c->now != NULL)
		fleet_look(c->now);
}

bool
crew_is_gone(const struct crew *c)
{
	return c->now == NULL && LIST_EMPTY(&c->leaving);
}

bool
crew_has_failed(const struct crew *c)
{
	return c->now != NULL && c->now->cannot_start && !c->now->proven;
}

bool
crew_is_alive(const struct crew *c)
{
	return c->now == NULL || fleet_alive(c->now) > 0;
}

const struct conf *
crew_conf(const struct crew *c)
{
	return c->now == NULL ? NULL : &c->now->conf;
}

void
crew_describe(const struct crew *c, char *text, size_t size)
{
	const struct fleet *f;
	size_t left = 0;

	for (f = LIST_FIRST(&c->leaving); f != NULL; f = LIST_NEXT(f, entry))
		left += fleet_running(f);
	if (c->now == NULL)
		snprintf(text, size, "stopping: %zu workers left", left);
	else if (c->next != NULL)
		snprintf(text, size,
		    "%zu of %zu workers serve; reloading: %zu of %zu new ones "
		    "are ready",
		    fleet_ready(c->now), c->now->n, fleet_ready(c->next),
		    c->next->n);
	else
		snprintf(text, size, "%zu of %zu workers serve",
		    fleet_ready(c->now), c->now->n);
}
