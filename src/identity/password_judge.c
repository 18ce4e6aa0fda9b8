/*
 * Which new passwords are let in. Guessers begin with lists, repetitions and
 * runs of keys; what is judged here is whether anything else is there.
 */
#include "identity/password.h"

#include "base/buf.h"
#include "base/secret.h"
#include "base/unicode.h"

/* Folding makes a text longer by no more than this. */
#define FOLDED_MAX ((size_t)PASSWORD_INPUT_MAX * 18 * 3)

/* Neighbours that make a run; two of them are in any word. */
#define RUN_MIN 3

/* Own words shorter than this say nothing. */
#define OWN_MIN 3

static const char *const rows[] = {
	"abcdefghijklmnopqrstuvwxyz",
	"01234567890",
	"qwertyuiop",
	"asdfghjkl",
	"zxcvbnm",
	"azertyuiop",
	"qwertzuiop",
	"!@#$%^&*()",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm",
};

/* How far B stands behind A in this row: 1, -1, or 0 for neither. */
static int
step_in_row(const char *row, char a, char b)
{
	for (const char *p = row; p[1] != '\0'; p++) {
		if (p[0] == a && p[1] == b)
			return 1;
		if (p[0] == b && p[1] == a)
			return -1;
	}
	return 0;
}

/* The length of the run in one row, or of one character, that S begins with. */
static size_t
run_in_row(struct str s, const char *row)
{
	size_t n = 1;
	int step = 0;

	while (n < s.n) {
		char a = s.p[n - 1], b = s.p[n];
		int now = row == NULL ? a == b : step_in_row(row, a, b);

		if (now == 0 || (step != 0 && now != step))
			break;
		step = now;
		n++;
	}
	return n;
}

static size_t
run_length(struct str s)
{
	size_t longest = run_in_row(s, NULL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = run_in_row(s, rows[i]);

		if (n > longest)
			longest = n;
	}
	return longest;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || ((unsigned char)c & 0x80) != 0;
}

/* Letters and digits, each run counted as one. */
static size_t
what_is_left(struct str s)
{
	size_t left = 0, n;

	for (; s.n > 0; s.p += n, s.n -= n) {
		n = run_length(s);
		if (n < RUN_MIN)
			n = 1;
		/* Of a letter outside ASCII the first byte counts. */
		left += char_is_digit(s.p[0]) ||
		    (is_letter(s.p[0]) &&
			((unsigned char)s.p[0] & 0xc0) != 0x80);
	}
	return left;
}

/* The shortest N so that each byte is that of N places before it. */
static size_t
period_of(struct str s)
{
	size_t n = 1;

	while (n < s.n && memcmp(s.p, s.p + n, s.n - n) != 0)
		n++;
	return n;
}

static bool
is_word_repeated(const struct blocklist *list, struct str s)
{
	size_t n = period_of(s);

	return s.n % n == 0 && blocklist_has(list, (struct str){ s.p, n });
}

static bool
is_two_words(const struct blocklist *list, struct str s)
{
	for (size_t i = BLOCKLIST_WORD_MIN; i + BLOCKLIST_WORD_MIN <= s.n;
	     i++) {
		if (blocklist_has(list, (struct str){ s.p, i }) &&
		    blocklist_has(list, (struct str){ s.p + i, s.n - i }))
			return true;
	}
	return false;
}

/* SCRATCH is as long as FOLDED. */
static bool
is_common(const struct conf *conf, const struct blocklist *list,
    struct str folded, char *scratch)
{
	struct str letters = { scratch, 0 };
	struct str unit = { folded.p, period_of(folded) };

	if (unicode_count(unit) < conf->password_min ||
	    what_is_left(folded) < conf->password_min / 2 ||
	    blocklist_has(list, folded))
		return true;
	for (size_t i = 0; i < folded.n; i++) {
		if (is_letter(folded.p[i]))
			scratch[letters.n++] = folded.p[i];
	}
	return letters.n > 0 &&
	    (is_word_repeated(list, letters) || is_two_words(list, letters));
}

/* Takes each WORD out of TEXT, which gets shorter; whether there was any. */
static bool
take_out(char *text, size_t *n, struct str word)
{
	bool found = false;
	size_t i = 0;

	while (i + word.n <= *n) {
		if (memcmp(text + i, word.p, word.n) != 0) {
			i++;
			continue;
		}
		memmove(text + i, text + i + word.n, *n - i - word.n);
		*n -= word.n;
		found = true;
	}
	return found;
}

/* The next piece of an own word: addresses and double names have several. */
static bool
next_piece(struct str *rest, struct str *piece)
{
	size_t n = 0;

	while (rest->n > 0 && !is_letter(rest->p[0]) &&
	    !char_is_digit(rest->p[0])) {
		rest->p++;
		rest->n--;
	}
	while (
	    n < rest->n && (is_letter(rest->p[n]) || char_is_digit(rest->p[n])))
		n++;
	if (n == 0)
		return false;
	*piece = (struct str){ rest->p, n };
	rest->p += n;
	rest->n -= n;
	return true;
}

/* Takes out what of OWN is N bytes long: its words and their pieces. */
static bool
take_out_own(char *text, size_t *left, struct str own, size_t n)
{
	struct str words = own, word;
	bool found = false;

	while (str_split(&words, ' ', &word)) {
		if (word.n == n && take_out(text, left, word))
			found = true;
	}
	while (next_piece(&own, &word)) {
		if (word.n == n && take_out(text, left, word))
			found = true;
	}
	return found;
}

/*
 * SCRATCH is as long as FOLDED; OWN is folded. Long words go first: of "jan
 * jansen" the second would not be found without its beginning.
 */
static bool
is_own(
    const struct conf *conf, struct str folded, struct str own, char *scratch)
{
	size_t left = folded.n;
	bool found = false;

	memcpy(scratch, folded.p, folded.n);
	for (size_t n = folded.n; n >= OWN_MIN; n--) {
		if (take_out_own(scratch, &left, own, n))
			found = true;
	}
	return found &&
	    what_is_left((struct str){ scratch, left }) <
	    conf->password_min / 2;
}

static enum password_fault
judge_folded(const struct conf *conf, const struct blocklist *list,
    struct str folded, struct str own, char *scratch)
{
	if (folded.n == 0 || is_common(conf, list, folded, scratch))
		return PASSWORD_COMMON;
	return is_own(conf, folded, own, scratch) ? PASSWORD_OWN
						  : PASSWORD_GOOD;
}

enum password_fault
password_judge(const struct conf *conf, const struct blocklist *list,
    struct arena *arena, struct str password, struct str own)
{
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	size_t points = unicode_count(password);
	enum password_fault fault;
	struct buf folded, words;
	char *scratch;

	if (password_is_temporary(password, temporary))
		return PASSWORD_TEMPORARY;
	if (points < conf->password_min)
		return PASSWORD_SHORT;
	if (points > PASSWORD_LONGEST)
		return PASSWORD_LONG;
	buf_init_arena(&folded, arena, FOLDED_MAX);
	buf_init_arena(&words, arena, FOLDED_MAX);
	if (unicode_fold(password, &folded) != 0)
		return PASSWORD_UNREADABLE;
	/* Names that cannot be folded are none that somebody types. */
	unicode_fold(own, &words);
	scratch = arena_alloc(arena, folded.n + 1);
	if (scratch == NULL)
		return PASSWORD_UNREADABLE;
	fault = judge_folded(
	    conf, list, buf_view(&folded), buf_view(&words), scratch);
	secret_clear(scratch, folded.n);
	secret_clear(folded.p, folded.n);
	secret_clear(temporary, sizeof(temporary));
	return fault;
}
