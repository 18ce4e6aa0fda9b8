/* Covers: base/b64.c */
#include "fuzz.h"

#include "base/b64.h"

/* A text that can be decoded is the one that its bytes are encoded to. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	unsigned char bytes[3072];
	ptrdiff_t n = b64url_decode(text, bytes, sizeof(bytes));
	struct buf again;

	if (n < 0)
		return 0;
	buf_init(&again, size);
	b64url_put(&again, bytes, (size_t)n);
	FUZZ_HOLDS(buf_error(&again) == 0);
	FUZZ_HOLDS(str_eq(buf_view(&again), text));
	buf_free(&again);
	return 0;
}
