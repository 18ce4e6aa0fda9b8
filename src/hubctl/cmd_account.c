#include <stdio.h>
#include "base/clock.h"
#include "base/json_in.h"
#include "directory/account.h"
#include "directory/employee.h"
#include "directory/organization.h"
#include "directory/render.h"
#include "hubctl/ctl.h"
#include "hubctl/who.h"
#include "identity/factor_act.h"
#include "store/rec_list.h"
#include "store/schema.h"

/* Records that are read in one look at the directory. */
#define PAGE 500
#define PAGE_TEXT_MAX (PAGE * 512)

static const char *option_organization;

static const char *
state_of(const struct account_rec *rec)
{
	if (!rec->enabled)
		return rec->blocked ? "blocked" : "disabled";
	return rec->pending ? "pending" : "enabled";
}

/* Adds up to PAGE accounts after *FROM; false when there are no more. */
static bool
list_page(struct txn *txn, struct key *from, bool after, struct buf *page)
{
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct account_rec rec;
	struct cursor cursor;
	struct str key, value;
	unsigned int n = 0;

	txn_cursor(&cursor, txn, DIR_ACCOUNT, NULL, from, after);
	while (n < PAGE && txn_cursor_next(&cursor, &key, &value)) {
		if (account_rec_get(value, &rec) != 0) {
			txn_fail(txn, HUB_ECORRUPT);
			break;
		}
		key_of(from, rec.id);
		buf_printf(page, "%-36.*s  %-8s  %.*s\n", STR_ARG(rec.id),
		    state_of(&rec), STR_ARG(rec.name));
		arena_rewind(txn_arena(txn), mark);
		n++;
	}
	txn_cursor_close(&cursor);
	return n == PAGE;
}

/* A page is printed when the look is over: a reader of ours may be slow. */
static int
print_pages(struct ctl *ctl, struct buf *page)
{
	bool more = true, after = false;
	struct key from;
	struct txn *txn;
	int rc = 0;

	key_begin(&from);
	while (rc == 0 && more) {
		txn = store_read_begin(ctl->directory, ctl->arena);
		more = list_page(txn, &from, after, page);
		rc = store_read_end(txn);
		if (rc == 0)
			rc = buf_error(page);
		if (rc == 0 && page->n > 0)
			fwrite(page->p, 1, page->n, stdout);
		buf_reset(page);
		arena_reset(ctl->arena);
		after = true;
	}
	return rc;
}

/* The groups at the organisation with commas between. */
static int
put_roles(struct txn *txn, const struct account_rec *rec, struct buf *page)
{
	const struct json *roles;
	struct buf list;
	int rc = employee_roles(
	    txn_arena(txn), rec, str_of(option_organization), &roles);

	buf_init_arena(&list, txn_arena(txn), RENDER_MAX);
	for (const struct json *r = roles == NULL ? NULL : roles->child;
	     r != NULL; r = r->next)
		buf_printf(
		    &list, "%s%.*s", list.n > 0 ? "," : "", STR_ARG(r->text));
	if (list.n == 0)
		buf_byte(&list, '-');
	buf_printf(page, "  %-12.*s", STR_ARG(buf_view(&list)));
	return rc != 0 ? rc : buf_error(&list);
}

/* Adds up to PAGE employees after the account id AFTER, which moves along. */
static bool
employees_page(struct txn *txn, char after[ACCOUNT_ID_ROOM], struct buf *page)
{
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct str organization = str_of(option_organization);
	struct account_rec rec;
	unsigned int n = 0;
	int rc;

	while (
	    n < PAGE && employee_next(txn, organization, str_of(after), &rec)) {
		buf_printf(
		    page, "%-36.*s  %-8s", STR_ARG(rec.id), state_of(&rec));
		if ((rc = put_roles(txn, &rec, page)) != 0)
			txn_fail(txn, rc);
		buf_printf(page, "  %.*s\n", STR_ARG(rec.name));
		snprintf(after, ACCOUNT_ID_ROOM, "%.*s", STR_ARG(rec.id));
		arena_rewind(txn_arena(txn), mark);
		n++;
	}
	return n == PAGE;
}

static int
print_employees(struct ctl *ctl, struct buf *page)
{
	char after[ACCOUNT_ID_ROOM] = "";
	struct txn *txn;
	bool more = true;
	int rc = 0;

	buf_printf(page, "%-36s  %-8s  %-12s  %s\n", "ID", "STATE", "ROLES",
	    "USERNAME");
	while (rc == 0 && more) {
		txn = store_read_begin(ctl->directory, ctl->arena);
		if (!organization_exists(txn, str_of(option_organization)))
			txn_fail(txn, HUB_ENOENT);
		more = employees_page(txn, after, page);
		rc = store_read_end(txn);
		if (rc == 0)
			rc = buf_error(page);
		if (rc == 0 && page->n > 0)
			fwrite(page->p, 1, page->n, stdout);
		buf_reset(page);
		arena_reset(ctl->arena);
	}
	return rc;
}

