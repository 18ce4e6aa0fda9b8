#include "hubctl_checks.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"

/*
 * Run as root, the tool becomes the user who owns the stores; what stands on
 * its command line it opens or makes before.
 */
#define OWNER "nobody"

static uid_t owner;

static void
configure(struct site *site, const char *store_user)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "base_url = https://hub.example.nl\ndata = %s\nstore_user = %s\n"
	    "map_size = 1G\nreaders.socket = %s\n",
	    site->data, store_user, site->socket[POOL_READERS]);
	site_file(site, "hub.conf", text);
}

static int
setup(void **state)
{
	struct site *site;

	site_setup(state);
	site = *state;
	configure(site, OWNER);
	/* Others pass through it and see nothing. */
	return chmod(site->root, 0711);
}

static void
assert_owner(const struct site *site, const char *name, uid_t uid)
{
	struct stat st;

	assert_int_equal(stat(site_path(site, name), &st), 0);
	assert_int_equal(st.st_uid, uid);
}

static void
assert_all_owned(const struct site *site)
{
	assert_owner(site, "data", owner);
	assert_owner(site, "data/directory", owner);
	assert_owner(site, "data/directory/data.mdb", owner);
	assert_owner(site, "data/directory/lock.mdb", owner);
	assert_owner(site, "data/vault", owner);
	assert_owner(site, "data/vault/data.mdb", owner);
	assert_owner(site, "data/vault/lock.mdb", owner);
}

static void
init_gives_the_stores_to_the_store_user(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "init");
	assert_string_equal(o.err, "");
	assert_int_equal(o.status, 0);
	assert_all_owned(site);
}

static void
an_empty_folder_is_given_away_and_a_used_one_not(void **state)
{
	struct site *site = *state;
	struct output o;

	assert_int_equal(mkdir(site->data, 0755), 0);
	site_file(site, "data/something", "precious");
	hubctl(&o, "init");
	assert_int_equal(o.status, 1);
	assert_says(o.err, "user " OWNER " may not make");
	assert_owner(site, "data", 0);
	assert_int_equal(unlink(site_path(site, "data/something")), 0);
	hubctl(&o, "init");
	assert_int_equal(o.status, 0);
	assert_all_owned(site);
}

static void
files_are_opened_as_the_caller(void **state)
{
	struct site *site = *state;
	const char *file;
	struct output o;

	site_do(site, "init");
	site_demo(&o);
	assert_int_equal(mkdir(site_path(site, "private"), 0700), 0);
	file = site_file(site, "private/demo.ndjson", o.out);
	assert_int_equal(chmod(file, 0600), 0);
	hubctl(&o, "import", file);
	assert_string_equal(o.err, "");
	assert_int_equal(o.status, 0);
	hubctl(&o, "token", JANSSEN);
	assert_int_equal(o.status, 0);
	assert_all_owned(site);
}

/* The events stand in the vault as plain text. */
static void
the_audit_log_names_the_caller(void **state)
{
	struct site *site = *state;
	static char bytes[1 << 20];
	FILE *file;
	size_t n;

	site_do(site, "init");
	file = fopen(site_path(site, "data/vault/data.mdb"), "r");
	assert_non_null(file);
	n = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_non_null(memmem(bytes, n, "hubctl root", 11));
	assert_null(memmem(bytes, n, "hubctl " OWNER, 7 + strlen(OWNER)));
}

/* Where only the caller gets to; what comes out is the owner's again. */
static void
a_backup_goes_where_the_caller_may_and_comes_back(void **state)
{
	struct site *site = *state;
	struct output before, after;

	site_do(site, "init");
	assert_int_equal(mkdir(site_path(site, "private"), 0700), 0);
	site_do(site, "backup", site_path(site, "private/b"));
	assert_owner(site, "private", 0);
	assert_owner(site, "private/b", owner);
	assert_owner(site, "private/b/vault.mdb", owner);
	assert_owner(site, "private/b/manifest.json", owner);
	hubctl(&before, "export");
	site_run(&after, NULL, NULL, "/bin/rm",
	    (const char *const[]){ "-r", site->data, NULL });
	assert_int_equal(after.status, 0);
	site_do(site, "restore", site_path(site, "private/b"));
	assert_all_owned(site);
	hubctl(&after, "export");
	assert_int_equal(after.status, 0);
	assert_string_equal(before.out, after.out);
}

