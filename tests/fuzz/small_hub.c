#include "small_hub.h"

#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/json_in.h"
#include "directory/record.h"
#include "fuzz.h"
#include "identity/signing_key.h"
#include "keys.h"
#include "remove_tree.h"
#include "store/rec.h"
#include "store/schema.h"

#define ARENA_MAX (64 * 1024 * 1024)
#define BODY_MAX (4 * 1024 * 1024)

static struct small_hub the_hub;

static const char *const lines[] = {
	"{\"type\":\"organization\",\"id\":\"1001\",\"organizationType\":"
	"\"INTERMEDIARY\",\"code\":\"ONE\",\"name\":\"One\",\"icon\":null}",
	"{\"type\":\"organization\",\"id\":\"1002\",\"organizationType\":"
	"\"INTERMEDIARY\",\"code\":\"TWO\",\"name\":\"Two\",\"icon\":null}",
	"{\"type\":\"group\",\"id\":\"101\",\"name\":\"Klanten\","
	"\"permissions\":[\"account.read.mine\",\"contract.read.mine\","
	"\"organization.read.mine\",\"permission.read.mine\"]}",
	"{\"type\":\"contact\",\"id\":\"d-1\",\"organizationId\":\"1001\","
	"\"dossierNumber\":\"204517\"}",
	"{\"type\":\"account\",\"id\":\"jan\",\"name\":\"jan@example.nl\","
	"\"email\":\"jan@example.nl\",\"firstName\":\"Jan\",\"lastName\":"
	"\"" SMALL_HUB_SECRET "\",\"dossiers\":{\"1001\":\"204517\",\"1002\":"
	"\"7\"},\"groupIds\":[\"101\"]}",
	"{\"type\":\"account\",\"id\":\"piet\",\"name\":\"piet@example.nl\","
	"\"email\":\"piet@example.nl\",\"enabled\":false,\"groupIds\":[\"101\"]"
	"}",
	"{\"type\":\"contract\",\"id\":\"c-1\",\"version\":3,"
	"\"organizationId\":\"1001\",\"dossierNumber\":\"204517\",\"format\":"
	"\"AFD2\",\"status\":\"ACTIVE\",\"metadata\":{\"name\":"
	"\"" SMALL_HUB_SECRET "\"}}",
	"{\"type\":\"contract\",\"id\":\"c-2\",\"organizationId\":\"1001\","
	"\"dossierNumber\":\"204517\",\"format\":\"SIVI\",\"status\":"
	"\"ENDED\",\"metadata\":{}}",
	"{\"type\":\"contract\",\"id\":\"c-3\",\"organizationId\":\"1002\","
	"\"dossierNumber\":\"7\",\"format\":\"AFD2\",\"status\":\"ACTIVE\","
	"\"metadata\":{}}",
	"{\"type\":\"contract\",\"id\":\"c-4\",\"version\":9,\"deleted\":true}",
};

struct first_records {
	struct arena *arena;
	struct signing_key key;
};

static void
put_client(struct txn *txn)
{
	char bytes[64];
	struct buf origins = {
		.p = bytes, .cap = sizeof(bytes), .max = sizeof(bytes)
	};
	struct client_rec rec = {
		.enabled = true,
		.name = STR("App"),
		.scope = STR("hub.read"),
	};

	rec_put_str(&origins, STR("https://app.example.nl"));
	rec.origins = buf_view(&origins);
	client_put(txn, STR("app"), &rec);
}

static int
put_records(struct txn *txn, void *arg)
{
	struct first_records *first = arg;
	struct record record;
	bool done;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		FUZZ_HOLDS(record_parse(first->arena, str_of(lines[i]), &record,
			       NULL) == 0);
		FUZZ_HOLDS(record_apply(txn, &record, &done, NULL) == 0);
	}
	put_client(txn);
	signing_key_put_public(txn, &first->key);
	return 0;
}

static int
put_private(struct txn *txn, void *arg)
{
	const struct first_records *first = arg;

	signing_key_put_private(txn, &first->key);
	return 0;
}

static void
sign_token(struct small_hub *hub, struct rsa_key *key, const char *kid,
    const char *account, char text[1200])
{
	int64_t now = clock_now();
	struct claims claims = {
		.exp = now + TOKEN_LIFETIME_MAX,
		.iat = now,
		.epoch = 1,
		.user = true,
		.client_id = "app",
		.jti = "t-1",
		.gid = "g-1",
		.sid = "s-1",
		.scope = "openid hub.read",
	};
	struct signer_key signing = { .rsa = key };
	struct str token;

	snprintf(signing.kid, sizeof(signing.kid), "%s", kid);
	snprintf(claims.sub, sizeof(claims.sub), "%s", account);
	FUZZ_HOLDS(jwt_sign(hub->arena, &signing, &hub->service.verifier.domain,
		       STR_NONE, &claims, &token) == 0);
	FUZZ_HOLDS(token.n < sizeof(hub->token));
	memcpy(text, token.p, token.n);
}

