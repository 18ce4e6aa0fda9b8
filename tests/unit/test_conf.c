/* The file of "key = value" lines: how it is read, and what is refused. */
#include "base/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/log.h"
#include "conf_fixture.h"
#include "unit.h"

static void
has_a_valid_default_and_a_help_for_each_key(void **state)
{
	const char *name, *value, *help, *other;
	size_t n = 0;

	(void)state;
	for (; conf_key(n, &name, &value, &help); n++) {
		assert_true(strlen(name) > 0);
		assert_true(strlen(help) > 0);
		for (size_t i = 0; i < n; i++) {
			assert_true(conf_key(i, &other, &value, &help));
			assert_string_not_equal(other, name);
		}
		assert_true(conf_key(n, &name, &value, &help));
		if (value == NULL)
			assert_string_equal(name, "base_url");
		else if (parse_pair(name, value) != 0)
			fail_msg("%s", why.text);
	}
	assert_true(n > 20);
	assert_false(conf_key(n + 1, &name, &value, &help));
}

static void
fills_in_the_defaults(void **state)
{
	(void)state;
	memset(&conf, 0xff, sizeof(conf));
	conf_defaults(&conf);
	assert_string_equal(conf.base_url, "");
	assert_string_equal(conf.data, "/var/lib/hub");
	assert_string_equal(conf.store_user, "hub");
	assert_string_equal(conf.reader_group, "");
	assert_int_equal(conf.map_size, 64ULL << 30);
	assert_string_equal(
	    conf.pool[POOL_SIGNIN].socket, "/run/hub/signin.sock");
	assert_int_equal(conf.pool[POOL_READERS].workers, 2);
	assert_int_equal(conf.limit_body, 65536);
	assert_int_equal(conf.token_lifetime, 900);
	assert_int_equal(conf.log_level, LOG_LEVEL_INFO);
}

static void
reads_over_the_defaults(void **state)
{
	(void)state;
	parse_well("# comment\n"
		   "\n"
		   "  base_url=https://hub.example:8443/a_b~c  \n"
		   "\t# indented comment\n"
		   "data\t=\t/srv/hub data \n"
		   "reader_group = a=b\n"
		   "socket_group =\n"
		   "keepers.workers = 9");
	assert_string_equal(conf.base_url, "https://hub.example:8443/a_b~c");
	assert_string_equal(conf.data, "/srv/hub data");
	assert_string_equal(conf.reader_group, "a=b");
	assert_string_equal(conf.socket_group, "");
	assert_int_equal(conf.pool[POOL_KEEPERS].workers, 9);
	assert_int_equal(conf.pool[POOL_READERS].workers, 2);
}

static void
forgets_an_earlier_file(void **state)
{
	(void)state;
	parse_well(URL "data = /one\nlog.level = debug\n");
	parse_well(URL);
	assert_string_equal(conf.data, "/var/lib/hub");
	assert_int_equal(conf.log_level, LOG_LEVEL_INFO);
}

static void
takes_lines_that_end_in_cr_lf(void **state)
{
	(void)state;
	parse_well("# c\r\n\r\nbase_url = https://hub.example\r\n"
		   "data = /srv\r\nlog.level = error\r");
	assert_string_equal(conf.base_url, "https://hub.example");
	assert_string_equal(conf.data, "/srv");
	assert_int_equal(conf.log_level, LOG_LEVEL_ERR);
}

