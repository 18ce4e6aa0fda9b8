// The employees' API: who may do what with whose contacts, how contacts are
// found, and what becomes of accounts.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { HTTP, ROOT, STATE, call, load, problem, token } from
	'./lib/hub.mjs';
import { account, contract, deleted, itemsOf, organization, username } from
	'./lib/records.mjs';

const PATH = '/contact/contacts';
const A = 'e-t-org-a', B = 'e-t-org-b', C = 'e-t-org-c';

const contact = (id, organizationId, dossierNumber, more) => ({
	type: 'contact', id, organizationId, dossierNumber, kind: 'person',
	firstName: 'Test', lastName: id, ...more,
});
const employee = (id, roles) => ({
	type: 'account', id, name: username(id), roles,
	organizationIds: Object.keys(roles),
});

load(
	organization(A), organization(B), organization(C),
	contact('e-t-1', A, 'A-1', { firstName: 'José', middleName: 'van der',
		lastName: 'Bergh-Müller', email: 'Jose@Elders.example', kind: 'person',
		phone: '010-1', account: 'no', version: 3 }),
	contact('e-t-2', A, 'A-2', { firstName: 'Jan', lastName: 'Jansen' }),
	contact('e-t-3', A, 'A-3', { firstName: 'Marie', lastName: 'Jansen' }),
	contact('e-t-4', A, 'A-4'), contact('e-t-5', A, 'A-5'),
	contact('e-t-6', A, 'A-6'), contact('e-t-7', A, 'A-7'),
	contact('e-t-8', A, 'A-8'), contact('e-t-9', A, 'A-9'),
	contact('e-t-b1', B, 'B-1', { lastName: 'Jansen' }),
	contact('e-t-b2', B, 'B-2'), contact('e-t-b3', B, 'B-3'),
	contact('e-t-b4', B, 'B-4'), contact('e-t-b5', B, 'B-5'),
	employee('e-t-102', { [A]: ['102'] }), employee('e-t-103', { [A]: ['103'] }),
	employee('e-t-b', { [B]: ['102'] }),
	employee('e-t-both', { [B]: ['103'], [A]: ['102'] }),
	employee('e-t-probe', { [A]: ['102'] }),
	employee('e-t-none', { [A]: [] }),
	employee('e-t-disabled', { [A]: ['103'] }),
	employee('e-t-pending', { [A]: ['103'] }),
	account('e-t-customer', { [A]: 'A-9' }),
	account('e-t-shared', { [A]: 'A-8', [B]: 'B-2' }),
	{ ...employee('e-t-twofold', { [B]: ['102'] }), dossiers: { [A]: 'A-7' } },
	contract('e-t-k1', A, 'A-1'), contract('e-t-k2', A, 'A-1'),
	contract('e-t-k3', A, 'A-2'), contract('e-t-kb', B, 'B-1'),
);

const bearer = (id, scope = 'openid hub.read hub.manage') =>
	token(username(id), '--scope', scope);
const A102 = bearer('e-t-102'), A103 = bearer('e-t-103'), OFB = bearer('e-t-b');
const BOTH = bearer('e-t-both');

const get = (target, who = A102, headers = {}) =>
	call(`${PATH}${target}`, { token: who, headers });
const one = async (id, who = A102) => itemsOf(await get(`/${id}`, who))[0];
const tagOf = async (id, who = A102) => (await get(`/${id}`, who)).headers.etag;

function post(target, body, who = A102, headers = {}) {
	const sent = body === undefined ? {} : {
		body: typeof body === 'string' ? body : JSON.stringify(body) };
	return call(`${PATH}${target}`, { method: 'POST', token: who, ...sent,
		headers: { ...(body === undefined ? {} :
			{ 'content-type': 'application/json' }), ...headers } });
}

const add = (id, email, who = A102, headers = {}) =>
	post(`/${id}/account`, { email }, who, headers);
const act = async (id, what, who = A102) =>
	post(`/${id}/account/${what}`, undefined, who,
		{ 'if-match': await tagOf(id, who) });

