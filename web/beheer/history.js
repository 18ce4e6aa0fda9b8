// What has been done about a contact and its account, the newest first, in
// words. It is asked for when somebody looks.
import { h, has, moment } from '../lib/dom.js';
import { failure } from '../lib/pages.js';
import { PAGE, growingList } from '../lib/records.js';

// Who did it: the owner, a colleague by the address, the hub itself, or an app.
function byWhom({ by, username }) {
	if (by === username)
		return 'by.owner';
	if (has(`by.${by}`))
		return `by.${by}`;
	return [by.includes('@') ? 'by.somebody' : 'by.app', { by }];
}

// What an event is called, in words where there are any.
export const eventName = (event) =>
	has(`event.${event}`) ? `event.${event}` : () => event;

// An event as a row. MORE follows in the line below its name.
export function eventRow(item, ...more) {
	const { time, event, by, source } = item;

	return h('li', { tabindex: '-1' }, h('div', {},
		h('strong', { text: eventName(event) }),
		h('p', { class: 'note' },
			h('time', { datetime: time, text: () => moment(time) }),
			by === null ? null : h('span', { text: byWhom(item) }),
			source === null ? null :
				h('span', { text: ['event.from', { source }] }),
			...more)));
}

export class Trail {
	#loaded = 0;

	constructor(pages, signal, path) {
		this.place = h('div', {});
		this.element = h('details', { class: 'card fold', on: {
			toggle: () => this.element.open && this.load(),
		} }, h('summary', {}, h('h2', { text: 'history' })), this.place);
		this.read = (cursor) => pages.api.list(`${path}/audit`,
			{ limit: PAGE, cursor }, signal);
		this.signal = signal;
	}

	// Afresh, if somebody looks.
	async load() {
		const turn = ++this.#loaded;

		if (!this.element.open)
			return;
		this.place.setAttribute('aria-busy', 'true');
		try {
			const first = await this.read(null);
			if (turn === this.#loaded)
				this.place.replaceChildren(...this.#list(first));
		} catch (error) {
			if (!this.signal.aborted && turn === this.#loaded)
				this.place.replaceChildren(failure(error, () => this.load()));
		} finally {
			this.place.removeAttribute('aria-busy');
		}
	}

	#list(first) {
		return first.items.length === 0 ?
			[h('p', { class: 'empty', text: 'history.none' })] :
			growingList({ first, read: this.read,
				row: (item) => eventRow(item),
				told: 'history.shown', failed: failure });
	}
}
