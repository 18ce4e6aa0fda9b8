#include "hubctl/doctor.h"

#include <stdarg.h>
#include <stdio.h>

#define REPORT_MAX (256 * 1024)

static const char *const words[FINDINGS] = {
	[FINDING_OK] = "ok",
	[FINDING_SKIP] = "skip",
	[FINDING_WARN] = "warn",
	[FINDING_FAIL] = "FAIL",
};

void
doctor_begin(struct doctor *d, struct ctl *ctl, bool json)
{
	*d = (struct doctor){ .ctl = ctl, .json = json };
	buf_init(&d->text, REPORT_MAX);
	json_out_begin(&d->out, &d->text);
	json_out_object(&d->out);
	json_out_name(&d->out, "checks");
	json_out_array(&d->out);
}

void
doctor_say(struct doctor *d, enum finding finding, const char *check,
    const char *fmt, ...)
{
	char text[1024], line[2048];
	struct json_out *j = &d->out;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* Paths and names of others must neither steer a terminal nor JSON. */
	n = str_escape(line, sizeof(line), str_of(text));
	d->count[finding]++;
	if (!d->json) {
		printf(
		    "%-4s  %-14s %.*s\n", words[finding], check, (int)n, line);
		fflush(stdout);
		return;
	}
	json_out_object(j);
	json_out_name(j, "result");
	json_out_cstr(j, words[finding]);
	json_out_name(j, "check");
	json_out_cstr(j, check);
	json_out_name(j, "text");
	json_out_str(j, (struct str){ line, n });
	json_out_object_end(j);
}

enum ctl_exit
doctor_end(struct doctor *d)
{
	bool healthy = d->count[FINDING_FAIL] == 0;
	int rc;

	json_out_array_end(&d->out);
	json_out_name(&d->out, "healthy");
	json_out_bool(&d->out, healthy);
	json_out_object_end(&d->out);
	rc = json_out_end(&d->out);
	if (d->json && rc == 0)
		printf("%.*s\n", STR_ARG(buf_view(&d->text)));
	buf_free(&d->text);
	if (d->json && rc != 0)
		return ctl_fail(
		    "the report cannot be written: %s", err_text(rc));
	if (!d->json)
		printf("%u ok, %u to be looked at, %u failed, %u not looked "
		       "at\n",
		    d->count[FINDING_OK], d->count[FINDING_WARN],
		    d->count[FINDING_FAIL], d->count[FINDING_SKIP]);
	return healthy ? CTL_OK : CTL_FAILED;
}
