/*
 * A peer of the hub in C: libmicrohttpd, a thread for each processor, OpenSSL,
 * yajl and LMDB. Usage: mhd SOCKET THREADS [KNOWN], where KNOWN is how many
 * verified tokens each thread remembers. PEER_KEY, PEER_ISSUER, PEER_AUDIENCE
 * and PEER_ACCOUNTS (a file of lmdb_load's) of the environment say the rest.
 */
#include <lmdb.h>
#include <microhttpd.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <yajl/yajl_tree.h>

#define MAP_SIZE ((size_t)64 << 30)
#define TOKEN_MAX 4096
#define ID_MAX 65
#define NEAR 8 /* places where a known token may stand */
#define CONNECTIONS 4096

static const char refusal[] = "{\"error\":\"unauthorized\"}";

static struct {
	EVP_PKEY *key;
	const char *issuer, *audience;
	MDB_env *env;
	MDB_dbi accounts;
	unsigned int known;
} peer;

struct claims {
	char sub[ID_MAX];
	time_t exp;
};

struct known {
	char token[TOKEN_MAX];
	struct claims claims;
};

/* What each thread has for itself. */
struct thread {
	EVP_PKEY_CTX *key;
	MDB_txn *txn;
	struct known *known;
};

static bool
decode(const char *text, size_t n, unsigned char *out, size_t *out_n)
{
	char plain[TOKEN_MAX + 4];
	size_t pad = (4 - n % 4) % 4;

	if (n == 0 || pad == 3)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '-')
			plain[i] = '+';
		else if (text[i] == '_')
			plain[i] = '/';
		else
			plain[i] = text[i];
	}
	memset(plain + n, '=', pad);
	if (EVP_DecodeBlock(out, (unsigned char *)plain, (int)(n + pad)) < 0)
		return false;
	*out_n = (n + pad) / 4 * 3 - pad;
	return true;
}

static yajl_val
decode_json(const char *text, size_t n)
{
	unsigned char json[TOKEN_MAX];
	size_t json_n;

	if (!decode(text, n, json, &json_n))
		return NULL;
	json[json_n] = '\0';
	return yajl_tree_parse((char *)json, NULL, 0);
}

/* A string member, or NULL. */
static const char *
member(yajl_val object, const char *name)
{
	const char *path[] = { name, NULL };

	return YAJL_GET_STRING(yajl_tree_get(object, path, yajl_t_string));
}

static bool
is(yajl_val object, const char *name, const char *text)
{
	const char *value = member(object, name);

	return value != NULL && strcmp(value, text) == 0;
}

static bool
take_claims(yajl_val payload, struct claims *claims)
{
	const char *path[] = { "exp", NULL };
	yajl_val exp = yajl_tree_get(payload, path, yajl_t_number);
	const char *sub = member(payload, "sub");

	if (!is(payload, "iss", peer.issuer) ||
	    !is(payload, "aud", peer.audience) || !YAJL_IS_INTEGER(exp) ||
	    sub == NULL || strlen(sub) >= sizeof(claims->sub))
		return false;
	strcpy(claims->sub, sub);
	claims->exp = YAJL_GET_INTEGER(exp);
	return true;
}

static bool
is_signed(struct thread *thread, const char *token, size_t n, const char *text)
{
	unsigned char signature[TOKEN_MAX], digest[SHA256_DIGEST_LENGTH];
	size_t signature_n;

	SHA256((const unsigned char *)token, n, digest);
	return decode(text, strlen(text), signature, &signature_n) &&
	    EVP_PKEY_verify(thread->key, signature, signature_n, digest,
		sizeof(digest)) == 1;
}

static bool
check(struct thread *thread, const char *token, struct claims *claims)
{
	const char *dot = strchr(token, '.');
	const char *last = dot == NULL ? NULL : strchr(dot + 1, '.');
	yajl_val header, payload;
	bool good;

	if (last == NULL)
		return false;
	header = decode_json(token, (size_t)(dot - token));
	good = is(header, "alg", "RS256") && is(header, "typ", "at+jwt");
	yajl_tree_free(header);
	if (!good ||
	    !is_signed(thread, token, (size_t)(last - token), last + 1))
		return false;
	payload = decode_json(dot + 1, (size_t)(last - dot) - 1);
	good = take_claims(payload, claims);
	yajl_tree_free(payload);
	return good;
}

/* FNV-1a over the signature, which differs most. */
static size_t
place_of(const char *token, size_t n)
{
	size_t h = 0xcbf29ce484222325;

	for (size_t i = n > 64 ? n - 64 : 0; i < n; i++)
		h = (h ^ (unsigned char)token[i]) * 0x100000001b3;
	return h % peer.known;
}

/* Of a token that passed before, or passes now. */
static bool
claims_of(struct thread *thread, const char *token, struct claims *claims)
{
	struct known *free_place = NULL;
	size_t n = strlen(token), place;

	if (n >= TOKEN_MAX)
		return false;
	if (peer.known == 0)
		return check(thread, token, claims);
	place = place_of(token, n);
	for (size_t i = 0; i < NEAR; i++) {
		struct known *k = &thread->known[(place + i) % peer.known];

		if (strcmp(k->token, token) == 0) {
			*claims = k->claims;
			return true;
		}
		if (free_place == NULL && k->token[0] == '\0')
			free_place = k;
	}
	if (!check(thread, token, claims))
		return false;
	if (free_place == NULL)
		free_place = &thread->known[place];
	memcpy(free_place->token, token, n + 1);
	free_place->claims = *claims;
	return true;
}

