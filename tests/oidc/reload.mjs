// Tokens are asked for without pause while the keepers are reloaded again and
// again: each POST is answered, and answered once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { STATE, daemon, until } from '../api/lib/hub.mjs';
import { Crowd } from './lib/crowd.mjs';
import { client, tokens, user } from './lib/provider.mjs';

const RELOADS = Number(process.env.HUB_RELOADS ?? 100);
const app = client('reload', '--public');
const service = client('reload-service', '--grant', 'client_credentials',
	'--scope', 'records.write');
const crowd = new Crowd(2);

after(() => crowd.close());

const took = () => fs.readFileSync(`${STATE}/log/keepers.log`, 'utf8')
	.split('took over').length - 1;

test(`${RELOADS} reloads under load lose no POST`, async () => {
	const { master } = daemon('keepers');
	const chains = await Promise.all(Array.from({ length: 2 }, (_, i) =>
		tokens(app, user(`reload-${i}`))));
	const tallies = await crowd.during([
		// A refresh that was done and not answered would end the chain.
		...chains.map((got) => ({
			act: 'post', endpoint: 'token', who: app, name: 'refresh',
			fields: { grant_type: 'refresh_token',
				refresh_token: got.refresh_token },
		})),
		...Array.from({ length: 2 }, () => ({
			act: 'post', endpoint: 'token', who: service, name: 'own',
			fields: { grant_type: 'client_credentials' },
		})),
	], async () => {
		for (let i = 0; i < RELOADS; i++) {
			const before = took();
			process.kill(master, 'SIGHUP');
			assert.ok(await until(() => took() > before, 60), 'it takes over');
		}
	});
	for (const tally of tallies) {
		for (const { job, status, text } of tally)
			assert.equal(status, 200, `${job}: ${text}`);
		assert.ok(tally.length > 10, `only ${tally.length} requests`);
	}
	assert.equal(daemon('keepers').master, master);
});
