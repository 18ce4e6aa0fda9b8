/*
 * Contracts in the two notations of the All Finance Standard. AFD 2.0 is JSON:
 * every entity an array of objects with an entityType, dates CCYY-MM-DD. AFD
 * 1.0 is XML: texts under labels of entity and attribute, dates CCYYMMDD. An
 * amount has two decimals and no currency in both.
 *
 * They are made by the million, from templates. What goes into these is of our
 * own making and needs no escapes; that is looked at all the same.
 */
#include "hubctl/demo_contract.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Contracts that run are renewed in this year; no clock is asked. */
#define RENEWAL_YEAR 2027
#define FIRST_YEAR 2012

static const char *const insurers[] = { "A001", "A030", "Q001" };
static const unsigned int terms[] = { 1, 3, 6, 12 };

/* No real ones: a record says nothing about anybody's product. */
static const struct car {
	const char *make, *model, *fuel;
} cars[] = {
	{ "Kievit", "Compact", "B" },
	{ "Kievit", "Reis", "B" },
	{ "Wulp", "Stad", "E" },
	{ "Wulp", "Tocht", "D" },
	{ "Grutto", "Bestel", "D" },
	{ "Scholekster", "Combi", "B" },
};

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof((list)[0])))

static void
fill_dates(struct demo_contract *c, struct demo_random *r)
{
	unsigned int year =
	    FIRST_YEAR + demo_random_below(r, RENEWAL_YEAR - 2 - FIRST_YEAR);
	unsigned int month = 1 + demo_random_below(r, 12);
	unsigned int day =
	    demo_random_once_in(r, 5) ? 1 + demo_random_below(r, 28) : 1;
	unsigned int end = RENEWAL_YEAR;

	if (str_eq(str_of(c->status), STR(DEMO_CANCELLED)))
		end = year + 1 + demo_random_below(r, RENEWAL_YEAR - 1 - year);
	c->effective = year * 10000 + month * 100 + day;
	c->expiry = end * 10000 + month * 100 + day;
	c->year = year - demo_random_below(r, 8);
}

/* Nothing is paid any more for what is paid up. */
static void
fill_premium(struct demo_contract *c, struct demo_random *r)
{
	unsigned int month = c->absence ? 12500 + demo_random_below(r, 60000)
					: 1990 + demo_random_below(r, 9000);

	c->term = terms[demo_random_below(r, COUNT(terms))];
	if (str_eq(str_of(c->status), STR(DEMO_PAID_UP)))
		month = 0;
	c->installment = month * c->term;
	c->yearly = month * 12;
}

static char
draw_letter(struct demo_random *r, const char *letters)
{
	return letters[demo_random_below(r, (uint32_t)strlen(letters))];
}

/*
 * A vowel stands first, as on no plate of this form that was ever issued. One
 * statement a draw: compilers differ in the order of arguments.
 */
static void
fill_plate(char plate[12], struct demo_random *r)
{
	static const char consonants[] = "BDFGHJKLNPRSTVXZ";

	memcpy(plate, "AA-00-AA", sizeof("AA-00-AA"));
	plate[0] = draw_letter(r, "AEIU");
	plate[1] = draw_letter(r, consonants);
	plate[3] = draw_letter(r, "0123456789");
	plate[4] = draw_letter(r, "0123456789");
	plate[6] = draw_letter(r, consonants);
	plate[7] = draw_letter(r, consonants);
}

static void
fill_car(struct demo_contract *c, struct demo_random *r)
{
	const struct car *car = &cars[demo_random_below(r, COUNT(cars))];

	c->make = car->make;
	c->model = car->model;
	c->fuel = car->fuel;
	c->deductible = 50 * demo_random_below(r, 7);
	fill_plate(c->plate, r);
}

void
demo_contract_fill(
    struct demo_contract *c, struct demo_random *r, uint64_t serial)
{
	c->insurer = insurers[demo_random_below(r, COUNT(insurers))];
	fill_dates(c, r);
	fill_premium(c, r);
	fill_car(c, r);
	if (c->afd1)
		snprintf(c->number, sizeof(c->number), "POL%09" PRIu64, serial);
	else
		snprintf(c->number, sizeof(c->number), "P%u-%03" PRIu64,
		    c->effective, serial);
}

