/*
 * RFC 3986, narrowed. Of an authority only what the URL standard of browsers
 * gives back unchanged is let through: no user, host in lower case, addresses
 * in their one canonical form.
 */
#include "identity/uri.h"

#include <arpa/inet.h>
#include <string.h>

#define HOST_MAX 253
#define LABEL_MAX 63

struct authority {
	struct str host; /* an IPv6 address with its brackets */
	struct str port; /* n 0: none */
};

static bool
is_loopback(struct str host)
{
	return str_eq(host, STR("localhost")) ||
	    str_eq(host, STR("127.0.0.1")) || str_eq(host, STR("[::1]"));
}

/* Whether the address comes back from the library as it went in. */
static bool
is_canonical(int family, struct str text)
{
	char in[INET6_ADDRSTRLEN], out[INET6_ADDRSTRLEN];
	unsigned char bytes[sizeof(struct in6_addr)];

	if (text.n >= sizeof(in))
		return false;
	memcpy(in, text.p, text.n);
	in[text.n] = '\0';
	return inet_pton(family, in, bytes) == 1 &&
	    inet_ntop(family, bytes, out, sizeof(out)) != NULL &&
	    str_eq(text, str_of(out));
}

static bool
is_label(struct str label)
{
	if (label.n == 0 || label.n > LABEL_MAX || label.p[0] == '-' ||
	    label.p[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];

		if (c != '-' && (!char_is_alnum(c) || c != char_lower(c)))
			return false;
	}
	return true;
}

/*
 * Browsers take a host for an IPv4 address when its last label is a number,
 * decimal or 0x; no name ends in a label that begins with a digit.
 */
static bool
is_name_or_ipv4(struct str host)
{
	struct str rest = host, label = STR_NONE;

	if (host.n == 0 || host.n > HOST_MAX)
		return false;
	while (str_split(&rest, '.', &label)) {
		if (!is_label(label))
			return false;
	}
	return !char_is_digit(label.p[0]) || is_canonical(AF_INET, host);
}

static bool
is_host(struct str host)
{
	if (host.n < 2 || host.p[0] != '[')
		return is_name_or_ipv4(host);
	/* The dotted form within IPv6 is not how browsers write it. */
	return host.p[host.n - 1] == ']' && str_index(host, '.') < 0 &&
	    is_canonical(AF_INET6, (struct str){ host.p + 1, host.n - 2 });
}

static bool
is_port(struct str port)
{
	uint64_t number;

	return port.n > 0 && port.p[0] != '0' &&
	    str_u64(port, UINT16_MAX, &number);
}

/* Splits HOST[:PORT]; a colon with nothing behind it is no port. */
static bool
split_authority(struct str text, struct authority *out)
{
	struct str rest = text;
	ptrdiff_t bracket = str_index(text, ']'), colon;

	if (bracket >= 0) {
		rest.p += bracket;
		rest.n -= (size_t)bracket;
	}
	colon = str_index(rest, ':');
	*out = (struct authority){ .host = text };
	if (colon >= 0) {
		out->host.n = (size_t)(rest.p + colon - text.p);
		out->port = (struct str){ rest.p + colon + 1,
			rest.n - (size_t)colon - 1 };
		if (!is_port(out->port))
			return false;
	}
	return is_host(out->host);
}

static int
check_authority(
    struct str text, bool https, struct authority *out, struct why *why)
{
	if (!split_authority(text, out))
		return why_set(why, HUB_EINVAL,
		    "needs a host in lower case, as browsers write it, and "
		    "perhaps a port; no user, no *, no dot at the end");
	if (!https && !is_loopback(out->host))
		return why_set(why, HUB_EINVAL,
		    "http is for localhost, 127.0.0.1 and [::1] only; use "
		    "https");
	return 0;
}

/* What follows "https://" or "http://" in TEXT; false if neither begins it. */
static bool
take_web_scheme(struct str *text, bool *https)
{
	struct str scheme;

	*https = str_starts(*text, STR("https://"));
	scheme = *https ? STR("https://") : STR("http://");
	if (!str_starts(*text, scheme))
		return false;
	text->p += scheme.n;
	text->n -= scheme.n;
	return true;
}

int
uri_check_origin(struct str text, struct why *why)
{
	struct authority authority;
	struct str rest = text;
	bool https;
	int rc;

	if (text.n > URI_MAX || !take_web_scheme(&rest, &https))
		return why_set(why, HUB_EINVAL,
		    "an origin is https://HOST or https://HOST:PORT (http on "
		    "the loopback host)");
	if (str_index(rest, '/') >= 0)
		return why_set(why, HUB_EINVAL,
		    "an origin has no path, and no slash at its end");
	rc = check_authority(rest, https, &authority, why);
	if (rc != 0)
		return rc;
	if (str_eq(authority.port, https ? STR("443") : STR("80")))
		return why_set(why, HUB_EINVAL,
		    "browsers leave the scheme's own port out: leave out "
		    ":%.*s",
		    STR_ARG(authority.port));
	return 0;
}

