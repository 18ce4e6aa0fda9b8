// Many processes at the same moment. One code is worth one grant, one refresh
// token one successor, and after an acknowledged revocation nothing succeeds.
// HUB_ROUNDS makes it longer; scripts/hammer does.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { call, hubctl, pause } from '../api/lib/hub.mjs';
import { Crowd, clock } from './lib/crowd.mjs';
import { Visitor, mainForm } from './lib/form.mjs';
import { authorization, client, codeOf, newcomer, post, refresh, signIn,
	tokens, unguessable, user } from './lib/provider.mjs';

const ROUNDS = Number(process.env.HUB_ROUNDS ?? 2);
const MINE = '/account/mine';
const GRACE = 10e6;
const app = client('concurrency', '--public');
const portal = client('concurrency-portal');
const who = user('concurrency');
const crowd = new Crowd(8);

after(() => crowd.close());

const dead = async (token) =>
	assert.equal((await call(MINE, { token })).status, 401);

const copies = (n, job) => Array.from({ length: n }, () => job);

const redemption = (client, code, request) => ({
	act: 'post', endpoint: 'token', who: client, fields: {
		grant_type: 'authorization_code', code,
		redirect_uri: request.redirect_uri, code_verifier: request.verifier,
	},
});

const refreshing = (client, token) => ({
	act: 'post', endpoint: 'token', who: client, name: 'refresh',
	fields: { grant_type: 'refresh_token', refresh_token: token },
});

// Of what the crowd got: bodies of the successes; the others must be errors of
// OAuth and nothing else.
function successes(answers) {
	for (const { status, text } of answers) {
		assert.ok(status === 200 || status === 400, `${status} ${text}`);
		if (status === 400)
			assert.equal(JSON.parse(text).error, 'invalid_grant');
	}
	return answers.filter(({ status }) => status === 200)
		.map(({ text }) => JSON.parse(text));
}

async function freshCode(client, account = who, visitor = new Visitor()) {
	const request = authorization(client);
	const answer = await signIn(visitor, account, request.target);
	return { code: codeOf(answer, request), request, visitor };
}

test('64 uses of one code: exactly one success', async () => {
	for (let i = 0; i < ROUNDS; i++) {
		const { code, request } = await freshCode(app);
		const got = successes(await crowd.once(
			copies(64, redemption(app, code, request))));
		assert.equal(got.length, 1);
		// The other 63 have ended what the one got.
		await dead(got[0].access_token);
		assert.equal((await refresh(app, got[0].refresh_token)).status, 400);
	}
});

test('64 refreshes of one token: one successor', async () => {
	for (let i = 0; i < ROUNDS; i++) {
		const { refresh_token: old } = await tokens(portal, who);
		const answers = await crowd.once(copies(64, refreshing(portal, old)));
		const got = successes(answers);
		assert.ok(got.length > 0);
		assert.equal(new Set(got.map((one) => one.refresh_token)).size, 1);
		// On a machine so slow that the window closed, the grant is over.
		const began = Math.min(...answers.map(({ started }) => started));
		const ended = Math.max(...answers.map((answer) => answer.ended));
		if (ended - began >= GRACE)
			continue;
		assert.equal(got.length, 64);
		assert.equal(new Set(got.map((one) => one.access_token)).size, 64);
		for (const { access_token: token } of got)
			assert.equal((await call(MINE, { token })).status, 200);
		// The successor used, the old one ends all of it.
		const next = (await refresh(portal, got[0].refresh_token)).body;
		successes(await crowd.once(copies(16, refreshing(portal, old))))
			.forEach(() => assert.fail('an old token is worth something'));
		for (const { access_token: token } of [...got, next])
			await dead(token);
		assert.equal((await refresh(portal, next.refresh_token)).status, 400);
	}
});

