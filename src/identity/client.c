/*
 * What a client may be, and when one may be added. All of it is checked here,
 * once, so that nobody who reads a client's record has to.
 */
#include "identity/client.h"

#include "base/clock.h"
#include "base/conf.h"
#include "directory/client_public.h"
#include "directory/organization.h"
#include "identity/scope.h"
#include "identity/uri.h"
#include "store/rec_list.h"
#include "token/claims.h"

#define LIST_TEXT_MAX (CLIENT_LIST_MAX * (URI_MAX + 4))
#define SCOPE_TEXT_MAX 256 /* what a token holds */
#define NAMES_MAX 256

/* Tokens may be a little younger than the hub's own clock says. */
#define CLOCK_MARGIN 300

static const char default_scope[] =
    "openid profile email offline_access " SCOPE_READ;

static const struct {
	const char *name;
	enum client_grant grant;
} grants[] = {
	{ "authorization_code", CLIENT_GRANT_CODE },
	{ "refresh_token", CLIENT_GRANT_REFRESH },
	{ "client_credentials", CLIENT_GRANT_CREDENTIALS },
};

#define GRANT_COUNT (sizeof(grants) / sizeof(grants[0]))

/*
 * Whether the UTF-8 text begins with a character that a terminal obeys (C0,
 * DEL, C1: U+0080 to U+009F) or that turns the order of what is read around
 * (U+202A to U+202E, U+2066 to U+2069). A name is shown to the person who is
 * asked for consent.
 */
static bool
is_control(struct str s)
{
	unsigned char first = (unsigned char)s.p[0];
	unsigned char last;

	if (first < ' ' || first == 0x7f)
		return true;
	if (first == 0xc2)
		return (unsigned char)s.p[1] < 0xa0;
	if (!str_starts(s, STR("\xe2\x80")) && !str_starts(s, STR("\xe2\x81")))
		return false;
	last = (unsigned char)s.p[2];
	return (unsigned char)s.p[1] == 0x80 ? last >= 0xaa && last <= 0xae
					     : last >= 0xa6 && last <= 0xa9;
}

static int
make_name(const struct client_form *form, struct str *out, struct why *why)
{
	*out = str_of(form->name != NULL ? form->name : form->id);
	if (out->n == 0 || out->n > CLIENT_NAME_MAX || !str_is_utf8(*out))
		return why_set(why, HUB_EINVAL,
		    "the name must be UTF-8 of 1 to %d bytes", CLIENT_NAME_MAX);
	for (size_t i = 0; i < out->n; i++) {
		if (is_control((struct str){ out->p + i, out->n - i }))
			return why_set(why, HUB_EINVAL,
			    "the name has a control character");
	}
	return 0;
}

/* A list of addresses that CHECK lets through; WHAT is for sentences. */
static int
make_list(struct arena *arena, const char *const *texts, const char *what,
    int (*check)(struct str text, struct why *why), struct str *out,
    struct why *why)
{
	struct buf list;
	size_t n = 0;
	int rc;

	buf_init_arena(&list, arena, LIST_TEXT_MAX);
	for (; texts[n] != NULL; n++) {
		struct str text = str_of(texts[n]);

		if (n == CLIENT_LIST_MAX)
			return why_set(why, HUB_EINVAL,
			    "more than %d %ss; make two clients of it",
			    CLIENT_LIST_MAX, what);
		rc = check(text, why);
		if (rc == 0 && rec_list_has(buf_view(&list), text))
			rc = why_set(why, HUB_EINVAL, "stands twice");
		if (rc != 0) {
			why_prefix(why, "%s '%.100s'", what, texts[n]);
			return rc;
		}
		rec_put_str(&list, text);
	}
	*out = buf_view(&list);
	if (buf_error(&list) != 0)
		return why_set(why, HUB_ENOMEM, "out of memory");
	return 0;
}

static int
make_lists(struct arena *arena, const struct client_form *form,
    struct client_rec *out, struct why *why)
{
	int rc;

