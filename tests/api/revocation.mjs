// The promise that self-contained tokens elsewhere do not keep: what ends a
// token shows at the very next request, in every worker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTP, HTTPS, call, challenge, customer, hubctl, load, problem, token }
	from './lib/hub.mjs';

const MINE = '/account/mine';

// Enough requests at once that each worker has to answer some.
async function everywhere(bearer, status) {
	const answers = await Promise.all(Array.from({ length: 40 }, (_, i) =>
		call(MINE, { token: bearer, base: i % 2 ? HTTP : HTTPS })));
	for (const answer of answers) {
		assert.equal(answer.status, status, answer.text);
		if (status === 401) {
			problem(answer, 401);
			challenge(answer, 'Bearer realm="hub", error="invalid_token"');
		}
	}
}

test('disabling ends every token at once; enabling revives none', async () => {
	const name = customer('disabled');
	const bearers = [token(name), token(name)];
	for (const bearer of bearers)
		await everywhere(bearer, 200);
	hubctl('account', 'disable', name);
	for (const bearer of bearers)
		await everywhere(bearer, 401);
	hubctl('account', 'enable', name);
	for (const bearer of bearers)
		await everywhere(bearer, 401);
	await everywhere(token(name), 200);
});

test('a disabled account is given no token', () => {
	const name = customer('tokenless');
	hubctl('account', 'disable', name);
	assert.throws(() => hubctl('token', name), { status: 1 });
	hubctl('account', 'enable', name);
});

test('revoking ends what was given before and nothing after', async () => {
	const name = customer('revoked');
	const before = token(name);
	await everywhere(before, 200);
	hubctl('account', 'revoke', name);
	await everywhere(before, 401);
	const after = token(name);
	await everywhere(after, 200);
	await everywhere(before, 401);
});

test('revoking one account leaves another alone', async () => {
	const [one, other] = [customer('one'), customer('other')];
	const bearer = token(other);
	await everywhere(bearer, 200);
	hubctl('account', 'revoke', one);
	await everywhere(bearer, 200);
});

test('an import that turns enabled off ends the tokens', async () => {
	const name = 'imported@api-test.example';
	const record = {
		type: 'account', id: 'api-test-imported', name, email: name,
		groupIds: ['101'],
	};
	load({ ...record, enabled: true });
	const bearer = token(name);
	await everywhere(bearer, 200);
	load({ ...record, enabled: false });
	await everywhere(bearer, 401);
	load({ ...record, enabled: true });
	await everywhere(bearer, 401);
});

test('again and again, without one late success', async () => {
	const name = customer('again');
	for (let i = 0; i < 10; i++) {
		const bearer = token(name);
		assert.equal((await call(MINE, { token: bearer })).status, 200);
		hubctl('account', 'revoke', name);
		assert.equal((await call(MINE, { token: bearer })).status, 401);
	}
});
