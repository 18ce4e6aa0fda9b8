// A temporary password as it is shown: once, alone, with how long it holds and
// where it is used; gone with the place that it stands in.
import { h, moment, newId, say, statusLine } from '../lib/dom.js';

// Copies what the element says. Where the browser does not let it, the text is
// selected, so that a key does the rest.
function copyButton(element, told, what, look = '') {
	return h('button', { type: 'button', class: look, text: `${what}.copy`,
		on: { click: async () => {
			try {
				await navigator.clipboard.writeText(element.textContent);
				say(told, `${what}.copied`);
			} catch {
				getSelection().selectAllChildren(element);
				say(told, `${what}.select`);
			}
		} } });
}

// Where its owner signs in with it.
function whereToUse(path, note, told) {
	const address = h('span', { class: 'address' },
		`${location.origin}${path}`);

	return h('div', { class: 'where' },
		h('p', { text: note }), address,
		h('div', { class: 'buttons' },
			copyButton(address, told, 'address', 'quiet')));
}

// PATH is that of the pages that the password is for. NOTE and WHERE are keys:
// to whom it goes, and what stands above the address. LEVEL is that of its heading.
export function showPassword(place, { password, until, path, hidden,
	note = 'password.note', where = 'address.note', level = 3 }) {
	const id = newId('password');
	const output = h('output', { id, tabindex: '-1' }, password);
	const copied = statusLine({ class: 'note' });

	place.replaceChildren(h('section', { class: 'secret',
		'aria-labelledby': `${id}-title` },
	h(`h${level}`, { id: `${id}-title`, text: 'password.title' }),
	h('p', { text: note }), output,
	h('p', { class: 'note', text: ['password.until',
		{ until: () => moment(until) }] }),
	h('div', { class: 'buttons' },
		copyButton(output, copied, 'password'),
		h('button', { type: 'button', class: 'quiet',
			text: 'password.hide', on: { click: () => {
				place.replaceChildren();
				hidden();
			} } })),
	whereToUse(path, where, copied), copied));
	output.focus();
}
