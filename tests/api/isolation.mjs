// Object-level authorisation: nobody sees, or learns of, another's records.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, load, problem, token } from './lib/hub.mjs';
import { ACCOUNT, CONTRACTS, ORGANIZATIONS, PERMISSIONS, account, contract,
	contractPath, deleted, ids, items, organization, username }
	from './lib/records.mjs';

const A = 'iso-t-1', B = 'iso-t-2';

// Three customers: two of one organisation, and one of another with the same
// dossier number as the first.
const customers = [['iso-t-jan', A, '900'], ['iso-t-piet', A, '901'],
	['iso-t-kees', B, '900']];
const contracts = Object.fromEntries(customers.map(([id, org, dossier], c) => [
	id, Array.from({ length: 12 }, (_, i) =>
		contract(`iso-c-${c + 3 * i}`, org, dossier,
			{ content: { owner: `secret-${id}-secret` } }))]));

load(organization(A), organization(B), account('iso-t-none', {}),
	...customers.map(([id, org, dossier]) => account(id, { [org]: dossier })),
	...Object.values(contracts).flat(),
	account('iso-t-employee', undefined, { groupIds: ['101'],
		organizationIds: [A], roles: { [A]: ['102', '103'] } }));

const bearers = Object.fromEntries(
	[...customers.map(([id]) => id), 'iso-t-none', 'iso-t-employee']
		.map((id) => [id, token(username(id))]));
const jan = bearers['iso-t-jan'];

// An answer without what differs in each.
function essence(answer) {
	const id = answer.headers['x-request-id'];
	const { date, 'x-request-id': _, ...headers } = answer.headers;
	return {
		status: answer.status, headers,
		names: Object.keys(answer.headers),
		text: answer.text.replaceAll(id, 'ID'),
		requestId: id.length,
	};
}

const unknown = essence(await call(contractPath('iso-c-unknown'),
	{ token: jan }));

test('the 404 of an unknown contract is a plain problem', async () => {
	const answer = await call(contractPath('iso-c-unknown'), { token: jan });
	const body = problem(answer, 404);
	assert.deepEqual(Object.keys(body),
		['type', 'title', 'status', 'instance']);
	assert.ok(!answer.text.includes('iso-c'));
});

async function assertUnknown(id, bearer, what = id) {
	const answer = await call(contractPath(id), { token: bearer });
	assert.deepEqual(essence(answer), unknown, what);
}

test('each sees exactly the own contracts, whole', async () => {
	for (const [id] of customers) {
		const own = contracts[id].map((c) => c.id).sort();
		assert.deepEqual(await ids(CONTRACTS, bearers[id]), own);
		for (const record of contracts[id]) {
			const [item] = await items(contractPath(record.id), bearers[id]);
			assert.equal(item.id, record.id);
			assert.deepEqual(item.content, record.content);
		}
	}
});

test('every contract of another is the very 404 of an unknown one', async () => {
	for (const [id] of customers)
		for (const [owner] of customers.filter(([other]) => other !== id))
			for (const record of contracts[owner])
				await assertUnknown(record.id, bearers[id]);
});

test('whoever has no dossier sees no contract; employees neither', async () => {
	for (const id of ['iso-t-none', 'iso-t-employee']) {
		assert.deepEqual(await items(CONTRACTS, bearers[id]), []);
		for (const record of Object.values(contracts).flat())
			await assertUnknown(record.id, bearers[id]);
	}
});

// Other ways to write the id of another's contract.
const theirs = contracts['iso-t-piet'][3].id;
const escaped = [...theirs].map((c) =>
	`%${c.charCodeAt(0).toString(16)}`).join('');
const spellings = {
	'an escape': theirs.replace('i', '%69'),
	'all escapes': escaped,
	'escapes in upper case': escaped.toUpperCase(),
	'escaped twice': escaped.replaceAll('%', '%25'),
	'truncated': theirs.slice(0, -1),
	'one more character': `${theirs}0`,
	'upper case': theirs.toUpperCase(),
	'over-long': 'i'.repeat(65),
	'far over-long': 'i'.repeat(4000),
	'the longest': 'i'.repeat(64),
	'a space before': `%20${theirs}`,
	'a space behind': `${theirs}%20`,
	'a line feed': `${theirs}%0a`,
	'a plus': `${theirs}+`,
	'a star': '*', 'a percent sign': '%25', 'a quote': '%27%20or%201=1',
	'dots': `${theirs}..`, 'a dot before': `.${theirs}`, 'three dots': '...',
	'a semicolon': `${theirs};x`, 'a comma': `${theirs},iso-c-1`,
	'a backslash': `x%5c..%5c${theirs}`,
	'bytes that are no UTF-8': '%ff%fe', 'not ASCII': '%c3%a9',
	'an over-long encoding': '%c0%af', 'a tilde': `~${theirs}`,
	'a colon': `${theirs}:`, 'JSON': '%7b%22id%22:1%7d',
	// What is no path of a contract.
	'a slash behind it': `${theirs}/`,
	'a slash in it': `${theirs.slice(0, 3)}/${theirs.slice(3)}`,
	'an escaped slash': `${theirs}%2f`, 'a dot segment': `./${theirs}`,
	'two dots': `../contracts/${theirs}`, 'escaped dots': `%2e%2e/${theirs}`,
	'nothing': '', 'one dot': '.', 'only two dots': '..',
};
for (const [what, id] of Object.entries(spellings))
	test(`${what}: the very 404 of an unknown contract`, async () => {
		await assertUnknown(id, jan);
		await assertUnknown(id, bearers['iso-t-none']);
	});

