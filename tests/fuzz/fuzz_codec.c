/* Covers: store/rec.c store/account_rec.c store/audit_rec.c store/client_rec.c */
/* Covers: store/contact_rec.c store/contract_rec.c store/group_rec.c */
/* Covers: store/organization_rec.c store/signing_key_rec.c store/code_rec.c */
/* Covers: store/client_secret_rec.c store/grant_rec.c store/session_rec.c */
/* Covers: store/consent_rec.c */
/* Covers: store/second_factor_rec.c store/mail_rec.c store/proven_rec.c */
/* Covers: store/email_change_rec.c store/invitation_rec.c store/credential_rec.c */
/*
 * Any bytes as a stored record: the first one picks the kind. What can be read
 * is written as it can be read again, and lists within it come to an end.
 */
#include "fuzz.h"

#include <string.h>
#include "store/account_rec.h"
#include "store/audit_rec.h"
#include "store/client_rec.h"
#include "store/client_secret_rec.h"
#include "store/code_rec.h"
#include "store/contact_rec.h"
#include "store/contract_rec.h"
#include "store/credential_rec.h"
#include "store/consent_rec.h"
#include "store/email_change_rec.h"
#include "store/grant_rec.h"
#include "store/group_rec.h"
#include "store/invitation_rec.h"
#include "store/mail_rec.h"
#include "store/organization_rec.h"
#include "store/proven_rec.h"
#include "store/rec_list.h"
#include "store/second_factor_rec.h"
#include "store/session_rec.h"
#include "store/signing_key_rec.h"
#include "store/throttle_rec.h"

#define TEXT_MAX (64 * 1024)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
walk(struct str list, struct str whole)
{
	struct str left = list, part;

	while (rec_list_next(&left, &part)) {
		FUZZ_HOLDS(part.p >= whole.p);
		FUZZ_HOLDS(part.p + part.n <= whole.p + whole.n);
		/* In a long one it takes long, and shows nothing more. */
		if (list.n < 1024)
			FUZZ_HOLDS(rec_list_has(list, part));
	}
}

static void
walk_none(const void *rec, struct str whole)
{
	(void)rec;
	(void)whole;
}

static void
walk_account(const void *rec, struct str whole)
{
	const struct account_rec *account = rec;

	walk(account->groups, whole);
	walk(account->organizations, whole);
	walk(account->dossiers, whole);
}

static void
walk_client(const void *rec, struct str whole)
{
	const struct client_rec *client = rec;

	walk(client->origins, whole);
	walk(client->redirect_uris, whole);
	walk(client->post_logout_uris, whole);
}

static void
walk_group(const void *rec, struct str whole)
{
	walk(((const struct group_rec *)rec)->permissions, whole);
}

static void
walk_factor(const void *rec, struct str whole)
{
	walk(((const struct second_factor_rec *)rec)->recovery, whole);
}

/*
 * Reads the bytes, and what was made of them again. A record has one form
 * only, but for bits that mean nothing in the byte of FLAGS behind its format.
 */
#define NO_FLAGS 0xff

static void
check_form(struct str bytes, struct str again, unsigned int flags)
{
	FUZZ_HOLDS(again.n == bytes.n && bytes.n >= 2);
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned int mask = i == 1 ? flags : 0xff;

		FUZZ_HOLDS((unsigned char)again.p[i] ==
		    ((unsigned char)bytes.p[i] & mask));
	}
}

#define CODEC(kind, format, flags, lists)                                      \
	static void check_##kind(struct str bytes, struct buf *out)            \
	{                                                                      \
		struct kind rec, again;                                        \
                                                                               \
		if (kind##_get(bytes, &rec) != 0)                              \
			return;                                                \
		lists(&rec, bytes);                                            \
		kind##_put(out, &rec);                                         \
		FUZZ_HOLDS(buf_error(out) == 0);                               \
		/* An older format is read, the newest written. */             \
		if (bytes.p[0] == (format))                                    \
			check_form(bytes, buf_view(out), (flags));             \
		FUZZ_HOLDS(kind##_get(buf_view(out), &again) == 0);            \
	}

CODEC(account_rec, 2, 0x07, walk_account)
CODEC(audit_rec, 2, NO_FLAGS, walk_none)
CODEC(client_rec, 2, 0x1f, walk_client)
CODEC(contact_rec, 1, 0x03, walk_none)
CODEC(contract_rec, 1, 0x03, walk_none)
CODEC(contract_line, 1, NO_FLAGS, walk_none)
CODEC(group_rec, 1, NO_FLAGS, walk_group)
CODEC(organization_rec, 1, NO_FLAGS, walk_none)
CODEC(public_key_rec, 1, NO_FLAGS, walk_none)
CODEC(private_key_rec, 2, NO_FLAGS, walk_none)
CODEC(client_secret_rec, 1, NO_FLAGS, walk_none)
CODEC(code_rec, 1, 0x01, walk_none)
CODEC(grant_rec, 1, NO_FLAGS, walk_none)
CODEC(session_rec, 1, NO_FLAGS, walk_none)
CODEC(throttle_rec, 1, NO_FLAGS, walk_none)
CODEC(consent_rec, 1, NO_FLAGS, walk_none)
CODEC(second_factor_rec, 1, NO_FLAGS, walk_factor)
CODEC(mail_rec, 2, NO_FLAGS, walk_none)
CODEC(proven_rec, 1, NO_FLAGS, walk_none)
CODEC(email_change_rec, 1, NO_FLAGS, walk_none)
CODEC(invitation_rec, 1, NO_FLAGS, walk_none)
CODEC(credential_rec, 3, NO_FLAGS, walk_none)

static void (*const codecs[])(struct str bytes, struct buf *out) = {
	check_account_rec,
	check_audit_rec,
	check_client_rec,
	check_contact_rec,
	check_contract_rec,
	check_contract_line,
	check_group_rec,
	check_organization_rec,
	check_public_key_rec,
	check_private_key_rec,
	check_client_secret_rec,
	check_code_rec,
	check_grant_rec,
	check_session_rec,
	check_throttle_rec,
	check_consent_rec,
	check_second_factor_rec,
	check_mail_rec,
	check_proven_rec,
	check_email_change_rec,
	check_invitation_rec,
	check_credential_rec,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out;

	if (size < 1 || size > TEXT_MAX / 2)
		return 0;
	buf_init(&out, TEXT_MAX);
	codecs[data[0] % COUNT(codecs)](
	    (struct str){ (const char *)data + 1, size - 1 }, &out);
	buf_free(&out);
	return 0;
}
