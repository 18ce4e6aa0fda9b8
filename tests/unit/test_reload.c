#include "hubd/reload.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "unit.h"

#define URL "base_url = https://hub.example.nl\n"

static struct conf now, next;
static struct why why;
static char path[256], said[8192];

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/test_reload.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	fd = mkstemp(path);
	if (fd < 0)
		return 1;
	close(fd);
	unsetenv("JOURNAL_STREAM");
	log_open("reload", LOG_LEVEL_INFO);
	return conf_parse(&now, STR(URL), "now", &why);
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(path);
}

/* Reads CONTENT again as POOL; what is logged meanwhile stands in SAID. */
static int
reload(const char *content, enum pool pool, const char *data)
{
	FILE *file = fopen(path, "w");
	int saved = dup(STDERR_FILENO), log[2], rc;
	ssize_t n;

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(pipe2(log, O_CLOEXEC | O_NONBLOCK), 0);
	assert_true(dup2(log[1], STDERR_FILENO) >= 0);
	rc = reload_read(&next, &now, pool, path, data, &why);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	n = read(log[0], said, sizeof(said) - 1);
	said[n > 0 ? n : 0] = '\0';
	close(saved);
	close(log[0]);
	close(log[1]);
	return rc;
}

static void
what_can_change_changes_without_a_word(void **state)
{
	(void)state;
	assert_int_equal(reload(URL "readers.workers = 7\nlimit.uri = 1K\n",
			     POOL_READERS, NULL),
	    0);
	assert_int_equal(next.pool[POOL_READERS].workers, 7);
	assert_int_equal(next.limit_uri, 1024);
	assert_string_equal(said, "");
}

static void
what_needs_a_restart_is_named_and_stays(void **state)
{
	(void)state;
	assert_int_equal(reload("base_url = https://other.example\n"
				"map_size = 2G\nreaders.socket = /r\n",
			     POOL_READERS, NULL),
	    0);
	assert_string_equal(next.base_url, now.base_url);
	assert_int_equal(next.map_size, now.map_size);
	assert_non_null(
	    strstr(said, "base_url has changed and needs a restart"));
	assert_non_null(strstr(said, "map_size has changed"));
	assert_non_null(strstr(said, "readers.socket has changed"));
	assert_non_null(strstr(said, path));
}

static void
another_pools_socket_is_no_news(void **state)
{
	(void)state;
	assert_int_equal(reload(URL "keepers.socket = /k\nsignin.socket = /s\n",
			     POOL_READERS, NULL),
	    0);
	assert_string_equal(said, "");
	assert_int_equal(reload(URL "keepers.socket = /k\nsignin.socket = /s\n",
			     POOL_KEEPERS, NULL),
	    0);
	assert_non_null(strstr(said, "keepers.socket"));
	assert_null(strstr(said, "signin.socket"));
}

static void
the_folder_of_the_command_line_stands_above_the_file(void **state)
{
	(void)state;
	assert_int_equal(conf_set_data(&now, "/usr", &why), 0);
	assert_int_equal(
	    reload(URL "data = /other\n", POOL_READERS, "/usr"), 0);
	assert_string_equal(next.data, "/usr");
	assert_string_equal(said, "");
	assert_int_equal(reload(URL "data = /other\n", POOL_READERS, NULL), 0);
	assert_string_equal(next.data, "/usr");
	assert_non_null(strstr(said, "data has changed"));
}

static void
a_wrong_file_is_an_error_that_names_file_and_line(void **state)
{
	char where[300];

	(void)state;
	assert_int_equal(
	    reload(URL "\nreaders.workers = 0\n", POOL_READERS, NULL),
	    HUB_EINVAL);
	snprintf(where, sizeof(where), "%s:3: readers.workers: 0", path);
	assert_memory_equal(why.text, where, strlen(where));
	assert_int_equal(reload("", POOL_READERS, NULL), HUB_EINVAL);
	assert_non_null(strstr(why.text, "base_url is missing"));
	assert_int_equal(reload_read(&next, &now, POOL_READERS,
			     "/nowhere/hub.conf", NULL, &why),
	    HUB_EIO);
	assert_non_null(strstr(why.text, "/nowhere/hub.conf"));
}

/* Who sends no mail needs no texts. */
static void
texts_of_mails_are_the_keepers_matter(void **state)
{
	static const char *const content =
	    URL "mail.server = localhost:25\nmail.from = hub@example.nl\n"
		"mail.templates = /nowhere\n";

	(void)state;
	assert_int_equal(reload(content, POOL_READERS, NULL), 0);
	assert_int_equal(reload(content, POOL_SIGNIN, NULL), 0);
	assert_int_equal(reload(content, POOL_KEEPERS, NULL), HUB_EIO);
	assert_non_null(strstr(why.text, "/nowhere/welcome.nl.txt"));
}

static void
a_pipe_is_refused_and_not_waited_for(void **state)
{
	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(
	    reload_read(&next, &now, POOL_READERS, path, NULL, &why),
	    HUB_EINVAL);
	assert_non_null(strstr(why.text, "it is no regular file"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_can_change_changes_without_a_word),
		TEST(what_needs_a_restart_is_named_and_stays),
		TEST(another_pools_socket_is_no_news),
		TEST(the_folder_of_the_command_line_stands_above_the_file),
		TEST(a_wrong_file_is_an_error_that_names_file_and_line),
		TEST(texts_of_mails_are_the_keepers_matter),
		TEST(a_pipe_is_refused_and_not_waited_for),
	};

	return UNIT_RUN(tests);
}
