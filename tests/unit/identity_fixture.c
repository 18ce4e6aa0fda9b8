#include "identity_fixture.h"

#include <stdio.h>
#include "base/b64.h"
#include "base/clock.h"
#include "base/json_in.h"
#include "directory/account.h"
#include "endpoint/browser.h"
#include "http/form.h"
#include "identity/audit.h"
#include "identity/client.h"
#include "identity/client_secret.h"
#include "identity/session.h"
#include "store/rec_list.h"
#include "token/jwt.h"
#include "unit.h"

static const char *const code_only[] = { "authorization_code", NULL };
static const char *const all_grants[] = { "authorization_code", "refresh_token",
	"client_credentials", NULL };
static const char *const own_grant[] = { "client_credentials", NULL };
static const char *const nothing[] = { NULL };
static const char *const portal_uris[] = { PORTAL_URI, LOOP_URI, NULL };
static const char *const shop_uris[] = { SHOP_URI, NULL };
static const char *const plain_uris[] = { PLAIN_URI, NULL };
static const char *const phone_uris[] = { PHONE_URI, NULL };
static const char *const third_uris[] = { THIRD_URI, NULL };
static const char *const signed_out[] = { SIGNED_OUT_URI, NULL };
static const char *const portal_origins[] = { PORTAL_ORIGIN, NULL };
static const char *const shop_scope[] = {
	"openid profile email offline_access hub.read records.write", NULL
};
static const char *const third_scope[] = { "openid hub.read", NULL };

static const struct client_form clients[] = {
	{ .id = "portal",
	    .public = true,
	    .redirect_uris = portal_uris,
	    .post_logout_uris = signed_out,
	    .origins = portal_origins },
	{ .id = "shop",
	    .redirect_uris = shop_uris,
	    .grants = all_grants,
	    .scopes = shop_scope },
	{ .id = "plain",
	    .pkce_optional = true,
	    .redirect_uris = plain_uris,
	    .grants = code_only },
	{ .id = "phone",
	    .public = true,
	    .redirect_uris = phone_uris,
	    .audience = API },
	{ .id = "api", .grants = own_grant, .audience = API },
	{ .id = "third",
	    .third_party = true,
	    .redirect_uris = third_uris,
	    .scopes = third_scope },
};

#define CLIENT_COUNT (sizeof(clients) / sizeof(clients[0]))

static const char *const *
list(const char *const *given)
{
	return given != NULL ? given : nothing;
}

struct made {
	struct str id;
	struct client_rec rec;
	struct opaque_digest secret;
};

static int
write_public(struct txn *directory, void *arg)
{
	const struct made *made = arg;

	client_put(directory, made->id, &made->rec);
	return 0;
}

static int
write_secret(struct txn *vault, void *arg)
{
	const struct made *made = arg;

	client_secret_put(vault, made->id, &made->secret, clock_now());
	return 0;
}

static void
add_client(struct fixture *f, const struct client_form *given)
{
	struct client_form form = *given;
	struct made made = { .id = str_of(form.id) };

	form.redirect_uris = list(form.redirect_uris);
	form.post_logout_uris = list(form.post_logout_uris);
	form.origins = list(form.origins);
	form.grants = list(form.grants);
	form.scopes = list(form.scopes);
	if (client_make(f->hub->arena, &form, &made.rec, &f->hub->why) != 0)
		fail_msg("%s: %s", form.id, f->hub->why.text);
	hub_write(f->hub, f->hub->directory, write_public, &made);
	if (form.public)
		return;
	assert_int_equal(
	    opaque_digest_of(str_of(secret_of(f, form.id)), &made.secret), 0);
	hub_write(f->hub, f->hub->vault, write_secret, &made);
}

static int
make_builtin(struct txn *directory, void *arg)
{
	struct client_rec rec = { .enabled = true,
		.builtin = true,
		.name = STR("hubctl"),
		.grants = CLIENT_GRANT_CREDENTIALS,
		.scope = STR("hub.read") };

	(void)arg;
	client_put(directory, STR(CLIENT_BUILTIN), &rec);
	return 0;
}

