#ifndef HUBCTL_CTL_H
#define HUBCTL_CTL_H

#include <stdbool.h>
#include <sys/types.h>
#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "hubctl/args.h"
#include "identity/act.h"
#include "store/audit_rec.h"
#include "store/txn.h"

/* Exit statuses, as in the manual. */
enum ctl_exit { CTL_OK = 0, CTL_FAILED = 1, CTL_USAGE = 2 };

/* What every command has at hand. */
struct ctl {
	const char *config, *data; /* --config and --data */
	bool help, version;
	uid_t caller;     /* who started the program */
	struct conf conf; /* after ctl_conf() */
	struct arena *arena;
	struct store *directory, *vault; /* after ctl_open() */
};

/* A row of the table of commands. */
struct command {
	const char *name;  /* one or two words */
	const char *usage; /* what follows the name */
	const char *brief; /* one line for the list */
	const char *text;  /* for --help; ends with a newline */
	bool alone;        /* the second word of the name is enough */
	int min, max;      /* words after the name */
	const struct option_spec *options;
	enum ctl_exit (*run)(struct ctl *ctl, int argc, char **argv);
};

/* Prints "hubctl: REASON" on standard error and gives CTL_FAILED. */
enum ctl_exit ctl_fail(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * The same for standard output that cannot be written. Quiet where its reader
 * has gone away: it has seen what it wanted.
 */
enum ctl_exit ctl_output_failed(void);

/*
 * The same for a command line that is wrong: says where help is and gives
 * CTL_USAGE. COMMAND is NULL where none was recognised.
 */
enum ctl_exit ctl_usage(const struct command *command, const char *reason);

/* Reads the configuration. */
int ctl_conf(struct ctl *ctl, struct why *why);

/*
 * HUB_ECONFLICT where the data folder holds a backup and no hub.
 * When run as root: becomes the user who owns the stores, or who shall own
 * them (FRESH: the configured store_user, who is given the data folder if that
 * is empty). Files named on the command line are opened before, with the rights
 * of the caller.
 */
int ctl_become_owner(struct ctl *ctl, bool fresh, struct why *why);

/* All three: configuration, user, and both stores for writing. */
int ctl_open(struct ctl *ctl, struct why *why);

void ctl_close(struct ctl *ctl);

/* Makes the configured data folder unless it is there. */
int ctl_make_data(const struct ctl *ctl, struct why *why);

/*
 * Opens that folder and keeps out others who would make stores in it, until
 * *FD is closed or the program ends. HUB_ECONFLICT: somebody is at it.
 */
int ctl_lock_data(const struct ctl *ctl, int *fd, struct why *why);

/*
 * When run as root: gives an open folder, which is new or empty, to the user
 * who owns the stores; the folder PATH names it in errors.
 */
int ctl_give(struct ctl *ctl, int folder, const char *path, struct why *why);

/* A file in the data folder until a restore into it is complete. */
#define CTL_RESTORING "restore.json"

/* Whether there is nothing in the folder; false if that cannot be told. */
bool ctl_is_empty(const char *folder);

/*
 * Fills an audit event that this program causes, in the arena; its source is
 * "hubctl" and who called it. DETAIL may be NULL.
 */
void ctl_event(struct ctl *ctl, struct audit_rec *rec, const char *event,
    struct str account, const char *detail);

/* The same for acts: both stores, and who does it. */
struct hub ctl_hub(struct ctl *ctl);
struct actor ctl_actor(struct ctl *ctl);

/* Writes a filled event in a transaction of its own. */
int ctl_record(struct ctl *ctl, struct audit_rec *rec);

/* Both of these. */
int ctl_audit(
    struct ctl *ctl, const char *event, struct str account, const char *detail);

/* The tables of commands, one a file. */
extern const struct command command_init;
extern const struct command command_import;
extern const struct command command_export;
extern const struct command command_backup;
extern const struct command command_restore;
extern const struct command command_stat;
extern const struct command command_verify;
extern const struct command command_doctor;
extern const struct command command_demo;
extern const struct command command_audit;
extern const struct command command_token;
extern const struct command command_mail_list;
extern const struct command command_mail_retry;
extern const struct command command_mail_drop;
extern const struct command command_mail_test;
extern const struct command command_key_list;
extern const struct command command_key_rotate;
extern const struct command command_account_list;
extern const struct command command_account_show;
extern const struct command command_account_enable;
extern const struct command command_account_disable;
extern const struct command command_account_revoke;
extern const struct command command_account_add;
extern const struct command command_account_link;
extern const struct command command_account_invite;
extern const struct command command_account_withdraw_invitation;
extern const struct command command_account_change_email;
extern const struct command command_account_role;
extern const struct command command_account_reset_password;
extern const struct command command_account_set_password;
extern const struct command command_account_reset_second_factor;
extern const struct command command_account_sessions;
extern const struct command command_client_add;
extern const struct command command_client_list;
extern const struct command command_client_show;
extern const struct command command_client_enable;
extern const struct command command_client_disable;
extern const struct command command_client_remove;
extern const struct command command_client_rotate_secret;

#endif
