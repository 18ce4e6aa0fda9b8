#include "identity/app.h"

#include "identity/audit.h"
#include "identity/consent.h"
#include "identity/grant.h"

/* Grants that one look finds; each ends in transactions of its own. */
#define STEP 50

#define ID_ROOM 65 /* what str_is_id() takes, and a NUL */

#define SCOPE_MAX 512

/* The client's place in the list, made if need be; NULL if it is full. */
static struct app *
place(struct app_list *list, struct str client)
{
	unsigned int i = 0;

	while (i < list->n && str_cmp(list->at[i].client, client) < 0)
		i++;
	if (i < list->n && str_eq(list->at[i].client, client))
		return &list->at[i];
	if (list->n == APP_MOST) {
		list->more = true;
		return NULL;
	}
	memmove(&list->at[i + 1], &list->at[i],
	    (list->n - i) * sizeof(list->at[0]));
	list->n++;
	list->at[i] = (struct app){ .client = client, .scope = STR("") };
	return &list->at[i];
}

static void
add_scope(struct txn *vault, struct app *app, struct str scope)
{
	struct str rest = scope, word;
	struct buf sum;

	buf_init_arena(&sum, txn_arena(vault), SCOPE_MAX);
	buf_str(&sum, app->scope);
	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (str_has_word(buf_view(&sum), word))
			continue;
		if (sum.n > 0)
			buf_byte(&sum, ' ');
		buf_str(&sum, word);
	}
	if (buf_error(&sum) != 0)
		txn_fail(vault, buf_error(&sum));
	app->scope = buf_view(&sum);
}

static struct app *
add(struct txn *vault, struct app_list *list, struct str client,
    struct str scope, int64_t since)
{
	struct app *app = place(list, client);

	if (app == NULL)
		return NULL;
	if (!str_eq(app->scope, scope))
		add_scope(vault, app, scope);
	if (app->since == 0 || since < app->since)
		app->since = since;
	return app;
}

struct listing {
	struct txn *vault;
	const struct conf *conf;
	const struct account_rec *account;
	int64_t now;
	struct app_list *out;
};

static bool
add_grant(void *ctx, struct str gid, const struct grant_rec *rec)
{
	const struct listing *l = ctx;

	(void)gid;
	if (rec->epoch >= l->account->epoch && l->now < grant_end(l->conf, rec))
		add(l->vault, l->out, rec->client, rec->scope, rec->began);
	return txn_error(l->vault) == 0;
}

void
app_list(struct txn *vault, const struct conf *conf,
    const struct account_rec *account, int64_t now, struct app_list *out)
{
	struct listing l = { vault, conf, account, now, out };
	struct str client = STR("");
	struct consent_rec rec;
	struct app *app;

	out->n = 0;
	out->more = false;
	while (consent_next(vault, account->id, &client, &rec)) {
		if (rec.born != account->born)
			continue;
		app = add(vault, out, client, rec.scope, rec.given);
		if (app != NULL)
			app->consented = true;
	}
	grant_walk(vault, account->id, add_grant, &l);
}

/* Grants of the account to the client, as one look finds them. */
struct look {
	char last[ID_ROOM];
	char gid[STEP][ID_ROOM];
	unsigned int n;
	bool more;
};

static bool
copy_id(struct txn *vault, char to[ID_ROOM], struct str id)
{
	if (id.n >= ID_ROOM) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	memcpy(to, id.p, id.n);
	to[id.n] = '\0';
	return true;
}

static int
look(const struct hub *hub, struct str account, struct str client,
    struct look *l)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct arena_mark mark = arena_mark(hub->arena);
	struct grant_rec rec;
	struct str gid;

	l->n = 0;
	l->more = false;
	while (grant_next(vault, account, str_of(l->last), &gid, &rec) &&
	    copy_id(vault, l->last, gid)) {
		if (str_eq(rec.client, client)) {
			memcpy(l->gid[l->n++], l->last, ID_ROOM);
			l->more = l->n == STEP;
		}
		arena_rewind(hub->arena, mark);
		if (l->more)
			break;
	}
	return store_read_end(vault);
}

/* Ends the grants that there are; adds their number to *ENDED. */
static int
end_grants(const struct hub *hub, const struct actor *actor, struct str account,
    struct str client, unsigned int *ended)
{
	struct arena_mark mark = arena_mark(hub->arena);
	struct look l = { .last = "" };
	int rc;

	do {
		rc = look(hub, account, client, &l);
		for (unsigned int i = 0; rc == 0 && i < l.n; i++) {
			rc = act_end_grant(hub, actor, "grant.revoked", account,
			    str_of(l.gid[i]));
			arena_rewind(hub->arena, mark);
			(*ended)++;
		}
	} while (rc == 0 && l.more);
	return rc;
}

struct withdrawal {
	struct str account, client;
	const struct audit_rec *event;
};

static int
withdraw(struct txn *vault, void *arg)
{
	const struct withdrawal *w = arg;

	if (!consent_del(vault, w->account, w->client))
		return HUB_ENOENT;
	audit_put(vault, w->event);
	return 0;
}

/*
 * The grants first: they are what gives access. A code that was issued before
 * may have been redeemed until the consent is gone, so they are looked for once
 * more after it.
 */
int
app_end(const struct hub *hub, const struct actor *actor, struct str account,
    struct str client)
{
	struct actor named = *actor;
	struct audit_rec event;
	struct withdrawal w = { account, client, &event };
	unsigned int ended = 0;
	int rc, withdrawn;

	if (!str_is_id(account) || !str_is_id(client))
		return HUB_ENOENT;
	named.client = client;
	rc = end_grants(hub, &named, account, client, &ended);
	if (rc != 0)
		return rc;
	act_event(&event, &named, "consent.withdrawn", account, NULL);
	withdrawn = store_write(hub->vault, hub->arena, withdraw, &w);
	if (withdrawn != 0 && withdrawn != HUB_ENOENT)
		return withdrawn;
	rc = end_grants(hub, &named, account, client, &ended);
	if (rc == 0 && withdrawn == HUB_ENOENT && ended == 0)
		rc = HUB_ENOENT;
	return rc;
}