/*
 * JSON with ' for quotes. $NAME is a value; what stands between < and > is left
 * out when a value in it is empty.
 */
#define TEMPLATE_BEGIN                                                         \
	"{'type':'contract','id':'$id',<'version':$version,>"                  \
	"'organizationId':'$organization','dossierNumber':'$dossier',"         \
	"'format':'$format','status':'$status',"

static const char template_afd2[] = TEMPLATE_BEGIN
    "'metadata':{'contractNumber':'$number','businessLine':'$branch',"
    "'porCompany':'$insurer','description':'$description',"
    "'effectiveDate':'$effective','expiryDate':'$expiry',"
    "'netPremiumInstallment':$installment},"
    "'content':{"
    "'commonFunctional':[{'entityType':'default','dataCatalogVersion':'39D',"
    "'businessLine':'$branch','porCompany':'$insurer',"
    "'afdDefinitionName':'$definition','afdDefinitionVersion':'001.00'}],"
    "'policy':[{'entityType':'policyDetails','refKey':'pol1',"
    "'contractNumber':'$number','effectiveDate':'$effective',"
    "'expiryDate':'$expiry','contractDurationInMonths':12,"
    "'collectionMethod':'I','paymentTermInMonths':$term}],"
    "'party':[{'entityType':'policyHolder','refKey':'par1',"
    "'surname':'$surname',<'initials':'$initials',>'street':'$street',"
    "'houseNumber':$house,'city':'$city'},"
    "{'entityType':'carrier','refKey':'par2','porCompany':'$insurer'}],"
    "<'object':[{'entityType':'motorVehicle','refKey':'obj1',"
    "'licensePlate':'$plate','make':'$make','model':'$model',"
    "'constructionYear':'$year','fuel':'$fuel'}],"
    "'coverage':[{'entityType':'hullVehicle','refKey':'cov1',"
    "'coverageCode':'2002','deductibleAmount':$deductible}],>"
    "'premium':[{'entityType':'premiumDetails','refKey':'pre1',"
    "'netPremiumInstallment':$installment}]}}\n";

#define LABELS                                                                 \
	"'PP_NUMMER':'$number','PP_BRANCHE':'$branch',"                        \
	"'PP_MYAAND':'$insurer','PP_INGDAT':'$effective',"                     \
	"'PP_EXPDAT':'$expiry'"

static const char template_afd1[] =
    TEMPLATE_BEGIN "'metadata':{" LABELS "},"
		   "'content':{'Contractdocument':{"
		   "'PP':{" LABELS ",'PP_CDUUMND':'12','PP_BETTERM':'$term',"
		   "'PP_NJP':'$yearly'},"
		   "'VP':{'VP_ANAAM':'$surname','VP_RELNUM':'$dossier'}}}}\n";

/* The values that are not texts already. */
struct texts {
	char version[24], effective[16], expiry[16], term[16], installment[16],
	    yearly[16], house[16], plate[8], year[16], deductible[16],
	    description[32];
};

static void
put_date(char to[16], unsigned int date, bool afd1)
{
	if (afd1)
		snprintf(to, 16, "%08u", date);
	else
		snprintf(to, 16, "%04u-%02u-%02u", date / 10000,
		    date / 100 % 100, date % 100);
}

static void
put_amount(char to[16], unsigned int cents)
{
	snprintf(to, 16, "%u.%02u", cents / 100, cents % 100);
}

static void
put_number(char to[16], unsigned int n)
{
	snprintf(to, 16, "%u", n);
}

