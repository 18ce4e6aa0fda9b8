// The employees' pages, as employees use them in a real browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as oidc from 'openid-client';
import { HTTPS, ROOT, STATE, call, hubctl, load } from '../api/lib/hub.mjs';
import { account, contract, contractPath, organization,
	username as nameOf } from '../api/lib/records.mjs';
import { openBrowser } from '../oidc/lib/browser.mjs';
import { Visitor } from '../oidc/lib/form.mjs';
import { ISSUER, REDIRECT, client, setPassword, signIn }
	from '../oidc/lib/provider.mjs';
import { PHONE, assertGood, assertGoodInEveryLook, assertNothingLeft,
	fillSignIn, shot, tellWeight, usersOf } from './lib/visit.mjs';

const HOME = `${HTTPS}/beheer/`;
const PASSWORD = 'elf ernstige egels';
const TEMPORARY = /^[a-z0-9]{3,}(-[a-z0-9]{3,}){2,}$/i;
const ORG = 'beheer-org', OTHER = 'beheer-other', EMPTY = 'beheer-empty';
const ADD = 'button:has-text("Account toevoegen")';
const SEARCH = 'input[type=search]';

let browser, first, second, customer, anew, newcomer, signedIn;

const contact = (id, more) => ({
	type: 'contact', id: `bh-${id}`, organizationId: ORG,
	dossierNumber: `7-${id}`, kind: 'person', firstName: 'Anna',
	lastName: `Bh${id}`, email: address(id), ...more,
});
const address = (id) => `bh-${id}@api-test.example`;
const pathOf = (id) => `contact/bh-${id}`;

function user(id, dossiers, more) {
	load(account(id, dossiers, more));
	setPassword(nameOf(id), PASSWORD);
	return { username: nameOf(id), password: PASSWORD };
}

const employee = (id, role) => user(id, {}, { groupIds: [],
	organizationIds: [ORG], roles: { [ORG]: [role] } });

before(async () => {
	load(organization(ORG, { name: 'Kantoor Oost' }),
		organization(OTHER, { name: 'Kantoor West' }),
		organization(EMPTY, { name: 'Kantoor Zuid' }),
		...['add', 'race', 'stale', 'lost', 'phone', 'story', 'keys', 'axe',
			'block', 'shared', 'late', 'many', 'expired', 'told'].map((id) => contact(id)),
		contact('accent', { firstName: 'Zoë', lastName: 'Bréton' }),
		contact('bare', { firstName: null, email: null, kind: 'company' }),
		{ ...contact('else'), organizationId: OTHER },
		...Array.from({ length: 23 }, (_, i) => contact(`many${i}`,
			{ firstName: 'Menig', lastName: `Velen${i}` })),
		{ ...contact('west'), organizationId: OTHER },
		contract('bh-c-1', ORG, '7-story', { metadata: {
			description: 'Woonhuis', effectiveDate: '2024-02-01' } }));
	first = employee('bh-e1', '102');
	second = employee('bh-e2', '103');
	customer = user('bh-customer', { [ORG]: '7-customer' });
	load(account('bh-late', { [ORG]: '7-late' }),
		account('bh-expired', { [ORG]: '7-expired' }),
		account('bh-told', { [ORG]: '7-told' }),
		account('bh-two', { [ORG]: '7-shared', [OTHER]: '7-west' }));
	browser = await openBrowser();
	({ anew, newcomer, signedIn } = usersOf(browser, HOME));
});

after(() => browser?.close());

// What a request is answered with in place of the hub.
const refusal = (status, body = {}, headers = {}) => (route) =>
	route.fulfill({ status, headers, body: JSON.stringify(body),
		contentType: 'application/problem+json' });

const panel = (page) => page.locator('aside');

// Makes the account of the contact that is shown; its temporary password.
async function make(page) {
	await page.click(ADD);
	await page.press('dialog input', 'Enter');
	await page.waitForSelector('output');
	return page.textContent('output');
}

const focused = (page) => page.evaluate(() =>
	globalThis.document.activeElement.localName);

