// A forgotten password, as plain requests through nginx, while the hub has a
// mail server that takes nothing: what is asked for waits in the queue.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { STATE, hubctl, originalConf, reload } from '../api/lib/hub.mjs';
import { Visitor, mainForm, newAddress, pageFields } from './lib/form.mjs';
import { authorization, client, codeOf, newcomer, redeem, signIn, tokens,
	user } from './lib/provider.mjs';

const FORGOT = '/identity/forgot';
const app = client('forgot', '--public');

const events = (name) => hubctl('audit', '--json').trim().split('\n')
	.map((line) => JSON.parse(line)).filter(({ event }) => event === name);

test('without a mail server there is neither page nor link', async () => {
	const visitor = new Visitor();
	const page = await visitor.go(FORGOT);
	assert.equal(page.status, 404);
	pageFields(page);
	assert.doesNotMatch((await visitor.go('/identity/login')).text, /forgot/);
	await reload(`${originalConf}
mail.server = 127.0.0.1:9
mail.security = none
mail.from = hub@example.nl
mail.templates = ${STATE}/texts
`);
});

before(() => assert.doesNotMatch(originalConf, /^\s*mail\./m));
after(() => reload(originalConf));

// To where a link of the page leads that begins so.
const follow = (visitor, page, name) => {
	const [, way] = new RegExp(`href="(${name}[^"]*)"`).exec(page.text);
	return visitor.go(new URL(way.replaceAll('&amp;', '&'), page.url).href);
};

async function askFor(username, visitor = new Visitor(), page = undefined) {
	const form = page ?? await visitor.go(FORGOT);
	assert.equal(form.status, 200);
	pageFields(form);
	assert.deepEqual(mainForm(form).names, ['form', 'username']);
	return visitor.submit(form, { username });
}

test('every name gets the same page, and keeps its password', async () => {
	const known = user('forgot-known'), disabled = user('forgot-disabled');
	const pending = newcomer('forgot-pending');
	hubctl('account', 'disable', disabled.username);
	const shape = ({ status, headers, text }) =>
		({ status, text, headers: Object.keys(headers).sort() });
	const before = events('password.forgotten').length;
	const first = shape(await askFor(known.username));

	assert.equal(first.status, 200);
	assert.match(first.text, /<h1>Kijk in uw e-mail<\/h1>/);
	for (const name of [disabled.username, pending.username,
		'nobody-forgot@nowhere.example', 'x', known.username.toUpperCase()])
		assert.deepEqual(shape(await askFor(name)), first, name);
	const told = events('password.forgotten').slice(before);
	assert.equal(told.length, 6);
	assert.equal(new Set(told.map(({ account }) => account ?? '')).size, 4,
		'three accounts, and nobody');
	assert.ok(!JSON.stringify(told).includes('@'));
	await tokens(app, known);
	const page = await signIn(new Visitor(), pending,
		authorization(app).target);
	assert.equal(new URL(page.url).pathname, '/identity/password');
});

test('the way back leads on to the app', async () => {
	const who = user('forgot-way');
	const visitor = new Visitor({ language: 'en' });
	const request = authorization(app);
	const page = await askFor(who.username, visitor, await follow(visitor,
		await visitor.go(request.target), 'forgot'));
	assert.match(page.text, /<h1>Look in your email<\/h1>/);
	const { username, password } = who;
	const answer = await visitor.submit(
		await follow(visitor, page, 'login'), { username, password });
	const { body } = await redeem(app, codeOf(answer, request), request);
	assert.ok(body.access_token);
});

test('CSRF: a form of another browser or site asks for nothing', async () => {
	const who = user('forgot-csrf');
	const [visitor, victim] = [new Visitor(), new Visitor()];
	const { action, values } = mainForm(await visitor.go(FORGOT));
	const before = events('password.forgotten').length;
	await victim.go(FORGOT);
	for (const [one, fields, headers] of [
		[victim, values, {}], [visitor, { form: '' }, {}],
		[visitor, {}, {}], [new Visitor(), values, {}],
		[visitor, values, { origin: 'https://evil.example' }],
	]) {
		const { status } = await one.request(action, { method: 'POST',
			fields: { ...fields, username: who.username }, headers });
		assert.equal(status, 400);
	}
	assert.equal(events('password.forgotten').length, before);
});

test('too many requests for a name, or of an address, have to wait', async () => {
	const address = newAddress();
	const wait = async (nameOf, visitorOf, most) => {
		for (let i = 0; i < most; i++) {
			const page = await askFor(nameOf(i), visitorOf());
			if (page.status === 429)
				return { page, i };
			assert.equal(page.status, 200);
		}
		return assert.fail('nobody had to wait');
	};
	const { page, i } = await wait(() => 'often-forgot@nowhere.example',
		() => new Visitor(), 30);
	assert.ok(i >= 3);
	assert.match(page.headers['retry-after'], /^[1-9]\d*$/);
	assert.match(page.text, /te vaak een tijdelijk wachtwoord/);
	await wait((n) => `forgot-${n}@nowhere.example`,
		() => new Visitor({ address }), 60);
});
