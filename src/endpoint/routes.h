#ifndef ENDPOINT_ROUTES_H
#define ENDPOINT_ROUTES_H

#include <stddef.h>
#include "http/route.h"

/* The one table of all routes of all pools. */
extern const struct route routes[];
extern const size_t route_count;

/* The endpoints, each in the file of its name. */
void account_mine(struct call *call);
void organizations_mine(struct call *call);
void permissions_mine(struct call *call);
void mycontracts(struct call *call);
void contract_mine(struct call *call);
void health_ready(struct call *call);
void discovery(struct call *call);
void jwks(struct call *call);
void authorize(struct call *call);
void consent(struct call *call);
void token(struct call *call);
void userinfo(struct call *call);
void revocation(struct call *call);
void introspection(struct call *call);
void end_session(struct call *call);
void login(struct call *call);
void password_change(struct call *call);
void forgot(struct call *call);
void account_page(struct call *call);
void second_factor(struct call *call);
void factor_picture(struct call *call);
void contacts(struct call *call);
void contact(struct call *call);
void contact_contracts(struct call *call);
void contact_contract(struct call *call); /* contact_contracts.c */
void contact_account_add(struct call *call);
void contact_account_reset(struct call *call); /* contact_account_add.c */
void contact_account_block(struct call *call);
void contact_account_unblock(struct call *call); /* contact_account_block.c */
void contact_account_email(struct call *call);
void contact_account_invite(struct call *call);
void contact_account_withdraw(struct call *call); /* contact_account_invite.c */
void contact_sessions(struct call *call);         /* contact_access.c */
void contact_session_end(struct call *call);      /* contact_access.c */
void contact_apps(struct call *call);             /* contact_access.c */
void contact_app_end(struct call *call);          /* contact_access.c */
void contact_audit(struct call *call);
void organization_employees(struct call *call);
void organization_employee(struct call *call); /* organization_employees.c */
void organization_invite(struct call *call);   /* organization_staff.c */
void organization_role(struct call *call);     /* organization_staff.c */
void organization_reset(struct call *call);    /* organization_staff.c */
void organization_audit(struct call *call);
void style_sheet(struct call *call);   /* style.c */
void style_picture(struct call *call); /* style.c */

#endif
