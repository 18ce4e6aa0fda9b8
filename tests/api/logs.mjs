// No log holds a token, a query or a name. Runs after all others and reads
// what they left, beside what it sends itself.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { front } from './lib/front.mjs';
import { HTTP, STATE, call, customer, demo, raw, token, until }
	from './lib/hub.mjs';

const name = customer('logs');
const bearer = token(name);
const folders = new Set([path.join(STATE, 'log'), front.folder]);
const read = () => [...folders].flatMap((folder) => fs.readdirSync(folder)
	.map((file) => [path.join(folder, file),
		fs.readFileSync(path.join(folder, file), 'utf8')]));
const accessLog = path.join(front.folder, front.log);

test('tokens in every place a client can put them', async () => {
	await call('/account/mine', { token: bearer });
	await call(`/account/mine?access_token=${bearer}`);
	await call(`/%00?access_token=${bearer}`);
	await call(`/identity/x?access_token=${bearer}&login_hint=${name}`);
	// More than the web server lets through, which it may tell its log.
	await Promise.all(Array.from({ length: 300 }, () => call(
		`/identity/authorize?login_hint=${name}&code=x&id_token_hint=${bearer}`)));
	await call('/x', { headers: { cookie: `t=${bearer}`, referer: bearer } });
	await call('/x', { method: 'POST', body: `token=${bearer}` });
	await raw(`GET /account/mine?access_token=${bearer} HTTP/1.1\r\n\r\n`);
	await raw(`GET /x HTTP/1.1\r\nHost: ${new URL(HTTP).host}\r\n` +
		`Authorization: Bearer ${bearer}\r\n`.repeat(2) +
		'Connection: close\r\n\r\n');
	const { headers } = await call('/the-last-request');
	assert.ok(await until(() => read().some(([file, text]) =>
		file === accessLog && text.includes(headers['x-request-id']))),
	'the access log has arrived');
});

test('there is a log of the web server and of each pool', () => {
	const files = read().map(([file]) => file);
	for (const file of front.logs)
		assert.ok(files.includes(path.join(front.folder, file)), file);
	for (const file of ['readers.log', 'keepers.log', 'signin.log'])
		assert.ok(files.includes(path.join(STATE, 'log', file)), file);
});

test('no log holds a token or a scheme', () => {
	for (const [file, text] of read()) {
		assert.doesNotMatch(text, /eyJ[A-Za-z0-9_-]{8}/, file);
		assert.doesNotMatch(text, /Bearer [^"]/i, file);
		assert.doesNotMatch(text, /access_token|__Host-/, file);
		assert.doesNotMatch(text,
			/(code|password|refresh_token|client_secret|hint)=/, file);
	}
});

test('no log holds the name of a user', () => {
	const names = [...demo.accounts.map((a) => a.username), '@api-test.example'];
	for (const [file, text] of read()) {
		for (const name of names)
			assert.ok(!text.includes(name), `${file} names ${name}`);
	}
});

test('the access log is JSON without query and address', () => {
	const [, text] = read().find(([file]) => file === accessLog);
	const lines = text.trim().split('\n').map((line) => JSON.parse(line));
	assert.ok(lines.length > 5);
	for (const line of lines) {
		assert.deepEqual(Object.keys(line), front.fields);
		assert.ok(!line.path.includes('?'), line.path);
		assert.ok(!JSON.stringify(line).includes('127.0.0.1'));
	}
	const post = lines.findLast((l) => l.path === '/x' && l.method === 'POST');
	assert.equal(post.pool, 'readers');
	assert.equal(post.status, 404);
});
