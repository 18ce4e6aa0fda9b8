// The user's own page, as plain requests: password, sessions, apps, everywhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, hubctl } from '../api/lib/hub.mjs';
import { Visitor, mainForm, pageFields } from './lib/form.mjs';
import { authorization, client, newcomer, refresh, signIn, tokens, unguessable,
	user } from './lib/provider.mjs';

const app = client('account-app', '--public', '--name', 'Mijn app');
const ACCOUNT = '/identity/account';

const pathOf = (page) => new URL(page.url).pathname;

async function open(visitor, who) {
	const page = await signIn(visitor, who, ACCOUNT);
	assert.equal(pathOf(page), ACCOUNT, page.text);
	pageFields(page);
	return page;
}

// The same without a sign-in.
async function look(visitor) {
	const page = await visitor.go(ACCOUNT);
	assert.equal(pathOf(page), ACCOUNT, page.text);
	return page;
}

const press = (visitor, page, fields) => visitor.go(ACCOUNT, {
	method: 'POST',
	fields: { form: mainForm(page).values.form, ...fields },
});

const change = (visitor, page, current, next, repeat = next) =>
	visitor.submit(page, {
		current_password: current, new_password: next,
		new_password_repeat: repeat,
	});

const isSignedIn = async (visitor) =>
	pathOf(await visitor.go(ACCOUNT)) === ACCOUNT;

const sessionsOf = (page) =>
	[...page.text.matchAll(/name="session" value="([^"]*)"/g)]
		.map(([, sid]) => sid);

test('whoever is not signed in signs in first and comes back', async () => {
	const who = user('account-back');
	const visitor = new Visitor({ language: 'en' });
	const page = await open(visitor, who);
	assert.match(page.text, /<h1>My account<\/h1>/);
	assert.deepEqual(mainForm(page).names, ['form', 'do', 'current_password',
		'new_password', 'new_password_repeat']);
});

test('a temporary password opens the change form only', async () => {
	const who = newcomer('account-new');
	const visitor = new Visitor();
	const page = await signIn(visitor, who, ACCOUNT);
	assert.equal(pathOf(page), '/identity/password');
	assert.equal(await isSignedIn(visitor), false);
	const chosen = unguessable();
	const form = await visitor.go('/identity/password?to=account');
	const done = await visitor.submit(form,
		{ new_password: chosen, new_password_repeat: chosen });
	assert.equal(pathOf(done), ACCOUNT);
});

test('a new password ends all but this browser', async () => {
	const who = user('account-password');
	const other = await tokens(app, who);
	const visitor = new Visitor();
	const page = await open(visitor, who);
	const next = unguessable();
	const old = visitor.cookies.get('__Host-hub');
	const done = await change(visitor, page, who.password, next);
	assert.equal(done.status, 200, done.text);
	assert.match(done.text, /role="status">Uw wachtwoord is gewijzigd/);
	assert.notEqual(visitor.cookies.get('__Host-hub'), old);
	assert.equal(await isSignedIn(visitor), true);
	assert.equal(await isSignedIn(other.visitor), false);
	assert.equal((await call('/account/mine',
		{ token: other.access_token })).status, 401);
	assert.equal((await refresh(app, other.refresh_token)).status, 400);
	const stale = new Visitor();
	const refused = await signIn(stale, who, ACCOUNT);
	assert.equal(refused.status, 403);
	await open(new Visitor(), { ...who, password: next });
});

test('a wrong current password is told, counted and throttled', async () => {
	const who = user('account-wrong');
	const visitor = new Visitor();
	let page = await open(visitor, who);
	const next = unguessable();
	const differ = await change(visitor, page, who.password, next, 'x');
	assert.equal(differ.status, 422, differ.text);
	const short = await change(visitor, differ, who.password, 'kort');
	assert.equal(short.status, 422);
	assert.match(short.text, /te kort/);
	page = short;
	for (let i = 0; i < 4; i++) {
		page = await change(visitor, page, `${who.password}x`, next);
		assert.equal(page.status, 403, page.text);
		assert.ok(!page.text.includes(who.password));
		assert.ok(!page.text.includes(next));
	}
	const kept = await change(visitor, page, who.password, next);
	assert.equal(kept.status, 429);
	assert.match(kept.headers['retry-after'], /^\d+$/);
	assert.equal(await isSignedIn(visitor), true);
	const log = hubctl('audit', '--since', '1h', '--json');
	assert.ok(log.includes('at a change of password'));
	assert.ok(!log.includes(next) && !log.includes(who.password));
});

test('the same form twice at once: one password, one answer each', async () => {
	const who = user('account-twice');
	const visitor = new Visitor();
	const page = await open(visitor, who);
	const wishes = [unguessable(), unguessable()];
	const answers = await Promise.all(wishes.map((wish) => {
		const copy = new Visitor();
		copy.cookies = new Map(visitor.cookies);
		return change(copy, page, who.password, wish)
			.then((answer) => ({ answer, copy }));
	}));
	for (const { answer } of answers)
		assert.ok([200, 403].includes(answer.status), answer.text);
	const good = [];
	for (const password of [who.password, ...wishes]) {
		const answer = await signIn(new Visitor(), { ...who, password },
			ACCOUNT);
		if (answer.status === 200)
			good.push(password);
	}
	assert.equal(good.length, 1, 'one password counts');
	assert.ok(wishes.includes(good[0]));
});

