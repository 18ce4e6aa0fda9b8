/* The daemons, and the web server before them, from outside. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "hubctl/doctor.h"
#include "hubctl/probe.h"

/* A worker that is busy may need a while; nobody waits longer for it. */
#define PATIENCE_MS 5000
#define PATIENCE "10" /* seconds, of curl */

#define READY "/health/ready"
#define FILE_MAX (1024 * 1024)

/* What the first line of a file in /proc says; "" if it cannot be read. */
static void
read_proc(long pid, const char *name, char *line, size_t room)
{
	char path[64];
	FILE *file;

	line[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%ld/%s", pid, name);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(line, (int)room, file) == NULL)
		line[0] = '\0';
	fclose(file);
}

static bool
has_name(long pid, const char *name)
{
	char comm[64];

	read_proc(pid, "comm", comm, sizeof(comm));
	comm[strcspn(comm, "\n")] = '\0';
	return strcmp(comm, name) == 0;
}

/*
 * The workers under a daemon, without the housekeeper; -1 if that cannot be
 * told. With a socket of systemd it is systemd that listens.
 */
static long
count_workers(long pid)
{
	char children[64], list[32768], *p = list, *end;
	long n = 0, child;

	if (!has_name(pid, "hubd"))
		return -1;
	snprintf(children, sizeof(children), "task/%ld/children", pid);
	read_proc(pid, children, list, sizeof(list));
	for (; (child = strtol(p, &end, 10)) > 0; p = end)
		n += has_name(child, "hub-worker");
	return n == 0 ? -1 : n;
}

static void
check_workers(struct doctor *d, enum pool pool, long pid)
{
	uint64_t want = d->ctl->conf.pool[pool].workers;
	long n = count_workers(pid);

	if (n < 0)
		doctor_say(d, FINDING_OK, pool_name(pool),
		    "ready; its workers are not counted");
	else if ((uint64_t)n < want)
		doctor_say(d, FINDING_WARN, pool_name(pool),
		    "ready, but %ld of %llu workers run: see its log, and "
		    "restart it after a change of the configuration",
		    n, (unsigned long long)want);
	else
		doctor_say(d, FINDING_OK, pool_name(pool),
		    "ready, with all of its %llu workers",
		    (unsigned long long)want);
}

/* The socket's own rights; false, and said, if the wrong ones get in. */
static bool
check_socket(struct doctor *d, enum pool pool)
{
	const char *path = d->ctl->conf.pool[pool].socket;
	const char *name = d->ctl->conf.socket_group;
	const struct group *group = *name == '\0' ? NULL : getgrnam(name);
	struct stat st;

	if (stat(path, &st) != 0)
		return true;
	if ((st.st_mode & 0007) != 0) {
		doctor_say(d, FINDING_FAIL, pool_name(pool),
		    "anybody may connect to %s: chmod o= %s", path, path);
		return false;
	}
	if (group != NULL && group->gr_gid != st.st_gid) {
		doctor_say(d, FINDING_FAIL, pool_name(pool),
		    "%s is not of group %s, so that the web server may not "
		    "connect: restart the daemon",
		    path, name);
		return false;
	}
	return true;
}

static void
say_failure(struct doctor *d, enum pool pool, int rc, const struct why *why)
{
	const char *name = pool_name(pool);

	switch (rc) {
	case HUB_ENOENT:
	case HUB_ESTORE:
		doctor_say(d, FINDING_FAIL, name,
		    "%s: start the daemon (systemctl start hub-%s, or hubd "
		    "--pool %s)",
		    why->text, name, name);
		break;
	case HUB_EDENIED:
		doctor_say(d, FINDING_SKIP, name,
		    "not looked at: %s: run this as root, or as a member of "
		    "the socket's group",
		    why->text);
		break;
	case HUB_EEXPIRED:
		doctor_say(d, FINDING_FAIL, name,
		    "%s: see the daemon's log; with all workers busy for long, "
		    "raise %s.workers",
		    why->text, name);
		break;
	default:
		doctor_say(d, FINDING_FAIL, name,
		    "%s: see which program has this socket", why->text);
		break;
	}
}

static void
check_pool(struct doctor *d, enum pool pool)
{
	struct probe probe;
	struct why why;
	int rc;

	if (!check_socket(d, pool))
		return;
	rc = probe_get(
	    &probe, d->ctl->conf.pool[pool].socket, READY, PATIENCE_MS, &why);
	if (rc != 0)
		say_failure(d, pool, rc, &why);
	else if (probe.status != 200)
		doctor_say(d, FINDING_FAIL, pool_name(pool),
		    "it answers with %d and not that it is ready: see its log",
		    probe.status);
	else
		check_workers(d, pool, probe.pid);
}

void
doctor_pools(struct doctor *d)
{
	for (int pool = 0; pool < POOL_COUNT; pool++)
		check_pool(d, (enum pool)pool);
}

/* Where Debian's web servers keep what they are set up with. */
static const char *const places[] = {
	"/etc/nginx/nginx.conf",
	"/etc/nginx/conf.d/*.conf",
	"/etc/nginx/sites-enabled/*",
	"/etc/apache2/apache2.conf",
	"/etc/apache2/conf-enabled/*",
	"/etc/apache2/sites-enabled/*",
};

static bool
file_names(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	size_t left = FILE_MAX;
	char line[4096];
	bool found = false;

	while (file != NULL && !found && left > sizeof(line) &&
	    fgets(line, sizeof(line), file) != NULL) {
		const char *text = line + strspn(line, " \t");

		left -= strlen(line);
		found = *text != '#' && strstr(text, word) != NULL;
	}
	if (file != NULL)
		fclose(file);
	return found;
}

void
doctor_web(struct doctor *d)
{
	const char *socket = d->ctl->conf.pool[POOL_READERS].socket;
	unsigned int found = 0;
	glob_t files;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (glob(places[i], 0, NULL, &files) != 0)
			continue;
		for (size_t n = 0; n < files.gl_pathc; n++) {
			if (!file_names(files.gl_pathv[n], socket))
				continue;
			doctor_say(d, FINDING_OK, "web server",
			    "%s passes requests on to the readers",
			    files.gl_pathv[n]);
			found++;
		}
		globfree(&files);
	}
	if (found == 0)
		doctor_say(d, FINDING_SKIP, "web server",
		    "not looked at: no file under /etc/nginx or /etc/apache2 "
		    "that this user may read names %s",
		    socket);
}

