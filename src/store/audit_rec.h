#ifndef STORE_AUDIT_REC_H
#define STORE_AUDIT_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * One line of the audit log: who did what to whom, from where. The time is in
 * the key. No secret and no personal data beyond ids. An organisation stands in
 * it if an employee of it did it, or if it is about a dossier or an employee of
 * that organisation.
 */
struct audit_rec {
	struct str event;   /* "token.issued", "account.disabled", ... */
	struct str account; /* id, or empty */
	struct str client;  /* id, or empty */
	struct str source;  /* an address, or "hubctl" and the system user */
	struct str detail;  /* words for a person, or empty */
	struct str organization; /* id, or empty */
	struct str contact;      /* id, or empty */
	struct str by;           /* account id of who did it, or empty */
	uint64_t born; /* the account's then, by its credential; 0: unknown */
	bool unlisted; /* of a format from before table audit_about: read, and
			  not written */
};

/* Encoding fails in the buffer. */
void audit_rec_put(struct buf *out, const struct audit_rec *rec);

/* 0 or HUB_ECORRUPT; the text is a view of BYTES. */
int audit_rec_get(struct str bytes, struct audit_rec *rec);

#endif
