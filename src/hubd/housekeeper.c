#include "hubd/housekeeper.h"

#include <assert.h>
#include <signal.h>
#include <time.h>
#include "base/clock.h"
#include "base/log.h"
#include "hubd/slot.h"
#include "store/fill.h"
#include "store/schema.h"

#define MINUTE (60 * 1000)

#define NEWS_STEP 5

struct chore {
	const char *name;
	int64_t interval; /* milliseconds */
	/*
	 * Short: within timeout.worker, and no transaction of more than a few
	 * records. What fails is logged and tried again at the next time.
	 */
	void (*fn)(struct house *house);
};

/* A process that was killed leaves its slot taken, and pages that it read. */
static void
free_readers(struct house *h)
{
	unsigned int n =
	    store_sweep_readers(h->directory) + store_sweep_readers(h->vault);

	if (n > 0)
		log_info("freed %u reader slots of processes that are gone", n);
}

bool
house_is_news(unsigned int *told, unsigned int percent)
{
	unsigned int level =
	    percent < STORE_FILL_EARLY ? 0 : percent - percent % NEWS_STEP;
	bool news = level > *told;

	if (news || percent + NEWS_STEP < *told)
		*told = level;
	return news;
}

static bool
look_at_store(struct store *store, const char *name, unsigned int *told,
    struct store_fill *fill)
{
	unsigned int percent;
	int rc = store_fill(store, fill);

	if (rc != 0) {
		log_err(
		    "cannot see how full the %s is: %s", name, err_text(rc));
		return false;
	}
	percent = store_fill_map_percent(fill);
	if (house_is_news(told, percent))
		log_warn("the %s uses %u%% of map_size; when it is full "
			 "nothing more can be written: raise map_size and "
			 "restart all programs",
		    name, percent);
	return true;
}

/* A large disk of which much is left is never news. */
static void
look_at_disk(struct house *h, const struct store_fill *fill)
{
	unsigned int percent =
	    store_fill_disk_is_early(fill) ? store_fill_disk_percent(fill) : 0;

	if (house_is_news(&h->told_disk, percent))
		log_warn("the disk of %s is %u%% full; when it is full "
			 "nothing more can be written: make room",
		    h->conf->data, percent);
}

static void
look_at_room(struct house *h)
{
	struct store_fill fill;

	look_at_store(h->vault, "vault", &h->told_vault, &fill);
	/* Both stand in the same folder, so one of them tells of the disk. */
	if (look_at_store(h->directory, "directory", &h->told_directory, &fill))
		look_at_disk(h, &fill);
}

static const struct chore chores[] = {
	{ "readers", MINUTE, free_readers },
	{ "room", MINUTE, look_at_room },
};

#define CHORE_COUNT (sizeof(chores) / sizeof(chores[0]))
static_assert(CHORE_COUNT <= HOUSE_CHORES_MAX, "room for every chore");

int
house_open(struct house *h, const struct conf *conf, struct why *why)
{
	struct schema schema;
	int rc;

	*h = (struct house){ .conf = conf };
	schema_directory(&schema, conf);
	rc = store_open(&h->directory, &schema.spec, STORE_WRITE, why);
	if (rc != 0)
		return rc;
	schema_vault(&schema, conf);
	rc = store_open(&h->vault, &schema.spec, STORE_WRITE, why);
	if (rc != 0)
		house_close(h);
	return rc;
}

void
house_close(struct house *h)
{
	store_close(h->vault);
	store_close(h->directory);
	*h = (struct house){ 0 };
}

int64_t
house_turn(struct house *h, int64_t now)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < CHORE_COUNT; i++) {
		if (h->due[i] <= now) {
			log_debug("chore %s", chores[i].name);
			chores[i].fn(h);
			h->due[i] = now + chores[i].interval;
		}
		if (h->due[i] < due)
			due = h->due[i];
	}
	return due;
}

/* False when TERM or INT has come, blocked as they are. */
static bool
rest(int64_t ms)
{
	struct timespec limit = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };
	sigset_t stop;
	int signal_number;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	signal_number = sigtimedwait(&stop, NULL, &limit);
	return signal_number != SIGTERM && signal_number != SIGINT;
}

int
housekeeper_run(const struct station *station, const struct conf *conf,
    struct counters *counters)
{
	int64_t beat = (int64_t)conf->timeout_worker * 1000 / SLOT_BEATS;
	struct why why = { "" };
	struct house house;
	int64_t now, due;

	station_enter(station, conf);
	/* It serves nobody, so it must not keep the socket open. */
	close(station->listen_fd);
	if (house_open(&house, conf, &why) != 0) {
		log_err("housekeeper: %s", why.text);
		return 1;
	}
	atomic_store(&counters->ready, 1);
	do {
		count(&counters->beats);
		now = clock_mono_ms();
		due = house_turn(&house, now);
	} while (rest(due - now < beat ? due - now : beat));
	atomic_store(&counters->ready, 0);
	house_close(&house);
	return 0;
}
