/* hubctl mail: what waits, sent again, taken out; and what the doctor says. */
#include "hubctl_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "directory/account.h"
#include "identity/mail.h"
#include "site_store.h"
#include "unit.h"

#define MINUTE ((int64_t)60)

#define SERVER                                                                 \
	"mail.server = localhost:25\n"                                         \
	"mail.from = hub@example.nl\n"

/* SERVER, and the texts that come along. */
static char server[4400];

/* A mail that is put, and what came of it. */
struct put {
	const struct conf *conf;
	struct mail_wish wish;
	int64_t made;
	const char *fault; /* NULL: no try was made */
	bool for_good;
};

static uint64_t
born_of(struct test_hub *hub, struct str account)
{
	struct txn *txn = hub_look(hub);
	struct account_rec rec = { 0 };
	bool there = account_get(txn, account, &rec);

	hub_look_end(txn);
	return there ? rec.born : 0;
}

static int
put_now(struct txn *vault, void *arg)
{
	const struct put *p = arg;
	struct mail_rec rec;
	struct str name;

	assert_int_equal(mail_put(vault, p->conf, &p->wish, p->made), 0);
	if (p->fault == NULL)
		return 0;
	assert_true(mail_due(vault, p->made, &name, &rec));
	assert_true(mail_try(vault, p->conf, name, &rec, p->made));
	assert_int_equal(mail_failed(vault, p->conf, name, &rec,
			     str_of(p->fault), p->for_good, p->made),
	    p->for_good);
	return 0;
}

static void
put(const struct site *site, const char *account, enum mail_template template,
    int64_t made, const char *fault, bool for_good)
{
	struct test_hub hub;
	struct put p = {
		.conf = &hub.conf,
		.wish = { template, MAIL_NL, str_of(account), 0, STR("") },
		.made = made,
		.fault = fault,
		.for_good = for_good,
	};

	look_both(&hub, site);
	p.wish.born = born_of(&hub, p.wish.account);
	hub_write(&hub, hub.vault, put_now, &p);
	look_both_end(&hub);
}

/* The mail as the vault has it; false: there is none. */
static bool
look(const struct site *site, const char *name, bool *failed, uint32_t *tries,
    int64_t *due)
{
	struct test_hub hub;
	struct mail_rec rec;
	struct txn *txn;
	bool there;

	look_both(&hub, site);
	txn = store_read_begin(hub.vault, hub.arena);
	there = mail_get(txn, str_of(name), &rec);
	assert_int_equal(store_read_end(txn), 0);
	if (there) {
		*failed = rec.failed;
		*tries = rec.tries;
		*due = rec.due;
	}
	look_both_end(&hub);
	return there;
}

static int
setup(void **state)
{
	const char *srcdir = getenv("srcdir");
	char *root = realpath(srcdir != NULL ? srcdir : ".", NULL);
	int rc = root == NULL ? 1 : site_setup_filled(state);

	snprintf(server, sizeof(server), SERVER "mail.templates = %s/mail\n",
	    root != NULL ? root : "");
	free(root);
	if (rc == 0)
		site_configure(*state, server);
	return rc;
}

static void
the_queue_is_listed_with_whose_mail_it_is(void **state)
{
	int64_t now = clock_now();
	struct output o;

	hubctl(&o, "mail", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "\n"), 1);
	assert_int_equal(strncmp(o.out, "NAME ", 5), 0);
	put(*state, JANSSEN_ID, MAIL_WELCOME, now, NULL, false);
	put(*state, JANSSEN_ID, MAIL_RESET, now - 9, "451 \033[1mlater", false);
	put(*state, "gone", MAIL_FORGOTTEN, now - 99, "550 no", true);
	hubctl(&o, "mail", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "\n"), 4);
	assert_says(o.out, "\n" JANSSEN_ID "/welcome ");
	assert_says(o.out, "  waiting  ");
	assert_says(o.out, "  failed   ");
	assert_says(o.out, "451 \\x1b[1mlater\n");
	hubctl(&o, "mail", "list", "--json");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "\n"), 3);
	assert_says(o.out,
	    "{\"name\":\"" JANSSEN_ID "/welcome\",\"template\":\"welcome\","
	    "\"account\":\"" JANSSEN_ID "\",\"username\":\"" JANSSEN "\","
	    "\"about\":null,\"state\":\"waiting\",\"since\":\"");
	assert_says(o.out,
	    "\"account\":\"gone\",\"username\":null,\"about\":null,"
	    "\"state\":\"failed\",");
	assert_says(o.out, "\"tries\":1,\"due\":null,\"fault\":\"550 no\"}\n");
	assert_says(o.out, "\"tries\":0,\"due\":\"");
}