static enum ctl_exit
list_employees(struct ctl *ctl)
{
	struct buf page;
	int rc;

	buf_init(&page, PAGE_TEXT_MAX);
	rc = print_employees(ctl, &page);
	buf_free(&page);
	if (rc == HUB_ENOENT)
		return ctl_fail(
		    "there is no organisation %s", option_organization);
	return rc == 0 ? CTL_OK : ctl_fail("directory: %s", err_text(rc));
}

static enum ctl_exit
run_list(struct ctl *ctl, int argc, char **argv)
{
	struct buf page;
	struct why why;
	int rc;

	(void)argc;
	(void)argv;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	if (option_organization != NULL)
		return list_employees(ctl);
	printf("%-36s  %-8s  %s\n", "ID", "STATE", "USERNAME");
	buf_init(&page, PAGE_TEXT_MAX);
	rc = print_pages(ctl, &page);
	buf_free(&page);
	return rc == 0 ? CTL_OK : ctl_fail("directory: %s", err_text(rc));
}

static void
print_list(const char *label, struct str list, bool pairs)
{
	struct str part, second;
	const char *sep = "";

	printf("%s: ", label);
	while (rec_list_next(&list, &part)) {
		printf("%s%.*s", sep, STR_ARG(part));
		if (pairs && rec_list_next(&list, &second))
			printf(" %.*s", STR_ARG(second));
		sep = ", ";
	}
	putchar('\n');
}

/* The code point at P if it can steer a terminal or turn a line around. */
static unsigned int
steering(const unsigned char *p, size_t left, size_t *n)
{
	unsigned int c;

	*n = 1;
	if (p[0] == 0x7f)
		return p[0];
	if (left >= 2 && p[0] == 0xc2 && p[1] < 0xa0) {
		*n = 2;
		return p[1];
	}
	if (left < 3 || p[0] != 0xe2)
		return 0;
	c = 0x2000U | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU);
	if ((c < 0x202a || c > 0x202e) && (c < 0x2066 || c > 0x2069))
		return 0;
	*n = 3;
	return c;
}

/* JSON for a terminal: what is left of control characters is escaped. */
static void
print_json(const char *label, struct str json)
{
	const unsigned char *p = (const unsigned char *)json.p;
	size_t n;

	printf("%s: ", label);
	for (size_t i = 0; i < json.n; i += n) {
		unsigned int c = steering(p + i, json.n - i, &n);

		if (c != 0)
			printf("\\u%04x", c);
		else
			putchar(p[i]);
	}
	putchar('\n');
}

static int
print_factor(struct ctl *ctl, const struct account_rec *account)
{
	struct txn *txn = store_read_begin(ctl->vault, ctl->arena);
	struct second_factor_rec factor;
	bool has = second_factor_get(txn, account->id, account->born, &factor);
	char since[CLOCK_TEXT];
	int rc = store_read_end(txn);

	if (rc != 0)
		return rc;
	clock_text(factor.added, since);
	if (has)
		printf("second factor: since %s, recovery codes left: %u\n",
		    since, second_factor_left(&factor));
	else
		puts("second factor: none");
	return 0;
}

