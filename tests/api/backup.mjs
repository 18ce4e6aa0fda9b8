// The drill of doc/backup.md: a backup of a hub that is used, then two
// commands, and another state goes on with its records.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { HTTP, HTTPS, ROOT, STATE, call, customer, hubctl, load, token, until }
	from './lib/hub.mjs';
import { organization } from './lib/records.mjs';
import { run, withHub } from './lib/scripts.mjs';
import { mainForm } from '../oidc/lib/form.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-backup-'));
// As root, the system users have to get there.
fs.chmodSync(folder, 0o711);
after(() => fs.rmSync(folder, { recursive: true }));

const MINE = '/account/mine';
const CONTRACTS = '/contract/contracts/mycontracts';
const backup = path.join(folder, 'backup');
const state = path.join(folder, 'restored');
const name = customer('backup');
load({
	type: 'account', id: 'api-test-backup', name, email: name,
	groupIds: ['101'], dossiers: { 1001: 'backup-test' },
});
const old = token(name);

// An employee, and contacts that only the index finds.
const employee = customer('backup-employee');
const password = randomBytes(18).toString('base64url');
const person = (id, firstName, lastName, email) => ({
	type: 'contact', id: `backup-${id}`, organizationId: 'backup-org',
	dossierNumber: `BK-${id}`, kind: 'person', firstName, lastName, email,
});
load(organization('backup-org'),
	{ type: 'account', id: 'api-test-backup-employee', name: employee,
		email: employee, roles: { 'backup-org': ['102'] } },
	person('1', 'Zo\u00eb', 'Achterberg', 'zoe@backup.example'),
	person('2', 'Jan', 'Achterberg-Smit'), person('3', 'Jan', 'Achterberg'),
	person('4', 'Gone', 'Achterberg'),
	{ type: 'contact', id: 'backup-4', deleted: true });
assert.equal(spawnSync(path.join(ROOT, 'scripts/hubctl'), ['--state', STATE,
	'account', 'set-password', employee], { input: `${password}\n` }).status, 0);

// Twenty contracts of one dossier; an import writes them in this order.
const round = (n) => Array.from({ length: 20 }, (_, i) => ({
	type: 'contract', id: `backup-${String(i).padStart(2, '0')}`,
	organizationId: '1001', dossierNumber: 'backup-test', format: 'AFD2',
	status: 'ACTIVE', metadata: { round: n }, content: {},
}));
load(...round(1));

// The rounds that they bear, as the API shows them.
async function rounds(base, bearer) {
	const answer = await call(CONTRACTS, { token: bearer, base });
	assert.equal(answer.status, 200, answer.text);
	const items = JSON.parse(answer.text).data.items;
	assert.equal(items.length, 20);
	return items.sort((a, b) => (a.id < b.id ? -1 : 1))
		.map((item) => item.metadata.round);
}

const script = (...args) => promisify(execFile)(
	path.join(ROOT, 'scripts/hubctl'), args,
	{ encoding: 'utf8', maxBuffer: 64 << 20 });

// Imports and requests, one after the other, while WORK goes on.
async function underLoad(work) {
	let running = true, imports = 0, requests = 0;
	const writer = async () => {
		for (let n = 2; running; n++) {
			const file = path.join(folder, 'round.ndjson');
			fs.writeFileSync(file, round(n)
				.map((r) => `${JSON.stringify(r)}\n`).join(''));
			await script('--state', STATE, 'import', file);
			imports++;
		}
	};
	const reader = async () => {
		while (running) {
			const { status } = await call(MINE, { token: old, base: HTTP });
			assert.equal(status, 200);
			requests++;
		}
	};
	const all = Promise.all([writer(), reader(), reader()]);
	try {
		await until(() => imports > 0 && requests > 0, 60);
		const before = [imports, requests];
		await work();
		assert.ok(await until(() => imports > before[0] &&
			requests > before[1], 60), 'they go on');
	} finally {
		running = false;
		await all;
	}
}

// What each search answers, page by page of two.
const SEARCHES = ['', 'achter', 'zoe', 'ZO\u00cb', 'bk-', 'BK-3', 'smit jan',
	'zoe@backup', 'gone', 'nobody'];

