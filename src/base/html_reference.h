#ifndef BASE_HTML_REFERENCE_H
#define BASE_HTML_REFERENCE_H

#include "base/str.h"

/*
 * The character reference that stands for C in HTML, in text as in a quoted
 * value of an attribute; empty if C may stand there itself. Bytes of UTF-8 may.
 */
struct str html_reference(char c);

#endif
