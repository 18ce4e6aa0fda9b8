#include "hubctl_checks.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/rand.h"
#include "directory/account.h"
#include "identity/grant.h"
#include "identity/session.h"
#include "identity/signin.h"
#include "site_store.h"
#include "unit.h"

/*
 * hubctl's commands that let people sign in, and that end it: tried with the
 * same calls that the sign-in page makes.
 */
#define MINE "/account/mine"
#define LASTING "drie paarden in de regen"
#define FRESH "m.meijer@example.nl"
#define ADD_CUSTOMER "account", "add", "--email", FRESH, "--contact", "k-204801"

static enum signin_result
sign_in(const struct site *site, const char *username, const char *password)
{
	struct signin in = {
		.username = str_of(username),
		.password = str_of(password),
		.source = STR("192.0.2.7"),
	};
	enum signin_result result;
	struct test_hub stores;
	struct hub hub;

	look_both(&stores, site);
	hub = hub_of(&stores);
	result = signin(&hub, &in);
	look_both_end(&stores);
	return result;
}

/* The account as the directory has it. */
static bool
is_pending(const struct site *site, const char *username)
{
	struct account_rec rec;
	struct test_hub hub;
	struct txn *txn;
	bool pending;

	look_both(&hub, site);
	txn = store_read_begin(hub.directory, hub.arena);
	assert_true(account_by_name(txn, str_of(username), &rec));
	assert_int_equal(store_read_end(txn), 0);
	pending = rec.pending;
	look_both_end(&hub);
	return pending;
}

struct temporary {
	char text[PASSWORD_TEMPORARY_LEN + 1];
};

/* The password alone on the last line, and before it until when it is good. */
static struct temporary
temporary_of(const struct output *o)
{
	const char *valid = strstr(o->out, "valid until ");
	struct temporary t;
	int64_t until;
	size_t n;

	if (o->status != 0)
		fail_msg("%d: %s", o->status, o->err);
	assert_string_equal(o->err, "");
	assert_non_null(valid);
	valid += strlen("valid until ");
	assert_true(clock_parse((struct str){ valid, CLOCK_TEXT - 1 }, &until));
	assert_in_range(until - clock_now(), 71 * 3600, 72 * 3600);
	n = strlen(o->out);
	assert_true(n > PASSWORD_TEMPORARY_LEN + 2);
	assert_int_equal(o->out[n - 1], '\n');
	assert_int_equal(o->out[n - PASSWORD_TEMPORARY_LEN - 2], '\n');
	memcpy(t.text, o->out + n - PASSWORD_TEMPORARY_LEN - 1,
	    PASSWORD_TEMPORARY_LEN);
	t.text[PASSWORD_TEMPORARY_LEN] = '\0';
	return t;
}

static void
a_customers_account_opens_with_its_temporary_password(void **state)
{
	struct site *site = *state;
	struct temporary t;
	struct output o;

	hubctl(&o, ADD_CUSTOMER);
	t = temporary_of(&o);
	assert_int_equal(strncmp(o.out, "account ", 8), 0);
	assert_says(o.out, " is added, username " FRESH "\n");
	assert_true(is_pending(site, FRESH));
	assert_int_equal(
	    sign_in(site, FRESH, "not this password at all"), SIGNIN_WRONG);
	assert_int_equal(sign_in(site, FRESH, t.text), SIGNIN_CHANGE);
	hubctl(&o, "token", FRESH);
	assert_failed(&o, 1, "temporary password that must be changed first");
	hubctl(&o, "account", "show", FRESH);
	assert_says(o.out, "state: pending\n");
	assert_says(o.out, "dossiers: 1001 204801\n");
	assert_says(o.out, "groups: 101\n");
}

static void
an_employees_account_has_its_groups(void **state)
{
	struct temporary t;
	struct output o;

	hubctl(&o, "account", "add", "--email=new@example.nl",
	    "--organization=1001", "--group=102", "--group", "103");
	t = temporary_of(&o);
	assert_int_equal(
	    sign_in(*state, "new@example.nl", t.text), SIGNIN_CHANGE);
	hubctl(&o, "account", "show", "new@example.nl");
	assert_says(o.out, "organisations: 1001\n");
	assert_says(o.out, "102");
	assert_says(o.out, "103");
}

