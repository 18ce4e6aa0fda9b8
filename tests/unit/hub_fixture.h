#ifndef HUB_FIXTURE_H
#define HUB_FIXTURE_H

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "directory/record.h"
#include "identity/act.h"
#include "store/txn.h"

/* A hub of its own for a test: two empty stores, opened for writing. */
struct test_hub {
	char root[256]; /* everything of it */
	struct conf conf;
	struct store *directory, *vault;
	struct arena *arena; /* lives until the test ends */
	struct why why;      /* of the last call that failed */
};

/* For cmocka: *STATE is a struct test_hub; and its end, files included. */
int hub_setup(void **state);
int hub_teardown(void **state);

/* The same as acts take it. */
struct hub hub_of(struct test_hub *hub);

/* Runs FN in a write transaction that must succeed. */
void hub_write(struct test_hub *hub, struct store *store,
    int (*fn)(struct txn *txn, void *arg), void *arg);

/* A look at the directory; hub_look_end() fails the test if it failed. */
struct txn *hub_look(struct test_hub *hub);
void hub_look_end(struct txn *txn);

/*
 * Parses one line and puts it into the directory, references unchecked. The
 * result of that; the reason stands in hub->why.
 */
int hub_try(struct test_hub *hub, const char *line);

/* The same where it must be HUB_EINVAL and the reason begin so. */
void hub_refuses(struct test_hub *hub, const char *line, const char *reason);

/* The same where it must succeed. */
void hub_put(struct test_hub *hub, const char *line);

/* An account that must be there. */
struct account_rec hub_account(struct test_hub *hub, const char *id);

/* The id of who has the username or the dossier; "" if nobody. */
const char *hub_who(struct test_hub *hub, const char *username);
const char *hub_whose(
    struct test_hub *hub, const char *organization, const char *dossier);

/* The texts of a list of rec_list.h with a space after each. */
const char *hub_list(struct test_hub *hub, struct str list);

/* A copy ended by a NUL. */
const char *hub_text(struct test_hub *hub, struct str text);

/* A new file with this content in the hub's folder; a descriptor, and open. */
int hub_file(struct test_hub *hub, struct str content);

/* For messages and comparisons: S is TEXT. */
#define assert_str(s, text)                                                    \
	do {                                                                   \
		struct str assert_str_s = (s);                                 \
		if (!str_eq(assert_str_s, str_of(text)))                       \
			fail_msg("'%.*s' is not '%s'", STR_ARG(assert_str_s),  \
			    (text));                                           \
	} while (0)

#endif
