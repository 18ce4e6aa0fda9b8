// The frame that the pages have in common: the way between them without
// leaving, titles, focus, loading and errors, languages and sign-out.
import { Api, Problem } from './api.js';
import { alertBox, h, language, languages, say, sayBy, setLanguage, t }
	from './dom.js';
import { Session, SignInError } from './session.js';

const main = document.getElementById('main');

// Each place is left once; what was asked for it is then of no use.
let leaving = new AbortController();

function skeleton() {
	return h('div', { class: 'skeleton', 'aria-hidden': 'true' },
		h('span'), h('span'), h('span'));
}

// What stands in place of something that could not be had.
export function failure(error, again) {
	const reference = error instanceof Problem ? error.reference : null;
	const key = error.status === 429 ? 'error.busy' :
		error.status === 0 || error.status >= 500 ? 'error.away' :
			'error.other';

	if (!(error instanceof Problem))
		console.error(error);
	return alertBox(h('p', { text: key }),
		reference ? h('p', { class: 'note',
			text: ['error.reference', { reference }] }) : null,
		h('button', { type: 'button', class: 'quiet', text: 'error.again',
			on: { click: again } }));
}

// A place that fills in its own time, and may fail without what is around it.
// FILL answers elements; FAILED makes elements of an error, where the place
// has to say more than what went wrong.
export function inOwnTime(signal, attributes, fill,
	failed = (error, load) => [failure(error, load)]) {
	const place = h('div', { ...attributes, 'aria-busy': 'true' });

	async function load() {
		try {
			place.replaceChildren(...await fill());
		} catch (error) {
			if (error instanceof SignInError)
				throw error;
			if (!signal.aborted)
				place.replaceChildren(...failed(error, load));
		} finally {
			place.removeAttribute('aria-busy');
		}
	}
	load();
	return place;
}

export class Pages {
	// ROUTES are pairs of a pattern for the path and a function that fills a
	// place; REFUSED fills it for one who may not use these pages at all. MENU,
	// where there is one, answers pairs of a path and a text's key.
	constructor({ client, home, scope, name, routes, refused, menu = null }) {
		this.home = home;
		this.name = name;
		this.routes = routes;
		this.refused = refused;
		this.menu = menu;
		this.session = new Session({ client, home, scope });
		this.session.locale = language;
		this.session.beforeLeaving = () => this.keep?.();
		this.api = new Api(this.session);
	}

	async start() {
		say(document.getElementById('brand'), this.name);
		this.title(this.name);
		this.#footer();
		main.replaceChildren(skeleton());
		document.addEventListener('click', (event) => this.#follow(event));
		addEventListener('popstate', () => this.#enter(true));
		addEventListener('unhandledrejection', (event) => {
			if (event.reason instanceof SignInError)
				this.#noSession(event.reason);
		});
		try {
			await this.session.open();
		} catch (error) {
			this.#noSession(error);
			return;
		}
		this.#account();
		this.#fillMenu();
		await this.#enter(false);
	}

	// The title of the place, in the tab and the history.
	title(key, values) {
		sayBy(document.querySelector('title'),
			() => `${t(key, values)} - hub`);
	}

	// To another place of these pages.
	go(path) {
		this.keep?.();
		history.pushState(null, '', path);
		scrollTo(0, 0);
		return this.#enter(true);
	}

	// A click on a link that stays within; anything special is the browser's.
	#follow(event) {
		const link = event.target.closest?.('a[href]');

		if (link === null || link === undefined || event.defaultPrevented ||
			event.button !== 0 || event.metaKey || event.ctrlKey ||
			event.shiftKey || event.altKey || link.target !== '' ||
			link.origin !== location.origin ||
			!link.pathname.startsWith(this.home))
			return;
		event.preventDefault();
		this.go(link.pathname);
	}

	// Fills the page for the path. A screen reader hears where it came to by
	// the heading, which takes the focus unless the place gives it elsewhere.
	async #enter(moved) {
		const path = location.pathname;
		const { signal } = leaving = (leaving.abort(), new AbortController());
		const [pattern, fill] = this.routes.find(([p]) => p.test(path)) ??
			[null, null];

		this.keep = null;
		this.#markMenu();
		main.setAttribute('aria-busy', 'true');
		main.replaceChildren(skeleton());
		try {
			const content = fill === null ? this.missing() :
				await fill(this, signal, ...pattern.exec(path).slice(1)
					.map((part) => decodeURIComponent(part)));
			if (!signal.aborted)
				this.#show(content, moved);
		} catch (error) {
			if (!signal.aborted)
				this.#failed(error);
		}
	}

