// Targets, limits and malformed requests: what is answered before anybody
// looks at credentials, by the web server or by the hub.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { front } from './lib/front.mjs';
import { HTTP, HTTPS, call, commonFields, customer, problem, raw, token }
	from './lib/hub.mjs';

const bearer = token(customer('paths'));
const { host } = new URL(HTTP);

// Not one of these is /account/mine.
const unknown = [
	'/account', '/account/', '/account/mine/', '/account/mine/x',
	'/Account/mine', '/account/MINE', '/favicon.ico', '/index.html',
	'/account/mine;x', '/.hub/404', '/.hub/503', '/.hub/tls', '/@hub',
	// dot segments
	'/account/./mine', '/account/../account/mine', '/./account/mine',
	'/x/../account/mine', '/account/mine/.', '/account/mine/..',
	'/account/%2e/mine', '/account/%2E%2E/account/mine',
	'/account/.%2e/account/mine', '/x/%2e%2e/account/mine',
	'/..', '/../account/mine', '/account/../../account/mine',
	'/%2e%2e/account/mine', '/account/%2e%2e/%2e%2e/account/mine',
	// an encoded slash
	'/account%2Fmine', '/account%2fmine', '/account/mine%2F',
	'/%2faccount/mine',
	// NUL
	'/account/mine%00', '/%00', '/account%00/mine', '/account/%00mine',
	'/account/mine%00?x=1',
	// bad escapes
	'/account/mine%', '/account/mine%2', '/account/mine%zz',
	'/account/%m1ne', '/%', '/account/mine%g0?x',
	// encoded twice
	'/account/%256dine', '/account%252Fmine',
	// empty segments
	'//account/mine', '/account//mine', '/account/mine//', '//',
	// what only the other pools know
	'/identity', '/identityx', '/health', '/health/', '/health/ready/',
	'/health/readers/ready', '/.hub', '/.hub/',
];

for (const base of [HTTPS, HTTP]) {
	test(`unknown paths are 404 over ${new URL(base).protocol}`, async (t) => {
		// The root is for browsers: page_files.mjs.
		for (const target of base === HTTP ? ['/', ...unknown] : unknown) {
			await t.test(target, async () => {
				const answer = await call(target, { token: bearer, base });
				assert.equal(problem(answer, 404).title, 'Not Found');
				assert.deepEqual(answer.all('www-authenticate'), []);
			});
		}
	});
}

test('an unknown path is 404 with any method and without credentials', async () => {
	for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'PATCH'])
		problem(await call('/account/yours', { method }), 404);
});

test('a 404 of HEAD has no body', async () => {
	for (const target of ['/x', '/%00']) {
		const answer = await call(target, { method: 'HEAD' });
		assert.equal(answer.status, 404);
		assert.equal(answer.text, '');
	}
});

test('a segment is decoded once', async () => {
	const answer = await call('/%61ccount/%6Di%6ee', { token: bearer });
	assert.equal(answer.status, 200);
});

test('a target over 8 KiB is 414', async () => {
	for (const target of [`/${'a'.repeat(8200)}`,
		`/account/mine?${'a'.repeat(20000)}`])
		problem(await call(target, { token: bearer }),
			front.status('a target over 8 KiB', 414));
});

test('a target just under 8 KiB is read', async () => {
	const answer = await call(`/account/mine?${'a'.repeat(8000)}`,
		{ token: bearer });
	assert.equal(answer.status, 200);
});

test('a header field that is too long is 431', async () => {
	const answer = await call('/account/mine',
		{ token: bearer, headers: { 'x-long': 'a'.repeat(9000) } });
	assert.equal(answer.status, front.status('a header field of 9 KiB', 431));
	if (answer.status !== 200)
		problem(answer, answer.status);
});

test('header fields that are too many are 431', async () => {
	const headers = {};
	for (let i = 0; i < 10; i++)
		headers[`x-long-${i}`] = 'a'.repeat(6000);
	problem(await call('/account/mine', { token: bearer, headers }), 431);
});

test('a token over its limit is refused', async () => {
	const answer = await call('/account/mine',
		{ token: 'a'.repeat(12000) });
	problem(answer, front.status('a token of 12 KiB', 431));
	problem(await call('/account/mine', { token: 'a'.repeat(5000) }), 401);
});

test('a body over 64 KiB is 413', async () => {
	const answer = await call('/account/mine',
		{ method: 'POST', token: bearer, body: 'a'.repeat(65537) });
	assert.equal(problem(answer, 413).title, 'Content Too Large');
});

test('a body that says no length is limited as well', async () => {
	const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`;
	const answer = await raw(`POST /account/mine HTTP/1.1\r\nHost: ${host}\r\n` +
		`Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}0\r\n\r\n`);
	commonFields(answer);
	problem(answer, front.status('a long body that says no length', 413));
});

test('a body of 64 KiB is read', async () => {
	const answer = await call('/account/mine',
		{ method: 'POST', token: bearer, body: 'a'.repeat(65536) });
	problem(answer, 405);
});

// Each asks for an end of the connection, which not every server brings about.
const malformed = {
	'no Host': 'GET /account/mine HTTP/1.1\r\nConnection: close\r\n\r\n',
	'a method in lower case': `get /account/mine HTTP/1.1\r\nHost: ${host}\r\n` +
		'Connection: close\r\n\r\n',
	'a space in the target': `GET /account/mi ne HTTP/1.1\r\nHost: ${host}\r\n` +
		'Connection: close\r\n\r\n',
	'a control character in the target':
		`GET /account/mine\x01 HTTP/1.1\r\nHost: ${host}\r\n` +
		'Connection: close\r\n\r\n',
	'two lengths': `POST /account/mine HTTP/1.1\r\nHost: ${host}\r\n` +
		'Content-Length: 1\r\nContent-Length: 2\r\n\r\nab',
	'a length and chunks': `POST /account/mine HTTP/1.1\r\nHost: ${host}\r\n` +
		'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n' +
		'Connection: close\r\n\r\n0\r\n\r\n',
	'a length that is no number':
		`POST /account/mine HTTP/1.1\r\nHost: ${host}\r\nContent-Length: -1\r\n\r\n`,
};

for (const [name, bytes] of Object.entries(malformed)) {
	test(`${name} is 400`, async () => {
		const answer = await raw(bytes);
		commonFields(answer);
		problem(answer, front.status(name, 400));
	});
}

test('an absolute target is the path in it', async () => {
	const answer = await raw(`GET http://${host}/account/mine HTTP/1.1\r\n` +
		`Host: ${host}\r\nAuthorization: Bearer ${bearer}\r\n` +
		'Connection: close\r\n\r\n');
	assert.equal(answer.status, front.status('an absolute target', 200));
});
