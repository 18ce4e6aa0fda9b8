// What mail is for, as customers live it: a forgotten password, another address,
// an invitation of a second intermediary; and the notices on the way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HTTPS, hubctl, load } from '../api/lib/hub.mjs';
import { account, contract, organization, username as nameOf }
	from '../api/lib/records.mjs';
import { openBrowser } from '../oidc/lib/browser.mjs';
import { Visitor } from '../oidc/lib/form.mjs';
import { setPassword, signIn } from '../oidc/lib/provider.mjs';
import { MAILED, Post } from './lib/post.mjs';
import { assertGood, assertGoodInEveryLook, fillSignIn, newcomersIn, usersOf }
	from './lib/visit.mjs';

const HOME = `${HTTPS}/mijn/`, ACCOUNT = `${HTTPS}/identity/account`;
const PASSWORD = 'elf ernstige egels', ANOTHER = 'zeven zachte zebras';
const ORG = 'ml-org', OTHER = 'ml-other';
const CODE = /^\s*([A-Z0-9]{4}(?:-[A-Z0-9]{4})+)\r?$/mi;

let browser, employee, newcomer, signedIn;
const post = new Post();

function user(id, dossiers, more) {
	load(account(id, dossiers, more));
	setPassword(nameOf(id), PASSWORD);
	return { username: nameOf(id), password: PASSWORD };
}

const contactOf = (id, organizationId, dossierNumber) => ({
	type: 'contact', id, organizationId, dossierNumber, kind: 'person',
	firstName: 'Anna', lastName: `Ml${dossierNumber}`,
});

before(async () => {
	load(organization(ORG, { name: 'Kantoor Oost' }),
		organization(OTHER, { name: 'Kantoor West' }),
		...['forgot', 'address', 'invite', 'decline'].flatMap((id) => [
			contactOf(`ml-${id}`, ORG, `5-${id}`),
			contactOf(`ml-${id}-west`, OTHER, `6-${id}`),
		]),
		contract('ml-c-east', ORG, '5-invite',
			{ metadata: { description: 'Woonhuis' } }),
		contract('ml-c-west', OTHER, '6-invite',
			{ metadata: { description: 'Caravan' } }));
	employee = user('ml-employee', {}, { groupIds: [],
		organizationIds: [OTHER], roles: { [OTHER]: ['102'] } });
	await post.begin();
	await post.sink.start();
	browser = await openBrowser();
	newcomer = newcomersIn(browser);
	({ signedIn } = usersOf(browser, `${HTTPS}/beheer/`));
});

after(async () => {
	await browser?.close();
	await post.end();
});

async function choose(page, password) {
	await page.waitForURL(/\/identity\/password\?/);
	await page.fill('#new_password', password);
	await page.fill('#new_password_repeat', password);
	await page.press('#new_password_repeat', 'Enter');
}

const contracts = (page) => page.waitForSelector('.contracts');
const told = (page, text) =>
	page.waitForSelector(`main :text("${text}")`);
const isSignedIn = async (username, password) => /U bent aangemeld/.test(
	(await signIn(new Visitor(), { username, password },
		'/identity/login')).text);

// With the account page open, whichever way one comes to it.
async function openAccount(who) {
	const visitor = await newcomer();

	await visitor.page.goto(ACCOUNT);
	await fillSignIn(visitor.page, who);
	await visitor.page.waitForURL(ACCOUNT);
	return visitor;
}

// The address as its owner proves it on the account page.
async function prove(page, username, password) {
	await page.fill('#new_email', username);
	await page.fill('#email_password', password);
	await page.press('#email_password', 'Enter');
	await page.waitForSelector('#email_code');
	const mail = await post.to(username, /code/i);
	await page.fill('#email_code', CODE.exec(mail.text)[1]);
	await page.press('#email_code', 'Enter');
	return mail;
}

test('a forgotten password: the mail, a new one, and on to one\'s data',
	async () => {
		const { username } = user('ml-forgot', { [ORG]: '5-forgot' });
		const { page, close } = await newcomer();

		await page.goto(HOME);
		await page.waitForSelector('#username');
		await page.click('a:has-text("vergeten")');
		await page.waitForURL(/\/identity\/forgot/);
		await assertGoodInEveryLook(page, 'mail-forgot');
		await page.fill('#username', username);
		await page.press('#username', 'Enter');
		await page.waitForSelector('h1:has-text("Kijk in uw e-mail")');
		await assertGoodInEveryLook(page, 'mail-forgotten');
		const mail = await post.to(username, /wachtwoord/i);
		assert.equal(await isSignedIn(username, PASSWORD), true,
			'the old one works until there is another');
		const temporary = MAILED.exec(mail.text)[1];
		await page.click('main a');
		await fillSignIn(page, { username, password: temporary });
		await choose(page, ANOTHER);
		await contracts(page);
		assert.equal(page.url(), HOME);
		const notice = await post.to(username, /gewijzigd/i);
		for (const secret of [temporary, PASSWORD, ANOTHER])
			assert.ok(!`${notice.text}${notice.html}`.includes(secret));
		assert.equal(await isSignedIn(username, PASSWORD), false);
		await close();
	});

