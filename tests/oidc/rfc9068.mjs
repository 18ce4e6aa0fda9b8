// RFC 9068 and RFC 8725, line by line: what is no access token of this hub
// opens neither the API nor userinfo and is not active to introspection, also
// under the hub's own signature. What can be shown with foreign signatures
// stands in tests/api/credentials.mjs.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';
import { HTTPS, call, challenge, problem } from '../api/lib/hub.mjs';
import { Visitor } from './lib/form.mjs';
import { Mint, b64 } from './lib/mint.mjs';
import { ISSUER, authorization, client, codeOf, post, signIn, tokens, user }
	from './lib/provider.mjs';

const portal = client('rfc9068');
const account = user('rfc9068');
const got = await tokens(portal, account);
const mint = new Mint(got.access_token);

// The web server counts requests to the provider by address.
const askers = Array.from({ length: 12 }, () => new Visitor());
let turn = 0;
const next = () => askers[turn++ % askers.length];

const isActive = async (token) => {
	const { status, body } = await post('introspect', portal, { token }, next());
	assert.equal(status, 200);
	return body;
};

// A header field takes what is visible and not too long; two tokens joined by a
// comma are no token but a bad request.
const fitsHeader = (token) =>
	/^[!-+\--~]+$/.test(token) && token.length < 7000;

async function refused(token, what) {
	if (fitsHeader(token)) {
		const answer = await call('/account/mine', { token });
		assert.equal(answer.status, 401, what);
		problem(answer, 401);
		challenge(answer, 'Bearer realm="hub", error="invalid_token"');
		const { status } = await next().request('/identity/userinfo',
			{ headers: { authorization: `Bearer ${token}` } });
		assert.equal(status, 401, what);
	}
	assert.deepEqual(await isActive(token), { active: false }, what);
}

async function accepted(token, what) {
	assert.equal((await call('/account/mine', { token })).status, 200, what);
	assert.equal((await isActive(token)).active, true, what);
}

async function allRefused(cases) {
	await accepted(mint.with({}), 'nothing but the fault is wrong');
	for (const [what, token] of Object.entries(cases))
		await refused(token, what);
}

test('ID token, refresh token, code and logout token are no access token',
	async () => {
		const request = authorization(portal);
		const code = codeOf(await signIn(got.visitor, account, request.target),
			request);
		const now = Math.floor(Date.now() / 1000);
		for (const token of [got.id_token, code])
			await refused(token);
		// To introspection a refresh token is one, to nobody else.
		assert.equal((await call('/account/mine',
			{ token: got.refresh_token })).status, 401);
		assert.equal((await next().request('/identity/userinfo', { headers: {
			authorization: `Bearer ${got.refresh_token}` } })).status, 401);
		await refused(mint.sign({ ...mint.head, typ: 'logout+jwt' }, {
			iss: ISSUER, aud: portal.id, sub: account.id, iat: now,
			exp: now + 120, jti: 'logout', events: {
				'http://schemas.openid.net/event/backchannel-logout': {},
			},
		}));
	});

test('typ is at+jwt, and neither another nor missing', async () => {
	await allRefused(Object.fromEntries([undefined, null, '', 'JWT', 'jwt',
		'id_token+jwt', 'logout+jwt', 'at+jwt ', ' at+jwt', 'at', 'at+jwt;x',
		'application/jwt', 7, ['at+jwt'], { typ: 'at+jwt' },
	].map((typ) => [`typ ${JSON.stringify(typ)}`, mint.withHead({ typ })])));
});

const spellings = (own) => ['https://elsewhere.example', `${own}/`,
	`${own}.evil.example`, own.toUpperCase(), own.replace('https', 'http'),
	own.slice(0, -1), ` ${own}`];

test('another issuer', async () => {
	await allRefused(Object.fromEntries([undefined, null, '', 7, {}, [],
		[ISSUER], HTTPS, ...spellings(ISSUER),
	].map((iss) => [`iss ${JSON.stringify(iss)}`, mint.with({ iss })])));
});

// Userinfo takes every token of the issuer, whatever its audience is, and
// introspection tells a client of all its own.
test('another audience', async () => {
	assert.equal((await call('/account/mine',
		{ token: mint.with({ aud: [ISSUER, HTTPS] }) })).status, 200);
	for (const aud of [undefined, null, '', 7, {}, [], ISSUER,
		...spellings(HTTPS), spellings(HTTPS), [[HTTPS]]]) {
		const answer = await call('/account/mine',
			{ token: mint.with({ aud }) });
		assert.equal(answer.status, 401, JSON.stringify(aud));
		challenge(answer, 'Bearer realm="hub", error="invalid_token"');
	}
	await allRefused(Object.fromEntries([undefined, null, 7, {}, [[HTTPS]]]
		.map((aud) => [`aud ${JSON.stringify(aud)}`, mint.with({ aud })])));
});

