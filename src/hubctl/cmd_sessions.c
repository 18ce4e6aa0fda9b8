#include <stdio.h>
#include "base/clock.h"
#include "directory/revoked.h"
#include "hubctl/ctl.h"
#include "hubctl/who.h"
#include "identity/grant.h"
#include "identity/session.h"

#define LIST_MAX (16 * 1024 * 1024)

static const char *option_end;

/* What is alive at this moment of what an account was given. */
struct listing {
	const struct conf *conf;
	struct txn *directory;
	uint64_t epoch;
	int64_t now;
	struct buf text;
};

static void
put_line(struct listing *l, struct str id, const char *kind, int64_t since,
    int64_t used)
{
	char began[CLOCK_TEXT], last[CLOCK_TEXT];

	clock_text(since, began);
	clock_text(used, last);
	buf_printf(&l->text, "%-22.*s  %-7s  %-20s  %-20s", STR_ARG(id), kind,
	    began, last);
}

static bool
put_session(void *ctx, const struct session_rec *rec)
{
	struct listing *l = ctx;

	if (rec->epoch != l->epoch || session_end(l->conf, rec) <= l->now ||
	    revoked_has(l->directory, REVOKED_SESSION, rec->sid))
		return true;
	put_line(l, rec->sid,
	    rec->kind == SESSION_SIGNED_IN ? "session" : "form", rec->auth_time,
	    rec->used);
	buf_printf(&l->text, "  %-24s  %.*s\n", "-", STR_ARG(rec->source));
	return true;
}

static bool
put_grant(void *ctx, struct str gid, const struct grant_rec *rec)
{
	struct listing *l = ctx;

	if (rec->epoch != l->epoch || grant_end(l->conf, rec) <= l->now ||
	    revoked_has(l->directory, REVOKED_GRANT, gid) ||
	    revoked_has(l->directory, REVOKED_SESSION, rec->sid))
		return true;
	put_line(l, gid, "grant", rec->began, rec->used);
	buf_printf(&l->text, "  %-24.*s  -\n", STR_ARG(rec->client));
	return true;
}

static int
list(struct ctl *ctl, const struct account_rec *account)
{
	struct listing l = {
		.conf = &ctl->conf, .epoch = account->epoch, .now = clock_now()
	};
	struct txn *vault;
	int rc, end;

	/* Printed when the look is over: a reader of ours may be slow. */
	buf_init_arena(&l.text, ctl->arena, LIST_MAX);
	l.directory = store_read_begin(ctl->directory, ctl->arena);
	vault = store_read_begin(ctl->vault, ctl->arena);
	session_walk(vault, account->id, put_session, &l);
	grant_walk(vault, account->id, put_grant, &l);
	rc = store_read_end(vault);
	end = store_read_end(l.directory);
	if (rc == 0)
		rc = end != 0 ? end : buf_error(&l.text);
	if (rc == 0)
		printf("%-22s  %-7s  %-20s  %-20s  %-24s  %s\n%.*s", "ID",
		    "KIND", "SINCE", "LAST USED", "CLIENT", "ADDRESS",
		    STR_ARG(buf_view(&l.text)));
	return rc;
}

/* Whether a grant of that name is the account's. */
static int
has_grant(struct ctl *ctl, struct str account, struct str gid, bool *has)
{
	struct txn *vault = store_read_begin(ctl->vault, ctl->arena);
	struct grant_rec rec;

	*has = str_is_id(gid) && grant_get(vault, gid, &rec) &&
	    str_eq(rec.account, account);
	return store_read_end(vault);
}

/* With a session goes what began in it. */
static int
end(struct ctl *ctl, struct str account, struct str id)
{
	struct actor actor = ctl_actor(ctl);
	struct hub hub = ctl_hub(ctl);
	bool is_grant;
	int rc = has_grant(ctl, account, id, &is_grant);

	if (rc != 0)
		return rc;
	if (is_grant)
		return act_end_grant(
		    &hub, &actor, "grant.revoked", account, id);
	return act_end_session(&hub, &actor, "session.ended", account, id);
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct account_rec rec;
	struct why why;
	int rc;

	(void)argc;
	if (ctl_open(ctl, &why) != 0 || who_find(ctl, argv[0], &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	if (option_end == NULL) {
		rc = list(ctl, &rec);
		return rc == 0 ? CTL_OK : ctl_fail("%s", err_text(rc));
	}
	rc = end(ctl, rec.id, str_of(option_end));
	if (rc == HUB_ENOENT)
		return ctl_fail("account %s has no session or grant %s",
		    argv[0], option_end);
	if (rc != 0)
		return ctl_fail(
		    "%s: %s; give the command again until it succeeds",
		    option_end, err_text(rc));
	printf("%s is ended\n", option_end);
	return CTL_OK;
}

static const struct option_spec options[] = {
	{ "end", &option_end, NULL },
	{ NULL, NULL, NULL },
};

const struct command command_account_sessions = {
	.name = "account sessions",
	.usage = "USERNAME [--end ID]",
	.brief = "Lists where an account is signed in, or ends one of these.",
	.text = WHO_HELP
	"A session is a browser that is signed in; a form is one that may "
	"change a\ntemporary password; a grant is what an app was given.\n\n"
	"  --end ID       end this one at once; with a session ends what began "
	"in it\n",
	.alone = true,
	.options = options,
	.min = 1,
	.max = 1,
	.run = run,
};
