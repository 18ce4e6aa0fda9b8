// Debian's Apache with a configuration of a test, in a folder of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { until } from '../../api/lib/hub.mjs';

const MODULES = ['mpm_event', 'authn_core', 'authz_core', 'authz_user',
	'auth_openidc', 'oauth2', 'proxy', 'proxy_http', 'rewrite',
	'socache_shmcb', 'ssl'];

const frame = (folder, ports) => `
ServerName localhost
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
ServerLimit 1
ThreadsPerChild 16
MaxRequestWorkers 16
${process.getuid() === 0 ? 'User www-data\nGroup www-data' : ''}
${MODULES.map((name) =>
		`LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
		.join('\n')}
${ports.map((port) => `Listen 127.0.0.1:${port}`).join('\n')}
`;

const answers = (port) => new Promise((resolve) => {
	const socket = tls.connect(port, '127.0.0.1', () => {
		socket.destroy();
		resolve(true);
	});
	socket.on('error', () => resolve(false));
});

// Apache on these ports of loopback; close() ends it.
export async function startApache(ports, text) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-apache-'));
	const conf = path.join(folder, 'apache.conf');
	fs.writeFileSync(conf, frame(folder, ports) + text, { mode: 0o600 });
	const child = spawn('/usr/sbin/apache2', ['-f', conf, '-DFOREGROUND'],
		{ stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '', ended = false;
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (chunk) => { said += chunk; });
	const end = new Promise((done) => {
		child.on('close', () => {
			ended = true;
			done();
		});
	});
	const close = async () => {
		child.kill();
		await end;
		fs.rmSync(folder, { recursive: true });
	};
	const came = await until(async () => ended ||
		(await Promise.all(ports.map(answers))).every(Boolean), 60);
	if (!came || ended) {
		const log = path.join(folder, 'error.log');
		if (fs.existsSync(log))
			said += fs.readFileSync(log, 'utf8');
		await close();
		assert.fail(`Apache does not start: ${said}`);
	}
	return { close };
}
