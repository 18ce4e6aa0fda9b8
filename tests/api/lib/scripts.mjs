// What the tests of the scripts share: a script to its end, and a hub of its own.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { ROOT, until } from './hub.mjs';

export const run = (script, ...args) =>
	spawnSync(path.join(ROOT, 'scripts', script), args,
		{ encoding: 'utf8', timeout: 60000, maxBuffer: 64 << 20 });

// A port that was free a moment ago.
export const freePort = () => new Promise((resolve) => {
	const server = net.createServer().listen(0, '127.0.0.1', () => {
		const { port } = server.address();
		server.close(() => resolve(String(port)));
	});
});

// A hub of its own on the state; TERM ends it before this is through. WORK gets
// what scripts/run has said and the addresses of the plain port and of the other.
export async function withHub(state, work, mail = 'off') {
	const http = await freePort(), https = await freePort();
	const hub = spawn(path.join(ROOT, 'scripts/run'), ['--state', state,
		'--port', https, '--http-port', http, '--mail', mail],
	{ stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '', status;
	for (const stream of [hub.stdout, hub.stderr])
		stream.on('data', (chunk) => { said += chunk; });
	hub.on('close', (code) => { status = code; });
	try {
		await until(() => said.includes('hub is ready: ') ||
			status !== undefined, 60);
		assert.match(said, /^hub is ready: /m);
		await work(said, `http://127.0.0.1:${http}`,
			`https://localhost:${https}`);
	} finally {
		hub.kill('SIGTERM');
		assert.ok(await until(() => status !== undefined), 'TERM ends it');
	}
	assert.equal(status, 0);
}
