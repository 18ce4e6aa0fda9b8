// doc/openapi.yaml: without a fault to a linter, the same as the table of
// routes, and true to what the hub answers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { HTTP, ROOT, call, customer, demo, hubctl, load, problem, raw, token }
	from './lib/hub.mjs';

const HERE = path.join(ROOT, 'tests/api');
const FILE = path.join(ROOT, 'doc/openapi.yaml');
const api = parse(fs.readFileSync(FILE, 'utf8'));

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const operations = Object.entries(api.paths).flatMap(([target, item]) =>
	METHODS.filter((method) => method in item).map((method) =>
		({ method: method.toUpperCase(), target, ...item[method] })));
const operation = (target) => operations.find((o) =>
	o.method === 'GET' && o.target === target);

test('the linter finds nothing', () => {
	const run = spawnSync(process.execPath, [
		path.join(ROOT, 'tests/node_modules/@redocly/cli/bin/cli.js'), 'lint',
		'--config', path.join(HERE, 'redocly.yaml'), '--format', 'json', FILE,
	], {
		encoding: 'utf8',
		env: {
			...process.env, REDOCLY_TELEMETRY: 'off',
			REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
		},
	});
	const { problems, totals } = JSON.parse(run.stdout);
	assert.deepEqual(problems.map((p) =>
		`${p.ruleId}: ${p.message} (${p.location[0]?.pointer})`), []);
	assert.deepEqual(totals, { errors: 0, warnings: 0, ignored: 0 });
	assert.equal(run.status, 0);
});

// The rows of src/endpoint/routes.c, whatever their segments in braces are
// called.
function routeTable() {
	const source = fs.readFileSync(
		path.join(ROOT, 'src/endpoint/routes.c'), 'utf8');
	const table = source.match(/const struct route routes\[\] = \{(.*?)\n\};/s)[1];
	const text = '(?:"([^"]*)"|NULL)';
	const rows = [...table.matchAll(new RegExp(
		'\\{\\s*METHOD_(\\w+),\\s*((?:"[^"]+"|ISSUER|\\s)+),\\s*[\\w() |]+,' +
		`\\s*CREDENTIAL_(\\w+),\\s*${text},\\s*${text},`, 'g'))];
	assert.equal(rows.length, table.match(/\bMETHOD_/g).length,
		'a row of the table has a form that this test cannot read');
	const [, issuer] = source.match(/^#define ISSUER "([^"]+)"$/m);
	const joined = (path) => path.replace('ISSUER', `"${issuer}"`)
		.replace(/"\s*"|\s/g, '').replaceAll('"', '');
	return rows.map(([, method, target, credential, scope, permission]) => ({
		method, target: anonymous(joined(target)), credential, scope,
		permission,
	}));
}

const anonymous = (target) => target.replace(/\{[^}]*\}/g, '{}');
const routes = routeTable();

test('each route is described, and nothing that is none', () => {
	const name = ({ method, target }) => `${method} ${anonymous(target)}`;
	assert.deepEqual(operations.map(name).sort(), routes.map(name).sort());
});

// What a caller of a route shows, as the document says it.
function securityOf({ credential, scope }) {
	if (credential === 'CLIENT')
		return [{ client: [] }, {}];
	return credential === 'NONE' ? [] : [{ bearer: scope ? [scope] : [] }];
}

test('scope and permission are those of the route', () => {
	for (const route of routes) {
		const { method, target, permission } = route;
		const found = operations.find((o) => o.method === method &&
			anonymous(o.target) === target);
		assert.ok(found, target);
		assert.deepEqual(
			found.security ?? api.security, securityOf(route), target);
		assert.equal(found['x-permission'], permission, target);
	}
});

// The schemas, under a name that their references find them by.
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
addFormats(ajv);
const rooted = (value) => JSON.parse(JSON.stringify(value)
	.replaceAll('"#/components/schemas/', '"hub#/$defs/'));
ajv.addSchema({ $id: 'hub', $defs: rooted(api.components.schemas) });

const compiled = new Map();
function valid(schema, value, what) {
	const key = JSON.stringify(schema);
	if (!compiled.has(key))
		compiled.set(key, ajv.compile(rooted(schema)));
	const check = compiled.get(key);
	assert.ok(check(value), `${what}: ${ajv.errorsText(check.errors)}`);
}

