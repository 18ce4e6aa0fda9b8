// scripts/run and scripts/hubctl refuse what cannot work, before they change
// anything, with a sentence that says what to do.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { HTTP, HTTPS, ROOT, STATE, demo, hubctl, until } from './lib/hub.mjs';
import { run, withHub } from './lib/scripts.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-scripts-'));
after(() => fs.rmSync(folder, { recursive: true }));

test('run --help tells each option', () => {
	const { status, stdout } = run('run', '--help');
	assert.equal(status, 0);
	for (const option of ['--port', '--http-port', '--state', '--readers',
		'--keepers', '--signin', '--nginx-rate', '--nginx-burst',
		'--restore'])
		assert.ok(stdout.includes(`${option} `), option);
});

test('run refuses options that are wrong, with status 2', () => {
	for (const args of [['--bogus'], ['--port'], ['--port', '0'],
		['--port=70000'], ['--readers', '-1'], ['--keepers', 'many'],
		['--nginx-rate', '0'], ['--port', '9000', '--http-port', '9000']]) {
		const { status, stderr } = run('run', ...args);
		assert.equal(status, 2, args.join(' '));
		assert.equal(stderr.trim().split('\n').length, 1);
	}
});

test('front tells its options and refuses what cannot work', () => {
	const help = run('front', '--help');
	assert.equal(help.status, 0);
	for (const word of ['apache-proxy', 'apache-fcgid', 'apache-cgi',
		'nginx-spawn', 'lighttpd', '--state', '--port', '--http-port'])
		assert.ok(help.stdout.includes(`${word} `), word);
	for (const args of [[], ['iis'], ['lighttpd', '--bogus'],
		['lighttpd', '--port'], ['lighttpd', '--port', '0'],
		['lighttpd', 'apache-cgi']])
		assert.equal(run('front', ...args).status, 2, args.join(' '));
	const taken = run('front', 'lighttpd', '--port', new URL(HTTP).port);
	assert.equal(taken.status, 1);
	assert.match(taken.stderr, /in use; --port/);
	const alone = run('front', 'lighttpd', '--state', folder, '--port', '1',
		'--http-port', '2');
	assert.equal(alone.status, 1);
	assert.match(alone.stderr, /no hub runs on .*scripts\/run --state/);
	assert.deepEqual(fs.readdirSync(folder), []);
});

test('run names a port that is in use and starts nothing', () => {
	const state = path.join(folder, 'ports');
	for (const [port, other] of [[HTTPS, '--http-port'], [HTTP, '--port']]) {
		const taken = new URL(port).port;
		const option = other === '--port' ? '--http-port' : '--port';
		const { status, stderr } = run('run', '--state', state,
			option, taken, other, '1');
		assert.equal(status, 1);
		assert.match(stderr, new RegExp(`port ${taken} is in use`));
		assert.ok(!fs.existsSync(state));
	}
});

test('run refuses a state that is too deep for a socket', () => {
	const state = path.join(folder, 'd'.repeat(90));
	const { status, stderr } =
		run('run', '--port', '1', '--http-port', '2', '--state', state);
	assert.equal(status, 1);
	assert.match(stderr, /too long for a socket.*--state/);
});

test('run refuses a folder of somebody else', () => {
	const state = path.join(folder, 'full');
	fs.mkdirSync(state);
	fs.writeFileSync(path.join(state, 'letter.txt'), 'dear');
	const { status, stderr } =
		run('run', '--port', '1', '--http-port', '2', '--state', state);
	assert.equal(status, 1);
	assert.match(stderr, /neither empty nor a state/);
	assert.deepEqual(fs.readdirSync(state), ['letter.txt']);
});

test('run says that nginx refuses its configuration', () => {
	const programs = path.join(folder, 'programs');
	const state = path.join(folder, 'refused');
	fs.chmodSync(folder, 0o711);
	fs.mkdirSync(programs);
	fs.writeFileSync(path.join(programs, 'nginx'),
		'#!/bin/sh\necho "nginx: [emerg] no such luck" >&2\nexit 1\n',
		{ mode: 0o755 });
	const { status, stderr } = spawnSync(path.join(ROOT, 'scripts/run'),
		['--port', '1', '--http-port', '2', '--state', state],
		{ encoding: 'utf8', timeout: 60000, env: { ...process.env,
			PATH: `${programs}:${process.env.PATH}` } });
	assert.equal(status, 1);
	assert.match(stderr, /no such luck\nrun: nginx refuses .*nginx\.conf/);
	assert.ok(!fs.existsSync(path.join(state, 'data/vault')));
});