int
identity_setup(void **state)
{
	struct fixture *f;

	if (service_setup(state) != 0)
		return -1;
	f = *state;
	f->service.pool = POOL_KEEPERS;
	for (size_t i = 0; i < CLIENT_COUNT; i++)
		add_client(f, &clients[i]);
	hub_write(f->hub, f->hub->directory, make_builtin, NULL);
	return 0;
}

const char *
form_of(struct fixture *f, const char *fmt, ...)
{
	char done[20000];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(done, sizeof(done), fmt, ap);
	va_end(ap);
	assert_true(n >= 0 && (size_t)n < sizeof(done));
	return hub_text(f->hub, str_of(done));
}

const char *
secret_of(struct fixture *f, const char *client)
{
	char text[OPAQUE_LEN + 1];

	memset(text, 'A', OPAQUE_LEN);
	memcpy(text, client, strlen(client));
	text[OPAQUE_LEN] = '\0';
	return hub_text(f->hub, str_of(text));
}

/* Base64 with padding: what browsers and libraries send. */
static const char *
base64(struct fixture *f, struct str s)
{
	char text[4096];
	struct buf out;
	size_t n;

	buf_init_arena(&out, f->hub->arena, sizeof(text));
	b64url_put(&out, s.p, s.n);
	while (out.n % 4 != 0)
		buf_byte(&out, '=');
	assert_int_equal(buf_error(&out), 0);
	n = out.n;
	memcpy(text, out.p, n);
	for (size_t i = 0; i < n; i++)
		text[i] = (char)(text[i] == '-' ? '+'
			: text[i] == '_'        ? '/'
						: text[i]);
	return hub_text(f->hub, (struct str){ text, n });
}

static const char *
escaped(struct fixture *f, const char *text)
{
	struct buf out;

	buf_init_arena(&out, f->hub->arena, 16384);
	form_put(&out, "", str_of(text));
	assert_int_equal(buf_error(&out), 0);
	return hub_text(f->hub, (struct str){ out.p + 1, out.n - 1 });
}

const char *
basic_of(struct fixture *f, const char *id, const char *secret)
{
	const char *pair =
	    form_of(f, "%s:%s", escaped(f, id), escaped(f, secret));

	return form_of(f, "Basic %s", base64(f, str_of(pair)));
}

struct new_session {
	const struct conf *conf;
	struct opaque_digest cookie;
	struct session_rec rec;
};

static int
write_session(struct txn *vault, void *arg)
{
	struct new_session *s = arg;

	session_put(vault, s->conf, &s->cookie, &s->rec);
	return 0;
}

const char *
sign_in(
    struct fixture *f, const char *account, const char *sid, int64_t auth_time)
{
	struct new_session s = {
		.conf = &f->hub->conf,
		.rec = {
			.kind = SESSION_SIGNED_IN,
			.sid = str_of(sid),
			.account = str_of(account),
			.epoch = hub_account(f->hub, account).epoch,
			.auth_time = auth_time,
			.source = STR("192.0.2.1"),
		},
	};
	struct opaque cookie;

	opaque_make(&cookie);
	assert_int_equal(opaque_digest_of(str_of(cookie.text), &s.cookie), 0);
	hub_write(f->hub, f->hub->vault, write_session, &s);
	return form_of(f, COOKIE_SESSION "=%s", cookie.text);
}

static const char *
uri_of(const char *client)
{
	for (size_t i = 0; i < CLIENT_COUNT; i++) {
		if (strcmp(clients[i].id, client) == 0)
			return clients[i].redirect_uris[0];
	}
	fail_msg("no client %s", client);
	return NULL;
}

const char *
authorize_uri(struct fixture *f, const char *client, const char *more)
{
	return form_of(f,
	    "/identity/authorize?response_type=code&client_id=%s"
	    "&redirect_uri=%s&scope=openid+profile%%20email&state=s%%20t"
	    "&nonce=n-1&code_challenge=" CHALLENGE
	    "&code_challenge_method=S256%s",
	    client, escaped(f, uri_of(client)), more);
}