test('straight to sign-in, then search, and nothing left behind', async () => {
	const { page, close } = await newcomer();

	await page.goto(HOME);
	await page.waitForURL(/\/identity\/login\?/);
	await fillSignIn(page, first);
	await page.waitForSelector(SEARCH);
	assert.equal(page.url(), HOME);
	await assertNothingLeft(page);
	assert.deepEqual(await page.evaluate(() => {
		const { document } = globalThis;
		const [one] = document.querySelectorAll('input, button, a, select');
		return [one.type, document.activeElement === one,
			document.querySelectorAll('input').length];
	}), ['search', true, 1]);

	await page.keyboard.type('breto');
	await page.waitForSelector('text=1 relatie gevonden');
	const hits = page.locator('.results li');
	assert.equal(await hits.locator('a').count(), 1);
	assert.match(await hits.locator('a').innerText(),
		/^Zoë Bréton\s+Dossier 7-accent$/);
	await page.fill(SEARCH, 'zoe 7-acc');
	await page.waitForSelector('text=1 relatie gevonden');
	await page.fill(SEARCH, 'nobodywhohasthisname');
	await page.waitForSelector('.empty:has-text("Geen relatie gevonden")');
	await page.fill(SEARCH, 'menig');
	await page.waitForSelector('text=De eerste 20 relaties');
	await page.click('text=Meer tonen');
	await hits.nth(22).waitFor();
	assert.equal(await hits.count(), 23);
	assert.equal(page.url(), HOME, 'no name in the address');

	await page.click('.results a >> nth=3');
	await page.waitForSelector(ADD);
	const name = await page.textContent('h1');
	assert.match(name, /^Menig Velen/);
	await page.goBack();
	await page.waitForSelector(SEARCH);
	assert.equal(await page.inputValue(SEARCH), 'menig');
	await close();
});

test('who has no employee\'s role sees why, and can sign out', async () => {
	for (const path of ['', pathOf('add')]) {
		const { page, close } = await anew(customer, {}, path);

		await page.waitForSelector('h1:has-text("U hebt hier geen toegang")');
		assert.equal(await page.locator(SEARCH).count(), 0);
		await page.click('main button:has-text("Afmelden")');
		await page.waitForSelector('#username');
		await close();
	}
});

test('a contact of another organisation is not found, like none', async () => {
	const { page, close } = await signedIn(first, {}, pathOf('else'));

	await page.waitForSelector('h1:has-text("Niet gevonden")');
	const text = await page.innerText('main');
	await page.goto(`${HOME}contact/no-such`);
	await page.waitForSelector('h1:has-text("Niet gevonden")');
	assert.equal(await page.innerText('main'), text);
	await close();
});

test('an account is made, its password shown once', async () => {
	const { page, close } = await signedIn(first, {}, pathOf('add'));

	await page.waitForSelector(ADD);
	assert.equal(page.url(), HOME + pathOf('add'));
	assert.match(await page.innerText('main'), /7-add[^]*Kantoor Oost/);
	await page.click(ADD);
	const field = page.locator('dialog input');
	assert.equal(await field.count(), 1);
	assert.equal(await field.inputValue(), address('add'));
	assert.equal(await page.locator('dialog button').last()
		.getAttribute('type'), 'submit');
	for (const [typed, told] of [['', /Vul een e-mailadres in/],
		['geen adres', /geen e-mailadres/],
		[customer.username, /hoort al bij een ander account/]]) {
		await field.fill(typed);
		await field.press('Enter');
		await page.locator('dialog .error', { hasText: told }).waitFor();
		assert.equal(await field.inputValue(), typed);
		assert.equal(await field.getAttribute('aria-invalid'), 'true');
		assert.equal(await focused(page), 'input');
	}
	await field.fill('bh-other@api-test.example');
	await field.press('Enter');
	await page.waitForSelector('output');
	const password = await page.textContent('output');
	assert.match(password, TEMPORARY);
	assert.match(await panel(page).innerText(), /Geldig tot \d/);
	await page.context().grantPermissions(['clipboard-read',
		'clipboard-write'], { origin: HTTPS });
	const copied = () => page.evaluate(() =>
		globalThis.navigator.clipboard.readText());
	await page.click('button:text-is("Kopiëren")');
	await page.waitForSelector('[role=status]:text-is("Gekopieerd")');
	assert.equal(await copied(), password);
	await page.click('button:text-is("Adres kopiëren")');
	await page.waitForSelector('[role=status]:text-is("Adres gekopieerd")');
	assert.equal(await copied(), `${HTTPS}/mijn/`);
	await page.reload();
	await assertHasAccount(page, 'bh-other@api-test.example', password);
	await close();

	const colleague = await signedIn(second, {}, pathOf('add'));
	await assertHasAccount(colleague.page, 'bh-other@api-test.example', password);
	await colleague.close();
});

