#include "hubctl/demo_out.h"

/* Longer than any line here. */
#define LINE_MAX_BYTES 65536

void
demo_out_begin(struct demo_out *out, FILE *file, bool list)
{
	*out = (struct demo_out){ .file = file, .list = list };
	buf_init(&out->line, LINE_MAX_BYTES);
}

static void
write_bytes(struct demo_out *out, const char *p, size_t n)
{
	if (out->err == 0 && fwrite(p, 1, n, out->file) != n)
		out->err = HUB_EIO;
}

int
demo_out_end(struct demo_out *out)
{
	if (out->list && out->listed == 0)
		write_bytes(out, "[]\n", 3);
	else if (out->list)
		write_bytes(out, "]\n", 2);
	buf_free(&out->line);
	return out->err;
}

void
demo_out_line(struct demo_out *out, struct str line)
{
	if (line.n == 0 && out->err == 0)
		out->err = HUB_EINVAL;
	if (!out->list)
		write_bytes(out, line.p, line.n);
}

static void
put_text(struct json_out *j, const char *name, const char *text)
{
	json_out_name(j, name);
	json_out_cstr(j, text);
}

static void
open_object(struct demo_out *out)
{
	buf_reset(&out->line);
	json_out_begin(&out->j, &out->line);
	json_out_object(&out->j);
}

static void
close_object(struct demo_out *out)
{
	int rc;

	json_out_object_end(&out->j);
	rc = json_out_end(&out->j);
	if (out->err == 0)
		out->err = rc;
	write_bytes(out, out->line.p, out->line.n);
}

/* Begins a line; false when nothing is to be written. VERSION 0: none. */
static bool
open_line(
    struct demo_out *out, const char *type, const char *id, uint64_t version)
{
	if (out->err != 0 || out->list)
		return false;
	open_object(out);
	put_text(&out->j, "type", type);
	put_text(&out->j, "id", id);
	if (version > 0) {
		json_out_name(&out->j, "version");
		json_out_int(&out->j, (int64_t)version);
	}
	return true;
}

static void
close_line(struct demo_out *out)
{
	close_object(out);
	write_bytes(out, "\n", 1);
}

void
demo_out_organization(struct demo_out *out, const struct demo_organization *o)
{
	if (!open_line(out, "organization", o->id, 0))
		return;
	put_text(&out->j, "organizationType", o->type);
	put_text(&out->j, "code", o->code);
	put_text(&out->j, "name", o->name);
	put_text(&out->j, "icon", o->icon);
	close_line(out);
}

static void
put_group(struct demo_out *out, const char *id, const char *name,
    const char *const *permissions)
{
	struct json_out *j = &out->j;

	if (!open_line(out, "group", id, 0))
		return;
	put_text(j, "name", name);
	json_out_name(j, "permissions");
	json_out_array(j);
	for (size_t i = 0; permissions[i] != NULL; i++)
		json_out_cstr(j, permissions[i]);
	json_out_array_end(j);
	close_line(out);
}

void
demo_out_groups(struct demo_out *out)
{
	static const char *const customer[] = { "account.read.mine",
		"organization.read.mine", "permission.read.mine",
		"contract.read.mine", NULL };
	static const char *const manager[] = { "account.read.mine",
		"organization.read.mine", "permission.read.mine",
		"contact.read", "contact.account.manage", NULL };
	static const char *const head[] = { "account.read.mine",
		"organization.read.mine", "permission.read.mine",
		"contact.read", "contact.account.manage", "employee.manage",
		NULL };

	put_group(out, "101", "Klanten", customer);
	put_group(out, "102", "Relatiebeheerder", manager);
	put_group(out, "103", "Organisatiebeheerder", head);
}

/* A company has null where a person has a first name. */
static void
put_names(struct json_out *j, const struct demo_person *p)
{
	put_text(j, "firstName", p->first);
	if (p->middle != NULL)
		put_text(j, "middleName", p->middle);
	put_text(j, "lastName", p->last);
}

void
demo_out_contact(struct demo_out *out, const char *id,
    const struct demo_dossier *dossier, const struct demo_person *person,
    uint64_t version)
{
	struct json_out *j = &out->j;

	if (!open_line(out, "contact", id, version))
		return;
	put_text(j, "organizationId", dossier->organization);
	put_text(j, "dossierNumber", dossier->number);
	put_text(j, "kind", person->company ? "company" : "person");
	put_names(j, person);
	if (person->email[0] != '\0')
		put_text(j, "email", person->email);
	close_line(out);
}

static void
put_customer(struct json_out *j, const struct demo_account *a)
{
	json_out_name(j, "dossiers");
	json_out_object(j);
	for (size_t i = 0; i < 2 && a->dossiers[i].number != NULL; i++)
		put_text(j, a->dossiers[i].organization, a->dossiers[i].number);
	json_out_object_end(j);
	json_out_name(j, "groupIds");
	json_out_array(j);
	json_out_cstr(j, "101");
	json_out_array_end(j);
}

static void
put_employee(struct json_out *j, const struct demo_account *a)
{
	json_out_name(j, "organizationIds");
	json_out_array(j);
	json_out_cstr(j, a->organization);
	json_out_array_end(j);
	json_out_name(j, "roles");
	json_out_object(j);
	json_out_name(j, a->organization);
	json_out_array(j);
	json_out_cstr(j, a->role);
	json_out_array_end(j);
	json_out_object_end(j);
	json_out_name(j, "enabled");
	json_out_bool(j, true);
}

static const char *
role_name(const char *role)
{
	if (role == NULL)
		return "customer";
	return str_eq(str_of(role), STR("103")) ? "organisatiebeheerder"
						: "relatiebeheerder";
}

static void
list_account(struct demo_out *out, const struct demo_account *a)
{
	if (out->err != 0)
		return;
	write_bytes(out, out->listed++ == 0 ? "[" : ",", 1);
	open_object(out);
	put_text(&out->j, "role", role_name(a->role));
	put_text(&out->j, "username", a->person->email);
	close_object(out);
}

void
demo_out_account(struct demo_out *out, const struct demo_account *a)
{
	struct json_out *j = &out->j;

	if (out->list)
		list_account(out, a);
	if (!open_line(out, "account", a->id, 0))
		return;
	put_text(j, "name", a->person->email);
	put_text(j, "email", a->person->email);
	put_names(j, a->person);
	if (a->role == NULL)
		put_customer(j, a);
	else
		put_employee(j, a);
	if (a->language != NULL)
		put_text(j, "language", a->language);
	close_line(out);
}
