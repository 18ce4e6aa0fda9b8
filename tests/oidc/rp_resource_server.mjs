// APIs of others that take the hub's tokens: express-oauth2-jwt-bearer as in
// doc/examples, by signature and by introspection; jwks-rsa when keys change
// unannounced; and simple-oauth2, a machine that asks for tokens of its own.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { jwtVerify } from 'jose';
import { HTTPS, call, hubctl } from '../api/lib/hub.mjs';
import { Visitor } from './lib/form.mjs';
import { ISSUER, client, post, refresh, tokens, user } from './lib/provider.mjs';
import { freePort, json, signedAnew, startExample } from './lib/relying.mjs';

const require = createRequire(import.meta.url);
const { ClientCredentials, AuthorizationCode } = require('simple-oauth2');
const jwksRsa = require('jwks-rsa');

const AUDIENCE = 'https://quotes.example';
const account = user('rp-resource');
const app = client('rp-quotes-app', '--public', '--audience', AUDIENCE);
const api = client('rp-quotes-api', '--audience', AUDIENCE,
	'--grant', 'client_credentials', '--scope', 'hub.read');
const other = client('rp-quotes-other', '--public');
const visitor = new Visitor();
const started = [];

after(() => Promise.all(started.map((server) => server.close())));

async function start(env) {
	const port = await freePort();
	started.push(await startExample('resource-server.mjs', {
		HUB: HTTPS, AUDIENCE, CLIENT_ID: api.id, CLIENT_SECRET: api.secret,
		HOST: '127.0.0.1', PORT: port, NODE_ENV: 'production', ...env,
	}));
	return (method, token) => visitor.request(
		`https://127.0.0.1:${port}/quotes`, { method,
			headers: token && { authorization: `Bearer ${token}` } });
}

const ask = await start();

function refused(answer, error, status = 401) {
	assert.equal(answer.status, status, answer.text);
	assert.match(answer.headers['www-authenticate'], error);
}

test('a token for it opens it, for the user that it names', async () => {
	const { access_token: token } = await tokens(app, account);
	assert.deepEqual(json(await ask('GET', token)), { quotesOf: account.id });
	assert.deepEqual(json(await ask('POST', token), 201),
		{ quoteFor: account.id });
	// It is for that API and not for the hub's own.
	assert.equal((await call('/account/mine', { token })).status, 401);
});

test('what is not an access token for it does not', async () => {
	const got = await tokens(app, account);
	const foreign = await tokens(other, account);
	refused(await ask('GET'), /^Bearer/);
	for (const token of [foreign.access_token, got.id_token,
		got.refresh_token, `${got.access_token.slice(0, -6)}AAAAAA`])
		refused(await ask('GET', token), /invalid_token|invalid_request/);
	const narrow = await refresh(app, got.refresh_token, { scope: 'openid' });
	refused(await ask('GET', narrow.body.access_token),
		/insufficient_scope/, 403);
});

test('an ended token: the signature stands, the hub says no', async () => {
	const got = await tokens(app, account);
	assert.equal((await ask('POST', got.access_token)).status, 201);
	await post('revoke', app, { token: got.refresh_token });
	assert.equal((await ask('GET', got.access_token)).status, 200);
	refused(await ask('POST', got.access_token), /invalid_token/);

	const next = await tokens(app, account);
	hubctl('account', 'revoke', account.username);
	assert.equal((await ask('GET', next.access_token)).status, 200);
	refused(await ask('POST', next.access_token), /invalid_token/);
});

test('an API whose secret is wrong lets nothing through that asks', async () => {
	const { access_token: token } = await tokens(app, account);
	const stray = await start({ CLIENT_SECRET: other.id });
	assert.equal((await stray('GET', token)).status, 200);
	assert.equal((await stray('POST', token)).status, 500);
});

test('keys change: as announced for one, unannounced for the other',
	async () => {
		const verify = jwksRsa({ jwksUri: `${ISSUER}/jwks`, cache: true });
		const check = async (token) => {
			const { payload } = await jwtVerify(token, async ({ kid }) =>
				createPublicKey((await verify.getSigningKey(kid))
					.getPublicKey()),
			{ issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt' });
			assert.equal(payload.sub, account.id);
		};
		const first = await tokens(app, account);
		await check(first.access_token);

		// This one reads the keys when the next is published and waits.
		hubctl('key', 'rotate');
		const ready = await start();
		assert.equal((await ready('GET', first.access_token)).status, 200);
		hubctl('key', 'rotate', '--now');
		const second = await signedAnew(app, first);
		for (const token of [first.access_token, second.access_token]) {
			assert.equal((await ready('POST', token)).status, 201);
			await check(token);
		}

		hubctl('key', 'rotate', '--now');
		const third = await signedAnew(app, second);
		for (const token of [first, second, third])
			await check(token.access_token);
	});

const auth = {
	tokenHost: HTTPS, tokenPath: '/identity/token',
	revokePath: '/identity/revoke',
};

for (const authorizationMethod of ['header', 'body']) {
	test(`a machine with its secret in the ${authorizationMethod}`, async () => {
		const service = client(`rp-machine-${authorizationMethod}`,
			'--grant', 'client_credentials', '--scope', 'records.write');
		const machine = new ClientCredentials({
			client: { id: service.id, secret: service.secret }, auth,
			options: { authorizationMethod },
		});
		const got = await machine.getToken({ scope: 'records.write' });
		assert.equal(got.expired(), false);
		assert.equal(got.token.token_type, 'Bearer');
		assert.equal(got.token.refresh_token, undefined);
		const token = got.token.access_token;
		assert.equal((await call('/account/mine', { token })).status, 403,
			'it is nobody\'s account');
		await got.revoke('access_token');
		assert.equal((await call('/account/mine', { token })).status, 401);
		await assert.rejects(machine.getToken({ scope: 'hub.manage' }),
			({ data }) => data.payload.error === 'invalid_scope');

		const wrong = new ClientCredentials({
			client: { id: service.id, secret: other.id }, auth,
			options: { authorizationMethod },
		});
		await assert.rejects(wrong.getToken({}), ({ output, data }) =>
			output.statusCode === 401 &&
			data.payload.error === 'invalid_client');
	});
}

test('simple-oauth2 renews and ends what a user has given', async () => {
	const portal = client('rp-simple');
	const code = new AuthorizationCode({
		client: { id: portal.id, secret: portal.secret }, auth,
	});
	const old = code.createToken(await tokens(portal, account));
	const got = await old.refresh();
	const token = got.token.access_token;
	assert.equal((await call('/account/mine', { token })).status, 200);
	await got.revokeAll();
	assert.equal((await call('/account/mine', { token })).status, 401);
	await assert.rejects(got.refresh(),
		({ data }) => data.payload.error === 'invalid_grant');
});