function refused(answer, status) {
	assert.equal(answer.status, status, answer.text);
	assert.equal(answer.headers['content-type'], 'application/problem+json');
	return JSON.parse(answer.text);
}

function hubctl(...args) {
	return spawnSync(path.join(ROOT, 'scripts/hubctl'),
		['--state', STATE, ...args], { encoding: 'utf8' });
}

async function found(search, who = A102, more = '') {
	const answer = await get(
		`?search=${encodeURIComponent(search)}&limit=100${more}`, who);
	return itemsOf(answer).map((item) => item.id);
}

test('every route, every role, own and other organisation', async () => {
	const routes = [
		['GET', ''], ['GET', '/ID'], ['GET', '/ID/contracts'],
		['GET', '/ID/contracts/CONTRACT'], ['POST', '/ID/account'],
		['POST', '/ID/account/reset-password'], ['POST', '/ID/account/block'],
		['POST', '/ID/account/unblock'], ['POST', '/ID/account/email'],
		['POST', '/ID/account/invitation'],
		['POST', '/ID/account/invitation/withdraw'],
	];
	const roles = [
		['102', A102, true], ['103', A103, true], ['both', BOTH, true],
		['the other organisation', OFB, null],
		['a customer', bearer('e-t-customer'), false],
		['no role', bearer('e-t-none'), false],
		['102 without the scope', bearer('e-t-102', 'openid hub.read'), false],
		['disabled', bearer('e-t-disabled'), 'out'],
		['pending', bearer('e-t-pending'), 'out'],
	];
	assert.equal(hubctl('account', 'disable', username('e-t-disabled')).status,
		0);
	assert.equal(hubctl('account', 'reset-password',
		username('e-t-pending')).status, 0);
	for (const [method, route] of routes) {
		const target = route.replace('ID', 'e-t-1').replace('CONTRACT', 'e-t-k1');
		const ask = (who) => method === 'GET' ? get(target, who) :
			post(target, undefined, who);
		for (const [name, who, may] of roles) {
			const answer = await ask(who);
			const what = `${method} ${route} as ${name}: ${answer.text}`;
			if (may === 'out') {
				assert.equal(answer.status, 401, what);
				assert.match(answer.headers['www-authenticate'],
					/error="invalid_token"/);
			} else if (may === false) {
				assert.equal(answer.status, 403, what);
				assert.match(answer.headers['www-authenticate'],
					/error="insufficient_scope"/);
			} else if (may === null && route !== '') {
				assert.equal(answer.status, 404, what);
			} else {
				// Past the gate: what lacks is the body, or the account.
				const past = method === 'GET' ? 200 :
					/account(\/email|\/invitation)?$/.test(route) ? 415 : 409;
				assert.equal(answer.status, past, what);
			}
		}
		const nobody = await call(`${PATH}${target}`, { method });
		assert.equal(nobody.status, 401);
	}
});

test('the token of a client opens none of them', async () => {
	const added = hubctl('client', 'add', '--id', 'e-t-machine',
		'--grant', 'client_credentials', '--scope', 'records.write');
	assert.equal(added.status, 0, added.stderr);
	const secret = added.stdout.trim().split('\n').at(-1);
	const ask = (scope) => call('/identity/token', { method: 'POST',
		body: `grant_type=client_credentials${scope}`, headers: {
			'content-type': 'application/x-www-form-urlencoded',
			authorization: 'Basic ' + Buffer.from(
				`e-t-machine:${secret}`).toString('base64') } });
	const wider = await ask('&scope=hub.manage');
	assert.equal(wider.status, 400, wider.text);
	assert.equal(JSON.parse(wider.text).error, 'invalid_scope');
	const own = await ask('');
	assert.equal(own.status, 200, own.text);
	const { access_token: token } = JSON.parse(own.text);
	for (const target of ['', '/e-t-1', '/e-t-1/contracts'])
		assert.ok([401, 403].includes((await get(target, token)).status), target);
	assert.ok([401, 403].includes(
		(await add('e-t-4', 'machine@api-test.example', token)).status));
});