static void
names_file_and_line_of_what_is_wrong(void **state)
{
	(void)state;
	refuse("", "hub.conf: base_url is missing");
	refuse("# only\n", "hub.conf: base_url is missing");
	refuse(URL "dat = /x\n", "hub.conf:2: unknown key 'dat'");
	refuse(URL "DATA = /x\n", "hub.conf:2: unknown key 'DATA'");
	refuse(URL "= /x\n", "hub.conf:2: unknown key ''");
	refuse(URL "\n\ndata\n", "hub.conf:4: not a 'key = value' line");
	refuse(URL "data /x\n", "hub.conf:2: not a 'key = value' line");
	refuse("data = /x\n" URL "data = /x\n",
	    "hub.conf:3: data stands in line 1 already");
	refuse(URL URL, "hub.conf:2: base_url stands in line 1 already");
	refuse(URL "data = srv\n",
	    "hub.conf:2: data: 'srv' does not begin with /");
	refuse(URL "data =\n", "hub.conf:2: data: '' does not begin with /");
	/* Where none is the default, none may be said too. */
	parse_well(URL "password.blocklist =\n");
	refuse(URL "password.blocklist = list\n",
	    "hub.conf:2: password.blocklist: 'list' does not begin with /");
	refuse(URL "keepers.workers = many\n",
	    "hub.conf:2: keepers.workers: 'many' is not a number");
	refuse(URL "keepers.workers = 1025",
	    "hub.conf:2: keepers.workers: 1025 is outside 1 to 1024");
	refuse(URL "limit.uri = 8k\n",
	    "hub.conf:2: limit.uri: '8k' is not a size such as 8K, 2M or 1G");
	refuse(URL "timeout.idle = 1w\n",
	    "hub.conf:2: timeout.idle: '1w' is not a time such as 30s, 15m or "
	    "2h");
	refuse(URL "log.level = loud\n",
	    "hub.conf:2: log.level: 'loud' is none of error, warning, info, "
	    "debug");
	refuse("base_url = http://hub.example\n",
	    "hub.conf:1: base_url: 'http://hub.example' is not an https "
	    "address without a slash at its end");
}

static void
tells_all_errors_at_once(void **state)
{
	struct told told;

	(void)state;
	assert_int_equal(parse_telling("dat = /x\n"
				       "log.level = debug\n"
				       "data = x\n"
				       "\n"
				       "limit.uri = 8Q\n",
			     &told),
	    HUB_EINVAL);
	assert_int_equal(told.n, 4);
	assert_string_equal(told.text[0], "hub.conf:1: unknown key 'dat'");
	assert_string_equal(
	    told.text[1], "hub.conf:3: data: 'x' does not begin with /");
	assert_non_null(strstr(told.text[2], "hub.conf:5: limit.uri: "));
	assert_string_equal(told.text[3], "hub.conf: base_url is missing");
	refuse("dat = /x\nx = 1\n" URL,
	    "hub.conf:1: unknown key 'dat' (and 1 more: see hubd "
	    "--check-config)");
	assert_int_equal(parse_telling(URL, &told), 0);
	assert_int_equal(told.n, 0);
}

static void
tells_no_end_of_errors_in_no_file(void **state)
{
	struct told told;
	char text[4096] = URL;
	size_t n = strlen(text);

	(void)state;
	for (int i = 0; i < CONF_ERRORS_TOLD + 7; i++, n += 2)
		memcpy(text + n, "x\n", 3);
	assert_int_equal(parse_telling(text, &told), HUB_EINVAL);
	assert_int_equal(told.n, CONF_ERRORS_TOLD + 1);
	assert_string_equal(
	    told.text[CONF_ERRORS_TOLD], "hub.conf: 7 more errors");
}

static void
refuses_values_that_do_not_go_together(void **state)
{
	struct told told;

	(void)state;
	refuse(URL "readers.socket = /a\n# two\nsignin.socket = /a\n",
	    "hub.conf:4: readers.socket and signin.socket are both /a: give "
	    "each pool its own");
	refuse(URL "readers.socket = /run/hub/keepers.sock\n",
	    "hub.conf:2: readers.socket and keepers.socket are both "
	    "/run/hub/keepers.sock: give each pool its own");
	parse_well(URL "max_readers = 10\n");
	assert_int_equal(conf_readers_needed(&conf), 10);
	refuse(URL "max_readers = 9\n",
	    "hub.conf:2: max_readers: 9 is too few for the workers of all "
	    "pools: make it 10 or more");
	refuse(URL "log.level = info\nkeepers.workers = 1019\n",
	    "hub.conf:3: max_readers: 1024 is too few for the workers of all "
	    "pools: make it 1025 or more");
	/* Beside what is wrong in a line of its own. */
	assert_int_equal(
	    parse_telling(URL "x = 1\nmax_readers = 9\n", &told), HUB_EINVAL);
	assert_int_equal(told.n, 2);
}

