// CORS: which pages of which origins may read an answer, errors included, and
// that a change of the clients shows at once.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { front } from './lib/front.mjs';
import { HTTP, HTTPS, call, customer, hubctl, problem, raw, token }
	from './lib/hub.mjs';

const MINE = '/account/mine';
const FIVE = [
	MINE,
	'/organization/organizations/mine',
	'/permission/permissions/mine',
	'/contract/contracts/mycontracts',
	'/contract/contracts/c-900001/mine',
];
const NAME = 'cors.api-test.example';
const ORIGIN = `https://${NAME}`;
const LOCAL = 'http://localhost:31415';
const EXPOSED = 'ETag, X-Request-Id, WWW-Authenticate, Retry-After';

// An id that was removed rests for a day: another one each time.
const client = `api-test-cors-${randomBytes(6).toString('hex')}`;
const bearer = token(customer('cors'));
const narrow = token('cors@api-test.example', '--scope', 'openid');

before(() => hubctl('client', 'add', '--id', client, '--public',
	'--redirect-uri', `${ORIGIN}/callback`,
	'--origin', ORIGIN, '--origin', LOCAL));

after(() => hubctl('client', 'remove', client));

function ask(target, origin, options = {}) {
	return call(target, {
		...options, headers: { origin, ...options.headers },
	});
}

function preflight(target, origin, options = {}) {
	return ask(target, origin, {
		...options, method: 'OPTIONS',
		headers: {
			'access-control-request-method': 'GET',
			'access-control-request-headers': 'authorization',
		},
	});
}

function fields(answer) {
	return Object.fromEntries(Object.entries(answer.headers)
		.filter(([name]) => name.startsWith('access-control-')));
}

function assertOpen(answer, origin = ORIGIN) {
	assert.deepEqual(fields(answer), {
		'access-control-allow-origin': origin,
		'access-control-expose-headers': EXPOSED,
	});
	assert.deepEqual(answer.all('vary'), ['Origin']);
}

function assertShut(answer) {
	assert.deepEqual(fields(answer), {});
	assert.deepEqual(answer.all('vary'), ['Origin']);
}

for (const target of FIVE) {
	test(`a preflight of ${target} is let through`, async () => {
		for (const origin of [ORIGIN, LOCAL]) {
			const answer = await preflight(target, origin);
			assert.equal(answer.status, 204);
			assert.equal(answer.text, '');
			assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
			const { 'access-control-max-age': age, ...rest } = fields(answer);
			assert.match(age, /^[1-9]\d*$/);
			assert.deepEqual(rest, {
				'access-control-allow-origin': origin,
				'access-control-allow-methods': 'GET, HEAD, OPTIONS',
				'access-control-allow-headers':
					'Authorization, If-None-Match',
				'access-control-expose-headers': EXPOSED,
			});
			assert.deepEqual(answer.all('vary'), ['Origin']);
		}
	});

	test(`an answer of ${target} may be read`, async () => {
		assertOpen(await ask(target, ORIGIN, { token: bearer }));
		assertOpen(await ask(target, LOCAL, { token: bearer }), LOCAL);
		assertOpen(await ask(target, ORIGIN, {
			token: bearer, method: 'HEAD',
		}));
		assertShut(await call(target, { token: bearer }));
	});

	test(`an error of ${target} may be read`, async () => {
		for (const [status, options, suffix] of [
			[401, {}],
			[401, { token: 'x' }],
			[401, { token: `${bearer}x` }],
			[403, { token: narrow }],
			[405, { token: bearer, method: 'DELETE' }],
			[400, { token: bearer }, '?access_token=x'],
			[400, { headers: { authorization: 'Bearer x, Bearer y' } }],
		]) {
			const answer = await ask(target + (suffix ?? ''), ORIGIN, options);
			problem(answer, status);
			assertOpen(answer);
			assertShut(await ask(target + (suffix ?? ''),
				'https://elsewhere.example', options));
		}
	});
}

for (const [target, methods] of [
	['/identity/token', 'POST, OPTIONS'], ['/identity/revoke', 'POST, OPTIONS'],
	['/identity/userinfo', 'GET, HEAD, POST, OPTIONS'],
]) {
	test(`${target} is open to pages of clients`, async () => {
		const answer = await preflight(target, ORIGIN);
		assert.equal(answer.status, 204);
		assert.equal(answer.headers['access-control-allow-origin'], ORIGIN);
		assert.equal(answer.headers['access-control-allow-methods'], methods);
		assert.equal(answer.headers['access-control-allow-headers'],
			'Authorization, Content-Type');
		assert.ok(!('access-control-allow-credentials' in answer.headers));
		const options = { method: 'POST', body: 'a=b', headers: {
			'content-type': 'application/x-www-form-urlencoded',
		} };
		const refused = await ask(target, ORIGIN, options);
		assert.equal(refused.status, 401);
		assertOpen(refused);
		assertShut(await ask(target, 'https://elsewhere.example', options));
		assertShut(await preflight(target, 'https://elsewhere.example'));
	});
}

for (const target of ['/identity/authorize', '/identity/logout',
	'/identity/introspect', '/identity/login']) {
	test(`${target} is open to no page`, async () => {
		assertShut(await preflight(target, ORIGIN));
		assertShut(await ask(target, ORIGIN));
	});
}