int
browse(struct fixture *f, const char *uri, const char *cookie)
{
	return ask(f, (struct ask){ .uri = uri, .cookie = cookie });
}

int
post(struct fixture *f, const char *endpoint, const char *form)
{
	return ask(f,
	    (struct ask){
		.method = "POST",
		.uri = form_of(f, "/identity/%s", endpoint),
		.body = form,
	    });
}

const char *
code_for(
    struct fixture *f, const char *cookie, const char *client, const char *more)
{
	const char *code;

	browse(f, authorize_uri(f, client, more), cookie);
	assert_location(f, uri_of(client));
	code = location_param(f, "code");
	assert_non_null(code);
	return code;
}

const char *
code_form(struct fixture *f, const char *client, const char *code)
{
	return form_of(f,
	    "grant_type=authorization_code&code=%s&redirect_uri=%s"
	    "&code_verifier=" VERIFIER,
	    code, escaped(f, uri_of(client)));
}

const char *
auth_of(struct fixture *f, const char *client)
{
	for (size_t i = 0; i < CLIENT_COUNT; i++) {
		if (strcmp(clients[i].id, client) == 0 && !clients[i].public)
			return form_of(f, "client_id=%s&client_secret=%s",
			    client, secret_of(f, client));
	}
	return form_of(f, "client_id=%s", client);
}

const char *
member(struct fixture *f, const char *name)
{
	const struct json *body;
	struct str text;
	struct why why;

	if (json_parse(f->hub->arena, f->answer.body, 65536, &body, &why) != 0)
		fail_msg("'%.*s': %s", STR_ARG(f->answer.body), why.text);
	return json_string(json_get(body, name), &text) ? hub_text(f->hub, text)
							: NULL;
}

struct tokens
answered(struct fixture *f)
{
	if (f->answer.status != 200)
		fail_msg("%d: %.*s", f->answer.status, STR_ARG(f->answer.body));
	assert_field(f, "Content-Type", "application/json");
	assert_field(f, "Cache-Control", "no-store");
	assert_string_equal(member(f, "token_type"), "Bearer");
	return (struct tokens){ member(f, "access_token"),
		member(f, "refresh_token"), member(f, "id_token"),
		member(f, "scope") };
}

struct tokens
tokens_for(
    struct fixture *f, const char *cookie, const char *client, const char *more)
{
	const char *code = code_for(f, cookie, client, more);

	post(f, "token",
	    form_of(
		f, "%s&%s", code_form(f, client, code), auth_of(f, client)));
	return answered(f);
}

int
refresh(
    struct fixture *f, const char *client, const char *token, const char *more)
{
	return post(f, "token",
	    form_of(f, "grant_type=refresh_token&refresh_token=%s&%s%s", token,
		auth_of(f, client), more));
}

struct claims
claims_of(struct fixture *f, const char *token, const char **aud)
{
	struct str audience;
	struct jwt_check check = {
		.arena = f->hub->arena,
		.keys = &f->service.verifier.keys,
		.domain = &f->service.verifier.domain,
		.now = clock_now(),
		.audience = &audience,
	};
	const char *reason = NULL;
	struct claims claims;

	if (jwt_verify(&check, str_of(token), &claims, &reason) != 0)
		fail_msg("%s: %s", token, reason);
	if (aud != NULL)
		*aud = hub_text(f->hub, audience);
	return claims;
}

const char *
location_param(struct fixture *f, const char *name)
{
	struct str rest = field(f, "Location"), part, key, value;
	bool bad;

	if (!str_split(&rest, '?', &part))
		return NULL;
	while (form_next(f->hub->arena, &rest, &key, &value, &bad)) {
		if (str_eq(key, str_of(name)))
			return hub_text(f->hub, value);
	}
	assert_false(bad);
	return NULL;
}

