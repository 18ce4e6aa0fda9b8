// A daemon takes a changed configuration while requests come in.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { HTTP, STATE, call, customer, daemon, pause, problem, token, until }
	from './lib/hub.mjs';

const MINE = '/account/mine';
const bearer = token(customer('reload'));
const CONF = `${STATE}/hub.conf`;
const original = fs.readFileSync(CONF, 'utf8');

const log = () => fs.readFileSync(`${STATE}/log/readers.log`, 'utf8');
const count = (text) => log().split(text).length - 1;

// Puts the keys in place of those of the same names, and has the readers
// read them; waits for the line of the log that says how that ended, and where
// others took over until none of the former workers is left.
async function reload(keys, says) {
	const kept = original.split('\n').filter((line) =>
		!Object.keys(keys).includes(line.split(' ')[0]));
	fs.writeFileSync(CONF, [...kept,
		...Object.entries(keys).map((pair) => pair.join(' = ')), ''].join('\n'));
	const before = count(says), { master, workers } = daemon('readers');
	process.kill(master, 'SIGHUP');
	assert.ok(await until(() => count(says) > before, 60), says);
	if (says.endsWith('took over'))
		assert.ok(await until(() => !daemon('readers').workers
			.some((pid) => workers.includes(pid)), 60), 'the old ones end');
}

after(() => reload({}, 'took over'));

test('reloads under load, the number of workers changed: no request is lost',
	async () => {
		const { master } = daemon('readers');
		const tally = new Map();
		let running = true;
		const clients = Array.from({ length: 50 }, async () => {
			while (running) {
				const { status } = await call(MINE, { token: bearer, base: HTTP });
				tally.set(status, (tally.get(status) ?? 0) + 1);
			}
		});
		for (let i = 0; i < 12; i++) {
			const workers = i % 4 + 1;
			await reload({ 'readers.workers': workers },
				`${workers} workers took over`);
			assert.equal(daemon('readers').workers.length, workers);
			await pause(50);
		}
		running = false;
		await Promise.all(clients);
		assert.deepEqual([...tally.keys()], [200], JSON.stringify([...tally]));
		assert.ok(tally.get(200) > 200, `only ${tally.get(200)} requests`);
		assert.equal(daemon('readers').master, master);
	});

test('a changed limit holds from then on', async () => {
	const target = `/${'x'.repeat(600)}`;
	problem(await call(target), 404);
	await reload({ 'limit.uri': '512' }, 'took over');
	assert.ok(await until(async () => (await call(target)).status === 414));
});

test('a wrong file keeps the old configuration', async () => {
	const { workers } = daemon('readers');
	await reload({ 'readers.workers': 'many' }, 'the old configuration stays');
	assert.match(log(), /hub\.conf:\d+: readers\.workers: 'many' is not a number/);
	assert.deepEqual(daemon('readers').workers, workers);
	assert.equal((await call(MINE, { token: bearer })).status, 200);
});

test('what needs a restart is named', async () => {
	await reload({ base_url: 'https://other.example' },
		'base_url has changed and needs a restart');
	assert.equal((await call(MINE, { token: bearer })).status, 200);
});
