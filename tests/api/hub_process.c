#include "hub_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "remove_tree.h"
#include "unit.h"

#define PATIENCE_MS 120000
#define REST_MS 5

const char *
site_program(const char *variable, const char *otherwise)
{
	const char *named = getenv(variable);

	return named != NULL && *named != '\0' ? named : otherwise;
}

const char *
site_path(const struct site *site, const char *name)
{
	static char paths[4][256];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", site->root, name);
	return path;
}

const char *
site_file(const struct site *site, const char *name, const char *content)
{
	const char *path = site_path(site, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return path;
}

void
site_configure(struct site *site, const char *more)
{
	const struct passwd *user = getpwuid(geteuid());
	char text[4096];

	snprintf(text, sizeof(text),
	    "base_url = https://hub.example.nl\n"
	    "data = %s\n"
	    "store_user = %s\n"
	    "map_size = 1G\n"
	    "max_readers = 64\n"
	    "readers.socket = %s\n"
	    "keepers.socket = %s\n"
	    "signin.socket = %s\n"
	    "%s",
	    site->data, user == NULL ? "root" : user->pw_name,
	    site->socket[POOL_READERS], site->socket[POOL_KEEPERS],
	    site->socket[POOL_SIGNIN], more);
	site_file(site, "hub.conf", text);
}

int
site_setup(void **state)
{
	struct site *site = calloc(1, sizeof(*site));
	const char *tmp = getenv("TMPDIR");

	assert_non_null(site);
	/* The path of a socket is short. */
	if (tmp == NULL || strlen(tmp) > 40)
		tmp = "/tmp";
	snprintf(site->root, sizeof(site->root), "%s/hub.XXXXXX", tmp);
	assert_non_null(mkdtemp(site->root));
	snprintf(site->conf, sizeof(site->conf), "%s/hub.conf", site->root);
	snprintf(site->data, sizeof(site->data), "%s/data", site->root);
	for (int pool = 0; pool < POOL_COUNT; pool++)
		snprintf(site->socket[pool], sizeof(site->socket[0]),
		    "%s/%s.sock", site->root, pool_name((enum pool)pool));
	site_configure(site, "");
	*state = site;
	return 0;
}

/* A filled site of which the others are copies: a key takes long to make. */
static struct site *pattern;

static void
remove_pattern(void)
{
	remove_tree(pattern->root);
	free(pattern);
}

void
site_demo(struct output *output)
{
	site_run(output, NULL, NULL, "/bin/sh",
	    (const char *const[]){ "-c", "\"$0\" demo 2>&- | head -n 39",
		site_program("HUBCTL", "./hubctl"), NULL });
	assert_int_equal(output->status, 0);
}

static void
make_pattern(void)
{
	struct output demo;
	void *site;

	site_setup(&site);
	pattern = site;
	atexit(remove_pattern);
	site_do(pattern, "init");
	site_demo(&demo);
	site_do(pattern, "import", site_file(pattern, "demo.ndjson", demo.out));
}

int
site_setup_filled(void **state)
{
	struct site *site;
	struct output o;

	if (pattern == NULL)
		make_pattern();
	site_setup(state);
	site = *state;
	site_run(&o, NULL, NULL, "/bin/cp",
	    (const char *const[]){ "-a", pattern->data, site->root, NULL });
	assert_int_equal(o.status, 0);
	return 0;
}

int
site_teardown(void **state)
{
	struct site *site = *state;

	for (size_t i = 0; i < SITE_DAEMONS; i++) {
		if (site->daemon[i] == 0)
			continue;
		kill(site->daemon[i], SIGKILL);
		waitpid(site->daemon[i], NULL, 0);
	}
	remove_tree(site->root);
	free(site);
	return 0;
}

static int
status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* In a child: becomes the program, and ends with the test. */
static void
become(int in, int out, int err, void (*with)(void), const char *program,
    const char *const *arguments)
{
	char *words[32] = { (char *)program };
	size_t n = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (; *arguments != NULL && n < 31; arguments++)
		words[n++] = (char *)*arguments;
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		_exit(126);
	if (with != NULL)
		with();
	execv(program, words);
	dprintf(
	    STDERR_FILENO, "cannot start %s: %s\n", program, strerror(errno));
	_exit(127);
}

static int
open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* What a program reads: a file without a name. */
static int
open_input(const char *text)
{
	FILE *file = tmpfile();
	int fd;

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fflush(file), 0);
	fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	fclose(file);
	return fd;
}

static void
read_back(int fd, char *to, size_t room)
{
	ssize_t n = pread(fd, to, room - 1, 0);

	assert_true(n >= 0);
	to[n] = '\0';
	close(fd);
}