async function searches(base, bearer) {
	const found = {};
	for (const search of SEARCHES) {
		found[search] = [];
		for (let cursor = ''; cursor !== undefined;) {
			const { status, text } = await request(base, '/contact/contacts?' +
				`limit=2&search=${encodeURIComponent(search)}` +
				(cursor && `&cursor=${cursor}`),
			{ headers: { authorization: `Bearer ${bearer}` } });
			assert.equal(status, 200, text);
			const { items, nextCursor } = JSON.parse(text).data;
			found[search].push(items);
			cursor = nextCursor;
		}
	}
	return found;
}

// By HTTPS with the authority of the hub's own state.
function request(base, target, { method = 'GET', headers = {}, form } = {}) {
	const url = new URL(target, base), { host } = new URL(base);
	const body = form && new URLSearchParams(form).toString();
	const ca = fs.readFileSync(path.join(
		base === HTTPS ? STATE : state, 'ca.pem'));
	return new Promise((resolve, reject) => {
		https.request(`https://${host}${url.pathname}${url.search}`, {
			method, ca, agent: false, headers: { ...headers, ...(body && {
				'content-type': 'application/x-www-form-urlencoded',
				'content-length': Buffer.byteLength(body), origin: 'null',
			}) },
		}, async (answer) => {
			try {
				const chunks = await answer.toArray();
				resolve({ status: answer.statusCode, headers: answer.headers,
					text: Buffer.concat(chunks).toString('utf8') });
			} catch (error) {
				reject(error);
			}
		}).on('error', reject).end(body);
	});
}

// An access token as the employees' pages get theirs: the form, code and PKCE.
async function signInToPages(base) {
	const verifier = randomBytes(32).toString('base64url');
	const client = { client_id: 'beheer', redirect_uri: `${HTTPS}/beheer/` };
	const jar = new Map();
	const go = async (target, options = {}) => {
		const answer = await request(base, target, { ...options, headers: {
			cookie: [...jar].map((pair) => pair.join('=')).join('; ') } });
		for (const line of answer.headers['set-cookie'] ?? [])
			jar.set(...line.split(';')[0].split(/=(.*)/s, 2));
		return answer.status === 303 &&
			!answer.headers.location.startsWith(client.redirect_uri) ?
			go(answer.headers.location) : answer;
	};
	const page = await go(`/identity/authorize?${new URLSearchParams({
		...client, response_type: 'code', scope: 'openid hub.read hub.manage',
		state: 'there', nonce: 'n', code_challenge_method: 'S256',
		code_challenge: createHash('sha256').update(verifier)
			.digest('base64url') })}`);
	assert.equal(page.status, 200, page.text);
	const form = mainForm({ text: page.text, url: `${base}/identity/` });
	const back = await go(form.action, { method: 'POST',
		form: { ...form.values, username: employee, password } });
	assert.equal(back.status, 303, back.text);
	const given = new URL(back.headers.location).searchParams;
	assert.equal(given.get('state'), 'there');
	const { status, text } = await request(base, '/identity/token', {
		method: 'POST', form: { ...client, grant_type: 'authorization_code',
			code: given.get('code'), code_verifier: verifier } });
	assert.equal(status, 200, text);
	return JSON.parse(text).access_token;
}

let found;

test('an employee finds contacts by what is in the index', async () => {
	found = await searches(HTTPS, await signInToPages(HTTPS));
	const ids = (search) => found[search].flat().map(({ id }) => id);
	assert.deepEqual(ids(''), ['backup-3', 'backup-1', 'backup-2']);
	assert.deepEqual(ids('ZO\u00cb'), ['backup-1']);
	assert.deepEqual(ids('smit jan'), ['backup-2']);
	assert.deepEqual(ids('gone'), []);
});

test('a backup is made while the hub is written to and read', async () => {
	await underLoad(async () => {
		const { stdout } = await script('--state', STATE, 'backup', backup);
		assert.match(stdout, /^\S+: backup of \d+ records, .*seconds\n$/m);
	});
	assert.deepEqual(fs.readdirSync(backup).sort(),
		['directory.mdb', 'hub.conf', 'manifest.json', 'vault.mdb']);
	assert.equal(fs.statSync(backup).mode & 0o7777, 0o700);
	const { status, stderr } = run('hubctl', '--state', STATE, 'backup',
		backup);
	assert.equal(status, 1);
	assert.match(stderr, /holds a backup/);
});