static bool
is_uri_char(char c)
{
	return char_is_alnum(c) ||
	    (c != '\0' && strchr("-._~:/?[]@!$&'()*+,;=%", c) != NULL);
}

/* Characters of RFC 3986 but the fragment's #; whole percent escapes. */
static int
check_characters(struct str text, struct why *why)
{
	if (text.n == 0 || text.n > URI_MAX)
		return why_set(
		    why, HUB_EINVAL, "must have 1 to %d bytes", URI_MAX);
	if (str_index(text, '#') >= 0)
		return why_set(why, HUB_EINVAL, "must not have a fragment (#)");
	for (size_t i = 0; i < text.n; i++) {
		if (!is_uri_char(text.p[i]))
			return why_set(why, HUB_EINVAL,
			    "has a character at place %zu that no URI has: "
			    "escape it as %%XX",
			    i + 1);
		if (text.p[i] == '%' &&
		    (text.n - i < 3 || char_hex(text.p[i + 1]) < 0 ||
			char_hex(text.p[i + 2]) < 0))
			return why_set(why, HUB_EINVAL,
			    "has a %% that begins no escape: write %%25");
	}
	return 0;
}

/* The scheme of TEXT in lower case, without its colon; n 0: it has none. */
static struct str
scheme_of(struct str text)
{
	ptrdiff_t colon = str_index(text, ':');

	if (colon <= 0 || text.p[0] < 'a' || text.p[0] > 'z')
		return STR_NONE;
	for (ptrdiff_t i = 0; i < colon; i++) {
		char c = text.p[i];

		if (c != char_lower(c) ||
		    (!char_is_alnum(c) && strchr("+-.", c) == NULL))
			return STR_NONE;
	}
	return (struct str){ text.p, (size_t)colon };
}

static int
check_web(struct str rest, bool https, struct why *why)
{
	struct authority authority;
	size_t n = 0;

	while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?')
		n++;
	return check_authority(
	    (struct str){ rest.p, n }, https, &authority, why);
}

int
uri_check_redirect(struct str text, struct why *why)
{
	struct str rest = text, scheme;
	bool https;
	int rc = check_characters(text, why);

	if (rc != 0)
		return rc;
	if (take_web_scheme(&rest, &https))
		return check_web(rest, https, why);
	scheme = scheme_of(text);
	/* RFC 8252 section 7.1; the dot also keeps javascript: and data: out. */
	if (str_index(scheme, '.') < 0)
		return why_set(why, HUB_EINVAL,
		    "must begin with https://, with http:// on the loopback "
		    "host, or with an app's own scheme, which has a dot "
		    "(nl.example.app:/callback), all in lower case");
	if (scheme.n + 1 == text.n)
		return why_set(
		    why, HUB_EINVAL, "has nothing behind its scheme");
	return 0;
}

int
uri_check_resource(struct str text, struct why *why)
{
	struct str rest = text;
	bool https;
	int rc = check_characters(text, why);

	if (rc != 0)
		return rc;
	if (take_web_scheme(&rest, &https))
		return check_web(rest, https, why);
	if (scheme_of(text).n == 0 || scheme_of(text).n + 1 == text.n)
		return why_set(why, HUB_EINVAL,
		    "must be an absolute URI, such as https://api.example.nl");
	return 0;
}

/* Splits http://HOST[:PORT]REST of the loopback host. */
static bool
split_loopback(struct str text, struct authority *out, struct str *rest)
{
	const struct str scheme = STR("http://");
	struct str authority;

	if (!str_starts(text, scheme))
		return false;
	authority = (struct str){ text.p + scheme.n, 0 };
	while (scheme.n + authority.n < text.n &&
	    authority.p[authority.n] != '/' && authority.p[authority.n] != '?')
		authority.n++;
	*rest = (struct str){ authority.p + authority.n,
		text.n - scheme.n - authority.n };
	return split_authority(authority, out) && is_loopback(out->host);
}

bool
uri_is_redirect(struct str registered, struct str sent)
{
	struct authority a, b;
	struct str rest_a, rest_b;

	if (str_eq(registered, sent))
		return true;
	return split_loopback(registered, &a, &rest_a) &&
	    split_loopback(sent, &b, &rest_b) && str_eq(a.host, b.host) &&
	    str_eq(rest_a, rest_b);
}

struct str
uri_origin(struct str uri)
{
	struct str rest = uri;
	bool https;

	if (!take_web_scheme(&rest, &https))
		return STR_NONE;
	while (rest.n > 0 && rest.p[0] != '/' && rest.p[0] != '?') {
		rest.p++;
		rest.n--;
	}
	return (struct str){ uri.p, uri.n - rest.n };
}

struct str
uri_source(struct str uri)
{
	struct str origin = uri_origin(uri);

	/* A policy has no form for the address of IPv6 either. */
	if (origin.n == 0 || str_index(origin, '[') >= 0)
		return (struct str){ uri.p, (size_t)(str_index(uri, ':') + 1) };
	return origin;
}
