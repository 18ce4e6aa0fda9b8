// The units of systemd, as "make install" lays them down, judged by systemd's
// own tools. They work on a folder: no systemd need be running.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(fileURLToPath(import.meta.url), '../../..');
const POOLS = ['readers', 'keepers', 'signin'];
const UNITS = '/lib/systemd/system';
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-units-'));
after(() => fs.rmSync(root, { recursive: true }));

const inRoot = (name) => path.join(root, name);
const read = (name) => fs.readFileSync(inRoot(name), 'utf8');

// Beside what is installed the folder holds the units of this system, which
// ours refer to, and something that can be run as kill.
fs.mkdirSync(inRoot('/etc'), { recursive: true });
fs.mkdirSync(inRoot('/bin'), { recursive: true });
fs.cpSync(UNITS, inRoot(UNITS), { recursive: true, verbatimSymlinks: true });
fs.copyFileSync('/bin/true', inRoot('/bin/kill'));
execFileSync('make', ['-C', process.env.HUB_BUILD ?? path.join(ROOT, 'build'),
	'install', `DESTDIR=${root}`, `systemdsystemunitdir=${UNITS}`,
	'sysusersdir=/usr/lib/sysusers.d', 'tmpfilesdir=/usr/lib/tmpfiles.d'],
{ stdio: 'pipe' });

const analyze = (...args) => spawnSync('systemd-analyze',
	[`--root=${root}`, '--man=no', ...args],
	{ encoding: 'utf8', env: { ...process.env, SYSTEMD_COLORS: '0' } });

// What is said of our units; those of the system are not ours to judge.
const complaints = ({ stderr }) =>
	stderr.split('\n').filter((line) => /\bhub[-.]/.test(line));

const exposure = (unit) => {
	const { status, stdout, stderr } = analyze('security', '--offline=true',
		'--threshold=20', unit);
	const found = stdout.match(/exposure level for \S+: (\d+\.\d)/);
	assert.ok(found, stderr);
	return { status, level: Number(found[1]) };
};

// The settings of a unit in order: "Section.Key=value".
function settings(unit) {
	let section;
	const all = [];
	for (const line of read(`${UNITS}/${unit}`).split('\n')) {
		if (line.startsWith('['))
			section = line.slice(1, -1);
		else if (line !== '' && !line.startsWith('#'))
			all.push(`${section}.${line}`);
	}
	return all;
}

const value = (unit, key) => settings(unit)
	.filter((line) => line.startsWith(`${key}=`))
	.map((line) => line.slice(key.length + 1));

test('systemd finds nothing wrong with the units', () => {
	for (const unit of ['hub.target', ...POOLS.flatMap((pool) =>
		[`hub-${pool}.socket`, `hub-${pool}.service`])]) {
		const result = analyze('verify', unit);
		assert.deepEqual(complaints(result), [], unit);
		assert.equal(result.status, 0, result.stderr);
	}
});

test('each service is exposed by at most 2.0', () => {
	for (const pool of POOLS) {
		const { status, level } = exposure(`hub-${pool}.service`);
		assert.equal(status, 0, pool);
		assert.ok(level <= 2.0, `${pool}: ${level}`);
	}
});

test('a fault in a unit and an open service are noticed', () => {
	const unit = 'hub-broken.service';
	fs.writeFileSync(inRoot(`${UNITS}/${unit}`),
		'[Service]\nExecStart=/usr/sbin/nothing-there\nRestart=sometimes\n');
	assert.ok(complaints(analyze('verify', unit)).length >= 2);
	const { status, level } = exposure(unit);
	assert.notEqual(status, 0);
	assert.ok(level > 2.0);
});

test('the services differ in what a pool is, and in nothing else', () => {
	const own = /^(Unit\.(Description|Requires)|Service\.(ExecStart|User|Group|LimitNOFILE|ReadWritePaths|ReadOnlyPaths|InaccessiblePaths|NoExecPaths|PrivateUsers|SystemCallFilter))=/;
	const common = (pool) =>
		settings(`hub-${pool}.service`).filter((line) => !own.test(line));
	assert.ok(common('readers').length > 30);
	assert.deepEqual(common('keepers'), common('readers'));
	assert.deepEqual(common('signin'), common('readers'));
	const pools = (line) => line.replaceAll(/keepers|signin/g, 'POOL')
		.replace(/(Description=[^:]*):.*/, '$1');
	assert.deepEqual(settings('hub-signin.service').map(pools),
		settings('hub-keepers.service').map(pools));
});

test('the readers do not see the vault and write one file', () => {
	const unit = 'hub-readers.service';
	assert.deepEqual(value(unit, 'Service.User'), ['hub-read']);
	assert.deepEqual(value(unit, 'Service.ReadWritePaths'),
		['-/var/lib/hub/directory/lock.mdb']);
	assert.ok(value(unit, 'Service.InaccessiblePaths')
		.includes('-/var/lib/hub/vault'));
});

test('sockets and folders are those of the configuration', () => {
	const conf = fs.readFileSync(path.join(ROOT, 'doc/hub.conf'), 'utf8');
	const standard = (key) =>
		conf.match(new RegExp(`^#${key} = (.*)$`, 'm'))[1];
	for (const pool of POOLS) {
		assert.deepEqual(value(`hub-${pool}.socket`, 'Socket.ListenStream'),
			[standard(`${pool}.socket`)]);
	}
	const folders = read('/usr/lib/tmpfiles.d/hub.conf').match(/^d \S+/gm);
	assert.deepEqual(folders.map((line) => line.slice(2)),
		[path.dirname(standard('readers.socket')), standard('data')]);
	assert.deepEqual(value('hub-keepers.service', 'Service.ReadWritePaths'),
		[`-${standard('data')}`]);
});

test('users and folders are made as init and hubd expect them',
	{ skip: process.getuid() !== 0 && 'only root can make them' }, () => {
		execFileSync('systemd-sysusers', [`--root=${root}`,
			inRoot('/usr/lib/sysusers.d/hub.conf')], { stdio: 'pipe' });
		const entry = (file, name) => read(file).split('\n')
			.find((line) => line.startsWith(`${name}:`)).split(':');
		const owner = entry('/etc/passwd', 'hub');
		assert.ok(owner[6].endsWith('nologin'));
		assert.deepEqual(entry('/etc/group', 'hub-read')[3].split(','), ['hub']);
		assert.deepEqual(entry('/etc/group', 'hub')[3], '');

		execFileSync('systemd-tmpfiles', [`--root=${root}`, '--create',
			inRoot('/usr/lib/tmpfiles.d/hub.conf')], { stdio: 'pipe' });
		const { uid, mode } = fs.statSync(inRoot('/var/lib/hub'));
		assert.equal(uid, Number(owner[2]));
		assert.equal(mode & 0o7777, 0o755);
		assert.equal(fs.statSync(inRoot('/run/hub')).mode & 0o7777, 0o755);
		assert.equal(fs.statSync(inRoot('/run/hub')).uid, 0);
	});
