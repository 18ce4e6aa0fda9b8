/*
 * A line of an import becomes an account: each member is checked, the lists
 * that requests look at are made, and the item of the API is rendered.
 */
#include "directory/account.h"

#include <stdio.h>
#include <stdlib.h>
#include "directory/field.h"
#include "directory/group.h"
#include "directory/render.h"
#include "directory/username.h"
#include "store/rec.h"
#include "token/claims.h"

/* Organisations that one account can have to do with, in whatever way. */
#define ORGANIZATIONS_MAX 1000

/* Direct and by roles together; each request looks through them. */
#define GROUPS_MAX 100

/* Texts gathered from several members, each once. */
struct gathered {
	struct str *at;
	size_t n;
};

struct parts {
	struct str email, first, middle, last;
	const struct json *dossiers, *groups, *roles, *organizations;
	const struct json
	    *implied; /* member organizationIds that was left out */
	struct gathered effective; /* groups */
};

static int
check_dossiers(const struct json *dossiers, struct why *why)
{
	if (dossiers == NULL)
		return 0;
	if (dossiers->count > ORGANIZATIONS_MAX)
		return why_set(why, HUB_EINVAL, "/dossiers: more than %d",
		    ORGANIZATIONS_MAX);
	for (const struct json *d = dossiers->child; d != NULL; d = d->next) {
		if (!str_is_id(d->name))
			return why_set(why, HUB_EINVAL,
			    "/dossiers: a member's name is no organisation id");
		if (d->type != JSON_STRING || d->text.n < 1 || d->text.n > 64 ||
		    !str_is_print(d->text))
			return why_set(why, HUB_EINVAL,
			    "/dossiers/%.*s: not text of 1 to 64 printable "
			    "ASCII characters",
			    STR_ARG(d->name));
	}
	return 0;
}

static int
check_roles(const struct json *roles, struct why *why)
{
	char pointer[96];
	int rc;

	if (roles == NULL)
		return 0;
	if (roles->count > ORGANIZATIONS_MAX)
		return why_set(
		    why, HUB_EINVAL, "/roles: more than %d", ORGANIZATIONS_MAX);
	for (const struct json *r = roles->child; r != NULL; r = r->next) {
		if (!str_is_id(r->name))
			return why_set(why, HUB_EINVAL,
			    "/roles: a member's name is no organisation id");
		snprintf(
		    pointer, sizeof(pointer), "/roles/%.*s", STR_ARG(r->name));
		if ((rc = field_ids(r, pointer, why)) != 0)
			return rc;
	}
	return 0;
}

static int
check_groups(const struct json *groups, struct why *why)
{
	size_t i = 0;
	int rc = field_ids(groups, "/groupIds", why);

	if (rc != 0 || groups == NULL)
		return rc;
	for (const struct json *g = groups->child; g != NULL;
	     g = g->next, i++) {
		if (group_is_role(g->text))
			return why_set(why, HUB_EINVAL,
			    "/groupIds/%zu: %.*s is given per organisation, "
			    "in roles",
			    i, STR_ARG(g->text));
	}
	return 0;
}

static int
read_parts(const struct json *line, struct parts *p, struct why *why)
{
	int rc;

	p->groups = json_get(line, "groupIds");
	p->organizations = json_get(line, "organizationIds");
	if ((rc = field_text_or_null(line, "email", 254, &p->email, why)) !=
		0 ||
	    (rc = field_text_or_null(line, "firstName", 400, &p->first, why)) !=
		0 ||
	    (rc = field_text_or_null(
		 line, "middleName", 400, &p->middle, why)) != 0 ||
	    (rc = field_text_or_null(line, "lastName", 400, &p->last, why)) !=
		0 ||
	    (rc = field_object(line, "dossiers", &p->dossiers, why)) != 0 ||
	    (rc = field_object(line, "roles", &p->roles, why)) != 0 ||
	    (rc = check_dossiers(p->dossiers, why)) != 0 ||
	    (rc = check_groups(p->groups, why)) != 0 ||
	    (rc = check_roles(p->roles, why)) != 0)
		return rc;
	return field_ids(p->organizations, "/organizationIds", why);
}

static void
gather(struct gathered *set, struct str s)
{
	for (size_t i = 0; i < set->n; i++) {
		if (str_eq(set->at[i], s))
			return;
	}
	set->at[set->n++] = s;
}

static size_t
count_of(const struct json *container)
{
	return container == NULL ? 0 : container->count;
}

static const struct json *
first_of(const struct json *container)
{
	return container == NULL ? NULL : container->child;
}

static int
put_list(struct arena *arena, const struct gathered *set, struct str *list)
{
	struct buf buf;

	buf_init_arena(&buf, arena, RENDER_MAX);
	for (size_t i = 0; i < set->n; i++)
		rec_put_str(&buf, set->at[i]);
	*list = buf_view(&buf);
	return buf_error(&buf);
}