static void
what_does_not_fit_makes_no_account(void **state)
{
	static const struct {
		const char *words[6], *says;
		int status;
	} rows[] = {
		{ { "--contact=k-204801" }, "--email is missing", 2 },
		{ { "--email=a@example.nl" }, "one of --contact and", 2 },
		{ { "--email=a@example.nl", "--contact=k-204801",
		      "--organization=1001" },
		    "one of --contact and", 2 },
		{ { "--email=a@example.nl", "--contact=k-204801",
		      "--group=102" },
		    "--group goes with --organization", 2 },
		{ { "--email=nobody", "--contact=k-204801" },
		    "the address 'nobody': not an e-mail address", 2 },
		{ { "--email=a@example.nl", "--contact=k-0" },
		    "there is no contact k-0", 1 },
		{ { "--email=a@example.nl", "--organization=9" },
		    "there is no organisation 9", 1 },
		{ { "--email=a@example.nl", "--organization=1001",
		      "--group=999" },
		    "there is no group 999", 1 },
		{ { "--email=" BOS, "--contact=k-204801" },
		    "the username of account c-bos already", 1 },
		{ { "--email=a@example.nl", "--contact=k-204602" },
		    "has an account already: c-bos; see hubctl account "
		    "show c-bos (username " BOS ")",
		    1 },
	};
	struct output o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const *w = rows[i].words;

		hubctl(&o, "account", "add", w[0], w[1], w[2], w[3]);
		assert_failed(&o, rows[i].status, rows[i].says);
	}
	hubctl(&o, "account", "show", "a@example.nl");
	assert_failed(&o, 1, "there is no account a@example.nl");
}

/* With and without the first word of its name. */
static void
a_reset_ends_the_old_password_and_all_tokens(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, BOS);
	struct temporary first, second;
	struct output o;

	site_start(site, POOL_READERS);
	site_hubctl(site, &o, LASTING "\n", "set-password", BOS);
	assert_int_equal(o.status, 0);
	token = site_token(site, BOS);
	assert_int_equal(site_ask(site, POOL_READERS, MINE, &token), 200);
	hubctl(&o, "reset-password", "S.Bos@example.nl");
	first = temporary_of(&o);
	assert_int_equal(site_ask(site, POOL_READERS, MINE, &token), 401);
	assert_int_equal(sign_in(site, BOS, LASTING), SIGNIN_WRONG);
	assert_int_equal(sign_in(site, BOS, first.text), SIGNIN_CHANGE);
	hubctl(&o, "account", "reset-password", "c-bos");
	second = temporary_of(&o);
	assert_string_not_equal(first.text, second.text);
	assert_int_equal(sign_in(site, BOS, first.text), SIGNIN_WRONG);
	assert_int_equal(sign_in(site, BOS, second.text), SIGNIN_CHANGE);
	hubctl(&o, "account", "reset-password", "nobody@example.nl");
	assert_failed(&o, 1, "there is no account nobody@example.nl");
}

#define WITH_MAIL                                                              \
	"mail.server = 127.0.0.1:25\nmail.security = none\n"                   \
	"mail.from = hub@example.nl\n"

/* No word that has the form of a temporary password. */
static void
assert_told_that_it_is_mailed(const struct output *o)
{
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct str rest = str_of(o->out), word;

	assert_int_equal(o->status, 0);
	assert_non_null(strstr(o->out, "is mailed to the account's address"));
	while (str_split(&rest, '\n', &word))
		assert_false(password_is_temporary(word, temporary));
}

static void
a_password_is_mailed_as_configured_or_as_asked(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "account", "reset-password", "--mailed", BOS);
	assert_failed(&o, 1,
	    "a temporary password cannot be mailed: mail.server is not "
	    "configured");
	hubctl(&o, "account", "reset-password", "--mailed", "--shown", BOS);
	assert_int_equal(o.status, 2);
	site_configure(site, WITH_MAIL "password.delivery = mailed\n");
	hubctl(&o, "account", "reset-password", BOS);
	assert_told_that_it_is_mailed(&o);
	hubctl(&o, "account", "reset-password", "--shown", BOS);
	assert_int_equal(
	    sign_in(site, BOS, temporary_of(&o).text), SIGNIN_CHANGE);
	site_configure(site, WITH_MAIL);
	hubctl(&o, "account", "reset-password", "--mailed", BOS);
	assert_told_that_it_is_mailed(&o);
	hubctl(&o, "account", "reset-password", BOS);
	temporary_of(&o);
	hubctl(&o, "verify");
	assert_int_equal(o.status, 0);
}

