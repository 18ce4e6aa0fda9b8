#include "hubd/housekeeper.h"

#include <assert.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include "base/clock.h"
#include "base/log.h"
#include "hubd/slot.h"
#include "identity/key_ring.h"
#include "store/fill.h"
#include "store/schema.h"

#define MAIL_LOOK 1000 /* milliseconds between two looks at the queue */
#define MINUTE (60 * 1000)
#define SOON 250 /* milliseconds, to a chore that has not come to its end */

#define ARENA_FIRST (64 * 1024)
#define ARENA_MAX (64 * 1024 * 1024)

#define SWEEP_STEPS 5 /* transactions of each kind in a turn */

#define NEWS_STEP 5

struct chore {
	const char *name;
	int64_t interval; /* milliseconds */
	/*
	 * Short: within timeout.worker, and no transaction of more than a few
	 * records. What fails is logged and tried again at the next time. True:
	 * there is more to do of it, soon.
	 */
	bool (*fn)(struct house *house);
};

/* A process that was killed leaves its slot taken, and pages that it read. */
static bool
free_readers(struct house *h)
{
	unsigned int n =
	    store_sweep_readers(h->directory) + store_sweep_readers(h->vault);

	if (n > 0)
		log_info("freed %u reader slots of processes that are gone", n);
	return false;
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

static bool
look_at_room(struct house *h)
{
	struct store_fill fill;

	look_at_store(h->vault, "vault", &h->told_vault, &fill);
	/* Both stand in the same folder, so one of them tells of the disk. */
	if (look_at_store(h->directory, "directory", &h->told_directory, &fill))
		look_at_disk(h, &fill);
	return false;
}

/* Both stores as acts take them. */
static struct hub
hub_of(struct house *h)
{
	return (struct hub){
		.conf = h->conf,
		.directory = h->directory,
		.vault = h->vault,
		.arena = h->arena,
	};
}

static bool
sweep_stores(struct house *h)
{
	const struct hub hub = hub_of(h);
	const struct swept *swept = &h->sweep.swept;
	int rc = sweep_round(&hub, &h->sweep, clock_now());

	if (rc != 0)
		log_err("what has expired cannot be swept: %s", err_text(rc));
	log_debug(
	    "swept %u codes, %u grants, %u sessions, %u windows, %u "
	    "counters, %u revocations, %u events, %u credentials, %u "
	    "secrets, %u consents, %u second factors, %u proofs, %u mails, "
	    "%u devices",
	    swept->codes, swept->grants, swept->sessions, swept->windows,
	    swept->throttles, swept->revoked, swept->events, swept->credentials,
	    swept->secrets, swept->consents, swept->factors, swept->proofs,
	    swept->mails, swept->devices);
	return rc == 0 && h->sweep.more;
}

static bool
tidy_keys(struct house *h)
{
	const struct hub hub = hub_of(h);
	int rc = key_ring_tidy(&hub, clock_now());

	if (rc != 0)
		log_err("the signing keys cannot be tidied: %s", err_text(rc));
	return false;
}

static const struct chore chores[] = {
	{ "readers", MINUTE, free_readers },
	{ "room", MINUTE, look_at_room },
	{ "sweep", MINUTE, sweep_stores },
	{ "keys", MINUTE, tidy_keys },
};

#define CHORE_COUNT (sizeof(chores) / sizeof(chores[0]))
static_assert(CHORE_COUNT <= HOUSE_CHORES_MAX, "room for every chore");

int
house_open(struct house *h, const struct conf *conf, struct why *why)
{
	struct schema schema;
	int rc;

	*h = (struct house){ .conf = conf, .sweep = { .steps = SWEEP_STEPS } };
	h->arena = arena_new(ARENA_FIRST, ARENA_MAX);
	if (h->arena == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	schema_directory(&schema, conf);
	rc = store_open(&h->directory, &schema.spec, STORE_WRITE, why);
	if (rc == 0) {
		schema_vault(&schema, conf);
		rc = store_open(&h->vault, &schema.spec, STORE_WRITE, why);
	}
	if (rc == 0) {
		const struct hub hub = hub_of(h);

		rc = courier_new(&h->courier, &hub, why);
	}
	if (rc != 0)
		house_close(h);
	return rc;
}

void
house_close(struct house *h)
{
	courier_free(h->courier);
	store_close(h->vault);
	store_close(h->directory);
	arena_free(h->arena);
	*h = (struct house){ 0 };
}

int64_t
house_turn(struct house *h, int64_t now)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < CHORE_COUNT; i++) {
		if (h->due[i] <= now) {
			log_debug("chore %s", chores[i].name);
			h->due[i] =
			    now + (chores[i].fn(h) ? SOON : chores[i].interval);
			arena_reset(h->arena);
		}
		if (h->due[i] < due)
			due = h->due[i];
	}
	return due;
}

static sigset_t
stop_signals(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	return stop;
}

/* False when TERM or INT has come, blocked as they are. */
static bool
rest(int64_t ms)
{
	struct timespec limit = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };
	sigset_t stop = stop_signals();
	int signal_number = sigtimedwait(&stop, NULL, &limit);

	return signal_number != SIGTERM && signal_number != SIGINT;
}

/*
 * The same, with mails sent meanwhile: those that are under way are moved on
 * when the server answers. SIGNALS can be read when TERM or INT has come.
 */
static bool
rest_and_send(struct house *h, int signals, int64_t due)
{
	bool goes_on = true;

	while (goes_on) {
		bool busy = courier_turn(h->courier, clock_now());
		int64_t left = due - clock_mono_ms();

		if (left <= 0)
			break;
		if (left > MAIL_LOOK)
			left = MAIL_LOOK;
		if (busy)
			courier_wait(h->courier, signals, left);
		goes_on = rest(busy ? 0 : left);
	}
	return goes_on && rest(0);
}

/* The house's own rounds until TERM or INT. */
static void
keep_house(
    struct house *h, int64_t beat, int signals, struct counters *counters)
{
	int64_t now, due;
	bool goes_on;

	do {
		count(&counters->beats);
		now = clock_mono_ms();
		due = house_turn(h, now);
		if (due > now + beat)
			due = now + beat;
		goes_on = h->courier != NULL ? rest_and_send(h, signals, due)
					     : rest(due - now);
	} while (goes_on);
}

int
housekeeper_run(const struct station *station, const struct conf *conf,
    struct counters *counters)
{
	int64_t beat = (int64_t)conf->timeout_worker * 1000 / SLOT_BEATS;
	struct why why = { "" };
	sigset_t stop = stop_signals();
	struct house house;
	int signals;

	station_enter(station, conf);
	/* It serves nobody, so it must not keep the socket open. */
	close(station->listen_fd);
	if (house_open(&house, conf, &why) != 0) {
		log_err("housekeeper: %s", why.text);
		return 1;
	}
	signals = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	atomic_store(&counters->ready, 1);
	keep_house(&house, beat, signals, counters);
	atomic_store(&counters->ready, 0);
	if (signals >= 0)
		close(signals);
	house_close(&house);
	return 0;
}
