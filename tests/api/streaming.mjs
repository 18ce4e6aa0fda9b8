// Long lists: whole, in order, in constant memory, and broken off as soon as
// the reader may no longer see them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { call, daemon, hubctl, load, token, until } from './lib/hub.mjs';
import { ACCOUNT, ALL_FOUR, CONTRACTS, Download, account, contract,
	contractPath, deleted, group, itemsOf, items, listed, loadText,
	organization, pages, username } from './lib/records.mjs';

const ORG = 'str-t-org', WHOLE = 256 * 1024, MIB = 1024 * 1024;
const HUGE = 100000;

const name = (dossier, i) => `str-${dossier}-${String(i).padStart(6, '0')}`;
const line = (dossier, i) => contract(name(dossier, i), ORG, dossier, {
	metadata: { n: i, description: 'Personenauto met een lange omschrijving',
		netPremiumInstallment: i + 0.5, text: 'x'.repeat(200) },
});
const lines = (dossier, n) => Array.from({ length: n }, (_, i) =>
	`${JSON.stringify(line(dossier, i))}\n`).join('');

load(organization(ORG));
loadText(lines('huge', HUGE));

// An account of its own for each test, on the same dossier one after the other.
let last;
function reader(id, dossier, more) {
	load(...last ? [deleted('account', last)] : [],
		account(id, { [ORG]: dossier }, more));
	last = id;
	return token(username(id));
}

after(() => {
	load(deleted('account', last));
	loadText(Array.from({ length: HUGE }, (_, i) =>
		`{"type":"contract","id":"${name('huge', i)}","deleted":true}\n`)
		.join(''));
});

function assertWhole(text, dossier, n) {
	const { items } = JSON.parse(text).data;
	assert.equal(items.length, n);
	for (let i = 0; i < n; i++)
		assert.equal(items[i].id, name(dossier, i));
	for (const i of [0, 1, n >> 1, n - 1])
		assert.deepEqual(items[i], listed(line(dossier, i)));
}

// Memory of their own that the workers hold, in bytes.
function memory() {
	return daemon('readers').workers.reduce((sum, pid) => sum + 1024 * Number(
		/^RssAnon:\s+(\d+) kB$/m.exec(
			fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]), 0);
}

test('up to 256 KiB with length and tag, above without', async () => {
	const bearer = reader('str-t-edge', 'edge');
	load(...Array.from({ length: 700 }, (_, i) =>
		deleted('contract', name('edge', i))));
	for (const n of [600, 700]) {
		loadText(lines('edge', n));
		const answer = await call(CONTRACTS, { token: bearer });
		assertWhole(answer.text, 'edge', n);
		const long = answer.text.length > WHOLE;
		assert.equal(long, n === 700);
		assert.equal('etag' in answer.headers, !long);
		assert.equal('content-length' in answer.headers, !long);
		if (long)
			assert.equal(answer.headers['transfer-encoding'], 'chunked');
	}
	const any = await call(CONTRACTS,
		{ token: bearer, headers: { 'if-none-match': '*' } });
	assertWhole(any.text, 'edge', 700);
	assert.deepEqual((await pages('limit=333', bearer)).flat(),
		await items(CONTRACTS, bearer));
});

test('a page may be long as well, and ends with its cursor', async () => {
	const bearer = reader('str-t-page', 'huge');
	const answer = await call(`${CONTRACTS}?limit=1000`, { token: bearer });
	assert.equal(answer.headers.etag, undefined);
	assert.ok(answer.text.length > WHOLE);
	const found = itemsOf(answer);
	assert.equal(found.length, 1000);
	const { nextCursor } = JSON.parse(answer.text).data;
	const next = itemsOf(await call(
		`${CONTRACTS}?limit=1&cursor=${nextCursor}`, { token: bearer }));
	assert.equal(next[0].id, name('huge', 1000));
});

test('5,000 contracts come whole and in order', async () => {
	loadText(lines('some', 5000));
	const bearer = reader('str-t-some', 'some');
	const answer = await call(CONTRACTS, { token: bearer });
	assertWhole(answer.text, 'some', 5000);
});

test('100,000 contracts come whole, without growing a worker', async () => {
	const bearer = reader('str-t-huge', 'huge');
	assertWhole((await call(CONTRACTS, { token: bearer })).text, 'huge', HUGE);
	const before = memory();
	const all = [0, 1, 2].map(() => new Download(CONTRACTS, bearer));
	assert.deepEqual(await Promise.all(all.map((one) => one.finish())),
		[true, true, true]);
	assert.ok(memory() - before < 16 * MIB);
	for (const one of all)
		assertWhole(one.text(), 'huge', HUGE);
});

