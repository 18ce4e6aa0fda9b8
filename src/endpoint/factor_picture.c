#include "base/clock.h"
#include "endpoint/factor_place.h"
#include "endpoint/qr.h"
#include "endpoint/routes.h"
#include "identity/factor_act.h"

#define PICTURE_MAX (64 * 1024)

/*
 * GET /identity/second-factor.svg: the secret that is proposed to this session,
 * for a camera. Nobody else gets it, and nobody keeps it.
 */
void
factor_picture(struct call *call)
{
	struct factor_place place;
	struct buf picture;
	struct str uri;
	int rc;

	if (factor_place_find(call, &place) != 0)
		return;
	if (place.step != FACTOR_ADD ||
	    !factor_has_proposal(&place.session, clock_now())) {
		problem(call->req, call->resp, 404, NULL);
		return;
	}
	buf_init_arena(&picture, call->req->arena, PICTURE_MAX);
	uri = factor_place_uri(call, &place);
	rc = uri.p == NULL ? HUB_ETOOBIG
			   : qr_svg(call->req->arena, uri, &picture);
	if (rc != 0) {
		call_failed(call, rc);
		return;
	}
	resp_header(
	    call->resp, "Cross-Origin-Resource-Policy", STR("same-origin"));
	resp_body(call->resp, 200, "image/svg+xml", buf_view(&picture));
}
