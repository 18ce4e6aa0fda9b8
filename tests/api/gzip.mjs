// Entity tags behind an nginx that compresses: such a tag is weak, and is
// known again. This nginx stands beside the one of the hub, on the same pools.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import zlib from 'node:zlib';
import { HTTP, HTTPS, STATE, call, load, token, until } from './lib/hub.mjs';
import { CONTRACTS, ORGANIZATIONS, account, contract, contractPath,
	organization, username } from './lib/records.mjs';

const ORG = 'gz-t-org';

load(organization(ORG, { name: 'N'.repeat(400) }), account('gz-t', { [ORG]: '1' }),
	...Array.from({ length: 50 }, (_, i) =>
		contract(`gz-c-${i}`, ORG, '1', { content: 'x'.repeat(5000) })));
const bearer = token(username('gz-t'));

function freePort() {
	return new Promise((resolve) => {
		const server = net.createServer().listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-gzip.'));
fs.chmodSync(folder, 0o755);
const port = await freePort();
const tlsPort = await freePort();
fs.writeFileSync(path.join(folder, 'nginx.conf'),
	fs.readFileSync(path.join(STATE, 'nginx.conf'), 'utf8')
		.replaceAll(`:${new URL(HTTP).port}`, `:${port}`)
		.replaceAll(`:${new URL(HTTPS).port}`, `:${tlsPort}`)
		.replaceAll(`${STATE}/log/`, `${folder}/`)
		.replaceAll(`${STATE}/tmp/`, `${folder}/`)
		.replace(`pid ${STATE}/nginx.pid`, `pid ${folder}/nginx.pid`)
		.replace('http {', 'http {\ngzip on;\ngzip_min_length 1;\n' +
			'gzip_types application/json application/problem+json;'));
const nginx = spawn('/usr/sbin/nginx', ['-p', folder, '-e',
	path.join(folder, 'start.log'), '-c', path.join(folder, 'nginx.conf')],
{ stdio: 'inherit' });
after(async () => {
	nginx.kill('SIGTERM');
	await new Promise((done) => nginx.once('exit', done));
	fs.rmSync(folder, { recursive: true });
});

function get(target, headers) {
	return new Promise((resolve, reject) => {
		http.get({
			host: '127.0.0.1', port, path: target,
			headers: { authorization: `Bearer ${bearer}`, ...headers },
		}, (response) => {
			const chunks = [];
			response.on('data', (chunk) => chunks.push(chunk));
			response.on('end', () => resolve({
				status: response.statusCode, headers: response.headers,
				body: Buffer.concat(chunks),
			}));
		}).on('error', reject);
	});
}

assert.ok(await until(() => get('/health/ready').then((a) => a.status === 200,
	() => false)), 'the other nginx answers');

for (const target of [ORGANIZATIONS, CONTRACTS, contractPath('gz-c-7')]) {
	test(`${target}: the tag of the compressed answer is weak and matches`,
		async () => {
			const plain = await call(target, { token: bearer });
			const packed = await get(target, { 'accept-encoding': 'gzip' });
			assert.equal(packed.headers['content-encoding'], 'gzip');
			assert.equal(zlib.gunzipSync(packed.body).toString(), plain.text);
			assert.equal(packed.headers.etag, `W/${plain.headers.etag}`);
			for (const encoding of ['gzip', 'identity'])
				for (const value of [plain.headers.etag, packed.headers.etag,
					`"x", ${packed.headers.etag}`]) {
					const answer = await get(target, {
						'accept-encoding': encoding, 'if-none-match': value });
					assert.equal(answer.status, 304);
					assert.equal(answer.body.length, 0);
				}
			assert.equal((await get(target, { 'accept-encoding': 'gzip',
				'if-none-match': 'W/"x"' })).status, 200);
		});
}

test('a long list is whole when it is compressed on its way', async () => {
	load(...Array.from({ length: 2000 }, (_, i) =>
		contract(`gz-l-${String(i).padStart(4, '0')}`, ORG, '2',
			{ metadata: { n: i, text: 'y'.repeat(200) } })),
	account('gz-t', { [ORG]: '2' }));
	const packed = await get(CONTRACTS, { 'accept-encoding': 'gzip' });
	assert.equal(packed.headers['content-encoding'], 'gzip');
	assert.equal(packed.headers.etag, undefined);
	const { items } = JSON.parse(zlib.gunzipSync(packed.body)).data;
	assert.deepEqual(items.map((item) => item.metadata.n),
		Array.from({ length: 2000 }, (_, i) => i));
});