test('hubctl without a state says how to make one', () => {
	const { status, stderr } = run('hubctl', '--state', folder, 'key', 'list');
	assert.equal(status, 1);
	assert.match(stderr, /scripts\/run/);
});

test('the state holds what is promised, secrets for the owner alone', () => {
	const mode = (name) => fs.statSync(path.join(STATE, name)).mode & 0o7777;
	assert.equal(mode('demo.json'), 0o600);
	for (const name of fs.readdirSync(path.join(STATE, 'tls')))
		assert.equal(mode(`tls/${name}`), 0o600, name);
	assert.equal(mode('data/vault') & 0o077, 0);
	assert.equal(mode('data/directory') & 0o027, 0);
	assert.equal(mode('data/directory/data.mdb') & 0o137, 0);
	for (const name of ['hub.conf', 'nginx.conf', 'ca.pem'])
		assert.ok(fs.existsSync(path.join(STATE, name)), name);
	assert.equal(demo.base, HTTPS);
	assert.equal(demo.http, HTTP);
	for (const { username, password } of demo.accounts)
		assert.match(password, /^[0-9a-p]{32}$/, username);
	assert.deepEqual(demo.clients.map(({ id }) => id),
		['demo-app', 'demo-server']);
});

test('records are deleted for a first start that was broken off only', async () => {
	const state = path.join(folder, 'copy');
	const keys = () => run('hubctl', '--state', state, 'key', 'list').stdout;
	const secrets = () => {
		const { accounts, clients } = JSON.parse(
			fs.readFileSync(path.join(state, 'demo.json'), 'utf8'));
		return { accounts, clients };
	};
	// As root, the system users have to get there.
	fs.chmodSync(folder, 0o711);
	fs.mkdirSync(state);
	for (const name of fs.readdirSync(STATE).filter((n) => !n.startsWith('.')))
		assert.equal(spawnSync('cp', ['-a', path.join(STATE, name), state])
			.status, 0);
	await withHub(state, (said) => {
		assert.doesNotMatch(said, /making the stores/);
		assert.equal(keys(), hubctl('key', 'list'));
		assert.deepEqual(secrets(),
			{ accounts: demo.accounts, clients: demo.clients });
	});
	fs.writeFileSync(path.join(state, '.first-start'), '');
	await withHub(state, (said) => {
		assert.match(said, /making the stores/);
		assert.notEqual(keys(), hubctl('key', 'list'));
		assert.notEqual(keys(), '');
		for (const [i, { password }] of secrets().accounts.entries()) {
			assert.match(password, /^[0-9a-p]{32}$/);
			assert.notEqual(password, demo.accounts[i].password);
		}
		assert.notEqual(secrets().clients[1].secret,
			demo.clients[1].secret);
	});
	assert.ok(!fs.existsSync(path.join(state, '.first-start')));
});

// The command lines of all processes.
const processes = () => fs.readdirSync('/proc').filter((n) => /^\d+$/.test(n))
	.map((pid) => {
		try {
			return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
		} catch {
			return '';
		}
	});

test('an interrupted test ends at once, with all that it has started', async () => {
	const place = path.join(folder, 'broken-off');
	const file = path.join(folder, 'endless.mjs');
	const started = path.join(folder, 'started');
	fs.mkdirSync(place);
	fs.chmodSync(folder, 0o711);
	fs.writeFileSync(file, `import fs from 'node:fs';
		fs.writeFileSync(${JSON.stringify(started)}, '');
		setTimeout(() => {}, 120000);\n`);
	const env = { ...process.env, TMPDIR: place };
	// With this, node would not run tests inside of a test.
	delete env.NODE_TEST_CONTEXT;
	const outer = spawn(path.join(ROOT, 'scripts/test'), [file],
		{ env, stdio: 'ignore' });
	let status;
	outer.on('close', (code) => { status = code; });
	try {
		assert.ok(await until(() => fs.existsSync(started), 60));
		assert.ok(processes().some((line) => line.includes(place)));
	} finally {
		outer.kill('SIGTERM');
	}
	assert.ok(await until(() => status !== undefined), 'it ends');
	assert.equal(status, 1);
	assert.ok(await until(() => !processes().some((line) =>
		line.includes(place) || line.includes(file))), 'nothing is left');
	assert.deepEqual(fs.readdirSync(place), []);
});
