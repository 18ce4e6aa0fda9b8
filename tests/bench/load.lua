-- A script of wrk's: each request with the next token of the file that TOKENS
-- names, over and over. At the end a line of JSON, times in microseconds.
local requests, at = {}, 0
local threads = 0

-- Threads begin at different places, so that they do not ask for the same.
function setup(thread)
	thread:set("skipped", threads * 7919)
	threads = threads + 1
end

function init()
	for token in io.lines(os.getenv("TOKENS")) do
		requests[#requests + 1] = wrk.format("GET", nil,
			{ Authorization = "Bearer " .. token })
	end
	at = skipped % #requests
end

function request()
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
