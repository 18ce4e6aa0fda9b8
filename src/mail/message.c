#include "mail/message.h"

#include <time.h>
#define FIELD_MAX 2048
#define BODY_MAX (512 * 1024)

#define WORD_BEGIN "=?UTF-8?Q?"
#define WORD_END "?="
#define WORD_MOST 63 /* characters between the two, within the 75 */
#define PLAIN_MAX 60 /* bytes of a value that needs no folding */

static bool
is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x20 || c > 0x7e)
			return false;
	}
	return text.n <= PLAIN_MAX && memmem(text.p, text.n, "=?", 2) == NULL;
}

/* The bytes of the character that TEXT begins with. */
static size_t
character(struct str text)
{
	size_t n = 1;

	while (n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* What a character takes in an encoded word: itself, "_", or "=XX" a byte. */
static size_t
put_character(struct buf *out, struct str c)
{
	size_t before = out->n;

	if (c.n == 1 && char_is_alnum(c.p[0]))
		buf_byte(out, c.p[0]);
	else if (c.n == 1 && c.p[0] == ' ')
		buf_byte(out, '_');
	else
		for (size_t i = 0; i < c.n; i++)
			buf_printf(out, "=%02X", (unsigned char)c.p[i]);
	return out->n - before;
}

void
message_put_words(struct buf *out, struct str text)
{
	size_t used = 0;

	if (is_plain(text)) {
		buf_str(out, text);
		return;
	}
	BUF_LIT(out, WORD_BEGIN);
	while (text.n > 0 && buf_error(out) == 0) {
		struct str c = { text.p, character(text) };

		if (used + 3 * c.n > WORD_MOST) {
			BUF_LIT(out, WORD_END "\r\n " WORD_BEGIN);
			used = 0;
		}
		used += put_character(out, c);
		text.p += c.n;
		text.n -= c.n;
	}
	BUF_LIT(out, WORD_END);
}

/* A name before an address: quoted, or as encoded words. */
static void
put_name(struct buf *out, struct str name)
{
	if (!is_plain(name)) {
		message_put_words(out, name);
		return;
	}
	buf_byte(out, '"');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"' || name.p[i] == '\\')
			buf_byte(out, '\\');
		buf_byte(out, name.p[i]);
	}
	buf_byte(out, '"');
}

static bool
is_address(struct str address)
{
	for (size_t i = 0; i < address.n; i++) {
		unsigned char c = (unsigned char)address.p[i];

		if (c <= 0x20 || c > 0x7e || c == '<' || c == '>')
			return false;
	}
	return address.n > 0;
}

static void
put_date(struct buf *out, int64_t now)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t seconds = (time_t)now;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		buf_fail(out, HUB_EINVAL);
	else
		buf_printf(out, "%s, %d %s %d %02d:%02d:%02d +0000",
		    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
		    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The host of base_url: whose ids the messages' are. */
static struct str
host_of(const struct conf *conf)
{
	struct str rest = str_of(conf->base_url), host;
	ptrdiff_t colon;

	rest.p += sizeof("https://") - 1;
	rest.n -= sizeof("https://") - 1;
	if (!str_split(&rest, '/', &host) || host.n == 0)
		return STR("localhost");
	colon = str_index(host, ':');
	if (colon > 0 && host.p[0] != '[')
		host.n = (size_t)colon;
	return host;
}

/* What was put into BUF, ended by NUL. */
static const char *
finish(struct buf *buf, int *rc)
{
	buf_byte(buf, '\0');
	if (*rc == 0)
		*rc = buf_error(buf);
	return *rc == 0 ? buf->p : "";
}

static const char *
field_of(struct arena *arena, const char *name, const struct conf *conf,
    struct str value, int *rc)
{
	struct buf buf;

	buf_init_arena(&buf, arena, FIELD_MAX);
	buf_printf(&buf, "%s: ", name);
	if (conf != NULL) {
		put_name(&buf, str_of(conf->mail_name));
		buf_printf(&buf, " <%s>", conf->mail_from);
	} else {
		buf_str(&buf, value);
	}
	return finish(&buf, rc);
}

/* With the ends of lines that a mail has (RFC 5322 section 2.3). */
static const char *
text_of(struct arena *arena, struct str text, int *rc)
{
	struct str line;
	struct buf buf;

	buf_init_arena(&buf, arena, BODY_MAX);
	while (str_split(&text, '\n', &line)) {
		buf_str(&buf, line);
		if (text.p != NULL)
			BUF_LIT(&buf, "\r\n");
	}
	return finish(&buf, rc);
}

static void
make_fields(struct arena *arena, const struct conf *conf, struct str to,
    struct str subject, int64_t now, struct message *out, int *rc)
{
	struct buf words, date, id;
	char random[RAND_ID];

	rand_id(random);
	buf_init_arena(&words, arena, FIELD_MAX);
	message_put_words(&words, subject);
	buf_init_arena(&date, arena, FIELD_MAX);
	put_date(&date, now);
	buf_init_arena(&id, arena, FIELD_MAX);
	buf_printf(&id, "<%s@%.*s>", random, STR_ARG(host_of(conf)));
	if (*rc == 0 && (*rc = buf_error(&words)) == 0 &&
	    (*rc = buf_error(&date)) == 0)
		*rc = buf_error(&id);
	out->fields[0] = field_of(arena, "Date", NULL, buf_view(&date), rc);
	out->fields[1] = field_of(arena, "From", conf, STR_NONE, rc);
	out->fields[2] = field_of(arena, "To", NULL, to, rc);
	out->fields[3] = field_of(arena, "Subject", NULL, buf_view(&words), rc);
	out->fields[4] = field_of(arena, "Message-ID", NULL, buf_view(&id), rc);
	/* RFC 3834: no vacation notice comes back. */
	out->fields[5] = "Auto-Submitted: auto-generated";
	out->fields[6] = NULL;
}

int
message_make(struct arena *arena, const struct conf *conf, struct str to,
    const struct mail_text *text, int64_t now, struct message *out)
{
	int rc = 0;

	*out = (struct message){ 0 };
	if (!is_address(to) || !is_address(str_of(conf->mail_from)))
		return HUB_EINVAL;
	make_fields(arena, conf, to, text->subject, now, out, &rc);
	out->from = conf->mail_from;
	out->to = arena_str(arena, to).p;
	if (out->to == NULL)
		rc = HUB_ENOMEM;
	out->plain = text_of(arena, text->plain, &rc);
	out->html = text_of(arena, text->html, &rc);
	return rc;
}
