#include "hub_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/b64.h"
#include "base/clock.h"
#include "base/json_in.h"
#include "identity/audit.h"
#include "store/schema.h"
#include "unit.h"

#define hubctl(output, ...)                                                    \
	site_hubctl((struct site *)*state, (output), NULL, __VA_ARGS__)

/* Failed with a sentence, and nothing that could be taken for a result. */
static void
assert_failed(const struct output *o, int status, const char *says)
{
	if (o->status != status)
		fail_msg("%d: %s%s", o->status, o->out, o->err);
	assert_string_equal(o->out, "");
	assert_int_equal(strncmp(o->err, "hubctl: ", 8), 0);
	assert_says(o->err, says);
}

static void
assert_done(const struct output *o)
{
	if (o->status != 0)
		fail_msg("%d: %s", o->status, o->err);
	assert_string_equal(o->err, "");
}

/* The events so far, a line each: event, account, client, source, detail. */
static bool
add_event(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	assert_true(time_us > 0);
	buf_printf(ctx, "%.*s %.*s %.*s (%.*s) %.*s\n", STR_ARG(rec->event),
	    STR_ARG(rec->account), STR_ARG(rec->client), STR_ARG(rec->source),
	    STR_ARG(rec->detail));
	return true;
}

struct place {
	struct conf conf;
	struct schema schema;
	struct store *store;
	struct arena *arena;
};

/* In this process, while no other test has the store open. */
static void
open_store(struct place *p, const struct site *site, bool vault)
{
	struct why why;

	assert_int_equal(conf_load(&p->conf, site->conf, &why), 0);
	if (vault)
		schema_vault(&p->schema, &p->conf);
	else
		schema_directory(&p->schema, &p->conf);
	if (store_open(&p->store, &p->schema.spec, STORE_WRITE, &why) != 0)
		fail_msg("%s", why.text);
	p->arena = arena_new(4096, 1 << 24);
	assert_non_null(p->arena);
}

static void
close_store(struct place *p)
{
	store_close(p->store);
	arena_free(p->arena);
}

struct events {
	char text[16384];
};

static struct events
events_of(const struct site *site)
{
	struct place vault;
	struct events events;
	struct txn *txn;
	struct buf buf;

	buf_init(&buf, sizeof(events.text) - 1);
	open_store(&vault, site, true);
	txn = store_read_begin(vault.store, vault.arena);
	audit_walk(txn, add_event, &buf);
	assert_int_equal(store_read_end(txn), 0);
	close_store(&vault);
	assert_int_equal(buf_error(&buf), 0);
	snprintf(
	    events.text, sizeof(events.text), "%.*s", STR_ARG(buf_view(&buf)));
	buf_free(&buf);
	return events;
}

