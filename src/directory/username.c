#include "directory/username.h"

/* Bytes of an address that are quoted. */
#define EXCERPT 60

static bool
is_atom_char(char c)
{
	return char_is_alnum(c) ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

/* The part before the @ (RFC 5321 dot-string); quoted forms are refused. */
static bool
is_local(struct str s)
{
	if (s.n < 1 || s.n > 64 || s.p[0] == '.' || s.p[s.n - 1] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_atom_char(s.p[i]) ||
		    (s.p[i] == '.' && s.p[i - 1] == '.'))
			return false;
	}
	return true;
}

static bool
is_domain(struct str s)
{
	struct str label;

	if (s.n < 1)
		return false;
	while (str_split(&s, '.', &label)) {
		if (label.n < 1 || label.n > 63 || label.p[0] == '-' ||
		    label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++) {
			if (!char_is_alnum(label.p[i]) && label.p[i] != '-')
				return false;
		}
	}
	return true;
}

int
username_check(struct str text, struct str *out, struct why *why)
{
	struct str name = str_trim(text);
	ptrdiff_t at = str_index(name, '@');

	*out = STR_NONE;
	if (name.n > USERNAME_MAX)
		return why_set(
		    why, HUB_EINVAL, "longer than %d bytes", USERNAME_MAX);
	if (at < 0 || !is_local((struct str){ name.p, (size_t)at }) ||
	    !is_domain(
		(struct str){ name.p + at + 1, name.n - (size_t)at - 1 }))
		return why_set(why, HUB_EINVAL, "not an e-mail address");
	*out = name;
	return 0;
}

int
username_given(struct str text, struct str *out, struct why *why)
{
	bool cut = text.n > EXCERPT;

	if (username_check(text, out, why) == 0)
		return 0;
	why_prefix(why, "the address '%.*s%s'", cut ? EXCERPT : (int)text.n,
	    text.p, cut ? "..." : "");
	return HUB_EINVAL;
}

struct str
username_fold(struct arena *arena, struct str name)
{
	struct str folded = arena_str(arena, name);
	char *p;

	if (folded.p == NULL)
		return STR_NONE;
	p = (char *)(uintptr_t)folded.p;
	for (size_t i = 0; i < folded.n; i++)
		p[i] = char_lower(p[i]);
	return folded;
}