static void
does_without_a_sentence(void **state)
{
	(void)state;
	assert_int_equal(
	    conf_parse(&conf, STR("x = 1"), "hub.conf", NULL), HUB_EINVAL);
	assert_int_equal(conf_parse(&conf, STR_NONE, "x", NULL), HUB_EINVAL);
}

static void
refuses_control_characters(void **state)
{
	const char *control =
	    "hub.conf:2: holds a control character; write it as plain text";

	(void)state;
	assert_int_not_equal(parse(STR(URL "data = /a\0b\n")), 0);
	assert_string_equal(why.text, control);
	assert_int_not_equal(parse(STR(URL "data\0 = /a\n")), 0);
	assert_string_equal(why.text, control);
	refuse(URL "data = /a\x1b[31m\n", control);
	refuse(URL "data = /a\rb\n", control);
	refuse(URL "d\x7f = /a\n", control);
	parse_well(URL "data = /srv/\xc3\xa9\n");
}

/* The reason stands behind the excerpt, so the excerpt must be short. */
static void
gives_the_reason_however_long_the_value(void **state)
{
	char value[500];

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	assert_int_equal(parse_pair("data", value), HUB_EINVAL);
	assert_non_null(strstr(why.text, "does not begin with /"));
	assert_int_equal(parse_pair("token.cache", value), HUB_EINVAL);
	assert_non_null(strstr(why.text, "is not a number"));
	assert_int_equal(parse_pair(value, "1"), HUB_EINVAL);
	assert_true(strlen(why.text) < 120);
}

static void
holds_numbers_to_their_bounds(void **state)
{
	static const struct {
		const char *key, *below, *min, *max, *above;
	} bounds[] = {
		{ "map_size", "1048575", "1048576", "16384G",
		    "17592186044417" },
		{ "max_readers", "7", "8", "65535", "65536" },
		{ "readers.workers", "0", "1", "1024", "1025" },
		{ "readers.connections", "0", "1", "65535", "65536" },
		{ "limit.uri", "255", "256", "64K", "65537" },
		{ "limit.headers", "1023", "1K", "1M", "1048577" },
		{ "limit.body", "-1", "0", "1M", "1048577" },
		{ "timeout.request", "0s", "1s", "600", "601" },
		{ "timeout.idle", "0", "1", "24h", "86401" },
		{ "token.lifetime", "29s", "30s", "1d", "86401s" },
		{ "token.cache", "3", "4", "1048576", "1048577" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bounds); i++) {
		const char *key = bounds[i].key;

		if (parse_pair(key, bounds[i].min) != 0 ||
		    parse_pair(key, bounds[i].max) != 0)
			fail_msg("%s", why.text);
		if (parse_pair(key, bounds[i].below) != HUB_EINVAL ||
		    parse_pair(key, bounds[i].above) != HUB_EINVAL)
			fail_msg("%s: taken out of its bounds", key);
	}
}

