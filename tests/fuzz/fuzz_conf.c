#include "fuzz.h"

#include "base/conf.h"

/* A text is taken and has an address, or is refused with file and reason. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct why why = { "" };
	struct conf conf;

	if (conf_parse(&conf, text, "hub.conf", &why) == 0)
		FUZZ_HOLDS(str_starts(str_of(conf.base_url), STR("https://")));
	else
		FUZZ_HOLDS(str_starts(str_of(why.text), STR("hub.conf:")));
	return 0;
}
