// The employees of an organisation, for its managers: who works there, in which
// role, and how the account stands. Before something is done it is looked
// whether the row still says what is so; the change then says what it was
// decided on (If-Match).
import { Problem } from '../lib/api.js';
import { alertBox, h, moment, newId, statusLine, t } from '../lib/dom.js';
import { failure } from '../lib/pages.js';
import { PAGE, fullName, growingList } from '../lib/records.js';
import { stateMark } from './contact.js';
import { AddressDialog, confirm } from './dialog.js';
import { choiceOf, firstOf, managed, managersOnly } from './managed.js';
import { showPassword } from './password.js';

const ROLE = '102', MANAGER = '103';

const nameOf = (employee) => fullName(employee) || employee.username;

// What stands in the way of an act, in words; the rest is a failure.
const REFUSALS = {
	'changed': 'staff.changed', 'has-role': 'staff.changed',
	'no-role': 'staff.changed', 'shared-account': 'staff.shared',
	'account-blocked': 'staff.blocked',
	'address-in-use': 'staff.in-use',
};

class Staff {
	#dialog = null;

	constructor(pages, signal, { places, organization, me }) {
		const id = newId('staff');

		this.pages = pages;
		this.signal = signal;
		this.organization = organization;
		this.me = me;
		this.message = h('div', {});
		this.secret = h('div', {});
		this.list = h('div', { class: 'results' });
		this.heading = h('h1', { id, text: 'staff.title' });
		this.element = h('div', { class: 'narrow wide' }, this.heading,
			h('p', { class: 'hint', text: 'staff.hint' }),
			h('div', { class: 'line' },
				choiceOf(places, organization, (to) => this.#choose(to)),
				h('button', { type: 'button', text: 'staff.invite',
					on: { click: () => this.#invite() } })),
			this.message, this.secret, this.list);
		pages.keep = () => history.replaceState(this.#kept(), '');
	}

	#kept() {
		const dialog = this.#dialog;

		return { organization: this.organization, ...dialog === null ? {} :
			{ email: dialog.field.value, role: this.role.checked } };
	}

	// The popup that was open, with what was typed.
	again({ email, role }) {
		if (email !== undefined)
			this.#invite(email, role);
	}

	get path() {
		return '/organization/organizations/' +
			`${encodeURIComponent(this.organization)}/employees`;
	}

	async #choose(organization) {
		this.organization = organization;
		this.pages.keep();
		this.secret.replaceChildren();
		this.#say();
		await this.load();
	}

	// Another organisation may have been chosen meanwhile.
	async load() {
		const { path } = this;
		const read = (cursor) => this.pages.api.list(path,
			{ limit: PAGE, cursor }, this.signal);

		this.list.setAttribute('aria-busy', 'true');
		try {
			const first = await read(null);
			if (path === this.path)
				this.show(first, read);
		} catch (error) {
			if (!this.signal.aborted && path === this.path)
				this.list.replaceChildren(failure(error, () => this.load()));
		} finally {
			this.list.removeAttribute('aria-busy');
		}
	}

	show(first, read) {
		this.list.replaceChildren(...growingList({ first, read,
			row: (employee) => this.#row(employee), told: 'staff.shown',
			failed: failure }));
		this.list.firstElementChild.classList.add('people');
	}

	#row(employee) {
		const { id, username, roles, state, lastSignIn, shared } = employee;
		const name = nameOf(employee);
		const last = lastSignIn !== null ?
			['staff.last', { last: () => moment(lastSignIn) }] :
			shared ? 'staff.elsewhere' : null;
		const known = [ROLE, MANAGER].filter((role) => roles.includes(role));
		const about = [
			...name === username ? [] : [() => username],
			...known.length === 0 ? ['role.none'] :
				known.map((role) => `role.${role}`),
			...last === null ? [] : [last],
		];

		return h('li', { tabindex: '-1' }, h('div', {},
			h('strong', {}, name), ' ',
			id === this.me ? h('span', { class: 'mark info',
				text: 'staff.me' }) : stateMark(state),
			h('p', { class: 'note' },
				about.map((text) => h('span', { text })))),
		id === this.me ? null : h('div', { class: 'buttons' },
			this.#actions(employee)));
	}

	#actions(employee) {
		const { roles, state, shared } = employee;
		const name = nameOf(employee);
		const button = (key, what, look = '') => h('button', {
			type: 'button', class: `quiet small ${look}`, text: key,
			tell: { 'aria-label': () => `${t(key)}: ${name}` },
			on: { click: (event) => this.#ask(employee,
				event.currentTarget.closest('li'), what) } });

		return [
			roles.includes(ROLE) ? button('staff.take', 'take', 'danger') :
				button('staff.give', 'give'),
			state === 'blocked' || shared ? null :
				button('staff.reset', 'reset'),
		];
	}

	// Asks, if the row is still right; else shows what is.
	async #ask(shown, row, what) {
		await this.#attempt(row, async () => {
			const { item, etag } = await this.pages.api.one(
				`${this.path}/${encodeURIComponent(shown.id)}`, this.signal);
			if (JSON.stringify(item) !== JSON.stringify(shown)) {
				this.#put(item, row);
				this.#tell('staff.changed');
				return;
			}
			confirm({
				title: `${what}.title`, note: `${what}.note-staff`,
				values: { username: nameOf(item) }, submit: `staff.${what}`,
				look: what === 'take' ? 'danger' : '',
				act: () => what === 'reset' ? this.#reset(item, etag, row) :
					this.#change(item, etag, row, what),
			});
		});
	}

