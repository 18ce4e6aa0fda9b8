/*
 * The token endpoint (RFC 6749 section 3.2). What ends a grant is looked at in
 * the directory; what a code or refresh token is worth is settled in one
 * transaction of the vault; signing comes after both.
 */
#include "base/clock.h"
#include "base/rand.h"
#include "directory/account.h"
#include "directory/revoked.h"
#include "endpoint/oauth.h"
#include "endpoint/routes.h"
#include "identity/audit.h"
#include "identity/code.h"
#include "identity/consent.h"
#include "identity/grant.h"
#include "identity/scope.h"
#include "token/id_token.h"

#define ANSWER_MAX 16384

/* What the tokens of an answer say, whatever grant they come from. */
struct issue {
	struct oauth_client client;
	struct str account; /* id; n 0: the client itself */
	uint64_t epoch;
	struct str scope;
	struct str gid, sid, nonce;
	int64_t auth_time, now;
	uint8_t methods;          /* enum auth_method */
	struct str refresh_token; /* n 0: none */
};

static void
refuse_grant(struct call *call, const char *description)
{
	oauth_error(call, 400, "invalid_grant", description);
}

static bool
copy_claim(char *to, size_t room, struct str text)
{
	if (text.n >= room)
		return false;
	if (text.n > 0)
		memcpy(to, text.p, text.n);
	to[text.n] = '\0';
	return true;
}

#define COPY(claim, text) copy_claim((claim), sizeof(claim), (text))

static int
sign_access(struct call *call, const struct issue *issue,
    const struct signer_key *key, struct str *token)
{
	const struct service *s = call->service;
	struct claims claims = {
		.iat = issue->now,
		.exp = issue->now + (int64_t)s->conf->token_lifetime,
		.auth_time = issue->auth_time,
		.methods = issue->methods,
		.epoch = issue->epoch,
		.user = issue->account.n > 0,
	};
	struct str sub = issue->account;

	if (!claims.user)
		sub = str_of(arena_printf(call->req->arena, CLAIM_CLIENT "%.*s",
		    STR_ARG(issue->client.id)));
	rand_id(claims.jti);
	if (!COPY(claims.sub, sub) ||
	    !COPY(claims.client_id, issue->client.id) ||
	    !COPY(claims.gid, issue->gid) || !COPY(claims.sid, issue->sid) ||
	    !COPY(claims.scope, issue->scope))
		return HUB_ETOOBIG;
	return jwt_sign(call->req->arena, key, &s->verifier.domain,
	    issue->client.rec->audience, &claims, token);
}

static int
sign_id(struct call *call, const struct issue *issue,
    const struct signer_key *key, struct str access, struct str *token)
{
	const struct service *s = call->service;
	const struct id_token id = {
		.sub = issue->account,
		.client = issue->client.id,
		.nonce = issue->nonce,
		.sid = issue->sid,
		.access_token = access,
		.iat = issue->now,
		.exp = issue->now + (int64_t)s->conf->token_lifetime,
		.auth_time = issue->auth_time,
		.methods = issue->methods,
	};

	return id_token_sign(
	    call->req->arena, key, &s->verifier.domain, &id, token);
}

static void
answer_tokens(struct call *call, const struct issue *issue, struct str access,
    struct str id)
{
	struct json_out j;
	struct buf text;

	buf_init_arena(&text, call->req->arena, ANSWER_MAX);
	json_out_begin(&j, &text);
	json_out_object(&j);
	json_out_name(&j, "access_token");
	json_out_str(&j, access);
	json_out_name(&j, "token_type");
	json_out_cstr(&j, "Bearer");
	json_out_name(&j, "expires_in");
	json_out_int(&j, (int64_t)call->service->conf->token_lifetime);
	if (issue->scope.n > 0) {
		json_out_name(&j, "scope");
		json_out_str(&j, issue->scope);
	}
	if (issue->refresh_token.n > 0) {
		json_out_name(&j, "refresh_token");
		json_out_str(&j, issue->refresh_token);
	}
	if (id.n > 0) {
		json_out_name(&j, "id_token");
		json_out_str(&j, id);
	}
	json_out_object_end(&j);
	oauth_answer(call, &j, &text);
}