	rc = make_list(arena, form->redirect_uris, "redirect URI",
	    uri_check_redirect, &out->redirect_uris, why);
	if (rc == 0)
		rc = make_list(arena, form->post_logout_uris, "post-logout URI",
		    uri_check_redirect, &out->post_logout_uris, why);
	if (rc == 0)
		rc = make_list(arena, form->origins, "origin", uri_check_origin,
		    &out->origins, why);
	if (rc == 0 && (out->grants & CLIENT_GRANT_CODE) != 0 &&
	    out->redirect_uris.n == 0)
		return why_set(why, HUB_EINVAL,
		    "a client that people sign in with needs a redirect URI");
	return rc;
}

static int
refuse_grant(const char *name, struct why *why)
{
	struct str text = str_of(name);

	if (str_eq(text, STR("implicit")) || str_eq(text, STR("password")))
		return why_set(why, HUB_EINVAL,
		    "grant '%s' is refused on purpose (RFC 9700): use "
		    "authorization_code",
		    name);
	return why_set(why, HUB_EINVAL,
	    "grant '%.100s' is none of: authorization_code refresh_token "
	    "client_credentials",
	    name);
}

/* What the grants, the secret and PKCE have to do with each other. */
static int
check_grants(const struct client_form *form, uint8_t set, struct why *why)
{
	if (form->public && (set & CLIENT_GRANT_CREDENTIALS) != 0)
		return why_set(why, HUB_EINVAL,
		    "grant 'client_credentials' needs a secret, which a "
		    "public client does not have");
	if ((set & CLIENT_GRANT_REFRESH) != 0 && (set & CLIENT_GRANT_CODE) == 0)
		return why_set(why, HUB_EINVAL,
		    "the first refresh token comes by authorization_code: add "
		    "that grant");
	if (form->public && form->pkce_optional)
		return why_set(why, HUB_EINVAL,
		    "PKCE protects the codes of a public client and is never "
		    "optional for one");
	return 0;
}

static int
make_grants(const struct client_form *form, uint8_t *out, struct why *why)
{
	*out = 0;
	for (const char *const *name = form->grants; *name != NULL; name++) {
		size_t i = 0;

		while (i < GRANT_COUNT &&
		    !str_eq(str_of(*name), str_of(grants[i].name)))
			i++;
		if (i == GRANT_COUNT)
			return refuse_grant(*name, why);
		*out |= (uint8_t)grants[i].grant;
	}
	if (*out == 0)
		*out = CLIENT_GRANT_CODE | CLIENT_GRANT_REFRESH;
	return check_grants(form, *out, why);
}

static int
check_scope(const struct client_form *form, struct str word, struct why *why)
{
	if (!scope_is_known(word))
		return why_set(why, HUB_EINVAL, "scope '%.*s' is none of: %s",
		    STR_ARG(word), scope_names());
	if (form->third_party &&
	    (str_eq(word, STR(SCOPE_MANAGE)) ||
		str_eq(word, STR(SCOPE_RECORDS))))
		return why_set(why, HUB_EINVAL,
		    "scope '%.*s' is not for third parties", STR_ARG(word));
	if (!form->manages && str_eq(word, STR(SCOPE_MANAGE)))
		return why_set(why, HUB_EINVAL,
		    "scope '" SCOPE_MANAGE "' is for the employees' pages "
		    "alone: hubctl init makes their client");
	if (form->public && str_eq(word, STR(SCOPE_RECORDS)))
		return why_set(why, HUB_EINVAL,
		    "scope '" SCOPE_RECORDS "' needs a secret, which a public "
		    "client does not have");
	return 0;
}

/* Each word once, in the order given. */
static int
make_scope(struct arena *arena, const struct client_form *form, struct str *out,
    struct why *why)
{
	struct buf scope;
	int rc;

