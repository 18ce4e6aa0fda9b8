#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * Results of the whole project: 0, or one of these negative numbers. Errors
 * of foreign libraries are translated in the file that wraps the library.
 */
enum hub_err {
	HUB_ENOENT = -1000,   /* the thing asked for does not exist */
	HUB_EEXIST = -999,    /* it exists already */
	HUB_EINVAL = -998,    /* input breaks its rules */
	HUB_EDENIED = -997,   /* understood, but not allowed */
	HUB_EEXPIRED = -996,  /* its time is over */
	HUB_ETOOBIG = -995,   /* over a limit of size, number or depth */
	HUB_ECONFLICT = -994, /* contradicts what is stored */
	HUB_ENOMEM = -993,    /* out of memory */
	HUB_EIO = -992,       /* the system refused a read or a write */
	HUB_ESTORE = -991,    /* the store cannot be used at the moment */
	HUB_EFULL = -990,     /* the store's map or its disk is full */
	HUB_EVERSION = -989,  /* written by a newer version of this software */
	HUB_ECORRUPT = -988,  /* stored bytes do not make sense */
	HUB_ECRYPTO = -987,   /* the cryptographic library refused */
};

/* A short English text for a result; never NULL. */
const char *err_text(int err);

/*
 * The sentence that a person reads about a failure. Whoever knows the reason
 * fills it; the caller prefixes where (a file, a line) if it knows that.
 */
struct why {
	char text[400];
};

/*
 * Writes the sentence and gives ERR back, so that a failure is one statement:
 * return why_set(why, HUB_EINVAL, "..."). WHY may be NULL. A macro, so that
 * compilers and analysers see the result.
 */
#define why_set(why, err, ...) (why_say((why), __VA_ARGS__), (err))

void why_say(struct why *why, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Says that the file or folder PATH, which a person has named, cannot be read,
 * the reason that errno has, and what to do: OTHER where it is not there. Gives
 * HUB_EIO.
 */
int why_unread(struct why *why, const char *path, const char *other);

/* Puts "PREFIX: " before the sentence. WHY may be NULL. */
void why_prefix(struct why *why, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
