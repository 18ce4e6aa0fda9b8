// Processes die; the requests of others go on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { front } from './lib/front.mjs';
import { HTTP, HTTPS, call, customer, daemon, pause, problem, slay, token,
	until } from './lib/hub.mjs';

const MINE = '/account/mine';
const bearer = token(customer('crash'));

test('a worker killed under load: every request is answered', {
	skip: !front.asksAgain,
}, async () => {
	const tally = new Map();
	let running = true;
	const clients = Array.from({ length: 100 }, async () => {
		while (running) {
			const { status } = await call(MINE, { token: bearer, base: HTTP });
			tally.set(status, (tally.get(status) ?? 0) + 1);
		}
	});
	const killed = [];
	try {
		for (let i = 0; i < 10; i++) {
			await pause(200);
			const [worker] = daemon('readers').workers;
			slay(worker);
			killed.push(worker);
			assert.ok(await until(() => {
				const now = daemon('readers');
				return now && !now.workers.includes(worker) &&
					now.workers.length >= 1;
			}), 'the worker is gone');
		}
		await pause(200);
	} finally {
		running = false;
	}
	await Promise.all(clients);
	assert.deepEqual([...tally.keys()], [200], JSON.stringify([...tally]));
	assert.ok(tally.get(200) > 200, `only ${tally.get(200)} requests`);
});

test('the workers are back', async () => {
	const before = daemon('readers');
	slay(before.workers[0]);
	assert.ok(await until(() => {
		const now = daemon('readers');
		return now && now.master === before.master &&
			!now.workers.includes(before.workers[0]) &&
			now.workers.length === before.workers.length;
	}));
	assert.equal((await call(MINE, { token: bearer })).status, 200);
});

for (const [pool, target] of [['readers', MINE],
	['keepers', '/health/keepers/ready'], ['signin', '/health/signin/ready']]) {
	test(`the ${pool} away: 503, and ready again when they are back`, async () => {
		const { master, parent } = daemon(pool);
		// The script that would start them again has to wait.
		process.kill(parent, 'SIGSTOP');
		try {
			process.kill(master, 'SIGTERM');
			assert.ok(await until(() => daemon(pool) === null), 'TERM ends it');
			for (const base of [HTTPS, HTTP]) {
				const answer = await call(target, { token: bearer, base });
				assert.equal(problem(answer, 503).title, 'Service Unavailable');
				assert.match(answer.headers['retry-after'], /^[1-9][0-9]*$/);
			}
			if (pool !== 'readers')
				assert.equal((await call(MINE, { token: bearer })).status, 200,
					'the other pools go on');
		} finally {
			process.kill(parent, 'SIGCONT');
		}
		assert.ok(await until(async () =>
			(await call(target, { token: bearer })).status === 200),
		'it is started again');
	});
}

test('the master killed: its workers end and all is started again', async () => {
	const { master, workers } = daemon('readers');
	slay(master);
	assert.ok(await until(() => {
		const now = daemon('readers');
		return now && now.master !== master && now.workers.length > 0 &&
			!now.workers.some((pid) => workers.includes(pid));
	}));
	assert.ok(await until(async () =>
		(await call(MINE, { token: bearer })).status === 200));
});