/* The direct groups as given, then those of the roles. */
static int
gather_groups(struct arena *arena, struct parts *p, struct why *why)
{
	struct gathered *set = &p->effective;

	/* One more than may be: that is when it shows. */
	set->n = 0;
	set->at = arena_alloc(arena, (GROUPS_MAX + 1) * sizeof(*set->at));
	if (set->at == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	if (count_of(p->groups) > GROUPS_MAX)
		return why_set(
		    why, HUB_EINVAL, "/groupIds: more than %d", GROUPS_MAX);
	for (const struct json *g = first_of(p->groups); g != NULL; g = g->next)
		gather(set, g->text);
	for (const struct json *r = first_of(p->roles); r != NULL;
	     r = r->next) {
		for (const struct json *g = r->child; g != NULL; g = g->next) {
			gather(set, g->text);
			if (set->n > GROUPS_MAX)
				return why_set(why, HUB_EINVAL,
				    "/roles: more than %d groups in all",
				    GROUPS_MAX);
		}
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Brings a set into order, each text once. */
static void
sort(struct gathered *set)
{
	size_t n = 0;

	qsort(set->at, set->n, sizeof(*set->at), compare);
	for (size_t i = 0; i < set->n; i++) {
		if (n == 0 || !str_eq(set->at[n - 1], set->at[i]))
			set->at[n++] = set->at[i];
	}
	set->n = n;
}

/* Where it is a customer, has a role or belongs otherwise; in id order. */
static int
list_organizations(struct arena *arena, const struct parts *p, struct str *list,
    struct why *why)
{
	size_t most = count_of(p->dossiers) + count_of(p->roles) +
	    count_of(p->organizations);
	struct gathered set = { .at = arena_alloc(
				    arena, (most + 1) * sizeof(struct str)) };

	if (set.at == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	for (const struct json *d = first_of(p->dossiers); d; d = d->next)
		set.at[set.n++] = d->name;
	for (const struct json *r = first_of(p->roles); r; r = r->next)
		set.at[set.n++] = r->name;
	for (const struct json *o = first_of(p->organizations); o; o = o->next)
		set.at[set.n++] = o->text;
	sort(&set);
	if (set.n > ORGANIZATIONS_MAX)
		return why_set(why, HUB_EINVAL,
		    "/organizationIds: more than %d organizations in all, "
		    "dossiers and roles included",
		    ORGANIZATIONS_MAX);
	return put_list(arena, &set, list);
}

/* Where it is an employee, be it without a group. */
static int
list_employers(struct arena *arena, const struct parts *p, struct str *list)
{
	struct gathered set = { .at = arena_alloc(arena,
				    (count_of(p->roles) + 1) *
					sizeof(struct str)) };

	if (set.at == NULL)
		return HUB_ENOMEM;
	for (const struct json *r = first_of(p->roles); r; r = r->next)
		set.at[set.n++] = r->name;
	return put_list(arena, &set, list);
}

static int
compare_names(const void *a, const void *b)
{
	return str_cmp((*(const struct json *const *)a)->name,
	    (*(const struct json *const *)b)->name);
}

/* Organisation id and dossier number in turn, in the order of the ids. */
static int
list_dossiers(struct arena *arena, const struct parts *p, struct str *list)
{
	const struct json **sorted;
	struct buf buf;
	size_t n = 0;

	buf_init_arena(&buf, arena, RENDER_MAX);
	sorted =
	    arena_alloc(arena, (count_of(p->dossiers) + 1) * sizeof(*sorted));
	if (sorted == NULL)
		return HUB_ENOMEM;
	for (const struct json *d = first_of(p->dossiers); d; d = d->next)
		sorted[n++] = d;
	qsort(sorted, n, sizeof(*sorted), compare_names);
	for (size_t i = 0; i < n; i++) {
		rec_put_str(&buf, sorted[i]->name);
		rec_put_str(&buf, sorted[i]->text);
	}
	*list = buf_view(&buf);
	return buf_error(&buf);
}

static void
put_text(struct json_out *j, const char *name, struct str text)
{
	json_out_name(j, name);
	json_out_str(j, text);
}

/*
 * Clients look for a role's organisation in organizationIds: where a record
 * has roles and leaves that member out, the ids of the roles are it.
 */
static int
imply_organizations(struct arena *arena, struct parts *p)
{
	struct json *ids, **next;

	p->implied = NULL;
	if (p->organizations != NULL || count_of(p->roles) == 0)
		return 0;
	if ((ids = arena_zalloc(arena, sizeof(*ids))) == NULL)
		return HUB_ENOMEM;
	ids->type = JSON_ARRAY;
	ids->name = STR("organizationIds");
	ids->count = p->roles->count;
	next = &ids->child;
	for (const struct json *r = p->roles->child; r != NULL; r = r->next) {
		if ((*next = arena_zalloc(arena, sizeof(**next))) == NULL)
			return HUB_ENOMEM;
		(*next)->type = JSON_STRING;
		(*next)->text = r->name;
		next = &(*next)->next;
	}
	p->implied = ids;
	return 0;
}

/* What requests look at, whether it is rendered or not. */
static int
make_lists(
    struct arena *arena, struct parts *p, struct account *out, struct why *why)
{
	struct account_rec *rec = &out->rec;
	int rc;

	if ((rc = gather_groups(arena, p, why)) != 0 ||
	    (rc = list_organizations(arena, p, &rec->organizations, why)) != 0)
		return rc;
	out->folded = username_fold(arena, rec->name);
	if (out->folded.p == NULL ||
	    put_list(arena, &p->effective, &rec->groups) != 0 ||
	    list_dossiers(arena, p, &rec->dossiers) != 0 ||
	    list_employers(arena, p, &out->employers) != 0 ||
	    imply_organizations(arena, p) != 0)
		return why_set(why, HUB_ENOMEM, "out of memory");
	return 0;
}

/* The API's account item: its nine members, then whatever else came in. */
static int
render_item(struct arena *arena, const struct json *line,
    const struct account_rec *rec, const struct parts *p, struct str *item)
{
	static const char *const not_again[] = { "id", "name", "email",
		"firstName", "middleName", "lastName", "dossiers", "groupIds",
		"type", "version", "enabled", "deleted", NULL };
	struct json_out j;
	struct buf buf;
	int rc;

	buf_init_arena(&buf, arena, ITEM_MAX);
	json_out_begin(&j, &buf);
	json_out_object(&j);
	put_text(&j, "id", rec->id);
	put_text(&j, "name", rec->name);
	put_text(&j, "email", p->email);
	put_text(&j, "firstName", p->first);
	put_text(&j, "middleName", p->middle);
	put_text(&j, "lastName", p->last);
	json_out_name(&j, "dossiers");
	json_out_object(&j);
	for (const struct json *d = first_of(p->dossiers); d; d = d->next)
		json_out_member(&j, d);
	json_out_object_end(&j);
	json_out_name(&j, "groupIds");
	json_out_array(&j);
	for (size_t i = 0; i < p->effective.n; i++)
		json_out_str(&j, p->effective.at[i]);
	json_out_array_end(&j);
	for (const struct json *m = line->child; m != NULL; m = m->next) {
		if (!name_among(m->name, not_again))
			json_out_member(&j, m);
	}
	if (p->implied != NULL)
		json_out_member(&j, p->implied);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	*item = buf_view(&buf);
	return rc;
}

static int
render(struct arena *arena, const struct json *line, const struct parts *p,
    struct account *out)
{
	static const char *const left_out[] = { "type", "enabled", NULL };
	struct account_rec *rec = &out->rec;
	int rc;

	if ((rc = render_item(arena, line, rec, p, &rec->item)) != 0 ||
	    (rc = render_etag(arena, rec->item, &rec->etag)) != 0)
		return rc;
	return render_without(arena, line, left_out, p->implied, &rec->source);
}

/*
 * What looks like a credential would be shown by the API like any other member
 * that is not known.
 */
static int
refuse_credentials(const struct json *line, struct why *why)
{
	static const char *const names[] = { "password", "passwordHash",
		"password_hash", "temporaryPassword", "secret", NULL };

	for (size_t i = 0; names[i] != NULL; i++) {
		if (json_get(line, names[i]) != NULL)
			return why_set(why, HUB_EINVAL,
			    "/%s: credentials are never part of an import",
			    names[i]);
	}
	return 0;
}

int
account_parse(struct arena *arena, const struct json *line, bool renders,
    struct account *out, struct why *why)
{
	struct account_rec *rec = &out->rec;
	struct parts parts;
	struct str name;
	int rc;

	memset(out, 0, sizeof(*out));
	out->line = line;
	if ((rc = field_id(line, "id", &rec->id, why)) != 0 ||
	    (rc = field_text(line, "name", 1000, &name, why)) != 0)
		return rc;
	/* A token would not tell such an account from a client. */
	if (claims_sub_is_client(rec->id))
		return why_set(why, HUB_EINVAL,
		    "/id: begins with " CLAIM_CLIENT
		    ", which only subjects of clients do");
	if ((rc = username_check(name, &rec->name, why)) != 0) {
		why_prefix(why, "/name");
		return rc;
	}
	if ((rc = refuse_credentials(line, why)) != 0 ||
	    (rc = field_bool(line, "enabled", &out->enabled_given,
		 &rec->enabled, why)) != 0 ||
	    (rc = read_parts(line, &parts, why)) != 0 ||
	    (rc = make_lists(arena, &parts, out, why)) != 0)
		return rc;
	if (!renders)
		return 0;
	return render_result(render(arena, line, &parts, out), why);
}
