/*
 * Every customer has random numbers of his own, so that nothing about him need
 * be remembered: the records come out customer by customer, and what they have
 * in common are a few running numbers.
 */
#include "hubctl/demo_set.h"

#include <inttypes.h>
#include <string.h>
#include "hubctl/demo_contract.h"

/* One account in so many is an employee's, but two an organisation at most. */
#define EMPLOYEE_IN 20

/* A contact without an account follows the first of so many customers. */
#define STRANGER_IN 10

/* Running numbers begin where those of the default records cannot be. */
#define FIRST_ORGANIZATION 2001
#define FIRST_DOSSIER 1000001
#define FIRST_CONTRACT 100000001

enum stream {
	STREAM_ORGANIZATION,
	STREAM_CUSTOMER, /* how many dossiers and contracts, where */
	STREAM_PERSON,
	STREAM_STRANGER,
	STREAM_CONTRACTS,
	STREAM_EMPLOYEE,
	STREAM_ID,
};

struct customer {
	bool company;
	size_t dossiers;
	uint64_t organization[2];
	uint32_t weight[2]; /* of the dossiers, in sharing out the contracts */
};

struct maker {
	struct demo_out *out;
	const struct demo_plan *plan;
	uint64_t customers, employees;
	uint64_t weight_all, weight_done;
	uint64_t dossiers, contracts; /* written so far */
};

/* Its number in the plan and in the store. */
struct dossier_text {
	char organization[24], number[24];
	struct demo_dossier dossier;
};

/* Few have none, most have some, a few companies have hundreds. */
static uint32_t
draw_weight(struct demo_random *r, bool company)
{
	uint32_t a = demo_random_below(r, 8), b = demo_random_below(r, 8);

	if (company && demo_random_once_in(r, 40))
		return 100 + demo_random_below(r, 600);
	if (demo_random_once_in(r, 20))
		return 0;
	return 1 + (a < b ? a : b);
}

static void
draw_customer(struct customer *c, const struct demo_plan *plan, uint64_t i)
{
	uint32_t all = (uint32_t)plan->organizations;
	struct demo_random r;

	demo_random_begin(&r, plan->seed, STREAM_CUSTOMER, i);
	c->company = demo_random_once_in(&r, 20);
	c->organization[0] = demo_random_below(&r, all);
	c->dossiers = demo_random_once_in(&r, 100) && all > 1 ? 2 : 1;
	if (c->dossiers == 2)
		c->organization[1] =
		    (c->organization[0] + 1 + demo_random_below(&r, all - 1)) %
		    all;
	for (size_t d = 0; d < c->dossiers; d++)
		c->weight[d] = draw_weight(&r, c->company);
}

static uint64_t
weigh_all(const struct maker *m)
{
	struct customer c;
	uint64_t sum = 0;

	for (uint64_t i = 0; i < m->customers; i++) {
		draw_customer(&c, m->plan, i);
		for (size_t d = 0; d < c.dossiers; d++)
			sum += c.weight[d];
	}
	return sum;
}

/* Shares that are exact in sum; the last dossier takes what nobody weighs. */
static uint64_t
share(struct maker *m, uint32_t weight, bool last)
{
	uint64_t until;

	m->weight_done += weight;
	if (last || m->weight_all == 0)
		until = last ? m->plan->contracts : 0;
	else
		until = m->plan->contracts * m->weight_done / m->weight_all;
	return until - m->contracts;
}

static void
organization_id(char *to, size_t room, uint64_t i)
{
	snprintf(to, room, "%" PRIu64, FIRST_ORGANIZATION + i);
}

static void
write_organizations(const struct maker *m)
{
	static const char *const icons[] = { "building", "umbrella", NULL };
	char id[24], code[32], name[80];
	struct demo_organization o = { .id = id, .code = code, .name = name };
	struct demo_random r;

	for (uint64_t i = 0; i < m->plan->organizations && m->out->err == 0;
	     i++) {
		demo_random_begin(&r, m->plan->seed, STREAM_ORGANIZATION, i);
		organization_id(id, sizeof(id), i);
		snprintf(code, sizeof(code), "V%s", id);
		o.type = demo_random_once_in(&r, 5) ? "AUTHORIZED_AGENT"
						    : "INTERMEDIARY";
		o.icon = icons[demo_random_below(&r, 3)];
		snprintf(name, sizeof(name), "Voorbeeldkantoor %s %" PRIu64,
		    demo_city(&r), i + 1);
		demo_out_organization(m->out, &o);
	}
}

/* A UUID of version 4; the 64 bits of UNIQUE are in it whole. */
static void
write_uuid(char to[40], uint64_t unique, uint64_t more)
{
	snprintf(to, 40,
	    "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64
	    "-%04" PRIx64 "%08" PRIx64,
	    unique >> 32, unique >> 16 & 0xffff, more & 0xfff,
	    0x8000 | (more >> 12 & 0x3fff), unique & 0xffff, more >> 32);
}

static void
account_id(char to[40], const struct demo_plan *plan, uint64_t i)
{
	struct demo_random r;

	demo_random_begin(&r, plan->seed, STREAM_ID, 0);
	write_uuid(
	    to, demo_random_mix(r.state + i), demo_random_mix(~(r.state + i)));
}

