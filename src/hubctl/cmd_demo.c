#include <stdio.h>
#include "base/json_in.h"
#include "base/json_out.h"
#include "hubctl/ctl.h"

/*
 * The demo records, as an import takes them. The accounts stand in the order
 * in which they are listed: two customers without a common dossier, one
 * without contracts, one with dossiers at two organisations, one with very
 * many contracts, then a Relatiebeheerder and an Organisatiebeheerder.
 */
static const char *const records[] = {
	"{\"type\":\"organization\",\"id\":\"1001\",\"organizationType\":"
	"\"INTERMEDIARY\",\"code\":\"DEMO1\",\"name\":\"Voorbeeld Assurantien "
	"B.V.\",\"icon\":\"building\"}",
	"{\"type\":\"organization\",\"id\":\"1007\",\"organizationType\":"
	"\"AUTHORIZED_AGENT\",\"code\":\"DEMO7\",\"name\":\"Voorbeeld Volmacht "
	"N.V.\",\"icon\":null}",
	"{\"type\":\"group\",\"id\":\"101\",\"name\":\"Klanten\","
	"\"permissions\":[\"account.read.mine\",\"organization.read.mine\","
	"\"permission.read.mine\",\"contract.read.mine\"]}",
	"{\"type\":\"group\",\"id\":\"102\",\"name\":\"Relatiebeheerder\","
	"\"permissions\":[\"account.read.mine\",\"organization.read.mine\","
	"\"permission.read.mine\",\"contact.read\",\"contact.account.manage\"]"
	"}",
	"{\"type\":\"group\",\"id\":\"103\",\"name\":\"Organisatiebeheerder\","
	"\"permissions\":[\"account.read.mine\",\"organization.read.mine\","
	"\"permission.read.mine\",\"contact.read\",\"contact.account.manage\","
	"\"employee.manage\"]}",
	"{\"type\":\"account\",\"id\":\"5f3c1a90-7d1e-4a55-9a0e-2f7f6f0c1b11\","
	"\"name\":\"j.janssen@example.nl\",\"email\":\"j.janssen@example.nl\","
	"\"firstName\":\"Jan\",\"middleName\":\"van\",\"lastName\":\"Janssen\","
	"\"dossiers\":{\"1001\":\"204517\"},\"groupIds\":[\"101\"]}",
	"{\"type\":\"account\",\"id\":\"8d0b7c52-41f6-4d0a-8a55-6d3f1c9e2a04\","
	"\"name\":\"F.el.Amrani@example.nl\",\"email\":"
	"\"F.el.Amrani@example.nl\",\"firstName\":\"Fatima\",\"middleName\":"
	"\"el\",\"lastName\":\"Amrani\",\"dossiers\":{\"1001\":\"204533\"},"
	"\"groupIds\":[\"101\"],\"language\":\"nl\"}",
	"{\"type\":\"account\",\"id\":\"c-bos\",\"name\":\"s.bos@example.nl\","
	"\"email\":\"s.bos@example.nl\",\"firstName\":\"Siem\",\"middleName\":"
	"null,\"lastName\":\"Bos\",\"dossiers\":{\"1001\":\"204602\"},"
	"\"groupIds\":[\"101\"]}",
	"{\"type\":\"account\",\"id\":\"c-yilmaz\",\"name\":"
	"\"z.yilmaz@example.nl\",\"email\":\"z.yilmaz@example.nl\","
	"\"firstName\":\"Zeynep\",\"lastName\":\"Y\\u0131lmaz\",\"dossiers\":{"
	"\"1001\":\"204710\",\"1007\":\"88012\"},\"groupIds\":[\"101\"]}",
	"{\"type\":\"account\",\"id\":\"c-vloot\",\"name\":"
	"\"wagenpark@example.nl\",\"email\":\"wagenpark@example.nl\","
	"\"firstName\":null,\"lastName\":\"Voorbeeld Wagenpark B.V.\","
	"\"dossiers\":{\"1007\":\"90001\"},\"groupIds\":[\"101\"]}",
	"{\"type\":\"account\",\"id\":\"e-1\",\"name\":\"r.devries@example."
	"nl\","
	"\"email\":\"r.devries@example.nl\",\"firstName\":\"Rian\","
	"\"middleName\":\"de\",\"lastName\":\"Vries\",\"organizationIds\":["
	"\"1001\"],\"roles\":{\"1001\":[\"102\"]},\"enabled\":true}",
	"{\"type\":\"account\",\"id\":\"e-2\",\"name\":\"o.smit@example.nl\","
	"\"email\":\"o.smit@example.nl\",\"firstName\":\"Otto\",\"lastName\":"
	"\"Smit\",\"organizationIds\":[\"1001\"],\"roles\":{\"1001\":["
	"\"103\"]},\"enabled\":true}",
};

#define RECORD_COUNT (sizeof(records) / sizeof(records[0]))

static bool option_list;

static const char *
role_of(const struct json *account)
{
	const struct json *roles = json_get(account, "roles");
	const struct json *groups;

	if (roles == NULL || roles->child == NULL)
		return "customer";
	groups = roles->child;
	return groups->child != NULL && str_eq(groups->child->text, STR("103"))
	    ? "organisatiebeheerder"
	    : "relatiebeheerder";
}

static void
list_account(struct json_out *j, const struct json *record)
{
	struct str type, name;

	if (!json_string(json_get(record, "type"), &type) ||
	    !str_eq(type, STR("account")) ||
	    !json_string(json_get(record, "name"), &name))
		return;
	json_out_object(j);
	json_out_name(j, "role");
	json_out_cstr(j, role_of(record));
	json_out_name(j, "username");
	json_out_str(j, name);
	json_out_object_end(j);
}

static enum ctl_exit
print_list(struct ctl *ctl)
{
	const struct json *record;
	struct json_out j;
	struct buf buf;
	int rc;

	buf_init_arena(&buf, ctl->arena, 65536);
	json_out_begin(&j, &buf);
	json_out_array(&j);
	for (size_t i = 0; i < RECORD_COUNT; i++) {
		if (json_parse(ctl->arena, str_of(records[i]), 4096, &record,
			NULL) == 0)
			list_account(&j, record);
	}
	json_out_array_end(&j);
	rc = json_out_end(&j);
	if (rc != 0)
		return ctl_fail("%s", err_text(rc));
	printf("%.*s\n", STR_ARG(buf_view(&buf)));
	return CTL_OK;
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (option_list)
		return print_list(ctl);
	for (size_t i = 0; i < RECORD_COUNT; i++)
		puts(records[i]);
	return CTL_OK;
}

static const struct option_spec options[] = {
	{ "list", NULL, &option_list },
	{ NULL, NULL, NULL },
};

const struct command command_demo = {
	.name = "demo",
	.usage = "[--list]",
	.brief = "Prints demo records, to be piped into hubctl import -.",
	.text = "Touches no store. The records are always the same.\n\n"
		"  --list  the demo accounts with their roles, as JSON\n",
	.options = options,
	.run = run,
};