test('another address: proven, told to the old one, and signed in with',
	async () => {
		const { username } = user('ml-address', { [ORG]: '5-address' });
		const next = 'ml-next@api-test.example';
		const { page, close } = await openAccount(
			{ username, password: PASSWORD });

		await told(page, 'nog niet bevestigd');
		await page.fill('#new_email', next);
		await page.fill('#email_password', 'not this one');
		await page.press('#email_password', 'Enter');
		await page.waitForSelector('#reason');
		assert.equal(await page.inputValue('#new_email'), next);
		await assertGood(page, 'a wrong password');
		await page.fill('#email_password', PASSWORD);
		await page.press('#email_password', 'Enter');
		await page.waitForSelector('#email_code');
		const mail = await post.to(next, /code/i);
		await page.fill('#email_code', 'AAAA-AAAA');
		await page.press('#email_code', 'Enter');
		await told(page, 'Deze code klopt niet');
		await assertGoodInEveryLook(page, 'mail-code');
		const [, code] = CODE.exec(mail.text);
		await page.fill('#email_code', code.toLowerCase().replaceAll('-', ' '));
		await page.press('#email_code', 'Enter');
		await told(page, 'Uw e-mailadres is gewijzigd');
		await told(page, next);
		const notice = await post.to(username, /adres/i);
		assert.ok(!notice.text.includes(code));
		assert.equal(await isSignedIn(username, PASSWORD), false);
		assert.equal(await isSignedIn(next, PASSWORD), true);
		await page.goto(HOME);
		await page.waitForSelector(`main :text("${next}")`);
		await close();
	});

test('a second intermediary asks; the owner accepts, and sees both',
	async () => {
		const who = user('ml-invite', { [ORG]: '5-invite' });
		const beheer = await signedIn(employee, {}, 'contact/ml-invite-west');

		await beheer.page.click('button:has-text("Account toevoegen")');
		await beheer.page.fill('dialog input', who.username);
		await beheer.page.press('dialog input', 'Enter');
		await beheer.page.click('dialog button:has-text("Uitnodigen")');
		await beheer.page.waitForSelector('aside :text("is uitgenodigd")');
		const mail = await post.to(who.username, /^Uitnodiging van Kantoor West/);
		assert.match(mail.text, /Kantoor West/);
		assert.ok(mail.text.includes(ACCOUNT), 'where to answer');
		const { page, close } = await openAccount(who);
		await told(page, 'Kantoor West wil uw gegevens');
		// The mail went where the employee said; whose it is shows this.
		assert.equal(await page.locator('button:has-text("Aannemen")').count(),
			0);
		await prove(page, who.username, PASSWORD);
		await told(page, 'Uw e-mailadres is bevestigd');
		await assertGoodInEveryLook(page, 'mail-invited');
		await page.click('button:has-text("Aannemen")');
		await told(page, 'aan uw account gekoppeld');
		await page.goto(HOME);
		await page.waitForSelector('.contracts li:has-text("Woonhuis")');
		await page.waitForSelector('.contracts li:has-text("Caravan")');
		await close();
		await beheer.page.reload();
		await beheer.page.waitForSelector(
			`aside dd:has-text("${who.username}")`);
		await beheer.close();
	});

test('an invitation declined links nothing and is gone', async () => {
	const who = user('ml-decline', { [ORG]: '5-decline' });
	hubctl('account', 'invite', who.username, 'ml-decline-west');
	const { page, close } = await openAccount(who);

	await page.click('button:has-text("Weigeren")');
	await page.waitForSelector('[role=status]');
	assert.equal(await page.locator('button:has-text("Weigeren")').count(), 0);
	await page.goto(HOME);
	await contracts(page);
	assert.ok(!(await page.innerText('main')).includes('Kantoor West'));
	await close();
});

test('no mail but those asked for holds a password or a code', async () => {
	const notices = post.rest();

	assert.ok(notices.some(({ subject }) => /nieuwe browser/.test(subject)));
	for (const { subject, text, html } of notices) {
		if (/code|wachtwoord vergeten/i.test(subject))
			continue;
		assert.doesNotMatch(text, MAILED, subject);
		assert.doesNotMatch(text, CODE, subject);
		for (const password of [PASSWORD, ANOTHER])
			assert.ok(!`${text}${html}`.includes(password), subject);
	}
});
