// Who is let in: RFC 6750, and tokens that are none of the hub's.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { HTTP, STATE, call, challenge, customer, demo, load, pause, problem,
	raw, token } from './lib/hub.mjs';

const MINE = '/account/mine';
const REALM = 'Bearer realm="hub"';
const username = customer('credentials');
const bearer = token(username);
const [head, payload] = bearer.split('.').slice(0, 2)
	.map((part) => JSON.parse(Buffer.from(part, 'base64url')));

async function refused(token) {
	const answer = await call(MINE, { token });
	problem(answer, 401);
	challenge(answer, `${REALM}, error="invalid_token"`);
	const shown = answer.text + JSON.stringify(answer.headers);
	assert.ok(token.length < 20 || !shown.includes(token.slice(0, 20)),
		'the answer repeats the token');
}

test('no credentials: 401 without an error code', async () => {
	const answer = await call(MINE);
	problem(answer, 401);
	challenge(answer, REALM);
});

test('another scheme counts as no credentials', async () => {
	for (const authorization of ['Basic YTpi', `Token ${bearer}`, bearer]) {
		const answer = await call(MINE, { headers: { authorization } });
		problem(answer, 401);
		challenge(answer, REALM);
	}
});

test('the scheme may be written in any letter case', async () => {
	for (const scheme of ['bearer', 'BEARER', 'bEaReR']) {
		const answer = await call(MINE,
			{ headers: { authorization: `${scheme} ${bearer}` } });
		assert.equal(answer.status, 200, scheme);
	}
});

test('a token in the query is 400 and is not used', async () => {
	for (const options of [{}, { token: bearer }]) {
		for (const name of ['access_token', 'access%5Ftoken']) {
			const answer = await call(`${MINE}?x=1&${name}=${bearer}`, options);
			problem(answer, 400);
			challenge(answer, `${REALM}, error="invalid_request"`);
		}
	}
});

test('two tokens joined by a comma are 400', async () => {
	for (const second of [bearer, `Bearer ${bearer}`]) {
		const answer = await call(MINE,
			{ headers: { authorization: `Bearer ${bearer}, ${second}` } });
		problem(answer, 400);
		challenge(answer, `${REALM}, error="invalid_request"`);
	}
});

test('two Authorization headers are 400', async () => {
	const line = `Authorization: Bearer ${bearer}\r\n`;
	const answer = await raw(`GET ${MINE} HTTP/1.1\r\n` +
		`Host: ${new URL(HTTP).host}\r\n${line}${line}Connection: close\r\n\r\n`);
	problem(answer, 400);
});

test('text that is no token is 401', async () => {
	for (const text of ['', 'x', '.', '..', '...', 'a.b.c', `${bearer}.x`,
		`${bearer}=`, bearer.slice(0, -1), bearer.slice(1), ` ${bearer} x`,
		`${bearer}A`, 'a'.repeat(4000), '{"a":1}'])
		await refused(text);
});

test('each part of the token counts', async () => {
	const parts = bearer.split('.');
	for (let i = 0; i < 3; i++) {
		const other = [...parts];
		const at = Math.floor(other[i].length / 2);
		const flipped = other[i][at] === 'A' ? 'B' : 'A';
		other[i] = other[i].slice(0, at) + flipped + other[i].slice(at + 1);
		await refused(other.join('.'));
	}
});

test('an expired token is 401, also one that was used before', async () => {
	const brief = token(username, '--ttl', '2');
	assert.equal((await call(MINE, { token: brief })).status, 200);
	const { exp } = JSON.parse(Buffer.from(brief.split('.')[1], 'base64url'));
	while (Date.now() <= exp * 1000)
		await pause(100);
	await refused(brief);
});

test('a token without the scope is 403', async () => {
	const answer = await call(MINE,
		{ token: token(username, '--scope', 'openid') });
	problem(answer, 403);
	challenge(answer,
		`${REALM}, error="insufficient_scope", scope="hub.read"`);
});

test('an account without the permission is 403', async () => {
	const name = 'nobody@api-test.example';
	load({ type: 'account', id: 'api-test-nobody', name, email: name });
	const answer = await call(MINE, { token: token(name) });
	problem(answer, 403);
	challenge(answer, `${REALM}, error="insufficient_scope"`);
});