test('the hub\'s own key under another algorithm', async () => {
	const pss = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING,
		saltLength: 32 };
	const by = (hash, options) => (input) =>
		crypto.sign(hash, input, { key: mint.key, ...options });
	const pem = crypto.createPublicKey(mint.key)
		.export({ format: 'pem', type: 'spki' });
	await allRefused({
		RS384: mint.withHead({ alg: 'RS384' }, by('sha384')),
		RS512: mint.withHead({ alg: 'RS512' }, by('sha512')),
		PS256: mint.withHead({ alg: 'PS256' }, by('sha256', pss)),
		'PS256 as RS256': mint.withHead({}, by('sha256', pss)),
		'SHA-1 as RS256': mint.withHead({}, by('sha1')),
		'RS256 named PS256': mint.withHead({ alg: 'PS256' }),
		'RS256 named ES256': mint.withHead({ alg: 'ES256' }),
		'RS256 named none': mint.withHead({ alg: 'none' }),
		'RS256 in lower case': mint.withHead({ alg: 'rs256' }),
		'no alg': mint.withHead({ alg: undefined }),
		'two algs': mint.withHead({ alg: ['RS256'] }),
		HS256: mint.withHead({ alg: 'HS256' }, (input) =>
			crypto.createHmac('sha256', pem).update(input).digest()),
	});
});

test('a kid is the name of a key, and never a path or a query', async () => {
	const { kid } = mint.head;
	await allRefused(Object.fromEntries([undefined, null, '', `../${kid}`,
		'../../../dev/null', '/dev/null', `${kid}' OR '1'='1`, `${kid}\0`,
		`${kid}\0../x`, ` ${kid}`, `${kid}\n`, kid.toUpperCase() === kid ?
			kid.toLowerCase() : kid.toUpperCase(), kid.slice(0, -1),
		'k'.repeat(3000), 7, [kid], '%00', '*', '$(id)',
	].map((value) => [`kid ${JSON.stringify(value)}`,
		mint.withHead({ kid: value })])));
});

