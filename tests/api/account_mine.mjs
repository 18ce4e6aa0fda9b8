// GET /account/mine: what a customer sees, and the ways to ask for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTP, HTTPS, call, customer, demo, hubctl, load, problem, raw, token }
	from './lib/hub.mjs';
import { front } from './lib/front.mjs';

const MINE = '/account/mine';
const username = customer('mine');
const bearer = token(username);

// The item as the contract derives it from the record that was imported.
function itemOf(record) {
	const { type, version, enabled, deleted, id, name, email, firstName,
		middleName, lastName, dossiers, groupIds, ...further } = record;
	const roles = Object.values(record.roles ?? {}).flat();
	return {
		id, name, email,
		firstName: firstName ?? null,
		middleName: middleName ?? null,
		lastName: lastName ?? null,
		dossiers: dossiers ?? {},
		groupIds: [...new Set([...groupIds ?? [], ...roles])],
		...further,
	};
}

const records = hubctl('demo').trim().split('\n').map((line) => JSON.parse(line));

test('there are demo accounts of each role', () => {
	for (const role of ['customer', 'relatiebeheerder', 'organisatiebeheerder'])
		assert.ok(demo.accounts.some((a) => a.role === role), role);
});

for (const { username, role } of demo.accounts) {
	test(`the demo ${role} ${username} sees exactly the own account`, async () => {
		const record = records.find((r) =>
			r.type === 'account' && r.name === username);
		const answer = await call(MINE, { token: token(username) });
		assert.equal(answer.status, 200);
		assert.equal(answer.headers['content-type'], 'application/json');
		const body = JSON.parse(answer.text);
		assert.deepEqual(body, { data: { items: [itemOf(record)] } });
		assert.deepEqual(Object.keys(body.data.items[0]),
			Object.keys(itemOf(record)));
	});
}

test('HTTP and HTTPS give the same bytes', async () => {
	const a = await call(MINE, { token: bearer, base: HTTPS });
	const b = await call(MINE, { token: bearer, base: HTTP });
	assert.equal(a.status, 200);
	assert.equal(a.text, b.text);
	assert.equal(a.headers.etag, b.headers.etag);
});

test('an answer has its length and a strong entity tag', async () => {
	const answer = await call(MINE, { token: bearer });
	assert.equal(Number(answer.headers['content-length']),
		Buffer.byteLength(answer.text));
	assert.match(answer.headers.etag, /^"[^"]+"$/);
});

test('members that the contract does not name pass through unchanged', async () => {
	const name = 'further@api-test.example';
	load({
		type: 'account', id: 'api-test-further', name, email: name,
		groupIds: ['101'], enabled: true, version: 3,
		shoeSize: 42, notes: { café: ['€', null, true] },
	});
	const [item] = JSON.parse((await call(MINE, { token: token(name) })).text)
		.data.items;
	assert.equal(item.shoeSize, 42);
	assert.deepEqual(item.notes, { café: ['€', null, true] });
	for (const hidden of ['type', 'version', 'enabled', 'deleted', 'epoch'])
		assert.ok(!(hidden in item), hidden);
	assert.equal(item.firstName, null);
	assert.equal(item.lastName, null);
	assert.deepEqual(item.dossiers, {});
});

test('a change of the record shows at the next request', async () => {
	const name = 'changing@api-test.example';
	const record = {
		type: 'account', id: 'api-test-changing', name, email: name,
		lastName: 'Before', groupIds: ['101'],
	};
	load(record);
	const bearer = token(name);
	const before = await call(MINE, { token: bearer });
	load({ ...record, lastName: 'After' });
	const after = await call(MINE, {
		token: bearer, headers: { 'if-none-match': before.headers.etag },
	});
	assert.equal(after.status, 200);
	assert.equal(JSON.parse(after.text).data.items[0].lastName, 'After');
	assert.notEqual(after.headers.etag, before.headers.etag);
});