static void
a_mail_is_sent_again_at_once_on_demand(void **state)
{
	int64_t now = clock_now(), due;
	struct output o;
	uint32_t tries;
	bool failed;

	put(*state, JANSSEN_ID, MAIL_WELCOME, now - 99, "550 no", true);
	hubctl(&o, "mail", "retry", JANSSEN_ID "/welcome");
	assert_done(&o);
	assert_string_equal(o.out, JANSSEN_ID "/welcome is to be sent again\n");
	assert_true(look(*state, JANSSEN_ID "/welcome", &failed, &tries, &due));
	assert_false(failed);
	assert_int_equal(tries, 0);
	assert_true(due >= now && due <= clock_now());
	hubctl(&o, "audit", "--account", JANSSEN);
	assert_says(o.out, "  mail.retried            " JANSSEN_ID);
	assert_says(o.out, "  welcome\n");
	hubctl(&o, "mail", "retry", "no/welcome");
	assert_failed(&o, 1, "no mail is called no/welcome: hubctl mail list ");
	hubctl(&o, "mail", "retry", "");
	assert_failed(&o, 1, "no mail is called ");
	hubctl(&o, "mail", "retry");
	assert_failed(&o, 2, "NAME or --all is missing");
	hubctl(&o, "mail", "retry", "--all", "x");
	assert_failed(&o, 2, "both NAME and --all are given");
	site_configure(*state, "");
	hubctl(&o, "mail", "retry", "--all");
	assert_failed(&o, 1, "no mail is sent: mail.server is empty");
}

/* More than one transaction takes up, and some that wait for the first time. */
static void
all_that_was_tried_is_sent_again(void **state)
{
	struct site *site = *state;
	int64_t now = clock_now(), due;
	char account[32];
	struct output o;
	uint32_t tries;
	bool failed;

	for (int i = 0; i < 230; i++) {
		snprintf(account, sizeof(account), "m%03d", i);
		put(site, account, MAIL_RESET, now - 99 - i, "451 later",
		    i % 2 == 0);
	}
	put(site, "n", MAIL_RESET, now - 33, NULL, false);
	hubctl(&o, "mail", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "\n"), 232);
	hubctl(&o, "mail", "retry", "--all");
	assert_done(&o);
	assert_string_equal(o.out, "230 mails are to be sent again\n");
	assert_true(look(site, "m000/reset", &failed, &tries, &due));
	assert_false(failed);
	assert_int_equal(tries, 0);
	assert_true(look(site, "m229/reset", &failed, &tries, &due));
	assert_true(due >= now);
	assert_int_equal(tries, 0);
	assert_true(look(site, "n/reset", &failed, &tries, &due));
	assert_true(due == now - 33);
	hubctl(&o, "mail", "retry", "--all");
	assert_string_equal(o.out, "0 mails are to be sent again\n");
	site_do(site, "verify");
}

static void
a_mail_is_taken_out_and_that_is_on_record(void **state)
{
	char name[MAIL_NAME_MAX + 2];
	struct output o;
	uint32_t tries;
	int64_t due;
	bool failed;

	put(*state, JANSSEN_ID, MAIL_WELCOME, clock_now(), NULL, false);
	/* Also where mail has been switched off since. */
	site_configure(*state, "");
	hubctl(&o, "mail", "drop", JANSSEN_ID "/welcome");
	assert_done(&o);
	assert_string_equal(o.out, JANSSEN_ID "/welcome is dropped\n");
	assert_false(
	    look(*state, JANSSEN_ID "/welcome", &failed, &tries, &due));
	hubctl(&o, "audit", "--account", JANSSEN);
	assert_says(o.out, "  mail.dropped            " JANSSEN_ID);
	hubctl(&o, "mail", "drop", JANSSEN_ID "/welcome");
	assert_failed(&o, 1, "no mail is called ");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	hubctl(&o, "mail", "drop", name);
	assert_failed(&o, 1, "no mail is called ");
	hubctl(&o, "mail", "drop");
	assert_failed(&o, 2, "NAME is missing");
	site_do((struct site *)*state, "verify");
}