	buf_init_arena(&scope, arena, SCOPE_TEXT_MAX);
	for (const char *const *text = form->scopes; *text != NULL; text++) {
		struct str rest = str_of(*text), word;

		while (str_split(&rest, ' ', &word)) {
			if ((rc = check_scope(form, word, why)) != 0)
				return rc;
			if (str_has_word(buf_view(&scope), word))
				continue;
			if (scope.n > 0)
				buf_byte(&scope, ' ');
			buf_str(&scope, word);
		}
	}
	*out = scope.n > 0 ? buf_view(&scope) : STR(default_scope);
	if (buf_error(&scope) != 0)
		return why_set(why, HUB_ENOMEM, "out of memory");
	return 0;
}

static int
make_belongings(
    const struct client_form *form, struct client_rec *out, struct why *why)
{
	int rc;

	out->audience = str_of(form->audience);
	out->organization = str_of(form->organization);
	if (form->organization != NULL && !str_is_id(out->organization))
		return why_set(why, HUB_EINVAL,
		    "organisation '%.100s' is no id", form->organization);
	if (form->audience == NULL)
		return 0;
	rc = uri_check_resource(out->audience, why);
	if (rc != 0)
		why_prefix(why, "audience '%.100s'", form->audience);
	return rc;
}

int
client_make(struct arena *arena, const struct client_form *form,
    struct client_rec *out, struct why *why)
{
	int rc;

	*out = (struct client_rec){
		.enabled = true,
		.public = form->public,
		.third_party = form->third_party,
		.pkce_optional = form->pkce_optional,
	};
	if (!str_is_id(str_of(form->id)) || strlen(form->id) > CLAIM_CLIENT_MAX)
		return why_set(why, HUB_EINVAL,
		    "the id must be 1 to %zu characters of A-Z a-z 0-9 . _ : "
		    "-",
		    CLAIM_CLIENT_MAX);
	if ((rc = make_name(form, &out->name, why)) != 0 ||
	    (rc = make_grants(form, &out->grants, why)) != 0 ||
	    (rc = make_lists(arena, form, out, why)) != 0 ||
	    (rc = make_scope(arena, form, &out->scope, why)) != 0)
		return rc;
	return make_belongings(form, out, why);
}

int
client_check(struct txn *txn, struct str id, const struct client_rec *rec,
    int64_t now, struct why *why)
{
	struct client_rec old;
	char until[CLOCK_TEXT];
	bool known = client_get(txn, id, &old);

	if (known && old.free_from == 0)
		return why_set(why, HUB_EEXIST,
		    "there is a client %.*s already", STR_ARG(id));
	if (known && now < old.free_from) {
		clock_text(old.free_from, until);
		return why_set(why, HUB_ECONFLICT,
		    "a client %.*s was removed, and tokens that it was given "
		    "may not have expired: use another id, or this one from "
		    "%s on",
		    STR_ARG(id), until);
	}
	if (rec->organization.n > 0 &&
	    !organization_exists(txn, rec->organization))
		return why_set(why, HUB_ENOENT,
		    "there is no organisation %.*s: import it first",
		    STR_ARG(rec->organization));
	return 0;
}

int
client_add(struct txn *txn, struct str id, const struct client_rec *rec,
    int64_t now, struct why *why)
{
	int rc = client_check(txn, id, rec, now, why);

	if (rc == 0)
		client_put(txn, id, rec);
	return rc;
}

int64_t
client_free_from(int64_t now)
{
	return now + TOKEN_LIFETIME_MAX + CLOCK_MARGIN;
}

struct str
client_grant_names(struct arena *arena, uint8_t set)
{
	struct buf names;

	buf_init_arena(&names, arena, NAMES_MAX);
	for (size_t i = 0; i < GRANT_COUNT; i++) {
		if ((set & grants[i].grant) == 0)
			continue;
		if (names.n > 0)
			buf_byte(&names, ' ');
		buf_str(&names, str_of(grants[i].name));
	}
	return buf_view(&names);
}
