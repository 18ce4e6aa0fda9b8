// Debian's modules for Apache, with the configurations of doc/examples:
// mod_auth_openidc signs users in, renews and signs out; mod_oauth2 guards an
// API, by introspection and by key set.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { HTTPS, ROOT, call, hubctl } from '../api/lib/hub.mjs';
import { startApache } from './lib/apache.mjs';
import { Visitor } from './lib/form.mjs';
import { ISSUER, client, post, refresh, tokens, unguessable, user }
	from './lib/provider.mjs';
import { CERTIFICATE, KEY, Traveller, freePort, json, signedAnew }
	from './lib/relying.mjs';

const AUDIENCE = 'https://quotes.example.nl';
const ports = await Promise.all(Array.from({ length: 3 }, freePort));
const [portal, asking, signed] = ports.map((port) =>
	`https://127.0.0.1:${port}`);
const site = client('rp-apache', '--redirect-uri', `${portal}/.oidc`,
	'--post-logout-uri', `${portal}/goodbye`);
const api = client('rp-apache-api', '--audience', AUDIENCE,
	'--grant', 'client_credentials', '--scope', 'hub.read');
const app = client('rp-apache-app', '--public', '--audience', AUDIENCE);
const account = user('rp-apache');
let behind, apache;

// An example with the values of this test in place of its own.
function example(name, values) {
	let text = fs.readFileSync(path.join(ROOT, 'doc/examples', name), 'utf8');
	for (const [old, now] of Object.entries({
		'https://hub.example.nl': HTTPS,
		'/etc/apache2/tls/fullchain.pem': CERTIFICATE,
		'/etc/apache2/tls/privkey.pem': KEY,
		'http://127.0.0.1:3000': `http://127.0.0.1:${behind.address().port}`,
		...values,
	})) {
		assert.ok(text.includes(old), `${name} holds no ${old}`);
		text = text.replaceAll(old, now);
	}
	return text;
}

// To the site is added a place where each request renews the token.
const forSite = (port) => example('mod_auth_openidc.conf', {
	'OIDCClientID portal': `OIDCClientID ${site.id}`,
	'CLIENT-SECRET': site.secret, 'CRYPTO-PASSPHRASE': unguessable(),
	'*:443>': `127.0.0.1:${port}>`, 'https://portal.example.nl': portal,
	'portal.example.nl': '127.0.0.1',
	'</VirtualHost>': `
	OIDCCABundlePath ${process.env.HUB_CA}
	<Location "/always">
		OIDCRefreshAccessTokenBeforeExpiry 86400 logout_on_error
	</Location>
</VirtualHost>`,
});

// mod_oauth2 knows no authorities but the system's, so here, on loopback, it
// does not look at the hub's certificate.
const forApi = (port) => example('mod_oauth2.conf', {
	'ssl_verify=true': 'ssl_verify=false', 'CLIENT-SECRET': api.secret,
	'client_id=quotes-api': `client_id=${api.id}`,
	'*:443>': `127.0.0.1:${port}>`,
	'ServerName quotes.example.nl': 'ServerName 127.0.0.1',
});

// The same with no more than the hub's keys.
const byKeys = (text) => text.replace(/OAuth2TokenVerify .*/,
	`OAuth2TokenVerify jwks_uri ${ISSUER}/jwks ` +
	'"jwks_uri.ssl_verify=false&verify.exp=required&verify.iat=required"');

before(async () => {
	// The site behind it shows what it was told of the user.
	behind = http.createServer((request, response) => {
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify(request.headers));
	});
	await new Promise((done) => behind.listen(0, '127.0.0.1', done));
	apache = await startApache(ports, [forSite(ports[0]), forApi(ports[1]),
		byKeys(forApi(ports[2]))].join('\n'));
});

after(async () => {
	await apache?.close();
	behind?.close();
	behind?.closeAllConnections();
});

const mine = async (token) =>
	(await call('/account/mine', { token })).status;

test('a page behind it gets the user, and a token that the hub takes',
	async () => {
		const traveller = new Traveller();
		const answer = await traveller.signIn(`${portal}/deep?a=b`, account);
		assert.equal(answer.url, `${portal}/deep?a=b`);
		const told = json(answer);
		assert.equal(told.oidc_claim_sub, account.id);
		assert.equal(told.oidc_claim_iss, ISSUER);
		assert.equal(told.oidc_claim_email, account.username);
		assert.equal(told.oidc_claim_preferred_username, account.username);
		assert.equal(told.oidc_claim_given_name, 'Test');
		assert.equal(await mine(told.oidc_access_token), 200);
		assert.equal(told.oidc_refresh_token, undefined);
		// Its session stands, and nobody can claim to be somebody.
		const again = json(await traveller.request(`${portal}/`, { headers: {
			'oidc_claim_sub': 'somebody', 'oidc-claim-sub': 'somebody',
		} }));
		assert.equal(again.oidc_claim_sub, account.id);
	});

