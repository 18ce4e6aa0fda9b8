#include "endpoint/routes.h"

const struct route routes[] = {
	{ METHOD_GET, "/account/mine", POOL_BIT(POOL_READERS), CREDENTIAL_USER,
	    "hub.read", "account.read.mine", ERROR_PROBLEM, account_mine },
	{ METHOD_GET, "/organization/organizations/mine",
	    POOL_BIT(POOL_READERS), CREDENTIAL_USER, "hub.read",
	    "organization.read.mine", ERROR_PROBLEM, organizations_mine },
	{ METHOD_GET, "/permission/permissions/mine", POOL_BIT(POOL_READERS),
	    CREDENTIAL_USER, "hub.read", "permission.read.mine", ERROR_PROBLEM,
	    permissions_mine },
	{ METHOD_GET, "/contract/contracts/mycontracts", POOL_BIT(POOL_READERS),
	    CREDENTIAL_USER, "hub.read", "contract.read.mine", ERROR_PROBLEM,
	    mycontracts },
	{ METHOD_GET, "/contract/contracts/{id}/mine", POOL_BIT(POOL_READERS),
	    CREDENTIAL_USER, "hub.read", "contract.read.mine", ERROR_PROBLEM,
	    contract_mine },
	{ METHOD_GET, "/health/ready", POOL_ALL, CREDENTIAL_NONE, NULL, NULL,
	    ERROR_PROBLEM, health_ready },
};

const size_t route_count = sizeof(routes) / sizeof(routes[0]);
