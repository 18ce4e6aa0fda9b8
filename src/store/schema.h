#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "base/conf.h"
#include "store/txn.h"

/*
 * The tables of the two stores. A number is a table's place in the list of
 * names in schema.c; new ones are added at the end.
 */
enum directory_table {
	DIR_STATE,           /* "generation" -> u64 */
	DIR_ORGANIZATION,    /* id -> organization_rec */
	DIR_GROUP,           /* id -> group_rec */
	DIR_ACCOUNT,         /* id -> account_rec */
	DIR_ACCOUNT_NAME,    /* username in lower case -> id */
	DIR_ACCOUNT_DOSSIER, /* organisation, dossier number -> account id */
	DIR_CLIENT,          /* id -> client_rec, the public part */
	DIR_KEY,             /* kid -> public_key_rec */
	DIR_REVOKED,         /* kind (one letter), id -> u64 expiry */
	DIR_CONTACT,         /* id -> contact_rec, tombstones too */
	DIR_CONTACT_DOSSIER, /* organisation, dossier number -> contact id */
	DIR_CONTRACT,        /* id -> contract_rec, tombstones too */
	DIR_CONTRACT_LINE,   /* organisation, dossier, id -> contract_line */
	DIR_MEMBER,          /* organisation, account id -> nothing */
	DIR_GROUP_MEMBER,    /* group, account id -> nothing */
	DIR_CONTACT_WORD,    /* organisation, word, name to sort by, contact id
				-> list: all words of the contact */
	DIR_EMPLOYEE, /* organisation, account id -> nothing: who has an entry
			 in roles there, an empty one too */
	DIR_TABLES,
};

enum vault_table {
	VAULT_KEY,             /* kid -> private_key_rec */
	VAULT_AUDIT,           /* u64 microseconds, u32 number -> audit_rec */
	VAULT_CREDENTIAL,      /* account id -> credential_rec */
	VAULT_CLIENT_SECRET,   /* client id -> client_secret_rec */
	VAULT_CODE,            /* digest -> code_rec */
	VAULT_GRANT,           /* gid -> grant_rec */
	VAULT_REFRESH,         /* digest of a grant's handle -> gid */
	VAULT_ACCOUNT_GRANT,   /* account, gid -> nothing */
	VAULT_SESSION,         /* digest of the cookie -> session_rec */
	VAULT_ACCOUNT_SESSION, /* account, sid -> digest of the cookie */
	VAULT_THROTTLE,        /* digest of a name or address -> throttle_rec */
	VAULT_EXPIRY,  /* u64 seconds, kind (one letter), name -> nothing */
	VAULT_CONSENT, /* account, client -> consent_rec */
	VAULT_SECOND_FACTOR, /* account id -> second_factor_rec */
	VAULT_SIGNED_IN,     /* account id -> u64 seconds: the last sign-in */
	VAULT_MAIL,          /* mail's id -> mail_rec */
	VAULT_MAIL_DUE,      /* u64 seconds, mail's id -> nothing */
	VAULT_PROVEN,        /* account id -> proven_rec */
	VAULT_EMAIL_CHANGE,  /* account id -> email_change_rec */
	VAULT_INVITATION,    /* contact id -> invitation_rec */
	VAULT_ACCOUNT_INVITATION, /* account, contact id -> nothing */
	VAULT_DEVICE,      /* account, digest of the cookie -> u64 seconds:
				the last sign-in there */
	VAULT_AUDIT_ABOUT, /* kind (one letter), id, what is left of u64 and u32
				to the key of the event in audit: the newest
				first -> nothing */
	VAULT_TABLES,
};

/*
 * What becomes of a table in a backup and in the hub that is restored from it:
 * records that somebody brought in survive; what gives access to whoever held
 * it before, and what was under way, does not. Each table has its answer in
 * schema.c.
 */
enum schema_fate {
	FATE_NONE, /* no answer: neither backup nor restore goes on */
	FATE_SURVIVES,
	FATE_ENDS,
};

/* The format that this binary writes, of both stores. */
#define SCHEMA_FORMAT 1

/* What store_create() and store_open() need; FOLDER lives as long as it. */
struct schema {
	struct store_spec spec;
	const enum schema_fate *fates; /* one for each table */
	char folder[CONF_PATH_MAX + 16];
};

void schema_directory(struct schema *schema, const struct conf *conf);
void schema_vault(struct schema *schema, const struct conf *conf);

#endif
