#include "visitor.h"

#include <stdio.h>
#include <string.h>
#include "identity/enrol.h"
#include "store/rec.h"
#include "unit.h"

static const struct actor employee = { .client = { "", 0 },
	.source = { "test", 4 } };

static int
write_portal(struct txn *directory, void *arg)
{
	client_put(directory, STR("portal"), arg);
	return 0;
}

static void
put_portal(struct fixture *f)
{
	struct client_rec rec = {
		.enabled = true,
		.public = true,
		.name = STR(PORTAL_NAME),
		.scope = STR("openid profile email offline_access hub.read"),
		.grants = CLIENT_GRANT_CODE | CLIENT_GRANT_REFRESH,
	};
	struct buf uris;

	buf_init_arena(&uris, f->hub->arena, 1024);
	rec_put_str(&uris, STR(PORTAL "/back"));
	rec_put_str(&uris, STR("nl.example.app:/back"));
	rec.redirect_uris = buf_view(&uris);
	hub_write(f->hub, f->hub->directory, write_portal, &rec);
}

void
visitor_begin(struct visitor *v, struct fixture *f)
{
	struct hub hub = hub_of(f->hub);

	*v = (struct visitor){ .f = f };
	put_portal(f);
	if (enrol_set_password(&hub, &employee, NULL, STR("jan"),
		STR("vier paarse olifanten"), &f->hub->why) != 0)
		fail_msg("%s", f->hub->why.text);
}

/* The place of a cookie, "" for a free one; -1 if there is none. */
static int
place_of(const struct visitor *v, const char *name)
{
	for (int i = 0; i < VISITOR_COOKIES; i++) {
		if (strcmp(v->cookies[i].name, name) == 0)
			return i;
	}
	return -1;
}

const char *
visitor_cookie(const struct visitor *v, const char *name)
{
	int i = place_of(v, name);

	return i < 0 ? NULL : v->cookies[i].value;
}

void
visitor_set_cookie(struct visitor *v, const char *name, const char *value)
{
	int i = place_of(v, name);

	if (i < 0)
		i = place_of(v, "");
	assert_true(i >= 0);
	memset(&v->cookies[i], 0, sizeof(v->cookies[i]));
	if (value[0] == '\0')
		return;
	snprintf(v->cookies[i].name, sizeof(v->cookies[i].name), "%s", name);
	snprintf(v->cookies[i].value, sizeof(v->cookies[i].value), "%s", value);
}

static const char *
cookie_field(const struct visitor *v)
{
	struct buf field;

	buf_init_arena(&field, v->f->hub->arena, 1024);
	for (int i = 0; i < VISITOR_COOKIES; i++) {
		if (v->cookies[i].name[0] != '\0')
			buf_printf(&field, "%s%s=%s", field.n > 0 ? "; " : "",
			    v->cookies[i].name, v->cookies[i].value);
	}
	return field.n == 0 ? NULL : hub_text(v->f->hub, buf_view(&field));
}

/* Every Set-Cookie has all that the prefix and our rules ask for. */
static void
take_cookies(struct visitor *v)
{
	struct str rest = v->f->answer.head, line;

	while (str_split(&rest, '\n', &line)) {
		char name[32], value[64];
		const char *text;

		if (!str_starts(line, STR("Set-Cookie: ")))
			continue;
		text = hub_text(v->f->hub, str_trim(line));
		assert_non_null(strstr(text,
		    "; Path=/; Secure; HttpOnly; "
		    "SameSite=Lax"));
		assert_null(strstr(text, "Domain"));
		value[0] = '\0';
		line = str_of(text + strlen("Set-Cookie: "));
		snprintf(name, sizeof(name), "%.*s", (int)str_index(line, '='),
		    line.p);
		line.p += strlen(name) + 1;
		snprintf(value, sizeof(value), "%.*s",
		    (int)strcspn(line.p, ";"), line.p);
		visitor_set_cookie(v, name, value);
	}
}

