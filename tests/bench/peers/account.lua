-- A peer of the hub within nginx: LuaJIT, libcrypto and LMDB by FFI. setup()
-- in each worker, then one of the three kinds of answers for a request: each
-- token checked, verified ones in a dictionary that all workers share, or in
-- one of this worker's own.
local ffi = require "ffi"
local cjson = require "cjson.safe"
local lrucache = require "resty.lrucache"

ffi.cdef [[
typedef struct bio_st BIO;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct evp_pkey_ctx_st EVP_PKEY_CTX;
typedef struct evp_md_st EVP_MD;
BIO *BIO_new_mem_buf(const void *bytes, int n);
EVP_PKEY *PEM_read_bio_PUBKEY(BIO *bio, void *x, void *cb, void *u);
const EVP_MD *EVP_sha256(void);
unsigned char *SHA256(const char *data, size_t n, unsigned char *digest);
EVP_PKEY_CTX *EVP_PKEY_CTX_new(EVP_PKEY *key, void *engine);
int EVP_PKEY_verify_init(EVP_PKEY_CTX *ctx);
int EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX *ctx, int padding);
int EVP_PKEY_CTX_set_signature_md(EVP_PKEY_CTX *ctx, const EVP_MD *md);
int EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const char *signature,
	size_t signature_n, const unsigned char *digest, size_t n);

typedef struct { size_t mv_size; void *mv_data; } MDB_val;
typedef struct MDB_env MDB_env;
typedef struct MDB_txn MDB_txn;
int mdb_env_create(MDB_env **env);
int mdb_env_set_mapsize(MDB_env *env, size_t size);
int mdb_env_open(MDB_env *env, const char *path, unsigned flags, int mode);
int mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int mdb_txn_renew(MDB_txn *txn);
void mdb_txn_reset(MDB_txn *txn);
int mdb_txn_commit(MDB_txn *txn);
int mdb_dbi_open(MDB_txn *txn, const char *name, unsigned flags, unsigned *dbi);
int mdb_get(MDB_txn *txn, unsigned dbi, MDB_val *key, MDB_val *data);
]]

local crypto, lmdb = ffi.load("libcrypto.so.3"), ffi.load("liblmdb.so.0")

local DIGEST = 32 -- bytes of SHA-256
local PKCS1 = 1
local NOSUBDIR, RDONLY, NOTLS, NOLOCK = 0x4000, 0x20000, 0x200000, 0x400000
local MAP_SIZE = 64 * 1024 * 1024 * 1024
local KNOWN = 16384 -- verified tokens that a worker remembers

local M = {}
local key, issuer, audience
local digest = ffi.new("unsigned char[?]", DIGEST)
local env, txn, accounts
local id, body = ffi.new("MDB_val"), ffi.new("MDB_val")
local own = lrucache.new(KNOWN)
local shared = ngx.shared.peer_tokens

local function read_file(path)
	local file = assert(io.open(path))
	local text = file:read("*a")

	file:close()
	return text
end

local function open_accounts(path)
	local e, t, d = ffi.new("MDB_env *[1]"), ffi.new("MDB_txn *[1]"),
		ffi.new("unsigned[1]")
	local flags = NOSUBDIR + RDONLY + NOTLS + NOLOCK

	assert(lmdb.mdb_env_create(e) == 0)
	assert(lmdb.mdb_env_set_mapsize(e[0], MAP_SIZE) == 0)
	assert(lmdb.mdb_env_open(e[0], path, flags, 0) == 0)
	assert(lmdb.mdb_txn_begin(e[0], nil, RDONLY, t) == 0)
	assert(lmdb.mdb_dbi_open(t[0], nil, 0, d) == 0)
	assert(lmdb.mdb_txn_commit(t[0]) == 0)
	assert(lmdb.mdb_txn_begin(e[0], nil, RDONLY, t) == 0)
	env, txn, accounts = e[0], t[0], d[0]
	lmdb.mdb_txn_reset(txn)
end

-- A context that is kept: to make one takes as long as a signature.
local function open_key(path)
	local pem = read_file(path)
	local public = crypto.PEM_read_bio_PUBKEY(
		crypto.BIO_new_mem_buf(pem, #pem), nil, nil, nil)

	assert(public ~= nil)
	key = crypto.EVP_PKEY_CTX_new(public, nil)
	assert(key ~= nil and crypto.EVP_PKEY_verify_init(key) == 1)
	assert(crypto.EVP_PKEY_CTX_set_rsa_padding(key, PKCS1) == 1)
	assert(crypto.EVP_PKEY_CTX_set_signature_md(key, crypto.EVP_sha256()) == 1)
end

-- LMDB is opened by the process that uses it, so not before the fork.
function M.setup(o)
	open_key(o.key)
	issuer, audience = o.issuer, o.audience
	open_accounts(o.accounts)
end

local function decode(text)
	text = text:gsub("-", "+"):gsub("_", "/")
	return ngx.decode_base64(text .. ("="):rep(-#text % 4))
end

local function decode_json(text)
	local json = decode(text)

	return json and cjson.decode(json)
end

-- Account and expiry of a token that is right.
local function check(token)
	local head, payload, signature =
		token:match("^([^.]+)%.([^.]+)%.([^.]+)$")
	local header = head and decode_json(head)
	local bytes = signature and decode(signature)

	if type(header) ~= "table" or header.alg ~= "RS256" or
		header.typ ~= "at+jwt" or not bytes then
		return nil
	end
	crypto.SHA256(token, #head + 1 + #payload, digest)
	if crypto.EVP_PKEY_verify(key, bytes, #bytes, digest, DIGEST) ~= 1 then
		return nil
	end

	local claims = decode_json(payload)

	if type(claims) ~= "table" or claims.iss ~= issuer or
		claims.aud ~= audience or type(claims.exp) ~= "number" or
		type(claims.sub) ~= "string" then
		return nil
	end
	return claims.sub, claims.exp
end

local function find(account)
	local found

	if lmdb.mdb_txn_renew(txn) ~= 0 then
		return nil
	end
	id.mv_size, id.mv_data = #account, ffi.cast("void *", account)
	if lmdb.mdb_get(txn, accounts, id, body) == 0 then
		found = ffi.string(body.mv_data, body.mv_size)
	end
	lmdb.mdb_txn_reset(txn)
	return found
end

local function answer(claims_of)
	local field = ngx.var.http_authorization
	local account, exp, found

	if field and field:sub(1, 7) == "Bearer " then
		account, exp = claims_of(field:sub(8))
	end
	if account and exp > ngx.time() then
		found = find(account)
	end
	ngx.header["Content-Type"] = "application/json"
	if not found then
		ngx.status = 401
		found = '{"error":"unauthorized"}'
	end
	ngx.header["Content-Length"] = #found
	ngx.print(found)
end

function M.checked()
	answer(check)
end

local function from_shared(token)
	local account, exp = shared:get(token)

	if not account then
		account, exp = check(token)
		if account and exp > ngx.time() then
			shared:set(token, account, exp - ngx.time(), exp)
		end
	end
	return account, exp
end

function M.shared()
	answer(from_shared)
end

local function from_own(token)
	local known = own:get(token)
	local account, exp

	if known then
		return known.account, known.exp
	end
	account, exp = check(token)
	if account then
		own:set(token, { account = account, exp = exp })
	end
	return account, exp
end

function M.own()
	answer(from_own)
end

return M
