// The managers' pages: the employees of an organisation and its log, as those
// who may and those who may not come to them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { HTTPS, hubctl, load } from '../api/lib/hub.mjs';
import { account, organization, username as nameOf }
	from '../api/lib/records.mjs';
import { openBrowser } from '../oidc/lib/browser.mjs';
import { setPassword } from '../oidc/lib/provider.mjs';
import { PHONE, assertGood, assertGoodInEveryLook, assertNothingLeft,
	fillSignIn, usersOf } from './lib/visit.mjs';

const HOME = `${HTTPS}/beheer/`;
const PASSWORD = 'elf ernstige egels';
const TEMPORARY = /^[a-z0-9]{6}(-[a-z0-9]{6}){2}$/i;
const ORG = 'staff-org', OTHER = 'staff-other', ELSE = 'staff-else';
const STAFF = 'h1:has-text("Medewerkers")', LOG = 'h1:has-text("Logboek")';

let browser, head, both, plain, anew, signedIn;

function user(id, roles) {
	load(account(id, {}, { groupIds: [], firstName: 'Werk', lastName: id,
		organizationIds: Object.keys(roles), roles }));
	setPassword(nameOf(id), PASSWORD);
	return { username: nameOf(id), password: PASSWORD };
}

before(async () => {
	load(organization(ORG, { name: 'Kantoor Noord' }),
		organization(OTHER, { name: 'Kantoor Midden' }),
		organization(ELSE, { name: 'Kantoor Elders' }),
		{ type: 'contact', id: 'st-c1', organizationId: ORG,
			dossierNumber: '9-1', kind: 'person', firstName: 'Anna',
			lastName: 'Stc' });
	head = user('st-head', { [ORG]: ['103'] });
	both = user('st-both', { [ORG]: ['103'], [OTHER]: ['103'] });
	plain = user('st-plain', { [ORG]: ['102'] });
	user('st-old', { [ORG]: ['102'] });
	user('st-elsewhere', { [ELSE]: ['102'] });
	load(...Array.from({ length: 22 }, (_, i) => account(`st-many${i}`, {}, {
		groupIds: [], organizationIds: [OTHER], roles: { [OTHER]: ['102'] } })));
	browser = await openBrowser();
	({ anew, signedIn } = usersOf(browser, HOME));
});

after(() => browser?.close());

const rowOf = (page, id) => page.locator('.people > li',
	{ hasText: nameOf(id) });
const press = (page, id, text) =>
	rowOf(page, id).locator(`button:has-text("${text}")`).click();
const answerIs = (page, text) =>
	page.waitForSelector(`[role=status]:has-text("${text}")`);

// The roles that the hub knows of, by its own tool.
const rolesOf = (id) => hubctl('account', 'list', '--organization', ORG)
	.split('\n').find((line) => line.includes(nameOf(id))) ?? '';

test('the menu is for managers, and goes where it says', async () => {
	const { page, close } = await signedIn(head);

	await page.waitForSelector('#menu a');
	assert.deepEqual(await page.locator('#menu a').allInnerTexts(),
		['Zoeken', 'Medewerkers', 'Logboek']);
	assert.equal(await page.innerText('#menu [aria-current=page]'), 'Zoeken');
	await page.click('#menu a:has-text("Medewerkers")');
	await page.waitForSelector(STAFF);
	assert.equal(page.url(), `${HOME}employees`);
	assert.equal(await page.innerText('#menu [aria-current=page]'),
		'Medewerkers');
	await page.click('#menu a:has-text("Logboek")');
	await page.waitForSelector(LOG);
	await page.goBack();
	await page.waitForSelector(STAFF);
	await page.click('footer button:has-text("English")');
	assert.equal(await page.innerText('#menu [aria-current=page]'),
		'Employees');
	await close();
});

