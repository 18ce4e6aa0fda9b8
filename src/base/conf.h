#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/str.h"

/*
 * The configuration: one commented file of "key = value" lines that all
 * programs read. conf_key.c has the one table of keys; parser, defaults,
 * --check-config and the documentation's test run off it.
 */

enum pool { POOL_READERS, POOL_KEEPERS, POOL_SIGNIN, POOL_COUNT };

/* "readers", "keepers", "signin". */
const char *pool_name(enum pool pool);
bool pool_by_name(const char *name, enum pool *out);

#define CONF_PATH_MAX 512
#define CONF_SOCKET_MAX 108 /* what an address of a UNIX socket holds */

struct conf_pool {
	char socket[CONF_SOCKET_MAX];
	uint64_t workers;
};

/* Whose account must have a second factor; anybody's may. */
enum conf_second_factor {
	SECOND_FACTOR_NONE,
	SECOND_FACTOR_EMPLOYEES,
	SECOND_FACTOR_ALL,
};

/* How the connection to the mail server is kept from others. */
enum conf_mail_security {
	MAIL_STARTTLS,
	MAIL_TLS,   /* from the first byte on */
	MAIL_PLAIN, /* not at all: to this machine only */
};

/* How a temporary password reaches whom it is for. */
enum conf_delivery {
	DELIVERY_SHOWN,  /* to who made the account, once, and never mailed */
	DELIVERY_MAILED, /* to the account's address, and never shown */
};

struct conf {
	char base_url[256]; /* no slash at the end; the audience of tokens */
	char data[CONF_PATH_MAX]; /* holds directory/ and vault/ */
	char store_user[64];   /* who owns the stores, for hubctl run as root */
	char reader_group[64]; /* "": the group stays as it is */
	char socket_group[64]; /* likewise */
	uint64_t map_size;     /* bytes of address space a store may use */
	uint64_t max_readers;  /* slots in LMDB's reader table */

	struct conf_pool pool[POOL_COUNT];
	uint64_t connections; /* a reader worker holds at most */

	uint64_t limit_uri;       /* bytes */
	uint64_t limit_headers;   /* bytes of all parameters of a request */
	uint64_t limit_body;      /* bytes */
	uint64_t timeout_request; /* seconds, until a request is there */
	uint64_t timeout_idle;    /* seconds, a kept connection between two */
	uint64_t timeout_write;   /* seconds without progress of an answer */
	uint64_t timeout_drain;   /* seconds, after TERM */
	uint64_t timeout_worker;  /* seconds without a sign of life */

	uint64_t token_lifetime; /* seconds */
	uint64_t token_cache;    /* verified tokens that a worker remembers */
	uint64_t log_level;      /* enum log_level */

	/* Identity; times in seconds. */
	uint64_t session_idle, session_lifetime;
	uint64_t refresh_idle, refresh_lifetime;
	uint64_t refresh_grace;   /* 0: an old refresh token ends its grant */
	uint64_t password_min;    /* code points */
	uint64_t password_memory; /* bytes that a hash takes */
	uint64_t password_passes;
	uint64_t temporary_lifetime;
	uint64_t delivery;                      /* enum conf_delivery */
	uint64_t second_factor;                 /* enum conf_second_factor */
	char password_blocklist[CONF_PATH_MAX]; /* paths with blanks between */
	uint64_t key_ahead;  /* a new key is published so long before use */
	uint64_t audit_keep; /* events are kept so long */

	/* Mail; see conf_sends_mail(). */
	char mail_server[256];       /* host:port, or "" */
	uint64_t mail_security;      /* enum conf_mail_security */
	char mail_ca[CONF_PATH_MAX]; /* "": the system's */
	char mail_user[256];         /* "": no authentication */
	char mail_password_file[CONF_PATH_MAX];
	char mail_from[256];                /* address */
	char mail_name[128];                /* of the sender, for people */
	char mail_templates[CONF_PATH_MAX]; /* folder; "": those built in */
	uint64_t mail_language;             /* enum mail_language */
	uint64_t mail_timeout;              /* seconds, of one try */
	uint64_t mail_give_up;              /* seconds, of all tries */
	char portal_url[256]; /* where customers sign in; "": /mijn/ of ours */
};

/* Whether a mail server is named: only then is anything queued. */
bool conf_sends_mail(const struct conf *conf);

/* Seconds: no token lives longer. */
#define TOKEN_LIFETIME_MAX 86400

/* Fills in the default of every key. */
void conf_defaults(struct conf *conf);

/*
 * Reads the file PATH over the defaults. A key that is unknown or given
 * twice, a value out of its bounds, values that do not go together and a
 * missing base_url are errors that name the file and the line. WHY has the
 * first of them and says how many more there are.
 */
int conf_load(struct conf *conf, const char *path, struct why *why);

/* Who is told of each error: of single lines in their order, then the rest. */
struct conf_teller {
	void (*tell)(void *ctx, const char *sentence);
	void *ctx;
};

/* Of a file with more errors than this the others are counted only. */
#define CONF_ERRORS_TOLD 50

/*
 * The same, but TELLER gets a sentence for each error, one that the file
 * cannot be read among them; nothing of it is left to be said.
 */
int conf_load_telling(
    struct conf *conf, const char *path, const struct conf_teller *teller);

/* The same two from a text in memory; NAME stands for the file in errors. */
int conf_parse(
    struct conf *conf, struct str text, const char *name, struct why *why);
int conf_parse_telling(struct conf *conf, struct str text, const char *name,
    const struct conf_teller *teller);

/*
 * How many slots in the reader table of a store are taken when all workers of
 * all pools run, beside the housekeeper and one hubctl.
 */
uint64_t conf_readers_needed(const struct conf *conf);

/* Another folder in place of the configured one (--data). */
int conf_set_data(struct conf *conf, const char *folder, struct why *why);

/* More keys than there are. */
#define CONF_KEYS_MAX 64

/*
 * Of a configuration NEXT that a daemon has read again: what only a restart
 * changes is set back to its value in NOW. Gives how many keys that were, and
 * their names.
 */
size_t conf_hold(struct conf *next, const struct conf *now,
    const char *names[CONF_KEYS_MAX]);

/*
 * Which file to read: OPTION (of --config) if not NULL, else $HUB_CONF, else
 * /etc/hub/hub.conf.
 */
const char *conf_path(const char *option);

/* The I-th key with its default as text and its help; false after the last. */
bool conf_key(
    size_t i, const char **name, const char **value, const char **help);

#endif
