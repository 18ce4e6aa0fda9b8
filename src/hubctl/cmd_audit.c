#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include "base/clock.h"
#include "base/csv.h"
#include "base/json_out.h"
#include "hubctl/ctl.h"
#include "hubctl/who.h"
#include "identity/audit.h"

/* Events that are read in one look at the vault. */
#define PAGE 500
#define PAGE_TEXT_MAX (PAGE * 32 * 1024)
#define FIELD_MAX 1024

static bool option_json, option_csv;
static const char *option_since, *option_account, *option_organization;
static const char *option_contact;

struct output {
	struct buf page;
	char account[ACCOUNT_ID_ROOM]; /* "": of all */
};

/* In the order of the columns, after the time. */
static const struct {
	const char *name, *title;
	size_t offset;
	int width;
} columns[] = {
#define COLUMN(member, title, width)                                           \
	{                                                                      \
#member, title, offsetof(struct audit_rec, member), width      \
	}
	COLUMN(event, "EVENT", 22),
	COLUMN(account, "ACCOUNT", 36),
	COLUMN(client, "CLIENT", 16),
	COLUMN(source, "SOURCE", 22),
	COLUMN(by, "BY", 22),
	COLUMN(organization, "ORGANIZATION", 12),
	COLUMN(contact, "CONTACT", 16),
	COLUMN(detail, "DETAIL", 0),
#undef COLUMN
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static struct str
member(const struct audit_rec *rec, size_t column)
{
	const char *base = (const char *)rec;

	return *(
	    const struct str *)(const void *)(base + columns[column].offset);
}

/* "3d", "2h", "10m" or "30s" before NOW. */
static bool
read_span(struct str text, int64_t now, int64_t *since)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	uint64_t number;

	if (text.n < 2 ||
	    !str_u64((struct str){ text.p, text.n - 1 }, 1000000, &number))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (text.p[text.n - 1] == units[i].unit) {
			*since = now - (int64_t)(number * units[i].seconds);
			return true;
		}
	}
	return false;
}

static int
read_since(struct audit_place *place, struct why *why)
{
	struct str text = str_of(option_since);
	int64_t since = 0;

	if (option_since != NULL && !read_span(text, clock_now(), &since) &&
	    !clock_parse(text, &since))
		return why_set(why, HUB_EINVAL,
		    "--since: '%.100s' is none of 2026-01-31, "
		    "2026-01-31T12:00:00Z, 2h, 3d",
		    option_since);
	audit_place_at(place, since * 1000000);
	return 0;
}

/* Of an account that is no more the id still is a name. */
static int
read_account(struct ctl *ctl, struct output *out, struct why *why)
{
	struct account_rec rec;
	struct str id;
	int rc;

	if (option_account == NULL)
		return 0;
	id = str_of(option_account);
	rc = who_find(ctl, option_account, &rec, why);
	if (rc == 0)
		id = rec.id;
	else if (rc != HUB_ENOENT || !str_is_id(id))
		return rc;
	snprintf(out->account, sizeof(out->account), "%.*s", STR_ARG(id));
	return 0;
}

/* Foreign text must not steer a terminal. */
static void
put_field(struct buf *line, struct str text, int width)
{
	char field[FIELD_MAX];
	size_t n;

	if (text.n == 0)
		text = STR("-");
	n = str_escape(field, sizeof(field), text);
	buf_printf(line, "  %-*.*s", width, (int)n, field);
}

static void
put_line(struct buf *page, int64_t time_us, const struct audit_rec *rec)
{
	char when[CLOCK_TEXT];

	clock_text(time_us / 1000000, when);
	buf_printf(page, "%-20s", when);
	for (size_t i = 0; i < COLUMNS; i++)
		put_field(page, member(rec, i), columns[i].width);
	buf_byte(page, '\n');
}

/* To the microsecond. */
#define WHEN_ROOM (CLOCK_TEXT + 8)

static void
when_text(int64_t time_us, char when[WHEN_ROOM])
{
	char second[CLOCK_TEXT];

	clock_text(time_us / 1000000, second);
	snprintf(
	    when, WHEN_ROOM, "%.19s.%06" PRId64 "Z", second, time_us % 1000000);
}

