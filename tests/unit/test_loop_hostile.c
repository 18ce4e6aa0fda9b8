#include "gateway/loop.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include "loop_server.h"
#include "unit.h"

#define TRIES 2000
#define PEERS 40
#define SERVED_EVERY 40 /* steps */

static unsigned int
few(unsigned int n)
{
	return RUNNING_ON_VALGRIND ? n / 20 : n;
}

/* Numbers of chance that are the same in each run. */
static uint32_t
chance(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525U + 1013904223U;
	return (*seed >> 8) % below;
}

static unsigned int
descriptors_of(const struct server *s)
{
	char path[64];
	unsigned int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)s->pid);
	dir = opendir(path);
	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

/* Waits until the loop has closed all that its peers have left. */
static void
assert_descriptors(const struct server *s, unsigned int wanted)
{
	unsigned int n = descriptors_of(s);

	for (int i = 0; i < TRIES && n != wanted; i++) {
		poll(NULL, 0, 10);
		n = descriptors_of(s);
	}
	assert_int_equal(n, wanted);
}

/* What a peer may do to a responder, right and wrong. */
static void
put_step(struct buf *out, uint32_t *seed)
{
	static const char junk[300] = "\1\4\0\1\xff\xff\xff";
	const uint8_t padding = (uint8_t)(chance(seed, 2) * UINT8_MAX);
	const uint16_t id = (uint16_t)chance(seed, 3);
	const bool keep = chance(seed, 4) != 0;

	switch (chance(seed, 8)) {
	case 0:
		buf_put(out, junk, chance(seed, sizeof(junk)));
		break;
	case 1:
		put_begin(out, id, FCGI_RESPONDER, keep);
		break;
	case 2:
		put_record(out, FCGI_ABORT_REQUEST, id, STR_NONE, padding);
		break;
	case 3:
		put_record(out, (uint8_t)chance(seed, 14), id,
		    (struct str){ junk, chance(seed, sizeof(junk)) }, padding);
		break;
	case 4:
		put_record(out, FCGI_GET_VALUES, 0,
		    STR("\016\000FCGI_MAX_CONNS"), padding);
		break;
	case 5:
		put_request(out,
		    &(struct client_request){ .uri = "/large", .keep = keep });
		break;
	default:
		put_request(out,
		    &(struct client_request){
			.id = id, .uri = "/small", .keep = keep });
	}
}

/* Sends it whole or in part, once or several times, and never waits. */
static void
send_step(struct client *c, uint32_t *seed)
{
	struct buf out;
	size_t n;

	buf_init(&out, 1 << 20);
	put_step(&out, seed);
	n = out.n;
	if (chance(seed, 3) == 0)
		n = chance(seed, (uint32_t)n + 1);
	for (uint32_t i = chance(seed, 3) + 1; i > 0 && n > 0; i--) {
		if (send(c->fd, out.p, n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
	}
	buf_free(&out);
}

static void
step(const struct server *s, struct client *c, uint32_t *seed)
{
	static char bytes[100000];

	if (c->fd < 0) {
		open_client(s, c);
		return;
	}
	switch (chance(seed, 8)) {
	case 0:
		client_close(c);
		break;
	case 1:
		shutdown(c->fd, SHUT_WR);
		break;
	case 2:
	case 3:
		if (recv(c->fd, bytes, chance(seed, sizeof(bytes)) + 1,
			MSG_DONTWAIT) == 0)
			client_close(c);
		break;
	default:
		send_step(c, seed);
	}
}

static void
storm(const struct server *s, struct client *good, uint32_t seed)
{
	struct client peers[PEERS];

	for (int i = 0; i < PEERS; i++)
		peers[i].fd = -1;
	for (unsigned int i = 0; i < few(2000); i++) {
		step(s, &peers[chance(&seed, PEERS)], &seed);
		if (i % SERVED_EVERY == 0)
			assert_served(good, "/good");
	}
	for (int i = 0; i < PEERS; i++) {
		if (peers[i].fd >= 0)
			client_close(&peers[i]);
	}
}

static void
whatever_peers_do_others_are_served_and_nothing_is_left(void **state)
{
	unsigned int before;
	struct client good;
	struct server s;

	(void)state;
	server_run(&s);
	open_client(&s, &good);
	assert_served(&good, "/first");
	before = descriptors_of(&s);
	for (uint32_t seed = 1; seed <= 3; seed++) {
		storm(&s, &good, seed);
		assert_descriptors(&s, before);
		assert_served(&good, "/after");
	}
	/* The storm was one. */
	assert_true(atomic_load(&s.spec.counters->protocol_errors) > 0);
	assert_true(atomic_load(&s.spec.counters->answers[2]) > few(100));
	assert_int_equal(atomic_load(&s.spec.counters->timeouts), 0);
	client_close(&good);
	server_end(&s);
}

/* More at a time than the worker may hold; some bring a part of a record. */
static void
ten_thousand_connections_come_and_go(void **state)
{
	static const char part[] = "\1\1\0\1\0";
	const unsigned int all = few(10000);
	struct client good, last[PEERS];
	unsigned int before;
	struct server s;

	(void)state;
	server_defaults(&s);
	s.spec.connections = PEERS / 2;
	server_start(&s);
	open_client(&s, &good);
	assert_served(&good, "/first");
	before = descriptors_of(&s);
	for (unsigned int i = 0; i < all; i++) {
		struct client *c = &last[i % PEERS];

		if (i >= PEERS)
			client_close(c);
		open_client(&s, c);
		if (i % 3 > 0)
			send(c->fd, part, i % sizeof(part), MSG_NOSIGNAL);
	}
	for (int i = 0; i < PEERS; i++)
		client_close(&last[i]);
	assert_counts(&s.spec.counters->connections, all + 1);
	/* It may have had to give way. */
	client_close(&good);
	open_client(&s, &good);
	assert_served(&good, "/after");
	assert_descriptors(&s, before);
	client_close(&good);
	server_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    whatever_peers_do_others_are_served_and_nothing_is_left),
		cmocka_unit_test(ten_thousand_connections_come_and_go),
	};

	return UNIT_RUN(tests);
}
