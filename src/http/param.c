#include "http/param.h"

#include "http/form.h"

void
param_read(struct arena *arena, struct str text, struct param_list *list)
{
	struct str rest = text, name = STR_NONE, value;
	bool bad;

	*list = (struct param_list){ 0 };
	while (form_next(arena, &rest, &name, &value, &bad) || bad) {
		if (bad || list->n == PARAM_MAX) {
			list->bad = true;
			return;
		}
		if (value.n == 0)
			continue;
		for (unsigned int i = 0; i < list->n; i++) {
			if (str_eq(list->at[i].name, name) &&
			    list->twice.n == 0)
				list->twice = name;
		}
		list->at[list->n].name = name;
		list->at[list->n].value = value;
		list->n++;
	}
}

bool
param_read_body(const struct req *req, struct param_list *list)
{
	struct str rest = req->content_type, type;

	*list = (struct param_list){ 0 };
	if (!str_split(&rest, ';', &type) ||
	    !str_eq_nocase(
		str_trim(type), STR("application/x-www-form-urlencoded")))
		return false;
	param_read(req->arena, req->body, list);
	return true;
}

struct str
param_get(const struct param_list *list, const char *name)
{
	struct str wanted = str_of(name);

	for (unsigned int i = 0; i < list->n; i++) {
		if (str_eq(list->at[i].name, wanted))
			return list->at[i].value;
	}
	return STR_NONE;
}

bool
param_is_twice(const struct param_list *list, const char *name)
{
	unsigned int times = 0;
	struct str wanted = str_of(name);

	for (unsigned int i = 0; i < list->n; i++)
		times += str_eq(list->at[i].name, wanted);
	return times > 1;
}