static void
put_json(struct buf *page, int64_t time_us, const struct audit_rec *rec)
{
	char when[WHEN_ROOM];
	struct json_out j;
	struct str text;

	when_text(time_us, when);
	json_out_begin(&j, page);
	json_out_object(&j);
	json_out_name(&j, "time");
	json_out_cstr(&j, when);
	for (size_t i = 0; i < COLUMNS; i++) {
		text = member(rec, i);
		json_out_name(&j, columns[i].name);
		json_out_str(&j, text.n > 0 ? text : STR_NONE);
	}
	json_out_object_end(&j);
	if (json_out_end(&j) != 0)
		buf_fail(page, HUB_EINVAL);
	buf_byte(page, '\n');
}

static void
put_row(struct buf *page, int64_t time_us, const struct audit_rec *rec)
{
	char when[WHEN_ROOM];
	struct csv csv;

	when_text(time_us, when);
	csv_begin(&csv, page);
	csv_field(&csv, str_of(when));
	for (size_t i = 0; i < COLUMNS; i++)
		csv_field(&csv, member(rec, i));
	csv_line_end(&csv);
}

static bool
is_asked_for(const struct output *out, const struct audit_rec *rec)
{
	struct str account = str_of(out->account);

	return (account.n == 0 || str_eq(rec->account, account) ||
		   str_eq(rec->by, account)) &&
	    (option_organization == NULL ||
		str_eq(rec->organization, str_of(option_organization))) &&
	    (option_contact == NULL ||
		str_eq(rec->contact, str_of(option_contact)));
}

static void
show(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	struct output *out = ctx;

	if (!is_asked_for(out, rec))
		return;
	if (option_csv)
		put_row(&out->page, time_us, rec);
	else if (option_json)
		put_json(&out->page, time_us, rec);
	else
		put_line(&out->page, time_us, rec);
}

static void
print_titles(void)
{
	if (option_json)
		return;
	fputs(option_csv ? "time" : "TIME                ", stdout);
	for (size_t i = 0; i < COLUMNS; i++) {
		if (option_csv)
			printf(",%s", columns[i].name);
		else
			printf("  %-*s", columns[i].width, columns[i].title);
	}
	fputs(option_csv ? "\r\n" : "\n", stdout);
}

/* A page is printed when the look is over: a reader of ours may be slow. */
static int
print_pages(struct ctl *ctl, struct audit_place *place, struct output *out)
{
	struct txn *txn;
	bool more = true;
	int rc = 0;

	while (rc == 0 && more && !ferror(stdout)) {
		txn = store_read_begin(ctl->vault, ctl->arena);
		more = audit_page(txn, place, PAGE, show, out);
		rc = store_read_end(txn);
		if (rc == 0)
			rc = buf_error(&out->page);
		if (rc == 0 && out->page.n > 0)
			fwrite(out->page.p, 1, out->page.n, stdout);
		buf_reset(&out->page);
		arena_reset(ctl->arena);
	}
	return rc;
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct output out = { .account = "" };
	struct audit_place place;
	struct why why;
	int rc;

	(void)argc;
	(void)argv;
	if (option_csv && option_json)
		return ctl_usage(
		    &command_audit, "--csv and --json: which of the two?");
	if (read_since(&place, &why) != 0)
		return ctl_usage(&command_audit, why.text);
	if (ctl_open(ctl, &why) != 0 || read_account(ctl, &out, &why) != 0)
		return ctl_fail("%s", why.text);
	print_titles();
	buf_init(&out.page, PAGE_TEXT_MAX);
	rc = print_pages(ctl, &place, &out);
	buf_free(&out.page);
	return rc == 0 ? CTL_OK : ctl_fail("audit log: %s", err_text(rc));
}

static const struct option_spec options[] = {
	{ "since", &option_since, NULL },
	{ "account", &option_account, NULL },
	{ "organization", &option_organization, NULL },
	{ "contact", &option_contact, NULL },
	{ "json", NULL, &option_json },
	{ "csv", NULL, &option_csv },
	{ NULL, NULL, NULL },
};

const struct command command_audit = {
	.name = "audit",
	.usage = "[--since TIME] [--account USERNAME] [--organization ID] "
		 "[--contact ID] [--json | --csv]",
	.brief = "Shows the audit log: who did what to whom, from where.",
	.text = "The oldest first; times are UTC.\n\n"
		"  --since TIME        2026-01-31, 2026-01-31T12:00:00Z, or so "
		"long ago: 2h, 3d\n"
		"  --account USERNAME  what was done to this account or by it; "
		"its id too\n"
		"  --organization ID   what its employees did, and what is "
		"about a dossier or\n"
		"                      an employee of it\n"
		"  --contact ID        what is about this contact\n"
		"  --json              one JSON object a line\n"
		"  --csv               a table for spreadsheets\n",
	.options = options,
	.run = run,
};
