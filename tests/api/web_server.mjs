// What the web server adds: TLS, request ids, health, the way to each pool.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { front } from './lib/front.mjs';
import { HTTP, HTTPS, ROOT, call, customer, problem, raw, token, until }
	from './lib/hub.mjs';

const bearer = token(customer('web'));
const { host } = new URL(HTTP);

for (const target of ['/health/ready', '/health/keepers/ready',
	'/health/signin/ready']) {
	test(`${target} is ready`, async () => {
		for (const base of [HTTPS, HTTP]) {
			const answer = await call(target, { base });
			assert.equal(answer.status, 200);
			assert.deepEqual(JSON.parse(answer.text), { status: 'ready' });
		}
	});
}

test('a request id of the client is not taken over', async () => {
	for (const target of ['/account/mine', '/x', '/%00']) {
		const answer = await call(target,
			{ token: bearer, headers: { 'x-request-id': 'a'.repeat(32) } });
		assert.notEqual(answer.headers['x-request-id'], 'a'.repeat(32));
	}
});

test('no parameter of the gateway can be forged by a header', async () => {
	const answer = await call('/x', { headers: {
		'request-uri': '/account/mine', 'x-original-url': '/account/mine',
		'x-rewrite-url': '/account/mine', 'x-forwarded-proto': 'http',
		'request-id': 'forged', 'remote-addr': '10.0.0.1',
	} });
	problem(answer, 404);
	assert.notEqual(answer.headers['x-request-id'], 'forged');
});

test('each request has an id of its own', async () => {
	const ids = await Promise.all(Array.from({ length: 50 }, async () =>
		(await call('/account/mine')).headers['x-request-id']));
	assert.equal(new Set(ids).size, 50);
});

// On localhost every port of the machine would be meant.
test('HTTPS tells browsers to stay with it, but not on localhost', async () => {
	for (const file of ['nginx/hub.conf', 'apache/hub.conf',
		'lighttpd/hub.conf']) {
		const shipped = fs.readFileSync(path.join(ROOT, file), 'utf8');
		assert.match(shipped, /"max-age=31536000"/, file);
	}
	for (const target of ['/account/mine', '/x', '/%00']) {
		const secure = await call(target, { base: HTTPS });
		assert.deepEqual(secure.all('strict-transport-security'),
			['max-age=0']);
		const plain = await call(target, { base: HTTP });
		assert.deepEqual(plain.all('strict-transport-security'), []);
	}
});

test('the version of the web server is not told', async () => {
	for (const target of ['/account/mine', '/%00'])
		assert.equal((await call(target)).headers.server, front.server);
});

for (const target of ['/identity/token', '/identity/login', '/identity/',
	'/identity/.well-known/openid-configuration', '/identity/jwks',
	'/.well-known/oauth-authorization-server/identity']) {
	test(`${target} needs TLS`, async () => {
		const plain = await call(target, { base: HTTP });
		assert.match(problem(plain, 403).detail, /needs TLS/);
		const cached = /jwks|well-known/.test(target);
		const secure = await call(target, { base: HTTPS, cached });
		assert.notEqual(secure.status, 403);
	});
}

test('no other spelling of an identity path gets around TLS', async () => {
	for (const target of ['//identity/token', '/./identity/token',
		'/x/../identity/token', '/%69dentity/token', '/identity%2Ftoken',
		'/identity//token']) {
		const { status } = await call(target, { base: HTTP });
		assert.ok(status === 403 || status === 404, `${target}: ${status}`);
	}
});

// The pools that requests were sent to, as the access log tells, which comes
// later than the answers.
async function poolsOf(requests) {
	const log = path.join(front.folder, front.log);
	const ids = await Promise.all(requests.map(async ([target, options]) =>
		(await call(target, options)).headers['x-request-id']));
	let entries;
	await until(() => {
		const lines = fs.readFileSync(log, 'utf8').split('\n');
		entries = ids.map((id) => lines.find((line) => line.includes(id)));
		return !entries.includes(undefined);
	});
	return entries.map((entry) => JSON.parse(entry).pool);
}

// Each case is a target, options, and the pool.
async function goTo(cases) {
	const pools = await poolsOf(cases);
	for (const [i, [target, options, pool]] of cases.entries())
		assert.equal(pools[i], pool, `${options.base}${target}`);
}

test('plain HTTP gets to the customer API and health, and nowhere else', async () => {
	await goTo(['/account/mine', '/account/mine?x=/x',
		'/%61ccount/mine', '/organization/organizations/mine',
		'/permission/permissions/mine', '/contract/contracts/mycontracts',
		'/contract/contracts/1/mine', '/contract/contracts/a%20b/mine',
		'/health/ready'].map((target) => [target, { base: HTTP }, 'readers']));
	await goTo(['/', '/x', '/x/account/mine', '/account/mine/',
		'/account/mine/x', '/account/yours', '/account/', '/identity',
		'/contract/contracts', '/contract/contracts/mine',
		'/contract/contracts/1/2/mine', '/contract/contracts/1/mine/x',
		'/organization/organizations', '/permission/permissions/mine2']
		.flatMap((target) => [[target, { base: HTTP }, ''],
			[target, { base: HTTPS }, target === '/' ? 'files' : 'readers']]));
});

test('the pool answers methods that an endpoint does not have', async () => {
	const cases = [];

	for (const base of [HTTP, HTTPS]) {
		for (const target of ['/account/mine',
			'/organization/organizations/mine',
			'/permission/permissions/mine',
			'/contract/contracts/mycontracts',
			'/contract/contracts/1/mine']) {
			const options = { base, method: 'POST', body: '{}' };
			const answer = await call(target, options);
			problem(answer, 405);
			assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
			cases.push([target, options, 'readers']);
		}
	}
	await goTo(cases);
});

test('plain HTTP on the TLS port is told so', async () => {
	const base = `http://127.0.0.1:${new URL(HTTPS).port}`;
	const answer = await call('/account/mine', { base });
	assert.match(problem(answer, 403).detail, /needs TLS/);
});

test('TLS 1.1 is not spoken', async () => {
	const { port } = new URL(HTTPS);
	await assert.rejects(new Promise((resolve, reject) => {
		const socket = tls.connect({
			host: '127.0.0.1', port, maxVersion: 'TLSv1.1',
			minVersion: 'TLSv1', rejectUnauthorized: false,
			ciphers: 'DEFAULT@SECLEVEL=0',
		}, () => { socket.end(); resolve(); });
		socket.on('error', reject);
	}));
});

test('errors of the web server itself are problems as well', async () => {
	problem(await raw(`GET /x HTTP/9.9\r\nHost: ${host}\r\n\r\n`), 505);
	problem(await raw(`POST /x HTTP/1.1\r\nHost: ${host}\r\n` +
		'Transfer-Encoding: gzip\r\n\r\n'),
	front.status('an unknown transfer coding', 501));
});

// Last: it uses up what the other tests of identity paths would need.
test('identity paths are limited for each address, with 429', {
	skip: !front.limitsRate,
}, async () => {
	const answers = await Promise.all(Array.from({ length: 500 }, () =>
		call('/identity/no-such-path')));
	const refused = answers.filter((a) => a.status === 429);
	assert.ok(answers.length - refused.length >= 200, 'the burst is let through');
	assert.ok(refused.length > 0, 'what is over it is refused');
	for (const answer of refused) {
		assert.equal(problem(answer, 429).title, 'Too Many Requests');
		assert.match(answer.headers['retry-after'], /^[1-9][0-9]*$/);
	}
	assert.equal((await call('/account/mine', { token: bearer })).status, 200,
		'the customer API is not limited');
});
