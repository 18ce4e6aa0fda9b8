#ifndef FCGI_CLIENT_H
#define FCGI_CLIENT_H

#include <fastcgi.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * A FastCGI client for tests: it writes any record, right or wrong, and reads
 * answers with a time-out. Requests are built in a buffer first, so that a
 * test can cut, repeat or spoil them before they are sent.
 */

/* One record with PADDING bytes; a content of more than 65535 is cut short. */
void put_record(struct buf *out, uint8_t type, uint16_t id, struct str content,
    uint8_t padding);

void put_begin(struct buf *out, uint16_t id, uint16_t role, bool keep);

/* One name-value pair, with the shortest form of the lengths. */
void put_param(struct buf *out, struct str name, struct str value);

/* A whole stream in records of at most PIECE bytes, and its empty record. */
void put_stream(struct buf *out, uint8_t type, uint16_t id, struct str content,
    size_t piece, uint8_t padding);

struct client_request {
	uint16_t id; /* 0 stands for 1 */
	bool keep;
	const char *method; /* NULL stands for GET */
	const char *uri;
	const char *const *params; /* name, value, ..., NULL; may be NULL */
	struct str body;           /* CONTENT_LENGTH comes by itself */
};

/* A whole request as a web server sends it. */
void put_request(struct buf *out, const struct client_request *request);

struct client {
	int fd; /* -1: not connected */
	struct buf in;
};

struct client_record {
	uint8_t type;
	uint16_t id;
	struct str content; /* valid until the next call */
};

struct client_answer {
	bool ended; /* END_REQUEST came */
	uint16_t id;
	uint32_t app_status;
	uint8_t protocol_status;
	struct buf text; /* all of STDOUT */

	/* Parts of the text; 0 and empty if it has no head. */
	int status;
	struct str head, body;
};

/* To the UNIX socket PATH; false with errno when that fails. */
bool client_open(struct client *client, const char *path);
void client_close(struct client *client);

/*
 * Sends all of it. False with errno: the peer is gone, or ETIMEDOUT: it takes
 * nothing.
 */
bool client_send(struct client *client, struct str bytes);

/* 0, HUB_ENOENT at the end of the connection, HUB_EEXPIRED, HUB_ECORRUPT. */
int client_record(struct client *client, struct client_record *record);

/* Whether the peer closes the connection, with nothing more sent, in time. */
bool client_is_closed(struct client *client);

/*
 * Reads one answer up to its END_REQUEST. The result is that of
 * client_record(); what came is in ANSWER also when it is not 0.
 */
int client_answer(struct client *client, struct client_answer *answer);
void client_answer_free(struct client_answer *answer);

/* The value of a header field, without regard to case; STR_NONE if absent. */
struct str client_header(const struct client_answer *answer, const char *name);

/* Sends a request and reads its answer. */
int client_call(struct client *client, const struct client_request *request,
    struct client_answer *answer);

#endif
