// RFC 7009 and RFC 7662, line by line; what each way of ending a token ends
// stands in revocation.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPS, call } from '../api/lib/hub.mjs';
import { Visitor } from './lib/form.mjs';
import { ISSUER, asClient, client, post, refresh, tokens, unguessable, user }
	from './lib/provider.mjs';

const who = user('rfc7009');
const portal = client('rfc7009');
const app = client('rfc7009-app', '--public');
const stranger = client('rfc7009-stranger');
const isAlive = async (got) =>
	(await call('/account/mine', { token: got.access_token })).status === 200;

const NOTHING = ['x', '.', '..', 'a.b.c', 'x'.repeat(43), 'x'.repeat(9000),
	'\r\nX: y', '{"active":true}', 'é', ' '.repeat(10)];

test('revoking what is no token: 200 and nothing told', async () => {
	for (const one of [portal, app]) {
		for (const token of [...NOTHING, unguessable()]) {
			const answer = await post('revoke', one, { token });
			assert.equal(answer.status, 200, JSON.stringify(token));
			assert.deepEqual(answer.body, {});
		}
	}
});

test('introspecting what is no token: inactive, and nothing else', async () => {
	const { status, text } = await post('introspect', portal,
		{ token: unguessable() });
	assert.equal(status, 200);
	assert.equal(text, '{"active":false}');
	for (const token of NOTHING)
		assert.equal((await post('introspect', portal, { token })).text, text,
			JSON.stringify(token));
});

test('of another client\'s token no more is told than of none', async () => {
	for (const owner of [portal, app]) {
		const got = await tokens(owner, who);
		for (const token of [got.access_token, got.refresh_token]) {
			for (const hint of [{}, { token_type_hint: 'access_token' },
				{ token_type_hint: 'refresh_token' }]) {
				const seen = await post('introspect', stranger,
					{ token, ...hint });
				const none = await post('introspect', stranger,
					{ token: unguessable(), ...hint });
				assert.equal(seen.status, none.status);
				assert.equal(seen.text, none.text);
				const ended = await post('revoke', stranger,
					{ token, ...hint });
				const nothing = await post('revoke', stranger,
					{ token: unguessable(), ...hint });
				assert.equal(ended.status, nothing.status);
				assert.equal(ended.text, nothing.text);
			}
		}
		assert.ok(await isAlive(got));
		assert.equal((await refresh(owner, got.refresh_token)).status, 200);
	}
});

test('only POST is heard', async () => {
	const got = await tokens(portal, who);
	const { headers } = asClient(portal);
	for (const endpoint of ['revoke', 'introspect']) {
		for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) {
			const answer = await new Visitor().request(
				`/identity/${endpoint}?token=${got.access_token}`,
				{ method, headers });
			assert.equal(answer.status, 405, `${method} ${endpoint}`);
			assert.equal(answer.headers.allow, 'POST, OPTIONS');
			assert.doesNotMatch(answer.text, /active|sub/);
		}
	}
	assert.ok(await isAlive(got));
});

test('what stands in the query is no parameter', async () => {
	const got = await tokens(portal, who);
	const { headers } = asClient(portal);
	for (const endpoint of ['revoke', 'introspect']) {
		for (const fields of [{}, { token_type_hint: 'access_token' }]) {
			const answer = await new Visitor().request(
				`/identity/${endpoint}?token=${got.access_token}`,
				{ method: 'POST', fields, headers });
			assert.equal(answer.status, 400, answer.text);
			assert.equal(JSON.parse(answer.text).error, 'invalid_request');
		}
	}
	assert.ok(await isAlive(got));
});

test('who does not say who he is, or wrongly, ends and learns nothing',
	async () => {
		const got = await tokens(portal, who);
		const fields = { token: got.access_token };
		for (const endpoint of ['revoke', 'introspect']) {
			for (const one of [{ id: portal.id },
				{ id: portal.id, secret: 'x'.repeat(43) },
				{ id: portal.id, secret: stranger.secret },
				{ id: 'nobody' }, { id: 'nobody', secret: 'x'.repeat(43) },
				{ id: '' }]) {
				const answer = await post(endpoint, one, fields);
				assert.equal(answer.status, 401, answer.text);
				assert.equal(answer.body.error, 'invalid_client');
				assert.match(answer.headers['www-authenticate'], /^Basic /);
			}
			const bare = await new Visitor().request(`/identity/${endpoint}`, {
				method: 'POST', fields,
				headers: { authorization: `Bearer ${got.access_token}` } });
			assert.equal(bare.status, 401, bare.text);
		}
		// A public client names itself to revoke its own, and may not look.
		assert.equal((await post('introspect', app, fields)).status, 401);
		assert.ok(await isAlive(got));
	});

test('revoking a refresh token ends its access tokens, each of them',
	async () => {
		for (const one of [portal, app]) {
			const got = await tokens(one, who);
			const second = (await refresh(one, got.refresh_token)).body;
			const third = (await refresh(one, second.refresh_token)).body;
			const all = [got, second, third];
			for (const each of all)
				assert.ok(await isAlive(each));
			// A hint that is wrong only hints (RFC 7009 section 2.1).
			const { status } = await post('revoke', one, {
				token: third.refresh_token, token_type_hint: 'access_token' });
			assert.equal(status, 200);
			for (const each of all) {
				assert.ok(!await isAlive(each));
				const answer = await refresh(one, each.refresh_token);
				assert.equal(answer.body.error, 'invalid_grant');
			}
			// Once more is no error.
			assert.equal((await post('revoke', one,
				{ token: third.refresh_token })).status, 200);
		}
	});

test('an active token is described, and no secret of it', async () => {
	const got = await tokens(portal, who);
	const access = (await post('introspect', portal,
		{ token: got.access_token })).body;
	assert.deepEqual([access.active, access.iss, access.sub, access.client_id,
		access.aud, access.token_type],
	[true, ISSUER, who.id, portal.id, HTTPS, 'Bearer']);
	const kept = (await post('introspect', portal,
		{ token: got.refresh_token })).body;
	assert.deepEqual([kept.active, kept.iss, kept.sub, kept.client_id,
		kept.token_type], [true, ISSUER, who.id, portal.id, undefined]);
	for (const body of [access, kept]) {
		for (const name of ['gid', 'sid', 'epoch', 'email'])
			assert.ok(!(name in body), name);
	}
});