// What a reference of the document names.
function resolve(value) {
	if (!value?.$ref)
		return value;
	return value.$ref.slice(2).split('/').reduce((at, name) => at[name], api);
}

// A live answer: its status is described for the operation, and so are its
// header fields, type and body.
function conforms(answer, { target, responses }, status, body = true) {
	const what = `${status} of ${target}`;
	assert.equal(answer.status, status, `${what}: ${answer.text}`);
	const described = resolve(responses[String(status)]);
	assert.ok(described, `${what} is not described`);
	for (const [name, reference] of Object.entries(described.headers ?? {})) {
		const header = resolve(reference);
		const values = answer.all(name.toLowerCase());
		assert.ok(values.length === 1 ||
			(values.length === 0 && !header.required),
			`${what}: ${name} stands ${values.length} times`);
		for (const value of values)
			valid(header.schema, value, `${what}: ${name}`);
	}
	for (const name of ['www-authenticate', 'retry-after', 'etag', 'allow'])
		assert.ok(answer.all(name).length === 0 ||
			Object.keys(described.headers).some((n) => n.toLowerCase() === name),
			`${what}: ${name} is not described`);
	const types = Object.keys(described.content ?? {});
	if (types.length === 0) {
		assert.equal(answer.text, '');
		return;
	}
	assert.ok(types.includes(answer.headers['content-type']),
		`${what}: ${answer.headers['content-type']}`);
	if (!body) {
		assert.equal(answer.text, '');
		return;
	}
	const type = answer.headers['content-type'];
	if (!type.includes('json'))
		return;
	const value = JSON.parse(answer.text);
	valid(described.content[type].schema, value, what);
	if (type.includes('problem'))
		assert.equal(value.status, status);
}

// A customer of two organisations with contracts of both, one who may do
// nothing, and one without dossiers.
load(
	...['a', 'b'].map((x) => ({
		type: 'organization', id: `api-test-openapi-${x}`,
		organizationType: 'INTERMEDIARY', code: x,
		name: `Test ${x}`, icon: x === 'a' ? 'building' : null,
	})),
	{
		type: 'account', id: 'api-test-openapi',
		name: 'openapi@api-test.example', email: null, lastName: 'Été',
		dossiers: { 'api-test-openapi-a': '1', 'api-test-openapi-b': '2 x' },
		groupIds: ['101'], shoeSize: 42.50, version: 3, enabled: true,
	},
	...[1, 2, 3].map((i) => ({
		type: 'contract', id: `api-test-openapi-${i}`, version: 7,
		organizationId: `api-test-openapi-${i < 3 ? 'a' : 'b'}`,
		dossierNumber: i < 3 ? '1' : '2 x', format: 'AFD2', status: 'ACTIVE',
		metadata: { contractNumber: `P${i}`, nested: [{ a: null }] },
		content: { policy: [{ entityType: 'policyDetails' }] },
	})),
	{
		type: 'account', id: 'api-test-openapi-nobody',
		name: 'openapi-nobody@api-test.example', email: null,
	},
);
const bearer = token('openapi@api-test.example');
const nobody = token('openapi-nobody@api-test.example');
const without = token(customer('openapi-without'));
const unscoped = token('openapi@api-test.example', '--scope', 'openid');

const CONTRACTS = '/contract/contracts/mycontracts';
const CONTRACT = '/contract/contracts/{id}/mine';
const concrete = (target) => target.replace('{id}', 'api-test-openapi-1');
const guarded = operations.filter((o) =>
	'x-permission' in o && o.method === 'GET');

test('the five addresses of the API are described', () => {
	assert.equal(guarded.length, 5);
});

