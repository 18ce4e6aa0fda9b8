// The customer's own pages, as a customer uses them in a real browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HTTPS, hubctl, load } from '../api/lib/hub.mjs';
import { account, contract, loadText, organization, username as nameOf }
	from '../api/lib/records.mjs';
import { openBrowser } from '../oidc/lib/browser.mjs';
import { App } from '../oidc/lib/factor.mjs';
import { setPassword } from '../oidc/lib/provider.mjs';
import { PHONE, assertGoodInEveryLook, assertNothingLeft, fillSignIn,
	tellWeight, usersOf, visit } from './lib/visit.mjs';

const HOME = `${HTTPS}/mijn/`;
const PASSWORD = 'twaalf trage tijgers';
const ORG = 'mijn-org', OTHER = 'mijn-other';
const CONTRACTS = 45;

let browser, driver, anew, newcomer, signedIn;

function user(name, dossiers, more) {
	load(account(`mijn-${name}`, dossiers, more));
	const username = nameOf(`mijn-${name}`);
	setPassword(username, PASSWORD);
	return { username, password: PASSWORD };
}

const one = (id, dossier, more) => contract(`mijn-c-${id}`, ORG, dossier, more);

before(async () => {
	load(organization(ORG, { name: 'Kantoor Noord' }),
		organization(OTHER, { name: 'Kantoor Zuid' }),
		...Array.from({ length: CONTRACTS }, (_, i) =>
			one(String(i).padStart(2, '0'), '1', {
				metadata: { description: `Polis ${i}`,
					contractNumber: `P-${i}`, effectiveDate: '2024-02-01' },
			})),
		one('first', '4', { metadata: { description: 'Eerste polis' } }));
	// JSON.stringify would not keep the last digit.
	loadText(`${JSON.stringify(one('whole', '2', {
		status: 'SUSPENDED',
		metadata: { description: '<b>Auto</b> & "aanhanger"',
			effectiveDate: '2024-02-01', netPremiumInstallment: 'N' },
		content: { party: [{ entityType: 'policyHolder', refKey: 'p1',
			surname: 'Bakker' }], premium: [] },
	})).replace('"N"', '85.90')}\n`);
	driver = user('driver', { [ORG]: '2' });
	browser = await openBrowser();
	({ anew, newcomer, signedIn } = usersOf(browser, HOME));
});

after(() => browser?.close());

test('own data, organisations and contracts, page by page', async () => {
	const who = user('all', { [ORG]: '1', [OTHER]: 'Z9' });
	const { page, close } = await anew(who);

	await page.waitForSelector('text=Polis 0');
	await page.waitForSelector('text=Kantoor Zuid');
	assert.equal(page.url(), HOME);
	await assertNothingLeft(page);
	assert.equal(await page.textContent('h1'), 'Welkom, Test mijn-all');
	const text = await page.innerText('main');
	for (const part of [who.username, 'Kantoor Noord', 'Dossier Z9',
		'vanaf 1 februari 2024', 'Lopend'])
		assert.ok(text.includes(part), part);

	const rows = page.locator('.contracts li');
	assert.equal(await rows.count(), 20);
	await page.click('text=Meer tonen');
	await rows.nth(39).waitFor();
	assert.equal(await page.evaluate(() =>
		globalThis.document.activeElement.textContent), 'Polis 20');
	await page.click('text=Meer tonen');
	await rows.nth(CONTRACTS - 1).waitFor();
	assert.equal(await page.isVisible('text=Meer tonen'), false);
	assert.equal(new Set(await rows.locator('a').allTextContents()).size,
		CONTRACTS);
	await close();
});

test('a contract opens directly, whole and as it was written', async () => {
	const { page, close } = await signedIn(driver, {}, 'contract/mijn-c-whole');

	await page.waitForSelector('h1:has-text("Auto")');
	assert.equal(page.url(), `${HOME}contract/mijn-c-whole`);
	assert.equal(await page.textContent('h1'), '<b>Auto</b> & "aanhanger"');
	const text = await page.innerText('main');
	for (const part of ['Opgeschort', 'Verzekeringnemer', 'Bakker',
		'1 februari 2024', '85.90'])
		assert.ok(text.includes(part), part);
	await page.click('text=Terug naar mijn gegevens');
	await page.waitForSelector('.contracts li');
	assert.equal(await page.locator('.contracts li').count(), 1);
	await page.goBack();
	await page.waitForSelector('text=Verzekeringnemer');
	await close();
});