static void
a_lasting_password_comes_from_standard_input(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, BOS);
	struct output o;

	site_start(site, POOL_READERS);
	assert_int_equal(site_ask(site, POOL_READERS, MINE, &token), 200);
	site_hubctl(
	    site, &o, LASTING "\nnot this\n", "account", "set-password", BOS);
	assert_int_equal(o.status, 0);
	assert_string_equal(o.err, "");
	assert_string_equal(o.out,
	    "account " BOS
	    " has a lasting password and is signed out everywhere\n");
	assert_int_equal(site_ask(site, POOL_READERS, MINE, &token), 401);
	assert_int_equal(sign_in(site, BOS, LASTING), SIGNIN_DONE);
	assert_false(is_pending(site, BOS));
	/* The last line needs no end. */
	site_hubctl(site, &o, LASTING " en wind", "set-password", BOS);
	assert_int_equal(o.status, 0);
	assert_int_equal(sign_in(site, BOS, LASTING " en wind"), SIGNIN_DONE);
}

static void
a_password_that_is_refused_changes_nothing(void **state)
{
	static char long_one[PASSWORD_INPUT_MAX + 3];
	static const struct {
		const char *input, *says;
	} rows[] = {
		{ "", "standard input has no password" },
		{ "\n", "standard input has no password" },
		{ "short one\n",
		    "it is too short: 15 characters are the least" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaa\n", "too easy to guess" },
		{ "a tab \t in the middle\n", "control characters" },
		{ long_one, "longer than 1024 bytes" },
	};
	struct site *site = *state;
	struct output o;

	memset(long_one, 'x', sizeof(long_one) - 1);
	site_hubctl(site, &o, LASTING "\n", "set-password", BOS);
	assert_int_equal(o.status, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		site_hubctl(site, &o, rows[i].input, "set-password", BOS);
		assert_failed(&o, 1, rows[i].says);
	}
	assert_int_equal(sign_in(site, BOS, LASTING), SIGNIN_DONE);
}

/* hubctl at a terminal of its own. */
struct terminal {
	pid_t pid;
	int fd;
	char seen[4096]; /* all that stood on it */
	size_t n;
};

/* INTERRUPT: what its Ctrl-C does before it begins. */
static void
terminal_start_with(
    struct terminal *t, const struct site *site, void (*interrupt)(int))
{
	const char *program = site_program("HUBCTL", "./hubctl");

	t->n = 0;
	t->pid = forkpty(&t->fd, NULL, NULL, NULL);
	assert_true(t->pid >= 0);
	if (t->pid == 0) {
		/* Whoever started us in the background has it ignored. */
		signal(SIGINT, interrupt);
		alarm(120);
		execl(program, program, "--config", site->conf, "set-password",
		    BOS, (char *)NULL);
		_exit(127);
	}
}

static void
terminal_start(struct terminal *t, const struct site *site)
{
	terminal_start_with(t, site, SIG_DFL);
}

/* Reads until TEXT has come, or with NULL to the end. */
static void
terminal_read(struct terminal *t, const char *text)
{
	t->seen[t->n] = '\0';
	while (text == NULL || strstr(t->seen, text) == NULL) {
		ssize_t n =
		    read(t->fd, t->seen + t->n, sizeof(t->seen) - 1 - t->n);

		if (n <= 0 && text == NULL)
			return;
		if (n <= 0)
			fail_msg("no '%s' in: %s", text, t->seen);
		t->n += (size_t)n;
		t->seen[t->n] = '\0';
	}
}

static void
terminal_type(const struct terminal *t, const char *line)
{
	assert_int_equal(write(t->fd, line, strlen(line)), strlen(line));
}

static int
terminal_end(struct terminal *t)
{
	int status;

	terminal_read(t, NULL);
	assert_int_equal(waitpid(t->pid, &status, 0), t->pid);
	close(t->fd);
	return status;
}

static void
at_a_terminal_it_is_asked_for_twice_and_not_shown(void **state)
{
	struct terminal t;
	int status;

	terminal_start(&t, *state);
	terminal_read(&t, "New password: ");
	terminal_type(&t, LASTING "\n");
	terminal_read(&t, "The same again: ");
	terminal_type(&t, LASTING "\n");
	status = terminal_end(&t);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_says(t.seen, "has a lasting password");
	assert_null(strstr(t.seen, "paarden"));
	assert_int_equal(sign_in(*state, BOS, LASTING), SIGNIN_DONE);
	terminal_start(&t, *state);
	terminal_read(&t, "New password: ");
	terminal_type(&t, LASTING " one\n");
	terminal_read(&t, "The same again: ");
	terminal_type(&t, LASTING " two\n");
	status = terminal_end(&t);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_says(t.seen, "two different passwords");
	assert_int_equal(sign_in(*state, BOS, LASTING), SIGNIN_DONE);
}

/* It dies of the signal, and the terminal shows again what is typed. */
static void
an_interrupted_terminal_shows_again(void **state)
{
	struct termios now;
	struct terminal t;
	int other, status;

	terminal_start(&t, *state);
	/* Open here too, the terminal outlives the program. */
	other = open(ptsname(t.fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(other >= 0);
	terminal_read(&t, "New password: ");
	assert_int_equal(tcgetattr(other, &now), 0);
	assert_false(now.c_lflag & ECHO);
	terminal_type(&t, "\x03");
	assert_int_equal(waitpid(t.pid, &status, 0), t.pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
	assert_int_equal(tcgetattr(other, &now), 0);
	assert_true(now.c_lflag & ECHO);
	close(other);
	close(t.fd);
}

static void
what_it_has_to_ignore_does_not_interrupt_it(void **state)
{
	struct terminal t;
	int status;

	terminal_start_with(&t, *state, SIG_IGN);
	terminal_read(&t, "New password: ");
	terminal_type(&t, "\x03" LASTING "\n");
	terminal_read(&t, "The same again: ");
	terminal_type(&t, LASTING "\n");
	status = terminal_end(&t);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(sign_in(*state, BOS, LASTING), SIGNIN_DONE);
}

struct made {
	const struct conf *conf;
	struct str sid, gid, account;
	uint64_t epoch;
	struct refresh refresh;
};

static int
make_grant(struct txn *vault, void *arg)
{
	struct made *m = arg;
	struct grant_rec rec = {
		.client = STR("app"),
		.account = m->account,
		.epoch = m->epoch,
		.scope = STR("openid"),
		.sid = m->sid,
		.nonce = STR(""),
	};

	grant_put(vault, m->conf, m->gid, &m->refresh, &rec, clock_now());
	return 0;
}

/* What the token endpoint makes of a code: a grant that began in a session. */
static void
grant(const struct site *site, const char *sid, const char *gid)
{
	struct made m = { .sid = str_of(sid), .gid = str_of(gid) };
	struct account_rec rec;
	struct test_hub hub;
	struct txn *txn;

	look_both(&hub, site);
	txn = store_read_begin(hub.directory, hub.arena);
	assert_true(account_by_name(txn, STR(BOS), &rec));
	assert_int_equal(store_read_end(txn), 0);
	m.conf = &hub.conf;
	m.account = rec.id;
	m.epoch = rec.epoch;
	refresh_make(&m.refresh);
	hub_write(&hub, hub.vault, make_grant, &m);
	look_both_end(&hub);
}

#define HEADER                                                                 \
	"ID                      KIND     SINCE                 LAST USED    " \
	"         CLIENT                    ADDRESS\n"

struct sid {
	char text[64];
};

/* The first word of the first line of that kind. */
static struct sid
id_of(const struct output *o, const char *kind)
{
	const char *at = strstr(o->out, kind), *line = at;
	struct sid sid;

	if (o->status != 0 || at == NULL)
		fail_msg("%d: no %s in: %s%s", o->status, kind, o->out, o->err);
	while (line > o->out && line[-1] != '\n')
		line--;
	snprintf(
	    sid.text, sizeof(sid.text), "%.*s", (int)strcspn(line, " "), line);
	return sid;
}

static void
sessions_and_grants_are_listed_and_ended_one_by_one(void **state)
{
	struct site *site = *state;
	struct sid first, second;
	struct output o;

	site_hubctl(site, &o, LASTING "\n", "set-password", BOS);
	assert_int_equal(o.status, 0);
	hubctl(&o, "sessions", BOS);
	assert_string_equal(o.out, HEADER);
	assert_int_equal(sign_in(site, BOS, LASTING), SIGNIN_DONE);
	hubctl(&o, "account", "sessions", BOS);
	first = id_of(&o, "  session  ");
	assert_says(o.out, "  192.0.2.7\n");
	grant(site, first.text, "g-of-session");
	grant(site, "", "g-alone");
	hubctl(&o, "sessions", "c-bos");
	assert_says(o.out, "g-of-session            grant    ");
	assert_says(o.out, "g-alone                 grant    ");
	assert_says(o.out, "  app  ");
	hubctl(&o, "sessions", JANSSEN, "--end", first.text);
	assert_failed(&o, 1, "has no session or grant ");
	hubctl(&o, "sessions", JANSSEN, "--end", "g-alone");
	assert_failed(&o, 1, "has no session or grant g-alone");
	/* What began in it goes with it, and nothing else. */
	hubctl(&o, "sessions", BOS, "--end", first.text);
	assert_int_equal(o.status, 0);
	hubctl(&o, "sessions", BOS);
	assert_null(strstr(o.out, first.text));
	assert_null(strstr(o.out, "g-of-session"));
	assert_says(o.out, "g-alone");
	hubctl(&o, "sessions", BOS, "--end=g-alone");
	assert_string_equal(o.out, "g-alone is ended\n");
	hubctl(&o, "sessions", BOS);
	assert_string_equal(o.out, HEADER);
	hubctl(&o, "sessions", BOS, "--end", "g-alone");
	assert_failed(&o, 1, "has no session or grant g-alone");
	assert_int_equal(sign_in(site, BOS, LASTING), SIGNIN_DONE);
	hubctl(&o, "sessions", BOS);
	second = id_of(&o, "  session  ");
	assert_string_not_equal(first.text, second.text);
	site_do(site, "account", "revoke", BOS);
	hubctl(&o, "sessions", BOS);
	assert_string_equal(o.out, HEADER);
}

/* A form is not hidden: somebody is about to choose a password there. */
static void
an_open_change_form_is_listed(void **state)
{
	struct temporary t;
	struct output o;
	struct sid form;

	hubctl(&o, ADD_CUSTOMER);
	t = temporary_of(&o);
	assert_int_equal(sign_in(*state, FRESH, t.text), SIGNIN_CHANGE);
	hubctl(&o, "sessions", FRESH);
	form = id_of(&o, "  form     ");
	hubctl(&o, "sessions", FRESH, "--end", form.text);
	assert_int_equal(o.status, 0);
	hubctl(&o, "sessions", FRESH);
	assert_string_equal(o.out, HEADER);
}

static void
no_password_is_in_the_audit_log(void **state)
{
	struct temporary added, reset;
	struct output o;

	hubctl(&o, ADD_CUSTOMER);
	added = temporary_of(&o);
	hubctl(&o, "reset-password", FRESH);
	reset = temporary_of(&o);
	site_hubctl(
	    (struct site *)*state, &o, LASTING "\n", "set-password", FRESH);
	assert_int_equal(o.status, 0);
	hubctl(&o, "audit", "--json", "--account", FRESH);
	assert_says(o.out, "\"event\":\"account.added\"");
	assert_says(o.out, "\"event\":\"password.reset\"");
	assert_says(o.out, "\"event\":\"password.set\"");
	assert_null(strstr(o.out, added.text));
	assert_null(strstr(o.out, reset.text));
	assert_null(strstr(o.out, "paarden"));
	assert_null(strstr(o.out, FRESH));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_customers_account_opens_with_its_temporary_password),
		TEST(an_employees_account_has_its_groups),
		TEST(what_does_not_fit_makes_no_account),
		TEST(a_reset_ends_the_old_password_and_all_tokens),
		TEST(a_password_is_mailed_as_configured_or_as_asked),
		TEST(a_lasting_password_comes_from_standard_input),
		TEST(a_password_that_is_refused_changes_nothing),
		TEST(at_a_terminal_it_is_asked_for_twice_and_not_shown),
		TEST(an_interrupted_terminal_shows_again),
		TEST(what_it_has_to_ignore_does_not_interrupt_it),
		TEST(sessions_and_grants_are_listed_and_ended_one_by_one),
		TEST(an_open_change_form_is_listed),
		TEST(no_password_is_in_the_audit_log),
	};

	return UNIT_RUN(tests);
}