/* Both stores, and in them what stands above. */
static void
make_stores(struct small_hub *hub, const struct rsa_key *key,
    struct first_records *first)
{
	struct schema directory, vault;
	struct store *store;

	first->arena = hub->arena;
	first->key.public.created = clock_now();
	FUZZ_HOLDS(key_thumbprint(key, first->key.kid) == 0);
	FUZZ_HOLDS(
	    rsa_public_der(hub->arena, key, &first->key.public.der) == 0);
	schema_directory(&directory, &hub->conf);
	schema_vault(&vault, &hub->conf);
	FUZZ_HOLDS(store_create(&directory.spec, NULL) == 0);
	FUZZ_HOLDS(store_create(&vault.spec, NULL) == 0);
	FUZZ_HOLDS(store_open(&store, &directory.spec, STORE_WRITE, NULL) == 0);
	FUZZ_HOLDS(store_write(store, hub->arena, put_records, first) == 0);
	store_close(store);
	FUZZ_HOLDS(
	    rsa_private_der(hub->arena, key, &first->key.private.der) == 0);
	FUZZ_HOLDS(store_open(&store, &vault.spec, STORE_WRITE, NULL) == 0);
	FUZZ_HOLDS(store_write(store, hub->arena, put_private, first) == 0);
	store_close(store);
}

static void
make_hub(void)
{
	const char *tmp = getenv("TMPDIR");
	struct rsa_key *key = test_key(TEST_KEY_A);
	struct first_records first = { 0 };
	char root[256];

	snprintf(root, sizeof(root), "%s/hub-fuzz.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	FUZZ_HOLDS(mkdtemp(root) != NULL && key != NULL);
	the_hub.arena = arena_new(65536, ARENA_MAX);
	FUZZ_HOLDS(the_hub.arena != NULL);
	conf_defaults(&the_hub.conf);
	FUZZ_HOLDS(conf_set_data(&the_hub.conf, root, NULL) == 0);
	snprintf(the_hub.conf.base_url, sizeof(the_hub.conf.base_url),
	    "https://hub.example.nl");
	the_hub.conf.reader_group[0] = '\0';
	the_hub.conf.map_size = 64 << 20;
	the_hub.conf.token_cache = 16;
	make_stores(&the_hub, key, &first);
	/* A keeper, so that a target can write, with the rows of the readers. */
	FUZZ_HOLDS(service_open(&the_hub.service, &the_hub.conf, POOL_KEEPERS,
		       &the_hub.counters, NULL) == 0);
	the_hub.service.pool = POOL_READERS;
	sign_token(&the_hub, key, first.key.kid, "jan", the_hub.token);
	sign_token(&the_hub, key, first.key.kid, "piet", the_hub.dead_token);
	rsa_free(key);
	remove_tree(root);
}

/* Memory that the engine keeps would look lost at the end. */
static void
close_hub(void)
{
	service_close(&the_hub.service);
	arena_free(the_hub.arena);
}

struct small_hub *
small_hub(void)
{
	if (the_hub.arena == NULL) {
		make_hub();
		atexit(close_hub);
	}
	return &the_hub;
}

/* Field lines, each ended, and an empty one. */
static void
check_head(struct str head)
{
	FUZZ_HOLDS(str_starts(head, STR("Status: ")));
	FUZZ_HOLDS(
	    head.n > 4 && memcmp(head.p + head.n - 4, "\r\n\r\n", 4) == 0);
	for (size_t i = 0; i < head.n; i++) {
		unsigned char c = (unsigned char)head.p[i];

		if (c == '\r')
			FUZZ_HOLDS(head.p[i + 1] == '\n');
		else if (c == '\n')
			FUZZ_HOLDS(head.p[i - 1] == '\r');
		else
			FUZZ_HOLDS(c >= ' ' && c != 0x7f);
	}
}

void
small_hub_ask(
    struct small_hub *hub, struct req *req, struct small_answer *answer)
{
	static char head_bytes[RESP_HEADERS_MAX + 256];
	static char body_bytes[BODY_MAX];
	struct buf head = { .p = head_bytes,
		.cap = sizeof(head_bytes),
		.max = sizeof(head_bytes) };
	struct buf body = { .p = body_bytes,
		.cap = sizeof(body_bytes),
		.max = sizeof(body_bytes) };
	enum resp_step step = RESP_DONE;
	struct resp resp;

	resp_begin(&resp, req->arena);
	service_serve(&hub->service, req, &resp);
	if (resp_head(&resp, &head) != 0) {
		/* Every gateway has an answer of its own for this. */
		*answer = (struct small_answer){ .status = 500 };
		return;
	}
	check_head(buf_view(&head));
	buf_str(&body, resp_payload(&resp));
	if (resp.produce != NULL && !resp.head)
		step = RESP_MORE;
	while (step == RESP_MORE && buf_error(&body) == 0)
		step = resp.produce(resp.produce_ctx, &body);
	*answer = (struct small_answer){ resp.status, step == RESP_BROKEN,
		buf_view(&head), buf_view(&body) };
	FUZZ_HOLDS(answer->broken || buf_error(&body) == 0);
}
