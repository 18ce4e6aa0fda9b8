// Employees' daily work: who sees and ends what of whose accounts, who works at
// an organisation, and what its log tells.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { HTTP, ROOT, STATE, call, load, problem, token } from
	'./lib/hub.mjs';
import { account, itemsOf, organization, username } from './lib/records.mjs';

const CONTACTS = '/contact/contacts', PLACES = '/organization/organizations';
const A = 's-t-org-a', B = 's-t-org-b';

const contact = (id, organizationId, dossierNumber) => ({
	type: 'contact', id, organizationId, dossierNumber, kind: 'person',
	firstName: 'Test', lastName: id,
});
const employee = (id, roles, more) => ({
	type: 'account', id, name: username(id), firstName: 'Test', lastName: id,
	roles, ...more,
});

load(
	organization(A), organization(B),
	contact('s-t-1', A, 'A-1'), contact('s-t-2', A, 'A-2'),
	contact('s-t-3', A, 'A-3'), contact('s-t-b1', B, 'B-1'),
	contact('s-t-4', A, 'A-4'),
	account('s-t-customer', { [A]: 'A-1' }),
	account('s-t-shared', { [A]: 'A-2', [B]: 'B-1' }),
	account('s-t-target', { [A]: 'A-4' }),
	employee('s-t-102', { [A]: ['102'] }), employee('s-t-103', { [A]: ['103'] }),
	employee('s-t-b102', { [B]: ['102'] }),
	employee('s-t-b103', { [B]: ['103'] }),
	employee('s-t-both', { [A]: ['102'], [B]: ['102'] }),
	employee('s-t-new', { [A]: [] }), employee('s-t-old', { [A]: ['102'] }),
	employee('s-t-boss', { [A]: ['103', '102'] }),
	{ type: 'account', id: 's-t-nobody', name: username('s-t-nobody') },
);

const MANAGE = 'openid hub.read hub.manage';
const bearer = (id, scope = MANAGE) => token(username(id), '--scope', scope);
const who = {
	customer: bearer('s-t-customer'), 102: bearer('s-t-102'),
	103: bearer('s-t-103'), b102: bearer('s-t-b102'), b103: bearer('s-t-b103'),
	nobody: bearer('s-t-nobody'), narrow: bearer('s-t-103', 'openid hub.read'),
};

const get = (target, bearer = who[103], headers = {}) =>
	call(target, { token: bearer, headers });

function post(target, body, bearer = who[103], headers = {}) {
	const sent = body === undefined ? {} : { body: JSON.stringify(body) };
	return call(target, { method: 'POST', token: bearer, ...sent,
		headers: { ...(body === undefined ? {} :
			{ 'content-type': 'application/json' }), ...headers } });
}

function refused(answer, status) {
	assert.equal(answer.status, status, answer.text);
	assert.equal(answer.headers['content-type'], 'application/problem+json');
	return JSON.parse(answer.text);
}

function hubctl(...args) {
	const run = spawnSync(path.join(ROOT, 'scripts/hubctl'),
		['--state', STATE, ...args], { encoding: 'utf8' });
	assert.equal(run.error, undefined);
	return run;
}
function did(...args) {
	const run = hubctl(...args);
	assert.equal(run.status, 0, run.stderr);
	return run.stdout;
}

const staffOf = (place) => `${PLACES}/${place}/employees`;
const one = async (id, place = A) =>
	itemsOf(await get(`${staffOf(place)}/${id}`))[0];
const tagOf = async (id, place = A, bearer = who[103]) =>
	(await get(`${staffOf(place)}/${id}`, bearer)).headers.etag;
const role = async (id, body, place = A, bearer = who[103]) =>
	post(`${staffOf(place)}/${id}/roles`, body, bearer,
		{ 'if-match': await tagOf(id, A) ?? '"none"' });

