#include "identity/blocklist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/lines.h"
#include "base/unicode.h"

/*
 * The texts stand one after the other, each with a NUL after it; the index
 * holds where each begins, in the order of the texts.
 */
struct blocklist {
	char *texts;
	const char **index;
	size_t n;
};

static void
add_word(struct buf *texts, struct str line, size_t *n)
{
	size_t before = texts->n;
	struct str word = str_trim(line);
	int rc;

	if (word.n > 0 && word.p[word.n - 1] == '\r')
		word.n--;
	if (word.n < BLOCKLIST_WORD_MIN || word.n > BLOCKLIST_WORD_MAX ||
	    str_starts(word, STR("#!")))
		return;
	rc = unicode_fold(word, texts);
	if (rc == HUB_EINVAL || texts->n == before)
		return;
	if (rc != 0)
		buf_fail(texts, rc);
	buf_byte(texts, '\0');
	++*n;
}

static int
read_words(
    struct buf *texts, int fd, const char *path, size_t *n, struct why *why)
{
	struct lines lines;
	struct str line;
	int rc;

	lines_begin(&lines, fd, 4 * BLOCKLIST_WORD_MAX);
	while (
	    (rc = lines_next(&lines, &line, why)) == 0 || rc == HUB_ETOOBIG) {
		if (rc == 0)
			add_word(texts, line, n);
		if ((rc = buf_error(texts)) != 0) {
			why_say(why, "%s", err_text(rc));
			break;
		}
	}
	lines_free(&lines);
	if (rc == HUB_ENOENT)
		return 0;
	why_prefix(why, "cannot read the password.blocklist file %s", path);
	return rc;
}

static int
read_file(struct buf *texts, struct str name, size_t *n, struct why *why)
{
	char path[CONF_PATH_MAX];
	int fd, rc;

	memcpy(path, name.p, name.n);
	path[name.n] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return why_set(why, errno == ENOENT ? HUB_ENOENT : HUB_EIO,
		    "cannot read the password.blocklist file %s: %s; install "
		    "the package that it comes from, or correct the key",
		    path, strerror(errno));
	rc = read_words(texts, fd, path, n, why);
	close(fd);
	return rc;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The index of texts that are all there; takes them over. */
static int
make_index(struct blocklist *list, struct buf *texts, size_t n)
{
	const char *at;

	list->texts = texts->p;
	buf_init(texts, 0);
	if (n == 0)
		return 0;
	list->index = malloc(n * sizeof(*list->index));
	if (list->index == NULL)
		return HUB_ENOMEM;
	at = list->texts;
	for (; list->n < n; list->n++) {
		list->index[list->n] = at;
		at += strlen(at) + 1;
	}
	qsort(list->index, n, sizeof(*list->index), compare);
	return 0;
}

int
blocklist_open(struct blocklist **out, const struct conf *conf, struct why *why)
{
	struct str rest = str_of(conf->password_blocklist), name;
	struct blocklist *list = calloc(1, sizeof(*list));
	struct buf texts;
	size_t n = 0;
	int rc = 0;

	*out = NULL;
	buf_init(&texts, BLOCKLIST_FILE_MAX);
	while (rc == 0 && str_split(&rest, ' ', &name)) {
		if (name.n > 0)
			rc = read_file(&texts, name, &n, why);
	}
	if (rc == 0 &&
	    (list == NULL || make_index(list, &texts, n) == HUB_ENOMEM))
		rc = why_set(why, HUB_ENOMEM, "out of memory");
	buf_free(&texts);
	if (rc != 0)
		blocklist_close(list);
	else
		*out = list;
	return rc;
}

void
blocklist_close(struct blocklist *list)
{
	if (list == NULL)
		return;
	free(list->index);
	free(list->texts);
	free(list);
}

static int
compare_word(const void *key, const void *entry)
{
	const struct str *word = key;

	return str_cmp(*word, str_of(*(const char *const *)entry));
}

bool
blocklist_has(const struct blocklist *list, struct str word)
{
	return list != NULL && list->n > 0 &&
	    bsearch(&word, list->index, list->n, sizeof(*list->index),
		compare_word) != NULL;
}

size_t
blocklist_count(const struct blocklist *list)
{
	return list == NULL ? 0 : list->n;
}