static void
make_texts(struct texts *t, const struct demo_contract *c)
{
	memset(t, 0, sizeof(*t));
	if (c->version > 0)
		snprintf(
		    t->version, sizeof(t->version), "%" PRIu64, c->version);
	put_date(t->effective, c->effective, c->afd1);
	put_date(t->expiry, c->expiry, c->afd1);
	put_number(t->term, c->term);
	put_amount(t->installment, c->installment);
	put_amount(t->yearly, c->yearly);
	put_number(t->house, c->holder->house);
	put_number(t->year, c->year);
	put_number(t->deductible, c->deductible);
	if (c->absence)
		return;
	/* The standard has plates without hyphens. */
	snprintf(t->plate, sizeof(t->plate), "%.2s%.2s%.2s", c->plate,
	    c->plate + 3, c->plate + 6);
	snprintf(t->description, sizeof(t->description), "Personenauto %s",
	    c->plate);
}

struct value {
	struct str name;
	const char *text;
};

#define VALUES 27

static void
gather(struct value values[VALUES], const struct demo_contract *c,
    const struct texts *t)
{
	const struct value list[VALUES] = {
		{ STR("branch"), c->absence ? "015" : "021" },
		{ STR("city"), c->holder->city },
		{ STR("deductible"), t->deductible },
		{ STR("definition"),
		    c->absence ? "Demo Verzuim" : "Demo Personenauto" },
		{ STR("description"),
		    c->absence ? "Verzuim personeel" : t->description },
		{ STR("dossier"), c->dossier->number },
		{ STR("effective"), t->effective },
		{ STR("expiry"), t->expiry },
		{ STR("format"), c->afd1 ? "AFD1" : "AFD2" },
		{ STR("fuel"), c->fuel },
		{ STR("house"), t->house },
		{ STR("id"), c->id },
		{ STR("initials"), c->holder->initials },
		{ STR("installment"), t->installment },
		{ STR("insurer"), c->insurer },
		{ STR("make"), c->make },
		{ STR("model"), c->model },
		{ STR("number"), c->number },
		{ STR("organization"), c->dossier->organization },
		{ STR("plate"), t->plate },
		{ STR("status"), c->status },
		{ STR("street"), c->holder->street },
		{ STR("surname"), c->holder->last },
		{ STR("term"), t->term },
		{ STR("version"), t->version },
		{ STR("year"), t->year },
		{ STR("yearly"), t->yearly },
	};

	memcpy(values, list, sizeof(list));
}

/* The value whose name *P begins with; moves *P behind the name. */
static const char *
take_value(const struct value *values, const char **p)
{
	const char *name = *p;
	size_t n = 0;

	while (name[n] >= 'a' && name[n] <= 'z')
		n++;
	*p += n;
	for (size_t i = 0; i < VALUES; i++) {
		if (str_eq(values[i].name, (struct str){ name, n }))
			return values[i].text;
	}
	return NULL;
}

/* Copies TEXT if it needs no escape; false if not, or if there is none. */
static bool
put_plain(char **to, const char *end, const char *text)
{
	for (; text != NULL && *text != '\0'; text++) {
		if (*to == end || *text == '"' || *text == '\\' ||
		    (unsigned char)*text < ' ')
			return false;
		*(*to)++ = *text;
	}
	return text != NULL;
}

/* Gives the length, or 0 when a value is missing or does not fit in. */
static size_t
expand(
    char *line, size_t room, const char *template, const struct value *values)
{
	char *to = line, *section = line;
	const char *end = line + room, *text;
	bool empty = false;

	for (const char *p = template; *p != '\0' && to < end;) {
		switch (*p++) {
		case '$':
			text = take_value(values, &p);
			if (!put_plain(&to, end, text))
				return 0;
			empty = empty || *text == '\0';
			break;
		case '<':
			section = to;
			empty = false;
			break;
		case '>':
			if (empty)
				to = section;
			break;
		case '\'':
			*to++ = '"';
			break;
		default:
			*to++ = p[-1];
		}
	}
	return to < end ? (size_t)(to - line) : 0;
}

void
demo_contract_write(struct demo_out *out, const struct demo_contract *c)
{
	struct value values[VALUES];
	struct texts texts;
	char line[4096];

	make_texts(&texts, c);
	gather(values, c, &texts);
	demo_out_line(out,
	    (struct str){ line,
		expand(line, sizeof(line),
		    c->afd1 ? template_afd1 : template_afd2, values) });
}
