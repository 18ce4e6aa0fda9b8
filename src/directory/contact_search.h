#ifndef DIRECTORY_CONTACT_SEARCH_H
#define DIRECTORY_CONTACT_SEARCH_H

#include "directory/contact_index.h"

/*
 * Contacts of some organisations by the beginnings of their words. All words of
 * a query must begin one of the contact's. The contacts come organisation by
 * organisation, within one in the order of the words that one of the query's
 * finds, then by last and first name; those of an empty query by name at once.
 */
#define CONTACT_QUERY_MAX 200 /* bytes */

struct contact_query {
	struct str word[CONTACT_QUERY_MAX]; /* none begins another */
	size_t n;
};

/* False if the text is longer than CONTACT_QUERY_MAX or not UTF-8. */
bool contact_query_parse(
    struct arena *arena, struct str text, struct contact_query *out);

/* Where a search is: behind an entry that was found by one of the words. */
struct contact_place {
	bool begun;
	uint8_t pivot; /* the word; 0 if there is none */
	struct key key;
};

/* A place as text that only we can read, and back; false if it is none. */
struct str contact_place_text(
    struct arena *arena, const struct contact_place *place);
bool contact_place_parse(const struct contact_query *query, struct str text,
    struct contact_place *place);

struct contact_search {
	const struct contact_query *query;
	const struct str *organizations; /* in byte order */
	size_t organization_count;
	size_t most;                /* contacts to be found */
	struct contact_place place; /* to begin behind; moved behind the last */

	/* Results. */
	struct str *ids; /* room for MOST; in the arena */
	size_t n;
	bool more; /* there may be more behind the place */
};

/*
 * Finds up to MOST contacts. It looks at a bounded number of entries, so a page
 * may be short, or empty, and still have MORE. Errors stick.
 */
void contact_search(struct txn *directory, struct contact_search *search);

#endif
