#include "store/key.h"

#include <string.h>

void
key_begin(struct key *key)
{
	key->n = 0;
	key->bad = false;
}

/* Room for N more bytes; NULL spoils the key. */
static unsigned char *
room(struct key *key, size_t n)
{
	unsigned char *p = key->b + key->n;

	if (key->bad || n > sizeof(key->b) - key->n) {
		key->bad = true;
		return NULL;
	}
	key->n = (uint16_t)(key->n + n);
	return p;
}

void
key_str(struct key *key, struct str s)
{
	unsigned char *p;

	if (s.n >= sizeof(key->b) || str_index(s, '\0') >= 0) {
		key->bad = true;
		return;
	}
	if ((p = room(key, s.n + 1)) == NULL)
		return;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
}

static void
put_big_endian(struct key *key, uint64_t v, size_t n)
{
	unsigned char *p = room(key, n);

	for (size_t i = n; p != NULL && i-- > 0; v >>= 8)
		p[i] = (unsigned char)v;
}

void
key_u32(struct key *key, uint32_t v)
{
	put_big_endian(key, v, 4);
}

void
key_u64(struct key *key, uint64_t v)
{
	put_big_endian(key, v, 8);
}

void
key_of_bytes(struct key *key, struct str bytes)
{
	unsigned char *p;

	key_begin(key);
	if ((p = room(key, bytes.n)) != NULL && bytes.n > 0)
		memcpy(p, bytes.p, bytes.n);
}

void
key_of(struct key *key, struct str s)
{
	key_begin(key);
	key_str(key, s);
}

bool
key_take_str(struct str *rest, struct str *out)
{
	ptrdiff_t end = str_index(*rest, '\0');

	*out = STR_NONE;
	if (end < 0)
		return false;
	*out = (struct str){ rest->p, (size_t)end };
	rest->p += end + 1;
	rest->n -= (size_t)end + 1;
	return true;
}

static bool
take_big_endian(struct str *rest, uint64_t *out, size_t n)
{
	*out = 0;
	if (rest->n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		*out = *out << 8 | (unsigned char)rest->p[i];
	rest->p += n;
	rest->n -= n;
	return true;
}

bool
key_take_u32(struct str *rest, uint32_t *out)
{
	uint64_t v;
	bool ok = take_big_endian(rest, &v, 4);

	*out = (uint32_t)v;
	return ok;
}

bool
key_take_u64(struct str *rest, uint64_t *out)
{
	return take_big_endian(rest, out, 8);
}
