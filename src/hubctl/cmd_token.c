#include <stdio.h>
#include "base/clock.h"
#include "base/rand.h"
#include "directory/account.h"
#include "directory/client_public.h"
#include "hubctl/ctl.h"
#include "hubctl/who.h"
#include "identity/scope.h"
#include "token/jwt.h"

static const char *option_ttl, *option_scope;

static int
copy_claim(char *to, size_t room, struct str text)
{
	if (text.n >= room)
		return HUB_ETOOBIG;
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
	return 0;
}

/* 0: as configured. */
static int
read_ttl(uint64_t *ttl, struct why *why)
{
	*ttl = 0;
	if (option_ttl == NULL)
		return 0;
	if (!str_u64(str_of(option_ttl), TOKEN_LIFETIME_MAX, ttl) || *ttl == 0)
		return why_set(why, HUB_EINVAL,
		    "--ttl: '%s' is not a number of seconds from 1 to %d",
		    option_ttl, TOKEN_LIFETIME_MAX);
	return 0;
}

static int
read_scope(struct claims *claims, struct why *why)
{
	struct str text =
	    str_of(option_scope != NULL ? option_scope : SCOPE_READ);
	struct str rest = text, word;

	while (str_split(&rest, ' ', &word)) {
		if (!scope_is_known(word))
			return why_set(why, HUB_EINVAL,
			    "--scope: '%.*s' is none of: %s", STR_ARG(word),
			    scope_names());
	}
	if (copy_claim(claims->scope, sizeof(claims->scope), text) != 0)
		return why_set(why, HUB_EINVAL, "--scope: too long");
	return 0;
}

/* Who the token is for; accounts that may not be used get none. */
static int
read_account(
    struct ctl *ctl, const char *name, struct claims *claims, struct why *why)
{
	struct txn *txn = store_read_begin(ctl->directory, ctl->arena);
	struct account_rec rec;
	bool found = account_by_name(txn, str_of(name), &rec);
	int rc = store_read_end(txn);

	if (rc != 0)
		return why_set(why, rc, "directory: %s", err_text(rc));
	if (!found)
		return why_set(why, HUB_ENOENT, WHO_UNKNOWN, name);
	if (!rec.enabled)
		return why_set(why, HUB_EDENIED,
		    "account %s is disabled; enable it first: hubctl account "
		    "enable %s",
		    name, name);
	if (rec.pending)
		return why_set(why, HUB_EDENIED,
		    "account %s has a temporary password that must be changed "
		    "first",
		    name);
	claims->user = true;
	claims->epoch = rec.epoch;
	return copy_claim(claims->sub, sizeof(claims->sub), rec.id);
}

static int
sign(struct ctl *ctl, const struct claims *claims, struct str *token,
    struct why *why)
{
	struct signer signer = { .n = 0 };
	struct token_domain domain;
	struct txn *vault;
	int rc, end;

	vault = store_read_begin(ctl->vault, ctl->arena);
	rc = signer_load(&signer, vault);
	end = store_read_end(vault);
	if (rc == 0)
		rc = end;
	if (rc == 0) {
		token_domain_of(&domain, ctl->conf.base_url);
		rc = jwt_sign(ctl->arena, signer_current(&signer, claims->iat),
		    &domain, STR(""), claims, token);
	}
	signer_free(&signer);
	if (rc != 0)
		return why_set(why, rc, "cannot sign: %s", err_text(rc));
	return 0;
}

/* Recorded before it is shown: no token gets out without a trace. */
static int
record(struct ctl *ctl, const struct claims *claims, struct why *why)
{
	char until[CLOCK_TEXT];
	int rc;

	clock_text(claims->exp, until);
	rc = ctl_audit(ctl, "token.issued", str_of(claims->sub),
	    arena_printf(ctl->arena, "jti %s until %s scope %s", claims->jti,
		until, claims->scope));
	if (rc != 0)
		return why_set(
		    why, rc, "cannot write the audit log: %s", err_text(rc));
	return 0;
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct claims claims = { .iat = clock_now(),
		.client_id = CLIENT_BUILTIN };
	struct str token;
	struct why why;
	uint64_t ttl;

	(void)argc;
	if (read_ttl(&ttl, &why) != 0 || read_scope(&claims, &why) != 0)
		return ctl_usage(&command_token, why.text);
	if (ctl_open(ctl, &why) != 0 ||
	    read_account(ctl, argv[0], &claims, &why) != 0)
		return ctl_fail("%s", why.text);
	if (ttl == 0)
		ttl = ctl->conf.token_lifetime;
	claims.exp = claims.iat + (int64_t)ttl;
	rand_id(claims.jti);
	if (sign(ctl, &claims, &token, &why) != 0 ||
	    record(ctl, &claims, &why) != 0)
		return ctl_fail("%s", why.text);
	printf("%.*s\n", STR_ARG(token));
	return CTL_OK;
}

static const struct option_spec options[] = {
	{ "ttl", &option_ttl, NULL },
	{ "scope", &option_scope, NULL },
	{ NULL, NULL, NULL },
};

const struct command command_token = {
	.name = "token",
	.usage = "USERNAME [--ttl SECONDS] [--scope SCOPE]",
	.brief = "Prints an access token for an account.",
	.text = "The token stands alone on standard output. It is issued in "
		"the name of the\nbuilt-in client hubctl and recorded in the "
		"audit log.\n\n"
		"  --ttl SECONDS  lifetime, at most 86400; else as "
		"configured\n"
		"  --scope SCOPE  words split at spaces; else hub.read\n",
	.min = 1,
	.max = 1,
	.options = options,
	.run = run,
};
