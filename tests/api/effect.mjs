// Every kind of change shows at the very next request, in every worker, with
// the token that the client already has.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTP, HTTPS, call, load, token } from './lib/hub.mjs';
import { ACCOUNT, ALL_FOUR, CONTRACTS, ORGANIZATIONS, PERMISSIONS, account,
	contract, contractPath, deleted, group, organization, username }
	from './lib/records.mjs';

const A = 'eff-t-1', B = 'eff-t-2', GROUP = 'eff-t-group';
const NAMES = { first: 'Voor', second: 'Na' };

const me = (dossiers, more) =>
	account('eff-t', dossiers, { groupIds: [GROUP], ...more });
load(organization(A), organization(B), group(GROUP, ALL_FOUR),
	me({ [A]: '1' }), contract('eff-c-1', A, '1'), contract('eff-c-2', B, '1'));
const bearer = token(username('eff-t'));

// Enough requests at once that each worker has to answer some.
async function everywhere(target) {
	const answers = await Promise.all(Array.from({ length: 20 }, (_, i) =>
		call(target, { token: bearer, base: i % 2 ? HTTP : HTTPS })));
	const seen = new Set(answers.map(({ status, text }) =>
		status === 200 ? text : String(status)));
	assert.equal(seen.size, 1, 'all workers give the same answer');
	const [answer] = answers;
	return { status: answer.status, items: answer.status === 200 ?
		JSON.parse(answer.text).data.items : [] };
}

async function shows(target, items) {
	assert.deepEqual(await everywhere(target), { status: 200, items });
}

async function idsOf(target) {
	return (await everywhere(target)).items.map((item) => item.id);
}

test('a name', async () => {
	for (const lastName of [NAMES.first, NAMES.second]) {
		load(me({ [A]: '1' }, { lastName }));
		const { items: [item] } = await everywhere(ACCOUNT);
		assert.equal(item.lastName, lastName);
	}
});

test('a dossier added and taken away', async () => {
	const both = ['eff-c-1', 'eff-c-2'];
	for (let round = 0; round < 3; round++) {
		load(me({ [A]: '1', [B]: '1' }));
		assert.deepEqual(await idsOf(ORGANIZATIONS), [A, B]);
		assert.deepEqual(await idsOf(CONTRACTS), both);
		assert.deepEqual(await idsOf(contractPath(both[1])), [both[1]]);
		const { items: [item] } = await everywhere(ACCOUNT);
		assert.deepEqual(item.dossiers, { [A]: '1', [B]: '1' });
		load(me({ [A]: '1' }));
		assert.deepEqual(await idsOf(ORGANIZATIONS), [A]);
		assert.deepEqual(await idsOf(CONTRACTS), both.slice(0, 1));
		assert.equal((await everywhere(contractPath(both[1]))).status, 404);
	}
});

test('another dossier number', async () => {
	load(contract('eff-c-3', A, '3'), me({ [A]: '3' }));
	assert.deepEqual(await idsOf(CONTRACTS), ['eff-c-3']);
	load(me({ [A]: '1' }));
	assert.deepEqual(await idsOf(CONTRACTS), ['eff-c-1']);
});

test('an organisation renamed', async () => {
	for (const name of Object.values(NAMES)) {
		load(organization(A, { name }));
		const { items: [item] } = await everywhere(ORGANIZATIONS);
		assert.equal(item.name, name);
	}
});

test('a contract changed, added and deleted', async () => {
	for (const status of ['ACTIVE', 'CANCELLED', 'ACTIVE']) {
		load(contract('eff-c-1', A, '1', { status }));
		for (const target of [CONTRACTS, contractPath('eff-c-1')]) {
			const { items: [item] } = await everywhere(target);
			assert.equal(item.status, status);
		}
	}
	load(contract('eff-c-0', A, '1'));
	assert.deepEqual(await idsOf(CONTRACTS), ['eff-c-0', 'eff-c-1']);
	load(deleted('contract', 'eff-c-0'));
	assert.deepEqual(await idsOf(CONTRACTS), ['eff-c-1']);
	assert.equal((await everywhere(contractPath('eff-c-0'))).status, 404);
});

const gates = {
	[ACCOUNT]: 'account.read.mine',
	[ORGANIZATIONS]: 'organization.read.mine',
	[PERMISSIONS]: 'permission.read.mine',
	[CONTRACTS]: 'contract.read.mine',
	[contractPath('eff-c-1')]: 'contract.read.mine',
};
for (const [target, permission] of Object.entries(gates)) {
	test(`a permission withdrawn from the group: ${target}`, async () => {
		load(group(GROUP, ALL_FOUR.filter((p) => p !== permission)));
		for (const [other, needed] of Object.entries(gates))
			assert.equal((await everywhere(other)).status,
				needed === permission ? 403 : 200, other);
		load(group(GROUP, ALL_FOUR));
		assert.equal((await everywhere(target)).status, 200);
	});
}

test('the group taken from the account, and given back', async () => {
	load(me({ [A]: '1' }, { groupIds: [] }));
	for (const target of Object.keys(gates))
		assert.equal((await everywhere(target)).status, 403);
	load(me({ [A]: '1' }));
	await shows(PERMISSIONS, ALL_FOUR);
});

test('the account deleted', async () => {
	load(deleted('account', 'eff-t'));
	for (const target of Object.keys(gates))
		assert.equal((await everywhere(target)).status, 401);
});
