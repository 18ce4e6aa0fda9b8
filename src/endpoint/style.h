#ifndef ENDPOINT_STYLE_H
#define ENDPOINT_STYLE_H

/*
 * How the pages look: one style sheet and one picture, the hub's own. Both are
 * part of the program, so that a page and its looks always fit.
 */

/* A name for this very content, to stand in the addresses of both. */
#define STYLE_VERSION 17
void style_version(char text[STYLE_VERSION]);

#endif
