/*
 * The refusals of RFC 8725 that concern the form of a token, its header and its
 * signature; tried with access tokens.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include "base/b64.h"
#include "base/err.h"
#include "base/secret.h"
#include "chance.h"
#include "forge.h"

static void
every_other_alg_is_refused(void **state)
{
	static const char *const algs[] = { "\"none\"", "\"None\"", "\"NONE\"",
		"\"nOnE\"", "\"\"", "\"HS256\"", "\"HS384\"", "\"HS512\"",
		"\"RS384\"", "\"RS512\"", "\"PS256\"", "\"PS384\"", "\"PS512\"",
		"\"ES256\"", "\"ES256K\"", "\"EdDSA\"", "\"rs256\"",
		"\"RS256 \"", "\"RS2560\"", "\"RS25\"", "null", "256", "true",
		"[\"RS256\"]", "{}" };

	(void)state;
	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
		refuses_with("alg", algs[i], "algorithm is not RS256");
	refuses_with("alg", NULL, "algorithm is not RS256");
}

static void
a_token_without_signature_is_refused(void **state)
{
	struct str none = header_with("alg", "\"none\"");

	(void)state;
	refuses(text("%.*s.%.*s", input_of(none, good_payload()), STR("")),
	    "algorithm is not RS256");
	refuses(
	    text("%.*s.%.*s", input_of(good_header(), good_payload()), STR("")),
	    "wrong signature");
}

/* RFC 2104, for a secret of any length. */
static void
hmac(struct str secret, struct str message, unsigned char out[SHA256_LEN])
{
	unsigned char pad[64 + SHA256_LEN] = { 0 };
	struct buf inner;

	if (secret.n > 64)
		assert_int_equal(sha256(secret, pad), 0);
	else
		memcpy(pad, secret.p, secret.n);
	for (size_t i = 0; i < 64; i++)
		pad[i] ^= 0x36;
	buf_init_arena(&inner, arena, 1 << 16);
	buf_put(&inner, pad, 64);
	buf_str(&inner, message);
	assert_int_equal(sha256(buf_view(&inner), out), 0);
	for (size_t i = 0; i < 64; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	memcpy(pad + 64, out, SHA256_LEN);
	assert_int_equal(
	    sha256((struct str){ (char *)pad, sizeof(pad) }, out), 0);
}

static void
the_helper_for_hmac_is_right(void **state)
{
	/* RFC 4231, test case 2 */
	static const unsigned char expected[] = { 0x5b, 0xdc, 0xc1, 0x46, 0xbf,
		0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75,
		0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d,
		0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43 };
	unsigned char out[SHA256_LEN];

	(void)state;
	hmac(STR("Jefe"), STR("what do ya want for nothing?"), out);
	assert_memory_equal(out, expected, sizeof(expected));
}

/* The public key as PEM, the form in which it is found published. */
static struct str
pem(struct str der)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				       "nopqrstuvwxyz0123456789+/";
	struct buf out;

	buf_init_arena(&out, arena, 1 << 16);
	BUF_LIT(&out, "-----BEGIN PUBLIC KEY-----\n");
	for (size_t i = 0; i < der.n; i += 3) {
		unsigned int bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 |
			    (i + k < der.n ? (unsigned char)der.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_byte(&out,
			    i + k > der.n
				? '='
				: alphabet[bits >> (18 - 6 * k) & 63]);
		if (i % 48 == 45)
			buf_byte(&out, '\n');
	}
	BUF_LIT(&out, "\n-----END PUBLIC KEY-----\n");
	return buf_view(&out);
}

static void
the_public_key_is_no_hmac_secret(void **state)
{
	static const char *const algs[] = { "\"HS256\"", "\"RS256\"" };
	struct str der;

	(void)state;
	assert_int_equal(rsa_public_der(arena, ours, &der), 0);
	for (size_t i = 0; i < 4; i++) {
		struct str input =
		    input_of(header_with("alg", algs[i / 2]), good_payload());
		unsigned char mac[SHA256_LEN];
		struct buf token;

		hmac(i % 2 == 0 ? der : pem(der), input, mac);
		buf_init_arena(&token, arena, JWT_MAX);
		buf_str(&token, input);
		buf_byte(&token, '.');
		b64url_put(&token, mac, sizeof(mac));
		refuses(buf_view(&token),
		    i < 2 ? "algorithm is not RS256" : "wrong signature");
	}
}

static void
the_type_must_be_access_token(void **state)
{
	static const char *const good[] = { "\"at+jwt\"", "\"AT+JWT\"",
		"\"At+Jwt\"", "\"application/at+jwt\"",
		"\"Application/AT+JWT\"" };
	static const char *const bad[] = { "\"JWT\"", "\"jwt\"", "\"\"",
		"\"id+jwt\"", "\"logout+jwt\"", "\"rt+jwt\"", "\"at+jwt \"",
		"\"at+jwt;v=1\"", "\"xapplication/at+jwt\"", "\"text/at+jwt\"",
		"null", "1", "[\"at+jwt\"]" };
	struct claims claims;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		accepts(with_header("typ", good[i]), &claims);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses_with("typ", bad[i], "type is not at+jwt");
	refuses_with("typ", NULL, "type is not at+jwt");
}

static void
a_kid_is_a_known_name_and_nothing_else(void **state)
{
	struct str kid = str_of(keys.key[0].kid);
	char *longer = arena_printf(arena, "\"%sA\"", kid.p);
	char *shorter = arena_printf(arena, "\"%.*s\"", KID_LEN - 1, kid.p);
	char *unknown = arena_printf(arena, "\"%s\"", kid.p);
	char *huge = arena_printf(arena, "\"%02000d\"", 0);
	const char *bad[] = { "\"../../../../etc/passwd\"", "\"/dev/null\"",
		"\"' OR '1'='1\"", "\"x' UNION SELECT 'secret';--\"", "\"\"",
		"\"*\"", "\"0\"", "null", "0", "{}", longer, shorter, unknown,
		huge, "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"" };

	(void)state;
	unknown[1] = unknown[1] == 'A' ? 'B' : 'A';
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses_with("kid", bad[i], "unknown key");
	refuses_with("kid", NULL, "unknown key");
	refuses_with("kid", arena_printf(arena, "\"%s\\u0000\"", kid.p),
	    "not strict JSON");
	refuses_with(
	    "kid", arena_printf(arena, "[%s]", quoted_kid), "unknown key");
}

static void
a_key_set_without_keys_knows_no_kid(void **state)
{
	const struct keyset empty = { .n = 0 };

	(void)state;
	assert_int_equal(
	    verify_by(&empty, &domain, NOW, good_token()), HUB_EDENIED);
}

static void
keys_named_in_the_header_are_not_looked_at(void **state)
{
	static const struct member foreign[] = {
		{ "jku", "\"https://evil.example/keys\"" },
		{ "x5u", "\"https://evil.example/cert\"" },
		{ "jwk", "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}" },
		{ "x5c", "[\"MIIB\"]" },
		{ "x5t", "\"AAAA\"" },
		{ "cty", "\"x\"" },
	};
	struct claims claims;

	(void)state;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct str header =
		    header_with(foreign[i].name, foreign[i].raw);

		accepts(forge(header, good_payload()), &claims);
		refuses(seal(other, input_of(header, good_payload())),
		    "wrong signature");
	}
}

static void
the_key_in_the_header_does_not_verify(void **state)
{
	struct buf jwk;
	struct str n, e;

	(void)state;
	assert_int_equal(rsa_numbers(arena, other, &n, &e), 0);
	buf_init_arena(&jwk, arena, 2048);
	BUF_LIT(&jwk, "{\"kty\":\"RSA\",\"n\":\"");
	b64url_put(&jwk, n.p, n.n);
	BUF_LIT(&jwk, "\",\"e\":\"AQAB\"}");
	buf_put(&jwk, "", 1);
	refuses(
	    seal(other, input_of(header_with("jwk", jwk.p), good_payload())),
	    "wrong signature");
}

static void
extensions_are_refused(void **state)
{
	static const struct member extensions[] = {
		{ "crit", "[\"exp\"]" },
		{ "crit", "[]" },
		{ "crit", "null" },
		{ "crit", "[\"b64\"]" },
		{ "b64", "false" },
		{ "b64", "true" },
		{ "zip", "\"DEF\"" },
		{ "enc", "\"A256GCM\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		refuses_with(extensions[i].name, extensions[i].raw,
		    "an extension that is not understood");
}

static void
a_header_is_one_json_object(void **state)
{
	static const char *const bad[] = { "", " ", "x", "{", "{}{}",
		"{\"alg\":\"RS256\",}", "{'alg':'RS256'}",
		"{\"alg\":\"RS256\"} x", "{\"alg\":\"RS256\"}/**/",
		"\xef\xbb\xbf{}", "{\"a\":\"\xff\"}", "{\"a\":\"\\ud800\"}",
		"{\"a\":NaN}" };
	static const char *const other_json[] = { "{}", "null", "[]",
		"\"RS256\"", "[{\"alg\":\"RS256\"}]", "1" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses_header(str_of(bad[i]), "not strict JSON");
	for (size_t i = 0; i < sizeof(other_json) / sizeof(other_json[0]); i++)
		refuses_header(str_of(other_json[i]), "algorithm is not RS256");
}

static void
members_that_come_twice_are_refused(void **state)
{
	static const char *const header[] = { "\"alg\":\"none\"",
		"\"alg\":\"RS256\"", "\"\\u0061lg\":\"none\"", "\"kid\":\"x\"",
		"\"x\":{\"y\":1,\"y\":1}" };
	static const char *const payload[] = { "\"sub\":\"root\"",
		"\"exp\":9007199254740991", "\"\\u0065xp\":1",
		"\"iss\":\"https://hub.example/identity\"",
		"\"x\":[{\"y\":1,\"y\":2}]" };
	struct str head = good_header(), body = good_payload();

	(void)state;
	head.n--;
	body.n--;
	for (size_t i = 0; i < 5; i++) {
		refuses(forge(text("%.*s,%.*s}", head, str_of(header[i])),
			    good_payload()),
		    "not strict JSON");
		refuses(forge(good_header(),
			    text("%.*s,%.*s}", body, str_of(payload[i]))),
		    "not strict JSON");
	}
}

static void
anything_but_three_parts_is_refused(void **state)
{
	struct str token = good_token(), rest = token, head, body, tail;

	(void)state;
	str_split(&rest, '.', &head);
	str_split(&rest, '.', &body);
	str_split(&rest, '.', &tail);
	refuses(STR(""), "not three parts");
	refuses(STR("."), "not three parts");
	refuses(STR("x"), "not three parts");
	refuses(STR("..."), "not three parts");
	refuses(head, "not three parts");
	refuses(text("%.*s.%.*s", head, body), "not three parts");
	refuses(text("%.*s.%.*s", token, STR("")), "not three parts");
	refuses(text(".%.*s%.*s", token, STR("")), "not three parts");
	refuses(text("%.*s.%.*s", token, STR("AAAA.AAAA")), "not three parts");
	refuses(text("%.*s.%.*s", token, token), "not three parts");
	refuses(STR(".."), "not strict JSON");
	refuses(text(".%.*s.%.*s", body, tail), "not strict JSON");
	refuses(text("%.*s..%.*s", head, tail), "wrong signature");
}

static void
json_serialisation_is_refused(void **state)
{
	struct str token = good_token(), rest = token, head, body, tail;

	(void)state;
	str_split(&rest, '.', &head);
	str_split(&rest, '.', &body);
	str_split(&rest, '.', &tail);
	refuses(str_of(arena_printf(arena,
		    "{\"protected\":\"%.*s\",\"payload\":\"%.*s\","
		    "\"signature\":\"%.*s\"}",
		    STR_ARG(head), STR_ARG(body), STR_ARG(tail))),
	    "not three parts");
	refuses(str_of(arena_printf(arena,
		    "{\"payload\":\"%.*s\",\"signatures\":[{\"protected\":"
		    "\"%.*s\",\"signature\":\"%.*s\"}]}",
		    STR_ARG(body), STR_ARG(head), STR_ARG(tail))),
	    "not three parts");
	refuses(
	    text("{\"a\":\"..%.*s\"}%.*s", token, STR("")), "not three parts");
}

/* RAW in base64url, PAD appended, as the first part of a signed token. */
static struct str
with_raw_header(struct str raw, const char *pad)
{
	struct buf out;

	buf_init_arena(&out, arena, JWT_MAX);
	b64url_put(&out, raw.p, raw.n);
	buf_str(&out, str_of(pad));
	buf_byte(&out, '.');
	b64url_put(&out, good_payload().p, good_payload().n);
	return seal(ours, buf_view(&out));
}

static void
only_canonical_base64url_is_taken(void **state)
{
	static const char *const pads[] = { "=", "==", "\n", " ", "+", "/",
		"%3D", "A" };
	struct str token = good_token();
	struct str header = good_header();
	struct str even;

	(void)state;
	/* A length that divides by three, so that "A" makes a lone one. */
	even = text(
	    "%.*s%.*s", header, (struct str){ "  ", (3 - header.n % 3) % 3 });
	for (size_t i = 0; i < sizeof(pads) / sizeof(pads[0]); i++)
		refuses(
		    with_raw_header(even, pads[i]), "not canonical base64url");
	for (size_t i = 0; i < sizeof(pads) / sizeof(pads[0]) - 1; i++) {
		refuses(text("%.*s%.*s", token, str_of(pads[i])),
		    "not canonical base64url");
		refuses(text("%.*s%.*s", str_of(pads[i]), token),
		    "not canonical base64url");
	}
}

/* The same bytes, another spelling: the last character has unused bits. */
static void
unused_bits_must_be_zero(void **state)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				       "nopqrstuvwxyz0123456789-_";
	struct str token = good_token();
	char *copy = (char *)arena_str(arena, token).p;
	char *last = copy + token.n - 1;

	(void)state;
	/* 256 bytes of signature leave two bits over in 342 characters. */
	*last = alphabet[strchr(alphabet, *last) - alphabet + 1];
	refuses((struct str){ copy, token.n }, "not canonical base64url");
}

static void
bytes_around_a_token_are_refused(void **state)
{
	struct str token = good_token();
	char *copy = arena_alloc(arena, token.n + 1);

	(void)state;
	memcpy(copy, token.p, token.n);
	copy[token.n] = '\0';
	refuses((struct str){ copy, token.n + 1 }, "not canonical base64url");
	refuses(text("%.*s%.*s", token, STR("AA")), "wrong signature");
	refuses(text("%.*s%.*s", token, STR("AAAA")), "wrong signature");
	refuses(
	    text("%.*s%.*s", STR("Bearer "), token), "not canonical base64url");
	for (size_t cut = 1; cut < token.n; cut += 7) {
		struct claims claims;

		assert_int_equal(verify((struct str){ token.p, token.n - cut },
				     &claims, NULL),
		    HUB_EDENIED);
	}
}

static void
a_token_of_the_longest_length_is_taken_and_no_longer_one(void **state)
{
	const size_t signature = 1 + B64URL_LEN(256);
	const char *fits = "\"\"", *longer = "\"\"";
	struct arena_mark mark = arena_mark(arena);
	struct claims claims;
	struct str input = STR_NONE;

	(void)state;
	for (int n = 2000; input.n + signature <= JWT_MAX; n++) {
		arena_rewind(arena, mark);
		fits = arena_printf(arena, "\"%0*d\"", n, 0);
		longer = arena_printf(arena, "\"%0*d\"", n + 1, 0);
		input =
		    input_of(good_header(), payload_with("padding", longer));
	}
	assert_true(with_claim("padding", fits).n >= JWT_MAX - 1);
	accepts(with_claim("padding", fits), &claims);
	refuses(with_claim("padding", longer), "too long");
}

static void
a_signature_of_another_key_or_token_is_refused(void **state)
{
	struct str a = good_token(), b = with_claim("sub", "\"b\"");
	struct str signature = { b.p + b.n - 342, 342 };
	struct str input = { a.p, a.n - 343 };

	(void)state;
	refuses(seal(other, input_of(good_header(), good_payload())),
	    "wrong signature");
	refuses(text("%.*s.%.*s", input, signature), "wrong signature");
	refuses(text("%.*s.%.*s", input, STR("AA")), "wrong signature");
}

/* The part that begins at FROM, decoded, with one bit of byte AT turned. */
static struct str
flipped(struct str token, struct str part, size_t at)
{
	struct str bytes = decoded(part);
	struct buf out;

	buf_init_arena(&out, arena, JWT_MAX);
	((char *)bytes.p)[at] ^= (char)(1 << at % 8);
	buf_put(&out, token.p, (size_t)(part.p - token.p));
	b64url_put(&out, bytes.p, bytes.n);
	buf_put(&out, part.p + part.n,
	    token.n - (size_t)(part.p - token.p) - part.n);
	return buf_view(&out);
}

static void
a_turned_bit_in_any_byte_is_refused(void **state)
{
	struct str token = good_token(), rest = token, part;
	struct arena_mark mark = arena_mark(arena);
	size_t turned = 0;

	(void)state;
	while (str_split(&rest, '.', &part)) {
		for (size_t at = 0; at < part.n / 4 * 3; at++) {
			struct claims claims;

			assert_int_equal(
			    verify(flipped(token, part, at), &claims, NULL),
			    HUB_EDENIED);
			arena_rewind(arena, mark);
			turned++;
		}
	}
	assert_true(turned > 400);
}

static void
a_changed_character_anywhere_is_refused(void **state)
{
	struct str token = good_token();
	char *copy = (char *)arena_str(arena, token).p;

	(void)state;
	for (size_t i = 0; i < token.n; i++) {
		struct claims claims;

		for (int bit = (int)(i % 3); bit < 8; bit += 3) {
			copy[i] = (char)(token.p[i] ^ (1 << bit));
			assert_int_equal(verify((struct str){ copy, token.n },
					     &claims, NULL),
			    HUB_EDENIED);
		}
		copy[i] = token.p[i];
	}
}

static size_t
mutate(char *p, size_t n, size_t cap, uint64_t *seed)
{
	size_t at = chance(seed) % n;
	size_t len = chance(seed) % 16 + 1;

	switch (chance(seed) % 6) {
	case 0: /* any byte */
		p[at] = (char)chance(seed);
		break;
	case 1: /* a byte that has a meaning */
		p[at] = "..=+/-_AZaz09{}\"\\ \n"[chance(seed) % 20];
		break;
	case 2: /* cut */
		return at > 0 ? at : 1;
	case 3: /* leave out */
		len = len < n - at ? len : n - at;
		memmove(p + at, p + at + len, n - at - len);
		return n - len > 0 ? n - len : 1;
	case 4: /* twice */
		len = len < n - at ? len : n - at;
		if (n + len > cap)
			break;
		memmove(p + at + len, p + at, n - at);
		return n + len;
	default: /* swap */
		len = chance(seed) % n;
		if (p[at] != p[len]) {
			char c = p[at];

			p[at] = p[len];
			p[len] = c;
		}
		break;
	}
	return n;
}

static void
random_changes_never_crash_nor_pass(void **state)
{
	struct str token = good_token();
	char *copy = arena_alloc(arena, JWT_MAX + 8);
	uint64_t seed = 20260131;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		size_t n = token.n;
		uint32_t times = chance_below(&seed, 4) + 1;
		struct claims claims;
		char *exact;
		int rc;

		memcpy(copy, token.p, n);
		while (times-- > 0)
			n = mutate(copy, n, JWT_MAX + 8, &seed);
		/* Memory of its own, so that reading past the end is seen. */
		exact = malloc(n);
		assert_non_null(exact);
		memcpy(exact, copy, n);
		rc = verify((struct str){ exact, n }, &claims, NULL);
		free(exact);
		if (n == token.n && memcmp(copy, token.p, n) == 0)
			assert_int_equal(rc, 0);
		else
			assert_int_equal(rc, HUB_EDENIED);
	}
}

/* Header and payload mutated before they are signed. */
static void
random_changes_under_a_right_signature_never_crash(void **state)
{
	struct str header = good_header(), payload = good_payload();
	struct arena_mark mark = arena_mark(arena);
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct str part = round % 2 == 0 ? header : payload;
		struct claims claims;
		char copy[512];
		int rc;

		memcpy(copy, part.p, part.n);
		part.n = mutate(copy, part.n, sizeof(copy), &seed);
		part.p = copy;
		rc = verify(
		    round % 2 == 0 ? forge(part, payload) : forge(header, part),
		    &claims, NULL);
		if (rc == 0) {
			assert_true(str_is_id(str_of(claims.sub)));
			assert_true(str_is_id(str_of(claims.client_id)));
			assert_true(str_is_id(str_of(claims.jti)));
			assert_true(claims.exp > NOW);
		} else if (rc != HUB_EDENIED && rc != HUB_EEXPIRED) {
			fail_msg("%s", err_text(rc));
		}
		arena_rewind(arena, mark);
	}
}