for (const o of guarded) {
	const target = concrete(o.target);

	test(`GET ${o.target}: success, HEAD and 304 are as described`, async () => {
		const answer = await call(target, { token: bearer });
		conforms(answer, o, 200);
		conforms(await call(target, { token: bearer, method: 'HEAD' }), o, 200,
			false);
		const headers = { 'if-none-match': answer.headers.etag };
		conforms(await call(target, { token: bearer, headers }), o, 304);
	});

	test(`GET ${o.target}: refusals are as described`, async () => {
		conforms(await call(target), o, 401);
		conforms(await call(target, { token: 'a.b.c' }), o, 401);
		conforms(await call(target, { method: 'HEAD' }), o, 401, false);
		conforms(await call(target, { token: unscoped }), o, 403);
		conforms(await call(target, { token: nobody }), o, 403);
		conforms(await call(`${target}?access_token=${bearer}`), o, 400);
		conforms(await call(target, { token: `${bearer}, ${bearer}` }), o, 400);
	});

	test(`${o.target}: other methods and OPTIONS are as described`, async () => {
		for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
			const answer = await call(target, { method, token: bearer });
			valid({ $ref: '#/components/schemas/Problem' },
				problem(answer, 405), method);
			assert.deepEqual(answer.all('allow'), ['GET, HEAD, OPTIONS']);
		}
		const answer = await call(target, { method: 'OPTIONS' });
		assert.equal(answer.status, 204);
		assert.deepEqual(answer.all('allow'), ['GET, HEAD, OPTIONS']);
	});
}

for (const o of operations) {
	const target = concrete(o.target);

	test(`GET ${o.target}: limits are as described`, async () => {
		conforms(await call(`${target}?${'a'.repeat(9000)}`), o, 414);
		conforms(await call(target, { headers: { x: 'a'.repeat(9000) } }), o, 431);
		conforms(await call(target, { body: 'a'.repeat(65537) }), o, 413);
	});
}

test('two Authorization fields are as described', async () => {
	const line = `Authorization: Bearer ${bearer}\r\n`;
	conforms(await raw(`GET /account/mine HTTP/1.1\r\n` +
		`Host: ${new URL(HTTP).host}\r\n${line}${line}Connection: close\r\n\r\n`),
	operation('/account/mine'), 400);
});

// Among them short lists and one that is streamed.
test('what the demo accounts see is as described', async () => {
	const seen = new Map(guarded.map((o) => [o.target, 0]));
	for (const { username } of demo.accounts) {
		const bearer = token(username);
		let id = 'none';
		for (const o of guarded) {
			const answer = await call(o.target.replace('{id}', id),
				{ token: bearer });
			conforms(answer, o, answer.status);
			if (answer.status !== 200)
				continue;
			seen.set(o.target, seen.get(o.target) + 1);
			if (o.target === CONTRACTS)
				id = JSON.parse(answer.text).data.items[0]?.id ?? 'none';
		}
	}
	for (const [target, n] of seen)
		assert.ok(n > 0, `no demo account may ask for ${target}`);
});

test('empty lists are as described', async () => {
	for (const target of ['/organization/organizations/mine', CONTRACTS]) {
		const answer = await call(target, { token: without });
		conforms(answer, operation(target), 200);
		assert.equal(answer.text, '{"data":{"items":[]}}');
	}
});

test('pages are as described, and each parameter is', async () => {
	const o = operation(CONTRACTS);
	const ids = [];
	let cursor = '';
	for (let i = 0; i < 5 && cursor !== undefined; i++) {
		const answer = await call(
			`${CONTRACTS}?limit=1${cursor && `&cursor=${cursor}`}`,
			{ token: bearer });
		conforms(answer, o, 200);
		const { items, nextCursor } = JSON.parse(answer.text).data;
		ids.push(...items.map((item) => item.id));
		cursor = nextCursor;
	}
	assert.deepEqual(ids,
		[1, 2, 3].map((i) => `api-test-openapi-${i}`));
	for (const [query, n] of [['organization=api-test-openapi-b', 1],
		['organization=unknown', 0], ['status=ACTIVE', 3], ['status=active', 0],
		['format=AFD2', 3], ['format=AFD1', 0], ['limit=1000', 3]]) {
		const answer = await call(`${CONTRACTS}?${query}`, { token: bearer });
		conforms(answer, o, 200);
		assert.equal(JSON.parse(answer.text).data.items.length, n, query);
	}
});

