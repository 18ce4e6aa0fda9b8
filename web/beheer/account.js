// The panel of a contact's account: made here, with a temporary password that
// is shown once; reset, blocked and unblocked. Each change says what it was
// decided on (If-Match), so of two employees the second one is told.
import { Problem } from '../lib/api.js';
import { alertBox, h, moment, newId, say, statusLine, whileBusy }
	from '../lib/dom.js';
import { failure } from '../lib/pages.js';
import { factList } from '../lib/records.js';

const LOOKS = { active: 'good', pending: 'info', expired: 'warn',
	blocked: 'bad' };

export const stateMark = (state) => h('span',
	{ class: `mark ${LOOKS[state] ?? ''}`, text: `state.${state}` });

// A dialog that is gone when it closes; the focus is then where it was.
function openDialog(dialog, closed = () => {}) {
	document.body.append(dialog);
	dialog.addEventListener('close', () => {
		dialog.remove();
		closed();
	});
	dialog.showModal();
}

function dialogButtons(dialog, submit, look = '') {
	return h('div', { class: 'buttons' },
		h('button', { type: 'button', class: 'quiet', text: 'cancel',
			on: { click: () => dialog.close() } }),
		h('button', { type: 'submit', class: look, text: submit }));
}

// Asks before what cannot be taken back, or hurts; then does it.
function confirm({ title, note, username, submit, look, act }) {
	const id = newId('confirm');
	const dialog = h('dialog', { 'aria-labelledby': id,
		'aria-describedby': `${id}-note` });

	dialog.append(h('form', { method: 'dialog', on: { submit: (event) => {
		event.preventDefault();
		dialog.close();
		act();
	} } },
	h('h2', { id, text: title }),
	h('p', { id: `${id}-note`, text: [note, { username }] }),
	dialogButtons(dialog, submit, look)));
	openDialog(dialog);
}

// The one field of the popup, with what is wrong with it.
class AddDialog {
	constructor({ email, add, closed }) {
		const id = newId('add');

		this.add = add;
		this.error = h('p', { class: 'error', id: `${id}-error`,
			role: 'alert' });
		this.field = h('input', { type: 'email', id: `${id}-email`,
			name: 'email', autocomplete: 'off', spellcheck: 'false',
			maxlength: 254, value: email,
			'aria-describedby': `${id}-note ${id}-error` });
		this.closed = closed;
		this.element = h('dialog', { 'aria-labelledby': id });
		this.buttons = dialogButtons(this.element, 'add.submit');
		this.element.append(h('form', { method: 'dialog', novalidate: true,
			on: { submit: (event) => {
				event.preventDefault();
				whileBusy(this.buttons.lastElementChild,
					() => this.#submit());
			} } },
		h('h2', { id, text: 'account.add' }),
		h('p', { class: 'hint', id: `${id}-note`, text: 'add.note' }),
		h('label', { for: `${id}-email`, text: 'add.email' }),
		this.field, this.error, this.buttons));
	}

	open() {
		openDialog(this.element, this.closed);
		this.field.focus();
		this.field.select();
	}

	refuse(key, values) {
		this.field.setAttribute('aria-invalid', 'true');
		say(this.error, key, values);
		this.field.focus();
	}

	async #submit() {
		const email = this.field.value.trim();

		this.field.removeAttribute('aria-invalid');
		this.error.textContent = '';
		if (email === '') {
			this.refuse('add.empty');
			return;
		}
		try {
			await this.add(email);
			this.element.close();
		} catch (error) {
			this.#refused(error);
		}
	}

	// What is about the address stands at the field, which stays as it is.
	#refused(error) {
		if (!(error instanceof Problem))
			throw error;
		if (error.reason === 'address-in-use')
			this.refuse('add.in-use');
		else if (error.status === 422)
			this.refuse('add.bad');
		else if (error.status === 429)
			this.refuse('add.many', { seconds: error.retryAfter ?? 60 });
		else
			this.refuse(error.status === 0 || error.status >= 500 ?
				'error.away' : 'error.other');
	}
}

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

// Where the contact signs in with the password.
function whereToUse(told) {
	const address = h('span', { class: 'address' },
		`${location.origin}/mijn/`);

	return h('div', { class: 'where' },
		h('p', { text: 'address.note' }), address,
		h('div', { class: 'buttons' },
			copyButton(address, told, 'address', 'quiet')));
}

export class AccountPanel {
	#dialog = null;

