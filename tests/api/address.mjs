// What employees do about addresses: another one for an account, and an
// invitation to link one that is there. Mail is configured, and nobody takes it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { ROOT, STATE, call, load, originalConf, reload, token }
	from './lib/hub.mjs';
import { account, itemsOf, organization, username } from './lib/records.mjs';

const A = 'a-d-org-a', B = 'a-d-org-b';
const contact = (id, organizationId, dossierNumber) => ({
	type: 'contact', id, organizationId, dossierNumber, kind: 'person',
	firstName: 'Test', lastName: id,
});
const employee = (id, roles) => ({
	type: 'account', id, name: username(id), roles,
	organizationIds: Object.keys(roles),
});

load(
	organization(A), organization(B),
	contact('a-d-1', A, 'A-1'), contact('a-d-2', A, 'A-2'),
	contact('a-d-3', A, 'A-3'), contact('a-d-b', B, 'B-1'),
	contact('a-d-4', A, 'A-4'),
	...[5, 6, 7, 8, 9].map((i) => contact(`a-d-${i}`, A, `A-${i}`)),
	employee('a-d-102', { [A]: ['102'] }), employee('a-d-103', { [B]: ['103'] }),
	employee('a-d-probe', { [A]: ['102'] }),
	account('a-d-own', { [A]: 'A-1' }),
	account('a-d-shared', { [A]: 'A-3', [B]: 'B-1' }),
	account('a-d-there', {}), account('a-d-flooded', {}),
	account('a-d-filled', {}),
);

const bearer = (id) => token(username(id), '--scope', 'openid hub.manage');
const A102 = bearer('a-d-102'), OFB = bearer('a-d-103');
const PATH = '/contact/contacts';

const one = async (id, who = A102) =>
	itemsOf(await call(`${PATH}/${id}`, { token: who }))[0];

const tagOf = async (id, who) =>
	(await call(`${PATH}/${id}`, { token: who })).headers.etag;

function post(target, body, who = A102, headers = {}) {
	return call(`${PATH}${target}`, { method: 'POST', token: who,
		...(body && { body: JSON.stringify(body) }),
		headers: { ...(body && { 'content-type': 'application/json' }),
			...headers } });
}

const invite = (id, name, who = A102) =>
	post(`/${id}/account/invitation`, { email: username(name) }, who);

const change = async (id, email, who = A102) =>
	post(`/${id}/account/email`, { email }, who,
		{ 'if-match': await tagOf(id, who) });

const hubctl = (...args) => spawnSync(path.join(ROOT, 'scripts/hubctl'),
	['--state', STATE, ...args], { encoding: 'utf8' });

function conflict(answer, reason) {
	assert.equal(answer.status, 409, answer.text);
	assert.equal(JSON.parse(answer.text).reason, reason);
	return JSON.parse(answer.text);
}

after(() => reload(originalConf));

test('without mail nobody is invited', async () => {
	conflict(await invite('a-d-2', 'a-d-there'), 'no-mail');
	const told = hubctl('account', 'invite', username('a-d-there'), 'a-d-2');
	assert.equal(told.status, 1);
	assert.match(told.stderr, /mail\.server/);
});

test('an account is invited, again, and no longer', async () => {
	await reload(`${originalConf}\nmail.server = 127.0.0.1:1\n` +
		'mail.from = hub@api-test.example\n' +
		`mail.templates = ${STATE}/texts\n`);
	const taken = conflict(await post('/a-d-2/account',
		{ email: username('a-d-there') }), 'address-in-use');
	assert.match(taken.detail, /invite the owner/);
	const answer = await invite('a-d-2', 'a-d-there');
	assert.equal(answer.status, 202, answer.text);
	const { invitation } = JSON.parse(answer.text).data.items[0];
	assert.equal(invitation.email, username('a-d-there'));
	assert.equal(Date.parse(invitation.until) - Date.parse(invitation.sentAt),
		14 * 86400 * 1000);
	// Nothing is linked before the owner has said so; who waits, shows.
	const item = await one('a-d-2');
	assert.equal(item.account, null);
	assert.deepEqual(item.invitation, invitation);
	assert.equal((await invite('a-d-2', 'a-d-there')).status, 202);
	const withdrawn = await post('/a-d-2/account/invitation/withdraw');
	assert.equal(withdrawn.status, 204, withdrawn.text);
	assert.equal(withdrawn.text, '');
	assert.equal((await one('a-d-2')).invitation, null);
	conflict(await post('/a-d-2/account/invitation/withdraw'),
		'no-invitation');
});

