// What the tests of the API share: the running hub that scripts/test names in
// the environment, a client that looks at every answer's common fields, and
// the operator's tool.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

function env(name) {
	const value = process.env[name];
	if (!value)
		throw new Error(`${name} is not set; scripts/test runs these tests`);
	return value;
}

export const HTTPS = env('HUB_HTTPS');
export const HTTP = env('HUB_HTTP');
export const STATE = env('HUB_STATE');
export const ROOT = path.resolve(fileURLToPath(import.meta.url), '../../../..');
const ca = fs.readFileSync(env('HUB_CA'));

const agents = {
	'http:': new http.Agent({ keepAlive: true, maxSockets: 100 }),
	'https:': new https.Agent({ keepAlive: true, maxSockets: 100, ca }),
};

// Of every answer, whoever gives it; only what is public may be kept.
export function commonFields(answer, cached = false) {
	for (const [name, shape] of [
		['x-request-id', /^[A-Za-z0-9_-]{16,64}$/],
		['cache-control', cached && answer.status === 200 ?
			/^public, max-age=[1-9]\d{1,5}$/ : /^no-store$/],
		['x-content-type-options', /^nosniff$/],
	]) {
		const values = answer.all(name);
		assert.equal(values.length, 1,
			`${name} stands ${values.length} times in a ${answer.status}`);
		assert.match(values[0], shape);
	}
}

// One request. The target goes out byte for byte as given.
export function call(target, options = {}) {
	const { method = 'GET', token, body, base = HTTPS, cached } = options;
	const url = new URL(base);
	const headers = { ...options.headers };
	if (token !== undefined)
		headers.authorization = `Bearer ${token}`;
	if (body !== undefined)
		headers['content-length'] = Buffer.byteLength(body);
	const send = url.protocol === 'https:' ? https.request : http.request;
	return new Promise((resolve, reject) => {
		const request = send({
			host: url.hostname.replace(/^\[|\]$/g, ''),
			port: url.port, path: target, method, headers,
			servername: url.hostname,
			agent: agents[url.protocol], timeout: 20000,
		}, (response) => {
			const chunks = [];
			response.on('data', (chunk) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				const answer = {
					status: response.statusCode,
					headers: response.headers,
					text: Buffer.concat(chunks).toString('utf8'),
					all: (name) => response.rawHeaders.filter((_, i, a) =>
						i % 2 === 1 && a[i - 1].toLowerCase() === name),
				};
				try {
					commonFields(answer, cached);
				} catch (error) {
					reject(error);
					return;
				}
				resolve(answer);
			});
		});
		request.on('timeout', () =>
			request.destroy(new Error(`${method} ${target}: no answer`)));
		request.on('error', reject);
		request.end(body);
	});
}

// Bytes as they are to the plain port, and all that comes back.
export function raw(bytes) {
	const { hostname, port } = new URL(HTTP);
	return new Promise((resolve, reject) => {
		const socket = net.connect(port, hostname, () => socket.write(bytes));
		let text = '';
		socket.setTimeout(20000, () => socket.destroy(new Error('no answer')));
		socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
		socket.on('error', reject);
		socket.on('close', () => {
			const [head, ...rest] = text.split('\r\n\r\n');
			const lines = head.split('\r\n');
			const fields = lines.slice(1).map((line) => {
				const i = line.indexOf(':');
				return [line.slice(0, i).toLowerCase(), line.slice(i + 1).trim()];
			});
			resolve({
				status: Number(lines[0].split(' ')[1]),
				headers: Object.fromEntries(fields),
				text: rest.join('\r\n\r\n'),
				all: (name) => fields.filter(([n]) => n === name).map(([, v]) => v),
			});
		});
	});
}

// The shape of RFC 9457 that all errors of the API have.
export function problem(answer, status) {
	assert.equal(answer.status, status, answer.text);
	assert.equal(answer.headers['content-type'], 'application/problem+json');
	const body = JSON.parse(answer.text);
	const names = Object.keys(body).filter((name) => name !== 'detail');
	assert.deepEqual(names, ['type', 'title', 'status', 'instance']);
	assert.equal(body.type, 'about:blank');
	assert.equal(body.status, status);
	assert.ok(body.title.length > 0);
	assert.equal(body.instance,
		`urn:request:${answer.headers['x-request-id']}`);
	return body;
}

