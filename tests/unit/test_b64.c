#include "unit.h"

#include <stdio.h>
#include <string.h>
#include "base/b64.h"

/* RFC 4648 section 10, without the padding; the last two show '-' and '_'. */
static const struct {
	struct str plain;
	const char *text;
} vectors[] = {
	{ { "", 0 }, "" },
	{ { "f", 1 }, "Zg" },
	{ { "fo", 2 }, "Zm8" },
	{ { "foo", 3 }, "Zm9v" },
	{ { "foob", 4 }, "Zm9vYg" },
	{ { "fooba", 5 }, "Zm9vYmE" },
	{ { "foobar", 6 }, "Zm9vYmFy" },
	{ { "\xfb\xef\xbe", 3 }, "----" },
	{ { "\xff\xff\xff", 3 }, "____" },
};

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void
agrees_with_the_vectors_of_the_rfc(void **state)
{
	unsigned char out[8];
	struct buf b;

	(void)state;
	buf_init(&b, 64);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct str plain = vectors[i].plain;
		struct str text = str_of(vectors[i].text);

		buf_reset(&b);
		b64url_put(&b, plain.p, plain.n);
		assert_int_equal(buf_error(&b), 0);
		assert_true(str_eq(buf_view(&b), text));
		assert_int_equal(B64URL_LEN(plain.n), text.n);
		assert_int_equal(
		    b64url_decode(text, out, sizeof(out)), plain.n);
		assert_memory_equal(out, plain.p, plain.n);
	}
	buf_free(&b);
}

static void
gives_back_bytes_of_every_length(void **state)
{
	unsigned char plain[260], out[260];
	struct buf b;

	(void)state;
	buf_init(&b, B64URL_LEN(sizeof(plain)));
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (unsigned char)(i * 167 + 13);
	for (size_t n = 0; n <= sizeof(plain); n++) {
		buf_reset(&b);
		b64url_put(&b, plain, n);
		assert_int_equal(buf_error(&b), 0);
		assert_int_equal(b.n, B64URL_LEN(n));
		assert_int_equal(b64url_decode(buf_view(&b), out, n), n);
		assert_memory_equal(out, plain, n);
		if (n > 0)
			assert_int_equal(
			    b64url_decode(buf_view(&b), out, n - 1), -1);
	}
	buf_free(&b);
}

/*
 * Two characters carry four bits too many, three carry two: of the last one's
 * 64 values, 4 and 16 are canonical.
 */
static void
refuses_left_over_bits_that_are_not_zero(void **state)
{
	unsigned char out[2];
	char text[3];

	(void)state;
	for (size_t i = 0; i < 64; i++) {
		bool two = i % 16 == 0, three = i % 4 == 0;

		memcpy(text, "AAA", 3);
		text[1] = alphabet[i];
		assert_int_equal(b64url_decode((struct str){ text, 2 }, out, 2),
		    two ? 1 : -1);
		text[1] = 'A';
		text[2] = alphabet[i];
		assert_int_equal(b64url_decode((struct str){ text, 3 }, out, 2),
		    three ? 2 : -1);
	}
}

static void
refuses_every_character_outside_the_alphabet(void **state)
{
	unsigned char out[3];
	char text[4];

	(void)state;
	for (int c = 0; c < 256; c++) {
		bool known = c != 0 && strchr(alphabet, c) != NULL;

		for (size_t at = 0; at < 4; at++) {
			memcpy(text, "AAAA", 4);
			text[at] = (char)c;
			assert_int_equal(
			    b64url_decode((struct str){ text, 4 }, out, 3),
			    known ? 3 : -1);
		}
	}
}

static bool
is_known(int c, const char *last_two)
{
	return c != 0 && (memchr(alphabet, c, 62) || strchr(last_two, c));
}

/* Every byte at every place of texts that end in each way. */
static void
finds_a_foreign_character_at_every_place(void **state)
{
	unsigned char out[9];
	char text[12];

	(void)state;
	for (size_t n = 2; n <= sizeof(text); n += n % 4 == 0 ? 2 : 1) {
		for (size_t at = 0; at < n; at++) {
			for (int c = 0; c < 256; c++) {
				bool good = is_known(c, "-_");

				/* Left-over bits are another test's matter. */
				if (good && n % 4 != 0 && at == n - 1)
					continue;
				memset(text, 'A', sizeof(text));
				text[at] = (char)c;
				assert_int_equal(
				    b64url_decode((struct str){ text, n }, out,
					n * 3 / 4),
				    good ? (ptrdiff_t)(n * 3 / 4) : -1);
			}
		}
	}
}

