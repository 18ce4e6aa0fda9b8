// The employees' pages: search, a contact, one of its contracts; for managers
// also the employees and the log of their organisations.
import './text.js';
import './staff_text.js';
import { h } from '../lib/dom.js';
import { Pages } from '../lib/pages.js';
import { contractOfContact, contact } from './contact.js';
import { managed } from './managed.js';
import { search } from './search.js';

function refused(pages) {
	pages.title('refused.title');
	return [h('h1', { text: 'refused.title' }),
		h('p', { text: 'refused.note' }),
		h('p', { class: 'actions' },
			h('button', { type: 'button', text: 'sign-out',
				on: { click: () => pages.session.signOut() } }),
			h('a', { href: '/mijn/', text: 'refused.mine' }))];
}

// Who manages nothing has one place to be, and no menu.
async function menu(pages) {
	const { places } = await managed(pages);

	return places.length === 0 ? [] : [['/beheer/', 'menu.search'],
		['/beheer/employees', 'menu.staff'], ['/beheer/audit', 'menu.audit']];
}

// What few come to is fetched when they do.
const later = (file, name) => async (...where) =>
	(await import(file))[name](...where);

new Pages({
	client: 'beheer', home: '/beheer/', name: 'beheer', refused, menu,
	scope: 'openid profile email hub.read hub.manage',
	routes: [
		[/^\/beheer\/$/, search],
		[/^\/beheer\/contact\/([^/]+)$/, contact],
		[/^\/beheer\/contact\/([^/]+)\/contract\/([^/]+)$/,
			contractOfContact],
		[/^\/beheer\/employees$/, later('./employees.js', 'employees')],
		[/^\/beheer\/audit$/, later('./audit.js', 'audit')],
	],
}).start();
