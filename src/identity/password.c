#include "identity/password.h"

#include <errno.h>
#include <sodium.h>
#include "base/buf.h"
#include "base/rand.h"
#include "base/secret.h"
#include "base/unicode.h"

_Static_assert(PASSWORD_HASH == crypto_pwhash_STRBYTES, "room for a hash");

/* The longest NFKC form that PASSWORD_INPUT_MAX bytes can get. */
#define NORMAL_MAX (PASSWORD_INPUT_MAX * 18)

static void
clear(void *text)
{
	const struct str *s = text;

	secret_clear((char *)(uintptr_t)s->p, s->n);
}

int
password_normalize(struct arena *arena, struct str typed, struct str *out)
{
	struct str *kept = arena_alloc(arena, sizeof(*kept));
	struct buf text;
	int rc;

	*out = STR_NONE;
	if (kept == NULL)
		return HUB_ENOMEM;
	if (typed.n > PASSWORD_INPUT_MAX)
		return HUB_ETOOBIG;
	buf_init_arena(&text, arena, NORMAL_MAX);
	rc = unicode_nfkc(typed, &text);
	*kept = buf_view(&text);
	if (!arena_defer(arena, clear, kept))
		return HUB_ENOMEM;
	if (rc == 0)
		*out = *kept;
	return rc;
}

/* sodium_init() does its work once a process and is cheap from then on. */
int
password_hash(
    const struct conf *conf, struct str password, char hash[PASSWORD_HASH])
{
	int rc;

	hash[0] = '\0';
	if (sodium_init() < 0)
		return HUB_ECRYPTO;
	rc = crypto_pwhash_str_alg(hash, password.n > 0 ? password.p : "",
	    password.n, conf->password_passes, conf->password_memory,
	    crypto_pwhash_ALG_ARGON2ID13);
	return rc == 0 ? 0 : HUB_ENOMEM;
}

static int
work_in_vain(const struct conf *conf, struct str password)
{
	char hash[PASSWORD_HASH];
	int rc = password_hash(conf, password, hash);

	secret_clear(hash, sizeof(hash));
	return rc == 0 ? HUB_EDENIED : rc;
}

int
password_verify(const struct conf *conf, struct str hash, struct str password)
{
	char text[PASSWORD_HASH];

	if (hash.n == 0 || hash.n >= sizeof(text))
		return work_in_vain(conf, password);
	if (sodium_init() < 0)
		return HUB_ECRYPTO;
	memcpy(text, hash.p, hash.n);
	text[hash.n] = '\0';
	errno = 0;
	if (crypto_pwhash_str_verify(
		text, password.n > 0 ? password.p : "", password.n) == 0)
		return 0;
	/* Only what was computed and differs is EINVAL. */
	return errno == ENOMEM ? HUB_ENOMEM : HUB_EDENIED;
}

/* The number behind NAME in "$argon2id$v=19$m=19456,t=2,p=1$...". */
static uint64_t
parameter(struct str hash, struct str name)
{
	struct str part, item;
	uint64_t value;

	while (str_split(&hash, '$', &part)) {
		while (str_split(&part, ',', &item)) {
			if (!str_starts(item, name))
				continue;
			item.p += name.n;
			item.n -= name.n;
			if (str_u64(item, UINT32_MAX, &value))
				return value;
		}
	}
	return 0;
}

bool
password_is_cheap(const struct conf *conf, struct str hash)
{
	return !str_starts(hash, STR("$argon2id$")) ||
	    parameter(hash, STR("m=")) < conf->password_memory / 1024 ||
	    parameter(hash, STR("t=")) < conf->password_passes;
}

/* No i, l, o, 0, 1. */
static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";

#define SYMBOLS (sizeof(alphabet) - 1)
#define GROUP 6

static char
random_symbol(void)
{
	unsigned char byte;

	/* What the last, shorter round would favour is thrown away. */
	do
		rand_bytes(&byte, 1);
	while (byte >= 256 / SYMBOLS * SYMBOLS);
	return alphabet[byte % SYMBOLS];
}

static bool
is_dash_place(size_t i)
{
	return i % (GROUP + 1) == GROUP;
}

void
password_make_temporary(char text[PASSWORD_TEMPORARY_LEN + 1])
{
	for (size_t i = 0; i < PASSWORD_TEMPORARY_LEN; i++)
		text[i] = is_dash_place(i) ? '-' : random_symbol();
	text[PASSWORD_TEMPORARY_LEN] = '\0';
}

bool
password_is_temporary(struct str typed, char text[PASSWORD_TEMPORARY_LEN + 1])
{
	typed = str_trim(typed);
	text[0] = '\0';
	if (typed.n != PASSWORD_TEMPORARY_LEN)
		return false;
	for (size_t i = 0; i < typed.n; i++) {
		char c = char_lower(typed.p[i]);

		if (is_dash_place(i) ? c != '-'
				     : c == '\0' || strchr(alphabet, c) == NULL)
			return false;
	}
	for (size_t i = 0; i < typed.n; i++)
		text[i] = char_lower(typed.p[i]);
	text[typed.n] = '\0';
	return true;
}