test('another employee has no menu, and learns why', async () => {
	for (const path of ['employees', 'audit']) {
		const { page, close } = await signedIn(plain, {}, path);

		await page.waitForSelector('.alert:has-text("Organisatiebeheerder")');
		assert.equal(await page.locator('#menu a').count(), 0);
		assert.equal(await page.locator('.people, .events').count(), 0);
		await assertGood(page, `${path} for another employee`);
		await page.click('main a:has-text("Naar zoeken")');
		await page.waitForSelector('input[type=search]');
		await close();
	}
});

test('an address of these pages survives sign-in', async () => {
	const { page, close } = await anew(head, {}, 'employees');

	await page.waitForSelector(STAFF);
	assert.equal(page.url(), `${HOME}employees`);
	await assertNothingLeft(page);
	await close();
});

test('who works here, and nobody else', async () => {
	const { page, close } = await signedIn(head, {}, 'employees');

	await rowOf(page, 'st-plain').waitFor();
	const text = await page.innerText('.people');
	for (const id of ['st-head', 'st-both', 'st-plain', 'st-old'])
		assert.ok(text.includes(nameOf(id)), id);
	assert.ok(!text.includes('st-elsewhere') && !text.includes('st-many'));
	const me = rowOf(page, 'st-head');
	assert.match(await me.innerText(), /Dit bent u/);
	assert.equal(await me.locator('button').count(), 0);
	assert.match(await rowOf(page, 'st-plain').innerText(),
		/Relatiebeheerder/);
	await assertGoodInEveryLook(page, 'staff');
	await close();
});

test('a role is taken and given', async () => {
	const { page, close } = await signedIn(head, {}, 'employees');

	await press(page, 'st-old', 'Rol afnemen');
	await page.click('dialog button:has-text("Annuleren")');
	assert.match(rolesOf('st-old'), /102/);
	await press(page, 'st-old', 'Rol afnemen');
	await page.waitForSelector('dialog[open]');
	await assertGood(page, 'taking a role');
	await page.keyboard.press('Tab');
	await page.click('dialog button[type=submit]');
	await answerIs(page, 'geen Relatiebeheerder meer');
	assert.doesNotMatch(rolesOf('st-old'), /102/);
	assert.match(await rowOf(page, 'st-old').innerText(), /Geen rol/);
	await press(page, 'st-old', 'Rol geven');
	await page.click('dialog button[type=submit]');
	await answerIs(page, 'is nu Relatiebeheerder');
	assert.match(rolesOf('st-old'), /102/);
	await close();
});

test('what a colleague did meanwhile is shown, not undone', async () => {
	const { page, close } = await signedIn(head, {}, 'employees');
	const role = (how) => hubctl('account', 'role', nameOf('st-old'),
		'--organization', ORG, how, '102');

	await rowOf(page, 'st-old').waitFor();
	role('--take');
	await press(page, 'st-old', 'Rol afnemen');
	await page.waitForSelector('.alert:has-text("Iemand anders")');
	assert.match(await rowOf(page, 'st-old').innerText(), /Geen rol/);
	// Between the question and the answer to it.
	await press(page, 'st-old', 'Rol geven');
	await page.waitForSelector('dialog[open]');
	role('--give');
	await page.click('dialog button[type=submit]');
	await page.waitForSelector('.alert:has-text("Iemand anders")');
	assert.match(await rowOf(page, 'st-old').innerText(), /Relatiebeheerder/);
	await close();
});

