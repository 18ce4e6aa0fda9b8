#include "store/rec.h"

#include "base/err.h"

static void
put_little_endian(struct buf *out, uint64_t v, size_t n)
{
	unsigned char *p = buf_space(out, n);

	for (size_t i = 0; p != NULL && i < n; i++, v >>= 8)
		p[i] = (unsigned char)v;
}

void
rec_put_u8(struct buf *out, uint8_t v)
{
	put_little_endian(out, v, 1);
}

void
rec_put_u32(struct buf *out, uint32_t v)
{
	put_little_endian(out, v, 4);
}

void
rec_put_u64(struct buf *out, uint64_t v)
{
	put_little_endian(out, v, 8);
}

void
rec_put_str(struct buf *out, struct str s)
{
	if (s.n > UINT32_MAX) {
		buf_fail(out, HUB_ETOOBIG);
		return;
	}
	rec_put_u32(out, (uint32_t)s.n);
	buf_str(out, s);
}

void
rec_in_begin(struct rec_in *in, struct str bytes)
{
	*in = (struct rec_in){
		.p = (const unsigned char *)bytes.p,
		.left = bytes.n,
	};
}

/* The next N bytes; NULL, for good, if there are not so many. */
static const unsigned char *
take(struct rec_in *in, size_t n)
{
	const unsigned char *p = in->p;

	if (in->bad || n > in->left) {
		in->bad = true;
		return NULL;
	}
	in->p += n;
	in->left -= n;
	return p;
}

uint8_t
rec_u8(struct rec_in *in)
{
	const unsigned char *p = take(in, 1);

	return p == NULL ? 0 : p[0];
}

/* Spelled out, it is one load where the processor has this order. */
uint32_t
rec_u32(struct rec_in *in)
{
	const unsigned char *p = take(in, 4);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

uint64_t
rec_u64(struct rec_in *in)
{
	uint64_t low = rec_u32(in);

	return low | (uint64_t)rec_u32(in) << 32;
}

struct str
rec_str(struct rec_in *in)
{
	uint32_t n = rec_u32(in);
	const unsigned char *p = take(in, n);

	return p == NULL ? STR_NONE : (struct str){ (const char *)p, n };
}

int
rec_in_end(const struct rec_in *in)
{
	return in->bad || in->left > 0 ? HUB_ECORRUPT : 0;
}
