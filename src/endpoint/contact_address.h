#ifndef ENDPOINT_CONTACT_ADDRESS_H
#define ENDPOINT_CONTACT_ADDRESS_H

#include "base/json_in.h"
#include "endpoint/employee.h"

/*
 * What the endpoints share that take an e-mail address from an employee, who
 * must not find out by the thousand which addresses are whose.
 */

/* The body's one member. False: the answer stands. */
bool contact_read_email(struct call *call, struct str *email);

/* 429 with these words, and when to come again. */
void contact_throttled(struct call *call, int64_t wait_ms, const char *words);

/* Whether the employee has to wait; then the answer stands. */
bool contact_must_wait(struct call *call);

/*
 * What was found out about an address is counted, audited as EVENT, and told: a
 * 409 of this reason and words, or 429. No look is open.
 */
void contact_address_found(struct call *call, const struct actor *actor,
    const char *event, const char *reason, const char *words);

/* The value of a member "email". False: the answer stands. */
bool contact_take_email(
    struct call *call, const struct json *body, struct str *email);

#endif