async function assertHasAccount(page, username, password) {
	await panel(page).locator('dt:has-text("Accountnaam (e-mail)") + dd',
		{ hasText: username }).waitFor();
	assert.equal(await page.locator(ADD).count(), 0);
	assert.ok(!(await page.content()).includes(password));
}

test('by keyboard alone, from search to password', async () => {
	const { page, close } = await signedIn(first);

	await page.waitForSelector(SEARCH);
	await page.keyboard.type('7-keys');
	await page.waitForSelector('text=1 relatie gevonden');
	await page.keyboard.press('ArrowDown');
	assert.equal(await focused(page), 'a');
	await page.keyboard.press('ArrowUp');
	assert.equal(await focused(page), 'input');
	await page.keyboard.press('Enter');
	await page.waitForSelector(ADD);
	assert.equal(await focused(page), 'h1');
	for (let i = 0; i < 10 && await page.evaluate(() =>
		globalThis.document.activeElement.textContent) !==
		'Account toevoegen'; i++)
		await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await page.waitForSelector('dialog[open]');
	assert.equal(await focused(page), 'input');
	await page.keyboard.press('Escape');
	await page.waitForSelector('dialog', { state: 'detached' });
	assert.equal(await focused(page), 'button');
	await page.keyboard.press('Enter');
	await page.waitForSelector('dialog[open]');
	await page.keyboard.press('Enter');
	await page.waitForSelector('output:focus');
	await page.waitForSelector('dialog', { state: 'detached' });
	assert.equal(await focused(page), 'output');
	await close();
});

test('reset, block and unblock', async () => {
	const { page, close } = await signedIn(first, {}, pathOf('block'));

	await page.waitForSelector(ADD);
	const old = await make(page);
	await page.waitForSelector('text=Laatst aangemeld');
	assert.match(await panel(page).innerText(), /Wacht op eerste aanmelding/);
	await page.click('button:has-text("Nieuw tijdelijk wachtwoord")');
	await page.click('dialog button:has-text("Wachtwoord maken")');
	await page.locator('output', { hasNotText: old }).waitFor();
	const visitor = new Visitor();
	const refused = await signIn(visitor, { username: address('block'),
		password: old }, '/identity/login');
	assert.equal(refused.location, undefined);

	await page.click('button:has-text("Blokkeren")');
	await page.click('dialog button:has-text("Blokkeren")');
	await page.waitForSelector('[role=status]:has-text("is geblokkeerd")');
	assert.equal(await page.locator('output').count(), 0);
	await page.click('button:has-text("Deblokkeren")');
	await page.waitForSelector('[role=status]:has-text("weer te gebruiken")');
	await page.waitForSelector('button:has-text("Blokkeren")');
	await close();
});

test('the bar is one row or stands at the end, for a long address too',
	async () => {
		const long = 'bh-with-an-address-that-is-much-longer-than-most-are-and-' +
			'goes-on';
		const { page, close } = await anew(employee(long, '102'));

		await page.waitForSelector(`footer :text("${long}")`);
		for (const [width, isRow] of [[360, false], [640, false], [768, true],
			[1280, true]]) {
			await page.setViewportSize({ width, height: 500 });
			await shot(page, `beheer-bar-${width}`);
			assert.deepEqual(await page.evaluate(() => {
				const { document, innerWidth } = globalThis;
				const [header, main, footer] = ['header', 'main', 'footer']
					.map((name) => document.querySelector(name)
						.getBoundingClientRect());
				return {
					isRow: header.top === footer.top &&
						header.height === footer.height,
					isLast: footer.top >= main.bottom,
					low: header.height < 80,
					wide: document.documentElement.scrollWidth > innerWidth,
				};
			}), { isRow, isLast: !isRow, low: true, wide: false }, `${width}`);
		}
		await close();
	});