test('what cannot be invited', async () => {
	assert.equal(conflict(await invite('a-d-1', 'a-d-there'),
		'contact-has-account').username, username('a-d-own'));
	conflict(await invite('a-d-2', 'a-d-own'), 'account-has-dossier');
	assert.equal((await invite('a-d-2', 'a-d-there', OFB)).status, 404);
	assert.equal((await post('/a-d-2/account/invitation',
		{ email: 'none' })).status, 422);
	assert.equal((await post('/a-d-2/account/invitation',
		{ email: username('a-d-there') }, A102, { 'if-match': '"x"' })).status,
	412);
});

test('nobody floods an owner, nor fills the page of one', async () => {
	let answer;
	// Each costs a longer delay than the one before.
	for (let i = 0; i < 20 && answer?.status !== 429; i++)
		answer = await invite('a-d-2', 'a-d-flooded');
	assert.equal(answer.status, 429, answer.text);
	assert.ok(Number(answer.headers['retry-after']) > 0);
	for (let i = 5; i < 10; i++) {
		const run = hubctl('account', 'invite', username('a-d-filled'),
			`a-d-${i}`);
		assert.equal(run.status, 0, run.stderr);
	}
	conflict(await invite('a-d-4', 'a-d-filled'), 'too-many-invitations');
	const sixth = hubctl('account', 'invite', username('a-d-filled'), 'a-d-4');
	assert.equal(sixth.status, 1);
	assert.match(sixth.stderr, /has 5 invitations of organisation/);
	const back = hubctl('account', 'withdraw-invitation', 'a-d-5');
	assert.equal(back.status, 0, back.stderr);
	assert.equal((await one('a-d-5')).invitation, null);
	for (const [id, reason] of [['a-d-5', /no invitation that waits/],
		['a-d-none', /there is no contact/], ['a b', /there is no contact/]]) {
		const run = hubctl('account', 'withdraw-invitation', id);
		assert.equal(run.status, 1);
		assert.match(run.stderr, reason);
	}
	assert.equal((await invite('a-d-4', 'a-d-filled')).status, 202);
});

test('looking for addresses is counted', async () => {
	const probe = bearer('a-d-probe');
	let answer;
	for (let i = 0; i < 5; i++)
		conflict(await invite('a-d-2', `a-d-nobody-${i}`, probe),
			'no-such-account');
	// From here on each costs a delay, which counts for all addresses.
	for (let i = 0; i < 3 && answer?.status !== 429; i++)
		answer = await invite('a-d-2', 'a-d-nobody', probe);
	assert.equal(answer.status, 429, answer.text);
	assert.ok(Number(answer.headers['retry-after']) > 0);
	assert.equal((await invite('a-d-2', 'a-d-there', probe)).status, 429);
});

test('an address that nobody has proven is changed', async () => {
	const answer = await change('a-d-1', username('a-d-moved'));
	assert.deepEqual(itemsOf(answer), [{ username: username('a-d-moved'),
		state: 'none' }]);
	const item = await one('a-d-1');
	assert.equal(item.account.username, username('a-d-moved'));
	const shown = hubctl('account', 'show', username('a-d-moved'));
	assert.match(shown.stdout, /^id: a-d-own$/m);
});

test('whose address an employee cannot change', async () => {
	conflict(await change('a-d-3', username('a-d-x')), 'shared-account');
	conflict(await change('a-d-4', username('a-d-x')), 'no-account');
	conflict(await change('a-d-1', username('a-d-there')), 'address-in-use');
	const body = { email: username('a-d-x') };
	assert.equal((await post('/a-d-1/account/email', body)).status, 428);
	assert.equal((await post('/a-d-1/account/email', body, A102,
		{ 'if-match': '"x"' })).status, 412);
	assert.equal((await post('/a-d-1/account/email', body, OFB)).status, 404);
});

test('an operator changes and invites', () => {
	const moved = hubctl('account', 'change-email', username('a-d-there'),
		username('a-d-elsewhere'));
	assert.equal(moved.status, 0, moved.stderr);
	assert.equal(hubctl('account', 'show',
		username('a-d-there')).status, 1);
	const taken = hubctl('account', 'change-email', username('a-d-elsewhere'),
		username('a-d-shared'));
	assert.equal(taken.status, 1);
	assert.match(taken.stderr, /username of account a-d-shared already/);
	const invited = hubctl('account', 'invite', username('a-d-elsewhere'),
		'a-d-2');
	assert.equal(invited.status, 0, invited.stderr);
	assert.equal(hubctl('verify').status, 0);
	const events = hubctl('audit').stdout;
	for (const event of ['invitation.made', 'invitation.withdrawn',
		'account.address_set', 'invitation.address_unknown'])
		assert.ok(events.includes(event), event);
	assert.ok(!events.includes('a-d-elsewhere@'));
});