void
assert_location(const struct fixture *f, const char *begin)
{
	struct str location = field(f, "Location");

	if (f->answer.status != 303 || !str_starts(location, str_of(begin)))
		fail_msg("%d '%.*s' is not at %s: %.*s", f->answer.status,
		    STR_ARG(location), begin, STR_ARG(f->answer.body));
	assert_field(f, "Cache-Control", "no-store");
	assert_field(f, "Access-Control-Allow-Origin", NULL);
}

void
assert_oauth_error(struct fixture *f, int status, const char *error)
{
	const char *is;

	if (f->answer.status != status)
		fail_msg("%d, not %d %s: %.*s", f->answer.status, status, error,
		    STR_ARG(f->answer.body));
	assert_field(f, "Content-Type", "application/json");
	assert_field(f, "Cache-Control", "no-store");
	is = member(f, "error");
	if (is == NULL || strcmp(is, error) != 0)
		fail_msg("%s, not %s", is, error);
	assert_null(member(f, "access_token"));
	if (status == 401)
		assert_field(f, "WWW-Authenticate",
		    "Basic realm=\"hub\", charset=\"UTF-8\"");
	else
		assert_field(f, "WWW-Authenticate", NULL);
}

void
assert_redirected_error(struct fixture *f, const char *uri, const char *error)
{
	const char *is;

	assert_location(f, uri);
	is = location_param(f, "error");
	if (is == NULL || strcmp(is, error) != 0)
		fail_msg("%s, not %s", is, error);
	assert_string_equal(location_param(f, "state"), "s t");
	assert_string_equal(location_param(f, "iss"), BASE_URL "/identity");
	assert_null(location_param(f, "code"));
}

void
assert_page(struct fixture *f, int status)
{
	if (f->answer.status != status)
		fail_msg("%d, not %d: %.*s", f->answer.status, status,
		    STR_ARG(f->answer.head));
	assert_field(f, "Content-Type", "text/html; charset=utf-8");
	assert_field(f, "Location", NULL);
	assert_field(f, "Cache-Control", "no-store");
	assert_field(f, "Referrer-Policy", "no-referrer");
	assert_true(answer_holds(f, "frame-ancestors 'none'"));
}

struct ended {
	enum revoked_kind kind;
	const char *id;
};

static int
write_ended(struct txn *directory, void *arg)
{
	const struct ended *ended = arg;

	revoked_put(directory, ended->kind, str_of(ended->id), STR(""),
	    clock_now() + 86400);
	return 0;
}

void
revoke_in_directory(struct fixture *f, enum revoked_kind kind, const char *id)
{
	struct ended ended = { kind, id };

	hub_write(f->hub, f->hub->directory, write_ended, &ended);
}

static int
revoke_account(struct txn *directory, void *arg)
{
	return account_revoke(directory, *(const struct str *)arg);
}

void
raise_epoch(struct fixture *f, const char *account)
{
	struct str id = str_of(account);

	hub_write(f->hub, f->hub->directory, revoke_account, &id);
}

struct enabling {
	struct str id;
	bool enabled;
};

static int
write_enabled(struct txn *directory, void *arg)
{
	const struct enabling *e = arg;

	return client_set_enabled(directory, e->id, e->enabled);
}

void
enable_client(struct fixture *f, const char *client, bool enabled)
{
	struct enabling e = { str_of(client), enabled };

	hub_write(f->hub, f->hub->directory, write_enabled, &e);
}

struct counting {
	const char *event;
	unsigned int n;
};

static bool
count_event(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	struct counting *c = ctx;

	assert_true(time_us > 0);
	c->n += str_eq(rec->event, str_of(c->event));
	return true;
}

unsigned int
events(struct fixture *f, const char *event)
{
	struct counting c = { event, 0 };
	struct txn *vault = store_read_begin(f->hub->vault, f->hub->arena);

	audit_walk(vault, count_event, &c);
	assert_int_equal(store_read_end(vault), 0);
	return c.n;
}