/* Once there is a store its owner counts, whatever is configured. */
static void
the_owner_of_the_vault_is_become(void **state)
{
	struct site *site = *state;
	struct output o;

	site_do(site, "init");
	configure(site, "root");
	hubctl(&o, "account", "list");
	assert_int_equal(o.status, 0);
	hubctl(&o, "init");
	assert_int_equal(o.status, 1);
	assert_says(o.err, "holds a hub already");
	assert_all_owned(site);
}

static void
a_stranger_who_owns_the_folder_is_told(void **state)
{
	struct site *site = *state;
	struct output o;

	site_do(site, "init");
	assert_int_equal(chown(site->data, 1, (gid_t)-1), 0);
	hubctl(&o, "doctor", "--offline");
	assert_int_equal(o.status, 1);
	assert_says(o.out, "FAIL  data ");
	assert_says(o.out, "can put others in their place: chown " OWNER);
	assert_int_equal(chown(site->data, 0, (gid_t)-1), 0);
	hubctl(&o, "doctor", "--offline");
	assert_null(strstr(o.out, "FAIL  data "));
}

static void
become_a_stranger(void)
{
	if (setgroups(0, NULL) != 0 || setgid(1) != 0 || setuid(1) != 0)
		_exit(126);
}

/* What they cannot see is not wrong, and what is wrong is told once. */
static void
the_doctor_skips_what_a_stranger_may_not_see(void **state)
{
	struct site *site = *state;
	const char *program = site_program("HUBCTL", "./hubctl");
	const char *const arguments[] = { "--config", site->conf, "doctor",
		"--offline", NULL };
	struct output o;

	site_do(site, "init");
	site_run(&o, NULL, become_a_stranger, program, arguments);
	if (o.status == 127) {
		SAY_SKIPPED("the program lies where only root gets to");
		return;
	}
	assert_null(strstr(o.out, "FAIL  "));
	assert_int_equal(o.status, 0);
	assert_says(o.out, "skip  directory      not looked at: this user ");
	assert_says(o.out,
	    "skip  directory      what is in it is not looked at: run this as "
	    "root or as the owner of the stores\n");
	assert_says(o.out, "skip  vault          not looked at: this user ");
	assert_says(o.out, "skip  mail           not looked at: it takes the ");
	assert_int_equal(
	    chmod(site_path(site, "data/vault/data.mdb"), 0400), 0);
	hubctl(&o, "doctor", "--offline");
	assert_int_equal(o.status, 1);
	assert_int_equal(count_in(o.out, "FAIL  vault "), 1);
}

static void
an_unknown_store_user_is_named(void **state)
{
	struct site *site = *state;
	struct output o;

	configure(site, "no-such-user");
	hubctl(&o, "init");
	assert_int_equal(o.status, 1);
	assert_says(o.err, "there is no system user no-such-user");
	assert_string_equal(o.out, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(init_gives_the_stores_to_the_store_user),
		TEST(an_empty_folder_is_given_away_and_a_used_one_not),
		TEST(files_are_opened_as_the_caller),
		TEST(the_audit_log_names_the_caller),
		TEST(a_backup_goes_where_the_caller_may_and_comes_back),
		TEST(the_owner_of_the_vault_is_become),
		TEST(a_stranger_who_owns_the_folder_is_told),
		TEST(the_doctor_skips_what_a_stranger_may_not_see),
		TEST(an_unknown_store_user_is_named),
	};
	const struct passwd *user = getpwnam(OWNER);

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	unsetenv("SUDO_USER");
	if (geteuid() != 0 || user == NULL) {
		puts("1..0 # SKIP only root becomes another user");
		return 0;
	}
	owner = user->pw_uid;
	return UNIT_RUN(tests);
}
