#include "hub_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "directory/account.h"
#include "remove_tree.h"
#include "store/rec_list.h"
#include "store/schema.h"
#include "unit.h"

static struct store *
make_store(struct test_hub *hub, const struct schema *schema)
{
	struct store *store = NULL;

	if (store_create(&schema->spec, &hub->why) != 0 ||
	    store_open(&store, &schema->spec, STORE_WRITE, &hub->why) != 0)
		fail_msg("%s", hub->why.text);
	return store;
}

int
hub_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct test_hub *hub = calloc(1, sizeof(*hub));
	struct schema schema;

	assert_non_null(hub);
	snprintf(hub->root, sizeof(hub->root), "%s/hub-test.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	assert_non_null(mkdtemp(hub->root));
	hub->arena = arena_new(1 << 16, 256 << 20);
	assert_non_null(hub->arena);
	conf_defaults(&hub->conf);
	assert_int_equal(conf_set_data(&hub->conf, hub->root, &hub->why), 0);
	hub->conf.reader_group[0] = '\0';
	hub->conf.map_size = 256 << 20;
	schema_vault(&schema, &hub->conf);
	hub->vault = make_store(hub, &schema);
	schema_directory(&schema, &hub->conf);
	hub->directory = make_store(hub, &schema);
	*state = hub;
	return 0;
}

int
hub_teardown(void **state)
{
	struct test_hub *hub = *state;

	store_close(hub->directory);
	store_close(hub->vault);
	arena_free(hub->arena);
	remove_tree(hub->root);
	free(hub);
	return 0;
}

struct hub
hub_of(struct test_hub *hub)
{
	return (struct hub){
		.conf = &hub->conf,
		.directory = hub->directory,
		.vault = hub->vault,
		.arena = hub->arena,
	};
}

void
hub_write(struct test_hub *hub, struct store *store,
    int (*fn)(struct txn *txn, void *arg), void *arg)
{
	assert_int_equal(store_write(store, hub->arena, fn, arg), 0);
}

struct txn *
hub_look(struct test_hub *hub)
{
	return store_read_begin(hub->directory, hub->arena);
}

void
hub_look_end(struct txn *txn)
{
	assert_int_equal(store_read_end(txn), 0);
}

struct attempt {
	struct test_hub *hub;
	struct record record;
};

static int
apply(struct txn *txn, void *arg)
{
	struct attempt *attempt = arg;
	bool done;

	return record_apply(txn, &attempt->record, &done, &attempt->hub->why);
}

int
hub_try(struct test_hub *hub, const char *line)
{
	struct attempt attempt = { .hub = hub };
	int rc;

	hub->why.text[0] = '\0';
	rc = record_parse(hub->arena, str_of(line), &attempt.record, &hub->why);
	if (rc != 0)
		return rc;
	return store_write(hub->directory, hub->arena, apply, &attempt);
}

void
hub_refuses(struct test_hub *hub, const char *line, const char *reason)
{
	assert_int_equal(hub_try(hub, line), HUB_EINVAL);
	if (!str_starts(str_of(hub->why.text), str_of(reason)))
		fail_msg("%s: %s", line, hub->why.text);
}

void
hub_put(struct test_hub *hub, const char *line)
{
	int rc = hub_try(hub, line);

	if (rc != 0)
		fail_msg("%s: %s (%s)", line, err_text(rc), hub->why.text);
}

struct account_rec
hub_account(struct test_hub *hub, const char *id)
{
	struct txn *txn = hub_look(hub);
	struct account_rec rec;

	if (!account_get(txn, str_of(id), &rec))
		fail_msg("there is no account %s", id);
	hub_look_end(txn);
	return rec;
}

const char *
hub_who(struct test_hub *hub, const char *username)
{
	struct txn *txn = hub_look(hub);
	struct account_rec rec;
	bool found = account_by_name(txn, str_of(username), &rec);

	hub_look_end(txn);
	return found ? hub_text(hub, rec.id) : "";
}

const char *
hub_whose(struct test_hub *hub, const char *organization, const char *dossier)
{
	struct txn *txn = hub_look(hub);
	struct str id;
	bool found =
	    account_of_dossier(txn, str_of(organization), str_of(dossier), &id);

	hub_look_end(txn);
	return found ? hub_text(hub, id) : "";
}

const char *
hub_list(struct test_hub *hub, struct str list)
{
	struct str part;
	struct buf text;

	buf_init_arena(&text, hub->arena, 1 << 20);
	while (rec_list_next(&list, &part)) {
		buf_str(&text, part);
		buf_byte(&text, ' ');
	}
	assert_int_equal(list.n, 0);
	assert_int_equal(buf_error(&text), 0);
	return hub_text(hub, buf_view(&text));
}

const char *
hub_text(struct test_hub *hub, struct str text)
{
	struct str copy = arena_str(hub->arena, text);

	assert_non_null(copy.p);
	return copy.p;
}

int
hub_file(struct test_hub *hub, struct str content)
{
	const char *path = arena_printf(hub->arena, "%s/input", hub->root);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	for (size_t done = 0; done < content.n;) {
		ssize_t n = write(fd, content.p + done, content.n - done);

		assert_true(n > 0);
		done += (size_t)n;
	}
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}