static unsigned int
count_in(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void
assert_mode(const struct site *site, const char *name, mode_t mode)
{
	struct stat st;

	assert_int_equal(stat(site_path(site, name), &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
}

static void
init_makes_the_stores_and_a_key(void **state)
{
	struct site *site = *state;
	struct events events;
	struct output o;

	hubctl(&o, "init");
	assert_done(&o);
	assert_says(o.out, "made the stores and a signing key");
	assert_mode(site, "data", 0755);
	assert_mode(site, "data/directory", 0750);
	assert_mode(site, "data/directory/data.mdb", 0640);
	assert_mode(site, "data/directory/lock.mdb", 0660);
	assert_mode(site, "data/vault", 0700);
	assert_mode(site, "data/vault/data.mdb", 0600);
	events = events_of(site);
	assert_int_equal(count_in(events.text, "\n"), 3);
	assert_says(events.text, "key.created  hubctl (hubctl ");
	hubctl(&o, "key", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "signing"), 1);
	assert_int_equal(count_in(o.out, "\n"), 2);
}

static void
a_key_is_rotated_in_its_own_time(void **state)
{
	struct site *site = *state;
	struct output o;
	char kid[44], line[128];

	hubctl(&o, "key", "rotate");
	assert_done(&o);
	assert_says(o.out, " signs from 20");
	snprintf(kid, sizeof(kid), "%.43s", o.out);
	assert_int_equal(strlen(kid), 43);
	hubctl(&o, "key", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "  signing "), 1);
	snprintf(line, sizeof(line), "%s  next ", kid);
	assert_says(o.out, line);
	hubctl(&o, "key", "rotate");
	assert_failed(&o, 1, "the next key is published and signs from 20");
	/* No two keys begin to sign in the same second. */
	for (int64_t begun = clock_now(); clock_now() == begun;)
		usleep(10000);
	hubctl(&o, "key", "rotate", "--now");
	assert_done(&o);
	snprintf(line, sizeof(line), "%s signs from 20", kid);
	assert_says(o.out, line);
	hubctl(&o, "key", "list");
	assert_done(&o);
	snprintf(line, sizeof(line), "%s  signing ", kid);
	assert_says(o.out, line);
	assert_int_equal(count_in(o.out, "  verifying "), 1);
	assert_int_equal(count_in(events_of(site).text, "key.rotated"), 2);
}

static void
a_key_of_a_hub_that_was_not_completed_is_not_rotated(void **state)
{
	struct site *site = *state;
	struct schema schema;
	struct conf conf;
	struct output o;
	struct why why;

	assert_int_equal(mkdir(site->data, 0755), 0);
	assert_int_equal(conf_load(&conf, site->conf, &why), 0);
	schema_vault(&schema, &conf);
	assert_int_equal(store_create(&schema.spec, &why), 0);
	schema_directory(&schema, &conf);
	assert_int_equal(store_create(&schema.spec, &why), 0);
	hubctl(&o, "key", "rotate");
	assert_failed(
	    &o, 1, "there is no signing key; make one with hubctl init");
	hubctl(&o, "key", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "\n"), 1);
}

static void
narrow(void)
{
	umask(077);
}

/* The readers' user has to get through. */
static void
init_does_not_take_over_a_narrow_umask(void **state)
{
	struct site *site = *state;
	struct output o;

	site_run(&o, NULL, narrow, site_program("HUBCTL", "./hubctl"),
	    (const char *const[]){ "--config", site->conf, "init", NULL });
	assert_done(&o);
	assert_mode(site, "data", 0755);
	assert_mode(site, "data/directory", 0750);
	assert_mode(site, "data/directory/lock.mdb", 0660);
}

static void
a_second_init_changes_nothing(void **state)
{
	struct site *site = *state;
	struct output before, o, after;

	hubctl(&before, "key", "list");
	hubctl(&o, "init");
	assert_failed(&o, 1, "holds a hub already; nothing was changed");
	hubctl(&after, "key", "list");
	assert_string_equal(before.out, after.out);
	hubctl(&o, "account", "show", JANSSEN);
	assert_done(&o);
	assert_int_equal(count_in(events_of(site).text, "key.created"), 1);
}

/* An init that was cut short is completed, and the hub then works. */
static void
assert_init_completes(struct site *site)
{
	struct token token;
	struct output o;

	site_hubctl(site, &o, NULL, "init");
	assert_done(&o);
	assert_says(o.out, "made the stores");
	assert_int_equal(count_in(events_of(site).text, "key.created"), 1);
	site_demo(&o);
	site_do(site, "import", site_file(site, "demo.ndjson", o.out));
	token = site_token(site, JANSSEN);
	site_start(site, POOL_READERS);
	assert_int_equal(
	    site_ask(site, POOL_READERS, "/account/mine", &token), 200);
	site_hubctl(site, &o, NULL, "init");
	assert_failed(&o, 1, "holds a hub already");
}

static void
init_goes_on_where_only_the_folder_was_made(void **state)
{
	struct site *site = *state;

	assert_int_equal(mkdir(site->data, 0755), 0);
	assert_init_completes(site);
}