// The token of a client, behind which there is nobody.
async function machineToken() {
	const secret = did('client', 'add', '--id', 's-t-machine', '--grant',
		'client_credentials', '--scope', 'records.write').trim()
		.split('\n').at(-1);
	const answer = await call('/identity/token', { method: 'POST',
		body: 'grant_type=client_credentials', headers: {
			'content-type': 'application/x-www-form-urlencoded',
			authorization: 'Basic ' + Buffer.from(
				`s-t-machine:${secret}`).toString('base64') } });
	assert.equal(answer.status, 200, answer.text);
	return JSON.parse(answer.text).access_token;
}

const touch = (id) => did('account', 'revoke', username(id));

test('each route for each role, at the own and at the other organisation',
	async () => {
		const body = { email: 'free@api-test.example' };
		const machine = await machineToken();
		const routes = [
			['GET', `${CONTACTS}/s-t-1/account/sessions`, 'contact'],
			['GET', `${CONTACTS}/s-t-1/account/apps`, 'contact'],
			['GET', `${CONTACTS}/s-t-1/audit`, 'contact'],
			['POST', `${CONTACTS}/s-t-1/account/sessions/none/end`, 'contact'],
			['POST', `${CONTACTS}/s-t-1/account/apps/none/end`, 'contact'],
			['GET', staffOf(A), 'look'],
			['GET', `${staffOf(A)}/s-t-102`, 'look'],
			['GET', `${PLACES}/${A}/audit`, 'manage'],
			['GET', `${PLACES}/${A}/audit?format=csv`, 'manage'],
			['POST', `${staffOf(A)}/s-t-102/roles`, 'manage', { give: '102' }],
			['POST', `${staffOf(A)}/s-t-102/reset-password`, 'manage'],
			['POST', staffOf(A), 'invite', { ...body, roles: ['103'] }],
		];
		for (const [method, target, kind, sent] of routes) {
			const ask = (bearer) => method === 'GET' ? get(target, bearer) :
				post(target, sent, bearer);
			const at = `${method} ${target}`;
			problem(await call(target, { method }), 401);
			for (const bearer of [who.customer, who.nobody, who.narrow])
				assert.equal((await ask(bearer)).status, 403, at);
			assert.ok([401, 403].includes((await ask(machine)).status), at);
			for (const bearer of [who.b102, who.b103])
				assert.equal((await ask(bearer)).status, 404, at);
			const both = bearer('s-t-both');
			assert.equal((await ask(both)).status,
				(await ask(who[102])).status, at);
			// What comes of it where it is allowed: no If-Match, no such
			// session, a role that is never given here.
			const allowed = { GET: 200, contact: 404, manage: 428, invite: 422 };
			const [as102, as103] = [(await ask(who[102])).status,
				(await ask(who[103])).status];
			const good = method === 'GET' ? 200 : allowed[kind];
			assert.equal(as103, good, at);
			assert.equal(as102,
				kind === 'manage' || kind === 'invite' ? 403 : good, at);
		}
		for (const target of [staffOf(A), `${PLACES}/${A}/audit`])
			problem(await call(target, { base: HTTP }), 403);
	});

test('an organisation that is not there is like another one', async () => {
	for (const place of [B, 'nothing', 'a%20b', '%00', '..'])
		for (const rest of ['employees', 'audit', 'employees/s-t-102']) {
			const answer = await get(`${PLACES}/${place}/${rest}`);
			assert.equal(answer.status, 404, `${place} ${rest}`);
		}
});

