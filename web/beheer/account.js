// The panel of a contact's account: made here, with a temporary password that
// is shown once or mailed; reset, blocked and unblocked, given another address;
// or its owner invited. Each change says what it was decided on (If-Match), so
// of two employees the second one is told.
import { Problem } from '../lib/api.js';
import { alertBox, h, moment, newId, say, statusLine, whileBusy }
	from '../lib/dom.js';
import { failure } from '../lib/pages.js';
import { factList } from '../lib/records.js';
import { Access } from './access.js';
import { stateMark } from './contact.js';
import { AddressDialog, confirm } from './dialog.js';
import { showPassword } from './password.js';

// How long to wait, in seconds, before it is looked whether a mail has gone.
const WATCHES = [3, 5, 8, 13, 21, 34];

// Where the mail with the temporary password is; null if there is none.
function mailFact({ mail, temporaryPasswordMailed }) {
	if (mail === null)
		return temporaryPasswordMailed ? 'mail.sent' : null;
	if (mail.state === 'failed')
		return h('span', { class: 'mark bad', text: 'mail.failed' });
	// The first try counts from its beginning.
	return mail.tries > 1 ? ['mail.trying', { n: mail.tries }] :
		'mail.waiting';
}

const button = (text, click, look = 'quiet') => h('button',
	{ type: 'button', class: look, text, on: { click } });

// What is about an address that was typed stands at the field, in the words of
// what it was typed for.
const ADD_REFUSALS = {
	'address-in-use': 'add.in-use', 'no-such-account': 'invite.unknown',
	'account-has-dossier': 'invite.has-dossier', 'no-mail': 'add.in-use',
	'too-many-invitations': 'invite.many',
};
const INVITE_REFUSALS = { ...ADD_REFUSALS, 'address-in-use': 'invite.in-use' };
const EMAIL_REFUSALS = { 'address-in-use': 'email.in-use' };

// What stands in the way of an act on an account that is there.
const CHANGES = {
	'contact-has-account': 'account.taken', 'no-account': 'account.gone',
	'shared-account': 'account.changed', 'changed': 'account.changed',
	'address-proven': 'email.proven', 'no-invitation': 'invite.gone',
	'account-blocked': 'account.is-blocked',
	'disabled-by-operator': 'account.disabled',
};

export class AccountPanel {
	#dialog = null;
	#watched = 0;
	#timer = null;

	// CHANGED is called after each act.
	constructor(pages, signal, path, { item, etag }, changed) {
		const id = newId('account');

		this.pages = pages;
		this.signal = signal;
		this.path = path;
		this.changed = changed;
		this.place = h('div', {});
		this.message = h('div', {});
		this.secret = h('div', {});
		this.access = new Access(pages, signal, path,
			() => this.#refreshed());
		this.element = h('aside', { class: 'card area-panel',
			'aria-labelledby': id },
		this.heading = h('h2', { id, text: 'account' }),
		this.message, this.secret, this.place, this.access.element);
		this.#show(item, etag);
		pages.keep = () => history.replaceState(this.#dialog === null ? null :
			{ dialog: this.#dialog.name, email: this.#dialog.field.value }, '');
		queueMicrotask(() => this.#again(history.state ?? {}));
	}

	// The popup that was open, with what was typed, if it still fits.
	#again({ dialog, email }) {
		if (dialog === 'add' && this.item.account === null)
			this.#openAdd(email);
		else if (dialog === 'email' && this.#mayChangeEmail())
			this.#openEmail(email);
	}

	#show(item, etag) {
		const { account, invitation } = item;

		this.item = item;
		this.etag = etag;
		this.place.replaceChildren(...account !== null ? this.#with(account) :
			invitation !== null ? this.#invited(invitation) :
				this.#without());
		this.access.show(account);
		if (account?.mail?.state === 'waiting')
			this.#watch();
		else
			this.#unwatch();
	}

	// How it stands at the hub now.
	async #refresh() {
		const { item, etag } = await this.pages.api.one(this.path, this.signal);
		if (!this.signal.aborted)
			this.#show(item, etag);
	}

	#unwatch() {
		clearTimeout(this.#timer);
		this.#watched = 0;
	}

	// A mail that waits goes out in its own time; who looks on sees it go, as
	// long as nothing is being decided or typed.
	#watch() {
		const turn = ++this.#watched;

		clearTimeout(this.#timer);
		if (turn > WATCHES.length)
			return;
		this.#timer = setTimeout(async () => {
			if (this.signal.aborted)
				return;
			if (this.#dialog !== null || document.hidden ||
				document.querySelector('dialog') !== null ||
				this.place.contains(document.activeElement)) {
				this.#watched--;
				this.#watch();
				return;
			}
			await this.#refresh().catch(() => {});
			if (this.item.account?.mail?.state === 'failed')
				this.#say();
		}, WATCHES[turn - 1] * 1000);
	}

	#without() {
		return [h('p', { text: 'account.none' }),
			button('account.add', () => this.#openAdd(this.item.email ?? ''),
				'')];
	}