static void
init_goes_on_where_only_the_empty_vault_was_made(void **state)
{
	struct site *site = *state;
	struct schema schema;
	struct conf conf;
	struct why why;

	assert_int_equal(mkdir(site->data, 0755), 0);
	assert_int_equal(conf_load(&conf, site->conf, &why), 0);
	schema_vault(&schema, &conf);
	assert_int_equal(store_create(&schema.spec, &why), 0);
	assert_init_completes(site);
}

static void
remove_directory(struct site *site)
{
	assert_int_equal(remove(site_path(site, "data/directory/data.mdb")), 0);
	assert_int_equal(remove(site_path(site, "data/directory/lock.mdb")), 0);
	assert_int_equal(rmdir(site_path(site, "data/directory")), 0);
}

static void
init_goes_on_where_the_directory_was_not_made(void **state)
{
	struct site *site = *state;
	struct output before, after;

	site_do(site, "init");
	hubctl(&before, "key", "list");
	remove_directory(site);
	assert_init_completes(site);
	/* With the private key that was there. */
	hubctl(&after, "key", "list");
	assert_string_equal(before.out, after.out);
}

static void
init_goes_on_where_the_directory_was_half_made(void **state)
{
	struct site *site = *state;

	site_do(site, "init");
	assert_int_equal(rename(site_path(site, "data/directory/data.mdb"),
			     site_path(site, "data/directory/data.mdb.new")),
	    0);
	assert_init_completes(site);
}

static int
empty(struct txn *txn, void *arg)
{
	const unsigned int *table = arg;
	struct key keys[8], prefix;
	struct cursor cursor;
	struct str key, value;
	size_t n = 0;

	key_begin(&prefix);
	txn_cursor(&cursor, txn, *table, &prefix, NULL, false);
	while (n < 8 && txn_cursor_next(&cursor, &key, &value)) {
		memcpy(keys[n].b, key.p, key.n);
		keys[n].n = (uint16_t)key.n;
		keys[n++].bad = false;
	}
	txn_cursor_close(&cursor);
	for (size_t i = 0; i < n; i++)
		txn_del(txn, *table, &keys[i]);
	return 0;
}

static void
init_goes_on_where_the_public_key_was_not_written(void **state)
{
	unsigned int tables[] = { DIR_KEY, DIR_CLIENT, DIR_STATE };
	struct site *site = *state;
	struct place directory;

	site_do(site, "init");
	open_store(&directory, site, false);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(store_write(directory.store, directory.arena,
				     empty, &tables[i]),
		    0);
	close_store(&directory);
	assert_init_completes(site);
}

static void
init_without_the_folder_above_says_so(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "init", "--data", site_path(site, "a/b"));
	assert_failed(&o, 1, "cannot make the folder");
}

/* --data wins over $HUB_DATA, and that over the configuration. */
static void
the_data_folder_can_be_named_in_three_ways(void **state)
{
	struct site *site = *state;
	struct output o;

	setenv("HUB_DATA", site_path(site, "second"), 1);
	hubctl(&o, "init");
	assert_done(&o);
	hubctl(&o, "--data", site_path(site, "third"), "init");
	assert_done(&o);
	unsetenv("HUB_DATA");
	assert_int_equal(access(site_path(site, "second/vault"), F_OK), 0);
	assert_int_equal(access(site_path(site, "third/vault"), F_OK), 0);
	assert_int_equal(access(site_path(site, "data"), F_OK), -1);
}

static void
import_reports_what_it_brought(void **state)
{
	struct site *site = *state;
	struct output demo, o;

	site_do(site, "init");
	site_demo(&demo);
	site_hubctl(site, &o, demo.out, "import", "-");
	assert_done(&o);
	assert_says(o.out,
	    "(standard input): imported 2 organizations, 3 groups, "
	    "12 contacts, 7 accounts, 15 contracts, 0 deleted");
	assert_says(events_of(site).text, "import  hubctl (hubctl ");
	assert_says(events_of(site).text, "2 organizations, 3 groups, 12 con");
	/* The same once more changes nothing. */
	hubctl(&o, "import", site_file(site, "demo.ndjson", demo.out));
	assert_done(&o);
	hubctl(&o, "account", "list");
	assert_int_equal(count_in(o.out, "\n"), 8);
}