test('jku, x5u, jwk and x5c are not looked at', async () => {
	let visits = 0;
	const server = http.createServer((request, response) => {
		visits++;
		response.end('{}');
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const url = `http://127.0.0.1:${server.address().port}/keys`;
	const own = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
	const jwk = { ...own.publicKey.export({ format: 'jwk' }),
		kid: mint.head.kid, alg: 'RS256', use: 'sig' };
	const x5c = [own.publicKey.export({ format: 'der', type: 'spki' })
		.toString('base64')];
	try {
		for (const extra of [{ jku: url }, { x5u: url }, { jwk }, { x5c },
			{ jku: url, x5u: url, jwk, x5c }]) {
			const what = Object.keys(extra).join();
			await accepted(mint.withHead(extra), what);
			for (const kid of [mint.head.kid, 'mine', undefined]) {
				await refused(mint.withHead({ ...extra, kid }, (input) =>
					crypto.sign('sha256', input, own.privateKey)), what);
			}
		}
		assert.equal(visits, 0, 'the hub went to an address of a token');
	} finally {
		server.close();
	}
});

test('crit that nobody understands', async () => {
	await allRefused(Object.fromEntries([['x'], ['exp'], ['b64'], [], '',
		'x', null, {}, ['typ', 'alg']].map((crit) =>
		[`crit ${JSON.stringify(crit)}`,
			mint.withHead({ crit, x: 1 })])));
	// These change what is signed, whether crit names them or not.
	for (const extra of [{ b64: false }, { zip: 'DEF' }, { enc: 'A256GCM' }])
		await refused(mint.withHead(extra), JSON.stringify(extra));
});

test('padded and other base64url than the one canonical form', async () => {
	const good = mint.with({}), parts = good.split('.');
	const cases = {};
	const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz' +
		'0123456789-_';
	for (const i of [0, 1, 2]) {
		const put = (text) => parts.toSpliced(i, 1, text).join('.');
		const part = parts[i];
		for (const tail of ['=', '==', '%3d', '%3D%3D', 'A', '\\n', '~'])
			cases[`part ${i} and ${tail}`] = put(part + tail);
		if (part.length % 4 !== 0) {
			const last = ALPHABET.indexOf(part.at(-1));
			cases[`unused bits of part ${i}`] =
				put(part.slice(0, -1) + ALPHABET[last ^ 1]);
		}
		cases[`part ${i} empty`] = put('');
		if (/[-_]/.test(part)) {
			cases[`part ${i} in base64`] = put(part.replaceAll('-', '+')
				.replaceAll('_', '/'));
		}
	}
	// Of the signature two characters carry unused bits in any case.
	assert.ok('unused bits of part 2' in cases);
	await allRefused(cases);
});

test('more dots, and bytes around a token', async () => {
	const good = mint.with({});
	const [head, payload, signature] = good.split('.');
	await allRefused(Object.fromEntries([`${good}.`, `.${good}`, `${good}.x`,
		`${head}..${payload}.${signature}`, `${head}.${payload}`,
		`${head}.${payload}.`, `${good}..`, `${good}.${payload}.${signature}`,
		`${head}.${payload}.${signature}.${signature}.x`, `${good}x`,
		`"${good}"`, `${good},`, `${good};`, `${good}%00`,
		`${good}\n`, ` ${good}`].map((token) => [JSON.stringify(token
		.replaceAll(signature, 's').replaceAll(payload, 'p')
		.replaceAll(head, 'h')), token])));
});

test('members that stand twice', async () => {
	const twice = (object, name, value, first) => {
		const member = `"${name}":${JSON.stringify(value)}`;
		const text = JSON.stringify(object);
		return first ? `{${member},${text.slice(1)}` :
			`${text.slice(0, -1)},${member}}`;
	};
	const cases = {};
	for (const first of [true, false]) {
		for (const [name, value] of Object.entries({ ...mint.payload,
			sub: 'api-test-x', scope: 'hub.manage' })) {
			cases[`${name} twice, ${first}`] = mint.sign(mint.head,
				twice(mint.payload, name, value, first));
		}
		for (const [name, value] of Object.entries(mint.head)) {
			cases[`${name} twice, ${first}`] = mint.sign(
				twice(mint.head, name, value, first), mint.payload);
		}
	}
	// Spelled with an escape it is the same name.
	cases['sub as \\u0073ub'] = mint.sign(mint.head,
		`{"\\u0073ub":"x",${JSON.stringify(mint.payload).slice(1)}`);
	await allRefused(cases);
});

test('the JSON serialisations of a signature', async () => {
	const [head, payload, signature] = mint.with({}).split('.');
	const flattened = { payload, protected: head, signature };
	const general = { payload,
		signatures: [{ protected: head, signature }] };
	const cases = {};
	for (const [name, value] of Object.entries({ flattened, general })) {
		cases[name] = JSON.stringify(value);
		cases[`${name}, in base64url`] = b64(value);
		cases[`${name}, as three parts`] = `${b64(value)}.${payload}.` +
			signature;
	}
	await allRefused(cases);
});

test('times that are no whole number of this world', async () => {
	const now = Math.floor(Date.now() / 1000), far = now + 600;
	const cases = {};
	for (const name of ['exp', 'iat', 'nbf']) {
		const right = name === 'exp' ? far : now;
		for (const text of [`"${right}"`, `${right}.5`, `${right}.0`,
			`${right}e0`, `-${right}`, '-1', '9223372036854775808',
			'9223372036854775807', '18446744073709551616', `1e10`, '1e400',
			'null', 'true', '[]', `[${right}]`, '{}', '""', `0${right}`,
			`+${right}`])
			cases[`${name} ${text}`] = mint.withText(name, text);
	}
	for (const name of ['exp', 'iat'])
		cases[`no ${name}`] = mint.with({ [name]: undefined });
	cases.expired = mint.with({ iat: now - 3600, exp: now - 120 });
	cases['not yet'] = mint.with({ nbf: now + 300 });
	cases['issued tomorrow'] = mint.with({ iat: now + 300, exp: far });
	cases['for over a day'] = mint.with({ exp: now + 86400 * 2 });
	await allRefused(cases);
	await accepted(mint.with({ nbf: now - 1 }), 'nbf that has come');
});

test('what RFC 9068 asks for may not be missing, and is of one kind',
	async () => {
		const cases = {};
		for (const name of ['sub', 'client_id', 'jti']) {
			for (const value of [undefined, null, '', 7, [], {},
				[mint.payload[name]], `${mint.payload[name]}\0`])
				cases[`${name} ${JSON.stringify(value)}`] =
					mint.with({ [name]: value });
		}
		cases['a client that is none'] = mint.with({ client_id: 'nobody' });
		cases['an account that is none'] = mint.with({ sub: 'nobody-at-all' });
		cases['another epoch'] = mint.with({ epoch: mint.payload.epoch + 1 });
		cases['the client\'s id as user'] = mint.with({ sub: portal.id });
		await allRefused(cases);
	});