	#put(item, row) {
		const next = this.#row(item);

		row.replaceWith(next);
		return next;
	}

	async #change({ id }, etag, row, what) {
		await this.#attempt(row, async () => {
			const item = await this.pages.api.post(
				`${this.path}/${encodeURIComponent(id)}/roles`,
				{ etag, body: { [what]: ROLE } });
			const next = this.#put(item, row);
			this.#say(statusLine({ class: 'done', text: [`${what}.done-staff`,
				{ username: nameOf(item) }] }));
			next.focus();
		});
	}

	async #reset({ id }, etag, row) {
		await this.#attempt(row, async () => {
			this.#reveal(await this.pages.api.post(
				`${this.path}/${encodeURIComponent(id)}/reset-password`,
				{ etag }));
			await this.#look(id, row);
		});
	}

	// How one of them stands now; without that the row may stay as it is.
	async #look(id, row) {
		try {
			const { item } = await this.pages.api.one(
				`${this.path}/${encodeURIComponent(id)}`, this.signal);
			this.#put(item, row);
		} catch (error) {
			if (!(error instanceof Problem))
				throw error;
		}
	}

	#invite(email = '', role = true) {
		const id = newId('role');

		this.role = h('input', { type: 'checkbox', id, checked: role });
		this.#dialog = new AddressDialog({
			title: 'staff.invite', note: 'staff.invite-note',
			submit: 'staff.invite-submit', email,
			more: h('p', { class: 'choice' }, this.role,
				h('label', { for: id, text: 'staff.invite-role' })),
			act: (to) => this.#add(to), refusals: REFUSALS,
			closed: () => this.#closed(),
		});
		this.#say();
		this.#dialog.open();
	}

	#closed() {
		this.#dialog = null;
		if (document.activeElement === document.body)
			this.pages.focus(this.secret.querySelector('output') ??
				this.heading);
	}

	async #add(email) {
		this.#reveal(await this.pages.api.post(this.path, { body: { email,
			roles: this.role.checked ? [ROLE] : [] } }));
		await this.load();
	}

	// The password once; one that is mailed is nobody's to see here.
	#reveal({ username, temporaryPassword, temporaryPasswordUntil: until }) {
		this.secret.replaceChildren();
		if (temporaryPassword === null) {
			this.#say(statusLine({ class: 'done',
				text: ['mail.on-its-way', { username }] }));
			this.pages.focus(this.heading);
			return;
		}
		this.#say(statusLine({ class: 'done',
			text: ['staff.password', { username }] }));
		showPassword(this.secret, { password: temporaryPassword, until,
			path: '/beheer/', level: 2, note: 'password.note-staff',
			where: 'address.note-staff',
			hidden: () => this.pages.focus(this.heading) });
	}

	#say(...elements) {
		this.message.replaceChildren(...elements);
	}

	#tell(key) {
		this.#say(alertBox(h('p', { text: key })));
	}

	async #attempt(row, act) {
		this.#say();
		try {
			await act();
		} catch (error) {
			if (!(error instanceof Problem))
				throw error;
			await this.#refused(error, row, act);
		}
	}

	async #refused(error, row, act) {
		if (this.signal.aborted)
			return;
		if (error.status === 404 || error.reason in REFUSALS) {
			this.#tell(REFUSALS[error.reason] ?? 'staff.gone');
			await this.load();
		} else if (error.status === 403)
			this.#tell('managed.only');
		else
			this.#say(failure(error, () => this.#attempt(row, act)));
	}
}

export async function employees(pages, signal) {
	const { places, me } = await managed(pages);

	if (places.length === 0)
		return managersOnly(pages, 'staff.title');
	const kept = history.state ?? {};
	const staff = new Staff(pages, signal, { places, me,
		organization: firstOf(places, kept.organization) });

	pages.title('staff.title');
	await staff.load();
	queueMicrotask(() => staff.again(kept));
	return [staff.element];
}
