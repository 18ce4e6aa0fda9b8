// The parameters of mycontracts: pages, their cursors, filters, bad values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, load, problem, token } from './lib/hub.mjs';
import { CONTRACTS, account, contract, deleted, ids, items, itemsOf, listed,
	organization, pages, username } from './lib/records.mjs';

const A = 'pg-t-1', B = 'pg-t-2';
const FORMATS = ['AFD1', 'AFD2', 'x&y=z'];
const STATES = ['ACTIVE', 'SUSPENDED', 'CANCELLED', 'a b'];

// 120 contracts in two dossiers, in the order of the list.
const records = [[A, '51'], [B, '52']].flatMap(([org, dossier], d) =>
	Array.from({ length: 60 }, (_, i) =>
		contract(`pg-${d}-${String(i).padStart(2, '0')}`, org, dossier, {
			format: FORMATS[i % 3], status: STATES[i % 4],
		})));
const all = records.map(listed);

load(organization(A), organization(B), ...records,
	account('pg-t', { [B]: '52', [A]: '51' }),
	account('pg-t-other', { [A]: '53' }), contract('pg-x-1', A, '53'));
const bearer = token(username('pg-t'));
const other = token(username('pg-t-other'));
const get = (query, options) =>
	call(`${CONTRACTS}?${query}`, { token: bearer, ...options });

test('without parameters all come, and no cursor', async () => {
	const answer = await call(CONTRACTS, { token: bearer });
	assert.deepEqual(itemsOf(answer), all);
	assert.doesNotMatch(answer.text, /nextCursor/);
});

for (const limit of [1, 7, 59, 60, 61, 119, 120, 121, 1000]) {
	test(`pages of ${limit} together are exactly the list`, async () => {
		const found = await pages(`limit=${limit}`, bearer);
		assert.deepEqual(found.flat(), all);
		assert.equal(found.length, Math.ceil(all.length / limit),
			'none is empty, also where the list ends with a page');
		for (const page of found.slice(0, -1))
			assert.equal(page.length, limit);
	});
}

const filters = {
	[`organization=${A}`]: (r) => r.organizationId === A,
	'status=ACTIVE': (r) => r.status === 'ACTIVE',
	'status=a+b': (r) => r.status === 'a b',
	'status=a%20b&format=AFD2': (r) =>
		r.status === 'a b' && r.format === 'AFD2',
	'format=x%26y%3dz': (r) => r.format === 'x&y=z',
	[`organization=${B}&status=SUSPENDED&format=AFD1`]: (r) =>
		r.organizationId === B && r.status === 'SUSPENDED' &&
		r.format === 'AFD1',
	'status=active': () => false,
	'status=ACTIV': () => false,
	'organization=pg-t': () => false,
	'organization=nowhere': () => false,
};

for (const [filter, wanted] of Object.entries(filters)) {
	test(`filter ${filter}, whole and in pages`, async () => {
		const expected = records.filter(wanted).map(listed);
		assert.deepEqual(await items(`${CONTRACTS}?${filter}`, bearer), expected);
		for (const limit of [1, 5, 1000])
			assert.deepEqual((await pages(`${filter}&limit=${limit}`,
				bearer)).flat(), expected);
	});
}

test('bad parameters are 400 and named', async () => {
	for (const [query, name] of [
		['limit=0', 'limit'], ['limit=1001', 'limit'], ['limit=-1', 'limit'],
		['limit=', 'limit'], ['limit', 'limit'], ['limit=1.0', 'limit'],
		['limit=+1', 'limit'], ['limit=1e2', 'limit'], ['limit=0x10', 'limit'],
		['limit=ten', 'limit'], ['limit=18446744073709551617', 'limit'],
		['limit=1&limit=1', 'limit'], ['limit=1%00', null],
		['organization=', 'organization'], ['organization=a/b', 'organization'],
		[`organization=${'x'.repeat(65)}`, 'organization'],
		['organization=a&organization=a', 'organization'],
		['status=', 'status'], ['status=A&status=B', 'status'],
		['format=', 'format'], ['format=a&format=b', 'format'],
		['cursor=abc', 'cursor'], ['cursor=&limit=1', 'cursor'],
		['status=%zz', null], ['%6c%69mit=0', 'limit'],
	]) {
		const { detail } = problem(await get(query), 400);
		if (name !== null)
			assert.ok(detail.includes(name), `${query}: ${detail}`);
	}
});