/* A pipe cannot be read twice; its name is an ordinary one. */
static void
import_takes_a_pipe_by_name(void **state)
{
	struct site *site = *state;
	const char *fifo = site_path(site, "fifo");
	struct output demo, o;
	pid_t writer;

	site_demo(&demo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	writer = fork();
	if (writer == 0) {
		FILE *file = fopen(fifo, "w");

		_exit(file == NULL || fputs(demo.out, file) < 0 ||
		    fclose(file) != 0);
	}
	hubctl(&o, "import", fifo);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	assert_done(&o);
	assert_says(o.out, "7 accounts");
}

static void
one_bad_line_keeps_all_out(void **state)
{
	struct site *site = *state;
	const char *file = site_file(site, "bad.ndjson",
	    "{\"type\":\"account\",\"id\":\"new\",\"name\":\"new@example.nl\","
	    "\"email\":\"new@example.nl\"}\n"
	    "\n"
	    "{\"type\":\"account\",\"id\":\"b c\",\"name\":\"b@example.nl\"}\n"
	    "{\"type\":\"account\",\"id\":\"c\",\"name\":\"c@example.nl\","
	    "\"email\":\"c@example.nl\",\"groupIds\":[\"no\"]}\n"
	    "{\"type\":\n");
	struct output o;

	hubctl(&o, "import", file);
	assert_int_equal(o.status, 1);
	assert_string_equal(o.out, "");
	assert_says(o.err, "bad.ndjson:3: /id: ");
	assert_says(o.err, "bad.ndjson:4: ");
	assert_says(o.err, "bad.ndjson:5: ");
	assert_says(o.err, "3 bad lines; nothing was imported");
	hubctl(&o, "account", "show", "new@example.nl");
	assert_failed(&o, 1, "there is no account");
	assert_int_equal(count_in(events_of(site).text, "import "), 1);
}

static void
what_cannot_be_read_is_named(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "import", "/nowhere/x.ndjson");
	assert_failed(&o, 1, "cannot read /nowhere/x.ndjson");
	hubctl(&o, "import", site->root);
	assert_failed(&o, 1, site->root);
}

static const struct json *
payload_of(struct arena *arena, const char *token)
{
	struct str rest = str_of(token), part;
	static unsigned char bytes[4096];
	const struct json *json;
	struct why why;
	ptrdiff_t n;

	assert_true(str_split(&rest, '.', &part));
	assert_true(str_split(&rest, '.', &part));
	n = b64url_decode(part, bytes, sizeof(bytes));
	assert_true(n > 0);
	assert_int_equal(
	    json_parse(arena, (struct str){ (char *)bytes, (size_t)n }, 4096,
		&json, &why),
	    0);
	return json;
}

static uint64_t
number(const struct json *payload, const char *name)
{
	uint64_t n;

	assert_true(json_u64(json_get(payload, name), UINT64_MAX, &n));
	return n;
}

static void
assert_claim(const struct json *payload, const char *name, const char *is)
{
	struct str text;

	assert_true(json_string(json_get(payload, name), &text));
	assert_true(str_eq(text, str_of(is)));
}

static void
token_prints_the_token_alone(void **state)
{
	struct site *site = *state;
	struct arena *arena = arena_new(4096, 1 << 20);
	const struct json *payload;
	struct events events;
	struct output o;

	hubctl(&o, "token", "  J.Janssen@EXAMPLE.nl ");
	assert_done(&o);
	assert_int_equal(strspn(o.out,
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
			     "uvwxyz0123456789-_."),
	    strlen(o.out) - 1);
	assert_int_equal(o.out[strlen(o.out) - 1], '\n');
	payload = payload_of(arena, o.out);
	assert_claim(payload, "iss", "https://hub.example.nl/identity");
	assert_claim(payload, "aud", "https://hub.example.nl");
	assert_claim(payload, "sub", JANSSEN_ID);
	assert_claim(payload, "client_id", "hubctl");
	assert_claim(payload, "scope", "hub.read");
	assert_int_equal(number(payload, "epoch"), 1);
	assert_int_equal(number(payload, "exp") - number(payload, "iat"), 900);
	assert_null(json_get(payload, "sid"));
	events = events_of(site);
	assert_says(events.text, "token.issued " JANSSEN_ID " hubctl (hubctl ");
	assert_says(events.text, "scope hub.read");
	/* What is written down opens nothing. */
	assert_int_equal(count_in(events.text, "eyJ"), 0);
	arena_free(arena);
}