test('hub.manage is the pages\' alone', async () => {
	const other = hubctl('client', 'add', '--id', 'e-t-client', '--public',
		'--redirect-uri', 'https://app.example/cb',
		'--scope', 'openid hub.manage');
	assert.notEqual(other.status, 0);
	assert.match(other.stderr, /'hub\.manage' is for the employees' pages alone/);
	const list = hubctl('client', 'list').stdout;
	assert.match(list, /^beheer\b/m);
	assert.match(list, /^mijn\b/m);
});

test('blocked, an employee reads nothing more; unblocked, with a new token', async () => {
	load(employee('e-t-gone', { [A]: ['102'] }));
	const who = bearer('e-t-gone');
	assert.equal((await get('/e-t-1', who)).status, 200);
	assert.equal(hubctl('account', 'disable', username('e-t-gone')).status, 0);
	assert.equal((await get('/e-t-1', who)).status, 401);
	assert.equal(hubctl('account', 'enable', username('e-t-gone')).status, 0);
	assert.equal((await get('/e-t-1', who)).status, 401);
	assert.equal((await get('/e-t-1', bearer('e-t-gone'))).status, 200);
});

test('a role that is withdrawn is gone at the next request', async () => {
	load(employee('e-t-moves', { [A]: ['102'] }));
	const who = bearer('e-t-moves');
	assert.equal((await get('/e-t-1', who)).status, 200);
	load(employee('e-t-moves', { [B]: ['102'] }));
	assert.equal((await get('/e-t-1', who)).status, 404);
	assert.equal((await get('/e-t-b1', who)).status, 200);
	load(employee('e-t-moves', { [B]: [] }));
	assert.equal((await get('/e-t-b1', who)).status, 403);
});

test('another organisation\'s contact is like none at all', async () => {
	const strip = ({ text }) => text.replace(/urn:request:[^"]+/, '');
	const other = refusedText(await get('/e-t-b1'));
	for (const id of ['e-t-nobody', 'a%20b', 'x'.repeat(65), '%C3%A9'])
		assert.equal(refusedText(await get(`/${id}`)), other, id);
	function refusedText(answer) {
		problem(answer, 404);
		return strip(answer);
	}
});

test('the members of a contact, and what of its record shows', async () => {
	assert.deepEqual(await one('e-t-1'), {
		id: 'e-t-1', organizationId: A, dossierNumber: 'A-1', kind: 'person',
		firstName: 'José', middleName: 'van der', lastName: 'Bergh-Müller',
		email: 'Jose@Elders.example', phone: '010-1', account: null,
		invitation: null,
		hub: { sendsMail: false, delivery: 'shown' },
	});
	const [item] = itemsOf(await get('?search=A-2'));
	assert.deepEqual(item, {
		id: 'e-t-2', organizationId: A, dossierNumber: 'A-2', kind: 'person',
		firstName: 'Jan', middleName: null, lastName: 'Jansen', email: null,
		account: null,
	});
});

test('found by the beginning of any word, accents and case aside', async () => {
	for (const search of ['jose', 'JOSÉ', 'jos', 'van', 'der', 'bergh', 'muller',
		'bergh-mu', 'MÜLL', 'jose@eld', 'a-1', 'der bergh jos', 'ＪＯＳＥ',
		'Jose\u0301', '  jose   van  '])
		assert.ok((await found(search)).includes('e-t-1'), search);
	for (const search of ['ose', 'elders.example', 'bergh jan', 'jose x', '010'])
		assert.ok(!(await found(search)).includes('e-t-1'), search);
	assert.deepEqual(await found('jan jansen marie'), ['e-t-3']);
	assert.deepEqual(await found('jansen'), ['e-t-2', 'e-t-3']);
});

test('a search sees its own organisations only', async () => {
	assert.deepEqual(await found('jansen', OFB), ['e-t-b1']);
	assert.deepEqual(await found('jansen', BOTH), ['e-t-2', 'e-t-3', 'e-t-b1']);
	assert.deepEqual(await found('jansen', BOTH, `&organization=${B}`),
		['e-t-b1']);
	assert.deepEqual(await found('jansen', A102, `&organization=${B}`), []);
	assert.deepEqual(await found('jansen', A102, `&organization=${C}`), []);
});

test('pages hold each contact once, in the order of the whole', async () => {
	for (const [search, who] of [['', A102], ['', BOTH], ['test', BOTH],
		['jan', BOTH], ['test e-t', A103]]) {
		const whole = await found(search, who);
		assert.equal(new Set(whole).size, whole.length);
		for (const limit of [1, 2, 3]) {
			const seen = [];
			let cursor = '';
			do {
				const answer = await get(
					`?search=${encodeURIComponent(search)}&limit=${limit}` +
					(cursor && `&cursor=${cursor}`), who);
				seen.push(...itemsOf(answer).map((item) => item.id));
				cursor = JSON.parse(answer.text).data.nextCursor;
			} while (cursor !== undefined);
			assert.deepEqual(seen, whole, `${search} by ${limit}`);
		}
	}
});

test('a cursor of another organisation opens nothing', async () => {
	const { data } = JSON.parse((await get('?limit=1', OFB)).text);
	assert.ok(data.nextCursor);
	const answer = await get(`?limit=100&cursor=${data.nextCursor}`);
	assert.ok(itemsOf(answer).every((item) => item.organizationId === A));
});

test('what is no search, limit, cursor or organisation is named', async () => {
	for (const [query, name] of [['search=%ff', 'search'],
		[`search=${'x'.repeat(201)}`, 'search'], ['search=%', 'search'],
		['search=a&search=b', 'search'], ['limit=0', 'limit'],
		['limit=101', 'limit'], ['limit=x', 'limit'], ['cursor=x', 'cursor'],
		['cursor=AAAA', 'cursor'], ['organization=a%20b', 'organization']]) {
		const { detail } = refused(await get(`?${query}`), 400);
		assert.match(detail, new RegExp(`^Parameter ${name}:`), query);
	}
});

test('records that change are found by what they are', async () => {
	load(contact('e-t-new', A, 'A-50', { lastName: 'Eerstenaam' }));
	assert.deepEqual(await found('eerste'), ['e-t-new']);
	load(contact('e-t-new', A, 'A-51', { lastName: 'Anders' }));
	assert.deepEqual(await found('eerste'), []);
	assert.deepEqual(await found('a-50'), []);
	assert.deepEqual(await found('anders'), ['e-t-new']);
	load(contact('e-t-new', B, 'A-51', { lastName: 'Anders' }));
	assert.deepEqual(await found('anders'), []);
	assert.deepEqual(await found('anders', OFB), ['e-t-new']);
	load(deleted('contact', 'e-t-new'));
	assert.deepEqual(await found('anders', OFB), []);
});

test('the contracts of the dossier, and of no other', async () => {
	const list = itemsOf(await get('/e-t-1/contracts'));
	assert.deepEqual(list.map((item) => item.id), ['e-t-k1', 'e-t-k2']);
	const page = JSON.parse((await get('/e-t-1/contracts?limit=1')).text).data;
	assert.deepEqual(page.items.map((item) => item.id), ['e-t-k1']);
	const next = JSON.parse((await get(
		`/e-t-1/contracts?limit=1&cursor=${page.nextCursor}`)).text).data;
	assert.deepEqual(next.items.map((item) => item.id), ['e-t-k2']);
	assert.equal(next.nextCursor, undefined);
	assert.equal(itemsOf(await get('/e-t-1/contracts/e-t-k1'))[0].id, 'e-t-k1');
	for (const id of ['e-t-k3', 'e-t-kb', 'nothing', 'a%20b'])
		problem(await get(`/e-t-1/contracts/${id}`), 404);
});

test('an account is made, shown once, and seen by every employee', async () => {
	const answer = await add('e-t-1', ' Jose@Elders.example ');
	assert.equal(answer.status, 201, answer.text);
	assert.equal(answer.headers.location, `${PATH}/e-t-1`);
	const [item] = JSON.parse(answer.text).data.items;
	assert.deepEqual(Object.keys(item), ['username', 'state',
		'temporaryPassword', 'temporaryPasswordUntil', 'delivery']);
	assert.equal(item.delivery, 'shown');
	assert.equal(item.username, 'Jose@Elders.example');
	assert.match(item.temporaryPassword, /^[a-z0-9]{6}(-[a-z0-9]{6}){2}$/i);
	const seen = await get('/e-t-1', A103);
	assert.ok(!seen.text.includes(item.temporaryPassword));
	assert.deepEqual(itemsOf(seen)[0].account, { username: item.username,
		state: 'pending', lastSignIn: null,
		temporaryPasswordUntil: item.temporaryPasswordUntil,
		temporaryPasswordMailed: false, mail: null,
		emailProven: false, shared: false });
	const [listed] = itemsOf(await get('?search=a-1'));
	assert.deepEqual(listed.account,
		{ username: item.username, state: 'pending' });
	const again = refused(await add('e-t-1', 'other@api-test.example'), 409);
	assert.equal(again.reason, 'contact-has-account');
	assert.equal(again.username, item.username);
	const shown = hubctl('account', 'show', item.username).stdout;
	assert.match(shown, /^groups: 101$/m);
	assert.match(shown, new RegExp(`^dossiers: ${A} A-1$`, 'm'));
	const audit = hubctl('audit', '--json', '--contact', 'e-t-1').stdout
		.trim().split('\n').filter((line) => line.includes('account.added'));
	assert.equal(audit.length, 1);
	const event = JSON.parse(audit[0]);
	assert.equal(event.by, 'e-t-102');
	assert.equal(event.contact, 'e-t-1');
	assert.equal(event.organization, A);
	assert.ok(!audit[0].toLowerCase().includes('elders'));
});

test('what cannot be an account is refused at its member', async () => {
	const at = async (body, status, headers) =>
		refused(await post('/e-t-4/account', body, A102, headers), status);
	for (const [body, pointer] of [['{"email":"no address"}', '/email'],
		['{"email":7}', '/email'], ['{}', '/email'], ['[]', ''],
		['{"email":"x@y.example","groups":["103"]}', '/groups'],
		['{"a/b~":1}', '/a~1b~0']]) {
		const { errors } = await at(body, 422);
		assert.equal(errors.length, 1);
		assert.equal(errors[0].pointer, pointer, body);
		assert.ok(errors[0].detail.length > 0);
	}
	for (const body of ['', '{', '{"email":"a@b.example","email":"c@d.example"}'])
		await at(body, 400);
	await at('{"email":"x@y.example"}', 415, { 'content-type': 'text/plain' });
	await at(`{"email":"${'x'.repeat(70000)}"}`, 413);
	assert.equal((await one('e-t-4')).account, null);
});

test('an address in use stays its owner\'s, and is told a few times only', async () => {
	const who = bearer('e-t-probe');
	for (let i = 0; i < 6; i++) {
		const answer = refused(
			await add('e-t-4', username('e-t-customer'), who), 409);
		assert.equal(answer.reason, 'address-in-use');
		assert.match(answer.detail, /hubctl account link/);
	}
	const late = await add('e-t-4', username('e-t-customer'), who);
	refused(late, 429);
	assert.ok(Number(late.headers['retry-after']) >= 1);
	// Nothing is told of a free address, either.
	refused(await add('e-t-4', 'free@api-test.example', who), 429);
	assert.equal((await one('e-t-4')).account, null);
	const audit = hubctl('audit').stdout.split('\n').filter((line) =>
		line.includes('address_in_use') && line.includes('e-t-probe'));
	assert.equal(audit.length, 6);
	assert.ok(audit.every((line) => !line.includes('@')));
});

test('two employees at once: one account, the other is told', async () => {
	const answers = await Promise.all([A102, A103, BOTH, A102].map((who, i) =>
		add('e-t-5', `at-once-${i}@api-test.example`, who)));
	const made = answers.filter(({ status }) => status === 201);
	assert.equal(made.length, 1);
	const { username: name } = JSON.parse(made[0].text).data.items[0];
	for (const answer of answers.filter((a) => a !== made[0])) {
		const told = refused(answer, 409);
		assert.equal(told.reason, 'contact-has-account');
		assert.equal(told.username, name);
	}
	assert.equal((await one('e-t-5')).account.username, name);
});

test('one address for two contacts at once: one account', async () => {
	load(contact('e-t-p', A, 'A-60'), contact('e-t-q', A, 'A-61'));
	const answers = await Promise.all(['e-t-p', 'e-t-q'].map((id) =>
		add(id, 'one-address@api-test.example', A103)));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
	assert.equal(refused(answers.find((a) => a.status === 409), 409).reason,
		'address-in-use');
});

test('creation honours If-Match', async () => {
	const stale = await tagOf('e-t-6');
	load(contact('e-t-6', A, 'A-6', { phone: '1' }));
	refused(await add('e-t-6', 'six@api-test.example', A102,
		{ 'if-match': stale }), 412);
	const answer = await add('e-t-6', 'six@api-test.example', A102,
		{ 'if-match': await tagOf('e-t-6') });
	assert.equal(answer.status, 201, answer.text);
});

test('reset, block and unblock need the contact as it was seen', async () => {
	for (const what of ['reset-password', 'block', 'unblock']) {
		const target = `/e-t-6/account/${what}`;
		refused(await post(target), 428);
		refused(await post(target, undefined, A102, { 'if-match': '"x"' }), 412);
		refused(await post(target, undefined, A102, { 'if-match': '*' }), 428);
		const bad = refused(await post(target, { now: true }), 422);
		assert.equal(bad.errors[0].pointer, '/now');
		assert.equal(refused(await act('e-t-4', what), 409).reason, 'no-account');
	}
});

test('a reset ends the password before it', async () => {
	const before = await one('e-t-6');
	const answer = await act('e-t-6', 'reset-password', A103);
	const [item] = itemsOf(answer);
	assert.equal(item.username, before.account.username);
	assert.equal(item.state, 'pending');
	assert.match(item.temporaryPassword, /^[a-z0-9]{6}(-[a-z0-9]{6}){2}$/i);
});

test('a reset within the same second is another state', async () => {
	const seen = [await tagOf('e-t-6')];
	for (let i = 0; i < 4; i++) {
		assert.equal((await act('e-t-6', 'reset-password')).status, 200);
		seen.push(await tagOf('e-t-6'));
	}
	assert.equal(new Set(seen).size, seen.length);
});

test('of several acts at once on what was seen, one is done', async () => {
	for (const what of ['reset-password', 'block', 'unblock']) {
		const seen = await tagOf('e-t-6');
		const answers = await Promise.all([A102, A103, BOTH, A102].map((who) =>
			post(`/e-t-6/account/${what}`, undefined, who,
				{ 'if-match': seen })));
		assert.equal(answers.filter(({ status }) => status === 200).length, 1,
			what);
		for (const answer of answers.filter(({ status }) => status !== 200))
			assert.equal(refused(answer, 412).reason, 'changed');
	}
});

test('blocked and unblocked', async () => {
	const who = bearer('e-t-customer', 'hub.read');
	assert.equal((await call('/account/mine', { token: who })).status, 200);
	const [blocked] = itemsOf(await act('e-t-9', 'block'));
	assert.equal(blocked.account.state, 'blocked');
	assert.equal((await call('/account/mine', { token: who })).status, 401);
	const [free] = itemsOf(await act('e-t-9', 'unblock'));
	assert.equal(free.account.state, 'none');
	assert.equal((await call('/account/mine', { token: who })).status, 401);
	const anew = bearer('e-t-customer', 'hub.read');
	assert.equal((await call('/account/mine', { token: anew })).status, 200);
});

test('a blocked account gets no new password', async () => {
	load(contact('e-t-7b', A, 'A-7b'), account('e-t-shut', { [A]: 'A-7b' }));
	await act('e-t-7b', 'block');
	const before = await one('e-t-7b');
	assert.equal(refused(await act('e-t-7b', 'reset-password'), 409).reason,
		'account-blocked');
	assert.deepEqual(await one('e-t-7b'), before);
	assert.equal((await act('e-t-7b', 'unblock')).status, 200);
	assert.equal((await act('e-t-7b', 'reset-password')).status, 200);
});

test('what an operator has disabled, no employee enables', async () => {
	const name = username('e-t-shut');
	const { status } = hubctl('account', 'disable', name);
	assert.equal(status, 0);
	for (const what of ['unblock', 'block', 'unblock']) {
		const answer = await act('e-t-7b', what, A103);
		if (what === 'unblock')
			assert.equal(refused(answer, 409).reason,
				'disabled-by-operator');
		else
			assert.equal(answer.status, 200);
		assert.equal((await one('e-t-7b')).account.state, 'blocked');
	}
	assert.equal(hubctl('account', 'enable', name).status, 0);
	/* And the other way: an operator takes over what an employee began. */
	assert.equal((await act('e-t-7b', 'block')).status, 200);
	assert.equal(hubctl('account', 'disable', name).status, 0);
	assert.equal(refused(await act('e-t-7b', 'unblock'), 409).reason,
		'disabled-by-operator');
});

test('a block outlives an import that says nothing of it', async () => {
	const state = () => hubctl('account', 'show', username('e-t-shut'))
		.stdout.match(/^state: (.*)$/m)[1];
	const line = (more) => load(account('e-t-shut', { [A]: 'A-7b' }, more));
	assert.equal(state(), 'disabled');
	line({ enabled: true });
	assert.equal((await act('e-t-7b', 'block')).status, 200);
	line({ firstName: 'Anders' });
	assert.equal(state(), 'blocked');
	assert.equal((await act('e-t-7b', 'unblock')).status, 200);
	assert.equal((await act('e-t-7b', 'block')).status, 200);
	line({ enabled: false });
	assert.equal(state(), 'disabled');
	assert.equal(refused(await act('e-t-7b', 'unblock'), 409).reason,
		'disabled-by-operator');
});

test('what a deleted account had is not the next one\'s of its id', async () => {
	load(contact('e-t-7c', A, 'A-7c'));
	const made = await add('e-t-7c', 'seven-c@api-test.example');
	assert.equal(made.status, 201, made.text);
	const id = hubctl('account', 'show', 'seven-c@api-test.example')
		.stdout.match(/^id: (.*)$/m)[1];
	assert.equal((await one('e-t-7c')).account.state, 'pending');
	load(deleted('account', id));
	assert.equal((await one('e-t-7c')).account, null);
	load({ ...account(id, { [A]: 'A-7c' }), name: 'seven-c@api-test.example' });
	const { account: next } = await one('e-t-7c');
	assert.deepEqual([next.state, next.lastSignIn, next.temporaryPasswordUntil],
		['none', null, null]);
	const [item] = itemsOf(await act('e-t-7c', 'reset-password'));
	assert.notEqual(item.temporaryPassword,
		JSON.parse(made.text).data.items[0].temporaryPassword);
	assert.equal((await one('e-t-7c')).account.state, 'pending');
});

test('takeover: a shared account\'s password is not reset from one side', async () => {
	const { shared } = (await one('e-t-8')).account;
	assert.equal(shared, true);
	assert.equal(refused(await act('e-t-8', 'reset-password'), 409).reason,
		'shared-account');
	assert.equal(refused(await act('e-t-b2', 'reset-password', OFB), 409).reason,
		'shared-account');
});

test('takeover: an employee elsewhere is not reset as a customer here', async () => {
	assert.equal((await one('e-t-7')).account.shared, true);
	assert.equal(refused(await act('e-t-7', 'reset-password'), 409).reason,
		'shared-account');
});

test('takeover: block takes this dossier only, and unblock gives none', async () => {
	const who = bearer('e-t-shared', 'hub.read');
	const [left] = itemsOf(await act('e-t-8', 'block'));
	assert.equal(left.account, null);
	assert.equal(refused(await act('e-t-8', 'unblock'), 409).reason,
		'no-account');
	const [mine] = itemsOf(await call('/account/mine', { token: who }));
	assert.deepEqual(mine.dossiers, { [B]: 'B-2' });
	assert.equal((await one('e-t-b2', OFB)).account.shared, false);
});

test('takeover: nobody claims the address of another\'s customer', async () => {
	const answer = refused(await add('e-t-8', username('e-t-shared')), 409);
	assert.equal(answer.reason, 'address-in-use');
	assert.equal((await one('e-t-8')).account, null);
});

test('takeover: an operator\'s block of a shared account stays', async () => {
	load(account('e-t-stays', { [B]: 'B-3', [C]: 'C-1' }));
	assert.equal(hubctl('account', 'disable', username('e-t-stays')).status, 0);
	assert.equal((await one('e-t-b3', OFB)).account.state, 'blocked');
	assert.equal(refused(await act('e-t-b3', 'unblock', OFB), 409).reason,
		'shared-account');
});

test('an operator links a dossier to an account that is there', async () => {
	const link = (name, id) =>
		hubctl('account', 'link', username(name), '--contact', id);
	const who = bearer('e-t-customer', 'hub.read');
	assert.equal(link('e-t-customer', 'e-t-b4').status, 0);
	const [mine] = itemsOf(await call('/account/mine', { token: who }));
	assert.deepEqual(mine.dossiers, { [A]: 'A-9', [B]: 'B-4' });
	assert.equal((await one('e-t-b4', OFB)).account.username,
		username('e-t-customer'));
	for (const [name, id, says] of [
		['e-t-customer', 'e-t-b5', /has dossier B-4 of organisation/],
		['e-t-twofold', 'e-t-b4', /has an account already/],
		['e-t-twofold', 'e-t-nobody', /there is no contact/],
		['e-t-nobody', 'e-t-b5', /e-t-nobody/]]) {
		const run = link(name, id);
		assert.equal(run.status, 1, run.stderr);
		assert.match(run.stderr, says);
	}
});

test('an account made while its contact is imported again', async () => {
	const line = contact('e-t-busy', A, 'A-70');
	load(line);
	const [answer] = await Promise.all([
		add('e-t-busy', 'busy@api-test.example', A103),
		(async () => load({ ...line, phone: '2' }))(),
	]);
	assert.ok([201, 409].includes(answer.status), answer.text);
	const { account: made } = await one('e-t-busy');
	assert.equal(made === null, answer.status !== 201);
});

test('plain HTTP and other methods', async () => {
	const plain = await call(`${PATH}/e-t-1`, { base: HTTP, token: A102 });
	assert.match(refused(plain, 403).detail, /TLS/);
	for (const [target, allow] of [['', 'GET, HEAD, OPTIONS'],
		['/e-t-1', 'GET, HEAD, OPTIONS'], ['/e-t-1/account', 'POST, OPTIONS'],
		['/e-t-1/account/reset-password', 'POST, OPTIONS'],
		['/e-t-1/account/block', 'POST, OPTIONS']]) {
		const answer = await call(`${PATH}${target}`, { method: 'DELETE' });
		refused(answer, 405);
		assert.equal(answer.headers.allow, allow);
	}
	const same = await get('/e-t-2', A102,
		{ 'if-none-match': await tagOf('e-t-2') });
	assert.equal(same.status, 304);
});

after(() => {
	const run = hubctl('verify');
	assert.equal(run.status, 0, run.stdout + run.stderr);
});
