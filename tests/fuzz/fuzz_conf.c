#include "fuzz.h"

#include "base/conf.h"

static void
count(void *ctx, const char *sentence)
{
	unsigned int *told = ctx;

	FUZZ_HOLDS(str_starts(str_of(sentence), STR("hub.conf:")));
	++*told;
}

/* A text is taken and has an address, or is refused with file and reason. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct why why = { "" };
	unsigned int told = 0;
	struct conf conf;

	struct conf_teller teller = { count, &told };
	int rc = conf_parse(&conf, text, "hub.conf", &teller, &why);

	if (rc == 0)
		FUZZ_HOLDS(str_starts(str_of(conf.base_url), STR("https://")));
	else
		FUZZ_HOLDS(str_starts(str_of(why.text), STR("hub.conf:")));
	FUZZ_HOLDS((rc == 0) == (told == 0));
	FUZZ_HOLDS(told <= CONF_ERRORS_TOLD + 1);
	return 0;
}