static void
token_takes_a_lifetime_up_to_a_day(void **state)
{
	static const struct {
		const char *ttl;
		uint64_t lifetime; /* 0: refused */
	} rows[] = {
		{ "1", 1 },
		{ "86400", 86400 },
		{ "0", 0 },
		{ "86401", 0 },
		{ "18446744073709551617", 0 },
		{ "-1", 0 },
		{ "+1", 0 },
		{ "1h", 0 },
		{ "1.5", 0 },
		{ "", 0 },
	};
	struct arena *arena = arena_new(4096, 1 << 20);
	struct output o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct json *payload;

		hubctl(&o, "token", JANSSEN, "--ttl", rows[i].ttl);
		if (rows[i].lifetime == 0) {
			assert_failed(&o, 2, "from 1 to 86400");
			continue;
		}
		assert_done(&o);
		payload = payload_of(arena, o.out);
		assert_int_equal(
		    number(payload, "exp") - number(payload, "iat"),
		    rows[i].lifetime);
	}
	arena_free(arena);
}

static void
token_takes_scopes_of_the_hub(void **state)
{
	static const struct {
		const char *scope;
		bool good;
	} rows[] = {
		{ "openid", true },
		{ "openid profile email offline_access hub.read hub.manage "
		  "records.write",
		    true },
		{ "unknown", false },
		{ "hub.read unknown", false },
		{ "HUB.READ", false },
		{ "hub.read ", false },
		{ "hub.read  openid", false },
		{ "", false },
	};
	struct arena *arena = arena_new(4096, 1 << 20);
	struct output o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hubctl(&o, "token", "--scope", rows[i].scope, JANSSEN);
		if (!rows[i].good) {
			assert_failed(&o, 2, "is none of: openid ");
			continue;
		}
		assert_done(&o);
		assert_claim(payload_of(arena, o.out), "scope", rows[i].scope);
	}
	arena_free(arena);
}

static void
token_lifetime_comes_from_the_configuration(void **state)
{
	struct site *site = *state;
	struct arena *arena = arena_new(4096, 1 << 20);
	const struct json *payload;
	struct output o;

	site_configure(site, "token.lifetime = 2m\n");
	hubctl(&o, "token", JANSSEN);
	assert_done(&o);
	payload = payload_of(arena, o.out);
	assert_int_equal(number(payload, "exp") - number(payload, "iat"), 120);
	arena_free(arena);
}

static void
no_token_for_the_unknown_and_the_disabled(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "token", "nobody@example.nl");
	assert_failed(&o, 1, "there is no account nobody@example.nl");
	hubctl(&o, "token", "not an address");
	assert_failed(&o, 1, "there is no account");
	site_do(site, "account", "disable", JANSSEN);
	hubctl(&o, "token", JANSSEN);
	assert_failed(&o, 1, "hubctl account enable " JANSSEN);
	assert_int_equal(count_in(events_of(site).text, "token.issued"), 0);
}

static void
account_list_shows_all_in_the_order_of_their_ids(void **state)
{
	struct site *site = *state;
	const char *first, *second;
	struct output o;

	site_do(site, "account", "disable", BOS);
	hubctl(&o, "account", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "\n"), 8);
	assert_says(o.out, "c-bos                                 disabled  ");
	first = strstr(o.out, JANSSEN_ID);
	second = strstr(o.out, "e-1 ");
	assert_true(first != NULL && second != NULL && first < second);
	assert_says(first, "enabled   " JANSSEN);
}

