#include <stdio.h>
#include "base/clock.h"
#include "hubctl/ctl.h"
#include "identity/signing_key.h"
#include "token/signer.h"

#define LIST_MAX 65536

struct list {
	struct buf text; /* printed when the look at the store is over */
	char signing[KID_LEN + 1];
};

static void
show(void *ctx, struct str kid, const struct public_key_rec *rec)
{
	struct list *list = ctx;
	bool signs = str_eq(kid, str_of(list->signing));
	char created[CLOCK_TEXT], ends[CLOCK_TEXT] = "-";

	clock_text(rec->created, created);
	if (rec->ends != 0)
		clock_text(rec->ends, ends);
	buf_printf(&list->text, "%.*s  %-9s  %s  %s\n", STR_ARG(kid),
	    signs ? "signing" : "verifying", created, ends);
}

static enum ctl_exit
run_list(struct ctl *ctl, int argc, char **argv)
{
	struct list list = { .signing = "" };
	struct signer signer = { .n = 0 };
	struct txn *txn;
	struct why why;
	int rc;

	(void)argc;
	(void)argv;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	txn = store_read_begin(ctl->vault, ctl->arena);
	rc = signer_load(&signer, txn);
	if (rc == 0)
		memcpy(list.signing, signer_current(&signer, clock_now())->kid,
		    sizeof(list.signing));
	signer_free(&signer);
	if (store_read_end(txn) != 0 || rc != 0)
		return ctl_fail(
		    "cannot read the signing key: %s", err_text(rc));
	buf_init_arena(&list.text, ctl->arena, LIST_MAX);
	txn = store_read_begin(ctl->directory, ctl->arena);
	signing_key_walk(txn, show, &list);
	rc = store_read_end(txn);
	if (rc == 0)
		rc = buf_error(&list.text);
	if (rc != 0)
		return ctl_fail("directory: %s", err_text(rc));
	printf("%-43s  %-9s  %-20s  %s\n%.*s", "KID", "USE", "CREATED", "ENDS",
	    STR_ARG(buf_view(&list.text)));
	return CTL_OK;
}

const struct command command_key_list = {
	.name = "key list",
	.usage = "",
	.brief = "Lists the keys that sign and verify access tokens.",
	.text = "One key signs; the others verify what they have signed "
		"until they end.\n",
	.run = run_list,
};