void
site_run(struct output *o, const char *input, void (*with)(void),
    const char *program, const char *const *arguments)
{
	int in = input == NULL ? open_null() : open_input(input);
	int out = open_input(""), err = open_input("");
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		become(in, out, err, with, program, arguments);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	o->status = status_of(status);
	read_back(out, o->out, sizeof(o->out));
	read_back(err, o->err, sizeof(o->err));
	close(in);
}

void
site_must(const char *const *arguments)
{
	struct output o;

	site_run(&o, NULL, NULL, site_program("HUBCTL", "./hubctl"), arguments);
	if (o.status != 0)
		fail_msg("hubctl: %d: %s", o.status, o.err);
}

struct token
site_token(const struct site *site, const char *username)
{
	struct token token;
	struct output o;

	site_hubctl(site, &o, NULL, "token", username);
	if (o.status != 0)
		fail_msg("hubctl token: %d: %s", o.status, o.err);
	snprintf(token.text, sizeof(token.text), "%.*s",
	    (int)strcspn(o.out, "\n"), o.out);
	return token;
}

static const char *
log_path(const struct site *site, enum pool pool)
{
	char name[32];

	snprintf(name, sizeof(name), "%s.log", pool_name(pool));
	return site_path(site, name);
}

pid_t
site_launch(struct site *site, int in, const char *log, void (*with)(void),
    const char *program, const char *const *arguments)
{
	int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	size_t i = 0;
	pid_t pid;

	assert_true(out >= 0);
	while (i < SITE_DAEMONS && site->daemon[i] != 0)
		i++;
	assert_true(i < SITE_DAEMONS);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		become(in, out, out, with, program, arguments);
	close(out);
	site->daemon[i] = pid;
	return pid;
}

pid_t
site_spawn(struct site *site, enum pool pool, void (*with)(void))
{
	const char *const arguments[] = { "--pool", pool_name(pool), "--config",
		site->conf, NULL };
	int in = open_null();
	pid_t pid = site_launch(site, in, log_path(site, pool), with,
	    site_program("HUBD", "./hubd"), arguments);

	close(in);
	return pid;
}

void
site_rest(int64_t start)
{
	if (clock_mono_ms() - start > PATIENCE_MS)
		fail_msg("what was waited for does not come");
	poll(NULL, 0, REST_MS);
}

static void
show_log(const struct site *site, enum pool pool)
{
	FILE *file = fopen(log_path(site, pool), "r");
	char line[2048];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		print_message("# %s", line);
	if (file != NULL)
		fclose(file);
}

/* A worker of a daemon that was killed may let one more in and then end. */
static bool
is_ready(const struct site *site, enum pool pool)
{
	struct client c;
	int status;

	if (!client_open(&c, site->socket[pool]))
		return false;
	status = site_get(&c, "/health/ready", NULL);
	client_close(&c);
	return status == 200;
}

pid_t
site_start(struct site *site, enum pool pool)
{
	pid_t daemon = site_spawn(site, pool, NULL);
	int64_t start = clock_mono_ms();

	while (!is_ready(site, pool)) {
		if (waitpid(daemon, NULL, WNOHANG) != 0) {
			show_log(site, pool);
			fail_msg("%s does not start", pool_name(pool));
		}
		site_rest(start);
	}
	return daemon;
}

int
site_wait(struct site *site, pid_t daemon)
{
	int64_t start = clock_mono_ms();
	int status;
	pid_t ended;

	while ((ended = waitpid(daemon, &status, WNOHANG)) == 0)
		site_rest(start);
	assert_int_equal(ended, daemon);
	for (size_t i = 0; i < SITE_DAEMONS; i++) {
		if (site->daemon[i] == daemon)
			site->daemon[i] = 0;
	}
	return status_of(status);
}

int
site_stop(struct site *site, pid_t daemon, int signal_number)
{
	assert_int_equal(kill(daemon, signal_number), 0);
	return site_wait(site, daemon);
}

unsigned int
site_log_count(const struct site *site, enum pool pool, const char *text)
{
	FILE *file = fopen(log_path(site, pool), "r");
	unsigned int n = 0;
	char line[2048];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		n += strstr(line, text) != NULL;
	fclose(file);
	return n;
}

void
site_wait_for_log(const struct site *site, enum pool pool, const char *text)
{
	int64_t start = clock_mono_ms();

	while (site_log_count(site, pool, text) == 0)
		site_rest(start);
}

/* Whether the process has this name, as ps shows it. */
static bool
is_named(long process, const char *name)
{
	char path[64], line[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/comm", process);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	if (fgets(line, sizeof(line), file) != NULL)
		line[strcspn(line, "\n")] = '\0';
	fclose(file);
	return strcmp(line, name) == 0;
}

size_t
site_children(pid_t daemon, const char *name, pid_t *children, size_t max)
{
	char path[64];
	FILE *file;
	size_t n = 0;
	long pid;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children",
	    (long)daemon, (long)daemon);
	file = fopen(path, "r");
	while (file != NULL && n < max && fscanf(file, "%ld", &pid) == 1) {
		if (is_named(pid, name))
			children[n++] = (pid_t)pid;
	}
	if (file != NULL)
		fclose(file);
	return n;
}