export function challenge(answer, expected) {
	assert.deepEqual(answer.all('www-authenticate'), [expected]);
}

export function hubctl(...args) {
	return execFileSync(path.join(ROOT, 'scripts/hubctl'),
		['--state', STATE, ...args],
		{ encoding: 'utf8', maxBuffer: 64 << 20 });
}

export function load(...records) {
	const input = records.map((r) => `${JSON.stringify(r)}\n`).join('');
	const run = spawnSync(path.join(ROOT, 'scripts/hubctl'),
		['--state', STATE, 'import', '-'], { input, encoding: 'utf8' });
	assert.equal(run.status, 0, run.stderr);
}

export function token(username, ...options) {
	const text = hubctl('token', username, ...options);
	assert.match(text, /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\n$/,
		'the token stands alone on standard output');
	return text.trim();
}

// A customer of this test file's own, named after it.
export function customer(name) {
	const username = `${name}@api-test.example`;
	load({
		type: 'account', id: `api-test-${name}`, name: username,
		email: username, firstName: 'Test', lastName: name,
		groupIds: ['101'],
	});
	return username;
}

export const demo = JSON.parse(
	fs.readFileSync(path.join(STATE, 'demo.json'), 'utf8'));

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Waits for what is on its way; false if it does not come.
export async function until(condition, seconds = 20) {
	for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
		if (await condition())
			return true;
		await pause(20);
	}
	return false;
}

// The daemon of a pool: its master, the master's parent and the workers.
export function daemon(pool) {
	const found = new Map(), names = new Map();
	for (const entry of fs.readdirSync('/proc')) {
		if (!/^\d+$/.test(entry))
			continue;
		try {
			const words = fs.readFileSync(`/proc/${entry}/cmdline`, 'utf8')
				.split('\0');
			const stat = fs.readFileSync(`/proc/${entry}/stat`, 'utf8');
			const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2)
				.split(' ');
			if (path.basename(words[0]) === 'hubd' && words[2] === pool &&
			    words.includes(`${STATE}/hub.conf`) && state !== 'Z') {
				found.set(Number(entry), Number(parent));
				names.set(Number(entry), stat.slice(stat.indexOf('(') + 1,
					stat.lastIndexOf(')')));
			}
		} catch {
			// It ended while we looked.
		}
	}
	const masters = [...found].filter(([, parent]) => !found.has(parent));
	if (masters.length !== 1)
		return null;
	const [[master, parent]] = masters;
	const workers = [...found].filter(([pid, p]) => p === master &&
		names.get(pid) === 'hub-worker').map(([pid]) => pid);
	return { master, parent, workers };
}

const CONF = path.join(STATE, 'hub.conf');

// What it was when the test began.
export const originalConf = fs.readFileSync(CONF, 'utf8');

// Gives the pools that write another configuration. When it comes back, no
// worker of the former one is left: one that drains still takes a request that
// waits.
export async function reload(text) {
	fs.writeFileSync(CONF, text);
	for (const pool of ['keepers', 'signin']) {
		const took = () => fs.readFileSync(`${STATE}/log/${pool}.log`, 'utf8')
			.split('took over').length - 1;
		const before = took(), { master, workers } = daemon(pool);
		process.kill(master, 'SIGHUP');
		assert.ok(await until(() => took() > before, 60), pool);
		assert.ok(await until(() => !daemon(pool).workers
			.some((pid) => workers.includes(pid)), 60), pool);
	}
}

// Kills a process of the hub. scripts/test looks for deaths that nobody wanted
// in the logs, so this one is noted first.
export function slay(pid) {
	fs.appendFileSync(path.join(STATE, 'slain'), `${pid}\n`);
	process.kill(pid, 'SIGKILL');
}
