// A history of many clients, operators and deaths on a few accounts holds
// nothing that a provider must not do; first, that the checker would see it.
// scripts/history makes it longer, by HUB_HISTORY_SECONDS, and repeats it, by
// HUB_HISTORY_SEED; HUB_HISTORY_FILE keeps it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Run } from './lib/history.mjs';
import { check, lastPasswords, summary } from './lib/history_check.mjs';
import { client, user } from './lib/provider.mjs';

const SECONDS = Number(process.env.HUB_HISTORY_SECONDS ?? 15);
const SEED = Number(process.env.HUB_HISTORY_SEED ?? Date.now() % 1000000);
const FILE = process.env.HUB_HISTORY_FILE;
const CHECKER = fileURLToPath(
	new URL('lib/history_check.mjs', import.meta.url));

// Operations one after the other, in seconds; [b, e] where they overlap.
const at = (begin, end = begin + 0.5) =>
	({ begin: begin * 1e6, end: end * 1e6, ok: true, account: 'a' });
const set = { op: 'password', kind: 'set', password: 'p1', ...at(0) };
const signin = { op: 'signin', password: 'p1', session: 's', code: 'c',
	...at(1) };
const first = { op: 'redeem', code: 'c', grant: 'g', access: 't1',
	token: 'r1', ...at(2) };
const second = { op: 'refresh', token: 'r1', next: 'r2', grant: 'g',
	access: 't2', ...at(3) };
const third = { op: 'refresh', token: 'r2', next: 'r3', grant: 'g',
	access: 't3', ...at(4) };
const good = [set, signin, first, second, third,
	{ op: 'use', access: 't3', ...at(5) }];
const refused = { ok: false }, unknown = { ok: null };
const use = (access, ...when) => ({ op: 'use', access, ...at(...when) });
const end = (op, named, ...when) => ({ op, ...named, ...at(...when) });

const bad = {
	'a code used twice': ['a code was used with success twice',
		{ ...first, grant: 'h', access: 't9', token: 'r9', ...at(6) }],
	'two successors': ['a refresh token has two successors',
		{ ...second, next: 'r9', access: 't9', ...at(3) }],
	'a window that does not close':
		['an old refresh token is good for longer than the window',
			{ ...third, access: 't9', ...at(30) }],
	'an old token after its successor was used':
		['an old refresh token is good although its successor was used',
			{ ...second, access: 't9', ...at(6) }],
	'a code shown again does not end the grant':
		['a success after the end of its grant',
			{ ...first, ...refused, ...{ begin: 6e6, end: 7e6 } },
			use('t1', 8)],
	'an old token does not end the grant':
		['a success after the end of its grant',
			{ ...second, ...at(6), ...refused }, use('t3', 8)],
	'a revoked access token': ['a success after the end of its access',
		end('revoke-access', { access: 't3' }, 6), use('t3', 7)],
	'a revoked grant': ['a success after the end of its grant',
		end('revoke-grant', { grant: 'g' }, 6),
		{ op: 'refresh', token: 'r3', next: 'r4', grant: 'g', access: 't4',
			...at(7) }],
	'a session that was signed out': ['a success after the end of its session',
		end('logout', { session: 's' }, 6),
		{ op: 'authorize', session: 's', code: 'c2', ...at(7) }],
	'a token of a session that was signed out':
		['a success after the end of its session',
			end('end-session', { session: 's' }, 6), use('t2', 7)],
	'a token after everything was revoked':
		['a success after the end of all that the account had open',
			end('revoke', {}, 6), use('t3', 7)],
	'a refresh that raced with it':
		['a success after the end of all that the account had open',
			end('revoke', {}, 6, 8),
			{ op: 'refresh', token: 'r3', next: 'r4', grant: 'g',
				access: 't4', ...at(7, 7.5) }, use('t4', 9)],
	'a session of the password before':
		['a success after the end of all that the account had open',
			end('password', { kind: 'set', password: 'p2' }, 6),
			{ op: 'authorize', session: 's', code: 'c2', ...at(7) }],
	'a sign-in of who is disabled': ['a success while the account is disabled',
		end('disable', {}, 6),
		{ ...signin, session: 's2', code: 'c2', ...at(7) },
		end('enable', {}, 8)],
	'a sign-in while a new password is waited for':
		['a success while the account is waiting for a new password',
			end('password', { kind: 'reset', password: 'p2' }, 6),
			{ ...signin, session: 's2', code: 'c2', ...at(7) }],
	'an old password': ['a password is right after it was replaced',
		end('password', { kind: 'set', password: 'p2' }, 6),
		{ ...signin, session: 's2', code: 'c2', ...at(7) }],
	'a password out of nowhere': ['a password that was never set is right',
		{ ...signin, password: 'p9', session: 's2', code: 'c2', ...at(7) }],
	'two passwords at the end': ['2 passwords are right at the end',
		end('password', { kind: 'set', password: 'p2' }, 6),
		end('try', { password: 'p1' }, 7), end('try', { password: 'p2' }, 8)],
	'no password at the end': ['0 passwords are right at the end',
		{ op: 'try', password: 'p1', ...at(7), ...refused }],
	'no answer at the end': ['a try at the end has no answer',
		{ op: 'try', password: 'p1', ...at(7), ...unknown }],
	'damage': ['hubctl verify finds damage',
		{ op: 'verify', ...at(9), ...refused }],
};

