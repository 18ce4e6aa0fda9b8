#include "hubctl/demo_person.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/str.h"

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof((list)[0])))
#define PICK(random, list) (list)[demo_random_below((random), COUNT(list))]

/* Their first letters are ASCII: addresses and initials begin with them. */
static const char *const first_names[] = { "Jan", "Maria", "Johannes", "Anna",
	"Cornelis", "Johanna", "Hendrik", "Elisabeth", "Pieter", "Wilhelmina",
	"Willem", "Margaretha", "Dirk", "Sanne", "Daan", "Emma", "Bram",
	"Julia", "Lars", "Mila", "Sem", "Sophie", "Thijs", "Tess", "Ruben",
	"Zoë", "Mohamed", "Fatima", "Ibrahim", "Aylin", "Noël", "René", "Joost",
	"Femke", "Koen", "Marloes", "Sven", "Ingrid", "Rik", "Yara", "Gijs",
	"Lotte", "Stijn", "Fleur", "Mees", "Noor", "Teun", "Iris" };

static const struct surname {
	const char *middle, *last, *address;
} surnames[] = {
	{ "de", "Jong", "dejong" },
	{ NULL, "Jansen", "jansen" },
	{ "de", "Vries", "devries" },
	{ "van den", "Berg", "vandenberg" },
	{ "van", "Dijk", "vandijk" },
	{ NULL, "Bakker", "bakker" },
	{ NULL, "Janssen", "janssen" },
	{ NULL, "Visser", "visser" },
	{ NULL, "Smit", "smit" },
	{ NULL, "Meijer", "meijer" },
	{ "de", "Boer", "deboer" },
	{ NULL, "Mulder", "mulder" },
	{ "de", "Groot", "degroot" },
	{ NULL, "Bos", "bos" },
	{ NULL, "Vos", "vos" },
	{ NULL, "Peters", "peters" },
	{ NULL, "Hendriks", "hendriks" },
	{ "van", "Leeuwen", "vanleeuwen" },
	{ NULL, "Dekker", "dekker" },
	{ NULL, "Brouwer", "brouwer" },
	{ "de", "Wit", "dewit" },
	{ NULL, "Dijkstra", "dijkstra" },
	{ NULL, "Smits", "smits" },
	{ "de", "Graaf", "degraaf" },
	{ "van der", "Meer", "vandermeer" },
	{ NULL, "Kok", "kok" },
	{ NULL, "Jacobs", "jacobs" },
	{ "de", "Haan", "dehaan" },
	{ NULL, "Vermeulen", "vermeulen" },
	{ "van der", "Linden", "vanderlinden" },
	{ "van den", "Heuvel", "vandenheuvel" },
	{ NULL, "Hoekstra", "hoekstra" },
	{ NULL, "Koster", "koster" },
	{ "van", "Vliet", "vanvliet" },
	{ "'t", "Hart", "thart" },
	{ NULL, "Yılmaz", "yilmaz" },
	{ "el", "Idrissi", "elidrissi" },
	{ NULL, "Kuipers", "kuipers" },
	{ NULL, "Coşkun", "coskun" },
	{ NULL, "Zijlstra", "zijlstra" },
};

static const char *const trades[] = { "Bakkerij", "Bouwbedrijf", "Garage",
	"Transport", "Kwekerij", "Schildersbedrijf", "Installatietechniek",
	"Drukkerij" };

static const char *const streets[] = { "Graafseweg", "Dorpsstraat",
	"Kerkstraat", "Schoolstraat", "Molenweg", "Julianastraat",
	"Beatrixlaan", "Nieuwstraat", "Stationsweg", "Parallelweg", "Eikenlaan",
	"Lindelaan", "Industrieweg", "Raadhuisplein" };

static const char *const cities[] = { "Apeldoorn", "Utrecht", "Zwolle",
	"Amersfoort", "Breda", "Groningen", "Leeuwarden", "Maastricht",
	"Middelburg", "Nijmegen", "Deventer", "'s-Hertogenbosch" };

const char *
demo_city(struct demo_random *r)
{
	return PICK(r, cities);
}

void
demo_person_settle(struct demo_person *p, struct demo_random *r)
{
	p->street = PICK(r, streets);
	p->house = 1 + demo_random_below(r, 240);
	p->city = demo_city(r);
}

static void
name_company(struct demo_person *p, struct demo_random *r,
    const struct surname *name, const char *mark, uint64_t number)
{
	const char *trade = PICK(r, trades);

	snprintf(p->company_name, sizeof(p->company_name), "%s %s B.V.", trade,
	    name->last);
	p->last = p->company_name;
	snprintf(p->email, sizeof(p->email), "info.%s.%s%" PRIu64 "@example.nl",
	    name->address, mark, number);
}

static void
name_person(struct demo_person *p, struct demo_random *r,
    const struct surname *name, const char *mark, uint64_t number)
{
	p->first = PICK(r, first_names);
	p->middle = name->middle;
	p->last = name->last;
	snprintf(p->initials, sizeof(p->initials), "%c.", p->first[0]);
	snprintf(p->email, sizeof(p->email), "%c.%s.%s%" PRIu64 "@example.nl",
	    char_lower(p->first[0]), name->address, mark, number);
}

void
demo_person_make(struct demo_person *p, struct demo_random *r, bool company,
    const char *mark, uint64_t number)
{
	const struct surname *name = &PICK(r, surnames);

	memset(p, 0, sizeof(*p));
	p->company = company;
	if (company)
		name_company(p, r, name, mark, number);
	else
		name_person(p, r, name, mark, number);
	demo_person_settle(p, r);
}