	#show(content, moved) {
		main.removeAttribute('aria-busy');
		main.replaceChildren(...content);
		const first = main.querySelector('[data-focus]');
		if (first !== null)
			first.focus();
		else if (moved)
			this.focus(main.querySelector('h1'));
	}

	focus(element) {
		element?.setAttribute('tabindex', '-1');
		element?.focus();
	}

	#failed(error) {
		if (error instanceof SignInError)
			this.#noSession(error);
		else if (error instanceof Problem && error.status === 403)
			this.#show(this.refused(this), true);
		else if (error instanceof Problem && error.status === 404 ||
			error instanceof URIError)
			this.#show(this.missing(), true);
		else
			this.#show([h('h1', { text: 'error.title' }),
				failure(error, () => this.#enter(true))], true);
	}

	// Neither what is not there nor what is somebody else's.
	missing() {
		this.title('missing.title');
		return [h('h1', { text: 'missing.title' }),
			h('p', { text: 'missing.note' }),
			h('p', {}, h('a', { href: this.home, class: 'button',
				text: 'missing.back' }))];
	}

	// Signing in did not go as it should; who tries again starts afresh.
	#noSession(error) {
		const key = error instanceof SignInError ? error.message :
			'error.away';

		this.title('session.title');
		if (!(error instanceof SignInError))
			console.error(error);
		this.#show([h('h1', { text: 'session.title' }),
			alertBox(h('p', { text: key })),
			h('p', {}, h('button', { type: 'button', text: 'session.sign-in',
				on: { click: () => this.session.signIn() } }))], true);
	}

	// It comes when it comes; the places do without.
	#fillMenu() {
		const place = document.getElementById('menu');

		this.menu?.(this).then((entries) => {
			place.hidden = entries.length === 0;
			say(place, 'menu', {}, 'aria-label');
			place.replaceChildren(...entries.map(([href, text]) =>
				h('a', { href, text })));
			this.#markMenu();
		}, () => {});
	}

	#markMenu() {
		for (const link of document.querySelectorAll('#menu a'))
			if (link.pathname === location.pathname)
				link.setAttribute('aria-current', 'page');
			else
				link.removeAttribute('aria-current');
	}

	#footer() {
		const choices = languages().map(([code, name]) =>
			h('button', { type: 'button', class: 'link', lang: code,
				'aria-pressed': String(code === language()),
				on: { click: () => this.#choose(code) } }, name));

		this.choices = choices;
		this.who = h('div', { class: 'who' });
		document.getElementById('footer').append(this.who,
			h('div', { class: 'languages', role: 'group',
				tell: { 'aria-label': 'language' } }, choices));
	}

	#choose(code) {
		setLanguage(code);
		for (const choice of this.choices)
			choice.setAttribute('aria-pressed', String(choice.lang === code));
	}

	// Who is signed in; the name comes when it comes.
	#account() {
		const name = h('span', { class: 'name' });

		this.who.replaceChildren(name, h('button', { type: 'button',
			class: 'link', text: 'sign-out',
			on: { click: () => this.session.signOut() } }));
		this.session.userinfo().then(({ email }) => {
			name.textContent = email ?? '';
		}, () => {});
	}
}
