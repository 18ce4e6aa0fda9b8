#include "identity/forgotten.h"

#include "base/clock.h"
#include "directory/account.h"
#include "directory/username.h"
#include "identity/audit.h"
#include "identity/mail.h"
#include "identity/opaque.h"
#include "identity/throttle.h"

/*
 * Symbols of a digest: the mails of names that nobody has share so many places,
 * that a name which was just asked for is told from another, as an account's
 * is, and that they never fill the queue.
 */
#define PLACE 2

struct asking {
	const struct hub *hub;
	struct forgotten *in;
	struct account_rec account; /* of nobody: empty */
	struct opaque_digest place;
	int64_t wait;
	bool first; /* the first request that this delay keeps out */
};

/* The digest is made for everybody. */
static int
look_up(struct asking *a)
{
	const struct hub *hub = a->hub;
	struct str name = username_fold(hub->arena, str_trim(a->in->username));
	struct txn *txn;
	bool known;
	int rc;

	if (name.p == NULL)
		return HUB_ENOMEM;
	rc = opaque_digest_any(name, &a->place);
	if (rc != 0)
		return rc;
	txn = store_read_begin(hub->directory, hub->arena);
	known = account_by_name(txn, a->in->username, &a->account);
	rc = store_read_end(txn);
	if (!known)
		a->account = (struct account_rec){ .id = STR("") };
	return rc;
}

static void
put_event(struct txn *vault, const struct asking *a, const char *event)
{
	const struct actor actor = { .source = a->in->source };
	struct audit_rec rec;

	act_event(&rec, &actor, event, a->account.id, NULL);
	audit_put(vault, &rec);
}

static int
put_mail(struct txn *vault, const struct asking *a)
{
	struct mail_wish wish = {
		.template = MAIL_FORGOTTEN,
		.language = a->in->language,
		.account = a->account.id,
		.born = a->account.born,
		.about = STR(""),
	};

	if (wish.account.n == 0)
		wish.about = (struct str){ a->place.text, PLACE };
	return mail_put(vault, a->hub->conf, &wish, clock_now());
}

static int
enter(struct txn *vault, void *arg)
{
	struct asking *a = arg;

	a->wait = throttle_forgotten(vault, a->in->username, a->in->source,
	    clock_now_us() / 1000, &a->first);
	if (a->first)
		put_event(vault, a, "password.forgotten_throttled");
	if (a->wait > 0)
		return 0;
	put_event(vault, a, "password.forgotten");
	return put_mail(vault, a);
}

enum forgotten_result
forgotten_ask(const struct hub *hub, struct forgotten *in)
{
	struct asking a = { .hub = hub, .in = in };
	int rc = look_up(&a);

	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, enter, &a);
	in->wait_ms = a.wait;
	in->err = rc;
	if (rc != 0)
		return FORGOTTEN_FAILED;
	return a.wait > 0 ? FORGOTTEN_THROTTLED : FORGOTTEN_DONE;
}
