// The log of an organisation, for its managers: the newest first, narrowed down
// by day, event and employee, and as a table to take away.
import { Problem } from '../lib/api.js';
import { h, has, newId, say, sayBy, statusLine, t, whileBusy } from '../lib/dom.js';
import { failure } from '../lib/pages.js';
import { PAGE, growingList } from '../lib/records.js';
import { texts } from '../lib/text.js';
import { eventName, eventRow } from './history.js';
import { choiceOf, firstOf, managed, managersOnly } from './managed.js';

const EVENT = 'event.';
// What is told of the source, not an event.
const NO_EVENT = 'event.from';

// A day of the one who looks as the moment at which it begins, or, with one day
// MORE, at which it has ended; null where none is given.
function momentOf(day, more = 0) {
	if (day === '')
		return null;
	const [year, month, date] = day.split('-').map(Number);
	return new Date(year, month - 1, date + more).toISOString()
		.replace(/\.\d+Z$/, 'Z');
}

// Whose account, which contact, and what else there is to say of an event.
function aboutOf({ event, username, by, contact, detail }) {
	const about = [];

	if (username !== null && username !== by)
		about.push(h('span', { text: ['audit.account', { username }] }));
	if (event.startsWith('role.') && has(`role.${detail}`))
		about.push(h('span', { text: `role.${detail}` }));
	else if (detail !== null)
		about.push(h('span', {}, detail));
	if (contact !== null)
		about.push(h('span', {}, h('a', {
			href: `/beheer/contact/${encodeURIComponent(contact)}`,
			text: 'audit.contact' })));
	return about;
}

function events() {
	return Object.keys(texts.nl)
		.filter((key) => key.startsWith(EVENT) && key !== NO_EVENT)
		.map((key) => key.slice(EVENT.length))
		.sort((a, b) => t(`${EVENT}${a}`).localeCompare(t(`${EVENT}${b}`)));
}

// A file of the browser's own, saved as if it had been a link.
function save(blob, name) {
	const href = URL.createObjectURL(blob);
	const link = h('a', { href, download: name, hidden: true });

	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(href), 60000);
}

class Log {
	#running = null;

