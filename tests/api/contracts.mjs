// GET /contract/contracts/mycontracts without parameters: items, order, tags.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, load, token } from './lib/hub.mjs';
import { CONTRACTS, account, contract, deleted, ids, items, listed, loadText,
	organization, username } from './lib/records.mjs';

const A = 'cs-t-1', B = 'cs-t-2';

load(organization(A), organization(B));

function bearerOf(id, dossiers) {
	load(account(id, dossiers));
	return token(username(id));
}

test('an item has five members, in order; nothing further is listed', async () => {
	const bearer = bearerOf('cs-t-shape', { [A]: 'shape' });
	const record = contract('cs-t-shape', A, 'shape', {
		version: 3, content: { policy: [] }, further: true,
		metadata: { z: 1, a: { y: [null, true, 'é€𐍈"\\/'], b: {} } },
	});
	load(record);
	const found = await items(CONTRACTS, bearer);
	assert.deepEqual(found, [listed(record)]);
	assert.deepEqual(Object.keys(found[0]),
		['id', 'dossierNumber', 'format', 'metadata', 'status']);
});

test('metadata passes through: order of members and spelling of numbers', async () => {
	const bearer = bearerOf('cs-t-spelling', { [A]: 'spelling' });
	const metadata = '{"z":85.90,"a":1.0,"m":-0,"e":1e+02,"E":1.50E-7,' +
		'"big":12345678901234567890123456789,"10":0.10,"2":[85.90,{"q":0.0}]}';
	loadText('{"status":"ACTIVE","metadata":' + metadata +
		`,"type":"contract","organizationId":"${A}","format":"AFD2",` +
		'"id":"cs-t-spelling","dossierNumber":"spelling"}\n');
	const answer = await call(CONTRACTS, { token: bearer });
	assert.equal(answer.text, '{"data":{"items":[{"id":"cs-t-spelling",' +
		'"dossierNumber":"spelling","format":"AFD2","metadata":' + metadata +
		',"status":"ACTIVE"}]}}');
});

test('format and status are open strings', async () => {
	const bearer = bearerOf('cs-t-open', { [A]: 'open' });
	load(contract('cs-t-open', A, 'open',
		{ format: 'Eigen formaat ✓', status: 'premievrij "x"' }));
	const [item] = await items(CONTRACTS, bearer);
	assert.equal(item.format, 'Eigen formaat ✓');
	assert.equal(item.status, 'premievrij "x"');
});

test('without a contract or a dossier the list is empty', async () => {
	for (const dossiers of [{}, { [A]: 'nothing-here' }]) {
		const bearer = bearerOf('cs-t-empty', dossiers);
		const answer = await call(CONTRACTS, { token: bearer });
		assert.equal(answer.text, '{"data":{"items":[]}}');
		assert.match(answer.headers.etag, /^"[^"]+"$/);
	}
});

test('the order is organisation, dossier, contract id, in bytes', async () => {
	// Ids and numbers that are beginnings of each other, cases, punctuation.
	const names = ['cs-o-1', 'cs-o-10', 'cs-o-1.a', 'cs-o-1:', 'cs-o-2',
		'cs-o-Z', 'cs-o-_', 'cs-o-a'];
	const records = names.flatMap((name) => [
		contract(`${name}b`, B, '10'), contract(`${name}c`, A, '9 x')]);
	load(...records.reverse());
	const bearer = bearerOf('cs-t-order', { [B]: '10', [A]: '9 x' });
	const bytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
	assert.deepEqual(await ids(CONTRACTS, bearer), [
		...names.map((name) => `${name}c`).sort(bytes),
		...names.map((name) => `${name}b`).sort(bytes)]);
});

test('a dossier is not one of which it is the beginning', async () => {
	load(contract('cs-p-1', A, '77'), contract('cs-p-2', A, '777'),
		contract('cs-p-3', A, '7'), contract('cs-p-4', A, '77 '),
		contract('cs-p-5', `${B}`, '77'));
	const bearer = bearerOf('cs-t-prefix', { [A]: '77' });
	assert.deepEqual(await ids(CONTRACTS, bearer), ['cs-p-1']);
});

test('the entity tag changes exactly when the list does', async () => {
	const one = contract('cs-e-1', A, 'tag'), two = contract('cs-e-2', A, 'tag');
	load(one, two);
	const bearer = bearerOf('cs-t-tag', { [A]: 'tag', [B]: 'tag' });
	const tag = async () =>
		(await call(CONTRACTS, { token: bearer })).headers.etag;
	const first = await tag();
	load({ ...one, version: 4, content: { more: 1 } });
	assert.equal(await tag(), first, 'a member that is not listed');
	load(account('cs-t-tag', { [B]: 'tag', [A]: 'tag' }));
	assert.equal(await tag(), first, 'dossiers in another order');
	load(contract('cs-e-other', A, 'tag-2'));
	assert.equal(await tag(), first, 'a contract of others');
	load({ ...one, status: 'SUSPENDED' });
	const changed = await tag();
	assert.notEqual(changed, first);
	load(one);
	assert.equal(await tag(), first, 'as it was at first');
	load(contract('cs-e-3', B, 'tag'));
	const added = await tag();
	assert.notEqual(added, first);
	// The same contract at another organisation: the item is the same.
	load(contract('cs-e-3', A, 'tag'));
	await tag();
	load(deleted('contract', 'cs-e-3'));
	assert.equal(await tag(), first, 'taken away again');
	load(deleted('contract', 'cs-e-2'));
	assert.notEqual(await tag(), first);
});

test('304 in each form of If-None-Match, and with parameters', async () => {
	const bearer = bearerOf('cs-t-304', { [A]: '304' });
	load(contract('cs-304-1', A, '304'), contract('cs-304-2', A, '304'));
	for (const target of [CONTRACTS, `${CONTRACTS}?limit=1`,
		`${CONTRACTS}?status=ACTIVE`]) {
		const { etag } = (await call(target, { token: bearer })).headers;
		for (const value of [etag, `W/${etag}`, `"x", W/${etag}`, '*']) {
			const answer = await call(target, {
				token: bearer, headers: { 'if-none-match': value },
			});
			assert.equal(answer.status, 304, `${target} ${value}`);
			assert.equal(answer.headers.etag, etag);
		}
	}
});

test('pages with the same items but another end differ in their tags', async () => {
	const bearer = bearerOf('cs-t-end', { [A]: 'end' });
	load(contract('cs-end-1', A, 'end'), deleted('contract', 'cs-end-2'));
	const target = `${CONTRACTS}?limit=1`;
	const last = await call(target, { token: bearer });
	load(contract('cs-end-2', A, 'end'));
	const more = await call(target, { token: bearer });
	assert.match(more.text, /"nextCursor":"[A-Za-z0-9_-]+"/);
	assert.doesNotMatch(last.text, /nextCursor/);
	assert.notEqual(more.headers.etag, last.headers.etag);
});
