#include "mail/template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/html_reference.h"
#include "identity/mail.h"

#define FILE_MAX (64 * 1024)
#define FILLED_MAX (256 * 1024)
#define SUBJECT_MAX 200
#define SUBJECT STR("Subject:")

#define BIT(place) (1U << (place))
#define EVERYWHERE                                                             \
	(BIT(PLACE_NAME) | BIT(PLACE_USERNAME) | BIT(PLACE_PORTAL) |           \
	    BIT(PLACE_ACCOUNT_PAGE) | BIT(PLACE_SENDER))

/* A subject is shown on locked screens. */
#define IN_SUBJECT (BIT(PLACE_SENDER) | BIT(PLACE_ORGANIZATION))

static const char *const place_names[MAIL_PLACES] = {
	[PLACE_NAME] = "name",
	[PLACE_USERNAME] = "username",
	[PLACE_PORTAL] = "portal",
	[PLACE_ACCOUNT_PAGE] = "account_page",
	[PLACE_SENDER] = "sender",
	[PLACE_PASSWORD] = "password",
	[PLACE_HOURS] = "hours",
	[PLACE_ORGANIZATION] = "organization",
	[PLACE_DAYS] = "days",
	[PLACE_CODE] = "code",
	[PLACE_MINUTES] = "minutes",
	[PLACE_TIME] = "time",
};

/* What has to stand in each; it may beside what may stand everywhere. */
static const unsigned int needs[MAIL_TEMPLATES] = {
	[MAIL_WELCOME] = BIT(PLACE_PASSWORD) | BIT(PLACE_HOURS),
	[MAIL_RESET] = BIT(PLACE_PASSWORD) | BIT(PLACE_HOURS),
	[MAIL_FORGOTTEN] = BIT(PLACE_PASSWORD) | BIT(PLACE_HOURS),
	[MAIL_INVITATION] =
	    BIT(PLACE_ORGANIZATION) | BIT(PLACE_DAYS) | BIT(PLACE_ACCOUNT_PAGE),
	[MAIL_ADDRESS_CODE] = BIT(PLACE_CODE) | BIT(PLACE_MINUTES),
	[MAIL_ADDRESS_CHANGED] = 0,
	[MAIL_PASSWORD_CHANGED] = BIT(PLACE_TIME),
	[MAIL_FACTOR_ADDED] = BIT(PLACE_TIME),
	[MAIL_FACTOR_REMOVED] = BIT(PLACE_TIME),
	[MAIL_NEW_DEVICE] = BIT(PLACE_TIME) | BIT(PLACE_ACCOUNT_PAGE),
};

static const char *const language_codes[MAIL_LANGUAGES] = { "nl", "en" };

struct source {
	struct buf bytes; /* the file */
	struct str subject, body;
};

enum form { FORM_PLAIN, FORM_HTML, FORMS };

static const char *const form_names[FORMS] = { "txt", "html" };

struct mail_texts {
	struct source at[MAIL_TEMPLATES][MAIL_LANGUAGES][FORMS];
};

/* A file as it is looked at; of its first fault WHY tells. */
struct reader {
	char path[CONF_PATH_MAX + 64];
	unsigned int may, must;
	struct why *why;
};

