#ifndef IMPORT_FIXTURE_H
#define IMPORT_FIXTURE_H

#include "directory/import.h"
#include "hub_fixture.h"

/* Lines of an import, and what the tests of imports do with them. */
#define ORGANIZATION(id)                                                       \
	"{\"type\":\"organization\",\"id\":\"" id                              \
	"\",\"organizationType\":\"T\",\"code\":\"C\",\"name\":\"N\"}\n"

#define GROUP(id) "{\"type\":\"group\",\"id\":\"" id "\",\"permissions\":[]}\n"

#define ACCOUNT(id, name, members)                                             \
	"{\"type\":\"account\",\"id\":\"" id "\",\"name\":\"" name             \
	"\"" members "}\n"

#define DELETION(id)                                                           \
	"{\"type\":\"account\",\"id\":\"" id "\",\"deleted\":true}\n"

#define DOSSIER(number) ",\"dossiers\":{\"1001\":\"" number "\"}"

/* The last import, and the bad lines it told of: "NUMBER REASON" each. */
extern struct import im;
extern struct buf told;

/* hub_setup() and hub_teardown() with the above. */
int imports_setup(void **state);
int imports_teardown(void **state);

/* Notes a bad line in TOLD: a struct import's bad(). */
void import_told(void *ctx, unsigned long place, const char *reason);

int import_text(struct test_hub *hub, struct str content);

/* The same where no line is bad. */
void import_good(struct test_hub *hub, const char *content);

/* Is refused with these bad lines, and changes nothing. */
void import_bad(struct test_hub *hub, struct str content, const char *reasons);

/* All that the directory holds, as one text. */
struct str directory_dump(struct test_hub *hub);

/* How many records a table has. */
uint64_t directory_count(struct test_hub *hub, unsigned int table);

#endif
