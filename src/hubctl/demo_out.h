#ifndef HUBCTL_DEMO_OUT_H
#define HUBCTL_DEMO_OUT_H

#include <stdbool.h>
#include <stdio.h>
#include "base/json_out.h"
#include "hubctl/demo_person.h"

/*
 * Writes records as an import takes them, a line each; or, as a list, nothing
 * but the accounts with their roles, as one JSON array. The first error
 * sticks, later calls do nothing.
 */
struct demo_out {
	FILE *file;
	bool list;
	size_t listed;
	struct buf line;
	struct json_out j; /* of the line that is being made */
	int err;
};

/* FILE stays the caller's. demo_out_end() must follow. */
void demo_out_begin(struct demo_out *out, FILE *file, bool list);

/* 0, HUB_EIO when the file takes no more, HUB_ENOMEM. */
int demo_out_end(struct demo_out *out);

struct demo_organization {
	const char *id, *type, *code, *name, *icon; /* icon: NULL for none */
};

struct demo_dossier {
	const char *organization, *number;
};

struct demo_account {
	const char *id;
	const char *language; /* a further member; NULL: left out */
	const struct demo_person *person;
	struct demo_dossier dossiers[2]; /* of a customer; no number: none */
	const char *role;                /* of an employee: "102" or "103" */
	const char *organization;        /* where he has it */
};

void demo_out_organization(
    struct demo_out *out, const struct demo_organization *organization);

/* The three that a hub of intermediaries has. */
void demo_out_groups(struct demo_out *out);

/* VERSION 0: none. */
void demo_out_contact(struct demo_out *out, const char *id,
    const struct demo_dossier *dossier, const struct demo_person *person,
    uint64_t version);

void demo_out_account(struct demo_out *out, const struct demo_account *account);

/* A line that is made already, its newline included; HUB_EINVAL if empty. */
void demo_out_line(struct demo_out *out, struct str line);

#endif