test('the contract of another is not found, like none', async () => {
	const who = user('not-mine', { [ORG]: '3' });
	const { page, close } = await anew(who, {}, 'contract/mijn-c-whole');

	await page.waitForSelector('h1:has-text("Niet gevonden")');
	const text = await page.innerText('main');
	for (const path of ['contract/no-such', 'contract/%2F', 'contract/%ff',
		'nowhere']) {
		await page.goto(`${HOME}${path}`);
		await page.waitForSelector('h1:has-text("Niet gevonden")');
		assert.equal(await page.innerText('main'), text);
	}
	await page.click('text=Naar het begin');
	await page.waitForSelector('text=Er zijn geen contracten.');
	await close();
});

test('the whole way of a customer, to a sign-in with a code', async () => {
	const { username } = user('first', { [ORG]: '4' });
	const temporary = hubctl('account', 'reset-password', username)
		.trim().split('\n').at(-1);
	const password = 'zeven zachte zebras';
	const { page, close } = await anew({ username, password: temporary },
		{ viewport: PHONE }, 'contract/mijn-c-first');

	await page.waitForURL(/\/identity\/password\?/);
	await page.fill('#new_password', password);
	await page.fill('#new_password_repeat', password);
	await page.keyboard.press('Enter');
	await page.waitForSelector('h1:has-text("Eerste polis")');
	assert.equal(page.url(), `${HOME}contract/mijn-c-first`);
	await page.click('text=Terug naar mijn gegevens');
	await page.click('text=Mijn account en wachtwoord');
	await page.waitForURL(/\/identity\/account$/);
	await page.goBack();
	await page.click('text=Aanmelden in twee stappen');
	await page.waitForSelector('img.qr');
	const app = App.of({ text: await page.content() });
	await page.fill('#code', await app.code());
	await page.press('#code', 'Enter');
	await page.waitForSelector('.codes li');

	await page.goto(HOME);
	await page.waitForSelector('.contracts li');
	await page.click('text=Afmelden');
	await fillSignIn(page, { username, password });
	await page.waitForURL(/\/identity\/second-factor\?/);
	await page.fill('#code', await app.code());
	await page.press('#code', 'Enter');
	await page.waitForSelector('.contracts li:has-text("Eerste polis")');
	assert.equal(page.url(), HOME);
	await assertNothingLeft(page);
	await close();
});

test('the password is changed at the hub, and signing out ends it', async () => {
	const { page, close } = await anew(driver);
	let posted = '';

	await page.waitForSelector('.contracts li');
	assert.equal(await page.getAttribute('a:has-text("Mijn account en wachtwoord")',
		'href'), '/identity/account');
	page.on('request', (request) => {
		if (request.url().includes('/identity/logout'))
			posted = `${request.method()} ${request.url()}`;
	});
	await page.click('text=Afmelden');
	await page.waitForSelector('#username');
	assert.equal(posted, `POST ${HTTPS}/identity/logout`);
	await assertNothingLeftOfSignIn(page);
	await close();
});

// At the sign-in form again only what the next answer needs is kept.
async function assertNothingLeftOfSignIn(page) {
	await page.goto(`${HTTPS}/web/lib/hub.svg`);
	const names = await page.evaluate(() =>
		Object.keys(globalThis.sessionStorage));
	assert.deepEqual(names, ['hub.mijn.asked']);
}

test('a reload asks nothing, a lost session leads back here', async () => {
	const { page, close } = await anew(driver, {}, 'contract/mijn-c-whole');
	const asked = [];

	await page.waitForSelector('h1:has-text("Auto")');
	page.on('request', (request) => {
		if (request.url().includes('/identity/authorize'))
			asked.push(new URL(request.url()).searchParams.get('prompt'));
	});
	await page.reload();
	await page.waitForSelector('h1:has-text("Auto")');
	assert.deepEqual(asked, ['none']);
	await page.context().clearCookies();
	await page.reload();
	await page.waitForSelector('#username');
	assert.deepEqual(asked, ['none', 'none', null]);
	await fillSignIn(page, driver);
	await page.waitForSelector('h1:has-text("Auto")');
	assert.equal(page.url(), `${HOME}contract/mijn-c-whole`);
	await close();
});