static void
the_doctor_tells_of_mail_that_does_not_go_out(void **state)
{
	int64_t now = clock_now();
	struct output o;

	hubctl(&o, "doctor", "--offline");
	assert_says(o.out, "ok    mail           0 wait\n");
	put(*state, JANSSEN_ID, MAIL_WELCOME, now, NULL, false);
	hubctl(&o, "doctor", "--offline");
	assert_says(o.out, "ok    mail           1 wait\n");
	put(*state, JANSSEN_ID, MAIL_RESET, now - 17 * MINUTE, NULL, false);
	hubctl(&o, "doctor", "--offline");
	assert_int_equal(o.status, 0);
	assert_says(o.out, "warn  mail           2 wait, one of them for 1");
	put(*state, "gone", MAIL_RESET, now - 20 * MINUTE, "550 no", true);
	hubctl(&o, "doctor", "--offline");
	assert_int_equal(o.status, 0);
	assert_says(o.out, "warn  mail           1 were given up: see hubctl ");
	site_configure(*state, "");
	hubctl(&o, "doctor", "--offline");
	assert_says(
	    o.out, "warn  mail           2 wait, and mail.server is empty: ");
}

static void
the_doctor_looks_at_the_password_of_mail(void **state)
{
	const struct site *site = *state;
	const char *path = site_file(site, "mail-password", "secret\n");
	struct output o;
	char text[5000];

	assert_int_equal(chmod(path, 0640), 0);
	snprintf(text, sizeof(text),
	    "%smail.user = u\nmail.password_file = %s\n", server, path);
	site_configure(*state, text);
	hubctl(&o, "doctor", "--offline");
	assert_int_equal(o.status, 1);
	assert_says(o.out, "FAIL  mail ");
	assert_says(o.out, " is open to others: chmod 0600 ");
	assert_null(strstr(o.out, "secret"));
	assert_int_equal(chmod(path, 0600), 0);
	hubctl(&o, "doctor", "--offline");
	assert_int_equal(o.status, 0);
	assert_says(o.out, "ok    mail           the password file can be ");
	assert_int_equal(unlink(path), 0);
	hubctl(&o, "doctor", "--offline");
	assert_int_equal(o.status, 1);
	assert_says(o.out, " cannot be read: ");
	assert_int_equal(mkdir(path, 0700), 0);
	hubctl(&o, "doctor", "--offline");
	assert_int_equal(o.status, 1);
	assert_says(o.out, " is no plain file: ");
	assert_int_equal(rmdir(path), 0);
}

static void
the_doctor_looks_at_the_texts_of_mail(void **state)
{
	struct output o;

	hubctl(&o, "doctor", "--offline");
	assert_int_equal(o.status, 0);
	assert_says(o.out, "ok    mail           the texts can be filled in\n");
	site_configure(*state, SERVER "mail.templates = /nowhere\n");
	hubctl(&o, "doctor", "--offline");
	assert_int_equal(o.status, 1);
	assert_says(o.out,
	    "FAIL  mail           cannot read /nowhere/welcome.nl.txt: ");
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_queue_is_listed_with_whose_mail_it_is),
		T(a_mail_is_sent_again_at_once_on_demand),
		T(all_that_was_tried_is_sent_again),
		T(a_mail_is_taken_out_and_that_is_on_record),
		T(the_doctor_tells_of_mail_that_does_not_go_out),
		T(the_doctor_looks_at_the_password_of_mail),
		T(the_doctor_looks_at_the_texts_of_mail),
	};

	return UNIT_RUN(tests);
}
