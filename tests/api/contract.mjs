// GET /contract/contracts/<id>/mine: one contract, whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, load, problem, token } from './lib/hub.mjs';
import { account, contract, contractPath, deleted, items, loadText,
	organization, username } from './lib/records.mjs';

const ORG = 'c-t-org', DOSSIER = '4711';

load(organization(ORG), account('c-t', { [ORG]: DOSSIER }));
const bearer = token(username('c-t'));
const get = (id, options) =>
	call(contractPath(id), { token: bearer, ...options });

test('five members, then whatever else the record holds, in its order', async () => {
	const metadata = '{"b":85.90,"a":[1.0,{"z":1,"y":2}]}';
	const content = '{"policy":[{"premium":120.00,"entityType":"policyDetails"}]}';
	loadText(`{"further":null,"type":"contract","status":"ACTIVE",` +
		`"content":${content},"version":18446744073709551615,` +
		`"dossierNumber":"${DOSSIER}","id":"c-t-whole","format":"AFD2",` +
		`"metadata":${metadata},"organizationId":"${ORG}",` +
		`"deleted":false,"Also":["é"]}\n`);
	assert.equal((await get('c-t-whole')).text,
		`{"data":{"items":[{"id":"c-t-whole","dossierNumber":"${DOSSIER}",` +
		`"format":"AFD2","metadata":${metadata},"status":"ACTIVE",` +
		`"further":null,"content":${content},"Also":["é"]}]}}`);
});

test('type, version, deleted and organizationId never show', async () => {
	load(contract('c-t-hidden', ORG, DOSSIER, { version: 1, deleted: false }));
	const [item] = await items(contractPath('c-t-hidden'), bearer);
	assert.deepEqual(Object.keys(item),
		['id', 'dossierNumber', 'format', 'metadata', 'status']);
});

test('members of these names deeper inside do show', async () => {
	const inner = { type: 1, version: 2, deleted: 3, organizationId: 4 };
	load(contract('c-t-deep', ORG, DOSSIER, { metadata: inner, more: inner }));
	const [item] = await items(contractPath('c-t-deep'), bearer);
	assert.deepEqual(item.metadata, inner);
	assert.deepEqual(item.more, inner);
});

test('an id of every character and of full length', async () => {
	for (const id of ['c', 'c-t.A_z:9', `c-t-${'x'.repeat(60)}`]) {
		load(contract(id, ORG, DOSSIER));
		const [item] = await items(contractPath(id), bearer);
		assert.equal(item.id, id);
		const escaped = [...id].map((c) =>
			`%${c.charCodeAt(0).toString(16)}`).join('');
		const [again] = await items(contractPath(escaped), bearer);
		assert.deepEqual(again, item);
		load(deleted('contract', id));
	}
});

test('ids that are words of paths are ids like any other', async () => {
	for (const id of ['mine', 'mycontracts', 'contracts']) {
		problem(await get(id), 404);
		load(contract(id, ORG, DOSSIER));
		assert.equal((await items(contractPath(id), bearer))[0].id, id);
		load(deleted('contract', id));
	}
});

test('the entity tag changes exactly when the contract does', async () => {
	const version = Date.now();
	const record = contract('c-t-tag', ORG, DOSSIER, { content: [1] });
	load(record);
	const tag = async () => (await get('c-t-tag')).headers.etag;
	const first = await tag();
	assert.match(first, /^"[^"]+"$/);
	load({ ...record, version });
	assert.equal(await tag(), first, 'the version');
	load({ ...record, version: version + 1, content: [2] });
	assert.notEqual(await tag(), first);
	load({ ...record, version, content: [3] });
	assert.match((await get('c-t-tag')).text, /"content":\[2\]/,
		'an older line changes nothing');
	load({ ...record, version: version + 2 });
	assert.equal(await tag(), first, 'as it was at first');
	for (const value of [first, `W/${first}`, `"x" , W/${first}`, '*']) {
		const answer = await get('c-t-tag',
			{ headers: { 'if-none-match': value } });
		assert.equal(answer.status, 304, value);
		assert.equal(answer.text, '');
		assert.equal(answer.headers.etag, first);
	}
});

test('If-None-Match: * of a contract that is not there is 404', async () => {
	problem(await get('c-t-unknown', { headers: { 'if-none-match': '*' } }), 404);
});

test('HEAD tells the length and sends no body', async () => {
	load(contract('c-t-head', ORG, DOSSIER, { content: 'x'.repeat(100000) }));
	const whole = await get('c-t-head');
	const head = await get('c-t-head', { method: 'HEAD' });
	assert.equal(head.status, 200);
	assert.equal(head.text, '');
	for (const name of ['content-length', 'content-type', 'etag'])
		assert.equal(head.headers[name], whole.headers[name], name);
	assert.ok(Number(head.headers['content-length']) > 100000);
	assert.equal((await get('c-t-head-not', { method: 'HEAD' })).status, 404);
});

test('a query changes nothing', async () => {
	load(contract('c-t-query', ORG, DOSSIER));
	const plain = await get('c-t-query');
	const other = await call(
		`${contractPath('c-t-query')}?limit=x&cursor=y&a=%zz`, { token: bearer });
	assert.equal(other.text, plain.text);
});
