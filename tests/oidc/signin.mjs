// Signing in, as plain requests: the first time with a temporary password, the
// wrong way, too often, and with what an attacker brings along.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT, STATE, call, customer, hubctl, pause } from '../api/lib/hub.mjs';
import { Visitor, mainForm, newAddress, pageFields } from './lib/form.mjs';
import { authorization, client, codeOf, newcomer, redeem, signIn, tokens,
	unguessable, user } from './lib/provider.mjs';

const app = client('signin', '--public');

const isSignInForm = (page) => {
	pageFields(page);
	const form = mainForm(page);
	assert.ok(form?.names.includes('username'), page.text);
	assert.ok(form.names.includes('password'));
};

async function isNotSignedIn(visitor) {
	const { target } = authorization(app, { prompt: 'none' });
	const { location } = await visitor.go(target);
	assert.match(location, /error=login_required/);
}

// The page that a wrong sign-in gives, without what differs each time.
const shape = ({ status, headers, text }, username) => ({
	status,
	headers: Object.keys(headers).sort().filter((name) =>
		name !== 'set-cookie'),
	text: text.replaceAll(username, 'NAME')
		.replace(/name="form" value="[^"]*"/, '')
		.replaceAll(headers['x-request-id'], 'ID')
		.replace(/state=[^&"]*|nonce=[^&"]*|code_challenge=[^&"]*/g, ''),
});

async function attempt(visitor, username, password, target) {
	const page = await visitor.go(target ?? authorization(app).target);
	isSignInForm(page);
	return visitor.submit(page, { username, password });
}

test('a first sign-in leads to the change form and on to the app', async () => {
	const who = newcomer('first');
	const visitor = new Visitor();
	const request = authorization(app);
	let page = await signIn(visitor, who, request.target);
	const isChangeForm = (status) => {
		pageFields(page);
		assert.equal(page.status, status, page.text);
		assert.equal(new URL(page.url).pathname, '/identity/password');
		assert.ok(mainForm(page).names.includes('new_password'), page.text);
		assert.ok(!page.text.includes(who.password));
		assert.ok(!page.url.includes(who.password));
	};

	isChangeForm(200);
	// It opens nothing else.
	await isNotSignedIn(visitor);
	isSignInForm(await visitor.go('/identity/login'));
	assert.throws(() => hubctl('token', who.username), { status: 1 });

	const own = `${unguessable()} één eigen zin`;
	const put = (password, repeat = password) => visitor.submit(page,
		{ new_password: password, new_password_repeat: repeat });
	for (const [password, repeat] of [
		['te kort'], [own, `${own}.`], [who.password],
		['x'.repeat(129)], [''], ['a'.repeat(20)],
		[`${who.username} ${who.username}`],
	]) {
		page = await put(password, repeat);
		isChangeForm(422);
		await isNotSignedIn(visitor);
	}
	const answer = await put(own);
	const { body } = await redeem(app, codeOf(answer, request), request);
	assert.equal((await call('/account/mine', { token: body.access_token }))
		.status, 200);
	assert.ok(!visitor.cookies.has('__Host-hub-change'));

	// The old one is gone, the new one is there, in both forms of its é.
	page = await attempt(new Visitor(), who.username, who.password);
	assert.equal(page.status, 403);
	for (const form of ['NFC', 'NFD']) {
		await tokens(app, { username: who.username.toUpperCase(),
			password: own.normalize(form) });
	}
});

test('a form that comes twice goes on as the first did', async () => {
	const who = newcomer('twice');
	const visitor = new Visitor();
	const request = authorization(app);
	const page = await signIn(visitor, who, request.target);
	const own = unguessable();
	const cookies = new Map(visitor.cookies);
	const again = new Visitor({ address: visitor.address });
	again.cookies = cookies;
	const fields = { new_password: own, new_password_repeat: own };

	const answers = await Promise.all([visitor.submit(page, fields),
		again.submit(page, fields)]);
	const codes = answers.map((answer) => codeOf(answer, request));
	assert.notEqual(codes[0], codes[1]);
	await tokens(app, { username: who.username, password: own });
});

test('an expired temporary password tells whom to ask', async () => {
	const username = customer('expired');
	// As if it had been made four days ago.
	const password = execFileSync('faketime', ['-f', '-4d',
		path.join(ROOT, 'scripts/hubctl'), '--state', STATE,
		'account', 'reset-password', username], { encoding: 'utf8' })
		.trimEnd().split('\n').at(-1);
	for (const [language, says] of [['nl', /verlopen[\s\S]*adviseur/],
		['en', /expired[\s\S]*ask/i]]) {
		const visitor = new Visitor({ language });
		const page = await attempt(visitor, username, password);
		pageFields(page);
		assert.equal(page.status, 403);
		assert.match(page.text, says);
		assert.ok(!visitor.cookies.has('__Host-hub'));
		assert.ok(!visitor.cookies.has('__Host-hub-change'));
	}
	const fresh = hubctl('account', 'reset-password', username)
		.trimEnd().split('\n').at(-1);
	const page = await attempt(new Visitor(), username, fresh);
	assert.ok(mainForm(page).names.includes('new_password'));
});

test('the change form stands open to nobody else', async () => {
	const { visitor } = await tokens(app, user('no-change'));
	for (const who of [new Visitor(), visitor]) {
		const page = await who.go('/identity/password');
		pageFields(page);
		assert.equal(page.status, 403);
		assert.ok(!page.text.includes('new_password'));
	}
});

test('a reset closes a form that is open and ends the old password',
	async () => {
		const who = newcomer('reset');
		const visitor = new Visitor();
		const page = await signIn(visitor, who, authorization(app).target);
		const next = hubctl('account', 'reset-password', who.username)
			.trimEnd().split('\n').at(-1);
		const own = unguessable();
		const late = await visitor.submit(page,
			{ new_password: own, new_password_repeat: own });
		assert.equal(late.status, 403, late.text);
		await isNotSignedIn(visitor);
		for (const password of [who.password, own]) {
			assert.equal((await attempt(new Visitor(), who.username, password))
				.status, 403);
		}
		assert.ok(mainForm(await attempt(new Visitor(), who.username, next))
			.names.includes('new_password'));
	});

test('wrong, unknown and disabled are told apart by nothing', async () => {
	const known = user('known'), disabled = user('disabled-signin');
	hubctl('account', 'disable', disabled.username);
	const target = authorization(app).target;
	const shapes = [];
	for (const [username, password] of [
		[known.username, unguessable()],
		['nobody-at-all@api-test.example', unguessable()],
		[disabled.username, unguessable()],
		[disabled.username, disabled.password],
		[known.username, ''], ['nobody@api-test.example', ''],
	]) {
		const page = await attempt(new Visitor(), username, password, target);
		isSignInForm(page);
		assert.equal(page.status, 403);
		shapes.push(shape(page, username));
	}
	for (const one of shapes.slice(1))
		assert.deepEqual(one, shapes[0]);
});

// Wrong tries until one is kept out; how many there were before.
async function untilThrottled(next) {
	for (let tries = 0; tries < 40; tries++) {
		const [visitor, username] = next(tries);
		const page = await attempt(visitor, username, unguessable());
		if (page.status === 429)
			return { page, tries };
		assert.equal(page.status, 403);
	}
	throw new Error('nobody is kept out');
}

const secondsOf = (page) => {
	assert.match(page.headers['retry-after'], /^[1-9]\d*$/);
	return Number(page.headers['retry-after']);
};

test('a name is throttled, from wherever, known or not, never for good',
	async () => {
		const who = user('throttled');
		const shapes = [];
		for (const username of [who.username, 'throttled@nowhere.example']) {
			const { page, tries } = await untilThrottled(() =>
				[new Visitor(), username]);
			isSignInForm(page);
			assert.ok(tries >= 3, `only ${tries} tries were free`);
			assert.ok(secondsOf(page) <= 5);
			shapes.push(shape(page, username));
		}
		assert.deepEqual({ ...shapes[0], text: '' },
			{ ...shapes[1], text: '' });
		// The right password waits as well, but only so long.
		const request = authorization(app);
		for (;;) {
			const page = await attempt(new Visitor(), who.username,
				who.password, request.target);
			if (page.location !== undefined) {
				codeOf(page, request);
				break;
			}
			assert.equal(page.status, 429);
			await pause(secondsOf(page) * 1000);
		}
		// And then it begins anew.
		assert.equal((await attempt(new Visitor(), who.username, 'x')).status,
			403);
		await tokens(app, who);
	});

test('an address is throttled, and no other', async () => {
	const address = newAddress();
	const { page, tries } = await untilThrottled((i) =>
		[new Visitor({ address }), `address-${i}@nowhere.example`]);
	assert.ok(tries >= 20, `only ${tries} tries were free`);
	secondsOf(page);
	await tokens(app, user('elsewhere'));
});

test('a form of another browser or another site does nothing', async () => {
	const who = user('csrf');
	const visitor = new Visitor(), other = new Visitor();
	const page = await visitor.go(authorization(app).target);
	const theirs = await other.go(authorization(app).target);
	const { action, values } = mainForm(page);
	const right = { ...values, ...who, id: undefined };
	delete right.id;
	for (const [fields, headers] of [
		[{ ...right, form: mainForm(theirs).values.form }],
		[{ ...right, form: '' }],
		[{ ...right, form: 'x'.repeat(43) }],
		[right, { origin: 'https://evil.example' }],
	]) {
		const answer = await visitor.request(action,
			{ method: 'POST', fields, headers });
		assert.equal(answer.status, 400, answer.text);
		assert.deepEqual(answer.headers['set-cookie'] ?? [], []);
		await isNotSignedIn(visitor);
	}
	const bare = new Visitor();
	assert.equal((await bare.request(action, { method: 'POST', fields: right }))
		.status, 400);
	assert.ok((await visitor.submit(page, { username: who.username,
		password: who.password })).location);
});

test('the session is a new one at each sign-in, and of strict make',
	async () => {
		const who = user('fixation');
		const visitor = new Visitor();
		const planted = 'A'.repeat(43);
		visitor.cookies.set('__Host-hub', planted);
		await tokens(app, who, {}, visitor);
		const first = visitor.cookies.get('__Host-hub');
		assert.match(first, /^[A-Za-z0-9_-]{43}$/);
		assert.notEqual(first, planted);
		await tokens(app, who, { prompt: 'login' }, visitor);
		assert.notEqual(visitor.cookies.get('__Host-hub'), first);
		const thief = new Visitor();
		thief.cookies.set('__Host-hub', planted);
		await isNotSignedIn(thief);

		const page = await new Visitor().go(authorization(app).target);
		const lines = page.all('set-cookie');
		assert.ok(lines.length > 0);
		const answer = await new Visitor().request('/identity/login');
		for (const line of [...lines, ...answer.all('set-cookie')]) {
			assert.match(line, /^__Host-/);
			assert.match(line, /; *Secure/i);
			assert.match(line, /; *HttpOnly/i);
			assert.match(line, /; *SameSite=Lax/i);
			assert.match(line, /; *Path=\/($|;)/i);
			assert.doesNotMatch(line, /domain/i);
		}
	});

test('several requests in one browser run side by side', async () => {
	const who = user('side-by-side');
	const visitor = new Visitor();
	const requests = Array.from({ length: 4 }, () => authorization(app));
	const pages = [];
	for (const { target } of requests)
		pages.push(await visitor.go(target));
	for (const [i, page] of pages.entries()) {
		const answer = await visitor.submit(page,
			{ username: who.username, password: who.password });
		const { status } = await redeem(app, codeOf(answer, requests[i]),
			requests[i]);
		assert.equal(status, 200);
	}
});

test('prompt and max_age ask for another sign-in, and only then', async () => {
	const who = user('prompt');
	const { visitor, ...before } = await tokens(app, who);
	const timeOf = ({ id_token: text }) => JSON.parse(Buffer.from(
		text.split('.')[1], 'base64url').toString()).auth_time;
	for (const params of [{}, { prompt: 'none' }, { max_age: '10000' }]) {
		const { location } = await visitor.go(
			authorization(app, params).target);
		assert.match(location, /code=/);
	}
	await pause(1100);
	for (const params of [{ prompt: 'login' }, { max_age: '0' },
		{ max_age: '1' }]) {
		isSignInForm(await visitor.go(authorization(app, params).target));
		const again = await tokens(app, who, params, visitor);
		assert.ok(timeOf(again) > timeOf(before), JSON.stringify(params));
		await pause(2100);
	}
	const { location } = await visitor.go(
		authorization(app, { prompt: 'none', max_age: '1' }).target);
	assert.match(location, /error=login_required/);
});

test('the audit log tells of it, without anything secret', async () => {
	const who = newcomer('audited');
	await attempt(new Visitor(), who.username, unguessable());
	const visitor = new Visitor();
	const own = unguessable();
	const request = authorization(app);
	const page = await signIn(visitor, who, request.target);
	const answer = await visitor.submit(page,
		{ new_password: own, new_password_repeat: own });
	const code = codeOf(answer, request);
	const { body } = await redeem(app, code, request);
	const text = hubctl('audit', '--account', who.username, '--json');
	const events = text.trim().split('\n').map((line) =>
		JSON.parse(line).event);
	for (const event of ['signin.failed', 'signin.succeeded',
		'password.changed'])
		assert.ok(events.includes(event), `${event} is not in ${events}`);
	const all = hubctl('audit', '--json');
	for (const secret of [who.password, own, who.username, code,
		visitor.cookies.get('__Host-hub'), body.access_token,
		body.refresh_token, body.id_token])
		assert.ok(!all.includes(secret), secret);
});
