// The employees' pages: search, a contact, one of its contracts.
import './text.js';
import { h } from '../lib/dom.js';
import { Pages } from '../lib/pages.js';
import { contractOfContact, contact } from './contact.js';
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

new Pages({
	client: 'beheer', home: '/beheer/', name: 'beheer', refused,
	scope: 'openid profile email hub.read hub.manage',
	routes: [
		[/^\/beheer\/$/, search],
		[/^\/beheer\/contact\/([^/]+)$/, contact],
		[/^\/beheer\/contact\/([^/]+)\/contract\/([^/]+)$/,
			contractOfContact],
	],
}).start();
