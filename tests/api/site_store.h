#ifndef SITE_STORE_H
#define SITE_STORE_H

#include "hub_process.h"

#include "base/arena.h"
#include "hub_fixture.h"
#include "store/schema.h"

/*
 * One of a site's stores in this process: to see there what a command has left,
 * or to put there what no command does.
 */
struct look {
	struct conf conf;
	struct schema schema;
	struct store *store;
	struct arena *arena;
};

typedef void schema_of(struct schema *schema, const struct conf *conf);

/* What a store is called and holds, without opening it. */
void look_describe(struct look *l, const struct site *site, schema_of *of);

/* While this process has no other look at the same store. */
void look_open(struct look *l, const struct site *site, schema_of *of,
    enum store_access access);
void look_close(struct look *l);

/* Both stores for writing, while this process has no other look at one. */
void look_both(struct test_hub *hub, const struct site *site);
void look_both_end(struct test_hub *hub);

/* One write that must succeed, in a look of its own. */
void look_write(const struct site *site, schema_of *of,
    int (*fn)(struct txn *txn, void *arg), void *arg);

/* An empty store, as an init that is cut short leaves one. */
void look_create(const struct site *site, schema_of *of);

/*
 * The audit log so far, a line each: event, account, client, source, detail
 * with a blank between, the source in parentheses.
 */
struct events {
	char text[16384];
};

struct events site_events(const struct site *site);

/*
 * What only the token endpoint gives: a token of JANSSEN_ID in the name of the
 * client "app".
 */
struct token token_of_app(const struct site *site);

#endif
