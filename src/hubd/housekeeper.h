#ifndef HUBD_HOUSEKEEPER_H
#define HUBD_HOUSEKEEPER_H

#include "base/conf.h"
#include "base/counters.h"
#include "hubd/station.h"
#include "identity/sweep.h"
#include "mail/courier.h"
#include "store/txn.h"

/*
 * The slow work in the background, which no worker does: one process beside
 * the keepers, with a table of chores, each done when its time has come round.
 */
#define HOUSE_CHORES_MAX 32

struct house {
	const struct conf *conf;
	struct store *directory, *vault;
	struct arena *arena; /* of one chore */
	struct sweep sweep;
	struct courier *courier;       /* NULL: no mail is sent */
	int64_t due[HOUSE_CHORES_MAX]; /* of each chore; clock_mono_ms() */
	/* How full each has been said to be, in percent; see house_is_news(). */
	unsigned int told_directory, told_vault, told_disk;
};

/* Opens both stores for writing; after fork. CONF outlives it. */
int house_open(struct house *house, const struct conf *conf, struct why *why);
void house_close(struct house *house);

/* Does the chores that are due; when the next is. NOW is clock_mono_ms(). */
int64_t house_turn(struct house *house, int64_t now);

/*
 * Whether it is worth a line in the log that something is PERCENT full: from
 * STORE_FILL_EARLY on, and again at each further 5. *TOLD remembers what was
 * said, until a fall below it by more than 5.
 */
bool house_is_news(unsigned int *told, unsigned int percent);

/* The process from its fork to its end at TERM or INT; its exit status. */
int housekeeper_run(const struct station *station, const struct conf *conf,
    struct counters *counters);

#endif