	constructor(pages, signal, path, { item, etag }) {
		const id = newId('account');

		this.pages = pages;
		this.signal = signal;
		this.path = path;
		this.place = h('div', {});
		this.message = h('div', {});
		this.secret = h('div', {});
		this.element = h('aside', { class: 'card area-panel',
			'aria-labelledby': id },
		this.heading = h('h2', { id, text: 'account' }),
		this.message, this.secret, this.place);
		this.#show(item, etag);
		pages.keep = () => history.replaceState(this.#dialog === null ? null :
			{ email: this.#dialog.field.value }, '');
		if (item.account === null && history.state?.email !== undefined)
			queueMicrotask(() => this.#open(history.state.email));
	}

	#show(item, etag) {
		this.item = item;
		this.etag = etag;
		this.place.replaceChildren(...item.account === null ?
			this.#without() : this.#with(item.account));
	}

	// How it stands at the hub now.
	async #refresh() {
		const { item, etag } = await this.pages.api.one(this.path, this.signal);
		if (!this.signal.aborted)
			this.#show(item, etag);
	}

	#without() {
		return [h('p', { text: 'account.none' }),
			h('button', { type: 'button', text: 'account.add',
				on: { click: () => this.#open(this.item.email ?? '') } })];
	}

	#with(account) {
		const { username, state, lastSignIn, temporaryPasswordUntil: until,
			emailProven, shared } = account;
		const last = lastSignIn !== null ? () => moment(lastSignIn) :
			shared ? 'account.hidden' : 'account.never';

		return [
			factList([
				['account.name', h('span', {}, username)],
				['account.state', stateMark(state)],
				['account.last', last],
				...until === null ? [] :
					[[state === 'expired' ? 'account.ended' :
						'account.until', () => moment(until)]],
				['account.proven', emailProven ? 'yes' : 'no'],
			]),
			state === 'expired' ?
				h('p', { class: 'note', text: 'account.expired' }) : null,
			shared ? h('p', { class: 'note', text: 'account.shared' }) : null,
			h('div', { class: 'buttons stacked' }, this.#actions(account)),
		].filter((element) => element !== null);
	}

	#actions({ username, state, shared }) {
		const button = (text, click, look = 'quiet') => h('button',
			{ type: 'button', class: look, text, on: { click } });

		if (state === 'blocked')
			return [button('account.unblock', (event) => whileBusy(
				event.currentTarget, () => this.#change('unblock',
					'account.unblocked')))];
		const block = shared ? 'withdraw' : 'block';
		return [
			shared ? null : button('account.reset', () => confirm({
				title: 'reset.title', note: 'reset.note', username,
				submit: 'reset.submit', act: () => this.#reset(),
			}), state === 'expired' ? '' : 'quiet'),
			button(`account.${block}`, () => confirm({
				title: `${block}.title`, note: `${block}.note`, username,
				submit: `account.${block}`, look: 'danger',
				act: () => this.#change('block',
					shared ? 'account.withdrawn' : 'account.blocked'),
			}), 'quiet danger'),
		];
	}

	#open(email) {
		this.#dialog = new AddDialog({ email, add: (to) => this.#add(to),
			closed: () => this.#closed() });
		this.#say();
		this.#dialog.open();
	}

	// The button that had the focus may be gone with what the popup did.
	#closed() {
		this.#dialog = null;
		if (document.activeElement === document.body)
			this.pages.focus(this.secret.querySelector('output') ??
				this.heading);
	}

	// What has just happened, or nothing.
	#say(...elements) {
		this.message.replaceChildren(...elements);
	}

	async #add(email) {
		try {
			this.#reveal(await this.pages.api.post(`${this.path}/account`,
				{ body: { email } }));
		} catch (error) {
			if (error.reason === 'contact-has-account')
				this.#tell('account.taken');
			else if (error.reason === 'changed')
				this.#tell('account.changed');
			else
				throw error;
		}
		await this.#refreshed();
	}

	async #reset() {
		await this.#attempt(async () => {
			this.#reveal(await this.pages.api.post(
				`${this.path}/account/reset-password`, { etag: this.etag }));
			await this.#refreshed();
		});
	}

	async #change(what, done) {
		await this.#attempt(async () => {
			await this.pages.api.post(`${this.path}/account/${what}`,
				{ etag: this.etag });
			this.secret.replaceChildren();
			this.#say(statusLine({ class: 'done', text: done }));
			await this.#refreshed();
			this.pages.focus(this.heading);
		});
	}

	// What is done is done, whether or not it can be looked at.
	async #refreshed() {
		try {
			await this.#refresh();
		} catch (error) {
			if (!this.signal.aborted)
				this.place.replaceChildren(
					failure(error, () => this.#refreshed()));
		}
	}

	#tell(key) {
		this.#say(alertBox(h('p', { text: key })));
	}

	async #attempt(act) {
		this.#say();
		try {
			await act();
		} catch (error) {
			if (!(error instanceof Problem))
				throw error;
			await this.#refused(error, act);
		}
	}

	async #refused(error, act) {
		const key = {
			'no-account': 'account.gone', 'shared-account': 'account.changed',
			'changed': 'account.changed',
			'account-blocked': 'account.is-blocked',
			'disabled-by-operator': 'account.disabled',
		}[error.reason];

		if (key === undefined) {
			this.#say(failure(error, () => this.#attempt(act)));
			return;
		}
		this.#tell(key);
		await this.#refreshed();
		this.pages.focus(this.heading);
	}

	// Once, alone, with how long it holds; gone with this place.
	#reveal({ temporaryPassword, temporaryPasswordUntil: until }) {
		const id = newId('password');
		const output = h('output', { id, tabindex: '-1' }, temporaryPassword);
		const copied = statusLine({ class: 'note' });

		this.secret.replaceChildren(h('section', { class: 'secret',
			'aria-labelledby': `${id}-title` },
		h('h3', { id: `${id}-title`, text: 'password.title' }),
		h('p', { text: 'password.note' }), output,
		h('p', { class: 'note', text: ['password.until',
			{ until: () => moment(until) }] }),
		h('div', { class: 'buttons' },
			copyButton(output, copied, 'password'),
			h('button', { type: 'button', class: 'quiet',
				text: 'password.hide', on: { click: () => {
					this.secret.replaceChildren();
					this.pages.focus(this.heading);
				} } })),
		whereToUse(copied), copied));
		output.focus();
	}
}