static void
import_many(struct site *site, int count)
{
	static char lines[1 << 20];
	size_t n = 0;

	for (int i = 0; i < count; i++)
		n += (size_t)snprintf(lines + n, sizeof(lines) - n,
		    "{\"type\":\"account\",\"id\":\"x%05d\",\"name\":"
		    "\"x%d@example.nl\",\"email\":\"x%d@example.nl\"}\n",
		    i, i, i);
	site_do(site, "import", site_file(site, "many.ndjson", lines));
}

/* More than are looked up at a time. */
static void
account_list_has_no_end_of_its_own(void **state)
{
	struct site *site = *state;
	struct output o;

	import_many(site, 1203);
	site_run(&o, NULL, NULL, "/bin/sh",
	    (const char *const[]){ "-c",
		"\"$0\" --config \"$1\" account list >\"$2\"; "
		"wc -l <\"$2\"; sort -u \"$2\" | wc -l",
		site_program("HUBCTL", "./hubctl"), site->conf,
		site_path(site, "list"), NULL });
	assert_int_equal(o.status, 0);
	/* Each once, and the line above them. */
	assert_string_equal(o.out, "1211\n1211\n");
}

static void
account_show_takes_name_and_id(void **state)
{
	static const char *const names[] = { JANSSEN, "J.JANSSEN@example.NL",
		JANSSEN_ID };
	struct output o;

	for (size_t i = 0; i < 3; i++) {
		hubctl(&o, "account", "show", names[i]);
		assert_done(&o);
		assert_says(o.out,
		    "id: " JANSSEN_ID "\nusername: " JANSSEN
		    "\nstate: enabled\nepoch: 1\ngroups: 101\n");
		assert_says(o.out, "dossiers: 1001 204517\n");
		assert_says(o.out, "item: {\"id\":\"" JANSSEN_ID "\"");
	}
	hubctl(&o, "account", "show", "none");
	assert_failed(&o, 1, "there is no account none");
}

static void
accounts_are_changed_by_name_and_id(void **state)
{
	struct site *site = *state;
	struct events events;
	struct output o;

	hubctl(&o, "account", "disable", "J.JANSSEN@EXAMPLE.NL");
	assert_done(&o);
	assert_says(o.out, "is disabled");
	hubctl(&o, "account", "show", JANSSEN_ID);
	assert_says(o.out, "state: disabled\nepoch: 2\n");
	hubctl(&o, "account", "enable", JANSSEN_ID);
	assert_done(&o);
	hubctl(&o, "account", "revoke", JANSSEN);
	assert_done(&o);
	assert_says(o.out, "signed out everywhere");
	hubctl(&o, "account", "show", JANSSEN);
	assert_says(o.out, "state: enabled\nepoch: 3\n");
	events = events_of(site);
	assert_says(events.text, "account.disabled " JANSSEN_ID " hubctl (");
	assert_says(events.text, "account.enabled " JANSSEN_ID " hubctl (");
	assert_says(events.text, "account.revoked " JANSSEN_ID " hubctl (");
}

static void
changing_the_unknown_is_1_and_leaves_no_trace(void **state)
{
	static const char *const verbs[] = { "enable", "disable", "revoke" };
	struct site *site = *state;
	struct output o;

	for (size_t i = 0; i < 3; i++) {
		hubctl(&o, "account", verbs[i], "none@example.nl");
		assert_failed(&o, 1, "there is no account none@example.nl");
	}
	assert_int_equal(count_in(events_of(site).text, "account."), 0);
}

static void
who_calls_by_sudo_stands_in_the_audit_log(void **state)
{
	struct site *site = *state;
	struct output o;

	setenv("SUDO_USER", "daemon", 1);
	hubctl(&o, "account", "revoke", JANSSEN);
	unsetenv("SUDO_USER");
	assert_done(&o);
	assert_says(events_of(site).text, "(hubctl daemon)");
}

