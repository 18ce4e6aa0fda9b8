#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * Tables as text, RFC 4180: a line ends with CR and LF, and fields that hold a
 * comma, a quote or a line's end stand in quotes. What a spreadsheet would take
 * for a formula (a field that begins with = + - @, a tab or a CR) gets a ' before
 * it: foreign text must not compute.
 */
struct csv {
	struct buf *out; /* where errors stick */
	bool begun;      /* the line has a field */
};

void csv_begin(struct csv *csv, struct buf *out);
void csv_field(struct csv *csv, struct str text);
void csv_line_end(struct csv *csv);

#endif