/*
 * What curl prints, or "" with its exit status in *STATUS; -1 if there is no
 * curl.
 */
static void
ask_curl(const char *url, char *answer, size_t room, int *status)
{
	char *const words[] = { "curl", "-sS", "--max-time", PATIENCE, "-o",
		"/dev/null", "-w", "%{http_code}", (char *)url, NULL };
	posix_spawn_file_actions_t actions;
	int out[2], wait_status = 0;
	ssize_t n = 0;
	pid_t pid;

	*status = -1;
	answer[0] = '\0';
	if (pipe2(out, O_CLOEXEC) != 0)
		return;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	if (posix_spawnp(&pid, "curl", &actions, NULL, words, environ) == 0) {
		close(out[1]);
		out[1] = -1;
		n = read(out[0], answer, room - 1);
		answer[n > 0 ? n : 0] = '\0';
		while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR)
			continue;
		*status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 1;
	}
	posix_spawn_file_actions_destroy(&actions);
	if (out[1] >= 0)
		close(out[1]);
	close(out[0]);
}

void
doctor_url(struct doctor *d)
{
	const char *base = d->ctl->conf.base_url;
	char url[sizeof(d->ctl->conf.base_url) + sizeof(READY)];
	char answer[64];
	int status;

	snprintf(url, sizeof(url), "%s%s", base, READY);
	ask_curl(url, answer, sizeof(answer), &status);
	if (status < 0)
		doctor_say(d, FINDING_SKIP, "base_url",
		    "not looked at: there is no curl to ask %s with", base);
	else if (status != 0)
		doctor_say(d, FINDING_FAIL, "base_url",
		    "curl cannot reach %s (its exit status is %d): see that "
		    "the name leads here, the web server runs and its "
		    "certificate is good",
		    url, status);
	else if (strcmp(answer, "200") != 0)
		doctor_say(d, FINDING_FAIL, "base_url",
		    "%s is answered with %s: see the web server's log", url,
		    answer);
	else
		doctor_say(d, FINDING_OK, "base_url", "%s is answered", url);
}