test('what the description of a parameter rules out is 400', async () => {
	const o = operation(CONTRACTS);
	const parameters = o.parameters.map(resolve).filter((p) => p.in === 'query');
	const values = ['', '0', '1', '1000', '1001', '-1', '+1', '1.5', 'x', 'a b',
		'%C3%A9', 'a'.repeat(64), 'a'.repeat(65)];
	for (const { name, schema } of parameters) {
		for (const value of values) {
			const given = schema.type === 'integer' && /^[0-9.-]+$/.test(value)
				? Number(value) : decodeURIComponent(value);
			const check = ajv.compile(rooted(schema));
			if (check(given))
				continue;
			const beside = name === 'cursor' ? '&limit=1' : '';
			const answer = await call(
				`${CONTRACTS}?${name}=${value.replace(' ', '%20')
					.replace('+', '%2B')}${beside}`, { token: bearer });
			conforms(answer, o, 400);
			assert.ok(JSON.parse(answer.text).detail.includes(name),
				`${name}=${value}: ${answer.text}`);
			assert.deepEqual(answer.all('www-authenticate'), []);
		}
	}
});

test('a contract that is not the customer\'s is as described', async () => {
	const o = operation(CONTRACT);
	const target = (id) => o.target.replace('{id}', id);
	for (const id of ['unknown', 'a'.repeat(65), '%C3%A9', 'a%20b'])
		conforms(await call(target(id), { token: bearer }), o, 404);
	conforms(await call(target('api-test-openapi-1'), { token: without }), o, 404);
});

test('an address that is not described is unknown', async () => {
	for (const target of ['/x', '/contract', '/contract/contracts',
		'/contract/contracts/mine', '/account/mine/x'])
		valid({ $ref: '#/components/schemas/Problem' },
			problem(await call(target, { token: bearer }), 404), target);
});

const operationOf = (method, target) => operations.find((o) =>
	o.method === method && o.target === target);

// An id that was removed rests for a day: another one each time.
const shop = `api-test-openapi-${randomBytes(6).toString('hex')}`;
const form = (target, fields, options = {}) => call(target, {
	...options, method: 'POST', body: new URLSearchParams(fields).toString(),
	headers: {
		'content-type': 'application/x-www-form-urlencoded',
		...options.headers,
	},
});

test('what is public is as described', async () => {
	for (const target of ['/identity/.well-known/openid-configuration',
		'/.well-known/oauth-authorization-server/identity', '/identity/jwks']) {
		const o = operation(target);
		conforms(await call(target, { cached: true }), o, 200);
		conforms(await call(target, { cached: true, method: 'HEAD' }), o, 200,
			false);
		conforms(await call(target, { base: HTTP }), o, 403);
	}
});

test('what employees see and do is as described', async () => {
	const org = 'api-test-openapi-staff', place = '/organization/organizations';
	const person = (id, roles) => ({ type: 'account', id: `${org}-${id}`,
		name: `${org}-${id}@api-test.example`, roles: { [org]: roles } });
	load({ type: 'organization', id: org, organizationType: 'T', code: 'S',
		name: 'Staff' }, person('103', ['103']), person('102', []),
	{ type: 'contact', id: `${org}-k`, organizationId: org, dossierNumber: '1' },
	{ type: 'account', id: `${org}-c`, name: `${org}-c@api-test.example`,
		dossiers: { [org]: '1' } });
	const boss = token(person('103').name, '--scope', 'openid hub.manage');
	const fill = (target) => target.replace('{contract}', 'none')
		.replace('{sid}', 'none').replace('{client}', 'none')
		.replace('{account}', `${org}-102`)
		.replace('{id}', target.startsWith(place) ? org : `${org}-k`);
	const of = (tail) => operations.filter(({ target }) =>
		target.startsWith(`${place}/{id}/`) || target.endsWith('/audit') ||
		/\/account\/(sessions|apps)/.test(target)).find(
		({ method, target }) => `${method} ${target}`.endsWith(tail));
	const get = async (tail, status = 200, query = '') =>
		conforms(await call(`${fill(of(tail).target)}${query}`,
			{ token: boss }), of(tail), status);
	const role = '/organization/organizations/{id}/employees/{account}/roles';
	const change = async (body, tag, status) => conforms(
		await call(fill(role), { method: 'POST', token: boss,
			body: JSON.stringify(body), headers: {
				'content-type': 'application/json',
				...(tag && { 'if-match': tag }) } }),
		operationOf('POST', role), status);
	const one = await call(fill(role).replace('/roles', ''), { token: boss });
	await change({ give: '102' }, one.headers.etag, 200);
	await change({ give: '102' }, one.headers.etag, 412);
	await change({ give: '102' }, undefined, 428);
	await change({ give: '103' }, one.headers.etag, 422);
	await get('GET /organization/organizations/{id}/employees');
	await get('GET /organization/organizations/{id}/employees', 400, '?limit=0');
	await get('GET /organization/organizations/{id}/employees/{account}');
	await get('GET /organization/organizations/{id}/audit');
	await get('GET /organization/organizations/{id}/audit', 200, '?format=csv');
	await get('GET /organization/organizations/{id}/audit', 400, '?cursor=x');
	await get('GET /contact/contacts/{id}/audit');
	await get('GET /contact/contacts/{id}/account/sessions');
	await get('GET /contact/contacts/{id}/account/apps');
});

