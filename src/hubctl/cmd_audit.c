#include <inttypes.h>
#include <stdio.h>
#include "base/clock.h"
#include "base/json_out.h"
#include "hubctl/ctl.h"
#include "hubctl/who.h"
#include "identity/audit.h"

/* Events that are read in one look at the vault. */
#define PAGE 500
#define PAGE_TEXT_MAX (PAGE * 32 * 1024)
#define FIELD_MAX 1024

static bool option_json;
static const char *option_since, *option_account;

struct output {
	struct buf page;
	char account[ACCOUNT_ID_ROOM]; /* "": of all */
};

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
	put_field(page, rec->event, 22);
	put_field(page, rec->account, 36);
	put_field(page, rec->client, 16);
	put_field(page, rec->source, 22);
	put_field(page, rec->detail, 0);
	buf_byte(page, '\n');
}

static void
put_member(struct json_out *j, const char *name, struct str text)
{
	json_out_name(j, name);
	json_out_str(j, text.n > 0 ? text : STR_NONE);
}

static void
put_json(struct buf *page, int64_t time_us, const struct audit_rec *rec)
{
	char second[CLOCK_TEXT], when[CLOCK_TEXT + 8];
	struct json_out j;

	clock_text(time_us / 1000000, second);
	snprintf(when, sizeof(when), "%.19s.%06" PRId64 "Z", second,
	    time_us % 1000000);
	json_out_begin(&j, page);
	json_out_object(&j);
	json_out_name(&j, "time");
	json_out_cstr(&j, when);
	put_member(&j, "event", rec->event);
	put_member(&j, "account", rec->account);
	put_member(&j, "client", rec->client);
	put_member(&j, "source", rec->source);
	put_member(&j, "detail", rec->detail);
	json_out_object_end(&j);
	if (json_out_end(&j) != 0)
		buf_fail(page, HUB_EINVAL);
	buf_byte(page, '\n');
}

static void
show(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	struct output *out = ctx;

	if (out->account[0] != '\0' &&
	    !str_eq(rec->account, str_of(out->account)))
		return;
	if (option_json)
		put_json(&out->page, time_us, rec);
	else
		put_line(&out->page, time_us, rec);
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
	if (read_since(&place, &why) != 0)
		return ctl_usage(&command_audit, why.text);
	if (ctl_open(ctl, &why) != 0 || read_account(ctl, &out, &why) != 0)
		return ctl_fail("%s", why.text);
	if (!option_json)
		printf("%-20s  %-22s  %-36s  %-16s  %-22s  %s\n", "TIME",
		    "EVENT", "ACCOUNT", "CLIENT", "SOURCE", "DETAIL");
	buf_init(&out.page, PAGE_TEXT_MAX);
	rc = print_pages(ctl, &place, &out);
	buf_free(&out.page);
	return rc == 0 ? CTL_OK : ctl_fail("audit log: %s", err_text(rc));
}

static const struct option_spec options[] = {
	{ "since", &option_since, NULL },
	{ "account", &option_account, NULL },
	{ "json", NULL, &option_json },
	{ NULL, NULL, NULL },
};

const struct command command_audit = {
	.name = "audit",
	.usage = "[--since TIME] [--account USERNAME] [--json]",
	.brief = "Shows the audit log: who did what to whom, from where.",
	.text = "The oldest first; times are UTC.\n\n"
		"  --since TIME        2026-01-31, 2026-01-31T12:00:00Z, or so "
		"long ago: 2h, 3d\n"
		"  --account USERNAME  what was done to this account or by it; "
		"its id too\n"
		"  --json              one JSON object a line\n",
	.options = options,
	.run = run,
};
