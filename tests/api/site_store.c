#include "site_store.h"

#include <stdio.h>
#include "base/clock.h"
#include "identity/audit.h"
#include "token/jwt.h"
#include "unit.h"

void
look_describe(struct look *l, const struct site *site, schema_of *of)
{
	struct why why;

	if (conf_load(&l->conf, site->conf, &why) != 0)
		fail_msg("%s", why.text);
	of(&l->schema, &l->conf);
}

void
look_open(struct look *l, const struct site *site, schema_of *of,
    enum store_access access)
{
	struct why why;

	look_describe(l, site, of);
	if (store_open(&l->store, &l->schema.spec, access, &why) != 0)
		fail_msg("%s", why.text);
	l->arena = arena_new(4096, 1 << 24);
	assert_non_null(l->arena);
}

void
look_close(struct look *l)
{
	store_close(l->store);
	arena_free(l->arena);
}

void
look_both(struct test_hub *hub, const struct site *site)
{
	struct schema schema;

	*hub = (struct test_hub){ .why = { "" } };
	assert_int_equal(conf_load(&hub->conf, site->conf, &hub->why), 0);
	schema_directory(&schema, &hub->conf);
	if (store_open(&hub->directory, &schema.spec, STORE_WRITE, &hub->why) !=
	    0)
		fail_msg("%s", hub->why.text);
	schema_vault(&schema, &hub->conf);
	if (store_open(&hub->vault, &schema.spec, STORE_WRITE, &hub->why) != 0)
		fail_msg("%s", hub->why.text);
	hub->arena = arena_new(4096, 1 << 26);
	assert_non_null(hub->arena);
}

void
look_both_end(struct test_hub *hub)
{
	store_close(hub->vault);
	store_close(hub->directory);
	arena_free(hub->arena);
}

void
look_write(const struct site *site, schema_of *of,
    int (*fn)(struct txn *txn, void *arg), void *arg)
{
	struct look l;

	look_open(&l, site, of, STORE_WRITE);
	assert_int_equal(store_write(l.store, l.arena, fn, arg), 0);
	look_close(&l);
}

void
look_create(const struct site *site, schema_of *of)
{
	struct look l;
	struct why why;

	look_describe(&l, site, of);
	if (store_create(&l.schema.spec, &why) != 0)
		fail_msg("%s", why.text);
}

static bool
add_event(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	assert_true(time_us > 0);
	buf_printf(ctx, "%.*s %.*s %.*s (%.*s) %.*s\n", STR_ARG(rec->event),
	    STR_ARG(rec->account), STR_ARG(rec->client), STR_ARG(rec->source),
	    STR_ARG(rec->detail));
	return true;
}

struct events
site_events(const struct site *site)
{
	struct look vault;
	struct events events;
	struct txn *txn;
	struct buf buf;

	buf_init(&buf, sizeof(events.text) - 1);
	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	audit_walk(txn, add_event, &buf);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
	assert_int_equal(buf_error(&buf), 0);
	snprintf(
	    events.text, sizeof(events.text), "%.*s", STR_ARG(buf_view(&buf)));
	buf_free(&buf);
	return events;
}

struct token
token_of_app(const struct site *site)
{
	struct claims claims = { .iat = clock_now(),
		.epoch = 1,
		.user = true,
		.sub = JANSSEN_ID,
		.client_id = "app",
		.jti = "token-of-app",
		.scope = "openid hub.read" };
	struct signer signer = { .n = 0 };
	struct token_domain domain;
	struct token token;
	struct look vault;
	struct txn *txn;
	struct str text;

	claims.exp = claims.iat + 3600;
	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	assert_int_equal(signer_load(&signer, txn), 0);
	assert_int_equal(store_read_end(txn), 0);
	token_domain_of(&domain, vault.conf.base_url);
	assert_int_equal(
	    jwt_sign(vault.arena, signer_current(&signer, claims.iat), &domain,
		STR(""), &claims, &text),
	    0);
	snprintf(token.text, sizeof(token.text), "%.*s", STR_ARG(text));
	signer_free(&signer);
	look_close(&vault);
	return token;
}