/* What a record holds must not steer the terminal of who looks at it. */
static void
foreign_text_is_shown_escaped(void **state)
{
	struct site *site = *state;
	const char *file = site_file(site, "x.ndjson",
	    "{\"type\":\"account\",\"id\":\"odd\",\"name\":\"o@example.nl\","
	    "\"firstName\":\"\\u009b31m\\u202e\\u007f\\u00e9\"}\n");
	struct output o;

	site_do(site, "import", file);
	hubctl(&o, "account", "show", "odd");
	assert_done(&o);
	assert_says(o.out, "\"\\u009b31m\\u202e\\u007f\xc3\xa9\"");
	hubctl(&o, "account", "show", "\x1b]0;x\a");
	assert_failed(&o, 1, "\\x1b]0;x\\x07");
}

static void
demo_lists_its_accounts_as_json(void **state)
{
	struct arena *arena = arena_new(4096, 1 << 20);
	const struct json *list;
	struct output o;
	struct why why;

	hubctl(&o, "demo", "--list");
	assert_done(&o);
	assert_int_equal(json_parse(arena,
			     str_trim((struct str){ o.out, strlen(o.out) - 1 }),
			     65536, &list, &why),
	    0);
	assert_int_equal(list->type, JSON_ARRAY);
	assert_int_equal(list->count, 7);
	assert_claim(list->child, "role", "customer");
	assert_claim(list->child, "username", JANSSEN);
	assert_int_equal(count_in(o.out, "relatiebeheerder"), 1);
	assert_int_equal(count_in(o.out, "organisatiebeheerder"), 1);
	arena_free(arena);
}

static void
without_a_store_every_command_points_to_init(void **state)
{
	static const char *const commands[][3] = { { "account", "list" },
		{ "account", "show", JANSSEN }, { "token", JANSSEN },
		{ "key", "list" }, { "import", "/dev/null" } };
	struct output o;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		hubctl(&o, commands[i][0], commands[i][1], commands[i][2]);
		assert_failed(&o, 1, "hubctl init");
	}
}

static void
wrong_usage_is_2_and_says_where_help_is(void **state)
{
	static const struct {
		const char *words[5];
		const char *says;
	} rows[] = {
		{ { NULL }, "a command is missing" },
		{ { "frobnicate" }, "no such command" },
		{ { "account", "frobnicate" },
		    "no such command: account frobnicate" },
		{ { "help", "frobnicate" }, "no such command: frobnicate" },
		{ { "help", "account", "frobnicate" },
		    "no such command: account frobnicate" },
		{ { "account", "show" },
		    "USERNAME is missing: hubctl account show USERNAME" },
		{ { "import", "--continue" }, "FILE|- is missing" },
		{ { "account", "show", "a", "b" }, "too many arguments" },
		{ { "account", "list", "a" }, "too many arguments" },
		{ { "init", "x" }, "too many arguments" },
		{ { "token" }, "USERNAME is missing" },
		{ { "token", "a", "--ttl" }, "--ttl needs a value" },
		{ { "demo", "--list=x" }, "--list takes no value" },
		{ { "--frobnicate" }, "unknown option --frobnicate" },
		{ { "import", "--frobnicate", "x" },
		    "unknown option --frobnicate" },
		{ { "init", "-x" }, "unknown option -x" },
		{ { "--config" }, "--config needs a value" },
	};
	struct output o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		site_run(&o, NULL, NULL, site_program("HUBCTL", "./hubctl"),
		    rows[i].words);
		assert_failed(&o, 2, rows[i].says);
		assert_says(o.err, "--help\n");
	}
}

