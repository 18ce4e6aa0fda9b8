// Signing keys change under load, through every phase of a rotation, without a
// restart and without one refused token, in both pools.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { execFileSync } from 'node:child_process';
import { after, test } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { STATE, call, daemon, hubctl, pause, until } from '../api/lib/hub.mjs';
import { Crowd } from './lib/crowd.mjs';
import { Visitor } from './lib/form.mjs';
import { ISSUER, SCOPE, client, post, refresh, tokens, user } from './lib/provider.mjs';

const MINE = '/account/mine';
const ROTATIONS = Number(process.env.HUB_ROTATIONS ?? 1);
const who = user('rotation');
const app = client('rotation', '--public');
const portal = client('rotation-portal');
const service = client('rotation-service', '--grant', 'client_credentials',
	'--scope', 'records.write');
const crowd = new Crowd(3);
const conf = `${STATE}/rotation.conf`;

after(() => {
	crowd.close();
	fs.rmSync(conf, { force: true });
});

// The operator's tool takes the time ahead from its own configuration.
function rotate(ahead, ...args) {
	const lines = fs.readFileSync(`${STATE}/hub.conf`, 'utf8').split('\n')
		.filter((line) => !line.startsWith('key.ahead'));
	fs.writeFileSync(conf, [...lines, `key.ahead = ${ahead}`, ''].join('\n'));
	execFileSync(`${STATE}/bin/hubctl`, ['--config', conf, 'key', 'rotate',
		...args], { encoding: 'utf8' });
}

// A user's own tokens, renewed with each key.
let chain = await tokens(app, who);

const kidOf = (token) => decodeProtectedHeader(token).kid;
const keys = async () => JSON.parse((await call('/identity/jwks',
	{ cached: true })).text).keys.map(({ kid }) => kid);

const pollers = Array.from({ length: 8 }, () => new Visitor());

async function freshToken(from = pollers[0]) {
	const { status, body } = await post('token', service,
		{ grant_type: 'client_credentials' }, from);
	assert.equal(status, 200);
	return body.access_token;
}

// Until every keeper signs with another key than these.
async function signedAnew(known) {
	assert.ok(await until(async () => {
		const kids = await Promise.all(pollers.map(async (poller) =>
			kidOf(await freshToken(poller))));
		return kids.every((kid) => !known.includes(kid));
	}, 120), 'the next key signs');
	chain = (await refresh(app, chain.refresh_token)).body;
	for (const target of [MINE, '/identity/userinfo'])
		assert.equal((await call(target, { token: chain.access_token }))
			.status, 200);
	return kidOf(chain.access_token);
}

test('rotations under load: no token is refused', async () => {
	const masters = ['readers', 'keepers'].map((pool) => daemon(pool).master);
	const old = await tokens(portal, who);
	const chains = await Promise.all(Array.from({ length: 3 }, () =>
		tokens(app, who)));
	const probe = [{ target: MINE, expect: 200 },
		{ target: '/identity/userinfo', expect: 200 }];
	const seen = [kidOf(old.access_token)];

	const tallies = await crowd.during([
		...chains.map((got) => ({
			act: 'post', endpoint: 'token', who: app, name: 'refresh', probe,
			fields: { grant_type: 'refresh_token',
				refresh_token: got.refresh_token },
		})),
		{ act: 'get', target: MINE, token: old.access_token, name: 'old' },
		{
			act: 'post', endpoint: 'introspect', who: portal, name: 'look',
			fields: { token: old.access_token },
		},
		{
			act: 'post', endpoint: 'token', who: service, name: 'own',
			fields: { grant_type: 'client_credentials' },
			probe: [{ target: MINE, expect: 403 }],
		},
	], async () => {
		for (let i = 0; i < ROTATIONS; i++) {
			// Its time comes by itself.
			rotate('2s');
			seen.push(await signedAnew(seen));
			// Published, and not used as long as its time has not come.
			const published = await keys();
			rotate('1h');
			const [next] = (await keys()).filter((kid) =>
				!published.includes(kid));
			assert.ok(next, 'the next key is published');
			await pause(200);
			assert.equal(kidOf(await freshToken()), seen.at(-1));
			assert.throws(() => rotate('1h'), { status: 1 }, 'one at a time');
			// In its place, at once.
			rotate('1h', '--now');
			assert.equal(await signedAnew(seen), next);
			seen.push(next);
			// At once, with nothing published before.
			rotate('1h', '--now');
			seen.push(await signedAnew(seen));
			await pause(200);
		}
		for (const kid of seen)
			assert.ok((await keys()).includes(kid), 'old keys still verify');
	});

	const answers = tallies.flat();
	const refused = answers.filter(({ status }) => status !== 200);
	assert.deepEqual(refused.slice(0, 5), [],
		`${refused.length} of ${answers.length}`);
	assert.ok(answers.length > 100, `only ${answers.length} answers`);
	for (const { active } of answers.filter(({ job }) => job === 'look'))
		assert.equal(active, true);
	const used = new Set(answers.map(({ key }) => key));
	assert.ok(used.size > 2, 'the crowd has had tokens of several keys');
	assert.deepEqual(['readers', 'keepers'].map((pool) => daemon(pool).master),
		masters, 'nothing was restarted');
});

test('a relying party that has the key set of before and after verifies all',
	async () => {
		const read = async () => createLocalJWKSet(JSON.parse(
			(await call('/identity/jwks', { cached: true })).text));
		const got = await tokens(app, who);
		rotate('5s');
		// Read while the next key waits: it knows what comes.
		const known = await read();
		const kid = await signedAnew([kidOf(got.access_token)]);
		const later = await tokens(app, who);
		assert.equal(kidOf(later.id_token), kid);
		for (const one of [got, later]) {
			await jwtVerify(one.id_token, known,
				{ issuer: ISSUER, audience: app.id });
			await jwtVerify(one.access_token, known, { issuer: ISSUER });
			assert.equal(one.scope, SCOPE);
		}
		assert.match(hubctl('audit'), /key\./);
	});
