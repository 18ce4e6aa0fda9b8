/*
 * GET /contact/contacts/<id>/audit: what has been done about a contact and, if
 * its account is this organisation's alone, with that. What another organisation
 * did is not this one's to read, nor what was done with an earlier account of
 * the same id.
 */
#include "endpoint/employee.h"
#include "endpoint/event_view.h"
#include "endpoint/routes.h"

struct trail {
	struct contact_rec contact;
	struct contact_account account;
};

static bool
fits(void *ctx, const struct audit_rec *rec)
{
	const struct trail *t = ctx;

	if (rec->organization.n > 0 &&
	    !str_eq(rec->organization, t->contact.organization))
		return false;
	if (str_eq(rec->contact, t->contact.id))
		return true;
	return rec->contact.n == 0 && t->account.exists && !t->account.shared &&
	    str_eq(rec->account, t->account.rec.id) &&
	    rec->born == t->account.rec.born;
}

void
contact_audit(struct call *call)
{
	struct audit_subject about[2];
	struct param_list parameters;
	struct event_query query;
	struct employee employee;
	unsigned int n = 0;
	struct trail t;
	struct txn *vault;
	int rc;

	param_read(call->req->arena, call->req->query, &parameters);
	if (!employee_contact(call, &employee, &t.contact) ||
	    !event_query_read(call, &parameters, false, &query))
		return;
	vault = store_read_begin(call->service->vault, call->req->arena);
	contact_account_get(call, vault, &t.contact, &t.account);
	rc = store_read_end(vault);
	if (rc != 0 || txn_error(call->txn) != 0) {
		call_failed(call, rc != 0 ? rc : txn_error(call->txn));
		return;
	}
	about[n++] = (struct audit_subject){ AUDIT_CONTACT, t.contact.id };
	if (t.account.exists && !t.account.shared)
		about[n++] =
		    (struct audit_subject){ AUDIT_ACCOUNT, t.account.rec.id };
	event_page(call, &query, t.contact.organization, about, n, fits, &t);
}