for (const target of ['/identity/jwks',
	'/identity/.well-known/openid-configuration',
	'/.well-known/oauth-authorization-server/identity']) {
	test(`${target} is open to every page`, async () => {
		for (const origin of [ORIGIN, 'https://elsewhere.example', 'null'])
			assertOpen(await ask(target, origin, { cached: true }), '*');
	});
}

test('both ports say the same', async () => {
	for (const base of [HTTP, HTTPS]) {
		assertOpen(await ask(MINE, ORIGIN, { base, token: bearer }));
		assert.equal((await preflight(MINE, ORIGIN, { base }))
			.headers['access-control-allow-origin'], ORIGIN);
	}
});

test('unknown paths and bad parameters are told to the page too', async () => {
	for (const [target, status] of [
		['/x', 404], ['/account', 404], ['/contract/contracts/none/mine', 404],
		['/contract/contracts/%2F/mine', 404],
		['/contract/contracts/mycontracts?limit=x', 400],
	]) {
		const answer = await ask(target, ORIGIN, { token: bearer });
		problem(answer, status);
		assertOpen(answer);
	}
	const answer = await preflight('/account/theirs', ORIGIN);
	problem(answer, 404);
	assertOpen(answer);
});

test('a 304 carries the fields', async () => {
	const { etag } = (await ask(MINE, ORIGIN, { token: bearer })).headers;
	const answer = await ask(MINE, ORIGIN, {
		token: bearer, headers: { 'if-none-match': etag },
	});
	assert.equal(answer.status, 304);
	assertOpen(answer);
});

for (const origin of [
	'null', '*', NAME, `//${NAME}`, `http://${NAME}`, `${ORIGIN}/`,
	`${ORIGIN}.`, `${ORIGIN}:443`, `${ORIGIN}:8443`, `${ORIGIN}:`,
	`https://${NAME.toUpperCase()}`, `HTTPS://${NAME}`, `${ORIGIN}.evil.example`,
	`https://evil.${NAME}`, `${ORIGIN}@evil.example`, `https://me@${NAME}`,
	`${ORIGIN}#`, `${ORIGIN}?`, `${ORIGIN}/callback`, ORIGIN.slice(0, -1),
	`${ORIGIN} ${ORIGIN}`, `${ORIGIN}, ${ORIGIN}`, `${ORIGIN} null`,
	`https://evil.example ${ORIGIN}`, `https://evil.example, ${ORIGIN}`,
	`https://evil.example\t${ORIGIN}`, `"${ORIGIN}"`, `${ORIGIN}%00`,
	'http://localhost', 'http://localhost:31416', 'https://localhost:31415',
	'http://127.0.0.1:31415', 'http://[::1]:31415', 'http://LOCALHOST:31415',
	'http://localhost:031415', 'http://localhost.:31415',
]) {
	test(`the origin ${JSON.stringify(origin)} is nobody's`, async () => {
		const options = await preflight(MINE, origin);
		assert.equal(options.status, 204);
		assertShut(options);
		const answer = await ask(MINE, origin, { token: bearer });
		assert.equal(answer.status, 200);
		assertShut(answer);
	});
}

test('a second line does not make an origin known', async () => {
	for (const second of [ORIGIN, 'https://evil.example']) {
		const answer = await raw(`OPTIONS ${MINE} HTTP/1.1\r\nHost: hub\r\n` +
			'Connection: close\r\nOrigin: https://evil.example\r\n' +
			`Origin: ${second}\r\n\r\n`);
		assert.deepEqual(answer.all('access-control-allow-origin'), []);
	}
});

test('cookies are never let through', async () => {
	const answer = await ask(MINE, ORIGIN, {
		token: bearer, headers: { cookie: 'a=b' },
	});
	assertOpen(answer);
	assert.ok(!('access-control-allow-credentials' in answer.headers));
	assert.deepEqual(answer.all('set-cookie'), []);
});

test('what the web server answers by itself goes without', async () => {
	const answer = await ask(`/${'a'.repeat(40000)}`, ORIGIN);
	assert.equal(answer.status, front.status('a target over 8 KiB', 414));
	assert.deepEqual(fields(answer), {});
});

test('a disabled client has no origins, an enabled one has', async () => {
	const all = () => Promise.all([
		preflight(MINE, ORIGIN), ask(MINE, ORIGIN),
		ask(MINE, ORIGIN, { token: bearer }), ask('/none', ORIGIN),
	]);
	hubctl('client', 'disable', client);
	for (const answer of await all())
		assertShut(answer);
	hubctl('client', 'enable', client);
	for (const answer of await all())
		assert.equal(answer.headers['access-control-allow-origin'], ORIGIN);
});

test('an origin of two clients stays while one has it', async () => {
	const other = `${client}-2`;
	hubctl('client', 'add', '--id', other, '--public',
		'--redirect-uri', `${ORIGIN}/callback`,
		'--origin', ORIGIN, '--origin', `${ORIGIN}:8443`);
	assertOpen(await ask(MINE, `${ORIGIN}:8443`), `${ORIGIN}:8443`);
	hubctl('client', 'remove', other);
	assertShut(await ask(MINE, `${ORIGIN}:8443`));
	assertOpen(await ask(MINE, ORIGIN));
});
