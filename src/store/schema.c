#include "store/schema.h"

#include <assert.h>
#include <stdio.h>

static const char *const directory_tables[DIR_TABLES] = {
	[DIR_STATE] = "state",
	[DIR_ORGANIZATION] = "organization",
	[DIR_GROUP] = "group",
	[DIR_ACCOUNT] = "account",
	[DIR_ACCOUNT_NAME] = "account_name",
	[DIR_ACCOUNT_DOSSIER] = "account_dossier",
	[DIR_CLIENT] = "client",
	[DIR_KEY] = "key",
	[DIR_REVOKED] = "revoked",
	[DIR_CONTACT] = "contact",
	[DIR_CONTACT_DOSSIER] = "contact_dossier",
	[DIR_CONTRACT] = "contract",
	[DIR_CONTRACT_LINE] = "contract_line",
	[DIR_MEMBER] = "member",
	[DIR_GROUP_MEMBER] = "group_member",
	[DIR_CONTACT_WORD] = "contact_word",
	[DIR_EMPLOYEE] = "employee",
};

static const enum schema_fate directory_fates[] = {
	[DIR_STATE] = FATE_SURVIVES,
	[DIR_ORGANIZATION] = FATE_SURVIVES,
	[DIR_GROUP] = FATE_SURVIVES,
	[DIR_ACCOUNT] = FATE_SURVIVES,
	[DIR_ACCOUNT_NAME] = FATE_SURVIVES,
	[DIR_ACCOUNT_DOSSIER] = FATE_SURVIVES,
	[DIR_CLIENT] = FATE_SURVIVES,
	[DIR_KEY] = FATE_ENDS,
	[DIR_REVOKED] = FATE_SURVIVES,
	[DIR_CONTACT] = FATE_SURVIVES,
	[DIR_CONTACT_DOSSIER] = FATE_SURVIVES,
	[DIR_CONTRACT] = FATE_SURVIVES,
	[DIR_CONTRACT_LINE] = FATE_SURVIVES,
	[DIR_MEMBER] = FATE_SURVIVES,
	[DIR_GROUP_MEMBER] = FATE_SURVIVES,
	[DIR_CONTACT_WORD] = FATE_SURVIVES,
	[DIR_EMPLOYEE] = FATE_SURVIVES,
};

static const char *const vault_tables[VAULT_TABLES] = {
	[VAULT_KEY] = "key",
	[VAULT_AUDIT] = "audit",
	[VAULT_CREDENTIAL] = "credential",
	[VAULT_CLIENT_SECRET] = "client_secret",
	[VAULT_CODE] = "code",
	[VAULT_GRANT] = "grant",
	[VAULT_REFRESH] = "refresh",
	[VAULT_ACCOUNT_GRANT] = "account_grant",
	[VAULT_SESSION] = "session",
	[VAULT_ACCOUNT_SESSION] = "account_session",
	[VAULT_THROTTLE] = "throttle",
	[VAULT_EXPIRY] = "expiry",
	[VAULT_CONSENT] = "consent",
	[VAULT_SECOND_FACTOR] = "second_factor",
	[VAULT_SIGNED_IN] = "signed_in",
	[VAULT_MAIL] = "mail",
	[VAULT_MAIL_DUE] = "mail_due",
	[VAULT_PROVEN] = "proven",
	[VAULT_EMAIL_CHANGE] = "email_change",
	[VAULT_INVITATION] = "invitation",
	[VAULT_ACCOUNT_INVITATION] = "account_invitation",
	[VAULT_DEVICE] = "device",
	[VAULT_AUDIT_ABOUT] = "audit_about",
};

static const enum schema_fate vault_fates[] = {
	[VAULT_KEY] = FATE_ENDS,
	[VAULT_AUDIT] = FATE_SURVIVES,
	[VAULT_CREDENTIAL] = FATE_SURVIVES,
	[VAULT_CLIENT_SECRET] = FATE_SURVIVES,
	[VAULT_CODE] = FATE_ENDS,
	[VAULT_GRANT] = FATE_ENDS,
	[VAULT_REFRESH] = FATE_ENDS,
	[VAULT_ACCOUNT_GRANT] = FATE_ENDS,
	[VAULT_SESSION] = FATE_ENDS,
	[VAULT_ACCOUNT_SESSION] = FATE_ENDS,
	[VAULT_THROTTLE] = FATE_ENDS,
	[VAULT_EXPIRY] = FATE_ENDS,
	/* What was withdrawn since the backup must not come back. */
	[VAULT_CONSENT] = FATE_ENDS,
	[VAULT_SECOND_FACTOR] = FATE_SURVIVES,
	[VAULT_SIGNED_IN] = FATE_SURVIVES,
	/* What was sent, answered or dropped since must not come again. */
	[VAULT_MAIL] = FATE_ENDS,
	[VAULT_MAIL_DUE] = FATE_ENDS,
	[VAULT_PROVEN] = FATE_SURVIVES,
	[VAULT_EMAIL_CHANGE] = FATE_ENDS,
	[VAULT_INVITATION] = FATE_ENDS,
	[VAULT_ACCOUNT_INVITATION] = FATE_ENDS,
	[VAULT_DEVICE] = FATE_SURVIVES,
	[VAULT_AUDIT_ABOUT] = FATE_SURVIVES,
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
static_assert(
    COUNT(directory_fates) == DIR_TABLES && COUNT(vault_fates) == VAULT_TABLES,
    "say of a new table whether it survives a restore");

static void
fill(struct schema *s, const struct conf *conf, const char *kind)
{
	snprintf(s->folder, sizeof(s->folder), "%s/%s", conf->data, kind);
	s->spec = (struct store_spec){
		.folder = s->folder,
		.kind = kind,
		.format = SCHEMA_FORMAT,
		.map_size = conf->map_size,
		.max_readers = (uint32_t)conf->max_readers,
	};
}

void
schema_directory(struct schema *s, const struct conf *conf)
{
	fill(s, conf, "directory");
	s->spec.tables = directory_tables;
	s->spec.table_count = DIR_TABLES;
	s->fates = directory_fates;
	s->spec.folder_mode = 0750;
	s->spec.data_mode = 0640;
	s->spec.lock_mode = 0660;
	s->spec.group = conf->reader_group;
}

void
schema_vault(struct schema *s, const struct conf *conf)
{
	fill(s, conf, "vault");
	s->spec.tables = vault_tables;
	s->spec.table_count = VAULT_TABLES;
	s->fates = vault_fates;
	s->spec.folder_mode = 0700;
	s->spec.data_mode = 0600;
	s->spec.lock_mode = 0600;
	s->spec.group = "";
}
