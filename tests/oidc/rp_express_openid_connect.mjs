// express-openid-connect, as doc/examples has it: sign-in with PKCE, userinfo,
// the customer API, renewal, a grant that has ended, sign-out.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { HTTPS, call, demo, hubctl } from '../api/lib/hub.mjs';
import { client, post, unguessable, user } from './lib/provider.mjs';
import { Traveller, freePort, json, listenedApi, startExample }
	from './lib/relying.mjs';

const port = await freePort();
const portal = `https://127.0.0.1:${port}`;
const api = await listenedApi();
const who = client('rp-express', '--redirect-uri', `${portal}/callback`,
	'--post-logout-uri', portal);
const app = await startExample('express-openid-connect.mjs', {
	HUB: HTTPS, BASE_URL: portal, CLIENT_ID: who.id,
	CLIENT_SECRET: who.secret, SESSION_SECRET: unguessable(),
	HOST: '127.0.0.1', PORT: port, API: api.address,
});

after(async () => {
	await app.close();
	api.close();
});

const isSignedIn = async (traveller) =>
	json(await traveller.go(portal)).signedIn;
const works = async (token) =>
	(await call('/account/mine', { token })).status === 200;

test('a page that wants a user leads to the hub and back', async () => {
	const traveller = new Traveller();
	assert.equal(await isSignedIn(traveller), false);
	const [customer] = demo.accounts;
	const answer = await traveller.signIn(`${portal}/contracts`, customer);
	assert.equal(answer.url, `${portal}/contracts`, answer.text);
	assert.ok(json(answer).data.items.length > 0);
	assert.equal(await isSignedIn(traveller), true);

	const profile = json(await traveller.go(`${portal}/profile`));
	assert.equal(profile.preferred_username, customer.username);
	assert.equal(profile.email, customer.username);
});

test('an ended access token is renewed, an ended grant asks for the user',
	async () => {
		const account = user('rp-express');
		const traveller = new Traveller();
		json(await traveller.signIn(`${portal}/contracts`, account));
		const first = api.seen.at(-1);
		assert.equal((await post('revoke', who, { token: first })).status, 200);
		const before = api.seen.length;
		const answer = await traveller.go(`${portal}/contracts`);
		assert.equal(answer.url, `${portal}/contracts`, answer.text);
		json(answer);
		const [old, renewed] = api.seen.slice(before);
		assert.equal(old, first);
		assert.notEqual(renewed, first);
		assert.ok(await works(renewed));

		// What it keeps is the new refresh token: it works again.
		await post('revoke', who, { token: renewed });
		json(await traveller.go(`${portal}/contracts`));

		hubctl('account', 'revoke', account.username);
		const again = await traveller.signIn(`${portal}/contracts`, account);
		assert.equal(again.url, `${portal}/contracts`, again.text);
		json(again);
	});

test('its sign-out is the hub\'s', async () => {
	const account = user('rp-express-out');
	const traveller = new Traveller();
	json(await traveller.signIn(`${portal}/contracts`, account));
	const token = api.seen.at(-1);
	assert.ok(await works(token));
	const home = await traveller.go(`${portal}/logout`);
	assert.equal(new URL(home.url).origin, portal);
	assert.deepEqual(json(home), { signedIn: false });
	assert.equal(await works(token), false);
	// Nothing is left at the hub: the form comes again.
	json(await traveller.signIn(`${portal}/contracts`, account));
});

test('a user who has gone from the hub is refused, and told so', async () => {
	const account = user('rp-express-gone');
	const traveller = new Traveller();
	json(await traveller.signIn(`${portal}/contracts`, account));
	hubctl('account', 'disable', account.username);
	const page = await traveller.signIn(`${portal}/contracts`, account);
	assert.ok(page.url.startsWith(`${HTTPS}/identity/`), page.url);
	assert.match(page.text, /role="alert"/);
});
