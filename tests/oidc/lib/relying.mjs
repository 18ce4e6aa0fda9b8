// What the tests with other people's relying parties share: a place for an
// app, with a certificate that the hub's authority has signed, the examples
// of doc/examples as running apps, and a browser that goes between them and
// the hub. The hub is localhost and the apps are 127.0.0.1, so that they are
// other sites to each other, as in real life.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { decodeProtectedHeader } from 'jose';
import { HTTPS, ROOT, STATE, call, until } from '../../api/lib/hub.mjs';
import { Visitor, mainForm } from './form.mjs';
import { refresh } from './provider.mjs';

export const CERTIFICATE = `${STATE}/tls/server.pem`;
export const KEY = `${STATE}/tls/server.key`;

const listening = (server) => new Promise((done) => {
	server.listen(0, '127.0.0.1', done);
});

// An app over TLS; close() ends it, with what is still connected.
export async function serve(listener) {
	const server = https.createServer({
		cert: fs.readFileSync(CERTIFICATE), key: fs.readFileSync(KEY),
	}, listener);
	await listening(server);
	return {
		origin: `https://127.0.0.1:${server.address().port}`,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}

// A port that was free a moment ago.
export async function freePort() {
	const server = net.createServer();
	await listening(server);
	const { port } = server.address();
	await new Promise((done) => server.close(done));
	return port;
}

// The customer API as seen by a server that has a token: the way there tells
// which one it was. Answers of the hub come back unchanged.
export async function listenedApi() {
	const seen = [];
	const server = http.createServer(async (request, response) => {
		const [, token] = /^Bearer (.+)$/.exec(
			request.headers.authorization ?? '') ?? [];
		seen.push(token);
		const answer = await call(request.url, { token });
		response.writeHead(answer.status,
			{ 'content-type': answer.headers['content-type'] });
		response.end(answer.text);
	});
	await listening(server);
	return {
		address: `http://127.0.0.1:${server.address().port}`, seen,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}

// An example of the documentation as a program of its own, in a folder where
// it finds the modules that the tests have installed.
export async function startExample(name, env) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-example-'));
	fs.copyFileSync(path.join(ROOT, 'doc/examples', name),
		path.join(folder, name));
	fs.symlinkSync(path.join(ROOT, 'tests/node_modules'),
		path.join(folder, 'node_modules'));
	const child = spawn(process.execPath, [path.join(folder, name)], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, TLS_CERT: CERTIFICATE, TLS_KEY: KEY, ...env },
	});
	const example = { said: '', status: undefined };
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (chunk) => { example.said += chunk; });
	const ended = new Promise((done) => {
		child.on('close', (code, signal) => {
			example.status = code ?? signal;
			done();
		});
	});
	example.close = async () => {
		child.kill();
		await ended;
		fs.rmSync(folder, { recursive: true });
	};
	const came = await until(() => example.status !== undefined ||
		/^ready$/m.test(example.said), 60);
	if (!came || example.status !== undefined) {
		await example.close();
		assert.fail(`${name} does not start: ${example.said}`);
	}
	return example;
}

// A browser without a screen that has cookies for each origin and follows
// every redirect. Those of the hub are 303, as always.
export class Traveller extends Visitor {
	#visitors = new Map();

	forget(origin) {
		this.#visitors.delete(origin);
	}

	at(origin) {
		if (!this.#visitors.has(origin))
			this.#visitors.set(origin,
				new Visitor({ address: this.address }));
		return this.#visitors.get(origin);
	}

	// Some apps send only what looks like a browser to the hub.
	request(target, options = {}) {
		const { href, origin } = new URL(target, HTTPS);
		return this.at(origin).request(href, { ...options,
			headers: { accept: 'text/html,*/*;q=0.8', ...options.headers } });
	}

	async go(target, options) {
		let answer = await this.request(target, options);
		for (let i = 0; answer.status >= 300 && answer.status < 400; i++) {
			assert.ok(i < 10, 'redirects go round in circles');
			if (answer.url.startsWith(`${HTTPS}/`))
				assert.equal(answer.status, 303, answer.url);
			answer = await this.request(
				new URL(answer.headers.location, answer.url).href);
		}
		return answer;
	}

	// To a page of an app that wants a user: by the hub's form, where it
	// comes, to what the app shows then.
	async signIn(target, { username, password }) {
		const page = await this.go(target);
		assert.ok(page.url.startsWith(`${HTTPS}/identity/`),
			`no sign-in at the hub: ${page.status} ${page.text}`);
		assert.ok(mainForm(page)?.names.includes('password'), page.text);
		return this.submit(page, { username, password });
	}
}

export const json = (answer, status = 200) => {
	assert.equal(answer.status, status, answer.text);
	return JSON.parse(answer.text);
};

const kidOf = (token) => decodeProtectedHeader(token).kid;

// Renews until the hub signs by another key than these tokens have.
export async function signedAnew(who, { access_token: old, refresh_token }) {
	let got = { refresh_token };
	assert.ok(await until(async () => {
		const { status, body, text } = await refresh(who, got.refresh_token);
		assert.equal(status, 200, text);
		got = body;
		return kidOf(got.access_token) !== kidOf(old);
	}, 60), 'the next key signs');
	return got;
}