static struct MHD_Response *
account(struct thread *thread, const char *id)
{
	MDB_val key = { strlen(id), (void *)(uintptr_t)id }, body;
	struct MHD_Response *response = NULL;

	if (mdb_txn_renew(thread->txn) != 0)
		return NULL;
	if (mdb_get(thread->txn, peer.accounts, &key, &body) == 0)
		response = MHD_create_response_from_buffer(
		    body.mv_size, body.mv_data, MHD_RESPMEM_MUST_COPY);
	mdb_txn_reset(thread->txn);
	return response;
}

/* A context that is kept: to make one takes as long as a signature. */
static EVP_PKEY_CTX *
new_key(void)
{
	EVP_PKEY_CTX *key = EVP_PKEY_CTX_new(peer.key, NULL);

	if (key == NULL || EVP_PKEY_verify_init(key) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(key, EVP_sha256()) != 1)
		return NULL;
	return key;
}

static struct thread *
new_thread(void)
{
	struct thread *thread = calloc(1, sizeof(*thread));

	if (thread == NULL)
		return NULL;
	thread->key = new_key();
	thread->known = calloc(peer.known + 1, sizeof(*thread->known));
	if (thread->key == NULL || thread->known == NULL ||
	    mdb_txn_begin(peer.env, NULL, MDB_RDONLY, &thread->txn) != 0)
		return NULL;
	mdb_txn_reset(thread->txn);
	return thread;
}

static enum MHD_Result
answer(void *ctx, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_n, void **seen)
{
	static _Thread_local struct thread *thread;
	struct MHD_Response *response = NULL;
	unsigned int status = MHD_HTTP_OK;
	struct claims claims;
	enum MHD_Result result;
	const char *field;

	(void)ctx, (void)url, (void)method, (void)version, (void)upload;
	(void)upload_n;
	if (*seen == NULL) { /* the header alone has come */
		*seen = &peer;
		return MHD_YES;
	}
	if (thread == NULL && (thread = new_thread()) == NULL)
		return MHD_NO;
	field = MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
	if (field != NULL && strncmp(field, "Bearer ", 7) == 0 &&
	    claims_of(thread, field + 7, &claims) && claims.exp > time(NULL))
		response = account(thread, claims.sub);
	if (response == NULL) {
		status = MHD_HTTP_UNAUTHORIZED;
		response = MHD_create_response_from_buffer(sizeof(refusal) - 1,
		    (void *)(uintptr_t)refusal, MHD_RESPMEM_PERSISTENT);
	}
	MHD_add_response_header(
	    response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static bool
open_accounts(const char *path)
{
	MDB_txn *txn;

	return mdb_env_create(&peer.env) == 0 &&
	    mdb_env_set_mapsize(peer.env, MAP_SIZE) == 0 &&
	    mdb_env_open(peer.env, path,
		MDB_NOSUBDIR | MDB_RDONLY | MDB_NOTLS | MDB_NOLOCK, 0) == 0 &&
	    mdb_txn_begin(peer.env, NULL, MDB_RDONLY, &txn) == 0 &&
	    mdb_dbi_open(txn, NULL, 0, &peer.accounts) == 0 &&
	    mdb_txn_commit(txn) == 0;
}

static bool
open_all(void)
{
	const char *key = getenv("PEER_KEY");
	const char *accounts = getenv("PEER_ACCOUNTS");
	FILE *file = key == NULL ? NULL : fopen(key, "r");

	peer.issuer = getenv("PEER_ISSUER");
	peer.audience = getenv("PEER_AUDIENCE");
	if (file == NULL || accounts == NULL || peer.issuer == NULL ||
	    peer.audience == NULL)
		return false;
	peer.key = PEM_read_PUBKEY(file, NULL, NULL, NULL);
	fclose(file);
	return peer.key != NULL && open_accounts(accounts);
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, CONNECTIONS) != 0)
		return -1;
	return fd;
}

int
main(int argc, char **argv)
{
	struct MHD_Daemon *daemon;
	unsigned int threads;
	sigset_t stop;
	int fd, which;

	if (argc != 3 && argc != 4) {
		fputs("Usage: mhd SOCKET THREADS [KNOWN]\n", stderr);
		return 2;
	}
	threads = (unsigned int)strtoul(argv[2], NULL, 10);
	if (argc == 4)
		peer.known = (unsigned int)strtoul(argv[3], NULL, 10);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	if (!open_all() || (fd = listen_at(argv[1])) < 0) {
		fputs("mhd: a file of the environment or the socket is bad\n",
		    stderr);
		return 1;
	}
	/* A pool is of two at least. */
	daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL,
	    answer, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_THREAD_POOL_SIZE, threads < 2 ? 2 : threads,
	    MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, MHD_OPTION_END);
	if (daemon == NULL) {
		fputs("mhd: libmicrohttpd does not start\n", stderr);
		return 1;
	}
	sigwait(&stop, &which);
	MHD_stop_daemon(daemon);
	return 0;
}