test('two commands, restore and run, and the records are there', async () => {
	const { status, stdout, stderr } =
		run('hubctl', '--state', state, 'restore', backup);
	assert.equal(status, 0, stderr);
	assert.match(stdout, /restored the backup of /);
	// What belongs to the place is of this one, all else of the other.
	const conf = fs.readFileSync(path.join(state, 'hub.conf'), 'utf8');
	const first = fs.readFileSync(path.join(STATE, 'hub.conf'), 'utf8');
	assert.ok(!conf.includes(STATE), conf);
	assert.ok(conf.includes(`data = ${state}/data\n`), conf);
	assert.ok(conf.includes(/^base_url = .*$/m.exec(first)[0]), conf);
	assert.match(run('hubctl', '--state', state, 'verify').stdout,
		/records, no errors/);
	const keys = run('hubctl', '--state', state, 'key', 'list').stdout;
	assert.match(keys, /signing/);
	assert.notEqual(keys, hubctl('key', 'list'));

	await withHub(state, async (said, base, secure) => {
		assert.doesNotMatch(said, /making the stores/);
		assert.equal(run('hubctl', '--state', state, 'key', 'list').stdout,
			keys);
		assert.equal((await call(MINE, { token: old, base })).status, 401);
		const { stdout: bearer } = run('hubctl', '--state', state, 'token',
			name);
		const seen = await rounds(base, bearer.trim());
		assert.ok(seen[0] >= 1);
		// The store at one moment: an import is in up to some line.
		for (const [i, n] of seen.entries())
			assert.ok(n <= seen[Math.max(i - 1, 0)] && n >= seen[0] - 1,
				`not one moment: ${seen}`);
		const clients = run('hubctl', '--state', state, 'client', 'list');
		assert.match(clients.stdout, /^beheer\b.*^mijn\b/ms);
		assert.deepEqual(await searches(secure, await signInToPages(secure)),
			found, 'the pages find what they found before');
	});
	assert.equal((await call(MINE, { token: old })).status, 200,
		'the first hub is as it was');
});

test('records without the demo users are restored and run as well', async () => {
	const bare = path.join(folder, 'bare');
	const demo = hubctl('demo').trim().split('\n')
		.map((line) => JSON.parse(line))
		.filter(({ type }) => type === 'account');
	assert.ok(demo.length > 0);
	const gone = path.join(folder, 'gone.ndjson');
	fs.writeFileSync(gone, demo.map(({ type, id }) =>
		`${JSON.stringify({ type, id, deleted: true })}\n`).join(''));
	assert.equal(
		run('hubctl', '--state', bare, 'restore', backup).status, 0);
	const { status, stderr } =
		run('hubctl', '--state', bare, 'import', gone);
	assert.equal(status, 0, stderr);
	await withHub(bare, async (said, base) => {
		assert.match(said, /hub is ready/);
		const { stdout: bearer } = run('hubctl', '--state', bare, 'token',
			name);
		assert.equal((await call(MINE,
			{ token: bearer.trim(), base })).status, 200);
	});
});

test('a state with something in it is left alone', () => {
	const before = run('hubctl', '--state', state, 'key', 'list').stdout;
	const { status, stderr } =
		run('hubctl', '--state', state, 'restore', backup);
	assert.equal(status, 1);
	assert.match(stderr, /not empty, and nothing is ever overwritten/);
	assert.equal(run('hubctl', '--state', state, 'key', 'list').stdout,
		before);
	const other = path.join(folder, 'other');
	fs.mkdirSync(other);
	fs.writeFileSync(path.join(other, 'letter.txt'), 'dear');
	assert.equal(run('hubctl', '--state', other, 'restore', backup).status, 1);
	assert.deepEqual(fs.readdirSync(other), ['letter.txt']);
});

test('what is no sound backup makes no state', () => {
	const place = path.join(folder, 'unsound');
	const damaged = path.join(folder, 'damaged');
	fs.cpSync(backup, damaged, { recursive: true });
	fs.appendFileSync(path.join(damaged, 'vault.mdb'), 'x');
	for (const [from, reason] of [[damaged, /is not what was written there/],
		[folder, /holds no backup/], [`${folder}/none`, /holds no backup/]]) {
		const { status, stderr } =
			run('hubctl', '--state', place, 'restore', from);
		assert.equal(status, 1);
		assert.match(stderr, reason);
		assert.ok(!fs.existsSync(place));
	}
});