size_t
site_workers(pid_t daemon, pid_t *workers, size_t max)
{
	return site_children(daemon, "hub-worker", workers, max);
}

void
site_wait_for_workers(pid_t daemon, size_t wanted, pid_t not )
{
	int64_t start = clock_mono_ms();
	pid_t workers[64];

	for (;;) {
		size_t n = site_workers(daemon, workers, 64);
		bool there = false;

		for (size_t i = 0; i < n; i++)
			there = there || workers[i] == not ;
		if (n == wanted && !there)
			return;
		site_rest(start);
	}
}

/* The letter of its state, or 0 if there is no such process. */
static char
state_of(pid_t process)
{
	char path[64], line[512], *end;
	char state = '\0';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)process);
	file = fopen(path, "r");
	if (file == NULL)
		return '\0';
	if (fgets(line, sizeof(line), file) != NULL &&
	    (end = strrchr(line, ')')) != NULL)
		state = end[2];
	fclose(file);
	return state;
}

void
site_wait_for_end(pid_t process)
{
	int64_t start = clock_mono_ms();
	char state;

	while ((state = state_of(process)) != '\0' && state != 'Z')
		site_rest(start);
}

void
site_connect(const struct site *site, enum pool pool, struct client *c)
{
	if (!client_open(c, site->socket[pool]))
		fail_msg("%s: %s", site->socket[pool], strerror(errno));
}

static void
describe(struct client_request *request, const char *params[3],
    char *authorization, size_t room, const char *uri,
    const struct token *token)
{
	*request = (struct client_request){ .keep = true, .uri = uri };
	if (token == NULL)
		return;
	snprintf(authorization, room, "Bearer %s", token->text);
	params[0] = "HTTP_AUTHORIZATION";
	params[1] = authorization;
	params[2] = NULL;
	request->params = params;
}

void
site_put_get(struct buf *out, const char *uri, const struct token *token)
{
	struct client_request request;
	const char *params[3];
	char authorization[4200];

	describe(
	    &request, params, authorization, sizeof(authorization), uri, token);
	put_request(out, &request);
}

int
site_get(struct client *c, const char *uri, const struct token *token)
{
	struct client_answer answer;
	struct buf out;
	int status;

	buf_init(&out, 65536);
	site_put_get(&out, uri, token);
	client_send(c, buf_view(&out));
	buf_free(&out);
	status = client_answer(c, &answer) == 0 ? answer.status : -1;
	client_answer_free(&answer);
	return status;
}

int
site_ask(const struct site *site, enum pool pool, const char *uri,
    const struct token *token)
{
	struct client c;
	int status;

	site_connect(site, pool, &c);
	status = site_get(&c, uri, token);
	client_close(&c);
	assert_int_not_equal(status, -1);
	return status;
}

#define LOAD_PROCESSES 4

/* Shared with the processes that ask. */
static struct {
	_Atomic bool enough;
	_Atomic unsigned int answered;
	_Atomic unsigned int lost;
} * load;
static pid_t asking[LOAD_PROCESSES];

static _Noreturn void
keep_asking(const char *path, const struct client_request *request)
{
	struct client_answer answer = { .ended = false };
	struct client c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!load->enough) {
		if (client_open(&c, path) &&
		    client_call(&c, request, &answer) == 0 &&
		    answer.status == 200)
			load->answered++;
		else
			load->lost++;
		client_answer_free(&answer);
		client_close(&c);
	}
	_exit(0);
}

void
site_load_begin(const struct site *site, enum pool pool,
    const struct client_request *request)
{
	static const struct client_request health = { .uri = "/health/ready" };

	load = mmap(NULL, sizeof(*load), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(load != MAP_FAILED);
	fflush(NULL);
	for (size_t i = 0; i < LOAD_PROCESSES; i++) {
		asking[i] = fork();
		assert_true(asking[i] >= 0);
		if (asking[i] == 0)
			keep_asking(site->socket[pool],
			    request == NULL ? &health : request);
	}
}

unsigned int
site_load_end(void)
{
	unsigned int answered, lost;
	int status;

	load->enough = true;
	for (size_t i = 0; i < LOAD_PROCESSES; i++) {
		assert_int_equal(waitpid(asking[i], &status, 0), asking[i]);
		assert_int_equal(status, 0);
	}
	answered = load->answered;
	lost = load->lost;
	munmap(load, sizeof(*load));
	if (lost > 0)
		fail_msg("%u requests were lost, %u answered", lost, answered);
	return answered;
}
