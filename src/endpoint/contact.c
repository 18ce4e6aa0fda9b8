#include "endpoint/employee.h"
#include "endpoint/items.h"
#include "endpoint/routes.h"

/* GET /contact/contacts/<id>: a contact, whole, with how its account stands. */
void
contact(struct call *call)
{
	struct employee employee;
	struct contact_rec rec;
	struct contact_item item;

	if (employee_contact(call, &employee, &rec) &&
	    contact_item_get(call, &rec, &item))
		items_one(call, item.text, item.etag);
}
