#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include "http/req.h"
#include "http/resp.h"

/*
 * Cookies (RFC 6265bis) with the prefix "__Host-": Secure, HttpOnly, Path=/,
 * no Domain, SameSite=Lax. A name is a literal with the prefix.
 */

/* p is NULL if it is not there, or stands twice, which nobody of ours does. */
struct str cookie_get(const struct req *req, const char *name);

/* For as long as the browser runs. */
void cookie_set(struct resp *resp, const char *name, struct str value);

/* For SECONDS, also when the browser ends before. */
void cookie_keep(struct resp *resp, const char *name, struct str value,
    unsigned int seconds);

void cookie_clear(struct resp *resp, const char *name);

#endif