/* Signs and answers. */
static void
give(struct call *call, const struct issue *issue)
{
	const struct signer_key *key =
	    signer_current(&call->service->signer, issue->now);
	struct str access, id = STR_NONE;
	int rc = key == NULL ? HUB_ENOENT : 0;

	if (rc == 0)
		rc = sign_access(call, issue, key, &access);
	if (rc == 0 && str_has_word(issue->scope, STR("openid")))
		rc = sign_id(call, issue, key, access, &id);
	if (rc != 0)
		call_failed(call, rc);
	else
		answer_tokens(call, issue, access, id);
}

/* What a grant stands on; an id that is not asked for is empty. */
struct basis {
	struct str client, account, gid, sid;
	uint64_t epoch;
};

/*
 * Whether it still stands, by the directory as it is now. Looks anew, so a
 * client's record from before is not to be used afterwards: *CLIENT is found
 * again. False when a store failed, too, which the call knows.
 */
static bool
still_stands(
    struct call *call, const struct basis *basis, struct oauth_client *client)
{
	struct account_rec account;

	if (call_look_end(call) != 0 || call_look(call) != 0)
		return false;
	client->rec = client_set_find(&call->service->clients, client->id);
	return client->rec != NULL && client->rec->enabled &&
	    account_get(call->txn, basis->account, &account) &&
	    account_is_usable(&account) && account.epoch == basis->epoch &&
	    !revoked_has(call->txn, REVOKED_GRANT, basis->gid) &&
	    !revoked_has(call->txn, REVOKED_SESSION, basis->sid);
}

static void
end_grant(struct call *call, struct str client, const char *event,
    struct str account, struct str gid)
{
	struct hub hub = call_hub(call);
	const struct actor actor = { .client = client,
		.source = call->req->remote_addr };
	int rc;

	if (call_look_end(call) != 0)
		return;
	rc = act_end_grant(&hub, &actor, event, account, gid);
	if (rc != 0)
		call_failed(call, rc);
	else
		refuse_grant(call, "the grant has ended");
}

struct redemption {
	const struct conf *conf;
	struct opaque_digest digest;
	struct code_use use;
	struct refresh refresh;
	bool refreshes;   /* the client gets a refresh token */
	bool third_party; /* the user's consent must be there */
	int64_t now;
	struct code_rec code;
};

/*
 * Whether it was withdrawn since the code was issued. A consent of an earlier
 * life of the account was replaced by the one that let the code be issued.
 */
static bool
lacks_consent(struct txn *vault, const struct redemption *r)
{
	struct consent_rec rec;

	return r->third_party &&
	    (!consent_get(vault, r->code.account, r->code.client, &rec) ||
		!consent_covers(&rec, rec.born, r->code.scope));
}

/*
 * The code is used and its grant begins, both or neither. A third party always
 * has a grant, if one whose refresh token nobody gets: whoever withdraws the
 * consent ends the access token by it.
 */
static int
redeem(struct txn *vault, void *arg)
{
	struct redemption *r = arg;
	struct grant_rec grant;
	int rc = code_take(vault, &r->digest, &r->use, r->now, &r->code);

	if (rc == 0 && lacks_consent(vault, r))
		rc = HUB_EDENIED;
	if (rc != 0 || !(r->refreshes || r->third_party))
		return rc;
	grant = (struct grant_rec){
		.client = r->code.client,
		.account = r->code.account,
		.epoch = r->code.epoch,
		.scope = r->code.scope,
		.sid = r->code.sid,
		.auth_time = r->code.auth_time,
		.methods = r->code.methods,
	};
	grant_put(vault, r->conf, r->code.gid, &r->refresh, &grant, r->now);
	return 0;
}

/*
 * Somebody may have been signed out while the code was redeemed, before there
 * was a grant to end: so the directory is asked after it has begun. That the
 * grant itself has ended by then tells of a second use of the code. The first
 * stays the one that has succeeded; what it gives is dead.
 */
