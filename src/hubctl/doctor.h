#ifndef HUBCTL_DOCTOR_H
#define HUBCTL_DOCTOR_H

#include "base/json_out.h"
#include "hubctl/ctl.h"

/*
 * The report of `hubctl doctor`: a line for each thing that was looked at. What
 * fails says what to do about it; what could not be looked at is said to be so.
 */
enum finding { FINDING_OK, FINDING_SKIP, FINDING_WARN, FINDING_FAIL, FINDINGS };

struct doctor {
	struct ctl *ctl;
	bool json;
	struct buf text; /* of JSON, which comes as a whole at the end */
	struct json_out out;
	unsigned int count[FINDINGS];
	/* Something of a store's files has failed, and is not told again. */
	bool directory_failed, vault_failed;
};

void doctor_begin(struct doctor *doctor, struct ctl *ctl, bool json);

/* One line: a sentence about CHECK, one word or two for people and programs. */
void doctor_say(struct doctor *doctor, enum finding finding, const char *check,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The end of the report; CTL_FAILED if anything failed. */
enum ctl_exit doctor_end(struct doctor *doctor);

/* Users, groups, numbers that go together: what the file alone cannot tell. */
void doctor_conf(struct doctor *doctor);

/* Owners and modes of the folders and files of both stores. */
void doctor_files(struct doctor *doctor);

/* What stands in the stores; opens both, to be read only. */
void doctor_stores(struct doctor *doctor);

/* What waits to be mailed; after doctor_stores(), with the vault it opened. */
void doctor_mail(struct doctor *doctor);

/* Whether each pool answers, with all its workers. */
void doctor_pools(struct doctor *doctor);

/* Web servers that are set up for the hub. */
void doctor_web(struct doctor *doctor);

/* Whether the hub answers at base_url. */
void doctor_url(struct doctor *doctor);

/* The time of this machine, beside that of the audit log. */
void doctor_clock(struct doctor *doctor);

#endif