static void
next_dossier(struct maker *m, struct dossier_text *text, uint64_t organization)
{
	organization_id(
	    text->organization, sizeof(text->organization), organization);
	snprintf(text->number, sizeof(text->number), "%" PRIu64,
	    FIRST_DOSSIER + m->dossiers++);
	text->dossier =
	    (struct demo_dossier){ text->organization, text->number };
}

static void
write_contact(const struct maker *m, const struct dossier_text *text,
    const struct demo_person *person, struct demo_random *r)
{
	uint64_t version = 0;
	char id[32];

	if (demo_random_once_in(r, 10))
		version = 1 + demo_random_below(r, 20);
	snprintf(id, sizeof(id), "k-%s", text->number);
	demo_out_contact(m->out, id, &text->dossier, person, version);
}

static void
write_stranger(struct maker *m, uint64_t i)
{
	struct dossier_text text;
	struct demo_person person;
	struct demo_random r;

	demo_random_begin(&r, m->plan->seed, STREAM_STRANGER, i);
	demo_person_make(&person, &r, demo_random_once_in(&r, 20), "k", i + 1);
	next_dossier(
	    m, &text, demo_random_below(&r, (uint32_t)m->plan->organizations));
	write_contact(m, &text, &person, &r);
}

static const char *
draw_status(struct demo_random *r)
{
	uint32_t percent = demo_random_below(r, 100);

	if (percent < 80)
		return DEMO_ACTIVE;
	if (percent < 92)
		return DEMO_CANCELLED;
	return percent < 96 ? DEMO_SUSPENDED : DEMO_PAID_UP;
}

static void
write_contract(struct maker *m, const struct demo_dossier *dossier,
    const struct demo_person *holder, struct demo_random *r)
{
	uint64_t serial = FIRST_CONTRACT + m->contracts++;
	struct demo_contract c = {
		.dossier = dossier,
		.holder = holder,
	};

	/* One statement a draw: initializers have no order of their own. */
	c.afd1 = demo_random_once_in(r, 3);
	c.absence = holder->company && demo_random_once_in(r, 5);
	c.status = draw_status(r);
	if (demo_random_once_in(r, 4))
		c.version = 1 + demo_random_below(r, 20);
	snprintf(c.id, sizeof(c.id), "c-%" PRIu64, serial);
	demo_contract_fill(&c, r, serial);
	demo_contract_write(m->out, &c);
}

/* A long list of contracts is not made up when it is not shown. */
static void
write_contracts(struct maker *m, uint64_t n, const struct demo_dossier *dossier,
    const struct demo_person *holder, struct demo_random *r)
{
	if (m->out->list) {
		m->contracts += n;
		return;
	}
	for (; n > 0 && m->out->err == 0; n--)
		write_contract(m, dossier, holder, r);
}

static void
write_customer(struct maker *m, uint64_t i)
{
	struct dossier_text text[2];
	struct demo_person person;
	struct demo_random r;
	struct customer c;
	char id[40];
	struct demo_account account = { .id = id, .person = &person };

	draw_customer(&c, m->plan, i);
	demo_random_begin(&r, m->plan->seed, STREAM_PERSON, i);
	demo_person_make(&person, &r, c.company, "", i + 1);
	account_id(id, m->plan, i);
	for (size_t d = 0; d < c.dossiers; d++) {
		next_dossier(m, &text[d], c.organization[d]);
		write_contact(m, &text[d], &person, &r);
		account.dossiers[d] = text[d].dossier;
	}
	demo_out_account(m->out, &account);
	demo_random_begin(&r, m->plan->seed, STREAM_CONTRACTS, i);
	for (size_t d = 0; d < c.dossiers; d++)
		write_contracts(m,
		    share(m, c.weight[d],
			i + 1 == m->customers && d + 1 == c.dossiers),
		    &text[d].dossier, &person, &r);
	if (i % STRANGER_IN == 0)
		write_stranger(m, i);
}

/* An Organisatiebeheerder and a Relatiebeheerder for one after the other. */
static void
write_employee(const struct maker *m, uint64_t i)
{
	char id[40], organization[24];
	struct demo_person person;
	struct demo_random r;
	const struct demo_account account = {
		.id = id,
		.person = &person,
		.role = i % 2 == 0 ? "103" : "102",
		.organization = organization,
	};

	demo_random_begin(&r, m->plan->seed, STREAM_EMPLOYEE, i);
	demo_person_make(&person, &r, false, "m", i + 1);
	account_id(id, m->plan, m->customers + i);
	organization_id(organization, sizeof(organization), i / 2);
	demo_out_account(m->out, &account);
}

void
demo_plan_write(struct demo_out *out, const struct demo_plan *plan)
{
	struct maker m = { .out = out, .plan = plan };

	m.employees = plan->accounts / EMPLOYEE_IN;
	if (m.employees > 2 * plan->organizations)
		m.employees = 2 * plan->organizations;
	m.customers = plan->accounts - m.employees;
	m.weight_all = weigh_all(&m);
	write_organizations(&m);
	demo_out_groups(out);
	for (uint64_t i = 0; i < m.customers && out->err == 0; i++)
		write_customer(&m, i);
	for (uint64_t i = 0; i < m.employees && out->err == 0; i++)
		write_employee(&m, i);
}
