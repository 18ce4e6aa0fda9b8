#include "directory/reference.h"

#include <stdio.h>

struct walk {
	reference_fn *fn;
	void *ctx;
	struct why *why;
};

/* The ids in an array that stands at POINTER, or is absent. */
static int
walk_array(const struct walk *w, enum record_kind kind,
    const struct json *array, const char *pointer)
{
	const struct json *id = array == NULL ? NULL : array->child;
	int rc;

	for (size_t i = 0; id != NULL; id = id->next, i++) {
		if ((rc = w->fn(w->ctx, kind, id->text, w->why)) != 0) {
			why_prefix(w->why, "%s/%zu", pointer, i);
			return rc;
		}
	}
	return 0;
}

/* The organisations that are the names in an object, or it is absent. */
static int
walk_names(const struct walk *w, const struct json *object, const char *pointer)
{
	const struct json *m = object == NULL ? NULL : object->child;
	int rc;

	for (; m != NULL; m = m->next) {
		rc = w->fn(w->ctx, RECORD_ORGANIZATION, m->name, w->why);
		if (rc != 0) {
			why_prefix(
			    w->why, "%s/%.*s", pointer, STR_ARG(m->name));
			return rc;
		}
	}
	return 0;
}

static int
walk_roles(const struct walk *w, const struct json *roles)
{
	const struct json *r = roles == NULL ? NULL : roles->child;
	char pointer[96];
	int rc = walk_names(w, roles, "/roles");

	for (; rc == 0 && r != NULL; r = r->next) {
		snprintf(
		    pointer, sizeof(pointer), "/roles/%.*s", STR_ARG(r->name));
		rc = walk_array(w, RECORD_GROUP, r, pointer);
	}
	return rc;
}

static int
walk_account(const struct walk *w, const struct json *line)
{
	int rc;

	if ((rc = walk_names(w, json_get(line, "dossiers"), "/dossiers")) !=
		0 ||
	    (rc = walk_array(w, RECORD_ORGANIZATION,
		 json_get(line, "organizationIds"), "/organizationIds")) != 0 ||
	    (rc = walk_array(w, RECORD_GROUP, json_get(line, "groupIds"),
		 "/groupIds")) != 0)
		return rc;
	return walk_roles(w, json_get(line, "roles"));
}

static int
walk_organization(const struct walk *w, struct str id)
{
	int rc = w->fn(w->ctx, RECORD_ORGANIZATION, id, w->why);

	if (rc != 0)
		why_prefix(w->why, "/organizationId");
	return rc;
}

int
reference_walk(
    const struct record *record, reference_fn *fn, void *ctx, struct why *why)
{
	struct walk w = { fn, ctx, why };

	if (record->deleted)
		return 0;
	switch (record->kind) {
	case RECORD_CONTACT:
		return walk_organization(&w, record->as.contact.organization);
	case RECORD_ACCOUNT:
		return walk_account(&w, record->as.account.line);
	case RECORD_CONTRACT:
		return walk_organization(
		    &w, record->as.contract.rec.organization);
	default:
		return 0;
	}
}
