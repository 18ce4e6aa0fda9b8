#ifndef HUBCTL_ARGS_H
#define HUBCTL_ARGS_H

#include <stdbool.h>
#include "base/err.h"

/*
 * An option of a command: "--NAME VALUE", "--NAME=VALUE" or a bare "--NAME".
 * One whose name ends in "..." may be given up to ARGS_TIMES times: VALUE is
 * then the first of ARGS_TIMES + 1 places, all NULL at first.
 */
#define ARGS_TIMES 32

struct option_spec {
	const char *name;   /* without the dashes; NULL ends a list */
	const char **value; /* where its value goes, or */
	bool *flag;         /* what is set */
};

/*
 * Takes the options of both lists out of ARGV, wherever they stand, and leaves
 * the other words in their order; *ARGC becomes their number. "--" ends the
 * options, "-" is a word, "-h" is "--help". STOP: leave the rest alone after the first word.
 */
int args_take(int *argc, char **argv, const struct option_spec *first,
    const struct option_spec *second, bool stop, struct why *why);

#endif
