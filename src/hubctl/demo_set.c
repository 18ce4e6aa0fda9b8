#include "hubctl/demo_set.h"

#include <inttypes.h>
#include "hubctl/demo_contract.h"

#define SEED 1
#define FLEET 5000
#define FLEET_FIRST 910001

static const struct demo_organization organizations[] = {
	{ "1001", "INTERMEDIARY", "DEMO1", "Voorbeeld Assurantien B.V.",
	    "building" },
	{ "1007", "AUTHORIZED_AGENT", "DEMO7", "Voorbeeld Volmacht N.V.",
	    NULL },
};

static const struct demo_person janssen = {
	.first = "Jan",
	.middle = "van",
	.last = "Janssen",
	.initials = "J.",
	.email = "j.janssen@example.nl",
	.street = "Graafseweg",
	.house = 22,
	.city = "Apeldoorn",
};
static const struct demo_person amrani = {
	.first = "Fatima",
	.middle = "el",
	.last = "Amrani",
	.initials = "F.",
	.email = "F.el.Amrani@example.nl",
	.street = "Lindelaan",
	.house = 7,
	.city = "Deventer",
};
static const struct demo_person bos = {
	.first = "Siem",
	.last = "Bos",
	.initials = "S.",
	.email = "s.bos@example.nl",
};
static const struct demo_person yilmaz = {
	.first = "Zeynep",
	.last = "Yılmaz",
	.initials = "Z.",
	.email = "z.yilmaz@example.nl",
	.street = "Stationsweg",
	.house = 118,
	.city = "Zwolle",
};
static const struct demo_person wagenpark = {
	.last = "Voorbeeld Wagenpark B.V.",
	.email = "wagenpark@example.nl",
	.street = "Industrieweg",
	.house = 1,
	.city = "Utrecht",
	.company = true,
};
static const struct demo_person devries = {
	.first = "Rian",
	.middle = "de",
	.last = "Vries",
	.email = "r.devries@example.nl",
};
static const struct demo_person smit = {
	.first = "Otto",
	.last = "Smit",
	.email = "o.smit@example.nl",
};

/* Contacts without an account; the last of them cannot be given one. */
static const struct demo_person meijer = {
	.first = "Marloes",
	.last = "Meijer",
	.initials = "M.",
	.email = "m.meijer@example.nl",
	.street = "Molenweg",
	.house = 31,
	.city = "Apeldoorn",
};
static const struct demo_person vandijk = {
	.first = "Koen",
	.middle = "van",
	.last = "Dijk",
	.email = "k.vandijk@example.nl",
};
static const struct demo_person bakkerij = {
	.last = "Bakkerij Voorbeeld V.O.F.",
	.email = "bakkerij@example.nl",
	.company = true,
};
static const struct demo_person hendriks = {
	.first = "Wilhelmina",
	.last = "Hendriks",
};
static const struct demo_person dekker = {
	.first = "Lars",
	.last = "Dekker",
	.initials = "L.",
	.email = "l.dekker@example.nl",
	.street = "Schoolstraat",
	.house = 5,
	.city = "Breda",
};
static const struct demo_person vandermeer = {
	.first = "Noor",
	.middle = "van der",
	.last = "Meer",
	.email = "n.vandermeer@example.nl",
};

static const struct contact {
	const char *id;
	struct demo_dossier dossier;
	const struct demo_person *person;
	uint64_t version;
} contacts[] = {
	{ "k-204517", { "1001", "204517" }, &janssen, 0 },
	{ "k-204533", { "1001", "204533" }, &amrani, 3 },
	{ "k-204602", { "1001", "204602" }, &bos, 0 },
	{ "k-204710", { "1001", "204710" }, &yilmaz, 0 },
	{ "k-88012", { "1007", "88012" }, &yilmaz, 0 },
	{ "k-90001", { "1007", "90001" }, &wagenpark, 0 },
	{ "k-204801", { "1001", "204801" }, &meijer, 0 },
	{ "k-204802", { "1001", "204802" }, &vandijk, 2 },
	{ "k-204803", { "1001", "204803" }, &bakkerij, 0 },
	{ "k-204804", { "1001", "204804" }, &hendriks, 0 },
	{ "k-90101", { "1007", "90101" }, &dekker, 0 },
	{ "k-90102", { "1007", "90102" }, &vandermeer, 0 },
};