for (const [name, [rule, ...events]] of Object.entries(bad)) {
	test(`the checker sees ${name}`, () => {
		const rules = check([...good, ...events]).map((one) => one.rule);
		assert.ok(rules.includes(rule), rules.join('; '));
	});
}

test('the checker takes what may be', () => {
	assert.deepEqual(check(good), []);
	const fine = [
		// The same successor within the window, before it was used.
		{ ...second, access: 't9', ...at(3.2) },
		// Whatever overlaps with an end, and a new start after it.
		end('revoke', {}, 6, 8), use('t3', 7), use('t3', 7.9, 9),
		{ ...signin, session: 's2', code: 'c2', ...at(9) },
		{ op: 'authorize', session: 's2', code: 'c3', ...at(10) },
		// What nobody acknowledged has happened or not.
		{ op: 'revoke', ...at(11), ...unknown },
		{ op: 'authorize', session: 's2', code: 'c4', ...at(12) },
		{ op: 'disable', ...at(13) }, { op: 'enable', ...at(14), ...unknown },
		{ ...signin, session: 's3', code: 'c5', ...at(15) },
		{ op: 'password', kind: 'set', password: 'p2', ...at(16), ...unknown },
		{ op: 'try', password: 'p1', ...at(17) },
		{ op: 'try', password: 'p2', ...at(17), ...refused },
		{ op: 'verify', ...at(18) },
	];
	assert.deepEqual(check([...good, ...fine]), []);
	assert.deepEqual(lastPasswords([...good, ...fine], 'a'), ['p1', 'p2']);
	// A code that comes twice ends its grant, and not the session behind it.
	assert.deepEqual(check([...good, { ...first, ...at(6), ...refused },
		{ op: 'authorize', session: 's', code: 'c9', ...at(8) }]), []);
});

test('the checker as a program', () => {
	const file = path.join(fs.mkdtempSync(path.join(tmpdir(), 'history-')),
		'history.ndjson');
	const run = (events) => {
		fs.writeFileSync(file, events.map((event) =>
			`${JSON.stringify(event)}\n`).join(''));
		return spawnSync(process.execPath, [CHECKER, file],
			{ encoding: 'utf8' });
	};
	try {
		assert.equal(run(good).status, 0);
		const { status, stdout } = run([...good, ...bad['an old password']
			.slice(1)]);
		assert.equal(status, 1);
		assert.match(stdout, /^a password is right after it was replaced:$/m);
		assert.match(stdout, /8 operations .* 1 violations$/m);
	} finally {
		fs.rmSync(path.dirname(file), { recursive: true });
	}
});

test(`${SECONDS} seconds of everything, seed ${SEED}`, async (t) => {
	const users = [1, 2, 3].map((i) => user(`history-${i}`));
	const clients = [client('history', '--public'), client('history-portal')];
	const run = new Run({
		seed: SEED, users, clients,
		write: FILE && ((event) => fs.appendFileSync(FILE,
			`${JSON.stringify(event)}\n`)),
	});
	await run.go(SECONDS);
	assert.ok(await run.quiet(), 'all is up again');
	await run.lastTries((account) => lastPasswords(run.events, account));

	const violations = check(run.events);
	const told = `${summary(run.events)}, ${violations.length} violations`;
	t.diagnostic(told);
	assert.deepEqual(violations.slice(0, 3), [], told);
	const done = (op) => run.events.filter((event) => event.op === op &&
		event.ok === true).length;
	for (const op of ['signin', 'authorize', 'redeem', 'refresh', 'use',
		'password', 'kill'])
		assert.ok(done(op) > 0, `no ${op} was done: ${told}`);
});
