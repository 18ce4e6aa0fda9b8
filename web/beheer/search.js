// Search: results as one types, each one link. What was searched for stands in
// the state of the history entry, where neither a log nor an address shows it.
import { Problem } from '../lib/api.js';
import { h, newId, say, statusLine } from '../lib/dom.js';
import { failure } from '../lib/pages.js';
import { PAGE, fullName, growingList } from '../lib/records.js';
import { organizations, stateMark } from './contact.js';

const REST = 150;
const BYTES_MAX = 200;

function hit(contact) {
	const { id, dossierNumber, email, account } = contact;

	return h('li', {}, h('div', {},
		h('a', { href: `/beheer/contact/${encodeURIComponent(id)}` },
			h('strong', {}, fullName(contact)), ' ',
			h('span', { text: ['search.dossier',
				{ number: dossierNumber }] })),
		email === null ? null : h('p', { class: 'note' }, email)),
	account === null ?
		h('span', { class: 'mark', text: 'search.no-account' }) :
		stateMark(account.state));
}

// Down and up go through the hits as through a list, from the field and back.
function byArrow(event, field, list) {
	const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
	const all = [field, ...list.querySelectorAll('a[href]')];
	const at = all.indexOf(document.activeElement);

	if (step === undefined || at < 0 || all[at + step] === undefined)
		return;
	event.preventDefault();
	all[at + step].focus();
}

// What one search has found, or that it has found nothing.
function results({ page, asked, read }) {
	if (page.items.length === 0)
		return [h('p', { class: 'empty',
			text: asked.search === '' ? 'search.empty' : 'search.none' }),
		h('p', { class: 'note center', text: asked.search === '' ?
			'search.empty-note' : 'search.none-note' })];
	const list = growingList({ first: page, read, row: hit,
		told: 'search.shown', failed: failure });
	list[0].setAttribute('aria-label', '');
	say(list[0], asked.search === '' ? 'search.first' : 'search.results', {},
		'aria-label');
	return list;
}

function tellCount(status, { items, next }, search) {
	const n = items.length;

	if (search === '')
		say(status, next === null ? 'search.found' : 'search.first', { n });
	else if (n === 0)
		say(status, 'search.none');
	else if (next !== null)
		say(status, 'search.many', { n });
	else
		say(status, n === 1 ? 'search.one' : 'search.found', { n });
}

class Search {
	#timer = null;
	#running = null;

	constructor(pages, signal, kept, mine) {
		const id = newId('search');

		this.pages = pages;
		this.signal = signal;
		this.field = h('input', { type: 'search', id, name: 'search',
			'data-focus': true, autocomplete: 'off', autocapitalize: 'off',
			spellcheck: 'false', maxlength: 200, value: kept.search,
			'aria-describedby': `${id}-hint ${id}-count`,
			on: { input: () => this.#soon() } });
		this.choice = this.#choice(mine, kept.organization);
		this.count = statusLine({ id: `${id}-count`, class: 'note' });
		this.list = h('div', { class: 'results' });
		this.form = h('form', { role: 'search', class: 'search', on: {
			submit: (event) => this.#submit(event),
		} },
		h('h1', {}, h('label', { for: id, text: 'search.title' })),
		h('p', { class: 'hint', id: `${id}-hint`, text: 'search.hint' }),
		h('div', { class: 'line' }, this.field, this.choice));
		this.place = h('div', { class: 'narrow', on: {
			keydown: (event) => byArrow(event, this.field, this.list),
		} }, this.form, this.count, this.list);
	}

	// Only who works at several organisations has to choose.
	#choice(mine, chosen) {
		return mine.size < 2 ? null : h('select', {
			tell: { 'aria-label': 'search.organization' },
			on: { change: () => this.run() },
		}, h('option', { value: '', text: 'search.all' }),
		[...mine].map(([id, name]) => h('option',
			{ value: id, selected: id === chosen }, name)));
	}

	asked() {
		return { search: this.field.value.trim(),
			organization: this.choice?.value ?? '' };
	}

	#soon() {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.run(), REST);
	}

	// Enter goes to the hit, if there is but one.
	async #submit(event) {
		event.preventDefault();
		await this.run();
		const links = this.list.querySelectorAll('a[href]');
		if (links.length === 1)
			this.pages.go(new URL(links[0].href).pathname);
		else
			links[0]?.focus();
	}

	refuse(key) {
		this.field.setAttribute('aria-invalid', 'true');
		this.list.replaceChildren();
		say(this.count, key);
	}

	read(asked, signal) {
		return (cursor) => this.pages.api.list('/contact/contacts',
			{ ...asked, limit: PAGE, cursor }, signal);
	}

	show(page, asked, signal) {
		this.field.removeAttribute('aria-invalid');
		tellCount(this.count, page, asked.search);
		this.list.replaceChildren(...results({ page, asked,
			read: this.read(asked, signal) }));
	}

	// The newest search is the one that counts.
	async run() {
		const asked = this.asked();
		const { signal } = this.#running =
			(this.#running?.abort(), new AbortController());

		clearTimeout(this.#timer);
		history.replaceState(asked, '');
		if (new TextEncoder().encode(asked.search).length > BYTES_MAX) {
			this.refuse('search.long');
			return;
		}
		this.list.setAttribute('aria-busy', 'true');
		try {
			const page = await this.read(asked, signal)(null);
			if (!signal.aborted && !this.signal.aborted)
				this.show(page, asked, signal);
		} catch (error) {
			this.#failed(error, signal);
		} finally {
			if (!signal.aborted)
				this.list.removeAttribute('aria-busy');
		}
	}

	#failed(error, signal) {
		if (signal.aborted || this.signal.aborted)
			return;
		if (error instanceof Problem && error.status === 400)
			this.refuse('search.long');
		else
			this.list.replaceChildren(failure(error, () => this.run()));
	}
}

// The first answer tells whether there is anything to search for this user, so
// the field comes with it.
export async function search(pages, signal) {
	const kept = { search: '', organization: '', ...history.state };
	const asked = { search: kept.search, organization: kept.organization };
	const [page, mine] = await Promise.all([
		pages.api.list('/contact/contacts', { ...asked, limit: PAGE }, signal),
		organizations(pages),
	]);
	const place = new Search(pages, signal, kept, mine);

	pages.title('search.title');
	pages.keep = () => history.replaceState(place.asked(), '');
	place.show(page, place.asked(), signal);
	return [place.place];
}
