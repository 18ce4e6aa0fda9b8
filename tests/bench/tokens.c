/*
 * Many access tokens, as real ones as those of hubctl token, for a load
 * generator. Usage: tokens CONFIG SECONDS: reads usernames, one a line, and
 * prints a token that lasts so long for each line; a name may stand there more
 * than once. Accounts that may not be used are passed over. Nothing is written to the audit log. Run as the user who owns the
 * stores.
 */
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/rand.h"
#include "directory/account.h"
#include "directory/client_public.h"
#include "identity/scope.h"
#include "store/schema.h"
#include "token/jwt.h"
#include "token/signer.h"

struct maker {
	struct store *directory;
	struct arena *arena;
	struct signer signer;
	struct token_domain domain;
	int64_t lifetime; /* seconds */
};

static int
read_account(struct maker *m, struct str name, struct claims *claims)
{
	struct txn *txn = store_read_begin(m->directory, m->arena);
	struct account_rec rec;
	bool usable = account_by_name(txn, name, &rec) && rec.enabled &&
	    !rec.pending && rec.id.n < sizeof(claims->sub);
	int rc;

	if (usable) {
		memcpy(claims->sub, rec.id.p, rec.id.n);
		claims->user = true;
		claims->epoch = rec.epoch;
	}
	rc = store_read_end(txn);
	return rc != 0 || usable ? rc : HUB_ENOENT;
}

static int
print_token(struct maker *m, struct str name)
{
	struct claims claims = { .iat = clock_now(),
		.client_id = CLIENT_BUILTIN,
		.scope = SCOPE_READ };
	struct str token;
	int rc = read_account(m, name, &claims);

	if (rc != 0)
		return rc;
	claims.exp = claims.iat + m->lifetime;
	rand_id(claims.jti);
	rc = jwt_sign(m->arena, signer_current(&m->signer, claims.iat),
	    &m->domain, STR(""), &claims, &token);
	if (rc == 0)
		printf("%.*s\n", STR_ARG(token));
	return rc;
}

static int
print_tokens(struct maker *m, struct why *why)
{
	char line[512];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		int rc;

		line[strcspn(line, "\n")] = '\0';
		rc = print_token(m, str_of(line));
		arena_reset(m->arena);
		if (rc != 0)
			return why_set(
			    why, rc, "no token for %s: %s", line, err_text(rc));
	}
	if (ferror(stdin) || fflush(stdout) != 0)
		return why_set(why, HUB_EIO, "names or tokens were lost");
	return 0;
}

/* The vault is open for as long as its keys are read. */
static int
load_keys(struct maker *m, const struct conf *conf, struct why *why)
{
	struct store *vault = NULL;
	struct schema schema;
	struct txn *txn;
	int rc, end;

	schema_vault(&schema, conf);
	rc = store_open(&vault, &schema.spec, STORE_READ, why);
	if (rc != 0)
		return rc;
	txn = store_read_begin(vault, m->arena);
	rc = signer_load(&m->signer, txn);
	end = store_read_end(txn);
	if (rc == 0)
		rc = end;
	if (rc != 0)
		rc = why_set(why, rc, "no key that signs: %s", err_text(rc));
	arena_reset(m->arena);
	store_close(vault);
	return rc;
}

static int
run(struct maker *m, const char *path, struct why *why)
{
	struct schema schema;
	struct conf conf;
	int rc = conf_load(&conf, path, why);

	if (rc == 0)
		rc = load_keys(m, &conf, why);
	if (rc != 0)
		return rc;
	token_domain_of(&m->domain, conf.base_url);
	schema_directory(&schema, &conf);
	rc = store_open(&m->directory, &schema.spec, STORE_READ, why);
	return rc != 0 ? rc : print_tokens(m, why);
}

int
main(int argc, char **argv)
{
	struct maker m = { .arena = arena_new(1 << 20, 16 << 20) };
	struct why why = { .text = "out of memory" };
	uint64_t lifetime;
	int rc = HUB_ENOMEM;

	if (argc != 3 || !str_u64(str_of(argv[2]), 86400, &lifetime)) {
		fputs("Usage: tokens CONFIG SECONDS <USERNAMES\n", stderr);
		return 2;
	}
	m.lifetime = (int64_t)lifetime;
	if (m.arena != NULL)
		rc = run(&m, argv[1], &why);
	if (rc != 0)
		fprintf(stderr, "tokens: %s\n", why.text);
	signer_free(&m.signer);
	store_close(m.directory);
	arena_free(m.arena);
	return rc == 0 ? 0 : 1;
}
