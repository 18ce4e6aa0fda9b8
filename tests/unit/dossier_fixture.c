#include "dossier_fixture.h"

#include "directory/account.h"
#include "directory/contact.h"
#include "directory/employee.h"
#include "unit.h"

int
dossier_setup(void **state)
{
	struct test_hub *hub;

	if (signin_setup(state) != 0)
		return -1;
	hub = *state;
	hub_put(hub,
	    "{\"type\":\"organization\",\"id\":\"2\",\"organizationType\":"
	    "\"T\",\"code\":\"D\",\"name\":\"Filiaal\"}");
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"c2\",\"organizationId\":\"2\","
	    "\"dossierNumber\":\"20\",\"kind\":\"person\",\"lastName\":"
	    "\"Wit\"}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"wil\",\"name\":\"" WIL "\","
	    "\"groupIds\":[\"101\"],\"dossiers\":{\"1\":\"10\"}}");
	return 0;
}

struct dossier_seen
dossier_see(struct test_hub *hub)
{
	struct dossier_seen seen = { .shared = true };
	struct txn *vault, *txn = hub_look(hub);
	struct credential_rec credential;
	struct str id;

	assert_true(contact_get(txn, STR("c1"), &seen.contact));
	assert_true(account_of_dossier(txn, STR("1"), STR("10"), &id));
	assert_true(account_get(txn, id, &seen.account));
	assert_int_equal(employee_account_is_shared(
			     hub->arena, &seen.account, STR("1"), &seen.shared),
	    0);
	hub_look_end(txn);
	vault = store_read_begin(hub->vault, hub->arena);
	credential_for(vault, id, seen.account.born, &credential);
	assert_int_equal(store_read_end(vault), 0);
	seen.serial = credential.temporary_serial;
	seen.lasting = credential.lasting.n > 0;
	return seen;
}
