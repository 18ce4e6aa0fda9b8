// The contract's table of answers, row by row, on each of the five endpoints.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTP, HTTPS, call, challenge, hubctl, load, problem, token }
	from './lib/hub.mjs';
import { ACCOUNT, ALL_FOUR, CONTRACTS, ORGANIZATIONS, PERMISSIONS, account,
	contract, contractPath, group, organization, username }
	from './lib/records.mjs';

const ORG = 'ans-t-org';
const REALM = 'Bearer realm="hub"';
const permission = {
	[ACCOUNT]: 'account.read.mine',
	[ORGANIZATIONS]: 'organization.read.mine',
	[PERMISSIONS]: 'permission.read.mine',
	[CONTRACTS]: 'contract.read.mine',
	[contractPath('ans-t-1')]: 'contract.read.mine',
};

load(organization(ORG), account('ans-t', { [ORG]: '1' }),
	contract('ans-t-1', ORG, '1'));
// Disabling, which one of the rows does, ends it.
let bearer = token(username('ans-t'));

for (const target of Object.keys(permission)) {
	const get = (options) => call(target, options);
	const row = (name, fn) => test(`${target}: ${name}`, fn);

	row('200, the same over HTTP and HTTPS, with length and tag', async () => {
		const [a, b] = await Promise.all([HTTP, HTTPS].map((base) =>
			get({ token: bearer, base })));
		assert.equal(a.status, 200);
		assert.equal(a.headers['content-type'], 'application/json');
		assert.equal(a.text, b.text);
		assert.match(a.text, /^\{"data":\{"items":\[.+\]\}\}$/);
		assert.equal(a.headers.etag, b.headers.etag);
		assert.match(a.headers.etag, /^"[^"]+"$/);
		assert.equal(Number(a.headers['content-length']),
			Buffer.byteLength(a.text));
		assert.match(a.headers.vary, /\bOrigin\b/);
	});

	row('HEAD is GET without the body', async () => {
		const [whole, head] = await Promise.all(['GET', 'HEAD'].map((method) =>
			get({ token: bearer, method })));
		assert.equal(head.status, 200);
		assert.equal(head.text, '');
		for (const name of ['content-length', 'content-type', 'etag'])
			assert.equal(head.headers[name], whole.headers[name], name);
		const refused = await get({ method: 'HEAD' });
		assert.equal(refused.status, 401);
		assert.equal(refused.text, '');
		challenge(refused, REALM);
	});

	row('414, 431, 413 before anything else', async () => {
		problem(await call(`${target}?${'a'.repeat(9000)}`), 414);
		problem(await get({ headers: { 'x-long': 'a'.repeat(40000) } }), 431);
		problem(await get({ method: 'POST', body: 'a'.repeat(70000) }), 413);
	});

	row('404 of a path that is only like it, whoever asks', async () => {
		for (const other of [`${target}/`, `${target}/x`, `/${target}`,
			target.replace('mine', 'Mine').replace('mycontracts', 'MyContracts'),
			`${target}%2F`, `${target}%00`, `${target}%zz`, `${target}/.`,
			target.replace(/\/([^/]*)$/, '/./$1'),
			target.replace(/\/([^/]*)$/, '%2f$1')]) {
			problem(await call(other), 404);
			problem(await call(other, { token: bearer }), 404);
			problem(await call(other, { method: 'DELETE' }), 404);
		}
	});

	row('405 with Allow for other methods, whoever asks', async () => {
		for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE',
			'PROPFIND']) {
			const answer = await get({ method });
			problem(answer, 405);
			assert.deepEqual(answer.all('allow'), ['GET, HEAD, OPTIONS']);
		}
	});

	row('OPTIONS is 204; no CORS fields for an origin of nobody', async () => {
		for (const origin of [undefined, 'https://nobody.example', 'null']) {
			const answer = await get({ method: 'OPTIONS',
				headers: origin === undefined ? {} : { origin } });
			assert.equal(answer.status, 204);
			assert.equal(answer.text, '');
			assert.deepEqual(answer.all('allow'), ['GET, HEAD, OPTIONS']);
			for (const name of Object.keys(answer.headers))
				assert.ok(!name.startsWith('access-control-'), name);
		}
	});

	row('400 for two credentials; the query token is never used', async () => {
		for (const answer of [
			await call(`${target}?access_token=${bearer}`),
			await call(`${target}?access_token=${bearer}`, { token: bearer }),
			await get({ headers: {
				authorization: `Bearer ${bearer}, Bearer ${bearer}` } }),
		]) {
			problem(answer, 400);
			challenge(answer, `${REALM}, error="invalid_request"`);
			assert.doesNotMatch(answer.text, /eyJ/);
		}
	});

	row('401 without credentials, without an error code', async () => {
		for (const headers of [{}, { authorization: 'Basic YTpi' }]) {
			const answer = await get({ headers });
			problem(answer, 401);
			challenge(answer, REALM);
		}
	});

	row('401 invalid_token for what is malformed or changed', async () => {
		const parts = bearer.split('.');
		for (const bad of ['', 'x', 'x.y.z', parts.slice(0, 2).join('.'),
			`${parts[0]}.${parts[1]}.`, `${bearer}A`, `${bearer}.`,
			`${parts[0]}.${parts[1].replace(/.$/, (c) =>
				c === 'A' ? 'B' : 'A')}.${parts[2]}`]) {
			const answer = await get({ token: bad });
			problem(answer, 401);
			challenge(answer, `${REALM}, error="invalid_token"`);
		}
	});

	row('401 at once for a disabled account, 200 only anew', async () => {
		const name = username('ans-t');
		const before = token(name);
		assert.equal((await get({ token: before })).status, 200);
		hubctl('account', 'disable', name);
		problem(await get({ token: before }), 401);
		hubctl('account', 'enable', name);
		problem(await get({ token: before }), 401);
		bearer = token(name);
		assert.equal((await get({ token: bearer })).status, 200);
	});

	row('403 without the scope, or without just this permission', async () => {
		load(group('ans-t-no', ALL_FOUR.filter((p) => p !== permission[target])),
			group('ans-t-only', [permission[target]]),
			account('ans-t-p', { [ORG]: '2' }, { groupIds: ['ans-t-no'] }));
		const name = username('ans-t-p');
		const narrow = await get({ token: token(name, '--scope', 'openid') });
		problem(narrow, 403);
		challenge(narrow,
			`${REALM}, error="insufficient_scope", scope="hub.read"`);
		const own = token(name);
		const refused = await get({ token: own });
		problem(refused, 403);
		challenge(refused, `${REALM}, error="insufficient_scope"`);
		load(account('ans-t-p', { [ORG]: '2' }, { groupIds: ['ans-t-only'] }));
		const { status } = await get({ token: own });
		assert.equal(status, target === contractPath('ans-t-1') ? 404 : 200);
	});

	row('the scheme in any letter case', async () => {
		for (const scheme of ['bearer', 'BEARER', 'bEaReR']) {
			assert.equal((await get({ headers: {
				authorization: `${scheme} ${bearer}` } })).status, 200);
		}
	});

	row('304 for what matches, weakly, and only then', async () => {
		const { etag } = (await get({ token: bearer })).headers;
		for (const [value, status] of [[etag, 304], [`W/${etag}`, 304],
			[`"a","b" , W/${etag}`, 304], ['*', 304], ['"a"', 200],
			[etag.slice(1, -1), 200], ['', 200]]) {
			const answer = await get({ token: bearer,
				headers: { 'if-none-match': value } });
			assert.equal(answer.status, status, value);
			assert.equal(answer.headers.etag, etag);
			if (status === 304)
				assert.equal(answer.text, '');
		}
		problem(await get({ headers: { 'if-none-match': '*' } }), 401);
	});
}