test('a colleague is added, with a role, and signs in', async () => {
	const { page, close } = await signedIn(head, PHONE, 'employees');
	const email = 'st-anew@api-test.example';

	await page.click('button:has-text("Medewerker toevoegen")');
	await page.waitForSelector('dialog[open]');
	await assertGood(page, 'adding an employee');
	await page.press('dialog input[type=email]', 'Enter');
	await page.waitForSelector('dialog .error:has-text("Vul")');
	await page.fill('dialog input[type=email]', 'geen adres');
	await page.press('dialog input[type=email]', 'Enter');
	await page.waitForSelector('dialog .error:has-text("geen e-mailadres")');
	await page.fill('dialog input[type=email]', nameOf('st-elsewhere'));
	await page.press('dialog input[type=email]', 'Enter');
	await page.waitForSelector('dialog .error:has-text("ander account")');
	assert.equal(await page.inputValue('dialog input[type=email]'),
		nameOf('st-elsewhere'));
	assert.ok(await page.isChecked('dialog input[type=checkbox]'));
	await page.fill('dialog input[type=email]', email);
	await page.press('dialog input[type=email]', 'Enter');
	await page.waitForSelector('output');
	const password = await page.textContent('output');
	assert.match(password, TEMPORARY);
	assert.equal(await page.innerText('.where .address'), HOME);
	await page.waitForSelector(`.people li:has-text("${email}")`);
	await assertGoodInEveryLook(page, 'staff-password');
	await page.click('button:has-text("Verbergen")');
	assert.ok(!(await page.content()).includes(password));
	await close();

	const there = await anew({ username: email, password });
	await there.page.waitForSelector('#new-password, [name=new_password], ' +
		'input[autocomplete=new-password]');
	await there.close();
});

test('another temporary password for a colleague', async () => {
	const { page, close } = await signedIn(head, {}, 'employees');

	await press(page, 'st-old', 'Nieuw tijdelijk wachtwoord');
	await page.click('dialog button[type=submit]');
	await page.waitForSelector('output');
	assert.match(await page.textContent('output'), TEMPORARY);
	assert.match(await rowOf(page, 'st-old').innerText(),
		/Wacht op eerste aanmelding/);
	setPassword(nameOf('st-old'), PASSWORD);
	await close();
});

test('what is typed comes back after a lost session', async () => {
	const { page, close } = await anew(both, {}, 'employees');

	await page.waitForSelector('select');
	await page.selectOption('.line select', OTHER);
	await page.click('button:has-text("Medewerker toevoegen")');
	await page.fill('dialog input[type=email]', 'st-typed@api-test.example');
	await page.uncheck('dialog input[type=checkbox]');
	hubctl('account', 'revoke', both.username);
	await page.press('dialog input[type=email]', 'Enter');
	await page.waitForSelector('#username');
	await fillSignIn(page, both);
	await page.waitForSelector('dialog[open]');
	assert.equal(await page.inputValue('dialog input[type=email]'),
		'st-typed@api-test.example');
	assert.equal(await page.isChecked('dialog input[type=checkbox]'), false);
	assert.equal(await page.inputValue('.line select'), OTHER);
	await close();
});

test('one of several organisations at a time', async () => {
	const { page, close } = await signedIn(both, {}, 'employees');

	await page.waitForSelector('select');
	await page.selectOption('.line select', OTHER);
	await page.waitForSelector('.people li:has-text("st-many")');
	assert.ok(!(await page.innerText('.people')).includes('st-plain'));
	await page.click('text=Meer tonen');
	await page.locator('.people > li').nth(22).waitFor();
	await close();
});

test('the log, narrowed down', async () => {
	const { page, close } = await signedIn(head, {}, 'audit');

	await page.waitForSelector('.events li');
	const text = await page.innerText('.events');
	assert.match(text, /Rol gegeven/);
	assert.ok(!text.includes('st-elsewhere'));
	await page.selectOption('select >> nth=0', 'role.taken');
	await page.click('button:has-text("Tonen")');
	await page.waitForFunction(() => [...globalThis.document
		.querySelectorAll('.events strong')]
		.every((e) => e.textContent === 'Rol afgenomen'));
	assert.ok(await page.locator('.events li').count() >= 2);
	await page.fill('input[type=date] >> nth=1', '2020-01-01');
	await page.click('button:has-text("Tonen")');
	await page.waitForSelector('text=Geen gebeurtenissen gevonden');
	await page.fill('input[type=date] >> nth=0', '2021-01-01');
	await page.click('button:has-text("Tonen")');
	await page.waitForSelector('.error:has-text("voor de eerste")');
	await assertGood(page, 'dates in the wrong order');
	await page.fill('input[type=date] >> nth=0', '');
	await page.fill('input[type=date] >> nth=1', '');
	await page.selectOption('select >> nth=0', '');
	await page.selectOption('select >> nth=1',
		{ label: nameOf('st-old') });
	await page.click('button:has-text("Tonen")');
	await page.waitForSelector('.events li');
	for (const row of await page.locator('.events li').allInnerTexts())
		assert.match(row, /st-old/);
	await assertGoodInEveryLook(page, 'log');
	await close();
});