static int
read_bytes(const struct reader *r, struct buf *bytes)
{
	int fd = open(r->path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;
	char *to;

	if (fd < 0)
		return why_set(r->why, HUB_EIO,
		    "cannot read %s: %s: mail.templates must name a folder "
		    "with all texts",
		    r->path, strerror(errno));
	while ((to = buf_space(bytes, 4096)) != NULL) {
		n = read(fd, to, 4096);
		bytes->n -= 4096 - (n > 0 ? (size_t)n : 0);
		if (n <= 0)
			break;
	}
	close(fd);
	if (n < 0)
		return why_set(r->why, HUB_EIO, "cannot read %s: %s", r->path,
		    strerror(errno));
	if (to == NULL)
		return why_set(r->why, HUB_EINVAL, "%s: longer than %d bytes",
		    r->path, FILE_MAX);
	return 0;
}

static int
fault(const struct reader *r, unsigned int line, const char *text)
{
	return why_set(r->why, HUB_EINVAL, "%s:%u: %s", r->path, line, text);
}

/*
 * Cuts TEXT before its next place, which is taken off too: LITERAL is what
 * stands before it. HUB_ENOENT: no place follows, and LITERAL is all the rest.
 * HUB_EINVAL: "{{" without "}}", or a word that is no place.
 */
static int
next_place(struct str *text, struct str *literal, struct str *word,
    enum mail_place *place)
{
	const char *begin = memmem(text->p, text->n, "{{", 2), *end = NULL;

	*literal = *text;
	*word = STR_NONE;
	if (begin == NULL)
		return HUB_ENOENT;
	literal->n = (size_t)(begin - text->p);
	*word = (struct str){ begin + 2, text->n - literal->n - 2 };
	end = memmem(word->p, word->n, "}}", 2);
	if (end == NULL) {
		word->n = word->n < 20 ? word->n : 20;
		return HUB_EINVAL;
	}
	word->n = (size_t)(end - word->p);
	text->n -= (size_t)(end + 2 - text->p);
	text->p = end + 2;
	for (int i = 0; i < MAIL_PLACES; i++) {
		if (str_eq(*word, str_of(place_names[i]))) {
			*place = (enum mail_place)i;
			return 0;
		}
	}
	return HUB_EINVAL;
}

static unsigned int
lines_in(struct str text)
{
	unsigned int n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

/* That each place in TEXT, which begins in LINE, may be there. */
static int
check_places(const struct reader *r, struct str text, unsigned int line,
    unsigned int may, unsigned int *found)
{
	struct str literal, word;
	enum mail_place place;
	int rc;

	while (
	    (rc = next_place(&text, &literal, &word, &place)) != HUB_ENOENT) {
		line += lines_in(literal);
		if (rc != 0)
			return why_set(r->why, HUB_EINVAL,
			    "%s:%u: {{%.*s is no place of the hub's: see the "
			    "table of mail.md",
			    r->path, line, (int)(word.n < 40 ? word.n : 40),
			    word.p);
		if ((may & BIT(place)) == 0)
			return why_set(r->why, HUB_EINVAL,
			    "%s:%u: {{%s}} must not stand here", r->path, line,
			    place_names[place]);
		*found |= BIT(place);
	}
	return 0;
}

static int
check_characters(const struct reader *r, struct str text)
{
	unsigned int line = 1;

	if (!str_is_utf8(text))
		return why_set(r->why, HUB_EINVAL,
		    "%s: not UTF-8: save it with that encoding", r->path);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return fault(r, line,
			    c == '\r' ? "ends with CR and LF: use LF alone"
				      : "holds a control character");
		line += c == '\n';
	}
	return 0;
}

static bool
is_blank(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != ' ' && text.p[i] != '\t' && text.p[i] != '\n')
			return false;
	}
	return true;
}

static int
check(const struct reader *r, struct source *s)
{
	struct str text = buf_view(&s->bytes), line, empty;
	unsigned int found = 0, missing;
	int rc = check_characters(r, text);

	if (rc != 0)
		return rc;
	if (!str_split(&text, '\n', &line) || !str_starts(line, SUBJECT))
		return fault(r, 1, "the first line is not \"Subject: ...\"");
	s->subject =
	    str_trim((struct str){ line.p + SUBJECT.n, line.n - SUBJECT.n });
	if (s->subject.n == 0 || s->subject.n > SUBJECT_MAX)
		return fault(r, 1, "the subject is empty or over 200 bytes");
	if (!str_split(&text, '\n', &empty) || empty.n > 0)
		return fault(r, 2, "not empty: the body begins after it");
	s->body = text;
	if (is_blank(text))
		return fault(r, 3, "there is no body");
	rc = check_places(r, s->subject, 1, r->may & IN_SUBJECT, &found);
	found = 0;
	if (rc == 0)
		rc = check_places(r, s->body, 3, r->may, &found);
	missing = r->must & ~found;
	for (int i = 0; rc == 0 && i < MAIL_PLACES; i++) {
		if ((missing & BIT(i)) != 0)
			rc = why_set(r->why, HUB_EINVAL,
			    "%s: {{%s}} is missing: without it the mail is of "
			    "no use",
			    r->path, place_names[i]);
	}
	return rc;
}