test('employees see who works there', async () => {
	const all = itemsOf(await get(staffOf(A), who[102]));
	const ids = all.map(({ id }) => id);
	for (const id of ['s-t-102', 's-t-103', 's-t-new', 's-t-both'])
		assert.ok(ids.includes(id), id);
	for (const id of ['s-t-customer', 's-t-b102', 's-t-nobody'])
		assert.ok(!ids.includes(id), id);
	const [item] = all.filter(({ id }) => id === 's-t-boss');
	assert.deepEqual(item, { id: 's-t-boss', username: username('s-t-boss'),
		firstName: 'Test', middleName: null, lastName: 's-t-boss',
		roles: ['103', '102'], state: 'none', lastSignIn: null,
		shared: false });
	assert.deepEqual((await one('s-t-new')).roles, []);
	assert.equal((await one('s-t-both')).shared, true);
	assert.equal((await get(`${staffOf(A)}/s-t-b102`)).status, 404);
	assert.equal((await get(`${staffOf(A)}/s-t-customer`)).status, 404);
	const found = [];
	let cursor = '';
	do {
		const answer = await get(`${staffOf(A)}?limit=2${cursor}`);
		const { items, nextCursor } = JSON.parse(answer.text).data;
		assert.ok(items.length <= 2);
		found.push(...items.map(({ id }) => id));
		cursor = nextCursor === undefined ? '' : `&cursor=${nextCursor}`;
	} while (cursor !== '');
	assert.deepEqual(found, ids);
	for (const query of ['limit=0', 'limit=101', 'limit=1&limit=2',
		'cursor=a%20b', 'limit=%zz'])
		problem(await get(`${staffOf(A)}?${query}`), 400);
});

test('a role is given and taken, and counts at the next request', async () => {
	const fresh = bearer('s-t-new');
	assert.equal((await get(CONTACTS, fresh)).status, 403);
	const tag = await tagOf('s-t-new');
	const target = `${staffOf(A)}/s-t-new/roles`;
	const give = await post(target, { give: '102' }, who[103],
		{ 'if-match': tag });
	assert.deepEqual(itemsOf(give)[0].roles, ['102']);
	assert.equal(give.headers.etag, await tagOf('s-t-new'));
	assert.notEqual(give.headers.etag, tag);
	assert.equal((await get(CONTACTS, fresh)).status, 200);
	// The page that still shows it as it was is told so.
	assert.equal(refused(await post(target, { give: '102' }, who[103],
		{ 'if-match': tag }), 412).reason, 'changed');
	assert.equal(refused(await role('s-t-new', { give: '102' }), 409).reason,
		'has-role');
	assert.deepEqual(itemsOf(await role('s-t-new', { take: '102' }))[0].roles,
		[]);
	assert.equal((await get(CONTACTS, fresh)).status, 403);
	assert.equal(refused(await role('s-t-new', { take: '102' }), 409).reason,
		'no-role');
	const events = itemsOf(await get(`${PLACES}/${A}/audit?account=s-t-new`));
	assert.deepEqual(events.slice(0, 2).map(({ event, by, detail, username: u }) =>
		[event, by, detail, u]), [
		['role.taken', username('s-t-103'), '102', username('s-t-new')],
		['role.given', username('s-t-103'), '102', username('s-t-new')],
	]);
	assert.ok(events[0].source.length > 0);
});

test('nobody makes or ends a manager, and nobody changes themselves',
	async () => {
		for (const body of [{ give: '103' }, { take: '103' }, { give: '101' },
			{ give: ['102'] }, { give: 102 }, {}, { give: '102', take: '102' },
			{ give: '102', more: 1 }])
			refused(await role('s-t-old', body), 422);
		for (const body of [{ give: '102' }, { take: '102' }]) {
			const { detail } = refused(await role('s-t-103', body), 403);
			assert.match(detail, /of their own/);
		}
		const target = `${staffOf(A)}/s-t-103/reset-password`;
		refused(await post(target, undefined, who[103],
			{ 'if-match': await tagOf('s-t-103') }), 403);
		assert.deepEqual((await one('s-t-103')).roles, ['103']);
		// A manager remains one when the other role is taken.
		assert.deepEqual(itemsOf(await role('s-t-boss', { take: '102' }))[0]
			.roles, ['103']);
	});

