#include "base/conf_value.h"

#include <string.h>
#include "base/buf.h"
#include "base/log.h"

static const char *const whose[] = {
	[SECOND_FACTOR_NONE] = "none",
	[SECOND_FACTOR_EMPLOYEES] = "employees",
	[SECOND_FACTOR_ALL] = "all",
	NULL,
};

static const char *const securities[] = {
	[MAIL_STARTTLS] = "starttls",
	[MAIL_TLS] = "tls",
	[MAIL_PLAIN] = "none",
	NULL,
};

static const char *const deliveries[] = {
	[DELIVERY_SHOWN] = "shown",
	[DELIVERY_MAILED] = "mailed",
	NULL,
};

/* In the order of enum mail_language. */
static const char *const languages[] = { "nl", "en", NULL };

/* NULL after the last; the value is the word's place. */
static const char *const *const words_of_kind[] = {
	[KIND_WHOSE] = whose,
	[KIND_SECURITY] = securities,
	[KIND_DELIVERY] = deliveries,
	[KIND_LANGUAGE] = languages,
};

struct unit {
	char letter;
	uint64_t factor;
};

static const struct unit byte_units[] = {
	{ 'K', 1024 },
	{ 'M', 1024 * 1024 },
	{ 'G', 1024ULL * 1024 * 1024 },
	{ 0, 0 },
};

static const struct unit second_units[] = {
	{ 's', 1 },
	{ 'm', 60 },
	{ 'h', 3600 },
	{ 'd', 86400 },
	{ 0, 0 },
};

static bool
parse_number(struct str text, const struct unit *unit, uint64_t *out)
{
	uint64_t factor = 1;

	for (; unit != NULL && unit->letter != 0; unit++) {
		if (text.n > 0 && text.p[text.n - 1] == unit->letter) {
			factor = unit->factor;
			text.n--;
			break;
		}
	}
	if (!str_u64(text, UINT64_MAX / factor, out))
		return false;
	*out *= factor;
	return true;
}

static int
set_number(const struct conf_key *key, uint64_t *to, struct str text,
    const struct unit *unit, struct why *why)
{
	uint64_t v;

	if (!parse_number(text, unit, &v))
		return why_set(why, HUB_EINVAL, "%s: '%.*s' is not a %s",
		    key->name, EXCERPT(text),
		    key->kind == KIND_SECONDS ? "time such as 30s, 15m or 2h"
			: key->kind == KIND_BYTES ? "size such as 8K, 2M or 1G"
						  : "number");
	if (v < key->min || v > key->max)
		return why_set(why, HUB_EINVAL,
		    "%s: %.*s is outside %llu to %llu", key->name,
		    EXCERPT(text), (unsigned long long)key->min,
		    (unsigned long long)key->max);
	*to = v;
	return 0;
}

static int
set_level(
    const struct conf_key *key, uint64_t *to, struct str text, struct why *why)
{
	static const struct {
		const char *word;
		enum log_level level;
	} levels[] = {
		{ "error", LOG_LEVEL_ERR },
		{ "warning", LOG_LEVEL_WARN },
		{ "info", LOG_LEVEL_INFO },
		{ "debug", LOG_LEVEL_DEBUG },
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (str_eq(text, str_of(levels[i].word))) {
			*to = levels[i].level;
			return 0;
		}
	}
	return why_set(why, HUB_EINVAL,
	    "%s: '%.*s' is none of error, warning, info, debug", key->name,
	    EXCERPT(text));
}

static int
set_word(
    const struct conf_key *key, uint64_t *to, struct str text, struct why *why)
{
	const char *const *words = words_of_kind[key->kind];
	struct buf list;
	int rc;

	for (size_t i = 0; words[i] != NULL; i++) {
		if (str_eq(text, str_of(words[i]))) {
			*to = i;
			return 0;
		}
	}
	buf_init(&list, 256);
	for (size_t i = 0; words[i] != NULL; i++)
		buf_printf(&list, "%s%s", i > 0 ? ", " : "", words[i]);
	rc = why_set(why, HUB_EINVAL, "%s: '%.*s' is none of %.*s", key->name,
	    EXCERPT(text), STR_ARG(buf_view(&list)));
	buf_free(&list);
	return rc;
}

static bool
is_base_url(struct str url)
{
	const struct str scheme = STR("https://");

	if (!str_starts(url, scheme) || url.n == scheme.n)
		return false;
	if (!char_is_alnum(url.p[scheme.n]) && url.p[scheme.n] != '[')
		return false;
	for (size_t i = scheme.n; i < url.n; i++) {
		char c = url.p[i];

		if (!char_is_alnum(c) && strchr(".-:/[]_~", c) == NULL)
			return false;
	}
	return url.p[url.n - 1] != '/';
}

/* Nothing is a path where nothing is the default. */
static bool
needs_path(const struct conf_key *key)
{
	return key->value == NULL || key->value[0] != '\0';
}

static int
set_text(const struct conf_key *key, char *to, struct str text, struct why *why)
{
	if (text.n >= key->size)
		return why_set(why, HUB_ETOOBIG, "%s: longer than %zu bytes",
		    key->name, key->size - 1);
	if (key->kind == KIND_PATH && !str_starts(text, STR("/")) &&
	    (text.n > 0 || needs_path(key)))
		return why_set(why, HUB_EINVAL,
		    "%s: '%.*s' does not begin with /", key->name,
		    EXCERPT(text));
	if (key->kind == KIND_URL && !is_base_url(text))
		return why_set(why, HUB_EINVAL,
		    "%s: '%.*s' is not an https address without a slash at "
		    "its end",
		    key->name, EXCERPT(text));
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
	return 0;
}

int
conf_value_set(struct conf *conf, const struct conf_key *key, struct str text,
    struct why *why)
{
	void *to = (char *)conf + key->offset;

	switch (key->kind) {
	case KIND_COUNT:
		return set_number(key, to, text, NULL, why);
	case KIND_BYTES:
		return set_number(key, to, text, byte_units, why);
	case KIND_SECONDS:
		return set_number(key, to, text, second_units, why);
	case KIND_LEVEL:
		return set_level(key, to, text, why);
	case KIND_WHOSE:
	case KIND_SECURITY:
	case KIND_DELIVERY:
	case KIND_LANGUAGE:
		return set_word(key, to, text, why);
	case KIND_TEXT:
	case KIND_PATH:
	case KIND_URL:
		break;
	}
	return set_text(key, to, text, why);
}

static bool
is_text(const struct conf_key *key)
{
	return key->kind == KIND_TEXT || key->kind == KIND_PATH ||
	    key->kind == KIND_URL;
}

bool
conf_value_copy(
    struct conf *conf, const struct conf_key *key, const struct conf *other)
{
	char *to = (char *)conf + key->offset;
	const char *from = (const char *)other + key->offset;
	bool differs = is_text(key) ? strcmp(to, from) != 0
				    : memcmp(to, from, key->size) != 0;

	memcpy(to, from, key->size);
	return differs;
}
