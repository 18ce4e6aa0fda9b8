#ifndef ENDPOINT_QR_H
#define ENDPOINT_QR_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * Appends TEXT as a QR code (ISO/IEC 18004) through libqrencode: a picture in
 * SVG, black on white with its margin, without colours of the page, since
 * cameras want it so. HUB_ETOOBIG, HUB_ENOMEM.
 */
int qr_svg(struct arena *arena, struct str text, struct buf *out);

#endif