test('bad parameters do not get past the credentials', async () => {
	problem(await call(`${CONTRACTS}?limit=0`), 401);
});

test('a cursor that the hub did not give is 400', async () => {
	const cursor = JSON.parse((await get('limit=1')).text).data.nextCursor;
	const inside = Buffer.from(cursor, 'base64url');
	for (const bad of ['x', '=', '!', 'AAAA', 'A'.repeat(2000), '%00',
		'..%2f..', `${cursor}=`, `${cursor}A`, cursor.slice(1),
		cursor.slice(0, -1), `${cursor}+`,
		Buffer.concat([inside, inside]).toString('base64url'),
		Buffer.concat([inside, Buffer.from([0])]).toString('base64url'),
		inside.subarray(0, -1).toString('base64url'),
		Buffer.from('a\0b\0').toString('base64url')])
		problem(await get(`limit=1&cursor=${bad}`), 400);
	assert.deepEqual((await get(`limit=1&cursor=${cursor}`)).status, 200);
});

test('a cursor is a position only: it shows nothing of another', async () => {
	const { nextCursor } = JSON.parse((await get('limit=30')).text).data;
	const seen = await items(`${CONTRACTS}?limit=9&cursor=${nextCursor}`, other);
	assert.deepEqual(seen.map((item) => item.id), ['pg-x-1']);
	// Into the middle of what is another's.
	const forged = Buffer.from(`${B}\x0052\x00pg-1-10\0`).toString('base64url');
	assert.deepEqual(
		await items(`${CONTRACTS}?limit=9&cursor=${forged}`, other), []);
	assert.equal((await ids(`${CONTRACTS}?limit=9&cursor=${forged}`,
		bearer))[0], 'pg-1-11');
});

test('unknown parameters are ignored', async () => {
	const plain = await get('limit=3');
	for (const query of ['limit=3&page=7', 'x=1&limit=3&y', '&&limit=3&',
		'Limit=0&limit=3', 'limit=3&organizationId=x']) {
		const answer = await get(query);
		assert.equal(answer.text, plain.text, query);
		assert.equal(answer.headers.etag, plain.headers.etag);
	}
});

test('a cursor goes on over what has changed since', async () => {
	const { nextCursor } = JSON.parse((await get('limit=10')).text).data;
	load(deleted('contract', 'pg-0-09'), deleted('contract', 'pg-0-10'),
		contract('pg-0-10a', A, '51'), contract('pg-0-00a', A, '51'));
	const [next] = await ids(`${CONTRACTS}?limit=1&cursor=${nextCursor}`, bearer);
	assert.equal(next, 'pg-0-10a');
	load(deleted('contract', 'pg-0-10a'), deleted('contract', 'pg-0-00a'),
		records[9], records[10]);
	assert.deepEqual(await items(CONTRACTS, bearer), all);
});

test('a page looks at a bounded number of records; nothing is lost', async () => {
	const many = Array.from({ length: 25000 }, (_, i) =>
		contract(`pg-l-${String(i).padStart(5, '0')}`, A, '54',
			{ status: i === 24990 || i === 3 ? 'RARE' : 'COMMON' }));
	load(...many, account('pg-t-rare', { [A]: '54' }));
	const rare = token(username('pg-t-rare'));
	const found = await pages('status=RARE&limit=1000', rare);
	assert.deepEqual(found.flat().map((item) => item.id),
		['pg-l-00003', 'pg-l-24990']);
	assert.ok(found.length > 1, 'one is short and still has a cursor');
	assert.deepEqual(await ids(`${CONTRACTS}?status=RARE`, rare),
		['pg-l-00003', 'pg-l-24990'], 'without pages all come');
	assert.deepEqual(await ids(`${CONTRACTS}?status=NONE`, rare), []);
	load(...many.map((r) => deleted('contract', r.id)));
});
