// Records as people read them. A record may hold any further member, so what
// has no label here is shown by its own name.
import { day, h, has, newId, statusLine, t } from './dom.js';

export const PAGE = 20;

export const fullName = ({ firstName, middleName, lastName, dossierNumber }) =>
	[firstName, middleName, lastName].filter(Boolean).join(' ') ||
	dossierNumber || '';

// "collectionMethod" as "Collection method", where no label is known.
function words(name) {
	const text = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
		.replaceAll('_', ' ');
	return /[a-z]/.test(text) ?
		text[0].toUpperCase() + text.slice(1).toLowerCase() : text;
}

const label = (name) => has(`label.${name}`) ? `label.${name}` :
	() => words(name);

// A date in either notation of the trade, or null.
function dateOf(name, value) {
	const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ??
		(/DAT$/.test(name) ? /^(\d{4})(\d\d)(\d\d)$/.exec(value) : null);
	return parts && (() => day(...parts.slice(1).map(Number)));
}

function valueText(name, value) {
	if (typeof value === 'boolean')
		return value ? 'yes' : 'no';
	if (has(`${name}.${value}`))
		return `${name}.${value}`;
	return dateOf(name, value) ?? (() => String(value));
}

const isPlain = (value) => value !== null && typeof value !== 'object';

// A list of what is known: pairs of a label and a value or an element; null
// where nothing is.
export function factList(pairs) {
	return pairs.length === 0 ? null : h('dl', { class: 'facts' }, pairs.map(([name, value]) =>
		h('div', {}, h('dt', { text: name }),
			value instanceof Node ? h('dd', {}, value) :
				h('dd', { text: value }))));
}

// The members of a record that are plain values, but for those in WITHOUT.
export function facts(record, without = []) {
	return Object.entries(record)
		.filter(([name, value]) => isPlain(value) && value !== '' &&
			!without.includes(name))
		.map(([name, value]) => [label(name), valueText(name, value)]);
}

const heading = (name, entity) => label(
	entity.entityType !== undefined && entity.entityType !== 'default' ?
		entity.entityType : name);

// The members that hold others, each with a heading of its own. What only
// refers within the record says nothing to a reader.
export function groups(record, level = 3) {
	return Object.entries(record)
		.filter(([, value]) => value !== null && typeof value === 'object')
		.flatMap(([name, value]) => [value].flat().map((entity) =>
			group(name, entity, level)));
}

function group(name, entity, level) {
	const head = (text) => h(`h${Math.min(level, 6)}`, { text });

	if (isPlain(entity) || entity === null)
		return h('section', {}, head(label(name)),
			h('p', {}, entity === null ? '-' : String(entity)));
	const plain = facts(entity, ['entityType', 'refKey']);
	return h('section', { class: 'group' }, head(heading(name, entity)),
		factList(plain),
		...groups(entity, level + 1));
}

const numberOf = ({ metadata }) =>
	metadata.contractNumber ?? metadata.PP_NUMMER ?? null;

// What a contract is called: what it says it is, else its number or id.
export const contractName = (contract) => contract.metadata.description ??
	numberOf(contract) ?? contract.id;

const CALM = new Set(['CANCELLED', 'PAID_UP']);

export const statusMark = (status) => h('span', {
	class: `mark ${status === 'ACTIVE' ? 'good' : CALM.has(status) ? '' :
		'warn'}`,
	text: has(`status.${status}`) ? `status.${status}` : () => status,
});

// "1 april 2022 tot 1 april 2027", of what is known of it.
function period({ metadata }) {
	const find = (...names) => names.map((name) => metadata[name] &&
		dateOf(name, metadata[name])).find(Boolean);
	const from = find('effectiveDate', 'PP_INGDAT');
	const until = find('expiryDate', 'PP_EXPDAT');

	if (!from)
		return null;
	return until ? ['contract.period', { from, until }] :
		['contract.from', { from }];
}

function contractRow(contract, path, withDossier) {
	const number = numberOf(contract);
	const details = [
		number !== null && number !== contractName(contract) ?
			['contract.number', { number }] : null,
		period(contract),
		withDossier ?
			['contract.dossier', { number: contract.dossierNumber }] : null,
	].filter((text) => text !== null);

	return h('li', {}, h('div', {},
		h('a', { href: `${path}${encodeURIComponent(contract.id)}` },
			String(contractName(contract))),
		h('p', { class: 'note' },
			details.map((text) => h('span', { text })))),
	statusMark(contract.status));
}

// A list that grows page by page. READ takes a cursor and answers a page; ROW
// makes an element of an item; what comes is told, and the link of the first new
// one takes the focus from the button, or that one itself where it can.
export function growingList({ first, read, row, told, failed }) {
	const list = h('ul', { class: 'rows' }, first.items.map(row));
	const status = statusLine({ class: 'hidden' });
	const place = h('div', {});
	let { next } = first;
	const more = h('button', { type: 'button', class: 'quiet', text: 'more' });

	async function grow() {
		if (more.getAttribute('aria-disabled') === 'true')
			return;
		more.setAttribute('aria-disabled', 'true');
		place.replaceChildren();
		try {
			const page = await read(next);
			const rows = page.items.map(row);
			list.append(...rows);
			({ next } = page);
			more.hidden = next === null;
			status.textContent = t(told, { n: list.children.length });
			(rows[0]?.querySelector('a') ?? rows[0])?.focus();
		} catch (error) {
			place.replaceChildren(failed(error, grow));
		} finally {
			more.removeAttribute('aria-disabled');
		}
	}
	more.hidden = next === null;
	more.addEventListener('click', grow);
	return [list, status, place, more];
}

// The section with a list of contracts. PATH is before the id of each.
export async function contractSection({ api, source, path, signal, failed,
	withDossier = false, level = 2 }) {
	const id = newId('contracts');
	const read = (cursor) => api.list(source, { limit: PAGE, cursor }, signal);
	const first = await read(null);

	return h('section', { class: 'card contracts', 'aria-labelledby': id },
		h(`h${level}`, { id, text: 'contracts' }),
		...first.items.length === 0 && first.next === null ?
			[h('p', { class: 'empty', text: 'contracts.none' })] :
			growingList({
				first, read, told: 'contracts.shown', failed,
				row: (contract) => contractRow(contract, path, withDossier),
			}));
}

// A whole contract, read-only.
export function contractView(contract, back) {
	const { metadata, status, ...rest } = contract;
	const id = newId('contract');

	return [
		h('p', { class: 'back' }, back),
		h('div', { class: 'head' },
			h('h1', {}, String(contractName(contract))), statusMark(status)),
		h('section', { class: 'card', 'aria-labelledby': id },
			h('h2', { id, text: 'contract.main' }),
			factList([...facts(metadata), ...facts(rest)]),
			...groups(metadata)),
		...Object.entries(rest)
			.filter(([, value]) => value !== null && typeof value === 'object')
			.map(([name, value]) => h('section', { class: 'card' },
				h('h2', { text: label(name) }),
				h('div', { class: 'groups wide' },
					...Array.isArray(value) ? groups({ [name]: value }) :
						[factList(facts(value)), ...groups(value)]))),
	];
}