test('no refresh succeeds after a new password was answered', async () => {
	const who = user('account-refresh');
	const got = await Promise.all(Array.from({ length: 4 }, () =>
		tokens(app, who)));
	const visitor = new Visitor();
	const page = await open(visitor, who);
	let changed = false, after = 0;
	const last = got.map(({ access_token }) => access_token);
	const loops = got.map(async ({ refresh_token }, i) => {
		let token = refresh_token;
		for (;;) {
			const late = changed;
			const { status, body } = await refresh(app, token);
			if (status !== 200) {
				assert.equal(body.error, 'invalid_grant');
				return;
			}
			after += late;
			token = body.refresh_token;
			last[i] = body.access_token;
		}
	});
	const done = await change(visitor, page, who.password, unguessable());
	changed = true;
	assert.equal(done.status, 200, done.text);
	await Promise.all(loops);
	assert.equal(after, 0);
	for (const token of last)
		assert.equal((await call('/account/mine', { token })).status, 401);
	assert.equal(await isSignedIn(visitor), true);
});

test('sessions: this one is marked, others end', async () => {
	const who = user('account-sessions');
	const first = await tokens(app, who);
	const visitor = new Visitor();
	const page = await open(visitor, who);
	assert.match(page.text, /Deze browser<\/h3>/);
	assert.match(page.text, /Een andere browser<\/h3>/);
	assert.match(page.text, /Mijn app<\/h3>/);
	assert.ok(!page.text.includes(visitor.address), 'no whole address');
	const mine = await look(first.visitor);
	const [own] = sessionsOf({ text: mine.text.split('<article>')
		.find((part) => part.includes('Deze browser</h3>')) });
	const done = await press(visitor, page, { do: 'session', session: own });
	assert.match(done.text, /U bent in die browser afgemeld/);
	assert.equal(sessionsOf(done).length, 1);
	assert.equal(await isSignedIn(first.visitor), false);
	assert.equal((await call('/account/mine',
		{ token: first.access_token })).status, 401);
	assert.match((await press(visitor, done, { do: 'session', session: own }))
		.text, /Dat was al beëindigd/);
	// Nobody ends another's.
	const stranger = user('account-stranger');
	const strange = new Visitor();
	const theirs = await open(strange, stranger);
	await press(strange, theirs,
		{ do: 'session', session: sessionsOf(done)[0] });
	assert.equal(await isSignedIn(visitor), true);
	// One's own is a sign-out.
	const left = await press(visitor, await look(visitor),
		{ do: 'session', session: sessionsOf(done)[0] });
	assert.equal(pathOf(left), '/identity/login');
	assert.equal(visitor.cookies.has('__Host-hub'), false);
});

test('an app of our own ends too', async () => {
	const who = user('account-app');
	const got = await tokens(app, who);
	const page = await look(got.visitor);
	const done = await press(got.visitor, page, { do: 'app', client: app.id });
	assert.match(done.text, /Geen app heeft toegang/);
	assert.equal((await refresh(app, got.refresh_token)).status, 400);
	assert.equal((await call('/account/mine',
		{ token: got.access_token })).status, 401);
	assert.equal(await isSignedIn(got.visitor), true);
});

test('everywhere is everywhere', async () => {
	const who = user('account-everywhere');
	const first = await tokens(app, who), second = await tokens(app, who);
	const left = await press(first.visitor, await look(first.visitor),
		{ do: 'everywhere' });
	assert.equal(pathOf(left), '/identity/login');
	for (const { visitor, access_token, refresh_token } of [first, second]) {
		assert.equal(await isSignedIn(visitor), false);
		assert.equal((await call('/account/mine',
			{ token: access_token })).status, 401);
		assert.equal((await refresh(app, refresh_token)).status, 400);
	}
	await open(new Visitor(), who);
});

test('another site does nothing here', async () => {
	const who = user('account-csrf');
	const visitor = new Visitor();
	const page = await open(visitor, who);
	const form = { form: mainForm(page).values.form };
	for (const [fields, headers] of [
		[{ ...form, do: 'everywhere' }, { origin: 'https://evil.example' }],
		[{ do: 'everywhere' }, {}],
		[{ form: unguessable(), do: 'everywhere' }, {}],
		[{ ...form, do: 'what' }, {}],
	]) {
		const answer = await visitor.request(ACCOUNT,
			{ method: 'POST', fields, headers });
		assert.equal(answer.status, 400, answer.text);
	}
	assert.equal(await isSignedIn(visitor), true);
	const { location } = await visitor.go(
		authorization(app, { prompt: 'none' }).target);
	assert.match(location, /[?&]code=/);
});