static void
knows_the_units_of_sizes_and_times(void **state)
{
	static const struct {
		const char *key, *value;
		uint64_t *where, want;
	} cases[] = {
		{ "map_size", "2M", &conf.map_size, 2097152 },
		{ "map_size", "3G", &conf.map_size, 3221225472 },
		{ "limit.uri", "300", &conf.limit_uri, 300 },
		{ "limit.uri", "2K", &conf.limit_uri, 2048 },
		{ "timeout.idle", "90", &conf.timeout_idle, 90 },
		{ "timeout.idle", "90s", &conf.timeout_idle, 90 },
		{ "timeout.idle", "15m", &conf.timeout_idle, 900 },
		{ "timeout.idle", "2h", &conf.timeout_idle, 7200 },
		{ "timeout.idle", "1d", &conf.timeout_idle, 86400 },
		{ "log.level", "error", &conf.log_level, LOG_LEVEL_ERR },
		{ "log.level", "warning", &conf.log_level, LOG_LEVEL_WARN },
		{ "log.level", "info", &conf.log_level, LOG_LEVEL_INFO },
		{ "log.level", "debug", &conf.log_level, LOG_LEVEL_DEBUG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (parse_pair(cases[i].key, cases[i].value) != 0)
			fail_msg("%s", why.text);
		assert_int_equal(*cases[i].where, cases[i].want);
	}
}

static void
refuses_numbers_that_are_none(void **state)
{
	static const char *const bad[] = { "", "K", "KK", "1KK", "1 K", "1s",
		"1T", "1.5K", "0x10", "+1", "-1", "1e3", "1K 2K",
		"18446744073709551616", "18446744073709551615K", "17179869185G",
		"18014398509483008K" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (parse_pair("map_size", bad[i]) != HUB_EINVAL)
			fail_msg("map_size = %s was taken", bad[i]);
	}
	assert_int_equal(parse_pair("token.cache", "4K"), HUB_EINVAL);
	assert_int_equal(parse_pair("timeout.idle", "1M"), HUB_EINVAL);
	assert_int_equal(parse_pair("timeout.idle", "1m30s"), HUB_EINVAL);
	assert_int_equal(parse_pair("log.level", "Info"), HUB_EINVAL);
	assert_int_equal(parse_pair("log.level", ""), HUB_EINVAL);
}

static void
takes_https_addresses_only(void **state)
{
	static const char *const good[] = { "https://h", "https://[::1]:8443",
		"https://127.0.0.1:8443", "https://hub.example/a/b" };
	static const char *const bad[] = { "", "h", "https:", "https://",
		"https:///", "https:///path", "https://:8443", "HTTPS://h",
		"http://h", "https://h/", "https://h//", "https://h?q",
		"https://h#f", "https://u@h", "https://h h", "https://h\\",
		"https://h%2f", "https://\xc3\xa9", "ftp://h", " ://h" };
	char text[300];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		snprintf(text, sizeof(text), "base_url = %s", good[i]);
		parse_well(text);
		assert_string_equal(conf.base_url, good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), "base_url = %s", bad[i]);
		if (parse(str_of(text)) != HUB_EINVAL)
			fail_msg("%s was taken", text);
	}
}

static void
holds_texts_to_their_room(void **state)
{
	static const struct {
		const char *key;
		size_t room;
	} texts[] = {
		{ "data", sizeof(conf.data) },
		{ "store_user", sizeof(conf.store_user) },
		{ "reader_group", sizeof(conf.reader_group) },
		{ "socket_group", sizeof(conf.socket_group) },
		{ "readers.socket", sizeof(conf.pool[0].socket) },
	};
	char value[600];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		memset(value, '/', sizeof(value));
		value[texts[i].room] = '\0';
		assert_int_equal(parse_pair(texts[i].key, value), HUB_ETOOBIG);
		value[texts[i].room - 1] = '\0';
		assert_int_equal(parse_pair(texts[i].key, value), 0);
	}
}

/* A folder of our own and a path in it, both gone after the test. */
static char folder[256], path[300];

static int
make_folder(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof(folder), "%s/hub-conf-XXXXXX",
	    tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/hub.conf", folder);
	return 0;
}

static int
drop_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void
write_file(struct str text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
}

static void
loads_a_file(void **state)
{
	char want[400];

	(void)state;
	write_file(STR(URL "data = /srv"));
	assert_int_equal(conf_load(&conf, path, &why), 0);
	assert_string_equal(conf.data, "/srv");
	write_file(STR(URL "date = /srv"));
	assert_int_equal(conf_load(&conf, path, &why), HUB_EINVAL);
	snprintf(want, sizeof(want), "%s:2: unknown key 'date'", path);
	assert_string_equal(why.text, want);
	write_file(STR(""));
	assert_int_equal(conf_load(&conf, path, &why), HUB_EINVAL);
}

