// The popups of a contact's panel: one that asks before something is done, and
// one with an e-mail address.
import { Problem } from '../lib/api.js';
import { h, newId, say, sayBy, whileBusy } from '../lib/dom.js';

// A dialog that is gone when it closes; the focus is then where it was.
function open(dialog, closed = () => {}) {
	document.body.append(dialog);
	dialog.addEventListener('close', () => {
		dialog.remove();
		closed();
	});
	dialog.showModal();
}

function buttons(dialog, submit, look = '') {
	return h('div', { class: 'buttons' },
		h('button', { type: 'button', class: 'quiet', text: 'cancel',
			on: { click: () => dialog.close() } }),
		h('button', { type: 'submit', class: look, text: submit }));
}

// Asks before what cannot be taken back, or hurts; then does it.
export function confirm({ title, note, values, submit, look, act }) {
	const id = newId('confirm');
	const dialog = h('dialog', { 'aria-labelledby': id,
		'aria-describedby': `${id}-note` });

	dialog.append(h('form', { method: 'dialog', on: { submit: (event) => {
		event.preventDefault();
		dialog.close();
		act();
	} } },
	h('h2', { id, text: title }),
	h('p', { id: `${id}-note`, text: [note, values] }),
	buttons(dialog, submit, look)));
	open(dialog);
}

// The one field of the popup, with what is wrong with it. ACT takes the address;
// REFUSALS has what to say of the reasons that are about it. INVITE, where it is
// given, asks the owner of an address that is in use. MORE stands behind the field.
export class AddressDialog {
	#act;
	#refusals;
	#invite;

	constructor({ title, note, submit, email, act, invite = null, more = null,
		refusals, closed }) {
		const id = newId('address');

		this.#act = act;
		this.#refusals = refusals;
		this.#invite = invite === null ? null : this.#inviting(invite);
		this.closed = closed;
		this.error = h('p', { class: 'error', id: `${id}-error`,
			role: 'alert' });
		this.field = h('input', { type: 'email', id: `${id}-email`,
			name: 'email', autocomplete: 'off', spellcheck: 'false',
			maxlength: 254, value: email,
			'aria-describedby': `${id}-note ${id}-error`,
			on: { input: () => this.#offer(false) } });
		this.element = h('dialog', { 'aria-labelledby': id });
		this.buttons = buttons(this.element, submit);
		this.element.append(h('form', { method: 'dialog', novalidate: true,
			on: { submit: (event) => {
				event.preventDefault();
				this.#submit(this.buttons.lastElementChild, this.#act);
			} } },
		h('h2', { id, text: title }),
		h('p', { class: 'hint', id: `${id}-note`, text: note }),
		h('label', { for: `${id}-email`, text: 'add.email' }),
		this.field, this.error, [this.#invite, more], this.buttons));
	}

	open() {
		open(this.element, this.closed);
		this.field.focus();
		this.field.select();
	}

	#inviting(invite) {
		const button = h('button', { type: 'button', text: 'invite.submit',
			on: { click: () => this.#submit(button, invite) } });
		const place = h('p', { class: 'offer' }, button);

		place.hidden = true;
		return place;
	}

	// What helps stands out; what was refused just now steps back.
	#offer(shown) {
		if (this.#invite === null)
			return;
		this.#invite.hidden = !shown;
		this.buttons.lastElementChild.className = shown ? 'quiet' : '';
	}

	#refuse(key, values) {
		this.field.setAttribute('aria-invalid', 'true');
		say(this.error, key, values);
		this.field.focus();
	}

	#submit(button, act) {
		return whileBusy(button, async () => {
			const email = this.field.value.trim();

			this.field.removeAttribute('aria-invalid');
			sayBy(this.error, null);
			if (email === '') {
				this.#refuse('add.empty');
				return;
			}
			try {
				await act(email);
				this.element.close();
			} catch (error) {
				this.#refused(error);
			}
		});
	}

	// What is about the address stands at the field, which stays as it is.
	#refused(error) {
		if (!(error instanceof Problem))
			throw error;
		this.#offer(error.reason === 'address-in-use');
		if (error.reason in this.#refusals)
			this.#refuse(this.#refusals[error.reason]);
		else if (error.status === 422)
			this.#refuse('add.bad');
		else if (error.status === 429)
			this.#refuse('add.many', { seconds: error.retryAfter ?? 60 });
		else
			this.#refuse(error.status === 0 || error.status >= 500 ?
				'error.away' : 'error.other');
	}
}