test('more of the log, and its filters after the way back', async () => {
	const { page, close } = await signedIn(head, {}, 'audit');
	const role = (how) => hubctl('account', 'role', nameOf('st-old'),
		'--organization', ORG, how, '102');

	for (let i = 0; i < 11; i++) {
		role('--take');
		role('--give');
	}
	await page.waitForSelector('.events li');
	await page.selectOption('select >> nth=0', 'role.given');
	await page.click('button:has-text("Tonen")');
	await page.waitForFunction(() => globalThis.document
		.querySelectorAll('.events li').length > 9);
	await page.click('#menu a:has-text("Medewerkers")');
	await page.waitForSelector(STAFF);
	await page.goBack();
	await page.waitForSelector(LOG);
	assert.equal(await page.inputValue('select >> nth=0'), 'role.given');
	await page.selectOption('select >> nth=0', '');
	await page.click('button:has-text("Tonen")');
	await page.waitForSelector('text=De nieuwste 20 gebeurtenissen');
	await page.click('text=Meer tonen');
	await page.locator('.events li').nth(20).waitFor();
	await close();
});

test('the log as a file, which no address gives away', async () => {
	const { page, close } = await signedIn(head, {}, 'audit');
	const asked = [];

	await page.waitForSelector('.events li');
	page.on('request', (request) => asked.push(request.url()));
	const [download] = await Promise.all([page.waitForEvent('download'),
		page.click('button:has-text("Downloaden als CSV")')]);
	assert.match(download.suggestedFilename(),
		/^logboek-staff-org-20\d\d-\d\d-\d\d\.csv$/);
	const text = fs.readFileSync(await download.path(), 'utf8');
	assert.ok(text.startsWith(
		'\ufefftime,event,account,username,by,source,contact,detail\r\n'));
	assert.match(text, /,role\.given,/);
	assert.ok(asked.every((url) => !/eyJ|token/.test(url)), String(asked));
	await answerIs(page, 'gedownload');
	await close();
});

test('the log without its employees, and of another organisation', async () => {
	const { page, close } = await signedIn(both, {}, 'audit');
	const who = 'select >> nth=2';

	await page.waitForSelector('.line select');
	await page.selectOption('.line select', ORG);
	await page.waitForSelector('.events li');
	await page.waitForSelector(`option:has-text("${nameOf('st-old')}")`,
		{ state: 'attached' });
	await page.selectOption(who, { label: nameOf('st-old') });
	await page.click('button:has-text("Tonen")');
	const asked = page.waitForRequest((request) =>
		request.url().includes(`/${OTHER}/audit`));
	await page.selectOption('.line select', OTHER);
	assert.doesNotMatch((await asked).url(), /account=/,
		'whom the other organisation does not know is not asked for');
	await page.waitForSelector(`option:has-text("${nameOf('st-many0')}")`,
		{ state: 'attached' });
	assert.equal(await page.locator('option',
		{ hasText: nameOf('st-old') }).count(), 0);

	await page.route('**/employees?*', (route) => route.fulfill({ status: 503,
		contentType: 'application/problem+json', body: '{}' }));
	await page.selectOption('.line select', ORG);
	await page.waitForSelector('.events li');
	assert.equal(await page.locator(`${who} >> option`).count(), 1);
	// The way back to the page needs them no more than the choice does.
	await page.click('#menu a:has-text("Medewerkers")');
	await page.waitForSelector(STAFF);
	await page.goBack();
	await page.waitForSelector('.events li');
	await close();
});
