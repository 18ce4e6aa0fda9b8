#include "directory/permission.h"
#include "endpoint/items.h"
#include "endpoint/routes.h"

/* GET /permission/permissions/mine: plain strings, each once, in byte order. */
void
permissions_mine(struct call *call)
{
	struct permission_union all;
	struct str name;
	struct items items;

	items_begin(&items, call);
	permission_union_begin(&all, call->txn, &call->account);
	while (permission_union_next(&all, &name)) {
		/* A permission has the characters of an id: nothing to escape. */
		struct buf text;

		buf_init_arena(&text, call->req->arena, name.n + 2);
		buf_byte(&text, '"');
		buf_str(&text, name);
		buf_byte(&text, '"');
		items_add(&items, buf_view(&text), name);
	}
	items_end(&items);
}
