#ifndef HUBCTL_CHECKS_H
#define HUBCTL_CHECKS_H

#include <sys/types.h>
#include "hub_process.h"

/* What the tests of hubctl's commands ask of them all. */

/* hubctl in the test's site, with these words. */
#define hubctl(output, ...)                                                    \
	site_hubctl((struct site *)*state, (output), NULL, __VA_ARGS__)

/* Failed with a sentence, and nothing that could be taken for a result. */
void assert_failed(const struct output *o, int status, const char *says);

/* Nothing stood in its way. */
void assert_done(const struct output *o);

/* How often WHAT stands in a text. */
unsigned int count_in(const char *text, const char *what);

/* Files of the site. */
bool is_there(const struct site *site, const char *name);
void assert_mode(const struct site *site, const char *name, mode_t mode);

/* Brings so many more accounts, "x00000" and on. */
void import_many(struct site *site, int count);

#endif