static void
loads_a_long_file_but_no_endless_one(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 1 << 20);
	BUF_LIT(&text, URL);
	while (text.n < 200 * 1024)
		BUF_LIT(&text, "# a comment among many\n");
	BUF_LIT(&text, "data = /last");
	write_file(buf_view(&text));
	assert_int_equal(conf_load(&conf, path, &why), 0);
	assert_string_equal(conf.data, "/last");
	while (text.n < 300 * 1024)
		BUF_LIT(&text, "\n# a comment among many");
	write_file(buf_view(&text));
	assert_int_equal(conf_load(&conf, path, &why), HUB_ETOOBIG);
	assert_non_null(strstr(why.text, path));
	assert_int_equal(conf_load(&conf, "/dev/zero", &why), HUB_ETOOBIG);
	buf_free(&text);
}

static void
says_which_file_it_cannot_read(void **state)
{
	char want[400];

	(void)state;
	snprintf(want, sizeof(want),
	    "cannot read %s: No such file or directory: name another with "
	    "--config or $HUB_CONF",
	    path);
	assert_int_equal(conf_load(&conf, path, &why), HUB_EIO);
	assert_string_equal(why.text, want);
	snprintf(want, sizeof(want), "cannot read %s: Is a directory", folder);
	assert_int_equal(conf_load(&conf, folder, &why), HUB_EIO);
	assert_string_equal(why.text, want);
	assert_int_equal(conf_load(&conf, folder, NULL), HUB_EIO);
	if (geteuid() == 0)
		return; /* root reads everything */
	write_file(STR(URL));
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(conf_load(&conf, path, &why), HUB_EIO);
	assert_non_null(strstr(why.text, "Permission denied: let this user"));
}

static void
finds_the_file_by_option_then_environment(void **state)
{
	(void)state;
	unsetenv("HUB_CONF");
	assert_string_equal(conf_path(NULL), "/etc/hub/hub.conf");
	assert_string_equal(conf_path("/a"), "/a");
	setenv("HUB_CONF", "", 1);
	assert_string_equal(conf_path(NULL), "/etc/hub/hub.conf");
	setenv("HUB_CONF", "/b", 1);
	assert_string_equal(conf_path(NULL), "/b");
	assert_string_equal(conf_path("/a"), "/a");
	unsetenv("HUB_CONF");
}

static void
knows_the_pools_by_name(void **state)
{
	enum pool pool = POOL_COUNT;

	(void)state;
	for (int i = 0; i < POOL_COUNT; i++) {
		assert_true(pool_by_name(pool_name((enum pool)i), &pool));
		assert_int_equal(pool, i);
	}
	assert_string_equal(pool_name(POOL_SIGNIN), "signin");
	assert_false(pool_by_name("reader", &pool));
	assert_false(pool_by_name("", &pool));
}