static void
help_and_version_do_nothing_else(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "--help");
	assert_done(&o);
	assert_says(o.out, "Usage: hubctl COMMAND");
	assert_says(o.out, "account disable");
	assert_says(o.out, "Exit status: 0");
	hubctl(&o, "init", "--help");
	assert_done(&o);
	assert_says(o.out, "Usage: hubctl init\n");
	hubctl(&o, "--help", "token");
	assert_done(&o);
	assert_says(o.out, "--ttl SECONDS");
	hubctl(&o, "--version");
	assert_done(&o);
	assert_int_equal(strncmp(o.out, "hubctl ", 7), 0);
	hubctl(&o, "init", "--version");
	assert_done(&o);
	assert_int_equal(strncmp(o.out, "hubctl ", 7), 0);
	assert_int_equal(access(site->data, F_OK), -1);
}

static void
close_output(void)
{
	close(STDOUT_FILENO);
}

static void
close_all(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
}

/*
 * Where output is lost the exit status says so, and no store takes it. The list
 * is longer than what the C library keeps back until the end.
 */
static void
lost_output_is_1_and_the_stores_stay_whole(void **state)
{
	static const char *const commands[][3] = { { "account", "list" },
		{ "account", "show", JANSSEN }, { "token", JANSSEN },
		{ "key", "list" }, { "demo" }, { "--help" }, { "--version" } };
	struct site *site = *state;
	const char *program = site_program("HUBCTL", "./hubctl");
	struct output o;

	import_many(site, 300);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const char *const words[] = { "--config", site->conf,
			commands[i][0], commands[i][1], commands[i][2], NULL };
		const char *const full[] = { "-c",
			"exec \"$0\" \"$@\" >/dev/full", program, "--config",
			site->conf, commands[i][0], commands[i][1],
			commands[i][2], NULL };

		site_run(&o, NULL, close_output, program, words);
		assert_failed(&o, 1, "cannot write to standard output");
		site_run(&o, NULL, close_all, program, words);
		assert_int_equal(o.status, 1);
		site_run(&o, NULL, NULL, "/bin/sh", full);
		assert_failed(&o, 1, "cannot write to standard output");
	}
	hubctl(&o, "account", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "\n"), 308);
}

#define SITE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)
#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SITE(init_makes_the_stores_and_a_key),
		SITE(init_does_not_take_over_a_narrow_umask),
		FILLED(a_key_is_rotated_in_its_own_time),
		SITE(a_key_of_a_hub_that_was_not_completed_is_not_rotated),
		FILLED(a_second_init_changes_nothing),
		SITE(init_goes_on_where_only_the_folder_was_made),
		SITE(init_goes_on_where_only_the_empty_vault_was_made),
		SITE(init_goes_on_where_the_directory_was_not_made),
		SITE(init_goes_on_where_the_directory_was_half_made),
		SITE(init_goes_on_where_the_public_key_was_not_written),
		SITE(init_without_the_folder_above_says_so),
		SITE(the_data_folder_can_be_named_in_three_ways),
		SITE(import_reports_what_it_brought),
		FILLED(import_takes_a_pipe_by_name),
		FILLED(one_bad_line_keeps_all_out),
		FILLED(what_cannot_be_read_is_named),
		FILLED(token_prints_the_token_alone),
		FILLED(token_takes_a_lifetime_up_to_a_day),
		FILLED(token_takes_scopes_of_the_hub),
		FILLED(token_lifetime_comes_from_the_configuration),
		FILLED(no_token_for_the_unknown_and_the_disabled),
		FILLED(account_list_shows_all_in_the_order_of_their_ids),
		FILLED(account_list_has_no_end_of_its_own),
		FILLED(account_show_takes_name_and_id),
		FILLED(accounts_are_changed_by_name_and_id),
		FILLED(changing_the_unknown_is_1_and_leaves_no_trace),
		FILLED(who_calls_by_sudo_stands_in_the_audit_log),
		FILLED(foreign_text_is_shown_escaped),
		SITE(demo_lists_its_accounts_as_json),
		SITE(without_a_store_every_command_points_to_init),
		cmocka_unit_test(wrong_usage_is_2_and_says_where_help_is),
		SITE(help_and_version_do_nothing_else),
		FILLED(lost_output_is_1_and_the_stores_stay_whole),
	};

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	unsetenv("SUDO_USER");
	return UNIT_RUN(tests);
}
