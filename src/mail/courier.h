#ifndef MAIL_COURIER_H
#define MAIL_COURIER_H

#include "identity/act.h"

/*
 * Carries the queue's mails to the server: the housekeeper's part. Each try is on
 * record before anything goes out, and a mail leaves the queue when the server
 * has taken it; a crash between sends it twice at most, and loses none.
 */
struct courier;

/*
 * What mail needs beside the configuration: the texts. 0 also when no mail is
 * sent; HUB_EINVAL, HUB_EIO with the sentence. To be asked before a daemon
 * starts or takes another configuration.
 */
int courier_check(const struct conf *conf, struct why *why);

/*
 * Both stores are open for writing and outlive it, like CONF. *OUT is NULL, and
 * that is no error, when no mail is sent.
 */
int courier_new(struct courier **out, const struct hub *hub, struct why *why);
void courier_free(struct courier *courier);

/* Mails that leave the queue in a turn without going out, at most. */
#define COURIER_DROPS 16

/*
 * Notes how tries have ended, and begins those that are due, a few at most, and
 * none for some seconds after the server was in trouble; no waiting. Whether any
 * is under way or another turn is wanted, both after courier_wait().
 */
bool courier_turn(struct courier *courier, int64_t now);

/*
 * Waits for the server, for FD to be readable, or for MS milliseconds, and no
 * longer; not at all where the turn before has left mails that are due.
 */
void courier_wait(struct courier *courier, int fd, int64_t ms);

/*
 * Sends a mail to ADDRESS that only says that it has come, and waits for its
 * end. HUB_EIO with what the server said; HUB_EINVAL for the address.
 */
int courier_test(const struct conf *conf, struct arena *arena,
    struct str address, struct why *why);

#endif