test('it renews the token, at the site\'s wish and by itself', async () => {
	const traveller = new Traveller();
	const first = json(await traveller.signIn(`${portal}/`, account))
		.oidc_access_token;
	const asked = json(await traveller.go(`${portal}/.oidc?` +
		new URLSearchParams({ refresh: `${portal}/`, access_token: first })))
		.oidc_access_token;
	assert.notEqual(asked, first);
	assert.equal(await mine(asked), 200);
	const seen = [first, asked];
	for (let i = 0; i < 3; i++) {
		const { oidc_access_token: next } =
			json(await traveller.go(`${portal}/always`));
		assert.ok(!seen.includes(next));
		assert.equal(await mine(next), 200);
		seen.push(next);
	}
});

test('where the grant has ended it asks the hub for the user', async () => {
	const traveller = new Traveller();
	json(await traveller.signIn(`${portal}/`, account));
	hubctl('account', 'revoke', account.username);
	const ended = await traveller.go(`${portal}/always`);
	assert.equal(ended.url, `${portal}/goodbye`);
	const answer = await traveller.signIn(`${portal}/`, account);
	assert.equal(json(answer).oidc_claim_sub, account.id);
});

test('its sign-out is the hub\'s, and ends the tokens', async () => {
	const traveller = new Traveller();
	const { oidc_access_token: token } =
		json(await traveller.signIn(`${portal}/`, account));
	assert.equal(await mine(token), 200);
	const out = await traveller.go(`${portal}/.oidc?` +
		new URLSearchParams({ logout: `${portal}/goodbye` }));
	assert.equal(out.url.split('?')[0], `${portal}/goodbye`);
	assert.equal(json(out).oidc_claim_sub, undefined);
	assert.equal(await mine(token), 401);
	json(await traveller.signIn(`${portal}/`, account));
});

// Signed in at the hub, on the way back to the site.
async function onTheWayBack(traveller) {
	const { headers } = await traveller.request(`${portal}/`);
	const asked = new URL(headers.location);
	assert.equal(asked.searchParams.get('code_challenge_method'), 'S256');
	const answer = await traveller.request(asked.href);
	assert.equal(answer.status, 303, answer.text);
	return new URL(answer.headers.location);
}

test('it takes an answer with its state and of this hub, and no other',
	async () => {
		const traveller = new Traveller();
		json(await traveller.signIn(`${portal}/`, account));
		for (const [name, value] of [['state', 'another'],
			['iss', 'https://evil.example/identity'], ['code', 'another']]) {
			traveller.forget(portal);
			const back = await onTheWayBack(traveller);
			back.searchParams.set(name, value);
			const { text } = await traveller.request(back.href);
			// The module says some errors with 200; what counts is this.
			const { status } = await traveller.request(`${portal}/`);
			assert.equal(status, 302, `${name}: ${text}`);
		}
		traveller.forget(portal);
		json(await traveller.go((await onTheWayBack(traveller)).href));
	});

const ask = (place, token) => new Visitor().request(place,
	{ headers: { authorization: `Bearer ${token}` } });

for (const [name, place, asks] of [['asks the hub', asking, true],
	['knows the hub\'s keys', signed, false]]) {
	test(`an API that ${name}`, async () => {
		const got = await tokens(app, account);
		const told = json(await ask(place, got.access_token));
		assert.equal(told.oauth2_claim_sub, account.id);
		assert.equal(told.oauth2_claim_client_id, app.id);
		const narrow = (await refresh(app, got.refresh_token,
			{ scope: 'openid' })).body;
		const foreign = await tokens(site, account, {
			redirect_uri: `${portal}/.oidc` });
		for (const token of ['x', got.id_token, foreign.access_token])
			assert.equal((await ask(place, token)).status, 401);
		assert.equal((await ask(place, narrow.access_token)).status, 403);
		await post('revoke', app, { token: narrow.refresh_token });
		assert.equal((await ask(place, got.access_token)).status,
			asks ? 401 : 200);
	});
}

test('keys that change unannounced are read anew', async () => {
	const first = await tokens(app, account);
	json(await ask(signed, first.access_token));
	hubctl('key', 'rotate', '--now');
	const second = await signedAnew(app, first);
	for (const { access_token: token } of [first, second])
		json(await ask(signed, token));
	const told = json(await new Traveller().signIn(`${portal}/`, account));
	assert.equal(told.oidc_claim_sub, account.id);
});
