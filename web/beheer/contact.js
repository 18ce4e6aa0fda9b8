// A contact: its data, the panel of its account, its contracts, its history.
import { Problem } from '../lib/api.js';
import { h, newId, sayBy } from '../lib/dom.js';
import { failure, inOwnTime } from '../lib/pages.js';
import { contractSection, contractView, factList, facts, fullName, groups }
	from '../lib/records.js';

let known = null;

const LOOKS = { active: 'good', pending: 'info', expired: 'warn',
	blocked: 'bad' };

export const stateMark = (state) => h('span',
	{ class: `mark ${LOOKS[state] ?? ''}`, text: `state.${state}` });

// The names of the user's own organisations; without them their ids will do.
export async function organizations(pages) {
	known ??= pages.api.list('/organization/organizations/mine')
		.then(({ items }) => new Map(items.map(({ id, name }) => [id, name])));
	try {
		return await known;
	} catch (error) {
		known = null;
		if (error instanceof Problem)
			return new Map();
		throw error;
	}
}

// What the panel and the heading say already, and what is no plain value.
const APART = ['id', 'organizationId'];

function data(record, mine) {
	const id = newId('data');
	const { organizationId, account, invitation, hub, ...rest } = record;

	return h('section', { class: 'card', 'aria-labelledby': id },
		h('h2', { id, text: 'contact.data' }),
		factList([...facts(rest, APART), ['label.organization',
			() => mine.get(organizationId) ?? organizationId]]),
		h('div', { class: 'groups' }, groups(rest)));
}

const back = () => h('a', { href: '/beheer/', text: 'contact.back' });

const contracts = (pages, signal, path, link) => inOwnTime(signal, {},
	async () => [await contractSection({ api: pages.api,
		source: `${path}/contracts`, path: `${link}/contract/`, signal,
		failed: failure })],
	(error, load) => [h('section', { class: 'card' },
		h('h2', { text: 'contracts' }), failure(error, load))]);

// What only this place needs comes when it is asked for: search begins without.
export async function contact(pages, signal, id) {
	const path = `/contact/contacts/${encodeURIComponent(id)}`;
	const link = `/beheer/contact/${encodeURIComponent(id)}`;
	const [detail, mine, { AccountPanel }, { Trail }] = await Promise.all(
		[pages.api.one(path, signal), organizations(pages),
			import('./account.js'), import('./history.js')]);
	const name = fullName(detail.item);
	const trail = new Trail(pages, signal, path);
	const panel = new AccountPanel(pages, signal, path, detail,
		() => trail.load());

	sayBy(document.querySelector('title'), () => `${name} - hub`);
	return [
		h('p', { class: 'back' }, back()),
		h('h1', {}, name),
		h('div', { class: 'split account-first' },
			panel.element,
			h('div', { class: 'area-data' }, data(detail.item, mine)),
			h('div', { class: 'area-list' },
				contracts(pages, signal, path, link), trail.element)),
	];
}

// One of the contact's contracts.
export async function contractOfContact(pages, signal, id, contractId) {
	const { item } = await pages.api.one(
		`/contact/contacts/${encodeURIComponent(id)}/contracts/` +
		encodeURIComponent(contractId), signal);

	sayBy(document.querySelector('title'),
		() => `${item.metadata.description ?? item.id} - hub`);
	return contractView(item, h('a', {
		href: `/beheer/contact/${encodeURIComponent(id)}`,
		text: ['contract.back', { number: item.dossierNumber }],
	}));
}