test('of two employees at once one makes the account, the other is told',
	async () => {
		const a = await signedIn(first, {}, pathOf('race'));
		const b = await signedIn(second, {}, pathOf('race'));

		for (const { page } of [a, b])
			await page.click(ADD);
		await a.page.press('dialog input', 'Enter');
		await a.page.waitForSelector('output');
		await b.page.fill('dialog input', 'bh-second@api-test.example');
		await b.page.press('dialog input', 'Enter');
		await b.page.waitForSelector('[role=alert]:has-text("net voor")');
		await assertHasAccount(b.page, address('race'),
			await a.page.textContent('output'));
		await a.close();
		await b.close();
	});

test('who decides on what has changed meanwhile is told', async () => {
	const a = await signedIn(first, {}, pathOf('stale'));
	await a.page.waitForSelector(ADD);
	const password = await make(a.page);
	const b = await signedIn(second, {}, pathOf('stale'));
	const answers = [];
	const told = (page) => page.waitForSelector(
		'[role=alert]:has-text("intussen gewijzigd")');

	for (const { page } of [a, b])
		page.on('response', (answer) => {
			if (/\/contacts\/.*\/account\/[a-z-]+$/.test(answer.url()))
				answers.push(answer.status());
		});
	await b.page.click('button:has-text("Blokkeren")');
	await b.page.click('dialog button:has-text("Blokkeren")');
	await b.page.waitForSelector('button:has-text("Deblokkeren")');
	await a.page.click('button:has-text("Nieuw tijdelijk wachtwoord")');
	await a.page.click('dialog button:has-text("Wachtwoord maken")');
	await told(a.page);
	assert.equal(await focused(a.page), 'h2');
	await panel(a.page).locator('dd:has-text("Geblokkeerd")').waitFor();
	assert.equal(await a.page.textContent('output'), password,
		'what was shown once is still there to be passed on');
	await a.page.click('button:has-text("Deblokkeren")');
	await a.page.waitForSelector('button:has-text("Blokkeren")');
	await b.page.click('button:has-text("Deblokkeren")');
	await told(b.page);
	await b.page.waitForSelector('button:has-text("Blokkeren")');
	assert.deepEqual(answers, [200, 412, 200, 412]);
	await a.close();
	await b.close();

	const form = await signIn(new Visitor(),
		{ username: address('stale'), password }, '/identity/login');
	assert.match(form.text, /name="new_password"/);
});

test('a temporary password that has expired is replaced', async () => {
	const username = nameOf('bh-expired');
	// As if it had been made four days ago.
	const old = execFileSync('faketime', ['-f', '-4d',
		path.join(ROOT, 'scripts/hubctl'), '--state', STATE, 'account',
		'reset-password', username], { encoding: 'utf8' })
		.trimEnd().split('\n').at(-1);
	const { page, close } = await signedIn(first);
	const state = (text) => panel(page).locator(`dd:has-text("${text}")`)
		.waitFor();

	await page.fill(SEARCH, '7-expired');
	await page.waitForSelector('.results li:has-text("verlopen")');
	await page.press(SEARCH, 'Enter');
	await state('Tijdelijk wachtwoord verlopen');
	await panel(page).locator('p:has-text("kan zich er niet meer mee")')
		.waitFor();
	await shot(page, 'beheer-expired-desk');
	await assertGood(page, 'an expired password');
	const refused = await signIn(new Visitor(), { username, password: old },
		'/identity/login');
	assert.equal(refused.status, 403);
	assert.match(refused.text, /verlopen/);

	await page.click('button:has-text("Nieuw tijdelijk wachtwoord")');
	await page.click('dialog button:has-text("Wachtwoord maken")');
	await page.waitForSelector('output');
	const password = await page.textContent('output');
	assert.match(password, TEMPORARY);
	await state('Wacht op eerste aanmelding');
	assert.doesNotMatch(await panel(page).innerText(), /verlopen/);
	const form = await signIn(new Visitor(), { username, password },
		'/identity/login');
	assert.match(form.text, /name="new_password"/);
	await close();
});

