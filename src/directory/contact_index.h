#ifndef DIRECTORY_CONTACT_INDEX_H
#define DIRECTORY_CONTACT_INDEX_H

#include "store/contact_rec.h"
#include "store/txn.h"

/*
 * By which words a contact is found: those of its name parts, its dossier
 * number and its e-mail address, case folded and without accents. Each word
 * stands in table contact_word under its organisation, so that a search never
 * comes across what is another organisation's; there the contacts of one word
 * stand in the order of last and first name. Beside the words stands an empty
 * one, by which all contacts of an organisation are listed.
 */

/* Of longer words the beginning is kept; of more words the first. */
#define CONTACT_WORD_LEN 254
#define CONTACT_WORDS_MAX 48

struct contact_words {
	struct str sort; /* last and first name, to put contacts in order */
	struct str word[CONTACT_WORDS_MAX]; /* in byte order, each once */
	size_t n;
};

/* From the record's source; text is in the arena. HUB_ECORRUPT, HUB_ENOMEM. */
int contact_words_of(struct arena *arena, const struct contact_rec *contact,
    struct contact_words *out);

/*
 * The words of a text that came in, folded as those of contacts are, in the
 * arena: up to MAX of them. Gives their number; 0 also for a text that is not
 * UTF-8. Text after a hyphen or an apostrophe is a word of its own as well if
 * TAILS is set.
 */
size_t contact_words_split(struct arena *arena, struct str text, bool tails,
    struct str *words, size_t max);

/* The key of an entry. */
void contact_word_key(
    struct key *key, struct str organization, struct str word);
void contact_entry_key(struct key *key, const struct contact_rec *contact,
    struct str word, struct str sort);

/* The list that an entry holds: that of the empty word holds none. */
struct str contact_words_list(
    struct arena *arena, const struct contact_words *words);

/* Makes or takes away all entries of a contact; errors stick. */
void contact_index_put(
    struct txn *directory, const struct contact_rec *contact);
void contact_index_drop(
    struct txn *directory, const struct contact_rec *contact);

#endif
