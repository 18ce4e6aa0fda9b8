#include "endpoint/qr.h"

#include <errno.h>
#include <qrencode.h>
#include "base/err.h"
#include "base/secret.h"

#define MARGIN 4 /* modules, as the standard asks for */

/* Runs of dark modules in each line, as one path. */
static void
put_path(const QRcode *code, struct buf *out)
{
	int width = code->width;

	for (int y = 0; y < width; y++) {
		const unsigned char *line = code->data + (ptrdiff_t)y * width;

		for (int x = 0, from; x < width; x++) {
			if ((line[x] & 1) == 0)
				continue;
			for (from = x; x < width && (line[x] & 1) != 0; x++)
				continue;
			buf_printf(out, "M%d %dh%dv1h-%dz", from + MARGIN,
			    y + MARGIN, x - from, x - from);
		}
	}
}

int
qr_svg(struct arena *arena, struct str text, struct buf *out)
{
	char *copy = arena_printf(arena, "%.*s", STR_ARG(text));
	QRcode *code;
	int side;

	if (copy == NULL)
		return HUB_ENOMEM;
	code = QRcode_encodeString8bit(copy, 0, QR_ECLEVEL_M);
	if (code == NULL)
		return errno == ERANGE ? HUB_ETOOBIG : HUB_ENOMEM;
	side = code->width + 2 * MARGIN;
	buf_printf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
	    "shape-rendering=\"crispEdges\"><path fill=\"#fff\" "
	    "d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"",
	    side, side, side, side);
	put_path(code, out);
	buf_str(out, STR("\"/></svg>\n"));
	secret_clear(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	return buf_error(out);
}
