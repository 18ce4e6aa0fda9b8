// The panel of a contact's account where the hub sends mail: first passwords,
// addresses, invitations; and what it shows of access and of what was done.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { HTTPS, call, hubctl, load } from '../api/lib/hub.mjs';
import { account, organization, username as nameOf }
	from '../api/lib/records.mjs';
import { openBrowser } from '../oidc/lib/browser.mjs';
import { Visitor } from '../oidc/lib/form.mjs';
import { client, refresh, setPassword, signIn, tokens }
	from '../oidc/lib/provider.mjs';
import { MAILED, Post } from './lib/post.mjs';
import { PHONE, assertGood, assertGoodInEveryLook, fillSignIn, shot, usersOf }
	from './lib/visit.mjs';

const HOME = `${HTTPS}/beheer/`;
const PASSWORD = 'elf ernstige egels';
const SIGNED_IN = /<title>U bent aangemeld/;
const ORG = 'panel-org', OTHER = 'panel-other';
const ADD = 'aside button:has-text("Account toevoegen")';

const post = new Post();

let browser, gate, sink, first, second, anew, signedIn;

const address = (id) => `pn-${id}@api-test.example`;
const pathOf = (id) => `contact/pn-${id}`;
const contact = (id, more) => ({
	type: 'contact', id: `pn-${id}`, organizationId: ORG,
	dossierNumber: `8-${id}`, kind: 'person', firstName: 'Anna',
	lastName: `Pn${id}`, email: address(id), ...more,
});

function user(id, dossiers, more) {
	load(account(id, dossiers, more));
	setPassword(nameOf(id), PASSWORD);
	return { username: nameOf(id), password: PASSWORD };
}

const employee = (id) => user(id, {}, { groupIds: [],
	organizationIds: [ORG], roles: { [ORG]: ['102'] } });

before(async () => {
	load(organization(ORG, { name: 'Kantoor Oost' }),
		organization(OTHER, { name: 'Kantoor West' }),
		...['mail', 'wrong', 'invite', 'late', 'lost', 'access', 'trail',
			'look'].map((id) => contact(id)),
		{ ...contact('west'), organizationId: OTHER },
		account('pn-late', { [ORG]: '8-late' }));
	first = employee('pn-e1');
	second = employee('pn-e2');
	await post.begin('password.delivery = mailed');
	({ gate, sink } = post);
	browser = await openBrowser();
	({ anew, signedIn } = usersOf(browser, HOME));
});

after(async () => {
	await browser?.close();
	await post.end();
});

const focused = (page) => page.evaluate(() =>
	globalThis.document.activeElement.localName);
const press = (page, text) => page.click(`aside button:has-text("${text}")`);
const sure = (page, text) => page.click(`dialog button:has-text("${text}")`);
const done = (page, text) =>
	page.waitForSelector(`aside [role=status]:has-text("${text}")`);
const fact = (page, name, value) => page.locator(
	`aside dt:has-text("${name}") + dd`, { hasText: value }).waitFor();
const buttons = (page) => page.locator('aside > div button').allTextContents();

// With a mailed password through the form to one of the owner's choice.
async function choose(username, password) {
	const visitor = new Visitor();
	const form = await signIn(visitor, { username, password },
		'/identity/login');
	assert.match(form.text, /name="new_password"/);
	const end = await visitor.submit(form, { new_password: PASSWORD,
		new_password_repeat: PASSWORD });
	assert.match(end.text, SIGNED_IN);
}

const signsIn = async (username, password) => SIGNED_IN.test((await signIn(
	new Visitor(), { username, password }, '/identity/login')).text);

