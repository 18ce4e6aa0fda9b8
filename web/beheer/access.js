// Where a contact's account is signed in and which apps have access, each with
// an end. It is asked for when somebody looks.
import { Problem } from '../lib/api.js';
import { h, moment, newId, say, sayBy, statusLine, t } from '../lib/dom.js';
import { failure } from '../lib/pages.js';
import { confirm } from './dialog.js';

export class Access {
	#loaded = 0;

	// CHANGED is called where the account turns out to be another one by now.
	constructor(pages, signal, path, changed) {
		this.pages = pages;
		this.signal = signal;
		this.path = `${path}/account`;
		this.changed = changed;
		this.heading = h('summary', {}, h('h3', { text: 'access' }));
		this.told = statusLine({ class: 'note' });
		this.place = h('div', {});
		this.element = h('details', { class: 'fold', on: {
			toggle: () => this.element.open && this.#load(),
		} }, this.heading, this.told, this.place);
	}

	// Of an account that is shared neither is this organisation's to see.
	show(account) {
		const hidden = account === null || account.shared;

		this.element.hidden = hidden;
		if (!hidden && this.element.open)
			this.#load();
	}

	async #load() {
		const turn = ++this.#loaded;
		const list = (what) => this.pages.api.list(`${this.path}/${what}`, {},
			this.signal);

		this.place.setAttribute('aria-busy', 'true');
		try {
			const [sessions, apps] = await Promise.all(
				[list('sessions'), list('apps')]);
			if (turn === this.#loaded)
				this.place.replaceChildren(
					...this.#part('sessions', sessions.items,
						(item) => this.#session(item)),
					...this.#part('apps', apps.items,
						(item) => this.#app(item)));
		} catch (error) {
			if (!this.signal.aborted && turn === this.#loaded)
				this.#failed(error);
		} finally {
			this.place.removeAttribute('aria-busy');
		}
	}

	#failed(error) {
		if (!(error instanceof Problem))
			throw error;
		if (error.status === 409)
			this.changed();
		else
			this.place.replaceChildren(failure(error, () => this.#load()));
	}

	#part(what, items, row) {
		const id = newId(what);

		return [h('h4', { id, text: `access.${what}` }),
			items.length === 0 ? h('p', { class: 'note',
				text: `access.no-${what}` }) :
				h('ul', { class: 'rows', 'aria-labelledby': id },
					items.map(row))];
	}

	// One row; NAME says which it is to who hears the button alone.
	#row(name, notes, end) {
		return h('li', {}, h('div', {},
			h('strong', { text: name }),
			h('p', { class: 'note' },
				notes.map((text) => h('span', { text })))),
		h('button', { type: 'button', class: 'quiet small', text: 'access.end',
			tell: { 'aria-label': () => `${t('access.end')}: ${name()}` },
			on: { click: end } }));
	}

	#session({ id, since, lastUsed, source }) {
		const name = () => t('access.since', { since: () => moment(since) });

		return this.#row(name, [
			['access.used', { used: () => moment(lastUsed) }],
			...source === null ? [] : [() => source],
		], () => this.#ask('session', name, `sessions/${id}`));
	}

	#app({ id, name, since }) {
		return this.#row(() => name,
			[['access.app-since', { since: () => moment(since) }]],
			() => this.#ask('app', () => name,
				`apps/${encodeURIComponent(id)}`));
	}

	#ask(kind, name, what) {
		confirm({
			title: `end.${kind}`, note: `end.${kind}-note`, values: { name },
			submit: 'access.end', look: 'danger',
			act: () => this.#end(kind, what),
		});
	}

	// What is gone already is as it was to be.
	async #end(kind, what) {
		sayBy(this.told, null);
		try {
			await this.pages.api.post(`${this.path}/${what}/end`)
				.catch((error) => {
					if (error.status !== 404)
						throw error;
				});
			await this.#load();
			say(this.told, `end.${kind}-done`);
		} catch (error) {
			this.#failed(error);
		}
		this.heading.focus();
	}
}