test('an organisation without contacts: the page explains', async () => {
	const who = user('bh-empty', {}, { groupIds: [],
		organizationIds: [EMPTY, ORG],
		roles: { [EMPTY]: ['102'], [ORG]: ['102'] } });
	const alone = user('bh-alone', {}, { groupIds: [],
		organizationIds: [EMPTY], roles: { [EMPTY]: ['103'] } });
	const explained = '.results:has-text("Er zijn nog geen relaties")' +
		':has-text("administratie")';

	for (const [colleague, chosen] of [[who, EMPTY], [alone, null]]) {
		const { page, close } = await anew(colleague);

		await page.waitForSelector('.results');
		if (chosen !== null) {
			await page.waitForSelector('.results li');
			await page.selectOption('select', chosen);
		}
		await page.waitForSelector(explained);
		assert.equal(await page.locator('.results li').count(), 0);
		await shot(page, `beheer-empty-${chosen ?? 'alone'}`);
		await assertGood(page, 'an organisation without contacts');
		await page.fill(SEARCH, 'anna');
		await page.waitForSelector('.empty:has-text("Geen relatie gevonden")');
		await page.waitForSelector('text=Elk woord moet het begin zijn');
		await page.fill(SEARCH, '');
		await page.waitForSelector(explained);
		await close();
	}
});

// What the hub refuses is told with what to do next.
test('why the hub refuses is told', async () => {
	const { page, close } = await signedIn(first, {}, pathOf('told'));

	for (const [button, sure, reason, says] of [
		['Nieuw tijdelijk wachtwoord', 'Wachtwoord maken', 'account-blocked',
			'Deblokkeer het eerst'],
		['Blokkeren', 'Blokkeren', 'disabled-by-operator',
			'Een beheerder heeft dit account uitgezet']]) {
		await page.route('**/contacts/*/account/*', refusal(409, { reason }),
			{ times: 1 });
		await page.click(`aside button:has-text("${button}")`);
		await page.click(`dialog button:has-text("${sure}")`);
		await page.waitForSelector(`[role=alert]:has-text("${says}")`);
		assert.equal(await page.locator('[role=alert]').count(), 1);
		assert.equal(await page.locator('output').count(), 0);
		assert.equal(await focused(page), 'h2');
	}
	await close();
});

// As a web server answers it that merges slashes: the way back through sign-in
// would name another host, were it taken as it is.
test('more slashes in the address lead to the same place, never away',
	async () => {
		for (const [asked, got] of [['//beheer/', ''],
			[`///beheer/${pathOf('add')}`, pathOf('add')],
			['/beheer//attacker.example/', '/attacker.example/']]) {
			const { page, close } = await signedIn(first);

			await page.waitForSelector('.results li');
			await page.goto(HTTPS + asked);
			await page.waitForSelector(asked.includes('attacker') ?
				'h1:has-text("Niet gevonden")' : 'main h1');
			assert.equal(page.url(), HOME + got);
			await close();
		}
	});

test('a lost session leads back here, with what was typed', async () => {
	const who = employee('bh-lost', '102');
	const { page, close } = await anew(who, {}, pathOf('lost'));

	await page.click(ADD);
	await page.fill('dialog input', 'half-typed@api-test.example');
	hubctl('account', 'revoke', who.username);
	await page.press('dialog input', 'Enter');
	await page.waitForSelector('#username');
	await fillSignIn(page, who);
	await page.waitForSelector('dialog[open]');
	assert.equal(page.url(), HOME + pathOf('lost'));
	assert.equal(await page.inputValue('dialog input'),
		'half-typed@api-test.example');
	await assertNothingLeft(page);
	await page.press('dialog input', 'Enter');
	await page.waitForSelector('output');
	await close();
});

test('on a phone: search, account, password', async () => {
	const { page, close } = await signedIn(first, { viewport: PHONE });

	await page.waitForSelector(SEARCH);
	await page.fill(SEARCH, 'bhphone');
	await page.click('.results a:has-text("Bhphone")');
	await page.waitForSelector(ADD);
	await page.click(ADD);
	await shot(page, 'beheer-dialog-phone');
	await assertGood(page, 'dialog');
	await page.press('dialog input', 'Enter');
	await page.waitForSelector('output');
	await shot(page, 'beheer-password-phone');
	await assertGood(page, 'password');
	await close();
});