test('many change forms with one temporary password: one lasting password',
	async () => {
		const account = newcomer('concurrency-change');
		const visitor = new Visitor();
		const page = await signIn(visitor, account, authorization(app).target);
		const { action, values } = mainForm(page);
		const answers = await crowd.once(Array.from({ length: 16 }, () => {
			const password = unguessable();
			return {
				act: 'submit', action, cookies: [...visitor.cookies],
				name: password, fields: { ...values, new_password: password,
					new_password_repeat: password },
			};
		}));
		const done = answers.filter(({ status }) => status === 303);
		assert.equal(done.length, 1);
		for (const { status, text } of answers)
			assert.ok(status === 303 || status === 403, `${status} ${text}`);
		await tokens(app, { ...account, password: done[0].job });
	});

// What ends an access, and by which request or command.
const ends = {
	'revoking the refresh token': async ({ got }) => {
		const { status } = await post('revoke', portal,
			{ token: got.refresh_token });
		assert.equal(status, 200);
	},
	'signing out': async ({ got }) => {
		const { status } = await got.visitor.request('/identity/logout',
			{ method: 'POST', fields: {} });
		assert.equal(status, 200);
	},
	'revoking the account': ({ account }) =>
		hubctl('account', 'revoke', account.username),
	'disabling the account': ({ account }) =>
		hubctl('account', 'disable', account.username),
	'resetting the password': ({ account }) =>
		hubctl('account', 'reset-password', account.username),
};

for (const [name, end] of Object.entries(ends)) {
	test(`no success after ${name}`, async () => {
		const account = user(`concurrency-${name.replaceAll(' ', '-')}`);
		const got = await tokens(portal, account);
		const steady = (await refresh(portal, got.refresh_token)).body;
		let acknowledged;
		const tallies = await crowd.during([
			...copies(12, { act: 'get', target: MINE, name: 'token',
				token: got.access_token }),
			...copies(4, { act: 'get', target: '/identity/userinfo',
				name: 'userinfo', token: steady.access_token }),
			...copies(4, { act: 'post', endpoint: 'introspect', who: portal,
				name: 'introspection', fields: { token: got.access_token } }),
		], async () => {
			await pause(300);
			await end({ account, got: { ...got, ...steady } });
			acknowledged = clock();
			await pause(300);
		});
		for (const [i, tally] of tallies.entries()) {
			const before = tally.filter(({ ended }) => ended < acknowledged);
			const late = tally.filter(({ started }) => started > acknowledged);
			assert.ok(before.some(({ status }) => status === 200), `job ${i}`);
			for (const { job, status, active } of late) {
				assert.equal(active ?? false, false, job);
				assert.equal(status, job === 'introspection' ? 200 : 401);
			}
		}
		assert.ok(tallies.flat().some(({ started }) =>
			started > acknowledged), 'somebody asked afterwards');
		assert.deepEqual((await post('introspect', portal,
			{ token: got.access_token })).body, { active: false });
	});
}

// A refresh or a redemption that races with the end may succeed, but what it
// brings is worth nothing once both are over.
for (const [name, end] of Object.entries(ends)) {
	test(`nothing survives a race with ${name}`, async () => {
		for (let i = 0; i < ROUNDS; i++) {
			const id = `race-${i}-${name.replaceAll(' ', '-')}`;
			const account = user(id);
			const got = await tokens(portal, account);
			const { code, request } = await freshCode(portal, account,
				got.visitor);
			await crowd.prepare([
				...copies(20, refreshing(portal, got.refresh_token)),
				redemption(portal, code, request),
			]);
			const [answers] = await Promise.all([
				crowd.again(), end({ account, got }),
			]);
			for (const { access_token: token, refresh_token: next } of
				successes(answers)) {
				// The grant of the code is another one, which only the
				// session and the account end.
				if (name === 'revoking the refresh token' &&
				    gidOf(token) !== gidOf(got.access_token))
					continue;
				await dead(token);
				const { status } = await refresh(portal, next);
				assert.equal(status, 400);
			}
			await dead(got.access_token);
			assert.equal((await refresh(portal, got.refresh_token)).status,
				400);
		}
	});
}

function gidOf(token) {
	return JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).gid;
}
