-- Runs before an answer goes out. Every answer of a pool has an id; what has
-- none is lighttpd's own and gets the shape of the hub's errors.
local r = lighty.r
local head = r.resp_header

if head["X-Request-Id"] then
	return 0
end

local answered = r.req_item["http_status"]
if r.req_env["hub_pool"] == "files" and
	(answered == 200 or answered == 302 or answered == 304 or
	answered == 308) then
	head["X-Request-Id"] = r.req_env["REQUEST_ID"]
	head["Cache-Control"] = (answered == 302 or answered == 308) and
		"no-store" or "no-cache"
	head["X-Content-Type-Options"] = "nosniff"
	head["Content-Security-Policy"] = "default-src 'none'; " ..
		"script-src 'self'; style-src 'self'; img-src 'self'; " ..
		"connect-src 'self'; form-action 'self'; base-uri 'none'; " ..
		"frame-ancestors 'none'"
	head["X-Frame-Options"] = "DENY"
	head["Referrer-Policy"] = "no-referrer"
	head["Cross-Origin-Opener-Policy"] = "same-origin"
	head["Permissions-Policy"] =
		"camera=(), geolocation=(), microphone=(), payment=()"
	head["X-Robots-Tag"] = "noindex"
	return 0
end

local titles = {
	[400] = "Bad Request",
	[403] = "Forbidden",
	[404] = "Not Found",
	[405] = "Method Not Allowed",
	[408] = "Request Timeout",
	[413] = "Content Too Large",
	[414] = "URI Too Long",
	[431] = "Request Header Fields Too Large",
	[500] = "Internal Server Error",
	[501] = "Not Implemented",
	[503] = "Service Unavailable",
	[505] = "HTTP Version Not Supported",
}
-- What is told with another status.
local others = { [411] = 400, [417] = 400, [421] = 400, [502] = 503, [504] = 503 }

local status = r.req_item["http_status"]
local detail = ""
if status == 403 and r.req_env["hub_needs_tls"] then
	detail = '"detail":"This address needs TLS.",'
elseif status == 403 then
	status = 404
else
	status = others[status] or status
	status = titles[status] and status or 500
end

-- A request that could not be read has none yet.
local id = r.req_env["REQUEST_ID"]
if not id then
	id = ""
	for _ = 1, 4 do
		id = id .. string.format("%08x", lighty.c.rand() & 0xffffffff)
	end
	r.req_env["REQUEST_ID"] = id
end

head["Content-Type"] = "application/problem+json"
head["X-Request-Id"] = id
head["Cache-Control"] = "no-store"
head["X-Content-Type-Options"] = "nosniff"
head["Vary"] = "Origin"
head["Allow"] = status == 405 and "GET, HEAD, OPTIONS" or nil
head["Retry-After"] = status == 503 and "2" or nil
r.resp_body.set(string.format(
	'{"type":"about:blank","title":"%s","status":%d,%s"instance":"urn:request:%s"}',
	titles[status], status, detail, id))
return status
