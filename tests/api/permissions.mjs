// GET /permission/permissions/mine: the union of the groups' permissions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, load, problem, token } from './lib/hub.mjs';
import { ALL_FOUR, CUSTOMERS, PERMISSIONS, account, group, items, organization,
	username } from './lib/records.mjs';

const ORG = 'perm-t-org';
const READ = 'permission.read.mine';

load(organization(ORG),
	group('perm-t-1', ['z.last', READ, 'a.first']),
	group('perm-t-2', ['m.middle', 'a.first', 'Z.upper', 'a.first.longer']),
	group('perm-t-none', []));

function bearerOf(id, groupIds, more) {
	load(account(id, {}, { groupIds, ...more }));
	return token(username(id));
}

test('a customer has the four of the five endpoints, as plain strings', async () => {
	const bearer = bearerOf('perm-t-customer', [CUSTOMERS]);
	const found = await items(PERMISSIONS, bearer);
	assert.deepEqual(found, [...found].sort());
	for (const name of ALL_FOUR)
		assert.ok(found.includes(name), name);
});

test('several groups: each once, in byte order', async () => {
	const bearer = bearerOf('perm-t-union',
		['perm-t-none', 'perm-t-2', 'perm-t-1']);
	const answer = await call(PERMISSIONS, { token: bearer });
	assert.equal(answer.text, '{"data":{"items":["Z.upper","a.first",' +
		`"a.first.longer","m.middle","${READ}","z.last"]}}`);
});

test('groups of the roles count', async () => {
	load(group('perm-t-role', ['role.only']));
	const bearer = bearerOf('perm-t-role', ['perm-t-1'],
		{ roles: { [ORG]: ['perm-t-role'] }, organizationIds: [ORG] });
	assert.ok((await items(PERMISSIONS, bearer)).includes('role.only'));
});

test('without its permission the address is closed', async () => {
	const bearer = bearerOf('perm-t-closed', ['perm-t-2']);
	problem(await call(PERMISSIONS, { token: bearer }), 403);
});

test('a change of the group shows at the next request', async () => {
	const own = (names) => load(group('perm-t-own', [READ, ...names]));
	own(['one']);
	const bearer = bearerOf('perm-t-change', ['perm-t-own']);
	assert.deepEqual(await items(PERMISSIONS, bearer), ['one', READ]);
	own(['one', 'two']);
	assert.deepEqual(await items(PERMISSIONS, bearer), ['one', READ, 'two']);
	load(group('perm-t-own', ['one']));
	problem(await call(PERMISSIONS, { token: bearer }), 403);
	own([]);
	assert.deepEqual(await items(PERMISSIONS, bearer), [READ]);
});

test('the entity tag changes exactly when the set does', async () => {
	load(group('perm-t-tag', [READ, 'one']));
	const bearer = bearerOf('perm-t-tag', ['perm-t-tag']);
	const tag = async () =>
		(await call(PERMISSIONS, { token: bearer })).headers.etag;
	const first = await tag();
	load(group('perm-t-tag', ['one', READ]));
	assert.equal(await tag(), first, 'another order');
	load(account('perm-t-tag', {}, { groupIds: ['perm-t-none', 'perm-t-tag'] }));
	assert.equal(await tag(), first, 'a group without any');
	load(group('perm-t-tag', [READ]));
	const fewer = await tag();
	assert.notEqual(fewer, first);
	// The same bytes, cut elsewhere.
	load(group('perm-t-tag', [READ, 'on', 'e']));
	assert.notEqual(await tag(), first);
	load(group('perm-t-tag', [READ, 'one']));
	assert.equal(await tag(), first, 'as it was at first');
	const same = await call(PERMISSIONS, {
		token: bearer, headers: { 'if-none-match': `"y",W/${first}` },
	});
	assert.equal(same.status, 304);
	assert.equal(same.text, '');
});
