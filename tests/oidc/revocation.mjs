// Whatever ends an access shows at the very next request, in every worker of
// the five endpoints: by token, grant, session, epoch, account and client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTP, HTTPS, call, hubctl } from '../api/lib/hub.mjs';
import * as records from '../api/lib/records.mjs';
import { Visitor } from './lib/form.mjs';
import { authorization, client, codeOf, post, redeem, refresh, setPassword,
	signIn, tokens, unguessable, user } from './lib/provider.mjs';

const app = client('revocation', '--public');
const portal = client('revocation-portal');

const FIVE = [records.ACCOUNT, records.ORGANIZATIONS, records.PERMISSIONS,
	records.CONTRACTS, records.contractPath('none')];

// Enough requests at once that each worker has to answer some. A contract that
// is not there is 404 to who may ask.
async function everywhere(token, alive) {
	const answers = await Promise.all(Array.from({ length: 50 }, (_, i) =>
		call(FIVE[i % 5], { token, base: i % 2 ? HTTP : HTTPS })));
	for (const [i, { status, text }] of answers.entries())
		assert.equal(status, !alive ? 401 : i % 5 === 4 ? 404 : 200, text);
	const { status } = await call('/identity/userinfo', { token });
	assert.equal(status, alive ? 200 : 401);
}

async function isActive(token) {
	const { status, body } = await post('introspect', portal, { token });
	assert.equal(status, 200);
	if (!body.active)
		assert.deepEqual(body, { active: false });
	return body.active;
}

// Neither token opens anything, and the grant is over.
async function isOver(who, got) {
	await everywhere(got.access_token, false);
	const { status, body } = await refresh(who, got.refresh_token);
	assert.equal(status, 400, JSON.stringify(body));
	assert.equal(body.error, 'invalid_grant');
	if (who === portal) {
		for (const token of [got.access_token, got.refresh_token])
			assert.equal(await isActive(token), false);
	}
}

const lives = (got) => everywhere(got.access_token, true);

test('by token: that one alone', async () => {
	const who = user('by-token');
	const got = await tokens(portal, who);
	await lives(got);
	const next = (await refresh(portal, got.refresh_token)).body;
	assert.equal((await post('revoke', portal, { token: got.access_token }))
		.status, 200);
	await everywhere(got.access_token, false);
	assert.equal(await isActive(got.access_token), false);
	await lives(next);
	assert.equal(await isActive(next.refresh_token), true);
});

test('by grant: all its tokens, and no other grant', async () => {
	const who = user('by-grant');
	const got = await tokens(portal, who);
	const other = await tokens(portal, who, {}, got.visitor);
	const next = (await refresh(portal, got.refresh_token)).body;
	await post('revoke', portal, { token: next.refresh_token });
	await isOver(portal, got);
	await isOver(portal, next);
	await lives(other);
	// The session stands: a new grant without a form.
	await lives(await tokens(portal, who, { prompt: 'none' }, got.visitor));
});

test('by session: every grant that began in it, of every client', async () => {
	const who = user('by-session');
	const got = await tokens(app, who);
	const second = await tokens(portal, who, {}, got.visitor);
	const elsewhere = await tokens(app, who);
	const code = authorization(app);
	const pending = codeOf(await signIn(got.visitor, who, code.target), code);
	const [line] = hubctl('account', 'sessions', who.username).split('\n')
		.filter((text) => /session/.test(text));
	assert.ok(line, 'a session is listed');
	const { status } = await got.visitor.request('/identity/logout',
		{ method: 'POST', fields: {} });
	assert.equal(status, 200);
	await isOver(app, got);
	await isOver(portal, second);
	const late = await redeem(app, pending, code);
	assert.equal(late.body.error, 'invalid_grant');
	await lives(elsewhere);
	const { location } = await got.visitor.go(
		authorization(app, { prompt: 'none' }).target);
	assert.match(location, /error=login_required/);
});

test('by session: the operator ends one', async () => {
	const who = user('by-operator');
	const got = await tokens(app, who), other = await tokens(app, who);
	const claims = JSON.parse(Buffer.from(got.access_token.split('.')[1],
		'base64url').toString());
	hubctl('account', 'sessions', who.username, '--end', claims.sid);
	await isOver(app, got);
	await lives(other);
});

