#ifndef ENDPOINT_PASSWORD_ANSWER_H
#define ENDPOINT_PASSWORD_ANSWER_H

#include "endpoint/employee.h"
#include "identity/password.h"

/* What an employee hears of an account's new password. */
struct password_told {
	struct str username;
	const char *state;
	char *temporary; /* the text, told once; NULL: it is mailed */
	int64_t until;   /* that it is good; 0 if it is mailed */
};

/* The item with this status; the text is cleared. */
void password_answer(
    struct call *call, int status, const struct password_told *told);

/* Whether temporary passwords are mailed here. */
bool password_is_mailed(const struct call *call);

/*
 * Of an account that has just become pending. TEMPORARY leaves with the answer,
 * unless it is "" and is mailed. No look at the vault is open.
 */
void password_answer_pending(struct call *call, int status, struct str account,
    struct str username, char temporary[PASSWORD_TEMPORARY_LEN + 1]);

#endif