test('a token that is refused is renewed, once for all', async () => {
	const { page, close } = await newcomer();
	const grants = [];
	const refused = new Set();

	page.on('request', (request) => {
		if (request.url().endsWith('/identity/token'))
			grants.push(new URLSearchParams(request.postData())
				.get('grant_type'));
	});
	await page.goto(HOME);
	await page.route(/\/(organizations\/mine|mycontracts)/, (route) => {
		const { pathname } = new URL(route.request().url());
		if (refused.has(pathname))
			return route.continue();
		refused.add(pathname);
		return route.fulfill({ status: 401,
			contentType: 'application/problem+json', body: '{}' });
	});
	await fillSignIn(page, driver);
	await page.waitForSelector('.contracts li');
	await page.waitForSelector('strong:has-text("Kantoor Noord")');
	assert.equal(refused.size, 2);
	assert.deepEqual(grants, ['authorization_code', 'refresh_token']);
	await assertNothingLeft(page);
	await close();
});

test('an answer nobody here asked for signs nobody in', async () => {
	const { page, close } = await newcomer();
	const tokens = [];

	page.on('request', (request) => {
		if (request.url().endsWith('/identity/token'))
			tokens.push(request.url());
	});
	await page.goto(`${HOME}?code=${'c'.repeat(43)}&state=x&iss=` +
		encodeURIComponent(`${HTTPS}/identity`));
	await page.waitForSelector('[role=alert]');
	assert.equal(page.url(), HOME, 'the code is gone from the address');
	assert.deepEqual(tokens, []);
	await page.click('button:has-text("Opnieuw aanmelden")');
	await page.waitForSelector('#username');
	await close();
});

test('the issuer and the state of an answer are looked at', async () => {
	for (const name of ['iss', 'state']) {
		const { page, close } = await visit(browser);

		await page.addInitScript((changed) => {
			const { history, location } = globalThis;
			const query = new URLSearchParams(location.search);
			if (query.has('code')) {
				query.set(changed, 'https://attacker.example');
				history.replaceState(null, '', `?${query}`);
			}
		}, name);
		await page.goto(HOME);
		await fillSignIn(page, driver);
		await page.waitForSelector('[role=alert]');
		assert.equal(page.url(), HOME);
		await close();
	}
});

test('what cannot be reached says so, and can be asked again', async () => {
	const { page, close } = await signedIn(driver);

	await page.waitForSelector('.contracts li');
	await page.route('**/contract/**', (route) => route.abort());
	await page.click('.contracts a');
	await page.waitForSelector('[role=alert]');
	assert.match(await page.innerText('[role=alert]'), /niet bereikbaar/);
	await page.unroute('**/contract/**');
	await page.click('text=Opnieuw proberen');
	await page.waitForSelector('h1:has-text("Auto")');
	await close();
});

test('the language is chosen once and remembered', async () => {
	const { page, close } = await anew(driver);

	await page.waitForSelector('.contracts li');
	await page.click('button:has-text("English")');
	assert.equal(await page.getAttribute('html', 'lang'), 'en');
	assert.match(await page.textContent('h1'), /^Welcome, /);
	assert.equal(await page.title(), 'My data - hub');
	await page.reload();
	await page.waitForSelector('.contracts li');
	assert.match(await page.innerText('main'), /My account and password/);
	assert.equal(await page.getAttribute('button:has-text("English")',
		'aria-pressed'), 'true');
	await close();
});

test('good to look at and to hear, in every look', async () => {
	const { page, close } = await signedIn(driver);

	await page.waitForSelector('.contracts li');
	await page.waitForSelector('strong:has-text("Kantoor Noord")');
	await page.waitForSelector(`footer :text("${driver.username}")`);
	await assertGoodInEveryLook(page, 'mijn');
	await page.click('.contracts a');
	await page.waitForSelector('h1:has-text("Auto")');
	await assertGoodInEveryLook(page, 'mijn-contract');
	await page.goto(`${HOME}nowhere`);
	await page.waitForSelector('h1:has-text("Niet gevonden")');
	await assertGoodInEveryLook(page, 'mijn-missing');
	await close();
});

test('the weight of the first load', async (context) => {
	const { page, close } = await signedIn(driver);

	await page.waitForSelector('.contracts li');
	await tellWeight(page, context, 'mijn');
	await close();
});