test('good to look at and to hear, in every look', async () => {
	const { page, close } = await signedIn(second);

	await page.waitForSelector('.results li');
	await page.waitForSelector(`footer :text("${second.username}")`);
	await assertGoodInEveryLook(page, 'beheer-search');
	await page.fill(SEARCH, '7-axe');
	await page.waitForSelector('text=1 relatie gevonden');
	await page.keyboard.press('Enter');
	await page.waitForSelector(ADD);
	await page.waitForSelector('text=Er zijn geen contracten.');
	await assertGoodInEveryLook(page, 'beheer-contact');
	await close();
});

const five = (token) => Promise.all(['/account/mine',
	'/organization/organizations/mine', '/permission/permissions/mine',
	'/contract/contracts/mycontracts', contractPath('bh-c-1')]
	.map((target) => call(target, { token })));

test('the whole story: import, account, first sign-in, five, block, 401',
	async () => {
		const { page, close } = await signedIn(first, {}, pathOf('story'));
		const app = client('bh-app', '--public', '--grant',
			'authorization_code');
		const config = await oidc.discovery(new URL(ISSUER), app.id, {},
			oidc.None());
		const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
		const expectedState = oidc.randomState();
		const { href } = oidc.buildAuthorizationUrl(config, {
			redirect_uri: REDIRECT, scope: 'openid hub.read',
			state: expectedState, code_challenge_method: 'S256',
			code_challenge: await oidc.calculatePKCECodeChallenge(
				pkceCodeVerifier),
		});

		await page.waitForSelector('.contracts li:has-text("Woonhuis")');
		const visitor = new Visitor();
		const form = await signIn(visitor,
			{ username: address('story'), password: await make(page) }, href);
		const back = await visitor.submit(form, {
			new_password: 'acht aardige apen',
			new_password_repeat: 'acht aardige apen' });
		const { access_token: token } = await oidc.authorizationCodeGrant(
			config, new URL(back.location), { pkceCodeVerifier, expectedState });
		assert.deepEqual((await five(token)).map(({ status }) => status),
			[200, 200, 200, 200, 200]);

		await page.reload();
		await page.waitForSelector('text=Actief');
		await page.click('.contracts a:has-text("Woonhuis")');
		await page.waitForSelector('h1:has-text("Woonhuis")');
		await page.click('text=Terug naar dossier');
		await page.click('button:has-text("Blokkeren")');
		await page.click('dialog button:has-text("Blokkeren")');
		await page.waitForSelector('button:has-text("Deblokkeren")');
		assert.deepEqual((await five(token)).map(({ status }) => status),
			[401, 401, 401, 401, 401]);
		await close();
	});

test('of an account that is shared only the access is this employee\'s',
	async () => {
		const { page, close } = await signedIn(first, {}, pathOf('shared'));

		await panel(page).locator('text=hoort ook bij een andere organisatie')
			.waitFor();
		await panel(page).locator('dt:has-text("Laatst aangemeld") + dd',
			{ hasText: 'wordt ook elders gebruikt' }).waitFor();
		assert.deepEqual(await panel(page).locator('button')
			.allTextContents(), ['Toegang intrekken']);
		await shot(page, 'beheer-shared-desk');
		await page.click('button:has-text("Toegang intrekken")');
		await page.click('dialog button:has-text("Toegang intrekken")');
		await page.waitForSelector('[role=status]:has-text("is ingetrokken")');
		await page.waitForSelector(ADD);
		await close();
	});

// Linked elsewhere since the page was opened: the hub refuses, and says why.
test('a reset of what has come to be shared is refused, and explained',
	async () => {
		const { page, close } = await signedIn(first, {}, pathOf('late'));
		const reset = async () => {
			await page.click('button:has-text("Nieuw tijdelijk wachtwoord")');
			await page.click('dialog button:has-text("Wachtwoord maken")');
		};

		await page.waitForSelector('button:has-text("Blokkeren")');
		await page.route('**/reset-password', refusal(503, {}), { times: 1 });
		await reset();
		await page.waitForSelector('[role=alert]:has-text("niet bereikbaar")');
		assert.equal(await page.locator('output').count(), 0);
		load(account('bh-late', { [ORG]: '7-late', [OTHER]: '7-late' }));
		await page.click('text=Opnieuw proberen');
		await page.waitForSelector(
			'[role=alert]:has-text("intussen gewijzigd")');
		await panel(page).locator('text=hoort ook bij een andere organisatie')
			.waitFor();
		assert.equal(await page.locator('output').count(), 0);
		await close();
	});

