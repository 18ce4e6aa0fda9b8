// Makes a history: many clients on a few accounts do what clients, users and
// operators do, at the same time, while processes of the hub are killed. What
// each asked and was answered is recorded in the form of history_check.mjs,
// without a secret in it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { STATE, call, daemon, pause, slay, until } from '../../api/lib/hub.mjs';
import { contractPath, ACCOUNT, CONTRACTS, ORGANIZATIONS, PERMISSIONS }
	from '../../api/lib/records.mjs';
import { clock } from './crowd.mjs';
import { Visitor, mainForm } from './form.mjs';
import { authorization, post, redeem, refresh, unguessable } from './provider.mjs';

const SESSION = '__Host-hub';
const READS = [ACCOUNT, ORGANIZATIONS, PERMISSIONS, CONTRACTS,
	contractPath('none'), '/identity/userinfo'];

// Numbers that a seed repeats; the order of the answers is not in it.
export function chance(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

const nameOf = (secret) => createHash('sha256').update(secret)
	.digest('base64url').slice(0, 16);

const claimsOf = (token) => JSON.parse(
	Buffer.from(token.split('.')[1], 'base64url').toString());

// What an answer of the provider means: done, refused, or nobody knows.
const verdict = (status) => status === 200 ? true :
	[400, 401, 403].includes(status) ? false : null;

class Account {
	constructor({ username }) {
		this.username = username;
		this.passwords = [];
		this.sessions = [];
		this.codes = [];
		this.refreshes = [];
		this.accesses = [];
		this.wrong = 0;     // tries since the last right one
		this.rest = 0;      // no try before this moment
		this.closed = false;
	}

	// The newest are the most interesting, and memory has an end.
	static keep(list, one) {
		list.push(one);
		if (list.length > 40)
			list.shift();
	}

	get current() {
		return this.passwords.at(-1);
	}
}

export class Run {
	constructor({ seed, users, clients, write }) {
		this.random = chance(seed);
		this.accounts = users.map((user) => new Account(user));
		this.clients = clients;
		this.events = [];
		this.write = write;
		this.running = true;
		this.serial = 0;
	}

	below(n) {
		return Math.floor(this.random() * n);
	}

	pick(list) {
		return list[this.below(list.length)];
	}

	// What was used up, or refused, mostly goes: else there is little but
	// refusals soon.
	drop(list, one) {
		const i = list.indexOf(one);
		if (i >= 0 && this.random() < 0.8)
			list.splice(i, 1);
	}

	// Mostly one of the last few.
	pickNew(list) {
		return this.random() < 0.3 ? this.pick(list) :
			list[Math.max(0, list.length - 1 - this.below(4))];
	}

	async record(op, account, named, act) {
		const begin = clock();
		let result;
		try {
			result = await act();
		} catch (error) {
			result = { ok: null, note: error.message };
		}
		const event = { op, begin, end: clock(),
			account: account?.username, ...named, ...result };
		this.events.push(event);
		this.write?.(event);
		return event;
	}

	newPassword() {
		this.serial++;
		return { name: `p${this.serial}`, text: unguessable() };
	}

	// The operator's tool; with DIES it is killed somewhere on its way.
	hubctl(args, { input = '', dies = false } = {}) {
		return new Promise((resolve, reject) => {
			const child = spawn(`${STATE}/bin/hubctl`,
				['--config', `${STATE}/hub.conf`, ...args],
				{ stdio: ['pipe', 'pipe', 'pipe'] });
			let out = '', err = '';
			const timer = dies && setTimeout(() => child.kill('SIGKILL'),
				this.below(120));
			child.stdout.on('data', (chunk) => { out += chunk; });
			child.stderr.on('data', (chunk) => { err += chunk; });
			child.on('error', reject);
			child.stdin.on('error', () => {});
			child.stdin.end(input);
			child.on('close', (code, signal) => {
				clearTimeout(timer);
				resolve({ ok: code === 0 ? true : null, code, out,
					note: code === 0 ? undefined : signal ?? err.trim() });
			});
		});
	}

	operator(op, account, named, args, options) {
		return this.record(op, account, named, async () => {
			const { ok, note } = await this.hubctl(
				['account', ...args, account.username], options);
			return { ok, note };
		});
	}

	async setPassword(account, dies = false) {
		const password = this.newPassword();
		const { ok } = await this.operator('password', account,
			{ password: password.name, kind: 'set' }, ['set-password'],
			{ input: `${password.text}\n`, dies });
		account.passwords.push(password);
		return ok;
	}

	// Until one is acknowledged.
	async settlePassword(account) {
		for (let i = 0; i < 5 && await this.setPassword(account) !== true; i++)
			await pause(200);
		account.closed = false;
		account.wrong = 0;
	}

	async formOf(visitor, request, field) {
		const page = await visitor.go(request.target);
		return mainForm(page)?.names.includes(field) ? page : null;
	}

	// A sign-in up to the code, with this password.
	async signIn(account, password) {
		const visitor = new Visitor(), who = this.pick(this.clients);
		const request = authorization(who);
		const page = await this.formOf(visitor, request, 'password');
		if (page === null)
			return null;
		let session, code;
		const event = await this.record('signin', account,
			{ password: password.name }, async () => {
				const answer = await visitor.submit(page, {
					username: account.username, password: password.text,
				});
				const cookie = visitor.cookies.get(SESSION);
				if (cookie === undefined) {
					this.backOff(account, answer);
					return { ok: verdict(answer.status),
						status: answer.status };
				}
				session = { name: nameOf(cookie), visitor, account };
				code = this.codeIn(answer);
				return { ok: true, session: session.name,
					code: code && nameOf(code) };
			});
		if (event.ok === true)
			this.learn(account, who, request, session, code);
		if (event.ok === false)
			account.wrong++;
		else if (event.ok === true)
			account.wrong = 0;
		return event;
	}

	backOff(account, { status, headers }) {
		if (status === 429)
			account.rest = Date.now() + 1000 * Number(headers['retry-after']);
	}

	codeIn({ location }) {
		const code = location && new URL(location).searchParams.get('code');
		return code ?? undefined;
	}

	learn(account, who, request, session, code) {
		Account.keep(account.sessions, session);
		if (code !== undefined)
			Account.keep(account.codes, { code, who, request, session });
	}

	// With a temporary password, and the change of it.
	async change(account, temporary) {
		const visitor = new Visitor(), who = this.pick(this.clients);
		const request = authorization(who);
		const page = await this.formOf(visitor, request, 'password');
		if (page === null)
			return;
		let form = null;
		await this.record('form', account, { password: temporary.name },
			async () => {
				const answer = await visitor.submit(page, {
					username: account.username, password: temporary.text,
				});
				this.backOff(account, answer);
				if (mainForm(answer)?.names.includes('new_password') &&
				    answer.status === 200)
					form = answer;
				return { ok: form !== null ? true : verdict(answer.status),
					status: answer.status };
			});
		if (form !== null)
			await this.submitChange(account, visitor, form, who, request);
	}

	async submitChange(account, visitor, form, who, request) {
		const password = this.newPassword();
		const { text } = password;
		let session, code;
		const event = await this.record('password', account,
			{ password: password.name, kind: 'change' }, async () => {
				const answer = await visitor.submit(form,
					{ new_password: text, new_password_repeat: text });
				const cookie = visitor.cookies.get(SESSION);
				// A refusal may come after the change, when something
				// else has ended it at once.
				if (cookie === undefined)
					return { ok: null, status: answer.status };
				session = { name: nameOf(cookie), visitor, account };
				code = this.codeIn(answer);
				return { ok: true, session: session.name,
					code: code && nameOf(code) };
			});
		account.passwords.push(password);
		if (event.ok === true)
			this.learn(account, who, request, session, code);
	}

	async authorize(account) {
		const session = this.pickNew(account.sessions);
		if (session === undefined)
			return;
		const who = this.pick(this.clients);
		const request = authorization(who, { prompt: 'none' });
		let code;
		const event = await this.record('authorize', account, { session: session.name },
			async () => {
				const { status, headers } =
					await session.visitor.request(request.target);
				const location = status === 303 && headers.location;
				code = location ? this.codeIn({ location }) : undefined;
				if (code !== undefined)
					return { ok: true, code: nameOf(code) };
				return { ok: location &&
					/error=login_required/.test(location) ? false : null,
				status };
			});
		if (code !== undefined)
			Account.keep(account.codes, { code, who, request, session });
		if (event.ok === false)
			this.drop(account.sessions, session);
	}

	got(account, who, session, body) {
		const { gid, sid } = claimsOf(body.access_token);
		session.sid = sid;
		Account.keep(account.accesses,
			{ token: body.access_token, who, grant: gid });
		Account.keep(account.refreshes,
			{ token: body.refresh_token, who, session, grant: gid });
		return { ok: true, grant: gid, access: nameOf(body.access_token) };
	}

	// By as many at the same moment.
	async redeem(account, times) {
		const one = this.pickNew(account.codes);
		if (one === undefined)
			return;
		const { code, who, request, session } = one;
		this.drop(account.codes, one);
		await Promise.all(Array.from({ length: times }, () =>
			this.record('redeem', account, { code: nameOf(code) },
				async () => {
					const { status, body } = await redeem(who, code, request);
					if (status !== 200)
						return { ok: verdict(status), status };
					return { ...this.got(account, who, session, body),
						token: nameOf(body.refresh_token) };
				})));
	}

	async refresh(account, times) {
		const one = this.pickNew(account.refreshes);
		if (one === undefined)
			return;
		const { token, who, session } = one;
		this.drop(account.refreshes, one);
		await Promise.all(Array.from({ length: times }, () =>
			this.record('refresh', account, { token: nameOf(token) },
				async () => {
					const { status, body } = await refresh(who, token);
					if (status !== 200)
						return { ok: verdict(status), status };
					return { ...this.got(account, who, session, body),
						next: nameOf(body.refresh_token) };
				})));
	}

	async use(account) {
		const one = this.pickNew(account.accesses);
		if (one === undefined)
			return;
		const { token, who } = one;
		const looks = who.secret !== undefined && this.random() < 0.3;
		const where = looks ? 'introspect' : this.pick(READS);
		const event = await this.record('use', account, { access: nameOf(token), where },
			async () => {
				if (looks) {
					const { status, body } = await post('introspect', who,
						{ token });
					return { ok: status === 200 ? body.active : null,
						status };
				}
				const { status } = await call(where, { token });
				// A contract that is not there is one that may be asked for.
				return { ok: status === 404 ? true : verdict(status), status };
			});
		if (event.ok === false)
			this.drop(account.accesses, one);
	}

	async revokeAccess(account) {
		const one = this.pickNew(account.accesses);
		if (one !== undefined)
			await this.record('revoke-access', account,
				{ access: nameOf(one.token) }, async () => {
					const { status } = await post('revoke', one.who,
						{ token: one.token });
					return { ok: verdict(status), status };
				});
	}

	async revokeGrant(account) {
		const one = this.pickNew(account.refreshes);
		if (one !== undefined)
			await this.record('revoke-grant', account, { grant: one.grant },
				async () => {
					const { status } = await post('revoke', one.who,
						{ token: one.token });
					return { ok: verdict(status), status };
				});
	}

	async logout(account) {
		const session = this.pickNew(account.sessions);
		if (session === undefined)
			return;
		const visitor = new Visitor();
		visitor.cookies = new Map(session.visitor.cookies);
		await this.record('logout', account, { session: session.name },
			async () => {
				const { status } = await visitor.request('/identity/logout',
					{ method: 'POST', fields: {} });
				return { ok: verdict(status), status };
			});
	}

	// As many wrong tries as cost no delay.
	async trySignIn(account) {
		if (account.closed || account.wrong > 1 || Date.now() < account.rest)
			return;
		const old = account.passwords.at(-2);
		const tries = old !== undefined && account.wrong === 0 &&
			this.random() < 0.15;
		await this.signIn(account, tries ? old : account.current);
	}

	async step() {
		const account = this.pick(this.accounts);
		const crowd = this.pick([1, 1, 1, 1, 2, 3]);
		const acts = [
			[14, () => this.trySignIn(account)],
			[18, () => this.authorize(account)],
			[18, () => this.redeem(account, crowd)],
			[18, () => this.refresh(account, crowd)],
			[40, () => this.use(account)],
			[1, () => this.revokeAccess(account)],
			[1, () => this.revokeGrant(account)],
			[1, () => this.logout(account)],
		];
		let at = this.random() * acts.reduce((sum, [weight]) =>
			sum + weight, 0);
		await acts.find(([weight]) => (at -= weight) < 0)[1]();
	}

	// One operator an account, who is sometimes cut short.
	async operate(account) {
		const dies = this.random() < 0.15;
		await [
			() => this.operator('revoke', account, {}, ['revoke'], { dies }),
			() => this.disable(account, dies),
			() => this.reset(account, dies),
			() => this.endSession(account, dies),
			async () => {
				if (await this.setPassword(account, dies) !== true)
					await this.settlePassword(account);
			},
		][this.below(5)]();
	}

	async enable(account) {
		for (let i = 0; i < 5; i++) {
			const { ok } = await this.operator('enable', account, {},
				['enable']);
			if (ok === true)
				return;
		}
	}

	async disable(account, dies) {
		account.closed = true;
		await this.operator('disable', account, {}, ['disable'], { dies });
		await pause(this.below(400));
		await this.enable(account);
		account.closed = false;
	}

	async reset(account, dies) {
		account.closed = true;
		const password = { name: `p${++this.serial}` };
		await this.record('password', account,
			{ password: password.name, kind: 'reset' }, async () => {
				const { ok, out, note } = await this.hubctl(['account',
					'reset-password', account.username], { dies });
				password.text = out.trimEnd().split('\n').at(-1);
				return { ok, note };
			});
		if (password.text !== '') {
			account.passwords.push(password);
			await pause(this.below(200));
			await Promise.allSettled(Array.from({ length: 1 + this.below(2) },
				() => this.change(account, password)));
		}
		// Nobody may know what counts now.
		await this.settlePassword(account);
	}

	async endSession(account, dies) {
		const session = this.pickNew(account.sessions);
		if (session?.sid === undefined)
			return;
		await this.record('end-session', account, { session: session.name },
			async () => {
				const { ok, note } = await this.hubctl(['account', 'sessions',
					account.username, '--end', session.sid], { dies });
				return { ok, note };
			});
	}

	async killOne() {
		const at = this.random();
		const pool = at < 0.75 ? 'keepers' : 'signin';
		const found = daemon(pool);
		if (found === null)
			return;
		const isMaster = at >= 0.7 && at < 0.75 || at >= 0.97;
		const pid = isMaster ? found.master : this.pick(found.workers);
		if (pid === undefined)
			return;
		await this.record('kill', undefined,
			{ what: `${pool} ${isMaster ? 'master' : 'worker'}` }, () => {
				slay(pid);
				return { ok: true };
			});
	}

	async #loop(act, rest) {
		while (this.running) {
			try {
				await act();
			} catch (error) {
				// On the way to a form the hub may be away; the assertions
				// of those who read pages say so, and so do connections.
				this.lost = (this.lost ?? 0) + 1;
				this.lastLost = error.message;
			}
			await pause(rest());
		}
	}

	// All of it for so long, then the end in quiet.
	async go(seconds, size = 12) {
		for (const account of this.accounts)
			await this.settlePassword(account);
		const loops = [
			...Array.from({ length: size }, () =>
				this.#loop(() => this.step(), () => this.below(20))),
			...this.accounts.map((account) =>
				this.#loop(() => this.operate(account),
					() => 300 + this.below(900))),
			this.#loop(() => this.killOne(), () => 150 + this.below(700)),
		];
		await pause(seconds * 1000);
		this.running = false;
		await Promise.all(loops);
	}

	// Ready, and so answering, for a while: nobody is about to end.
	async quiet() {
		return until(async () => {
			for (const pool of ['readers', 'keepers', 'signin']) {
				const target = pool === 'readers' ? '/health/ready' :
					`/health/${pool}/ready`;
				const { status } = await call(target);
				if (status !== 200 || daemon(pool) === null)
					return false;
			}
			return true;
		}, 60);
	}

	// One password, until there is an answer other than to wait.
	async attempt(account, { name, text }) {
		for (let i = 0; i < 10; i++) {
			const visitor = new Visitor();
			const begin = clock();
			const page = await visitor.go(
				authorization(this.clients[0]).target);
			const answer = await visitor.submit(page,
				{ username: account.username, password: text });
			if (answer.status === 429) {
				await pause(1000 * Number(answer.headers['retry-after']));
				continue;
			}
			const event = { op: 'try', begin, end: clock(),
				account: account.username, password: name,
				ok: visitor.cookies.has(SESSION) ||
					mainForm(answer)?.names.includes('new_password') ?
					true : verdict(answer.status) };
			this.events.push(event);
			this.write?.(event);
			return;
		}
		throw new Error(`no end of waiting for ${account.username}`);
	}

	// Which passwords are right, of those that may be and the one before.
	async lastTries(candidates) {
		for (const account of this.accounts) {
			await this.enable(account);
			const names = candidates(account.username);
			const known = account.passwords.filter(({ name, text }) =>
				text !== undefined && names.includes(name));
			const old = account.passwords.filter(({ name }) =>
				!names.includes(name)).slice(-1);
			for (const password of [...old, ...known])
				await this.attempt(account, password);
		}
		await this.record('verify', undefined, {}, async () => {
			const { code, out, note } = await this.hubctl(['verify']);
			return { ok: code === 0, note: note ?? out.trim() };
		});
	}
}
