/* Covers: http/route.c */
#include "fuzz.h"

#include "http/route.h"

#define TEXT_MAX (64 * 1024)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct route table[] = {
	{ .method = METHOD_GET, .path = "/account/mine", .pools = POOL_ALL },
	{ .method = METHOD_GET, .path = "/a/{b}/c/{d}", .pools = POOL_ALL },
	{ .method = METHOD_POST, .path = "/a/{b}", .pools = POOL_ALL },
};

/* What is handed over of a path that a row was found for. */
static void
check_params(const struct req *req)
{
	FUZZ_HOLDS(req->param_count <= COUNT(req->param));
	for (unsigned int i = 0; i < req->param_count; i++) {
		struct str param = req->param[i];

		FUZZ_HOLDS(param.n > 0 && param.n <= req->path.n);
		FUZZ_HOLDS(str_index(param, '/') < 0);
		FUZZ_HOLDS(str_index(param, '\0') < 0);
		FUZZ_HOLDS(!str_eq(param, STR(".")));
		FUZZ_HOLDS(!str_eq(param, STR("..")));
	}
}

/* The bytes are a request target as it comes over the wire. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct req_limits limits = { TEXT_MAX, TEXT_MAX, 0 };
	struct arena *arena = arena_new(TEXT_MAX, 16 * 1024 * 1024);
	const struct route *route;
	unsigned int allow;
	struct req req;

	req_begin(&req, arena);
	req_param(&req, STR("REQUEST_METHOD"), STR("GET"));
	req_param(
	    &req, STR("REQUEST_URI"), (struct str){ (const char *)data, size });
	req_ready(&req, &limits);
	FUZZ_HOLDS(req.id.n > 0);
	FUZZ_HOLDS(req.path.n + req.query.n <= size);
	if (req.refused == 0) {
		switch (route_find(
		    table, COUNT(table), POOL_READERS, &req, &route, &allow)) {
		case ROUTE_FOUND:
			FUZZ_HOLDS(route->method == METHOD_GET);
			check_params(&req);
			break;
		case ROUTE_METHOD:
			FUZZ_HOLDS(allow == 1U << METHOD_POST);
			break;
		case ROUTE_UNKNOWN:
			FUZZ_HOLDS(route == NULL && allow == 0);
			break;
		case ROUTE_OPTIONS:
			abort();
		}
	}
	arena_free(arena);
	return 0;
}