test('too many addresses in use: told at the field, with how long', async () => {
	const who = employee('bh-probe', '102');
	const { page, close } = await anew(who, {}, pathOf('many'));
	const error = page.locator('dialog .error');

	await page.click(ADD);
	await page.fill('dialog input', customer.username);
	for (let i = 0; i < 20 &&
		!/Wacht \d+ seconden/.test(await error.textContent()); i++) {
		await page.press('dialog input', 'Enter');
		await error.filter({ hasText: /./ }).waitFor();
		await page.waitForSelector(
			'dialog button[type=submit]:not([aria-disabled])');
	}
	assert.match(await error.textContent(), /Wacht [1-9]\d* seconden/);
	assert.equal(await page.inputValue('dialog input'), customer.username);
	assert.equal(await focused(page), 'input');
	await close();
});

test('an employee of two organisations chooses; English; no e-mail', async () => {
	const who = user('bh-both', {}, { groupIds: [],
		organizationIds: [ORG, OTHER],
		roles: { [ORG]: ['102'], [OTHER]: ['103'] } });
	const { page, close } = await anew(who);
	const select = page.locator('select');

	await page.waitForSelector('.results li');
	await page.click('button:has-text("English")');
	assert.equal(await page.textContent('h1'), 'Find a contact');
	assert.deepEqual(await select.locator('option').allTextContents(),
		['All organisations', 'Kantoor Oost', 'Kantoor West']);
	await page.fill(SEARCH, '7-');
	await page.waitForSelector('text=The first 20 contacts');
	await shot(page, 'beheer-two-desk');
	await assertGood(page, 'two organisations, English');
	await select.selectOption(OTHER);
	await page.waitForSelector('text=2 contacts found');
	await select.selectOption(ORG);
	await page.fill(SEARCH, '7-bare');
	await page.waitForSelector('text=1 contact found');
	await page.press(SEARCH, 'Enter');
	await page.waitForSelector('h1:has-text("Bhbare")');
	await page.click('button:has-text("Account toevoegen")');
	assert.equal(await page.inputValue('dialog input'), '');
	await page.keyboard.press('Escape');
	await page.goBack();
	await page.waitForSelector(SEARCH);
	assert.equal(await select.inputValue(), ORG);
	await close();
});

test('an empty page with a cursor is not the end, and 503 not nothing',
	async () => {
		const { page, close } = await signedIn(first);
		const cursors = [];

		await page.waitForSelector('.results li');
		await page.route(/contacts\?.*search=7-accent/, (route) => {
			cursors.push(new URL(route.request().url()).searchParams
				.get('cursor'));
			return cursors.length > 2 ? route.continue({
				url: `${HTTPS}/contact/contacts?search=7-accent&limit=20` }) :
				route.fulfill({ contentType: 'application/json',
					body: JSON.stringify({ data: { items: [],
						nextCursor: `c${cursors.length}` } }) });
		});
		await page.fill(SEARCH, '7-accent');
		await page.waitForSelector('text=1 relatie gevonden');
		assert.deepEqual(cursors, [null, 'c1', 'c2']);

		await page.route(/contacts\?.*search=7-bare/, refusal(503),
			{ times: 1 });
		await page.fill(SEARCH, '7-bare');
		await page.waitForSelector('[role=alert]:has-text("niet bereikbaar")');
		await page.click('text=Opnieuw proberen');
		await page.waitForSelector('.results a:has-text("Bhbare")');
		assert.equal(await page.locator('[role=alert]').count(), 0);
		await close();
	});

test('the weight of the first load', async (context) => {
	const { page, close } = await signedIn(first);

	await page.waitForSelector('.results li');
	await tellWeight(page, context, 'beheer');
	await close();
});