test('no organisation takes hold of an account of another', async () => {
	// A role that the manager of A gives at B, by any path.
	refused(await role('s-t-b102', { give: '102' }, B), 404);
	refused(await role('s-t-102', { give: '102' }, B), 404);
	refused(await role('s-t-b102', { give: '102' }), 404);
	refused(await role('s-t-customer', { give: '102' }), 404);
	refused(await role('s-t-nobody', { give: '102' }), 404);
	const inviting = await post(staffOf(A),
		{ email: username('s-t-b102'), roles: ['102'] });
	assert.equal(refused(inviting, 409).reason, 'address-in-use');
	// Nor the password of who works or is a customer elsewhere, too.
	const reset = await post(`${staffOf(A)}/s-t-both/reset-password`, undefined,
		who[103], { 'if-match': await tagOf('s-t-both') });
	assert.equal(refused(reset, 409).reason, 'shared-account');
	for (const target of [`${CONTACTS}/s-t-2/account/sessions`,
		`${CONTACTS}/s-t-2/account/apps`])
		assert.equal(refused(await get(target), 409).reason, 'shared-account');
	for (const target of [`${CONTACTS}/s-t-2/account/sessions/x/end`,
		`${CONTACTS}/s-t-2/account/apps/hubctl/end`])
		assert.equal(refused(await post(target), 409).reason,
			'shared-account');
	assert.equal(refused(await get(`${CONTACTS}/s-t-3/account/apps`), 409)
		.reason, 'no-account');
	const shown = did('account', 'show', username('s-t-b102'));
	assert.match(shown, new RegExp(`^organisations: ${B}$`, 'm'));
});

test('an employee is invited, and the password shown once', async () => {
	const email = 'invited@api-test.example';
	const answer = await post(staffOf(A), { email, roles: ['102'] });
	assert.equal(answer.status, 201, answer.text);
	const [item] = JSON.parse(answer.text).data.items;
	assert.equal(item.username, email);
	assert.equal(item.state, 'pending');
	assert.equal(item.delivery, 'shown');
	assert.match(item.temporaryPassword, /^[a-z0-9]{6}(-[a-z0-9]{6}){2}$/i);
	const id = answer.headers.location.split('/').at(-1);
	assert.equal(answer.headers.location, `${staffOf(A)}/${id}`);
	const made = await one(id);
	assert.deepEqual(made.roles, ['102']);
	assert.equal(made.state, 'pending');
	assert.equal(made.shared, false);
	const plain = await post(staffOf(A), { email: 'plain@api-test.example' });
	assert.equal(plain.status, 201, plain.text);
	assert.deepEqual((await one(plain.headers.location.split('/').at(-1))).roles,
		[]);
	const again = await post(`${staffOf(A)}/${id}/reset-password`, undefined,
		who[103], { 'if-match': await tagOf(id) });
	assert.equal(again.status, 200, again.text);
	assert.notEqual(JSON.parse(again.text).data.items[0].temporaryPassword,
		item.temporaryPassword);
	for (const [body, pointer] of [[{}, '/email'], [{ email: 7 }, '/email'],
		[{ email: 'a@b.example', roles: ['103'] }, '/roles'],
		[{ email: 'a@b.example', roles: '102' }, '/roles'],
		[{ email: 'a@b.example', roles: ['102', '102'] }, '/roles'],
		[{ email: 'a@b.example', organization: B }, '/organization']]) {
		const { errors } = refused(await post(staffOf(A), body), 422);
		assert.equal(errors[0].pointer, pointer, JSON.stringify(body));
	}
	const text = did('audit', '--json', '--organization', A);
	assert.ok(!text.includes(item.temporaryPassword));
	assert.ok(!text.includes('invited@'));
	const events = itemsOf(await get(`${PLACES}/${A}/audit?account=${id}`));
	assert.deepEqual(events.map(({ event }) => event),
		['password.reset', 'account.added']);
});