static const struct demo_account accounts[] = {
	{ .id = "5f3c1a90-7d1e-4a55-9a0e-2f7f6f0c1b11",
	    .person = &janssen,
	    .dossiers = { { "1001", "204517" } } },
	{ .id = "8d0b7c52-41f6-4d0a-8a55-6d3f1c9e2a04",
	    .person = &amrani,
	    .language = "nl",
	    .dossiers = { { "1001", "204533" } } },
	{ .id = "c-bos", .person = &bos, .dossiers = { { "1001", "204602" } } },
	{ .id = "c-yilmaz",
	    .person = &yilmaz,
	    .dossiers = { { "1001", "204710" }, { "1007", "88012" } } },
	{ .id = "c-vloot",
	    .person = &wagenpark,
	    .dossiers = { { "1007", "90001" } } },
	{ .id = "e-1",
	    .person = &devries,
	    .role = "102",
	    .organization = "1001" },
	{ .id = "e-2", .person = &smit, .role = "103", .organization = "1001" },
};

/* The one that the description of the API shows. */
static const struct demo_contract example = {
	.id = "c-900001",
	.dossier = &contacts[0].dossier,
	.holder = &janssen,
	.status = DEMO_ACTIVE,
	.version = 7,
	.number = "P20220101-010",
	.insurer = "A001",
	.effective = 20220401,
	.expiry = 20270401,
	.term = 1,
	.installment = 8590,
	.yearly = 103080,
	.make = "Kievit",
	.model = "Compact",
	.fuel = "B",
	.year = 2019,
	.plate = "AB-12-CD",
	.deductible = 150,
};

/* Whose contact, how many contracts follow, and how they stand. */
static const struct row {
	const struct contact *contact;
	bool afd1;
	const char *status;
	uint64_t version;
} rows[] = {
	{ &contacts[0], true, DEMO_CANCELLED, 0 },
	{ &contacts[0], true, DEMO_ACTIVE, 2 },
	{ &contacts[0], false, DEMO_SUSPENDED, 0 },
	{ &contacts[0], false, DEMO_PAID_UP, 12 },
	{ &contacts[0], false, DEMO_CANCELLED, 0 },
	{ &contacts[1], false, DEMO_ACTIVE, 1 },
	{ &contacts[1], false, DEMO_ACTIVE, 0 },
	{ &contacts[1], true, DEMO_SUSPENDED, 0 },
	{ &contacts[3], false, DEMO_ACTIVE, 0 },
	{ &contacts[3], true, DEMO_PAID_UP, 0 },
	{ &contacts[4], false, DEMO_ACTIVE, 4 },
	{ &contacts[4], true, DEMO_ACTIVE, 0 },
	{ &contacts[6], false, DEMO_ACTIVE, 0 },
	{ &contacts[10], true, DEMO_ACTIVE, 0 },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void
write_made_up(struct demo_out *out, struct demo_contract *c, uint64_t number)
{
	struct demo_random random;

	snprintf(c->id, sizeof(c->id), "c-%" PRIu64, number);
	demo_random_begin(&random, SEED, 0, number);
	demo_contract_fill(c, &random, number);
	demo_contract_write(out, c);
}

static void
write_rows(struct demo_out *out)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct demo_contract c = {
			.dossier = &rows[i].contact->dossier,
			.holder = rows[i].contact->person,
			.afd1 = rows[i].afd1,
			.status = rows[i].status,
			.version = rows[i].version,
		};

		write_made_up(out, &c, 900002 + i);
	}
}

/* Cars, some of them sold or standing still, and the drivers' absence. */
static void
write_fleet(struct demo_out *out)
{
	for (uint64_t i = 0; i < FLEET; i++) {
		struct demo_contract c = {
			.dossier = &contacts[5].dossier,
			.holder = &wagenpark,
			.absence = i == 0,
			.afd1 = i % 10 == 0,
			.status = i % 50 == 49 ? DEMO_SUSPENDED
			    : i % 20 == 19     ? DEMO_CANCELLED
					       : DEMO_ACTIVE,
			.version = i % 4,
		};

		write_made_up(out, &c, FLEET_FIRST + i);
	}
}

void
demo_set_write(struct demo_out *out)
{
	for (size_t i = 0; i < COUNT(organizations); i++)
		demo_out_organization(out, &organizations[i]);
	demo_out_groups(out);
	for (size_t i = 0; i < COUNT(contacts); i++)
		demo_out_contact(out, contacts[i].id, &contacts[i].dossier,
		    contacts[i].person, contacts[i].version);
	for (size_t i = 0; i < COUNT(accounts); i++)
		demo_out_account(out, &accounts[i]);
	demo_contract_write(out, &example);
	write_rows(out);
	write_fleet(out);
}
