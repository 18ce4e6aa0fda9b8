#include "hubctl/args.h"

#include <string.h>

static bool
repeats(const struct option_spec *spec)
{
	const char *dots = strchr(spec->name, '.');

	return dots != NULL && strcmp(dots, "...") == 0;
}

static const struct option_spec *
find(const struct option_spec *list, const char *name, size_t n)
{
	for (; list != NULL && list->name != NULL; list++) {
		if (strcspn(list->name, ".") == n &&
		    strncmp(list->name, name, n) == 0)
			return list;
	}
	return NULL;
}

static int
keep(const struct option_spec *spec, const char *text, struct why *why)
{
	const char **place = spec->value;

	if (repeats(spec)) {
		while (place < spec->value + ARGS_TIMES && *place != NULL)
			place++;
		if (place == spec->value + ARGS_TIMES)
			return why_set(why, HUB_EINVAL,
			    "--%.*s stands more than %d times",
			    (int)strcspn(spec->name, "."), spec->name,
			    ARGS_TIMES);
	}
	*place = text;
	return 0;
}

/* Reads the option at ARGV[*I]; moves *I on to its value if that follows. */
static int
take_one(int argc, char **argv, int *i, const struct option_spec *first,
    const struct option_spec *second, struct why *why)
{
	const char *name = argv[*i] + 2;
	const char *equals = strchr(name, '=');
	size_t n = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct option_spec *spec = find(first, name, n);

	if (spec == NULL)
		spec = find(second, name, n);
	if (spec == NULL)
		return why_set(
		    why, HUB_EINVAL, "unknown option --%.*s", (int)n, name);
	if (spec->flag != NULL) {
		*spec->flag = true;
		if (equals != NULL)
			return why_set(
			    why, HUB_EINVAL, "--%s takes no value", spec->name);
		return 0;
	}
	if (equals == NULL && *i + 1 >= argc)
		return why_set(
		    why, HUB_EINVAL, "--%.*s needs a value", (int)n, name);
	return keep(spec, equals != NULL ? equals + 1 : argv[++*i], why);
}

int
args_take(int *argc, char **argv, const struct option_spec *first,
    const struct option_spec *second, bool stop, struct why *why)
{
	bool words_only = false;
	int n = 0, rc;

	for (int i = 0; i < *argc; i++) {
		if (words_only || strncmp(argv[i], "-", 1) != 0 ||
		    strcmp(argv[i], "-") == 0) {
			argv[n++] = argv[i];
			words_only = words_only || stop;
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			words_only = true;
			continue;
		}
		if (strcmp(argv[i], "-h") == 0)
			argv[i] = "--help";
		if (argv[i][1] != '-')
			return why_set(
			    why, HUB_EINVAL, "unknown option %s", argv[i]);
		rc = take_one(*argc, argv, &i, first, second, why);
		if (rc != 0)
			return rc;
	}
	*argc = n;
	return 0;
}