test('a first password is mailed, seen on its way, and sent again', async () => {
	const { page, close } = await signedIn(first, {}, pathOf('mail'));
	const username = address('mail');

	await sink.start('--until', gate);
	await page.click(ADD);
	await page.waitForSelector('dialog :text("gaat per mail naar dit adres")');
	await assertGood(page, 'the popup');
	await page.press('dialog input', 'Enter');
	await done(page, `wordt gemaild aan ${username}`);
	await page.waitForSelector('dialog', { state: 'detached' });
	assert.equal(await focused(page), 'h2');
	assert.equal(await page.locator('output').count(), 0);
	await fact(page, 'Status', 'Wacht op eerste aanmelding');
	await fact(page, 'Mail', 'Wacht om te worden verstuurd');
	await fact(page, 'E-mailadres bevestigd', 'Nee, nog niet');
	await shot(page, 'panel-waiting-desk');
	await assertGood(page, 'a mail that waits');
	fs.writeFileSync(gate, '');
	const welcome = await post.to(username, /^Uw account bij/);
	await fact(page, 'Mail', 'Verstuurd');
	await fact(page, 'Tijdelijk wachtwoord geldig tot', '20');
	await shot(page, 'panel-sent-desk');

	assert.deepEqual(await buttons(page), ['Opnieuw versturen',
		'E-mailadres wijzigen', 'Blokkeren']);
	await press(page, 'Opnieuw versturen');
	await done(page, `wordt gemaild aan ${username}`);
	assert.equal(await page.locator('dialog').count(), 0);
	const again = await post.to(username, /^Uw/);
	const [, password] = MAILED.exec(again.text);
	assert.notEqual(password, MAILED.exec(welcome.text)[1]);
	assert.ok(!(await page.content()).includes(password));
	await choose(username, password);

	await page.reload();
	await fact(page, 'Status', 'Actief');
	await fact(page, 'E-mailadres bevestigd', 'Ja, de eigenaar leest');
	assert.deepEqual(await buttons(page),
		['Nieuw wachtwoord mailen', 'Blokkeren']);
	await press(page, 'Nieuw wachtwoord mailen');
	await page.waitForSelector('dialog :text("werkt daarna meteen niet meer")');
	await page.keyboard.press('Escape');
	assert.ok(await signsIn(username, PASSWORD), 'nothing was done');
	await close();
});

// Goes on with the account of the test before.
test('a shared account: its owner is mailed, and loses nothing', async () => {
	const username = address('mail');

	hubctl('account', 'link', username, '--contact', 'pn-west');
	const { page, close } = await signedIn(first, {}, pathOf('mail'));
	await page.waitForSelector('aside :text("hoort ook bij een andere")');
	await page.waitForSelector('aside :text("gaat per mail naar de eigenaar")');
	assert.equal(await page.locator('aside details').isVisible(), false);
	assert.deepEqual(await buttons(page),
		['Nieuw wachtwoord mailen', 'Toegang intrekken']);
	await shot(page, 'panel-shared-desk');
	await assertGood(page, 'a shared account');
	await press(page, 'Nieuw wachtwoord mailen');
	await page.waitForSelector('dialog :text("blijft werken")');
	await sure(page, 'Mail versturen');
	await done(page, `wordt gemaild aan ${username}`);
	assert.equal(await focused(page), 'h2');
	await post.to(username, /^Een nieuw wachtwoord kiezen/);
	await fact(page, 'Status', 'Actief');
	assert.ok(await signsIn(username, PASSWORD), 'the old one still works');
	await close();
});

test('a mail that nobody takes, and another address', async () => {
	const { page, close } = await signedIn(first, {}, pathOf('wrong'));
	const error = page.locator('dialog .error');

	await sink.stop();
	await sink.start('--answer-rcpt', '550 5.1.1 nobody');
	await page.click(ADD);
	await page.press('dialog input', 'Enter');
	await fact(page, 'Mail', 'Kon niet worden verstuurd');
	await page.waitForSelector('aside .alert:has-text("Kijk het e-mailadres na")');
	assert.equal(await page.locator('aside [role=status]:visible').count(), 0);
	await shot(page, 'panel-failed-desk');
	await assertGood(page, 'a mail that failed');
	await sink.stop();
	await sink.start();

	await press(page, 'E-mailadres wijzigen');
	assert.equal(await page.inputValue('dialog input'), address('wrong'));
	await page.fill('dialog input', 'no address');
	await page.press('dialog input', 'Enter');
	await error.filter({ hasText: 'Dit is geen e-mailadres' }).waitFor();
	await page.fill('dialog input', first.username);
	await page.press('dialog input', 'Enter');
	await error.filter({ hasText: 'Kies een ander adres' }).waitFor();
	assert.equal(await page.locator('dialog .offer').count(), 0);
	assert.equal(await focused(page), 'input');
	await shot(page, 'panel-email-desk');
	await assertGood(page, 'an address in use');
	await page.fill('dialog input', address('right'));
	await page.press('dialog input', 'Enter');
	await done(page, `nu het e-mailadres ${address('right')}`);
	await fact(page, 'Accountnaam', address('right'));
	const mail = await post.to(address('right'), /^Uw account bij/);
	await fact(page, 'Mail', 'Verstuurd');
	await choose(address('right'), MAILED.exec(mail.text)[1]);

	// Proven meanwhile: it is the owner's now.
	await press(page, 'E-mailadres wijzigen');
	await page.fill('dialog input', address('more'));
	await page.press('dialog input', 'Enter');
	await page.waitForSelector('aside [role=alert]:has-text("bevestigd")');
	await page.waitForSelector('dialog', { state: 'detached' });
	await fact(page, 'E-mailadres bevestigd', 'Ja');
	await close();
});

