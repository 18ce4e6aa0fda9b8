/* What the configuration says of mail, and of where customers sign in. */
#include "base/conf_mail.h"

#include <stdio.h>
#include <string.h>
#include "conf_fixture.h"
#include "unit.h"

#define MAIL URL "mail.from = hub@example.nl\n"

static void
knows_a_mail_server_by_host_and_port(void **state)
{
	static const char *const good[] = { "mail.example.nl:587",
		"localhost:25", "10.0.0.1:465", "[2001:db8::1]:65535", "m:1" };
	static const char *const bad[] = { "mail.example.nl", "m:", ":25",
		"m:0", "m:65536", "m:25x", "::1:25", "[::1]", "[m]:25", "[]:25",
		"[127.0.0.1]:25", "m n:25", "m/x:25", "u@m:25", "-m:25",
		"m.:25", "smtp://m:25", "[::1:25" };
	char text[300];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		snprintf(text, sizeof(text), MAIL "mail.server = %s", good[i]);
		parse_well(text);
		assert_string_equal(conf.mail_server, good[i]);
		assert_true(conf_sends_mail(&conf));
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), MAIL "mail.server = %s", bad[i]);
		if (parse(str_of(text)) != HUB_EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
	refuse(MAIL "mail.server = m\n",
	    "hub.conf:3: mail.server: 'm' is not host:port: write it as "
	    "mail.example.nl:587, an IPv6 address in brackets");
	parse_well(MAIL "mail.server =\n");
	assert_false(conf_sends_mail(&conf));
}

static void
lets_mail_go_unprotected_to_this_machine_only(void **state)
{
	static const char *const here[] = { "localhost", "LOCALHOST",
		"127.0.0.1", "127.9.8.7", "[::1]", "[0:0:0:0:0:0:0:1]" };
	static const char *const away[] = { "localhost.example.nl", "10.0.0.1",
		"127.0.0.1.example.nl", "[::2]", "[::ffff:127.0.0.1]",
		"mail.example.nl", "127.1", "1.127.0.0" };
	char text[300];

	(void)state;
	for (size_t i = 0; i < COUNT(here); i++) {
		snprintf(text, sizeof(text),
		    MAIL "mail.security = none\nmail.server = %s:25", here[i]);
		parse_well(text);
	}
	for (size_t i = 0; i < COUNT(away); i++) {
		snprintf(text, sizeof(text),
		    MAIL "mail.security = none\nmail.server = %s:25", away[i]);
		if (parse(str_of(text)) != HUB_EINVAL)
			fail_msg("%s was taken", away[i]);
		snprintf(text, sizeof(text),
		    MAIL "mail.security = tls\nmail.server = %s:25", away[i]);
		parse_well(text);
	}
	refuse(MAIL "mail.server = m:25\nmail.security = none\n",
	    "hub.conf:4: mail.security: none would send passwords readably to "
	    "m:25: only localhost, 127.0.0.0/8 and [::1] may be reached so; "
	    "make it starttls or tls");
}

static void
wants_a_sender_for_mail(void **state)
{
	static const char *const bad[] = { "hub", "@example.nl", "hub@",
		"a@b@example.nl", "Hub <hub@example.nl>", "\"a b\"@example.nl",
		"h\xc3\xbc@example.nl", "hub@example_nl", "hub@-x", "a,b@x" };
	char text[600], address[300];

	(void)state;
	refuse(URL "mail.server = m:25\n",
	    "hub.conf:2: mail.server needs mail.from: set it to the address "
	    "that mail comes from");
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), URL "mail.from = %s", bad[i]);
		if (parse(str_of(text)) != HUB_EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
	refuse(URL "\nmail.from = hub\n",
	    "hub.conf:3: mail.from: 'hub' is not an address such as "
	    "hub@example.nl; a name belongs into mail.name");
	memset(address, 'a', sizeof(address));
	memcpy(address + 243, "@example.nl", 12);
	assert_int_equal(parse_pair("mail.from", address), 0);
	memcpy(address + 244, "@example.nl", 12);
	address[243] = 'a';
	assert_int_equal(parse_pair("mail.from", address), HUB_EINVAL);
	parse_well(URL "mail.name = Kantoor Caf\xc3\xa9\n");
	refuse(URL "mail.name = Caf\xe9\n",
	    "hub.conf:2: mail.name is not UTF-8: write it as such");
}

static void
wants_a_password_for_a_name_and_a_server_for_mailed_ones(void **state)
{
	struct told told;

	(void)state;
	parse_well(URL "mail.user = u\nmail.password_file = /p\n");
	refuse(URL "mail.user = u\n",
	    "hub.conf:2: mail.user needs mail.password_file: name the file "
	    "that holds its password");
	refuse(URL "mail.password_file = /p\n",
	    "hub.conf:2: mail.password_file needs mail.user: set it to the "
	    "name that the password is for");
	parse_well(
	    MAIL "password.delivery = mailed\nmail.server = localhost:25\n");
	assert_int_equal(conf.delivery, DELIVERY_MAILED);
	refuse(MAIL "password.delivery = mailed\n",
	    "hub.conf:3: password.delivery: mailed needs mail.server: name "
	    "it, or make this shown");
	/* All that is wrong at once. */
	assert_int_equal(parse_telling(URL "mail.server = m\nmail.user = u\n"
					   "mail.from = x\nportal_url = y\n",
			     &told),
	    HUB_EINVAL);
	assert_int_equal(told.n, 4);
}

static void
takes_a_portal_over_https_only(void **state)
{
	static const char *const good[] = { "", "https://h", "https://h/",
		"https://[::1]:8443/a/b?c=d&e=%20#f" };
	static const char *const bad[] = { "h", "http://h", "https://",
		"https:///x", "https://u@h", "https://h/a b", "https://h/<b>",
		"https://h/\"", "https://h/'", "javascript:x" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		if (parse_pair("portal_url", good[i]) != 0)
			fail_msg("%s", why.text);
		assert_string_equal(conf.portal_url, good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (parse_pair("portal_url", bad[i]) != HUB_EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
	refuse(URL "portal_url = http://h/\n",
	    "hub.conf:2: portal_url: 'http://h/' is not an https address: "
	    "give the one where customers sign in, or leave it empty");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_a_mail_server_by_host_and_port),
		cmocka_unit_test(lets_mail_go_unprotected_to_this_machine_only),
		cmocka_unit_test(wants_a_sender_for_mail),
		cmocka_unit_test(
		    wants_a_password_for_a_name_and_a_server_for_mailed_ones),
		cmocka_unit_test(takes_a_portal_over_https_only),
	};

	return UNIT_RUN(tests);
}
