#ifndef BASE_CONF_VALUE_H
#define BASE_CONF_VALUE_H

#include "base/conf_key.h"

/*
 * Values, each by the kind of its key: from the text of the file into a
 * configuration, and from one configuration into another. Of the parts of
 * conf.h alone.
 */

/* For "%.*s": what fits a sentence, so that its end is read too. */
#define EXCERPT(s) (int)((s).n < 60 ? (s).n : 60), (s).p

/*
 * Puts what TEXT says into KEY's member of CONF. HUB_EINVAL, or HUB_ETOOBIG if
 * the member has no room for it: nothing is changed then, and WHY, which may
 * be NULL, has a sentence that begins with the name of the key.
 */
int conf_value_set(struct conf *conf, const struct conf_key *key,
    struct str text, struct why *why);

/* KEY's value in CONF becomes that in OTHER. Gives whether it was another. */
bool conf_value_copy(
    struct conf *conf, const struct conf_key *key, const struct conf *other);

#endif
