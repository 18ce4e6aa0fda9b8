// The customer's own pages: data, organisations, contracts.
import './text.js';
import { h, newId, sayBy } from '../lib/dom.js';
import { Pages, failure, inOwnTime } from '../lib/pages.js';
import { contractSection, contractView, factList, facts, fullName, groups }
	from '../lib/records.js';

function refused(pages) {
	pages.title('refused.title');
	return [h('h1', { text: 'refused.title' }),
		h('p', { text: 'refused.note' }),
		h('p', {}, h('button', { type: 'button', text: 'sign-out',
			on: { click: () => pages.session.signOut() } }))];
}

// What the account may not see is no error that trying again would mend.
const failed = (error, load) => [error.status === 403 ?
	h('p', { class: 'empty', text: 'section.refused' }) : failure(error, load)];

function data(account) {
	const { dossiers, groupIds, roles, organizationIds, ...own } = account;

	return h('section', { class: 'card' },
		h('h2', { text: 'mine.data' }),
		factList([['mine.account', () => own.name],
			...facts(own, ['id', 'name',
				own.email === own.name ? 'email' : ''])]),
		h('div', { class: 'groups' }, groups(own)),
		h('div', { class: 'links' },
			h('a', { href: '/identity/account', text: 'mine.password' }),
			h('a', { href: '/identity/second-factor',
				text: 'mine.factor' })));
}

async function organizationRows(pages, signal, { dossiers = {} }) {
	const { items } = await pages.api.list(
		'/organization/organizations/mine', {}, signal);

	if (items.length === 0)
		return [h('p', { class: 'empty', text: 'mine.no-organizations' })];
	return [h('ul', { class: 'rows' }, items.map(({ id, name }) =>
		h('li', {}, h('div', {}, h('strong', {}, name),
			dossiers[id] === undefined ? null : h('p', { class: 'note',
				text: ['mine.dossier', { number: dossiers[id] }] })))))];
}

function organizations(pages, signal, account) {
	const id = newId('organizations');

	return h('section', { class: 'card', 'aria-labelledby': id },
		h('h2', { id, text: 'mine.organizations' }),
		inOwnTime(signal, {},
			() => organizationRows(pages, signal, account), failed));
}

const contracts = (pages, signal, { dossiers = {} }) => inOwnTime(signal,
	{ class: 'area-data' },
	async () => [await contractSection({ api: pages.api,
		source: '/contract/contracts/mycontracts', path: '/mijn/contract/',
		signal, failed: failure,
		withDossier: Object.keys(dossiers).length > 1 })],
	(error, load) => [h('section', { class: 'card' },
		h('h2', { text: 'contracts' }), ...failed(error, load))]);

async function overview(pages, signal) {
	const { item } = await pages.api.one('/account/mine', signal);
	const name = fullName(item) || item.name;

	pages.title('mine');
	return [h('h1', { text: ['mine.hello', { name }] }),
		h('div', { class: 'split' },
			contracts(pages, signal, item),
			h('div', { class: 'area-panel stack' }, data(item),
				organizations(pages, signal, item)))];
}

async function contract(pages, signal, id) {
	const { item } = await pages.api.one(
		`/contract/contracts/${encodeURIComponent(id)}/mine`, signal);

	sayBy(document.querySelector('title'),
		() => `${item.metadata.description ?? item.id} - hub`);
	return contractView(item,
		h('a', { href: '/mijn/', text: 'mine.back' }));
}

new Pages({
	client: 'mijn', home: '/mijn/', name: 'mine', refused,
	scope: 'openid profile email hub.read',
	routes: [
		[/^\/mijn\/$/, overview],
		[/^\/mijn\/contract\/([^/]+)$/, contract],
	],
}).start();
