/* Covers: base/conf.c base/conf_key.c base/conf_value.c base/conf_mail.c */
#include "fuzz.h"

#include "base/buf.h"
#include "base/conf.h"

#define TEXT_MAX (64 * 1024)

/* Behind what was taken another line is read, and it says which. */
static void
check_line_behind(
    struct str text, const struct conf *conf, const char *line, int expected)
{
	struct why why = { "" };
	struct conf again;
	struct buf longer;

	buf_init(&longer, TEXT_MAX + 100);
	buf_str(&longer, text);
	buf_printf(&longer, "\n%s\n", line);
	FUZZ_HOLDS(buf_error(&longer) == 0);
	FUZZ_HOLDS(conf_parse(&again, buf_view(&longer), "hub.conf", &why) ==
	    expected);
	if (expected == 0)
		FUZZ_HOLDS(
		    str_eq(str_of(again.base_url), str_of(conf->base_url)) &&
		    str_eq(str_of(again.data), str_of(conf->data)) &&
		    again.map_size == conf->map_size);
	buf_free(&longer);
}

/* What the programs rely on without looking again. */
static void
check_values(const struct conf *conf)
{
	FUZZ_HOLDS(str_starts(str_of(conf->base_url), STR("https://")));
	FUZZ_HOLDS(conf->base_url[strlen(conf->base_url) - 1] != '/');
	FUZZ_HOLDS(conf->data[0] == '/');
	FUZZ_HOLDS(conf->token_lifetime >= 30);
	FUZZ_HOLDS(conf->token_lifetime <= TOKEN_LIFETIME_MAX);
	FUZZ_HOLDS(conf->limit_headers <= 1 << 20);
	FUZZ_HOLDS(conf->limit_body <= 1 << 20);
	FUZZ_HOLDS(conf->timeout_request > 0 && conf->timeout_write > 0);
	FUZZ_HOLDS(conf->connections > 0 && conf->connections <= 65535);
	for (int i = 0; i < POOL_COUNT; i++) {
		FUZZ_HOLDS(conf->pool[i].socket[0] == '/');
		FUZZ_HOLDS(conf->pool[i].workers > 0);
		FUZZ_HOLDS(conf->pool[i].workers <= 1024);
	}
}

/* A text is taken and has an address, or is refused with file and reason. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct why why = { "" };
	struct conf conf;

	if (size > TEXT_MAX)
		return 0;
	if (conf_parse(&conf, text, "hub.conf", &why) != 0) {
		FUZZ_HOLDS(str_starts(str_of(why.text), STR("hub.conf:")));
		return 0;
	}
	check_values(&conf);
	check_line_behind(text, &conf, "# an end", 0);
	check_line_behind(
	    text, &conf, "base_url = https://twice.example", HUB_EINVAL);
	return 0;
}
