#include "site_pair.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "unit.h"

int
pair_setup_without(void **state)
{
	struct site_pair *p = calloc(1, sizeof(*p));
	struct site *s = &p->second;
	void *first;

	assert_non_null(p);
	site_setup_filled(&first);
	p->first = first;
	snprintf(p->backup, sizeof(p->backup), "%s", site_path(first, "b"));
	assert_int_equal(mkdir(site_path(first, "2"), 0755), 0);
	snprintf(s->root, sizeof(s->root), "%s", site_path(first, "2"));
	snprintf(s->conf, sizeof(s->conf), "%s", site_path(s, "hub.conf"));
	snprintf(s->data, sizeof(s->data), "%s", site_path(s, "data"));
	for (int i = 0; i < POOL_COUNT; i++)
		snprintf(s->socket[i], sizeof(s->socket[i]), "%s/%s.sock",
		    s->root, pool_name((enum pool)i));
	site_configure(s, "");
	*state = p;
	return 0;
}

int
pair_setup(void **state)
{
	struct site_pair *p;

	pair_setup_without(state);
	p = *state;
	p->token = site_token(p->first, JANSSEN);
	site_do(p->first, "backup", p->backup);
	return 0;
}

int
pair_teardown(void **state)
{
	struct site_pair *p = *state;
	void *first = p->first;

	for (size_t i = 0; i < SITE_DAEMONS; i++) {
		if (p->second.daemon[i] == 0)
			continue;
		kill(p->second.daemon[i], SIGKILL);
		waitpid(p->second.daemon[i], NULL, 0);
	}
	free(p);
	return site_teardown(&first);
}

void
pair_restore(struct site_pair *p)
{
	site_do(&p->second, "restore", p->backup);
}

void
pair_shell(const struct site_pair *p, const char *command)
{
	struct output o;

	site_run(&o, NULL, NULL, "/bin/sh",
	    (const char *const[]){
		"-c", command, p->backup, p->second.data, NULL });
	if (o.status != 0)
		fail_msg("%s: %d: %s", command, o.status, o.err);
}

void
assert_whole(struct site *site)
{
	struct output o;

	site_hubctl(site, &o, NULL, "verify");
	assert_string_equal(o.err, "");
	assert_says(o.out, "no errors");
	assert_int_equal(o.status, 0);
}