// These the web server refuses before anybody knows of contracts: the same body
// with other header fields, whatever the rest of the id is.
const refused = {
	'NUL behind': (id) => `${id}%00`, 'NUL before': (id) => `%00${id}`,
	'a bad escape': (id) => `${id}%`, 'half an escape': (id) => `${id}%6`,
	'no hexadecimal': (id) => `${id}%zz`,
};
for (const [what, spoil] of Object.entries(refused))
	test(`${what}: the same body, and no difference between ids`, async () => {
		const [a, b] = await Promise.all([theirs, 'iso-c-xx'].map(
			async (id) => essence(await call(contractPath(spoil(id)),
				{ token: jan }))));
		assert.deepEqual(a, b);
		assert.equal(a.status, 404);
		assert.equal(a.text, unknown.text);
	});

test('neighbours of all ids are the same 404', async () => {
	for (const record of Object.values(contracts).flat())
		for (const step of [-1, 1]) {
			const end = record.id.slice(0, -1) + String.fromCharCode(
				record.id.charCodeAt(record.id.length - 1) + step);
			if (!contracts['iso-t-jan'].some((c) => c.id === end))
				await assertUnknown(encodeURIComponent(end), jan, end);
		}
});

test('a tag that would match tells nothing of another\'s contract', async () => {
	const target = contractPath(theirs);
	const { etag } = (await call(target,
		{ token: bearers['iso-t-piet'] })).headers;
	for (const value of [etag, `W/${etag}`, '*'])
		assert.deepEqual(essence(await call(target, { token: jan,
			headers: { 'if-none-match': value } })), unknown);
});

test('the method tells nothing either', async () => {
	for (const method of ['HEAD', 'OPTIONS', 'POST', 'DELETE']) {
		const [a, b] = await Promise.all(['iso-c-unknown', theirs].map((id) =>
			call(contractPath(id), { token: jan, method })));
		assert.deepEqual(essence(a), essence(b), method);
	}
});

test('no body of one customer holds an id of another', async () => {
	for (const [id, org, dossier] of customers) {
		const bodies = await Promise.all([ACCOUNT, ORGANIZATIONS, PERMISSIONS,
			CONTRACTS, `${CONTRACTS}?limit=5`, `${CONTRACTS}?organization=${A}`,
			`${CONTRACTS}?organization=${B}`,
			...contracts[id].map((c) => contractPath(c.id)),
			...Object.values(spellings).map(contractPath),
		].map(async (target) =>
			(await call(target, { token: bearers[id] })).text));
		const foreign = customers.filter(([other]) => other !== id)
			.flatMap(([other, otherOrg, otherDossier]) => [
				other, `secret-${other}-secret`,
				...contracts[other].map((c) => `"${c.id}"`),
				...(otherOrg === org ? [] : [`"${otherOrg}"`]),
				...(otherDossier === dossier ? [] : [`"${otherDossier}"`]),
			]);
		for (const body of bodies)
			for (const word of foreign)
				assert.ok(!body.includes(word), `${id} sees ${word}`);
	}
});

test('a contract that moves goes with its dossier, at once', async () => {
	const moving = contracts['iso-t-jan'][0];
	const target = contractPath(moving.id);
	for (const [owner, org, dossier] of [...customers.slice(1), customers[0]]) {
		load({ ...moving, organizationId: org, dossierNumber: dossier });
		for (const [id] of customers) {
			const listed = await ids(CONTRACTS, bearers[id]);
			assert.equal(listed.includes(moving.id), id === owner);
			if (id === owner)
				assert.equal((await items(target, bearers[id])).length, 1);
			else
				await assertUnknown(moving.id, bearers[id]);
		}
	}
});

test('a deleted contract is gone for its owner as well', async () => {
	const version = Date.now();
	const record = contract('iso-c-gone', A, '900', { version });
	load(record);
	assert.equal((await items(contractPath(record.id), jan)).length, 1);
	load({ ...deleted('contract', record.id), version: version + 1 });
	await assertUnknown(record.id, jan);
	assert.ok(!(await ids(CONTRACTS, jan)).includes(record.id));
	load(record);
	await assertUnknown(record.id, jan, 'an older line revives nothing');
	load({ ...record, version: version + 2 }, deleted('contract', record.id));
	await assertUnknown(record.id, jan, 'a newer one does, until it goes');
});

test('a dossier that is given to another goes at once', async () => {
	const before = contracts['iso-t-piet'].map((c) => c.id).sort();
	load(account('iso-t-piet', {}));
	assert.deepEqual(await items(CONTRACTS, bearers['iso-t-piet']), []);
	load(account('iso-t-none', { [A]: '901' }));
	assert.deepEqual(await ids(CONTRACTS, bearers['iso-t-none']), before);
	for (const id of before)
		await assertUnknown(id, bearers['iso-t-piet']);
	load(account('iso-t-none', {}));
	await assertUnknown(before[0], bearers['iso-t-none']);
	load(account('iso-t-piet', { [A]: '901' }));
	assert.deepEqual(await ids(CONTRACTS, bearers['iso-t-piet']), before);
});