for (const [name, act] of [
	['revoke', ({ username }) => hubctl('account', 'revoke', username)],
	['a new password', ({ username }) => setPassword(username, unguessable())],
	['a reset', ({ username }) =>
		hubctl('account', 'reset-password', username)],
]) {
	test(`by epoch: ${name}`, async () => {
		const who = user(`by-epoch-${name.replaceAll(' ', '-')}`);
		const got = await tokens(portal, who);
		const code = authorization(app);
		const pending = codeOf(await signIn(got.visitor, who, code.target),
			code);
		await lives(got);
		act(who);
		await isOver(portal, got);
		assert.equal((await redeem(app, pending, code)).body.error,
			'invalid_grant');
		const { location } = await got.visitor.go(
			authorization(app, { prompt: 'none' }).target);
		assert.match(location, /error=login_required/);
	});
}

test('by account: disabled, and nothing comes back with it', async () => {
	const who = user('by-account');
	const got = await tokens(portal, who);
	hubctl('account', 'disable', who.username);
	await isOver(portal, got);
	hubctl('account', 'enable', who.username);
	await isOver(portal, got);
	const { location } = await got.visitor.go(
		authorization(app, { prompt: 'none' }).target);
	assert.match(location, /error=login_required/);
	await lives(await tokens(portal, who));
});

test('by client: disabled, and back; removed, for good', async () => {
	const who = user('by-client');
	const gone = client('revocation-gone');
	const got = await tokens(gone, who);
	hubctl('client', 'disable', gone.id);
	await everywhere(got.access_token, false);
	assert.equal((await refresh(gone, got.refresh_token)).status, 401);
	hubctl('client', 'enable', gone.id);
	await lives(got);
	hubctl('client', 'remove', gone.id);
	await everywhere(got.access_token, false);
	const { status, body } = await refresh(gone, got.refresh_token);
	assert.equal(status, 401);
	assert.equal(body.error, 'invalid_client');
	const page = await got.visitor.go(authorization(gone).target);
	assert.equal(page.status, 400);
	assert.equal(page.location, undefined);
});

test('another secret: the old one ends, the grants stay', async () => {
	const who = user('by-secret');
	const rotated = client('revocation-secret');
	const got = await tokens(rotated, who);
	const secret = hubctl('client', 'rotate-secret', rotated.id)
		.trimEnd().split('\n').at(-1);
	assert.equal((await refresh(rotated, got.refresh_token)).status, 401);
	const next = await refresh({ ...rotated, secret }, got.refresh_token);
	assert.equal(next.status, 200);
	await lives(got);
});

test('a code used twice ends what the first use gave', async () => {
	const who = user('code-twice');
	const request = authorization(portal);
	const code = codeOf(await signIn(new Visitor(), who, request.target),
		request);
	const got = (await redeem(portal, code, request)).body;
	await lives(got);
	const again = await redeem(portal, code, request);
	assert.equal(again.status, 400);
	assert.equal(again.body.error, 'invalid_grant');
	await isOver(portal, got);
});

test('an old refresh token, when its successor was used, ends the grant',
	async () => {
		const who = user('refresh-twice');
		const got = await tokens(portal, who);
		const second = (await refresh(portal, got.refresh_token)).body;
		const third = (await refresh(portal, second.refresh_token)).body;
		await lives(third);
		const late = await refresh(portal, got.refresh_token);
		assert.equal(late.body.error, 'invalid_grant');
		await isOver(portal, third);
		assert.match(hubctl('audit', '--account', who.username),
			/refresh\.reused/);
	});

test('another client can neither revoke nor look', async () => {
	const who = user('foreign');
	const got = await tokens(app, who);
	const stranger = client('revocation-stranger');
	for (const token of [got.access_token, got.refresh_token]) {
		assert.equal((await post('revoke', stranger, { token })).status, 200);
		assert.deepEqual((await post('introspect', stranger, { token })).body,
			{ active: false });
	}
	await lives(got);
	const { status } = await refresh(stranger, got.refresh_token);
	assert.equal(status, 400);
	await lives(got);
});

test('rotate and revoke in turn, without one late success', async () => {
	const who = user('in-turn');
	for (let i = 0; i < 10; i++) {
		const got = await tokens(app, who);
		const next = (await refresh(app, got.refresh_token)).body;
		await Promise.all([got, next].map((one) => call(records.ACCOUNT,
			{ token: one.access_token })));
		await post('revoke', app, { token: next.refresh_token });
		for (const one of [got, next])
			assert.equal((await call(records.ACCOUNT,
				{ token: one.access_token })).status, 401);
	}
});
