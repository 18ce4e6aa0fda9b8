// What employees see and end of where their customers are signed in, with real
// browsers and apps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, hubctl, load, token } from '../api/lib/hub.mjs';
import { account, itemsOf, organization, username } from
	'../api/lib/records.mjs';
import { Visitor } from './lib/form.mjs';
import { client, refresh, signIn, tokens, user } from './lib/provider.mjs';

const HOME = 'employees-home', CONTACT = '/contact/contacts/employees-1/account';
const app = client('employees-app', '--public', '--name', 'Mijn app');
const other = client('employees-other', '--public');
const who = user('employees-customer');

load(organization(HOME),
	{ type: 'contact', id: 'employees-1', organizationId: HOME,
		dossierNumber: '1', kind: 'person', lastName: 'Klant' },
	account(who.id, { [HOME]: '1' }, { name: who.username }),
	{ type: 'account', id: 'employees-e', name: username('employees-e'),
		roles: { [HOME]: ['102'] } });

const bearer = token(username('employees-e'), '--scope', 'openid hub.manage');
const list = async (what) =>
	itemsOf(await call(`${CONTACT}/${what}`, { token: bearer }));
const end = (what, id) => call(`${CONTACT}/${what}/${id}/end`,
	{ method: 'POST', token: bearer });
const isSignedIn = async (visitor) =>
	new URL((await visitor.go('/identity/account')).url).pathname ===
		'/identity/account';

test('sessions are listed and ended', async () => {
	const one = new Visitor(), two = new Visitor();
	await signIn(one, who, '/identity/account');
	const [first, ...rest] = await list('sessions');
	assert.deepEqual(rest, []);
	assert.deepEqual(Object.keys(first), ['id', 'since', 'lastUsed', 'source']);
	assert.match(first.since, /^20\d\d-.*Z$/);
	// Enough to know the place again, and no more.
	assert.match(first.source, /^(\d+\.\d+\.\d+\.|[0-9a-f:]+:)…$|^::1$/);
	await signIn(two, who, '/identity/account');
	assert.equal((await list('sessions')).length, 2);
	const answer = await end('sessions', first.id);
	assert.equal(answer.status, 204, answer.text);
	assert.equal(await isSignedIn(one), false);
	assert.equal(await isSignedIn(two), true);
	assert.equal((await list('sessions')).length, 1);
	assert.equal((await end('sessions', first.id)).status, 404);
	assert.equal((await end('sessions', 'nothing')).status, 404);
});

test('apps are listed and ended, and nothing else with them', async () => {
	const given = await tokens(app, who), kept = await tokens(other, who);
	const apps = await list('apps');
	assert.deepEqual(apps.map(({ id }) => id),
		['employees-app', 'employees-other']);
	assert.deepEqual(Object.keys(apps[0]), ['id', 'name', 'scope', 'since']);
	assert.equal(apps[0].name, 'Mijn app');
	const answer = await end('apps', 'employees-app');
	assert.equal(answer.status, 204, answer.text);
	const mine = (bearer) => call('/identity/userinfo', { token: bearer });
	assert.equal((await mine(given.access_token)).status, 401);
	assert.equal((await refresh(app, given.refresh_token)).status, 400);
	assert.equal((await mine(kept.access_token)).status, 200);
	assert.deepEqual((await list('apps')).map(({ id }) => id),
		['employees-other']);
	assert.equal((await end('apps', 'employees-app')).status, 404);
});

test('the trail tells who ended what, and only a part of addresses',
	async () => {
		const trail = itemsOf(await call(
			'/contact/contacts/employees-1/audit?limit=100',
			{ token: bearer }));
		const of = (name) => trail.filter(({ event }) => event === name);
		const [session] = of('session.ended'), [grant] = of('grant.revoked');
		for (const event of [session, grant]) {
			assert.equal(event.by, username('employees-e'));
			assert.equal(event.contact, 'employees-1');
			assert.equal(event.username, who.username);
		}
		const [signedIn] = of('signin.succeeded');
		assert.equal(signedIn.by, who.username);
		assert.match(signedIn.source, /…$|^::1$/);
		const log = hubctl('audit', '--json', '--contact', 'employees-1')
			.trim().split('\n').map(JSON.parse);
		assert.deepEqual(log.map(({ event }) => event),
			['session.ended', 'grant.revoked']);
		assert.equal(log[1].client, 'employees-app');
		assert.ok(log.every(({ by }) => by === 'employees-e'));
	});
