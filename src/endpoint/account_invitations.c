/* The section of the account page with what intermediaries ask of its user. */
#include "endpoint/account_view.h"

#include <stdio.h>

static void
put_line(struct page *page, enum text text, int64_t seconds)
{
	page_text_with_moment(page, text, seconds);
	page_html(page, "<br>\n");
}

static void
put_invitation(
    struct page *page, const struct account_view *view, unsigned int i)
{
	const struct invitation *invitation = &view->invitations[i];
	char id[32];

	snprintf(id, sizeof(id), "invitation-%u", i);
	buf_printf(&page->html, "<article>\n<h3 id=\"%s\">", id);
	page_text_with(page, TEXT_INVITATION_ASKS, invitation->name);
	page_html(page, "</h3>\n<p class=\"note\">");
	put_line(page, TEXT_INVITATION_SINCE, invitation->made);
	put_line(page, TEXT_INVITATION_UNTIL, invitation->expires);
	page_text(
	    page, view->proven ? TEXT_INVITATION_NOTE : TEXT_INVITATION_PROVE);
	page_html(page, "</p>\n");
	if (view->proven) {
		account_form_begin(
		    page, view, "accept", "contact", invitation->contact);
		account_button_form_end(page, TEXT_INVITATION_ACCEPT, id);
	}
	account_form_begin(
	    page, view, "decline", "contact", invitation->contact);
	account_button_form_end(page, TEXT_INVITATION_DECLINE, id);
	page_html(page, "</article>\n");
}

void
account_put_invitations(struct page *page, const struct account_view *view)
{
	if (view->invitation_count == 0)
		return;
	account_section_begin(page, "invitations", TEXT_INVITATIONS);
	for (unsigned int i = 0; i < view->invitation_count; i++)
		put_invitation(page, view, i);
	page_html(page, "</section>\n");
}

static void
answer(struct account_view *view, const struct param_list *fields, bool accept)
{
	struct call *call = view->visit->call;
	struct hub hub = call_hub(call);
	const struct actor actor = { .source = call->req->remote_addr,
		.by = view->browser.account.id };
	int rc = invitation_answer(&hub, &actor, &view->browser.account,
	    param_get(fields, "contact"), accept);

	if (rc == 0)
		account_done(view, accept ? "linked" : "declined");
	else if (rc == HUB_ENOENT)
		account_done(view, "gone");
	else if (rc == HUB_EDENIED)
		account_done(view, "prove");
	else
		call_failed(call, rc);
}

static void
accept(struct account_view *view, const struct param_list *fields)
{
	answer(view, fields, true);
}

static void
decline(struct account_view *view, const struct param_list *fields)
{
	answer(view, fields, false);
}

const struct account_act account_invitation_acts[] = {
	{ "accept", accept },
	{ "decline", decline },
	{ NULL, NULL },
};
