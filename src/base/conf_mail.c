#include "base/conf_mail.h"

#include <arpa/inet.h>
#include <string.h>
#include "base/conf_value.h"

#define ADDRESS_MAX 254 /* bytes; RFC 5321, 4.5.3.1.3 */

/* Where mail goes to: what stands around the last colon. */
struct server {
	struct str host; /* without brackets */
	bool brackets;
	uint64_t port;
};

static bool
is_host_name(struct str host)
{
	if (host.n == 0 || !char_is_alnum(host.p[0]) ||
	    !char_is_alnum(host.p[host.n - 1]))
		return false;
	for (size_t i = 0; i < host.n; i++) {
		if (!char_is_alnum(host.p[i]) && host.p[i] != '-' &&
		    host.p[i] != '.')
			return false;
	}
	return true;
}

/* TO gets the binary form: 4 bytes or 16. */
static bool
is_ip(struct str host, int family, unsigned char to[16])
{
	char text[INET6_ADDRSTRLEN];

	if (host.n >= sizeof(text))
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	return inet_pton(family, text, to) == 1;
}

static bool
split_server(const char *text, struct server *server)
{
	const char *colon = strrchr(text, ':');
	struct str host;
	unsigned char ip[16];

	if (colon == NULL || !str_u64(str_of(colon + 1), 65535, &server->port))
		return false;
	host = (struct str){ text, (size_t)(colon - text) };
	server->brackets =
	    host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
	if (server->brackets)
		host = (struct str){ host.p + 1, host.n - 2 };
	server->host = host;
	return server->port > 0 &&
	    (server->brackets ? is_ip(host, AF_INET6, ip) : is_host_name(host));
}

static bool
is_this_machine(const struct server *server)
{
	static const unsigned char loopback6[16] = { [15] = 1 };
	unsigned char ip[16];

	if (server->brackets)
		return is_ip(server->host, AF_INET6, ip) &&
		    memcmp(ip, loopback6, sizeof(ip)) == 0;
	if (is_ip(server->host, AF_INET, ip))
		return ip[0] == 127;
	return str_eq_nocase(server->host, STR("localhost"));
}

static void
check_server(const struct conf *conf, const struct conf_mail_teller *t)
{
	struct server server;
	struct why why;

	if (!split_server(conf->mail_server, &server)) {
		why_say(&why,
		    "mail.server: '%.*s' is not host:port: write it as "
		    "mail.example.nl:587, an IPv6 address in brackets",
		    EXCERPT(str_of(conf->mail_server)));
		t->found(t->ctx, conf->mail_server, &why);
		return;
	}
	if (conf->mail_security != MAIL_PLAIN || is_this_machine(&server))
		return;
	why_say(&why,
	    "mail.security: none would send passwords readably to %.*s: only "
	    "localhost, 127.0.0.0/8 and [::1] may be reached so; make it "
	    "starttls or tls",
	    EXCERPT(str_of(conf->mail_server)));
	t->found(t->ctx, &conf->mail_security, &why);
}

/* As it can stand in a header field and an envelope without any quoting. */
static bool
is_address(struct str text)
{
	ptrdiff_t at = str_index(text, '@');
	struct str domain;

	if (at <= 0 || text.n > ADDRESS_MAX)
		return false;
	domain = (struct str){ text.p + at + 1, text.n - (size_t)at - 1 };
	for (ptrdiff_t i = 0; i < at; i++) {
		if (!char_is_alnum(text.p[i]) &&
		    strchr(".!#$%&'*+/=?^_`{|}~-", text.p[i]) == NULL)
			return false;
	}
	return is_host_name(domain);
}

static void
check_sender(const struct conf *conf, const struct conf_mail_teller *t)
{
	struct why why;

	if (conf->mail_from[0] == '\0' && conf_sends_mail(conf)) {
		why_say(&why,
		    "mail.server needs mail.from: set it to the address that "
		    "mail comes from");
		t->found(t->ctx, conf->mail_server, &why);
	} else if (conf->mail_from[0] != '\0' &&
	    !is_address(str_of(conf->mail_from))) {
		why_say(&why,
		    "mail.from: '%.*s' is not an address such as "
		    "hub@example.nl; a name belongs into mail.name",
		    EXCERPT(str_of(conf->mail_from)));
		t->found(t->ctx, conf->mail_from, &why);
	}
	if (!str_is_utf8(str_of(conf->mail_name))) {
		why_say(&why, "mail.name is not UTF-8: write it as such");
		t->found(t->ctx, conf->mail_name, &why);
	}
}

static void
check_login(const struct conf *conf, const struct conf_mail_teller *t)
{
	bool user = conf->mail_user[0] != '\0';
	bool password = conf->mail_password_file[0] != '\0';
	struct why why;

	if (user && !password) {
		why_say(&why,
		    "mail.user needs mail.password_file: name the file that "
		    "holds its password");
		t->found(t->ctx, conf->mail_user, &why);
	} else if (password && !user) {
		why_say(&why,
		    "mail.password_file needs mail.user: set it to the name "
		    "that the password is for");
		t->found(t->ctx, conf->mail_password_file, &why);
	}
}

static bool
is_portal_url(struct str url)
{
	const struct str scheme = STR("https://");

	if (!str_starts(url, scheme) || url.n == scheme.n)
		return false;
	if (!char_is_alnum(url.p[scheme.n]) && url.p[scheme.n] != '[')
		return false;
	for (size_t i = scheme.n; i < url.n; i++) {
		if (!char_is_alnum(url.p[i]) &&
		    strchr("-._~:/[]%?=&#", url.p[i]) == NULL)
			return false;
	}
	return true;
}

static void
check_portal(const struct conf *conf, const struct conf_mail_teller *t)
{
	struct why why;

	if (conf->portal_url[0] == '\0' ||
	    is_portal_url(str_of(conf->portal_url)))
		return;
	why_say(&why,
	    "portal_url: '%.*s' is not an https address: give the one where "
	    "customers sign in, or leave it empty",
	    EXCERPT(str_of(conf->portal_url)));
	t->found(t->ctx, conf->portal_url, &why);
}

void
conf_mail_check(const struct conf *conf, const struct conf_mail_teller *t)
{
	struct why why;

	if (conf_sends_mail(conf))
		check_server(conf, t);
	check_sender(conf, t);
	check_login(conf, t);
	check_portal(conf, t);
	if (conf->delivery == DELIVERY_MAILED && !conf_sends_mail(conf)) {
		why_say(&why,
		    "password.delivery: mailed needs mail.server: name it, or "
		    "make this shown");
		t->found(t->ctx, &conf->delivery, &why);
	}
}