static int
load_one(struct source *s, const char *folder, enum mail_template template,
    int language, int form, struct why *why)
{
	struct reader r = {
		.must = needs[template],
		.may = needs[template] | EVERYWHERE,
		.why = why,
	};
	int rc;

	snprintf(r.path, sizeof(r.path), "%s/%s.%s.%s", folder,
	    mail_template_name(template), language_codes[language],
	    form_names[form]);
	buf_init(&s->bytes, FILE_MAX);
	rc = read_bytes(&r, &s->bytes);
	return rc == 0 ? check(&r, s) : rc;
}

int
mail_texts_load(struct mail_texts **out, const char *folder, struct why *why)
{
	struct mail_texts *texts = calloc(1, sizeof(*texts));
	int rc = 0;

	*out = NULL;
	if (texts == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	if (folder[0] == '\0')
		folder = MAIL_TEXTS;
	for (int t = 0; rc == 0 && t < MAIL_TEMPLATES; t++)
		for (int l = 0; rc == 0 && l < MAIL_LANGUAGES; l++)
			for (int f = 0; rc == 0 && f < FORMS; f++)
				rc = load_one(&texts->at[t][l][f], folder,
				    (enum mail_template)t, l, f, why);
	if (rc != 0)
		mail_texts_free(texts);
	else
		*out = texts;
	return rc;
}

void
mail_texts_free(struct mail_texts *texts)
{
	if (texts == NULL)
		return;
	for (int t = 0; t < MAIL_TEMPLATES; t++)
		for (int l = 0; l < MAIL_LANGUAGES; l++)
			for (int f = 0; f < FORMS; f++)
				buf_free(&texts->at[t][l][f].bytes);
	free(texts);
}

static void
put_plain(struct buf *out, char c)
{
	buf_byte(out, (unsigned char)c < 0x20 || c == 0x7f ? ' ' : c);
}

static void
put_html(struct buf *out, char c)
{
	struct str reference = html_reference(c);

	if (reference.n > 0)
		buf_str(out, reference);
	else
		put_plain(out, c);
}

static struct str
fill(struct str text, const struct mail_values *values,
    void (*put)(struct buf *out, char c), struct arena *arena, int *rc)
{
	struct str literal, word, value;
	enum mail_place place;
	struct buf out;
	bool more = true;

	buf_init_arena(&out, arena, FILLED_MAX);
	while (more) {
		more = next_place(&text, &literal, &word, &place) == 0;
		buf_str(&out, literal);
		value = more ? values->at[place] : STR("");
		for (size_t i = 0; i < value.n; i++)
			put(&out, value.p[i]);
	}
	if (*rc == 0)
		*rc = buf_error(&out);
	return buf_view(&out);
}

int
mail_text_fill(const struct mail_texts *texts, enum mail_template template,
    enum mail_language language, const struct mail_values *values,
    struct arena *arena, struct mail_text *out)
{
	const struct source *plain = &texts->at[template][language][FORM_PLAIN];
	const struct source *html = &texts->at[template][language][FORM_HTML];
	int rc = 0;

	out->subject = fill(plain->subject, values, put_plain, arena, &rc);
	out->plain = fill(plain->body, values, put_plain, arena, &rc);
	out->html = fill(html->body, values, put_html, arena, &rc);
	return rc;
}