test('slow readers hold up nobody and cost little', async () => {
	const bearer = reader('str-t-slow', 'huge');
	const before = memory();
	const slow = Array.from({ length: 16 }, () =>
		new Download(CONTRACTS, bearer));
	await Promise.all(slow.map((one) => one.read(MIB)));
	for (let i = 0; i < 100; i++)
		assert.equal((await call(ACCOUNT, { token: bearer })).status, 200);
	assert.ok(memory() - before < 32 * MIB, `${memory() - before} bytes`);
	const [first, ...others] = slow;
	for (const one of others)
		one.close();
	for (let i = 0; i < 20; i++)
		await first.read(MIB / 4);
	assert.equal(await first.finish(), true);
	assertWhole(first.text(), 'huge', HUGE);
});

test('HEAD of a long list is short', async () => {
	const bearer = reader('str-t-head', 'huge');
	const head = await call(CONTRACTS, { token: bearer, method: 'HEAD' });
	assert.equal(head.status, 200);
	assert.equal(head.text, '');
	assert.equal(head.headers['content-type'], 'application/json');
	assert.equal(head.headers.etag, undefined);
	assert.equal(head.headers['content-length'], undefined);
});

// What ends the access in the middle of a download.
const ends = {
	'disabling': (id) => hubctl('account', 'disable', username(id)),
	'revoking': (id) => hubctl('account', 'revoke', username(id)),
	'a permission withdrawn': () => load(group('str-t-group', [ALL_FOUR[0]])),
	'deleting the account': (id) => load(deleted('account', id)),
};
for (const [what, end] of Object.entries(ends)) {
	test(`${what} breaks off a download under way`, async () => {
		const id = `str-t-end-${Object.keys(ends).indexOf(what)}`;
		load(group('str-t-group', ALL_FOUR));
		const bearer = reader(id, 'huge', { groupIds: ['str-t-group'] });
		const download = new Download(CONTRACTS, bearer);
		await download.read(MIB);
		end(id);
		assert.equal(await download.finish(), false, 'the end is missing');
		const text = download.text();
		assert.throws(() => JSON.parse(text), SyntaxError);
		assert.ok(text.startsWith('{"data":{"items":[{"id":"str-huge-000000"'));
		assert.ok(!text.includes(name('huge', HUGE - 1)));
	});
}

test('a dossier taken away in the middle: what follows does not come', async () => {
	const bearer = reader('str-t-dossier', 'huge');
	const download = new Download(CONTRACTS, bearer);
	await download.read(MIB);
	load(account('str-t-dossier', {}));
	assert.equal(await download.finish(), true);
	const { items } = JSON.parse(download.text()).data;
	assert.ok(items.length < HUGE);
	items.forEach((item, i) => assert.equal(item.id, name('huge', i)));
});

test('a client that goes away in the middle leaves nothing behind', async () => {
	const bearer = reader('str-t-gone', 'huge');
	const { text } = await call(ACCOUNT, { token: bearer });
	for (let i = 0; i < 20; i++) {
		const download = new Download(CONTRACTS, bearer);
		await download.read(1000);
		download.close();
	}
	assert.ok(await until(async () => (await Promise.all(
		Array.from({ length: 20 }, () => call(ACCOUNT, { token: bearer }))))
		.every((answer) => answer.status === 200 && answer.text === text)));
});

test('a contract of nearly 1 MiB, alone and among others', async () => {
	const bearer = reader('str-t-big', 'big');
	const text = `${'é"\\\n'.repeat(130000)}`;
	const big = contract('str-big-1', ORG, 'big', { content: { text } });
	assert.ok(Buffer.byteLength(JSON.stringify(big)) > 0.98 * MIB);
	const wide = contract('str-big-2', ORG, 'big', { content: text });
	load(big);
	assert.deepEqual(await items(CONTRACTS, bearer), [listed(big)]);
	load(wide, contract('str-big-0', ORG, 'big'), contract('str-big-3', ORG, 'big'));
	assert.deepEqual((await items(CONTRACTS, bearer)).map((item) => item.id),
		[0, 1, 2, 3].map((i) => `str-big-${i}`));
	const whole = await call(contractPath(wide.id), { token: bearer });
	assert.equal(itemsOf(whole)[0].content, text);
	assert.match(whole.headers.etag, /^"[^"]+"$/);
	assert.equal(Number(whole.headers['content-length']),
		Buffer.byteLength(whole.text));
	load(...[0, 1, 2, 3].map((i) => deleted('contract', `str-big-${i}`)));
});