static void
finish_code(struct call *call, struct redemption *r, struct oauth_client client)
{
	const struct code_rec *code = &r->code;
	const struct basis basis = { client.id, code->account, STR_NONE,
		code->sid, code->epoch };
	bool stands = still_stands(call, &basis, &client);
	struct issue issue = {
		.client = client,
		.account = code->account,
		.epoch = code->epoch,
		.scope = code->scope,
		.gid = code->gid,
		.sid = code->sid,
		.nonce = code->nonce,
		.auth_time = code->auth_time,
		.methods = code->methods,
		.now = r->now,
	};

	if (call->failed != 0)
		return;
	if (!stands) {
		end_grant(
		    call, client.id, "grant.revoked", code->account, code->gid);
		return;
	}
	if (r->refreshes)
		issue.refresh_token = str_of(r->refresh.text);
	give(call, &issue);
}

static void
use_code(struct call *call, const struct param_list *form,
    const struct oauth_client *client)
{
	struct redemption r = {
		.conf = call->service->conf,
		.use = { client->id, param_get(form, "redirect_uri"),
		    param_get(form, "code_verifier") },
		.refreshes = (client->rec->grants & CLIENT_GRANT_REFRESH) != 0,
		.third_party = client->rec->third_party,
		.now = clock_now(),
	};
	struct str code = param_get(form, "code");
	int rc = opaque_digest_of(code, &r.digest);

	if (code.p == NULL || rc == HUB_EINVAL) {
		if (code.p == NULL)
			oauth_error(
			    call, 400, "invalid_request", "code is missing");
		else
			refuse_grant(call, "the code is not valid");
		return;
	}
	refresh_make(&r.refresh);
	if (call_look_end(call) != 0)
		return;
	if (rc == 0)
		rc = store_write(
		    call->service->vault, call->req->arena, redeem, &r);
	if (rc == 0)
		finish_code(call, &r, *client);
	else if (rc == HUB_EEXIST)
		end_grant(call, client->id, "code.reused", r.code.account,
		    r.code.gid);
	else if (rc == HUB_ENOENT || rc == HUB_EEXPIRED || rc == HUB_EDENIED)
		refuse_grant(call, "the code is not valid, or no longer");
	else
		call_failed(call, rc);
}

/*
 * The words of WISH, each once and in the arena, if GRANTED has them all; else
 * p is NULL. Without a wish it is what was granted.
 */
static struct str
narrow(struct call *call, struct str granted, struct str wish)
{
	struct str rest = wish, word;
	struct buf words;

	if (wish.p == NULL)
		return granted;
	buf_init_arena(&words, call->req->arena, granted.n);
	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (!str_has_word(granted, word))
			return STR_NONE;
		if (str_has_word(buf_view(&words), word))
			continue;
		if (words.n > 0)
			buf_byte(&words, ' ');
		buf_str(&words, word);
	}
	if (buf_error(&words) != 0)
		call_failed(call, buf_error(&words));
	return buf_view(&words);
}

/* The family of the token and what it stands on; false after an answer. */
static bool
find_family(struct call *call, const struct grant_use *use,
    struct grant_rec *rec, struct str *gid)
{
	struct txn *vault =
	    store_read_begin(call->service->vault, call->req->arena);
	bool found = grant_of_refresh(vault, use->token, gid) &&
	    grant_get(vault, *gid, rec) && str_eq(rec->client, use->client);
	int rc = store_read_end(vault);

	if (rc != 0)
		call_failed(call, rc);
	else if (!found)
		refuse_grant(call, "the refresh token is not valid");
	return rc == 0 && found;
}

struct refreshing {
	const struct conf *conf;
	struct grant_use use;
};

static int
refresh(struct txn *vault, void *arg)
{
	struct refreshing *r = arg;

	return grant_refresh(vault, r->conf, &r->use);
}

static void
finish_refresh(struct call *call, const struct refreshing *r,
    struct oauth_client client, struct str scope)
{
	const struct grant_rec *rec = &r->use.rec;
	const struct issue issue = {
		.client = client,
		.account = rec->account,
		.epoch = rec->epoch,
		.scope = scope,
		.gid = r->use.gid,
		.sid = rec->sid,
		.auth_time = rec->auth_time,
		.methods = rec->methods,
		.now = r->use.now,
		.refresh_token = str_of(r->use.next.text),
	};

