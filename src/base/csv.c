#include "base/csv.h"

#include <string.h>

void
csv_begin(struct csv *csv, struct buf *out)
{
	csv->out = out;
	csv->begun = false;
}

static bool
is_among(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
needs_quotes(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (is_among(text.p[i], ",\"\r\n"))
			return true;
	}
	return false;
}

static void
put_quoted(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_byte(out, '"');
		buf_byte(out, text.p[i]);
	}
}

void
csv_field(struct csv *csv, struct str text)
{
	bool quotes = needs_quotes(text);

	if (csv->begun)
		buf_byte(csv->out, ',');
	csv->begun = true;
	if (quotes)
		buf_byte(csv->out, '"');
	if (text.n > 0 && is_among(text.p[0], "=+-@\t\r"))
		buf_byte(csv->out, '\'');
	put_quoted(csv->out, text);
	if (quotes)
		buf_byte(csv->out, '"');
}

void
csv_line_end(struct csv *csv)
{
	BUF_LIT(csv->out, "\r\n");
	csv->begun = false;
}