test('a permission that is withdrawn is gone at the next request', async () => {
	const name = 'grouped@api-test.example';
	const group = (permissions) => load({
		type: 'group', id: 'api-test-group', name: 'Test', permissions,
	});
	group(['account.read.mine']);
	load({
		type: 'account', id: 'api-test-grouped', name, email: name,
		groupIds: ['api-test-group'],
	});
	const bearer = token(name);
	assert.equal((await call(MINE, { token: bearer })).status, 200);
	group([]);
	problem(await call(MINE, { token: bearer }), 403);
	group(['account.read.mine']);
	assert.equal((await call(MINE, { token: bearer })).status, 200);
});

// Forged tokens. The public key is no secret; it is read where it is stored.
function publicKey() {
	const file = fs.readFileSync(path.join(STATE, 'data/directory/data.mdb'));
	const start = Buffer.from('30820122300d06092a864886f70d01010105000382010f00',
		'hex');
	const [h, p, s] = bearer.split('.');
	for (let at = file.indexOf(start); at >= 0; at = file.indexOf(start, at + 1)) {
		const der = file.subarray(at, at + 294);
		const key = crypto.createPublicKey(
			{ key: der, format: 'der', type: 'spki' });
		if (crypto.verify('sha256', Buffer.from(`${h}.${p}`), key,
			Buffer.from(s, 'base64url')))
			return key;
	}
	throw new Error('the key that signs is not in the directory');
}

const b64 = (value) => Buffer.from(
	typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const signed = (header, claims, sign) => {
	const input = `${b64(header)}.${b64(claims)}`;
	return `${input}.${Buffer.from(sign(Buffer.from(input))).toString('base64url')}`;
};

test('alg none is refused, in any letter case', async () => {
	for (const alg of ['none', 'None', 'NONE', 'nOnE', ''])
		for (const signature of ['', bearer.split('.')[2]])
			await refused(`${b64({ ...head, alg })}.${b64(payload)}.${signature}`);
});

test('HS256 with the public key as its secret is refused', async () => {
	const key = publicKey();
	for (const secret of [
		key.export({ format: 'pem', type: 'spki' }),
		key.export({ format: 'der', type: 'spki' }),
		key.export({ format: 'pem', type: 'pkcs1' }),
		Buffer.from(key.export({ format: 'jwk' }).n, 'base64url'),
	]) {
		for (const alg of ['HS256', 'RS256'])
			await refused(signed({ ...head, alg }, payload, (input) =>
				crypto.createHmac('sha256', secret).update(input).digest()));
	}
});

test('a key of somebody else is refused, however it is announced', async () => {
	const { privateKey, publicKey } =
		crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
	const jwk = { ...publicKey.export({ format: 'jwk' }), kid: head.kid };
	const sign = (input) => crypto.sign('sha256', input, privateKey);
	for (const extra of [{}, { jwk }, { kid: 'x' }, { kid: undefined },
		{ kid: '../../dev/null' }, { kid: "' OR 1=1 --" }, { kid: 7 },
		{ jku: `${HTTP}/keys`, kid: 'x' }, { kid: 'a\0b' },
		{ kid: 'k'.repeat(1000) }])
		await refused(signed({ ...head, ...extra }, payload, sign));
});

test('another algorithm over the same key name is refused', async () => {
	const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
	const ec = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const pss = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
	await refused(signed({ ...head, alg: 'PS256' }, payload, (input) =>
		crypto.sign('sha256', input, { key: rsa.privateKey, ...pss })));
	await refused(signed({ ...head, alg: 'RS384' }, payload, (input) =>
		crypto.sign('sha384', input, rsa.privateKey)));
	await refused(signed({ ...head, alg: 'ES256' }, payload, (input) =>
		crypto.sign('sha256', input,
			{ key: ec.privateKey, dsaEncoding: 'ieee-p1363' })));
});

// A signature of the hub over other claims cannot be had; what can be shown
// is that changing any of them costs the signature.
test('other claims under the signature of the hub are refused', async () => {
	const signature = bearer.split('.')[2];
	const far = Math.floor(Date.now() / 1000) + 86000;
	for (const change of [
		{ iss: 'https://elsewhere.example/identity' },
		{ aud: 'https://elsewhere.example' },
		{ sub: demo.accounts[0].username }, { exp: far }, { epoch: 99 },
		{ scope: 'hub.read hub.manage' }, { client_id: 'other' },
	])
		await refused(
			`${b64(head)}.${b64({ ...payload, ...change })}.${signature}`);
	for (const change of [{ typ: 'JWT' }, { typ: undefined },
		{ typ: 'logout+jwt' }, { crit: ['exp'] }])
		await refused(
			`${b64({ ...head, ...change })}.${b64(payload)}.${signature}`);
});
