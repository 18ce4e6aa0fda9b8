#ifndef CONF_FIXTURE_H
#define CONF_FIXTURE_H

#include "base/conf.h"

/* Configurations as texts, called hub.conf. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What each of them must have. */
#define URL "base_url = https://hub.example\n"

/* What the last call has read, or what was wrong. */
extern struct conf conf;
extern struct why why;

int parse(struct str text);

/* The same where it must be taken. */
void parse_well(const char *text);

/* The same where it must be refused with this sentence. */
void refuse(const char *text, const char *sentence);

/*
 * A good file with the one line "KEY = VALUE" behind what lets every number of
 * workers and readers go together.
 */
int parse_pair(const char *key, const char *value);

/* All that is wrong, a sentence each. */
struct told {
	char text[CONF_ERRORS_TOLD + 10][400];
	unsigned int n;
};

int parse_telling(const char *text, struct told *told);

#endif