test('HEAD is GET without the body', async () => {
	const get = await call(MINE, { token: bearer });
	const head = await call(MINE, { token: bearer, method: 'HEAD' });
	assert.equal(head.status, 200);
	assert.equal(head.text, '');
	for (const name of ['content-length', 'content-type', 'etag'])
		assert.equal(head.headers[name], get.headers[name], name);
	const refused = await call(MINE, { method: 'HEAD' });
	assert.equal(refused.status, 401);
	assert.equal(refused.text, '');
});

test('If-None-Match that matches gives 304, in each of its forms', async () => {
	const { etag } = (await call(MINE, { token: bearer })).headers;
	for (const value of [etag, `W/${etag}`, `"x", ${etag}`,
		`"x" , W/${etag},"y"`, '*']) {
		const answer = await call(MINE, {
			token: bearer, headers: { 'if-none-match': value },
		});
		assert.equal(answer.status, 304, value);
		assert.equal(answer.text, '');
		assert.equal(answer.headers.etag, etag);
	}
});

test('If-None-Match that does not match gives the account', async () => {
	const { etag } = (await call(MINE, { token: bearer })).headers;
	for (const value of ['"x"', 'W/"x", "y"', etag.slice(1, -1),
		`${etag.slice(0, -1)}x"`]) {
		const answer = await call(MINE, {
			token: bearer, headers: { 'if-none-match': value },
		});
		assert.equal(answer.status, 200, value);
	}
});

test('If-None-Match does not get past the credentials', async () => {
	problem(await call(MINE, { headers: { 'if-none-match': '*' } }), 401);
});

for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE']) {
	test(`${method} is 405 with Allow`, async () => {
		const answer = await call(MINE, { method, token: bearer });
		const { title } = problem(answer, 405);
		assert.equal(title, 'Method Not Allowed');
		assert.deepEqual(answer.all('allow'), ['GET, HEAD, OPTIONS']);
	});
}

test('another method is 405 before credentials are looked at', async () => {
	problem(await call(MINE, { method: 'DELETE' }), 405);
});

test('CONNECT is 405, and 400 in the form of a proxy', async () => {
	const { host } = new URL(HTTP);
	const rest = ` HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
	problem(await raw(`CONNECT ${MINE}${rest}`),
		front.status('CONNECT with a path', 405));
	problem(await raw(`CONNECT ${host}${rest}`),
		front.status('CONNECT with a host', 400));
});

test('OPTIONS is 204 with Allow, without and with credentials', async () => {
	for (const options of [{}, { token: bearer }, { token: 'x.y.z' }]) {
		const answer = await call(MINE, { method: 'OPTIONS', ...options });
		assert.equal(answer.status, 204);
		assert.equal(answer.text, '');
		assert.deepEqual(answer.all('allow'), ['GET, HEAD, OPTIONS']);
	}
});

test('an origin of nobody gets no CORS headers', async () => {
	for (const method of ['GET', 'OPTIONS']) {
		const answer = await call(MINE, {
			method, token: bearer,
			headers: {
				origin: 'https://elsewhere.example',
				'access-control-request-method': 'GET',
			},
		});
		for (const name of Object.keys(answer.headers))
			assert.ok(!name.startsWith('access-control-'), name);
		assert.match(answer.headers.vary, /\bOrigin\b/);
	}
});

test('a query without a token changes nothing', async () => {
	assert.equal((await call(`${MINE}?a=%zz&b`, { token: bearer })).status, 200);
});

test('a small body of GET changes nothing', async () => {
	const answer = await call(MINE, { token: bearer, body: '{}' });
	assert.equal(answer.status, 200);
});

test('many requests go through one connection', async () => {
	const { host } = new URL(HTTP);
	const one = `GET ${MINE} HTTP/1.1\r\nHost: ${host}\r\n` +
		`Authorization: Bearer ${bearer}\r\n`;
	const answer = await raw(`${one}\r\n`.repeat(19) +
		`${one}Connection: close\r\n\r\n`);
	const all = `${answer.status}\r\n${answer.text}`;
	assert.equal(answer.status, 200);
	assert.equal(all.match(/HTTP\/1\.1 200/g).length, 19);
});