	give(call, &issue);
}

static void
use_refresh_token(struct call *call, const struct param_list *form,
    const struct oauth_client *found)
{
	struct oauth_client client = *found;
	struct refreshing r = {
		.conf = call->service->conf,
		.use = { .token = param_get(form, "refresh_token"),
		    .client = client.id,
		    .now = clock_now() },
	};
	struct grant_rec rec;
	struct str gid, scope;
	int rc;

	if (r.use.token.p == NULL) {
		oauth_error(
		    call, 400, "invalid_request", "refresh_token is missing");
		return;
	}
	if (!find_family(call, &r.use, &rec, &gid))
		return;
	scope = narrow(call, rec.scope, param_get(form, "scope"));
	if (scope.p == NULL) {
		oauth_error(call, 400, "invalid_scope",
		    "scope asks for more than was granted");
		return;
	}
	if (!still_stands(call,
		&(struct basis){
		    client.id, rec.account, gid, rec.sid, rec.epoch },
		&client)) {
		if (call->failed == 0)
			refuse_grant(call, "the grant has ended");
		return;
	}
	rand_bytes(r.use.seed, sizeof(r.use.seed));
	/* A refresh keeps the look open: what it found is what is signed. */
	rc = store_write(call->service->vault, call->req->arena, refresh, &r);
	if (rc == 0)
		finish_refresh(call, &r, client, scope);
	else if (rc == HUB_EEXIST)
		end_grant(call, client.id, "refresh.reused", rec.account, gid);
	else if (rc == HUB_ENOENT || rc == HUB_EEXPIRED || rc == HUB_EDENIED)
		refuse_grant(call,
		    "the refresh token is not valid, or no "
		    "longer");
	else
		call_failed(call, rc);
}

/* What of the client's scope is its own and not a user's, in the arena. */
static struct str
own_scope(struct call *call, const struct oauth_client *client)
{
	struct str rest = client->rec->scope, word;
	struct buf own;

	buf_init_arena(&own, call->req->arena, rest.n + 1);
	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (!scope_is_of_client(word))
			continue;
		if (own.n > 0)
			buf_byte(&own, ' ');
		buf_str(&own, word);
	}
	return own.n > 0 ? buf_view(&own) : STR("");
}

static void
use_client_credentials(struct call *call, const struct param_list *form,
    const struct oauth_client *client)
{
	struct issue issue = { .client = *client, .now = clock_now() };

	issue.scope =
	    narrow(call, own_scope(call, client), param_get(form, "scope"));
	if (issue.scope.p == NULL)
		oauth_error(call, 400, "invalid_scope",
		    "scope asks for more than the client itself may have");
	else
		give(call, &issue);
}

static const struct {
	const char *name;
	enum client_grant grant;
	void (*use)(struct call *call, const struct param_list *form,
	    const struct oauth_client *client);
} grants[] = {
	{ "authorization_code", CLIENT_GRANT_CODE, use_code },
	{ "refresh_token", CLIENT_GRANT_REFRESH, use_refresh_token },
	{ "client_credentials", CLIENT_GRANT_CREDENTIALS,
	    use_client_credentials },
};

/* POST /identity/token */
void
token(struct call *call)
{
	struct oauth_client client;
	struct param_list form;
	struct str type;

	if (!oauth_form(call, &form) || !oauth_client(call, &form, &client))
		return;
	/* A code or refresh token is not used up for an answer that fails. */
	if (signer_current(&call->service->signer, clock_now()) == NULL) {
		call_failed(call, HUB_ENOENT);
		return;
	}
	type = param_get(&form, "grant_type");
	if (type.p == NULL) {
		oauth_error(
		    call, 400, "invalid_request", "grant_type is missing");
		return;
	}
	for (size_t i = 0; i < sizeof(grants) / sizeof(grants[0]); i++) {
		if (!str_eq(type, str_of(grants[i].name)))
			continue;
		if ((client.rec->grants & grants[i].grant) != 0)
			grants[i].use(call, &form, &client);
		else
			oauth_error(call, 400, "unauthorized_client",
			    "the client does not have this grant");
		return;
	}
	oauth_error(call, 400, "unsupported_grant_type", NULL);
}
