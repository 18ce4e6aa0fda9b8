#ifndef CRASH_H
#define CRASH_H

#include "base/secret.h"
#include "site_store.h"

/*
 * hubctl, killed between its two writes. The test is itself the writer of the
 * store that comes second: hubctl waits for it, the first store shows that its
 * write is in, and there the process dies.
 */

/* Of all that a reader finds in the store. */
struct digest {
	unsigned char bytes[SHA256_LEN];
};

struct digest look_content(const struct look *l);

/* hubctl with these words, under way; it ends with the test. */
pid_t crash_start(const struct site *site, const char *const *words, int out);

/* Waits until the process has written there, and kills it. */
void crash_after_write(
    pid_t pid, const struct look *first, const struct digest *before);

/* hubctl with these words, killed after its write to FIRST. */
void crash(const struct site *site, schema_of *first, schema_of *second,
    const char *const *words);

#define crash_before_event(site, ...)                                          \
	crash((site), schema_directory, schema_vault,                          \
	    (const char *const[]){ __VA_ARGS__, NULL })

/*
 * The same of an act that writes the directory, the vault and the directory
 * once more: killed before the third.
 */
void crash_late(const struct site *site, const char *const *words);

/* How often the event stands in the audit log. */
unsigned int crash_events(const struct site *site, const char *event);

/* What the customer API says to a token. */
#define assert_refused(site, token)                                            \
	assert_int_equal(                                                      \
	    site_ask((site), POOL_READERS, "/account/mine", (token)), 401)
#define assert_served(site, token)                                             \
	assert_int_equal(                                                      \
	    site_ask((site), POOL_READERS, "/account/mine", (token)), 200)

#endif