static bool
is_among(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/* Every key has another value than its default. */
#define ALL_CHANGED                                                            \
	"base_url = https://other.example\n"                                   \
	"data = /d\nstore_user = u\nreader_group = r\n"                        \
	"socket_group = s\nmap_size = 2M\nmax_readers = 99\n"                  \
	"readers.socket = /r\nreaders.workers = 3\n"                           \
	"readers.connections = 4\nkeepers.socket = /k\n"                       \
	"keepers.workers = 5\nsignin.socket = /s\nsignin.workers = 6\n"        \
	"limit.uri = 300\nlimit.headers = 2000\nlimit.body = 7\n"              \
	"timeout.request = 8\ntimeout.idle = 9\ntimeout.write = 10\n"          \
	"timeout.drain = 11\ntimeout.worker = 12\ntoken.lifetime = 40\n"       \
	"token.cache = 13\nlog.level = debug\n"

static void
holds_what_only_a_restart_changes(void **state)
{
	static const char *const held[] = { "base_url", "data", "reader_group",
		"socket_group", "map_size", "max_readers", "readers.socket",
		"keepers.socket", "signin.socket" };
	const size_t n = sizeof(held) / sizeof(held[0]);
	const char *names[CONF_KEYS_MAX];
	struct conf now, next, again;

	(void)state;
	assert_int_equal(parse(STR(URL)), 0);
	now = conf;
	assert_int_equal(parse(STR(ALL_CHANGED)), 0);
	next = conf;
	assert_int_equal(conf_hold(&next, &now, names), n);
	for (size_t i = 0; i < n; i++)
		assert_true(is_among(names, n, held[i]));
	assert_string_equal(next.base_url, now.base_url);
	assert_string_equal(next.data, now.data);
	assert_string_equal(next.reader_group, "");
	assert_string_equal(next.socket_group, "");
	assert_int_equal(next.map_size, now.map_size);
	assert_int_equal(next.max_readers, now.max_readers);
	for (int pool = 0; pool < POOL_COUNT; pool++)
		assert_string_equal(
		    next.pool[pool].socket, now.pool[pool].socket);
	/* All else is new. */
	assert_string_equal(next.store_user, "u");
	assert_int_equal(next.pool[POOL_READERS].workers, 3);
	assert_int_equal(next.pool[POOL_KEEPERS].workers, 5);
	assert_int_equal(next.pool[POOL_SIGNIN].workers, 6);
	assert_int_equal(next.connections, 4);
	assert_int_equal(next.limit_uri, 300);
	assert_int_equal(next.limit_headers, 2000);
	assert_int_equal(next.limit_body, 7);
	assert_int_equal(next.timeout_request, 8);
	assert_int_equal(next.timeout_idle, 9);
	assert_int_equal(next.timeout_write, 10);
	assert_int_equal(next.timeout_drain, 11);
	assert_int_equal(next.timeout_worker, 12);
	assert_int_equal(next.token_lifetime, 40);
	assert_int_equal(next.token_cache, 13);
	assert_int_equal(next.log_level, LOG_LEVEL_DEBUG);
	again = next;
	assert_int_equal(conf_hold(&again, &next, names), 0);
}

/* What stood there before a shorter value is no difference. */
static void
holds_nothing_where_the_text_is_the_same(void **state)
{
	const char *names[CONF_KEYS_MAX];
	struct conf now, next;

	(void)state;
	assert_int_equal(parse(STR(URL "data = /d\n")), 0);
	now = conf;
	conf_defaults(&next);
	memset(next.data, 'x', sizeof(next.data));
	memcpy(next.data, "/d", 3);
	memcpy(next.base_url, now.base_url, sizeof(now.base_url));
	assert_int_equal(conf_hold(&next, &now, names), 0);
}

#define FILE_TEST(f)                                                           \
	cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_a_valid_default_and_a_help_for_each_key),
		cmocka_unit_test(fills_in_the_defaults),
		cmocka_unit_test(reads_over_the_defaults),
		cmocka_unit_test(forgets_an_earlier_file),
		cmocka_unit_test(takes_lines_that_end_in_cr_lf),
		cmocka_unit_test(names_file_and_line_of_what_is_wrong),
		cmocka_unit_test(tells_all_errors_at_once),
		cmocka_unit_test(tells_no_end_of_errors_in_no_file),
		cmocka_unit_test(refuses_values_that_do_not_go_together),
		cmocka_unit_test(does_without_a_sentence),
		cmocka_unit_test(refuses_control_characters),
		cmocka_unit_test(gives_the_reason_however_long_the_value),
		cmocka_unit_test(holds_numbers_to_their_bounds),
		cmocka_unit_test(knows_the_units_of_sizes_and_times),
		cmocka_unit_test(refuses_numbers_that_are_none),
		cmocka_unit_test(takes_https_addresses_only),
		cmocka_unit_test(holds_texts_to_their_room),
		FILE_TEST(loads_a_file),
		FILE_TEST(loads_a_long_file_but_no_endless_one),
		FILE_TEST(says_which_file_it_cannot_read),
		cmocka_unit_test(finds_the_file_by_option_then_environment),
		cmocka_unit_test(knows_the_pools_by_name),
		cmocka_unit_test(holds_what_only_a_restart_changes),
		cmocka_unit_test(holds_nothing_where_the_text_is_the_same),
	};

	return UNIT_RUN(tests);
}
