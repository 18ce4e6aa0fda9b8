// The organisations that the user manages: where the account has group 103.
import { alertBox, h } from '../lib/dom.js';
import { organizations } from './contact.js';

const MANAGER = '103';

let own = null;

// Who the user is, and the places: pairs of id and name, by name. What cannot be
// asked is asked again next time.
export async function managed(pages) {
	own ??= pages.api.one('/account/mine');
	try {
		const [{ item }, names] = await Promise.all(
			[own, organizations(pages)]);
		return { me: item.id, places: Object.entries(item.roles ?? {})
			.filter(([, groups]) => groups.includes(MANAGER))
			.map(([id]) => [id, names.get(id) ?? id])
			.sort(([, a], [, b]) => a.localeCompare(b)) };
	} catch (error) {
		own = null;
		throw error;
	}
}

// What stands on a page for managers that another employee has come to.
export function managersOnly(pages, title) {
	pages.title(title);
	return [h('h1', { text: title }),
		alertBox(h('p', { text: 'managed.only' })),
		h('p', {}, h('a', { href: '/beheer/', class: 'button',
			text: 'managed.back' }))];
}

// Only who manages several organisations has to choose one.
export const choiceOf = (places, chosen, change) => places.length < 2 ? null :
	h('select', { tell: { 'aria-label': 'search.organization' },
		on: { change: (event) => change(event.currentTarget.value) } },
	places.map(([id, name]) =>
		h('option', { value: id, selected: id === chosen }, name)));

// The organisation to begin with: that of before, if it is still there.
export const firstOf = (places, kept) =>
	(places.find(([id]) => id === kept) ?? places[0])[0];
