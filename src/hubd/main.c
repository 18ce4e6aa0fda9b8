#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "base/conf.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "hubd/master.h"
#include "mail/courier.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static const char help[] =
    "Usage: hubd --pool NAME [OPTION]...\n"
    "Serves one pool of the hub over FastCGI, in the foreground.\n"
    "\n"
    "  --pool NAME      readers  the customer API; opens the directory "
    "read-only\n"
    "                   keepers  what writes, but no passwords\n"
    "                   signin   what hashes passwords\n"
    "  --config FILE    configuration; else $HUB_CONF, else "
    "/etc/hub/hub.conf\n"
    "  --data DIR       folder of the stores, in place of the configured "
    "one\n"
    "  --check-config   check the configuration file and exit; whether users, "
    "groups and\n                   folders exist is not looked at\n"
    "  --help           this text\n"
    "  --version        the version\n"
    "\n"
    "HUP reads the configuration again; TERM and INT stop it after the "
    "requests\n"
    "under way. Exit status: 0 stopped, 1 it could not start or go on, 2 "
    "wrong\nusage.\n";

struct options {
	const char *config, *data;
	enum pool pool;
	bool has_pool, check;
};

static int
usage(const char *fmt, const char *word)
{
	fputs("hubd: ", stderr);
	fprintf(stderr, fmt, word);
	fputs("\nTry: hubd --help\n", stderr);
	return EXIT_USAGE;
}

/* -1 to go on, else the exit status. */
static int
read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "pool", required_argument, NULL, 'p' },
		{ "config", required_argument, NULL, 'c' },
		{ "data", required_argument, NULL, 'd' },
		{ "check-config", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'p':
			o->has_pool = pool_by_name(optarg, &o->pool);
			if (!o->has_pool)
				return usage("there is no pool '%s'", optarg);
			break;
		case 'c':
			o->config = optarg;
			break;
		case 'd':
			o->data = optarg;
			break;
		case 't':
			o->check = true;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_OK;
		case 'V':
			puts("hubd " PACKAGE_VERSION);
			return EXIT_OK;
		default:
			fputs("Try: hubd --help\n", stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return usage("unexpected argument '%s'", argv[optind]);
	if (!o->has_pool && !o->check)
		return usage("%s is missing", "--pool");
	return -1;
}

static void
complain(void *ctx, const char *sentence)
{
	(void)ctx;
	fprintf(stderr, "hubd: %s\n", sentence);
}

/* False when the reasons have been said. */
static bool
read_conf(const struct options *o, struct conf *conf)
{
	const struct conf_teller teller = { complain, NULL };
	struct why why;

	if (conf_load_telling(conf, conf_path(o->config), &teller) != 0)
		return false;
	if (o->data == NULL || conf_set_data(conf, o->data, &why) == 0)
		return true;
	complain(NULL, why.text);
	return false;
}

/* The mails' texts are the keepers' matter; --check-config looks at all. */
static bool
check_texts(const struct options *o, const struct conf *conf)
{
	struct why why;

	if ((!o->check && o->pool != POOL_KEEPERS) ||
	    courier_check(conf, &why) == 0)
		return true;
	complain(NULL, why.text);
	return false;
}

int
main(int argc, char **argv)
{
	static const char *const names[POOL_COUNT] = { "hubd-readers",
		"hubd-keepers", "hubd-signin" };
	struct options o = { 0 };
	struct master_spec spec;
	struct conf conf;
	int rc;

	if (!descriptors_guard())
		return EXIT_FAILED;
	rc = read_options(argc, argv, &o);
	if (rc >= 0)
		return rc;
	if (!read_conf(&o, &conf) || !check_texts(&o, &conf))
		return EXIT_FAILED;
	if (o.check) {
		printf("%s: no errors\n", conf_path(o.config));
		return EXIT_OK;
	}
	spec = (struct master_spec){ .pool = o.pool,
		.name = names[o.pool],
		.path = conf_path(o.config),
		.data = o.data };
	log_open(spec.name, (enum log_level)conf.log_level);
	signal(SIGPIPE, SIG_IGN);
	return master_run(&spec, &conf);
}
