// GET /organization/organizations/mine: where the account belongs, and why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, load, token } from './lib/hub.mjs';
import { ORGANIZATIONS, account, deleted, ids, items, organization, username }
	from './lib/records.mjs';

const A = 'org-t-10', B = 'org-t-2', C = 'org-t-9', D = 'org-t-a';

load(organization(A, { name: 'Tien "&" Zonen', icon: 'building', further: 1 }),
	organization(B, { organizationType: 'BRANCH', icon: null }),
	organization(C), organization(D));

// An account of its own for each test.
function bearerOf(id, dossiers, more) {
	load(account(id, dossiers, more));
	return token(username(id));
}

test('an item has five members, in order, as they came in', async () => {
	const bearer = bearerOf('org-t-shape', { [A]: '1', [B]: '2' });
	const found = await items(ORGANIZATIONS, bearer);
	assert.deepEqual(found, [
		{ id: A, type: 'INTERMEDIARY', code: A, name: 'Tien "&" Zonen',
			icon: 'building' },
		{ id: B, type: 'BRANCH', code: B, name: `Kantoor ${B}`, icon: null },
	]);
	for (const item of found)
		assert.deepEqual(Object.keys(item),
			['id', 'type', 'code', 'name', 'icon']);
});

test('they come in the byte order of the ids, however given', async () => {
	for (const given of [[D, C, B, A], [A, B, C, D], [C, A, D, B]]) {
		const dossiers = Object.fromEntries(given.map((id) => [id, '7']));
		const bearer = bearerOf('org-t-order', dossiers);
		assert.deepEqual(await ids(ORGANIZATIONS, bearer), [A, B, C, D]);
	}
});

test('dossiers, roles and organizationIds are united, each once', async () => {
	const bearer = bearerOf('org-t-union', { [A]: '11', [B]: '11' }, {
		roles: { [B]: ['102'], [C]: ['102', '103'] },
		organizationIds: [D, C, A],
	});
	assert.deepEqual(await ids(ORGANIZATIONS, bearer), [A, B, C, D]);
});

test('an employee sees the organisations of the roles', async () => {
	const bearer = bearerOf('org-t-employee', undefined, {
		groupIds: ['101'], roles: { [C]: ['102'] },
		organizationIds: [C],
	});
	assert.deepEqual(await ids(ORGANIZATIONS, bearer), [C]);
});

test('without any organisation the list is empty', async () => {
	const bearer = bearerOf('org-t-none', {});
	const answer = await call(ORGANIZATIONS, { token: bearer });
	assert.equal(answer.text, '{"data":{"items":[]}}');
	assert.match(answer.headers.etag, /^"[^"]+"$/);
});

test('the entity tag changes exactly when the content does', async () => {
	const bearer = bearerOf('org-t-tag', { [B]: '21', [C]: '21' });
	const tag = async () =>
		(await call(ORGANIZATIONS, { token: bearer })).headers.etag;
	const first = await tag();
	load(account('org-t-tag', { [C]: '21', [B]: '21' }));
	assert.equal(await tag(), first, 'dossiers in another order');
	load(account('org-t-tag', { [C]: '22', [B]: '21' }, { lastName: 'X' }));
	assert.equal(await tag(), first, 'another dossier and name');
	load(organization(B, { organizationType: 'BRANCH', hidden: 'further' }));
	assert.equal(await tag(), first, 'a member that is not shown');
	load(organization(A, { name: 'Another one' }));
	assert.equal(await tag(), first, 'an organisation of others');
	load(organization(B, { name: 'Renamed' }));
	const renamed = await tag();
	assert.notEqual(renamed, first);
	load(account('org-t-tag', { [C]: '22' }));
	const removed = await tag();
	assert.notEqual(removed, renamed);
	load(account('org-t-tag', { [C]: '22', [B]: '21' }));
	assert.equal(await tag(), renamed, 'as it was before');
	load(organization(B, { organizationType: 'BRANCH' }));
	assert.equal(await tag(), first, 'as it was at first');
});

test('304 for what the client has, 200 after a change', async () => {
	const bearer = bearerOf('org-t-304', { [D]: '31' });
	const { etag } = (await call(ORGANIZATIONS, { token: bearer })).headers;
	const ask = () => call(ORGANIZATIONS, {
		token: bearer, headers: { 'if-none-match': `W/"x", W/${etag}` },
	});
	const same = await ask();
	assert.equal(same.status, 304);
	assert.equal(same.text, '');
	assert.equal(same.headers.etag, etag);
	load(organization(D, { name: 'Moved' }));
	const changed = await ask();
	assert.equal(changed.status, 200);
	assert.match(changed.text, /"name":"Moved"/);
});

test('a thousand organisations come whole', async () => {
	const many = Array.from({ length: 1000 }, (_, i) =>
		`org-m-${String(i).padStart(4, '0')}`);
	load(...many.map((id) => organization(id)));
	const bearer = bearerOf('org-t-many',
		Object.fromEntries(many.map((id) => [id, '1'])));
	assert.deepEqual(await ids(ORGANIZATIONS, bearer), many);
	load(deleted('account', 'org-t-many'));
	load(...many.map((id) => deleted('organization', id)));
});