/* What stands between FROM and the next quote, with "&amp;" turned back. */
static void
attribute(struct visitor *v, const char *from, char *to, size_t room)
{
	struct str body = v->f->answer.body;
	const char *p =
	    body.n == 0 ? NULL : memmem(body.p, body.n, from, strlen(from));
	size_t n = 0;

	to[0] = '\0';
	if (p == NULL)
		return;
	for (p += strlen(from); *p != '"'; p++) {
		assert_true(n + 1 < room);
		to[n++] = *p;
		if (strncmp(p, "&amp;", 5) == 0)
			p += 4;
	}
	to[n] = '\0';
}

static int
take(struct visitor *v, int status)
{
	take_cookies(v);
	attribute(
	    v, "<form method=\"post\" action=\"", v->action, sizeof(v->action));
	attribute(v, "<input type=\"hidden\" name=\"form\" value=\"", v->token,
	    sizeof(v->token));
	return status;
}

/* As nginx/hub.conf has it. */
static enum pool
pool_of(const char *uri)
{
	size_t n = strcspn(uri, "?");
	const struct str path = { uri, n };

	return str_eq(path, STR("/identity/login")) ||
		str_eq(path, STR("/identity/password")) ||
		str_eq(path, STR("/identity/forgot")) ||
		str_eq(path, STR("/identity/account")) ||
		str_eq(path, STR("/identity/second-factor"))
	    ? POOL_SIGNIN
	    : POOL_KEEPERS;
}

int
visitor_get(struct visitor *v, const char *uri)
{
	v->f->service.pool = pool_of(uri);
	return take(v,
	    ask(v->f,
		(struct ask){
		    .uri = uri,
		    .cookie = cookie_field(v),
		    .language = v->language,
		}));
}

int
visitor_send(struct visitor *v, const char *fields)
{
	struct arena *arena = v->f->hub->arena;
	const char *uri = arena_printf(arena, "/identity/%s", v->action);

	if (v->action[0] == '\0')
		fail_msg(
		    "the page has no form: %.*s", STR_ARG(v->f->answer.body));
	v->f->service.pool = pool_of(uri);
	return take(v,
	    ask(v->f,
		(struct ask){
		    .method = "POST",
		    .uri = uri,
		    .cookie = cookie_field(v),
		    .language = v->language,
		    .origin = v->origin,
		    .body = arena_printf(arena, "form=%s&%s", v->token, fields),
		}));
}

int
visitor_try(struct visitor *v, const char *password)
{
	return visitor_send(v,
	    arena_printf(
		v->f->hub->arena, "username=" JAN "&password=%s", password));
}

const char *
visitor_location(struct visitor *v)
{
	struct str location = field(v->f, "Location");

	if (location.n == 0)
		fail_msg("no redirect: %.*s%.*s", STR_ARG(v->f->answer.head),
		    STR_ARG(v->f->answer.body));
	return hub_text(v->f->hub, location);
}

int
visitor_follow(struct visitor *v)
{
	const char *location = visitor_location(v);

	assert_int_equal(
	    strncmp(location, BASE_URL "/", strlen(BASE_URL "/")), 0);
	return visitor_get(v, location + strlen(BASE_URL));
}

void
assert_there(const struct visitor *v, const char *text)
{
	if (!answer_holds(v->f, text))
		fail_msg("missing: %s\n%.*s%.*s", text,
		    STR_ARG(v->f->answer.head), STR_ARG(v->f->answer.body));
}

void
assert_not_there(const struct visitor *v, const char *text)
{
	if (answer_holds(v->f, text))
		fail_msg("there: %s\n%.*s%.*s", text,
		    STR_ARG(v->f->answer.head), STR_ARG(v->f->answer.body));
}

const char *
visitor_reset(struct visitor *v)
{
	struct hub hub = hub_of(v->f->hub);
	char temporary[PASSWORD_TEMPORARY_LEN + 1];

	if (enrol_reset(
		&hub, &employee, STR("jan"), temporary, &v->f->hub->why) != 0)
		fail_msg("%s", v->f->hub->why.text);
	return hub_text(v->f->hub, str_of(temporary));
}

void
visitor_sign_in(struct visitor *v)
{
	assert_int_equal(visitor_get(v, "/identity/login"), 200);
	assert_int_equal(visitor_try(v, JAN_PASSWORD), 303);
	assert_non_null(visitor_cookie(v, "__Host-hub"));
}