static enum ctl_exit
run_show(struct ctl *ctl, int argc, char **argv)
{
	struct account_rec rec;
	struct why why;
	int rc;

	(void)argc;
	if (ctl_open(ctl, &why) != 0 || who_find(ctl, argv[0], &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	printf("id: %.*s\nusername: %.*s\nstate: %s\nepoch: %llu\n",
	    STR_ARG(rec.id), STR_ARG(rec.name), state_of(&rec),
	    (unsigned long long)rec.epoch);
	print_list("groups", rec.groups, false);
	print_list("organisations", rec.organizations, false);
	print_list("dossiers", rec.dossiers, true);
	rc = print_factor(ctl, &rec);
	print_json("item", rec.item);
	return rc == 0 ? CTL_OK : ctl_fail("vault: %s", err_text(rc));
}

/* What is done to an account; FN runs in a write transaction. */
struct change {
	int (*fn)(struct txn *txn, struct str id);
	struct str id;
};

static int
apply(struct txn *txn, void *arg)
{
	struct change *change = arg;

	return change->fn(txn, change->id);
}

/*
 * The directory first: whatever happens after it, the account has no more
 * access than it should. The event follows in the vault.
 */
static enum ctl_exit
change_account(struct ctl *ctl, const char *name,
    int (*fn)(struct txn *txn, struct str id), const char *event,
    const char *done)
{
	struct account_rec rec;
	struct change change = { .fn = fn };
	struct why why;
	int rc;

	if (ctl_open(ctl, &why) != 0 || who_find(ctl, name, &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	change.id = rec.id;
	rc = store_write(ctl->directory, ctl->arena, apply, &change);
	if (rc != 0)
		return ctl_fail("nothing was changed: %s", err_text(rc));
	rc = ctl_audit(ctl, event, rec.id, NULL);
	if (rc != 0)
		return ctl_fail("account %s is %s, but the audit log failed: "
				"%s",
		    name, done, err_text(rc));
	printf("account %s is %s\n", name, done);
	return CTL_OK;
}

static int
enable(struct txn *txn, struct str id)
{
	return account_set_enabled(txn, id, true);
}

static enum ctl_exit
run_enable(struct ctl *ctl, int argc, char **argv)
{
	(void)argc;
	return change_account(
	    ctl, argv[0], enable, "account.enabled", "enabled");
}

/* All that the account was given goes, in both stores. */
static enum ctl_exit
end_access(struct ctl *ctl, const char *name, const char *event, bool disable,
    const char *done)
{
	struct account_rec rec;
	struct actor actor;
	struct hub hub;
	struct why why;
	int rc;

	if (ctl_open(ctl, &why) != 0 || who_find(ctl, name, &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	rc = act_end_all(&hub, &actor, event, rec.id, disable);
	if (rc != 0)
		return ctl_fail("account %s: %s; give the command again until "
				"it succeeds",
		    name, err_text(rc));
	printf("account %s is %s\n", name, done);
	return CTL_OK;
}

static enum ctl_exit
run_disable(struct ctl *ctl, int argc, char **argv)
{
	(void)argc;
	return end_access(ctl, argv[0], "account.disabled", true, "disabled");
}

static enum ctl_exit
run_revoke(struct ctl *ctl, int argc, char **argv)
{
	(void)argc;
	return end_access(
	    ctl, argv[0], "account.revoked", false, "signed out everywhere");
}

static enum ctl_exit
run_reset_factor(struct ctl *ctl, int argc, char **argv)
{
	struct account_rec rec;
	struct actor actor;
	struct hub hub;
	struct why why;
	int rc;

	(void)argc;
	if (ctl_open(ctl, &why) != 0 || who_find(ctl, argv[0], &rec, &why) != 0)
		return ctl_fail("%s", why.text);
	hub = ctl_hub(ctl);
	actor = ctl_actor(ctl);
	rc = factor_reset(&hub, &actor, rec.id);
	if (rc == HUB_ENOENT)
		return ctl_fail("account %s has no second factor", argv[0]);
	if (rc != 0)
		return ctl_fail("account %s: %s; give the command again until "
				"it succeeds",
		    argv[0], err_text(rc));
	printf("account %s has no second factor and is signed out "
	       "everywhere\n",
	    argv[0]);
	return CTL_OK;
}

static const struct option_spec list_options[] = {
	{ "organization", &option_organization, NULL },
	{ NULL, NULL, NULL },
};

const struct command command_account_list = {
	.name = "account list",
	.usage = "[--organization ID]",
	.brief = "Lists all accounts: id, state, username.",
	.text = "In the order of the ids.\n\n"
		"  --organization ID  the employees of this organisation, with "
		"their groups there\n",
	.options = list_options,
	.run = run_list,
};

const struct command command_account_show = {
	.name = "account show",
	.usage = "USERNAME",
	.brief = "Shows one account.",
	.text = WHO_HELP,
	.min = 1,
	.max = 1,
	.run = run_show,
};

const struct command command_account_enable = {
	.name = "account enable",
	.usage = "USERNAME",
	.brief = "Lets an account be used again.",
	.text = WHO_HELP
	"Whoever has disabled or blocked it; tokens from before that stay "
	"dead.\n",
	.min = 1,
	.max = 1,
	.run = run_enable,
};

const struct command command_account_disable = {
	.name = "account disable",
	.usage = "USERNAME",
	.brief = "Ends all access of an account, at once.",
	.text = WHO_HELP
	"The very next request with one of its tokens is refused. Only an "
	"operator can\nenable it then, also if an employee had blocked it "
	"before.\n",
	.min = 1,
	.max = 1,
	.run = run_disable,
};

const struct command command_account_revoke = {
	.name = "account revoke",
	.usage = "USERNAME",
	.brief = "Ends all tokens and sessions of an account, at once.",
	.text = WHO_HELP
	"The account stays enabled: its owner may sign in again.\n",
	.min = 1,
	.max = 1,
	.run = run_revoke,
};

const struct command command_account_reset_second_factor = {
	.name = "account reset-second-factor",
	.usage = "USERNAME",
	.brief = "Takes the second factor of an account away.",
	.text = WHO_HELP
	"For who has lost phone and recovery codes: make sure who is asking. "
	"All sessions\nand tokens end at once; the password stays.\n",
	.alone = true,
	.min = 1,
	.max = 1,
	.run = run_reset_factor,
};