	constructor(pages, signal, { places, kept }) {
		const id = newId('audit');

		this.pages = pages;
		this.signal = signal;
		this.organization = firstOf(places, kept.organization);
		this.from = this.#day(`${id}-from`, kept.from);
		this.to = this.#day(`${id}-to`, kept.to);
		this.event = this.#select(`${id}-event`, 'audit.all-events', kept.event,
			events().map((event) => [event, { text: eventName(event) }]));
		this.account = this.#select(`${id}-who`, 'audit.all-accounts',
			'', []);
		this.told = statusLine({ class: 'note' });
		this.list = h('div', { class: 'results' });
		this.error = h('p', { class: 'error', role: 'alert',
			id: `${id}-error` });
		this.form = h('form', { class: 'filters', novalidate: true,
			on: { submit: (event) => {
				event.preventDefault();
				this.run();
			} } },
		this.#field('audit.from', this.from), this.#field('audit.to', this.to),
		this.#field('audit.event', this.event),
		this.#field('audit.who', this.account),
		h('div', { class: 'buttons' },
			h('button', { type: 'submit', text: 'audit.show' }),
			h('button', { type: 'button', class: 'quiet', text: 'audit.csv',
				on: { click: (event) => whileBusy(event.currentTarget,
					() => this.#save()) } })));
		this.element = h('div', { class: 'narrow wide' },
			h('h1', { text: 'audit.title' }),
			h('p', { class: 'hint', text: 'audit.hint' }),
			h('div', { class: 'line' }, choiceOf(places, this.organization,
				(to) => this.#choose(to))),
			this.form, this.error, this.told, this.list);
		pages.keep = () => history.replaceState(this.#kept(), '');
	}

	#day(id, value = '') {
		return h('input', { type: 'date', id, value });
	}

	#select(id, all, value, options) {
		return h('select', { id }, h('option', { value: '', text: all }),
			options.map(([name, more]) => h('option', { value: name,
				selected: name === value, ...more })));
	}

	#field(label, input) {
		return h('div', {}, h('label', { for: input.id, text: label }), input);
	}

	#kept() {
		return { organization: this.organization, from: this.from.value,
			to: this.to.value, event: this.event.value,
			account: this.account.value };
	}

	get path() {
		return '/organization/organizations/' +
			encodeURIComponent(this.organization);
	}

	#asked() {
		return { from: momentOf(this.from.value),
			to: momentOf(this.to.value, 1), event: this.event.value,
			account: this.account.value };
	}

	async #choose(organization) {
		this.organization = organization;
		this.#offer([]);
		await Promise.all([this.staff(), this.run()]);
	}

	#offer(employees, wanted = '') {
		this.account.replaceChildren(this.account.firstElementChild,
			...employees.map(({ id, username }) => h('option', { value: id,
				selected: id === wanted }, username)));
	}

	async #employees() {
		const path = `${this.path}/employees`, found = [];
		let next = null;

		do {
			const page = await this.pages.api.list(path,
				{ limit: 100, cursor: next }, this.signal);
			found.push(...page.items);
			({ next } = page);
		} while (next !== null);
		return found;
	}

	// Whom to choose from; without them everybody's events are shown.
	async staff(wanted = '') {
		const { organization } = this;

		try {
			const found = await this.#employees();
			if (organization === this.organization)
				this.#offer(found, wanted);
		} catch (error) {
			if (!(error instanceof Problem))
				throw error;
		}
	}

	// A day that ends before it begins would only find nothing.
	#isRight() {
		const wrong = this.from.value !== '' && this.to.value !== '' &&
			this.from.value > this.to.value;

		for (const field of [this.from, this.to])
			if (wrong) {
				field.setAttribute('aria-invalid', 'true');
				field.setAttribute('aria-describedby', this.error.id);
			} else {
				field.removeAttribute('aria-invalid');
				field.removeAttribute('aria-describedby');
			}
		if (wrong) {
			say(this.error, 'audit.order');
			this.to.focus();
		} else
			sayBy(this.error, null);
		return !wrong;
	}

	async run() {
		const { signal } = this.#running =
			(this.#running?.abort(), new AbortController());
		const path = `${this.path}/audit`, asked = this.#asked();
		const read = (cursor) => this.pages.api.list(path,
			{ ...asked, limit: PAGE, cursor }, signal);

		this.pages.keep();
		if (!this.#isRight())
			return;
		this.list.setAttribute('aria-busy', 'true');
		try {
			const first = await read(null);
			if (!signal.aborted && !this.signal.aborted)
				this.#show(first, read);
		} catch (error) {
			if (!signal.aborted && !this.signal.aborted)
				this.list.replaceChildren(failure(error, () => this.run()));
		} finally {
			if (!signal.aborted)
				this.list.removeAttribute('aria-busy');
		}
	}

	#show(first, read) {
		const n = first.items.length;

		say(this.told, n === 0 ? 'audit.none' : first.next !== null ?
			'audit.first' : n === 1 ? 'audit.one' : 'audit.found', { n });
		this.list.replaceChildren(...n === 0 ? [] : growingList({ first, read,
			row: (item) => eventRow(item, ...aboutOf(item)),
			told: 'history.shown', failed: failure }));
		this.list.firstElementChild?.classList.add('events');
	}

	// The mark at the beginning lets spreadsheets read it as UTF-8.
	async #save() {
		if (!this.#isRight())
			return;
		try {
			const blob = await this.pages.api.file(`${this.path}/audit`,
				{ ...this.#asked(), format: 'csv' });
			const day = new Date().toISOString().slice(0, 10);
			save(new Blob(['\ufeff', blob], { type: 'text/csv' }),
				`${t('audit.file')}-${this.organization}-${day}.csv`);
			say(this.told, 'audit.saved');
		} catch (error) {
			if (!(error instanceof Problem))
				throw error;
			this.list.replaceChildren(failure(error, () => this.#save()));
		}
	}
}

export async function audit(pages, signal) {
	const { places } = await managed(pages);

	if (places.length === 0)
		return managersOnly(pages, 'audit.title');
	const kept = history.state ?? {};
	const log = new Log(pages, signal, { places, kept });

	pages.title('audit.title');
	await log.staff(kept.account);
	await log.run();
	return [log.element];
}