test('the trail of a contact is this organisation\'s alone', async () => {
	const trail = async (id, bearer = who[102]) =>
		itemsOf(await get(`${CONTACTS}/${id}/audit`, bearer));
	// Until there is a password the vault does not know whose events they are.
	touch('s-t-customer');
	assert.deepEqual(await trail('s-t-1'), []);
	did('account', 'reset-password', username('s-t-customer'));
	touch('s-t-customer');
	touch('s-t-shared');
	const [revoked] = await trail('s-t-1');
	assert.deepEqual(Object.keys(revoked), ['time', 'event', 'account',
		'username', 'by', 'source', 'contact', 'detail']);
	assert.match(revoked.time, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
	assert.equal(revoked.event, 'account.revoked');
	assert.equal(revoked.username, username('s-t-customer'));
	assert.equal(revoked.by, 'hubctl');
	assert.equal(revoked.source, null);
	// What is done with a shared account is told where it was done.
	assert.deepEqual(await trail('s-t-2'), []);
	const block = await post(`${CONTACTS}/s-t-2/account/block`, undefined,
		who[102], { 'if-match':
			(await get(`${CONTACTS}/s-t-2`)).headers.etag });
	assert.equal(block.status, 200, block.text);
	const [withdrawn, ...rest] = await trail('s-t-2');
	assert.equal(withdrawn.event, 'account.dossier_withdrawn');
	assert.equal(withdrawn.by, username('s-t-102'));
	assert.deepEqual(rest, []);
	const others = await trail('s-t-b1', who.b102);
	assert.ok(!others.some(({ by }) => by === username('s-t-102')));
	assert.ok(!others.some(({ contact: id }) => id === 's-t-2'));
});

test('an earlier account of the same id keeps its past', async () => {
	did('account', 'reset-password', username('s-t-target'));
	touch('s-t-target');
	assert.equal(itemsOf(await get(`${CONTACTS}/s-t-4/audit`)).length, 2);
	load({ type: 'account', id: 's-t-target', deleted: true },
		account('s-t-target', { [A]: 'A-4' }, { name: 'other@life.example' }));
	did('account', 'reset-password', 'other@life.example');
	const now = itemsOf(await get(`${CONTACTS}/s-t-4/audit`));
	assert.deepEqual(now.map(({ event }) => event), ['password.reset']);
});

test('pages stay in place while events come in', async () => {
	const target = `${PLACES}/${A}/audit`;
	for (let i = 0; i < 3; i++) {
		await role('s-t-new', { give: '102' });
		await role('s-t-new', { take: '102' });
	}
	const page = async (query) =>
		JSON.parse((await get(`${target}?${query}`)).text).data;
	const whole = itemsOf(await get(`${target}?limit=100`));
	const first = await page('limit=3');
	assert.deepEqual(first.items, whole.slice(0, 3));
	await role('s-t-new', { give: '102' });
	const second = await page(`limit=3&cursor=${first.nextCursor}`);
	assert.deepEqual(second.items, whole.slice(3, 6));
	const found = [...first.items, ...second.items];
	for (let cursor = second.nextCursor; cursor !== undefined;) {
		const next = await page(`limit=3&cursor=${cursor}`);
		found.push(...next.items);
		cursor = next.nextCursor;
	}
	assert.deepEqual(found, whole);
	await role('s-t-new', { take: '102' });
});

test('the log is asked by time, event and account', async () => {
	const target = `${PLACES}/${A}/audit`;
	const ask = async (query) => itemsOf(await get(`${target}?${query}`));
	const given = await ask('event=role.given&limit=100');
	assert.ok(given.length > 3);
	assert.ok(given.every(({ event }) => event === 'role.given'));
	assert.ok((await ask('account=s-t-103&limit=100')).length > given.length);
	assert.deepEqual(await ask('account=s-t-b103'), []);
	assert.deepEqual(await ask('from=2999-01-01'), []);
	assert.deepEqual(await ask('to=2020-01-01'), []);
	assert.equal((await ask('from=2020-01-01&to=2999-01-01&limit=100')).length,
		(await ask('limit=100')).length);
	for (const query of ['from=yesterday', 'to=2026-13-01', 'event=a%20b',
		'account=', 'account=a%20b', 'limit=0', 'limit=101', 'cursor=x',
		'cursor=zzzzzzzzzzzzzzzzzzzzzzzz', 'format=xml', 'from=2026-01-01' +
			'&from=2026-01-02', 'event=%ff%zz'])
		if (query !== 'account=')
			problem(await get(`${target}?${query}`), 400);
	const b = itemsOf(await get(`${PLACES}/${B}/audit?limit=100`, who.b103));
	assert.ok(!b.some(({ by }) => by === username('s-t-103')));
});

test('the log as a table', async () => {
	const target = `${PLACES}/${A}/audit`;
	// A name that would compute in a spreadsheet.
	load({ type: 'account', id: 's-t-formula', name: '=1+1@api-test.example',
		roles: { [A]: [] } });
	const tag = await tagOf('s-t-formula');
	itemsOf(await post(`${staffOf(A)}/s-t-formula/roles`, { give: '102' },
		who[103], { 'if-match': tag }));
	const events = itemsOf(await get(`${target}?limit=100`));
	for (const [query, headers] of [['format=csv', {}],
		['', { accept: 'text/csv' }], ['', { accept: 'text/csv;q=1, */*' }]]) {
		const answer = await get(`${target}?${query}`, who[103], headers);
		assert.equal(answer.status, 200);
		assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
		assert.match(answer.headers['content-disposition'], /^attachment; /);
		const lines = answer.text.split('\r\n');
		assert.equal(lines[0],
			'time,event,account,username,by,source,contact,detail');
		assert.equal(lines.at(-1), '');
		assert.equal(lines.length - 2, events.length);
		assert.ok(lines[1].includes(",'=1+1@api-test.example,"), lines[1]);
		assert.ok(!/(^|,)[=+@-]/m.test(answer.text));
	}
	const some = await get(`${target}?format=csv&event=role.given`);
	assert.ok(some.text.split('\r\n').slice(1, -1)
		.every((line) => line.includes(',role.given,')));
	const json = await get(`${target}?format=json`, who[103],
		{ accept: 'text/csv' });
	assert.equal(json.headers['content-type'], 'application/json');
	assert.equal((await get(`${target}?format=csv`, who[102])).status, 403);
});

test('operators list employees, and give and take any role', async () => {
	const list = did('account', 'list', '--organization', A);
	assert.match(list, new RegExp(`s-t-103 .*103 .*${username('s-t-103')}`));
	assert.ok(!list.includes(username('s-t-customer')));
	did('account', 'role', username('s-t-old'), '--organization', A,
		'--give', '103');
	assert.deepEqual((await one('s-t-old')).roles, ['102', '103']);
	did('account', 'role', 's-t-old', '--organization', A, '--take', '103');
	assert.deepEqual((await one('s-t-old')).roles, ['102']);
	did('account', 'role', 's-t-nobody', '--organization', B, '--give', '102');
	assert.deepEqual(itemsOf(await get(`${staffOf(B)}/s-t-nobody`, who.b102))[0]
		.roles, ['102']);
	for (const [status, ...args] of [
		[1, 's-t-old', '--organization', A, '--take', '103'],
		[1, 's-t-old', '--organization', A, '--give', '102'],
		[1, 's-t-old', '--organization', 'nothing', '--give', '102'],
		[1, 's-t-old', '--organization', A, '--give', 'nothing'],
		[1, 'no-one', '--organization', A, '--give', '102'],
		[2, 's-t-old', '--organization', A],
		[2, 's-t-old', '--give', '102'],
		[2, 's-t-old', '--organization', A, '--give', '1', '--take', '2'],
	])
		assert.equal(hubctl('account', 'role', ...args).status, status,
			args.join(' '));
	assert.equal(hubctl('account', 'list', '--organization', 'nothing').status,
		1);
	did('verify');
});
