// The example for developers of apps does what it says: with the passwords
// and the client that scripts/run makes, as anybody would start it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { HTTPS, ROOT, demo, until } from '../api/lib/hub.mjs';
import { Visitor } from './lib/form.mjs';
import { signIn } from './lib/provider.mjs';

const [customer] = demo.accounts;

// The example, started; what it has said so far is in said.
function start(...args) {
	const child = spawn(process.execPath,
		[path.join(ROOT, 'doc/examples/sign-in.mjs'), HTTPS, ...args],
		{ stdio: ['ignore', 'pipe', 'pipe'] });
	const example = { child, said: '', wrong: '', status: undefined };
	child.stdout.on('data', (chunk) => { example.said += chunk; });
	child.stderr.on('data', (chunk) => { example.wrong += chunk; });
	child.on('close', (code) => { example.status = code; });
	return example;
}

async function addressOf(example) {
	assert.ok(await until(() => /^https:.*\n/m.test(example.said) ||
		example.status !== undefined, 60));
	const [address] = /^https:.*/m.exec(example.said) ?? [example.wrong];
	return address;
}

// What a browser does with the last redirect: it asks the example.
const visit = (url) => new Promise((resolve, reject) => {
	http.get(url, (answer) => {
		answer.resume();
		answer.on('end', () => resolve(answer.statusCode));
	}).on('error', reject);
});

test('every demo user has a password of his own, and one client a secret', () => {
	const passwords = demo.accounts.map(({ password }) => password);
	assert.equal(passwords.length, 7);
	assert.equal(new Set(passwords).size, 7);
	for (const password of passwords)
		assert.match(password, /^[0-9a-p]{32}$/);
	assert.deepEqual(demo.clients.map(({ id }) => id),
		['demo-app', 'demo-server']);
	assert.equal(demo.clients[0].secret, undefined);
	assert.match(demo.clients[1].secret, /^[A-Za-z0-9_-]{43}$/);
});

test('from sign-in to the list of contracts', async () => {
	const example = start();
	try {
		const answer = await signIn(new Visitor(), customer,
			await addressOf(example));
		assert.match(answer.location ?? answer.text,
			/^http:\/\/127\.0\.0\.1:\d+\/callback\?/);
		assert.equal(await visit(answer.location), 200);
		assert.ok(await until(() => example.status !== undefined, 60));
		assert.equal(example.status, 0, example.wrong);
		assert.ok(example.said.includes(`"name": "${customer.username}"`));
		assert.match(example.said, /"contractNumber"/);
	} finally {
		example.child.kill();
	}
});

test('the example takes no answer that is not to its own request', async () => {
	const example = start();
	try {
		const address = new URL(await addressOf(example));
		const back = new URL(address.searchParams.get('redirect_uri'));
		back.search = new URLSearchParams({
			code: 'x'.repeat(43), state: 'another',
			iss: `${HTTPS}/identity`,
		});
		assert.equal(await visit(back), 200);
		assert.ok(await until(() => example.status !== undefined, 60));
		assert.equal(example.status, 1);
		assert.match(example.wrong, /not the answer to our request/);
	} finally {
		example.child.kill();
	}
});