	#invited({ email, sentAt, until }) {
		return [
			h('p', { text: 'invite.waits' }),
			factList([
				['add.email', h('span', {}, email)],
				['invite.sent', () => moment(sentAt)],
				['invite.until', () => moment(until)],
			]),
			h('div', { class: 'buttons stacked' },
				button('mail.again', (event) => whileBusy(event.currentTarget,
					() => this.#attempt(() => this.#invite(email)))),
				button('invite.withdraw', () => confirm({
					title: 'invite.withdraw-title',
					note: 'invite.withdraw-note', values: { email },
					submit: 'invite.withdraw', look: 'danger',
					act: () => this.#change('invitation/withdraw',
						'invite.withdrawn'),
				}), 'quiet danger'),
				button('account.add',
					() => this.#openAdd(this.item.email ?? ''))),
		];
	}

	#with(account) {
		const { username, state, lastSignIn, temporaryPasswordUntil: until,
			emailProven, shared } = account;
		const { sendsMail, delivery } = this.item.hub;
		const last = lastSignIn !== null ? () => moment(lastSignIn) :
			shared ? 'account.hidden' : 'account.never';
		const mail = mailFact(account);
		const notes = [
			state !== 'expired' ? null : delivery === 'mailed' ?
				'account.expired-mail' : 'account.expired',
			!shared ? null : sendsMail && emailProven ?
				'account.shared-mail' : 'account.shared',
		].filter((key) => key !== null);

		return [
			factList([
				['account.name', h('span', {}, username)],
				['account.proven', emailProven ? 'proven.yes' : 'proven.no'],
				['account.state', stateMark(state)],
				...mail === null ? [] : [['mail', mail]],
				...until === null || account.mail !== null ? [] :
					[[state === 'expired' ? 'account.ended' :
						'account.until', () => moment(until)]],
				['account.last', last],
			]),
			...account.mail?.state !== 'failed' ? [] :
				[alertBox(h('p', { text: 'mail.failed-note' }))],
			...notes.map((text) => h('p', { class: 'note', text })),
			h('div', { class: 'buttons stacked' }, this.#actions(account)),
		];
	}

	#mayChangeEmail() {
		const { account } = this.item;
		return account !== null && !account.shared && !account.emailProven &&
			account.state !== 'blocked';
	}

	#actions({ username, state, shared }) {
		if (state === 'blocked')
			return [button('account.unblock', (event) => whileBusy(
				event.currentTarget, () => this.#change('unblock',
					'account.unblocked')))];
		const block = shared ? 'withdraw' : 'block';
		return [
			this.#resetButton(this.item.account),
			this.#mayChangeEmail() ? button('account.email',
				() => this.#openEmail(username)) : null,
			button(`account.${block}`, () => confirm({
				title: `${block}.title`, note: `${block}.note`,
				values: { username }, submit: `account.${block}`,
				look: 'danger', act: () => this.#change('block',
					shared ? 'account.withdrawn' : 'account.blocked'),
			}), 'quiet danger'),
		];
	}

	// A first password that is mailed takes nothing away from anybody: it is
	// sent again without a question.
	#resetButton({ username, state, shared, emailProven }) {
		const { sendsMail, delivery } = this.item.hub;
		const mailed = shared || delivery === 'mailed';
		const look = state === 'expired' ? '' : 'quiet';

		if (shared && !(sendsMail && emailProven))
			return null;
		if (mailed && !shared && state !== 'active')
			return button('mail.again', (event) => whileBusy(
				event.currentTarget, () => this.#reset()), look);
		return button(mailed ? 'account.reset-mail' : 'account.reset',
			() => confirm({
				title: mailed ? 'reset.title-mail' : 'reset.title',
				note: shared ? 'reset.note-shared' :
					mailed ? 'reset.note-mail' : 'reset.note',
				values: { username },
				submit: mailed ? 'reset.submit-mail' : 'reset.submit',
				act: () => this.#reset(),
			}), look);
	}

	#open(name, options) {
		this.#dialog = new AddressDialog({ ...options,
			closed: () => this.#closed() });
		this.#dialog.name = name;
		this.#say();
		this.#dialog.open();
	}

	#openAdd(email) {
		const { sendsMail, delivery } = this.item.hub;

		this.#open('add', {
			title: 'account.add', submit: 'add.submit', email,
			note: delivery === 'mailed' ? 'add.note-mail' : 'add.note',
			act: (to) => this.#typed(() => this.#add(to)),
			invite: sendsMail ?
				(to) => this.#typed(() => this.#invite(to)) : null,
			refusals: sendsMail ? INVITE_REFUSALS : ADD_REFUSALS,
		});
	}

	#openEmail(email) {
		const mailed = this.item.hub.delivery === 'mailed' &&
			this.item.account.state !== 'active';

		this.#open('email', {
			title: 'account.email', submit: 'email.submit', email,
			note: mailed ? 'email.note-mail' : 'email.note',
			act: (to) => this.#typed(() => this.#changeEmail(to)),
			refusals: EMAIL_REFUSALS,
		});
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

	// What was asked for in a popup. What is not about the address is told in
	// the panel, where the popup was opened from.
	async #typed(act) {
		try {
			await act();
		} catch (error) {
			if (!(error.reason in CHANGES))
				throw error;
			this.#tell(CHANGES[error.reason]);
			await this.#refreshed();
		}
	}

	#post(what, options) {
		return this.pages.api.post(`${this.path}/account${what}`, options);
	}

	async #add(email) {
		this.#reveal(await this.#post('', { body: { email } }));
		await this.#refreshed();
	}

	async #invite(email) {
		await this.#post('/invitation', { body: { email } });
		await this.#did('invite.done', { email });
	}

	async #changeEmail(email) {
		const { username } = await this.#post('/email',
			{ body: { email }, etag: this.etag });
		await this.#did('email.done', { username });
	}

	async #reset() {
		await this.#attempt(async () => {
			this.#reveal(await this.#post('/reset-password',
				{ etag: this.etag }));
			await this.#refreshed();
		});
	}

	async #change(what, done) {
		await this.#attempt(async () => {
			await this.#post(`/${what}`, { etag: this.etag });
			await this.#did(done);
		});
	}

	// Says what was done, with how it stands now.
	async #did(key, values) {
		this.secret.replaceChildren();
		this.#say(statusLine({ class: 'done', text: [key, values] }));
		await this.#refreshed();
		if (this.#dialog === null)
			this.pages.focus(this.heading);
	}

	// What is done is done, whether or not it can be looked at.
	async #refreshed() {
		this.#unwatch();
		this.changed();
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
		const key = CHANGES[error.reason];

		if (key === undefined) {
			this.#say(failure(error, () => this.#attempt(act)));
			return;
		}
		this.#tell(key);
		await this.#refreshed();
		this.pages.focus(this.heading);
	}

	// A password once, alone, with how long it holds; gone with this place. One
	// that is mailed is nobody's to see here.
	#reveal({ username, temporaryPassword, temporaryPasswordUntil: until }) {
		if (temporaryPassword === null) {
			this.secret.replaceChildren();
			this.#say(statusLine({ class: 'done',
				text: ['mail.on-its-way', { username }] }));
			if (this.#dialog === null)
				this.pages.focus(this.heading);
			return;
		}
		showPassword(this.secret, { password: temporaryPassword, until,
			path: '/mijn/', hidden: () => this.pages.focus(this.heading) });
	}
}