test('an address in use: invited from the same popup, by keyboard', async () => {
	const owner = user('pn-owner', {});
	const a = await signedIn(first, {}, pathOf('invite'));
	const b = await signedIn(second, {}, pathOf('invite'));
	const { page } = a;
	const offer = page.locator('dialog button', { hasText: 'Uitnodigen' });

	await page.click(ADD);
	assert.equal(await offer.isVisible(), false);
	await page.fill('dialog input', owner.username);
	await page.press('dialog input', 'Enter');
	await page.waitForSelector('dialog .error:has-text("U kunt de eigenaar")');
	assert.equal(await page.inputValue('dialog input'), owner.username);
	await shot(page, 'panel-offer-desk');
	await assertGood(page, 'the offer');
	await page.press('dialog input', 'End');
	await page.keyboard.type('x');
	await offer.waitFor({ state: 'hidden' });
	await page.keyboard.press('Backspace');
	await page.keyboard.press('Enter');
	await offer.waitFor();
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await done(page, `uitnodiging wordt gemaild aan ${owner.username}`);
	await page.waitForSelector('dialog', { state: 'detached' });
	assert.equal(await focused(page), 'h2');
	await fact(page, 'E-mailadres', owner.username);
	await fact(page, 'Verstuurd op', '20');
	await post.to(owner.username, /^Uitnodiging/);
	await page.reload();
	await fact(page, 'Geldig tot', '20');
	await assertGoodInEveryLook(page, 'panel-invited');
	await press(page, 'Opnieuw versturen');
	await done(page, 'uitnodiging wordt gemaild');
	await post.to(owner.username, /^Uitnodiging/);

	// Of two who take it back the second one is told.
	await b.page.reload();
	await b.page.waitForSelector('aside :text("is uitgenodigd")');
	for (const { page: one } of [a, b]) {
		await press(one, 'Uitnodiging intrekken');
		await one.waitForSelector(`dialog :text("${owner.username}")`);
	}
	await sure(page, 'Uitnodiging intrekken');
	await done(page, 'uitnodiging is ingetrokken');
	await page.waitForSelector('aside :text("nog geen account")');
	await sure(b.page, 'Uitnodiging intrekken');
	await b.page.waitForSelector('[role=alert]:has-text("is er niet meer")');
	await b.page.waitForSelector('aside :text("nog geen account")');
	await a.close();
	await b.close();
});

test('where it is signed in, which apps: ended one by one', async () => {
	const who = user('pn-access', { [ORG]: '8-access' });
	const app = client('panel-app', '--public', '--name', 'Mijn schadeapp');
	const got = await tokens(app, who);
	const { page, close } = await signedIn(first, {}, pathOf('access'));
	const rows = (name) => page.locator(
		`aside h4:has-text("${name}") + .rows li`);

	await page.focus('aside summary');
	await page.keyboard.press('Enter');
	await rows('Aangemeld').first().waitFor();
	assert.equal(await rows('Aangemeld').count(), 1);
	assert.match(await rows('Aangemeld').innerText(), /Sinds .+laatst gebruikt/s);
	assert.match(await rows('Apps').innerText(), /Mijn schadeapp/);
	assert.ok(!(await page.content()).includes(got.visitor.address),
		'no whole address');
	await assertGoodInEveryLook(page, 'panel-access');

	await page.click('button[aria-label="Beëindigen: Mijn schadeapp"]');
	await sure(page, 'Beëindigen');
	await done(page, 'toegang van de app is beëindigd');
	assert.equal(await focused(page), 'summary');
	await page.waitForSelector('aside h4:has-text("Apps") + p:has-text("Geen")');
	assert.equal((await refresh(app, got.refresh_token)).status, 400);

	await page.route('**/end', (route) => route.fulfill({ status: 503,
		contentType: 'application/problem+json', body: '{}' }), { times: 1 });
	await rows('Aangemeld').locator('button').click();
	await sure(page, 'Beëindigen');
	await page.waitForSelector('aside [role=alert]:has-text("niet bereikbaar")');
	await page.click('aside button:has-text("Opnieuw proberen")');
	await rows('Aangemeld').locator('button').click();
	await sure(page, 'Beëindigen');
	await done(page, 'aanmelding is beëindigd');
	await page.waitForSelector('aside p:has-text("Op dit moment nergens")');
	const visit = await got.visitor.go('/identity/account');
	assert.doesNotMatch(visit.text, /pn-access/);
	assert.equal((await call('/account/mine',
		{ token: got.access_token })).status, 401);

	// Linked elsewhere since: it is nobody's to see here any more.
	load(account('pn-access', { [ORG]: '8-access', [OTHER]: '8-else' }));
	await page.click('aside summary');
	await page.click('aside summary');
	await page.waitForSelector('aside :text("hoort ook bij een andere")');
	assert.equal(await page.locator('aside details').isVisible(), false);
	await close();
});

