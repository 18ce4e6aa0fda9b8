#include "unit.h"

#include <errno.h>
#include <string.h>
#include "base/err.h"

static void
has_a_text_of_its_own_for_each_result(void **state)
{
	(void)state;
	assert_string_equal(err_text(0), "no error");
	for (int err = HUB_ENOENT; err <= HUB_ECRYPTO; err++) {
		assert_string_not_equal(err_text(err), "unknown error");
		for (int other = HUB_ENOENT; other < err; other++)
			assert_string_not_equal(err_text(err), err_text(other));
	}
	assert_string_equal(err_text(HUB_ENOENT - 1), "unknown error");
	assert_string_equal(err_text(HUB_ECRYPTO + 1), "unknown error");
	assert_string_equal(err_text(1), "unknown error");
}

static void
gives_the_error_back_with_the_sentence(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(
	    why_set(&why, HUB_EINVAL, "%s is %d", "x", 7), HUB_EINVAL);
	assert_string_equal(why.text, "x is 7");
	why_prefix(&why, "%s:%u", "hub.conf", 3);
	assert_string_equal(why.text, "hub.conf:3: x is 7");
}

static void
does_without_a_sentence(void **state)
{
	(void)state;
	assert_int_equal(why_set(NULL, HUB_EIO, "%s", "unread"), HUB_EIO);
	why_prefix(NULL, "%s", "unread");
}

static void
cuts_a_sentence_that_is_too_long(void **state)
{
	char text[2 * sizeof(struct why)];
	struct why why;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	why_say(&why, "%s", text);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
	why_prefix(&why, "here");
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
	assert_memory_equal(why.text, "here: xxx", 9);
}

/* The prefix fills the room but for 0 to 4 bytes. */
static void
stays_in_its_room_whatever_the_prefix_leaves(void **state)
{
	char prefix[sizeof(struct why)];
	struct why why;

	(void)state;
	for (size_t left = 0; left < 5; left++) {
		size_t n = sizeof(why.text) - 1 - left;

		memset(prefix, 'p', n);
		prefix[n] = '\0';
		why_say(&why, "sentence");
		why_prefix(&why, "%s", prefix);
		assert_memory_equal(why.text, prefix, n);
		assert_true(strlen(why.text) < sizeof(why.text));
		if (left == 4)
			assert_string_equal(why.text + n, ": se");
	}
}

static void
says_what_to_do_about_a_file_that_cannot_be_read(void **state)
{
	struct why why;

	(void)state;
	errno = ENOENT;
	assert_int_equal(why_unread(&why, "/x", "name another"), HUB_EIO);
	assert_string_equal(why.text,
	    "cannot read /x: No such file or directory: name another");
	errno = ENOTDIR;
	why_unread(&why, "/x", "name another");
	assert_string_equal(
	    why.text, "cannot read /x: Not a directory: name another");
	errno = EACCES;
	why_unread(&why, "/x", "name another");
	assert_string_equal(why.text,
	    "cannot read /x: Permission denied: let this user read it, or "
	    "start as another");
	errno = EISDIR;
	why_unread(&why, "/x", "name another");
	assert_string_equal(why.text, "cannot read /x: Is a directory");
	errno = ENOENT;
	assert_int_equal(why_unread(NULL, "/x", NULL), HUB_EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_a_text_of_its_own_for_each_result),
		cmocka_unit_test(gives_the_error_back_with_the_sentence),
		cmocka_unit_test(does_without_a_sentence),
		cmocka_unit_test(cuts_a_sentence_that_is_too_long),
		cmocka_unit_test(
		    says_what_to_do_about_a_file_that_cannot_be_read),
		cmocka_unit_test(stays_in_its_room_whatever_the_prefix_leaves),
	};

	return UNIT_RUN(tests);
}
