-- Runs before anybody is asked: gives the request its id, says what the log
-- tells of it, and keeps plain HTTP to what is meant for it. The status that it
-- returns lighttpd answers with, in the shape that answer.lua gives it.
local r = lighty.r
local env = r.req_env
local path = r.req_attr["uri.path"]
local secure = r.req_attr["uri.scheme"] == "https"

local id = ""
for _ = 1, 4 do
	id = id .. string.format("%08x", lighty.c.rand() & 0xffffffff)
end
-- To the pool it is REQUEST_ID; a header field of the client is HTTP_...
env["REQUEST_ID"] = id
env["hub_method"] = r.req_attr["request.method"]
env["hub_path"] = string.match(r.req_attr["request.orig-uri"], "^[^?]*")
env["hub_pool"] = ""

local customer_api = {
	["/account/mine"] = true,
	["/organization/organizations/mine"] = true,
	["/permission/permissions/mine"] = true,
	["/contract/contracts/mycontracts"] = true,
}

local function starts(text, with)
	return string.sub(text, 1, #with) == with
end

local function health()
	local address = r.req_attr["request.remote-addr"]
	local pool = path == "/health/ready" and "readers" or
		string.match(path, "^/health/(%l+)/ready$")
	if not (starts(address, "127.") or address == "::1") or
		not (pool == "readers" and path == "/health/ready" or
		pool == "keepers" or pool == "signin") then
		return 404
	end
	-- Each pool is asked by the same target.
	r.req_attr["request.orig-uri"] = "/health/ready"
	env["hub_pool"] = pool
	return 0
end

local function identity()
	if not secure then
		env["hub_needs_tls"] = "yes"
		return 403
	end
	local what = string.match(path, "^/identity/([%l-]+)$")
	local hashes = { login = 1, password = 1, forgot = 1, account = 1,
		["second-factor"] = 1 }
	env["hub_pool"] = what and hashes[what] and "signin" or "keepers"
	return 0
end

-- Files. A path of theirs without its last slash goes to the one with it.
local function pages()
	if not secure then
		env["hub_needs_tls"] = "yes"
		return 403
	end
	env["hub_pool"] = "files"
	if path == "/beheer" or path == "/mijn" then
		r.resp_header["Location"] = path .. "/"
		return 308
	end
	-- lighttpd would send a file to whoever posts to it.
	local method = r.req_attr["request.method"]
	if method ~= "GET" and method ~= "HEAD" then
		return 405
	end
	return 0
end

-- Who types no more than the server's name into a browser. The target as it was
-- sent: "/x/.." is the root, too.
local function is_root()
	local method = r.req_attr["request.method"]
	return secure and env["hub_path"] == "/" and
		(method == "GET" or method == "HEAD")
end

local function employees()
	if not secure then
		env["hub_needs_tls"] = "yes"
		return 403
	end
	local what = string.match(path, "^/contact/contacts/[^/]+/(.+)$")
	env["hub_pool"] = (what == "account" or what == "account/reset-password")
		and "signin" or "keepers"
	return 0
end

local function colleagues(what)
	if not secure then
		env["hub_needs_tls"] = "yes"
		return 403
	end
	env["hub_pool"] = (what == "employees" or
		string.match(what, "^employees/[^/]+/reset%-password$"))
		and "signin" or "keepers"
	return 0
end

-- What follows the organisation of the employees' API.
local of_organization =
	string.match(path, "^/organization/organizations/[^/]+/(.+)$") or ""

if string.match(r.req_attr["request.method"], "[^A-Z]") then
	return 400
elseif starts(path, "/health/") then
	return health()
elseif starts(path, "/contact/") then
	return employees()
elseif starts(of_organization .. "/", "employees/") or
	starts(of_organization .. "/", "audit/") then
	return colleagues(of_organization)
elseif starts(path, "/identity/") or
	path == "/.well-known/oauth-authorization-server/identity" then
	return identity()
elseif starts(path .. "/", "/beheer/") or starts(path .. "/", "/mijn/") or
	starts(path, "/web/") then
	return pages()
elseif is_root() then
	env["hub_pool"] = "files"
	r.resp_header["Location"] = "/mijn/"
	return 302
elseif not secure and not customer_api[path] and
	not string.match(path, "^/contract/contracts/[^/]+/mine$") then
	return 404
end
env["hub_pool"] = "readers"
-- The readers have no use for a cookie or a language.
r.req_header["Cookie"] = nil
r.req_header["Accept-Language"] = nil
return 0