test('what was done, in words, newest first, and more on demand', async () => {
	const who = user('pn-trail', { [ORG]: '8-trail' });

	for (let i = 0; i < 20; i++)
		hubctl('account', 'revoke', who.username);
	assert.ok(await signsIn(who.username, PASSWORD));
	const { page, close } = await signedIn(first, {}, pathOf('trail'));
	const rows = page.locator('main details.card li');

	await page.focus('main details.card summary');
	await page.keyboard.press('Enter');
	await rows.first().waitFor();
	assert.equal(await rows.count(), 20);
	const texts = await rows.allInnerTexts();
	assert.match(texts[0], /^Aangemeld\s.+door de eigenaar zelf/s);
	assert.match(texts[1], /^Overal afgemeld\s.+door een beheerder/s);
	await assertGoodInEveryLook(page, 'panel-trail');
	assert.doesNotMatch(texts.join(), /[a-z]\.[a-z]+_|revoked|signin/);
	await page.click('main details.card button:has-text("Meer tonen")');
	await rows.nth(20).waitFor();
	assert.equal(await focused(page), 'li');
	assert.match(await rows.last().innerText(), /Wachtwoord ingesteld/);

	// What is done now comes on top.
	await press(page, 'Blokkeren');
	await sure(page, 'Blokkeren');
	await rows.first().filter({ hasText: 'Account geblokkeerd' }).waitFor();
	assert.match(await rows.first().innerText(), new RegExp(first.username));
	await page.click('button:has-text("English")');
	assert.match(await rows.first().innerText(),
		/^Account blocked\s.+by pn-e1@/s);
	await close();
});

test('of two who change an address the second one is told', async () => {
	const a = await signedIn(first, {}, pathOf('late'));
	const b = await signedIn(second, {}, pathOf('late'));

	for (const { page } of [a, b]) {
		await press(page, 'E-mailadres wijzigen');
		await page.waitForSelector('dialog input');
	}
	await a.page.fill('dialog input', address('early'));
	await a.page.press('dialog input', 'Enter');
	await fact(a.page, 'Accountnaam', address('early'));
	await b.page.fill('dialog input', address('later'));
	await b.page.press('dialog input', 'Enter');
	await b.page.waitForSelector('[role=alert]:has-text("intussen gewijzigd")');
	await fact(b.page, 'Accountnaam', address('early'));
	await a.close();
	await b.close();
});

test('a lost session leads back to the popup, with the address', async () => {
	const who = employee('pn-lost-e');

	load(account('pn-lost', { [ORG]: '8-lost' }));
	const { page, close } = await anew(who, { viewport: PHONE },
		pathOf('lost'));
	await press(page, 'E-mailadres wijzigen');
	await page.fill('dialog input', address('typed'));
	hubctl('account', 'revoke', who.username);
	await page.press('dialog input', 'Enter');
	await page.waitForSelector('#username');
	await fillSignIn(page, who);
	await page.waitForSelector('dialog[open] :text("E-mailadres wijzigen")');
	assert.equal(await page.inputValue('dialog input'), address('typed'));
	await shot(page, 'panel-email-phone');
	await page.press('dialog input', 'Enter');
	await fact(page, 'Accountnaam', address('typed'));
	await close();
});