test('userinfo is as described', async () => {
	for (const method of ['GET', 'POST']) {
		const target = '/identity/userinfo';
		const o = operationOf(method, target);
		for (const scope of ['openid', 'openid profile', 'openid email']) {
			const t = token('openapi@api-test.example', '--scope', scope);
			conforms(await call(target, { method, token: t }), o, 200);
		}
		conforms(await call(target, { method, token: bearer }), o, 403);
		conforms(await call(target, { method }), o, 401);
		conforms(await call(target, { method, token: 'a.b.c' }), o, 401);
		conforms(await call(`${target}?access_token=${bearer}`,
			{ method, token: bearer }), o, 400);
		conforms(await call(target, { method, base: HTTP }), o, 403);
	}
});

test('what a client asks is as described', async (t) => {
	const text = hubctl('client', 'add', '--id', shop,
		'--grant', 'client_credentials', '--scope', 'records.write');
	t.after(() => hubctl('client', 'remove', shop));
	const secret = text.trim().split('\n').at(-1);
	assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
	const who = { client_id: shop, client_secret: secret };
	const grant = { grant_type: 'client_credentials' };
	const tokens = operationOf('POST', '/identity/token');
	const answer = await form('/identity/token', { ...grant, ...who });
	conforms(answer, tokens, 200);
	const { access_token } = JSON.parse(answer.text);

	const basic = `Basic ${Buffer.from(`${shop}:${secret}`).toString('base64')}`;
	conforms(await form('/identity/token', grant,
		{ headers: { authorization: basic } }), tokens, 200);
	conforms(await form('/identity/token', { ...grant, client_id: shop }),
		tokens, 401);
	conforms(await form('/identity/token', { ...grant, ...who, scope: 'x' }),
		tokens, 400);
	conforms(await form('/identity/token', { ...grant, ...who },
		{ base: HTTP }), tokens, 403);

	for (const target of ['/identity/introspect', '/identity/revoke']) {
		const o = operationOf('POST', target);
		conforms(await form(target, { token: access_token, ...who }), o, 200);
		conforms(await form(target, { token: 'x', ...who }), o, 200);
		conforms(await form(target, who), o, 400);
		conforms(await form(target, { token: 'x', client_id: shop }), o, 401);
		conforms(await form(target, { token: 'x' }, { base: HTTP }), o, 403);
	}
	conforms(await form('/identity/introspect', { token: access_token, ...who }),
		operationOf('POST', '/identity/introspect'), 200);
});

test('what a browser is answered is as described', async () => {
	for (const target of ['/identity/authorize', '/identity/logout']) {
		const bad = target === '/identity/authorize' ? 400 : 200;
		conforms(await call(target), operationOf('GET', target), bad);
		conforms(await form(target, { a: 'b' }), operationOf('POST', target),
			bad);
	}
});

test('the health of each pool is as described', async () => {
	const o = operation('/health/ready');
	for (const target of ['/health/ready', '/health/keepers/ready',
		'/health/signin/ready'])
		conforms(await call(target), o, 200);
	conforms(await call('/health/ready', { method: 'HEAD' }), o, 200, false);
});
