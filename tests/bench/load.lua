-- A script of wrk's: each request with the next token of the file that TOKENS
-- names, over and over; where HOW is "anew" with a connection for each. At the
-- end a line of JSON, times in microseconds.
--
-- wrk starts a thread before it makes the next one ready, and takes the time from
-- when all run. What the first one did until then would count, too, so none
-- begins before all of THREADS have their tokens.
local ffi = require("ffi")

ffi.cdef("int getpid(void); int gettid(void); int usleep(unsigned int);")

local requests, at = {}, 0
local threads = 0
local all_ready = tonumber(os.getenv("THREADS") or 1)
local ready, begun = ffi.new("int[1]"), false

-- Threads begin at different places, so that they do not ask for the same. Each
-- has a Lua of its own; READY is that of the one which sets them up.
function setup(thread)
	thread:set("skipped", threads * 7919)
	thread:set("ready_at", tonumber(ffi.cast("uintptr_t", ready)))
	threads = threads + 1
end

function init()
	local headers = {}

	if os.getenv("HOW") == "anew" then
		headers.Connection = "close"
	end
	for token in io.lines(os.getenv("TOKENS")) do
		headers.Authorization = "Bearer " .. token
		requests[#requests + 1] = wrk.format("GET", nil, headers)
	end
	at = skipped % #requests
	ready = ffi.cast("volatile int *", ready_at)
	ready[0] = ready[0] + 1
end

-- The main thread asks for one, too, to look at it.
local function begin()
	if ffi.C.gettid() == ffi.C.getpid() then
		return
	end
	while ready[0] < all_ready do
		ffi.C.usleep(100)
	end
	begun = true
end

function request()
	if not begun then
		begin()
	end
	at = at % #requests + 1
	return requests[at]
end

function done(summary, latency)
	local e = summary.errors
	io.write(string.format('{"requests":%d,"duration":%d,"bytes":%d,' ..
		'"errors":%d,"p50":%d,"p99":%d,"max":%d}\n',
		summary.requests, summary.duration, summary.bytes,
		e.connect + e.read + e.write + e.status + e.timeout,
		latency:percentile(50), latency:percentile(99), latency.max))
end
