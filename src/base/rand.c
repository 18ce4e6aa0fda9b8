#include "base/rand.h"

#include <stdlib.h>
#include <openssl/rand.h>
#include "base/b64.h"
#include "base/log.h"

void
rand_bytes(void *p, size_t n)
{
	if (n > INT32_MAX || RAND_bytes(p, (int)n) != 1) {
		log_err("the system gives no random bytes; stopping");
		abort();
	}
}

void
rand_id(char id[RAND_ID])
{
	unsigned char bytes[16];
	struct buf text = { .p = id, .cap = RAND_ID - 1, .max = RAND_ID - 1 };

	rand_bytes(bytes, sizeof(bytes));
	b64url_put(&text, bytes, sizeof(bytes));
	id[RAND_ID - 1] = '\0';
}