#define TEST(fn) cmocka_unit_test_setup(fn, forge_each)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_other_alg_is_refused),
		TEST(a_token_without_signature_is_refused),
		TEST(the_helper_for_hmac_is_right),
		TEST(the_public_key_is_no_hmac_secret),
		TEST(the_type_must_be_access_token),
		TEST(a_kid_is_a_known_name_and_nothing_else),
		TEST(a_key_set_without_keys_knows_no_kid),
		TEST(keys_named_in_the_header_are_not_looked_at),
		TEST(the_key_in_the_header_does_not_verify),
		TEST(extensions_are_refused),
		TEST(a_header_is_one_json_object),
		TEST(members_that_come_twice_are_refused),
		TEST(anything_but_three_parts_is_refused),
		TEST(json_serialisation_is_refused),
		TEST(only_canonical_base64url_is_taken),
		TEST(unused_bits_must_be_zero),
		TEST(bytes_around_a_token_are_refused),
		TEST(a_token_of_the_longest_length_is_taken_and_no_longer_one),
		TEST(a_signature_of_another_key_or_token_is_refused),
		TEST(a_turned_bit_in_any_byte_is_refused),
		TEST(a_changed_character_anywhere_is_refused),
		TEST(random_changes_never_crash_nor_pass),
		TEST(random_changes_under_a_right_signature_never_crash),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, forge_set_up, forge_tear_down);
}