/* The same of the other alphabet, whose text is always filled up. */
static void
the_other_alphabet_has_its_own_characters(void **state)
{
	unsigned char out[6];
	char text[8];

	(void)state;
	for (size_t at = 0; at < sizeof(text); at++) {
		for (int c = 0; c < 256; c++) {
			ptrdiff_t n = is_known(c, "+/") ? 6 : -1;

			/* One sign of padding leaves two zero bits. */
			if (c == '=' && at == sizeof(text) - 1)
				n = 5;
			memset(text, 'A', sizeof(text));
			text[at] = (char)c;
			assert_int_equal(
			    b64_decode((struct str){ text, sizeof(text) }, out,
				sizeof(out)),
			    n);
		}
	}
}

static void
the_other_alphabet_is_padded_and_canonical(void **state)
{
	static const struct {
		const char *text;
		struct str plain;
	} good[] = { { "", { "", 0 } }, { "Zg==", { "f", 1 } },
		{ "Zm8=", { "fo", 2 } }, { "Zm9v", { "foo", 3 } },
		{ "Zm9vYg==", { "foob", 4 } }, { "Zm9vYmE=", { "fooba", 5 } },
		{ "++++", { "\xfb\xef\xbe", 3 } },
		{ "////", { "\xff\xff\xff", 3 } } };
	static const char *const bad[] = { "Zg", "Zg=", "Zh==", "Zm9=", "Zm8",
		"=", "==", "====", "Z===", "Zg==Zg==", "Zm8=Zm8=", "Zg==\n",
		"----", "____", "Zm9v====", "=m9v" };
	unsigned char out[8];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(
		    b64_decode(str_of(good[i].text), out, good[i].plain.n),
		    good[i].plain.n);
		assert_memory_equal(out, good[i].plain.p, good[i].plain.n);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (b64_decode(str_of(bad[i]), out, sizeof(out)) != -1)
			fail_msg("'%s' was decoded", bad[i]);
	}
}

static void
refuses_padding_and_impossible_lengths(void **state)
{
	static const char *const bad[] = { "Zg==", "Zm8=", "Z", "A", "AAAAA",
		"Zm9vY", "=", "==", "Zg=", "Zm9v\n", "Zm9v ", " Zm9v", "Zm 9v",
		"Zm+v", "Zm/v", "Zm9v.", "Zh", "Zm9" };
	unsigned char out[8];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (b64url_decode(str_of(bad[i]), out, sizeof(out)) != -1)
			fail_msg("'%s' was decoded", bad[i]);
	}
}

static void
writes_no_byte_behind_the_room(void **state)
{
	unsigned char out[4] = { 1, 2, 3, 4 };

	(void)state;
	assert_int_equal(b64url_decode(STR("____"), out, 3), 3);
	assert_int_equal(out[3], 4);
	memset(out, 9, sizeof(out));
	assert_int_equal(b64url_decode(STR("____"), out, 2), -1);
	assert_int_equal(b64url_decode(STR("___8"), out + 4, 0), -1);
	for (size_t i = 0; i < sizeof(out); i++)
		assert_int_equal(out[i], 9);
	assert_int_equal(b64url_decode(STR(""), NULL, 0), 0);
	assert_int_equal(b64url_decode(STR_NONE, NULL, 0), 0);
}

static void
says_so_when_the_buffer_is_full(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 3);
	b64url_put(&b, "foo", 3);
	assert_int_not_equal(buf_error(&b), 0);
	assert_int_equal(b.n, 0);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_vectors_of_the_rfc),
		cmocka_unit_test(gives_back_bytes_of_every_length),
		cmocka_unit_test(refuses_left_over_bits_that_are_not_zero),
		cmocka_unit_test(refuses_every_character_outside_the_alphabet),
		cmocka_unit_test(finds_a_foreign_character_at_every_place),
		cmocka_unit_test(the_other_alphabet_has_its_own_characters),
		cmocka_unit_test(the_other_alphabet_is_padded_and_canonical),
		cmocka_unit_test(refuses_padding_and_impossible_lengths),
		cmocka_unit_test(writes_no_byte_behind_the_room),
		cmocka_unit_test(says_so_when_the_buffer_is_full),
	};

	return UNIT_RUN(tests);
}
