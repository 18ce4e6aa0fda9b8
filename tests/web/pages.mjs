// The pages in a real browser: by keyboard alone, on a phone, light and dark,
// without script, for a screen reader, and with nothing that their own
// Content-Security-Policy would stop.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { HTTPS, ROOT, STATE, customer, hubctl } from '../api/lib/hub.mjs';
import { openBrowser } from '../oidc/lib/browser.mjs';
import { App } from '../oidc/lib/factor.mjs';
import { PHONE, assertGood as assertGoodPage, assertGoodInEveryLook,
	newcomersIn, shot, visit as visitAlone } from './lib/visit.mjs';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const PASSWORD = 'vier paarse olifanten';

let app, browser, port, visit;

// The app that users come from: it shows where it was sent to, and a page
// that would like to show the hub in a frame.
before(async () => {
	app = http.createServer((request, response) => {
		response.setHeader('content-type', 'text/html');
		response.end(request.url === '/frame' ?
			`<!DOCTYPE html><iframe src="${HTTPS}/identity/login"></iframe>` :
			'<!DOCTYPE html><title>app</title><p>app');
	}).listen(0, '127.0.0.1');
	await new Promise((done) => app.on('listening', done));
	port = app.address().port;
	hubctl('client', 'add', '--id', 'web-test', '--name', 'Mijn polissen',
		'--public', '--redirect-uri', 'http://127.0.0.1/back',
		'--grant', 'authorization_code');
	hubctl('client', 'add', '--id', 'web-third', '--name',
		'Polissen van derden', '--public', '--third-party',
		'--redirect-uri', 'http://127.0.0.1/back');
	browser = await openBrowser();
	visit = newcomersIn(browser);
});

after(async () => {
	await browser?.close();
	app?.closeAllConnections();
	app?.close();
});

function user(name, password = PASSWORD) {
	const username = customer(`web-${name}`);
	const run = spawnSync(path.join(ROOT, 'scripts/hubctl'),
		['--state', STATE, 'account', 'set-password', username],
		{ input: `${password}\n`, encoding: 'utf8' });
	assert.equal(run.status, 0, run.stderr);
	return username;
}

const temporary = (username) => hubctl('account', 'reset-password', username)
	.trim().split('\n').at(-1);

// Where the app sends its user.
function request(more = {}) {
	const query = new URLSearchParams({
		response_type: 'code', client_id: 'web-test', scope: 'openid',
		redirect_uri: `http://127.0.0.1:${port}/back`, state: 'a b',
		code_challenge: CHALLENGE, code_challenge_method: 'S256', ...more,
	});
	return `${HTTPS}/identity/authorize?${query}`;
}

const atApp = (page) => page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/back\?/);

async function assertAtApp(page) {
	await atApp(page);
	const { searchParams } = new URL(page.url());
	assert.match(searchParams.get('code'), /^[A-Za-z0-9_-]{43}$/);
	assert.equal(searchParams.get('state'), 'a b');
	assert.equal(searchParams.get('iss'), `${HTTPS}/identity`);
}

const focused = (page) => page.evaluate(() =>
	globalThis.document.activeElement?.id);

// The names and texts that a screen reader has for the field.
const described = (page, field) => page.evaluate((id) => {
	const { document } = globalThis;
	const element = document.getElementById(id);
	return {
		invalid: element.getAttribute('aria-invalid'),
		text: (element.getAttribute('aria-describedby') ?? '').split(' ')
			.map((other) => document.getElementById(other)?.textContent)
			.join(' '),
	};
}, field);

test('a sign-in by keyboard alone ends at the app', async () => {
	const username = user('keyboard');
	const { page, close } = await visit();

	await page.goto(request());
	assert.equal(await page.title(), 'Aanmelden voor Mijn polissen - hub');
	assert.equal(await focused(page), 'username');
	await page.keyboard.type(username);
	await page.keyboard.press('Tab');
	assert.equal(await focused(page), 'password');
	await page.keyboard.type(PASSWORD);
	await page.keyboard.press('Enter');
	await assertAtApp(page);
	await close();
});

test('the tab key reaches everything, in the order of the page', async () => {
	const { page, close } = await visit();
	const order = [];

	await page.goto(request());
	for (let i = 0; i < 4; i++) {
		order.push(await page.evaluate(() => {
			const { document, getComputedStyle } = globalThis;
			const element = document.activeElement;
			const { outlineStyle, outlineWidth } = getComputedStyle(element);
			return `${element.localName} ${outlineStyle} ${outlineWidth}`;
		}));
		await page.keyboard.press('Tab');
	}
	assert.deepEqual(order, ['input solid 3px', 'input solid 3px',
		'button solid 3px', 'a solid 3px']);
	await close();
});

test('a wrong password is told where the user is', async () => {
	const username = user('wrong');
	const { page, close } = await visit();

	await page.goto(request());
	await page.fill('#username', username);
	await page.fill('#password', 'vijf paarse olifanten');
	await page.press('#password', 'Enter');
	await page.waitForSelector('[role=alert]');
	await shot(page, 'wrong');
	assert.equal(await focused(page), 'password');
	assert.equal(await page.inputValue('#username'), username);
	assert.equal(await page.inputValue('#password'), '');
	const { invalid, text } = await described(page, 'password');
	assert.equal(invalid, 'true');
	assert.match(text, /wachtwoord klopt niet/);
	await page.keyboard.type(PASSWORD);
	await page.keyboard.press('Enter');
	await assertAtApp(page);
	await close();
});

test('a temporary password leads over the change form to the app', async () => {
	const username = user('temporary');
	const { page, close } = await visit({ viewport: PHONE });

	await page.goto(request());
	await page.fill('#username', username);
	await page.fill('#password', temporary(username));
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/identity\/password\?/);
	await shot(page, 'change-phone');
	assert.equal(await focused(page), 'new_password');
	assert.match((await described(page, 'new_password')).text, /15 tekens/);
	assert.equal(await page.inputValue('#account'), username);

	await page.keyboard.type('kort');
	await page.keyboard.press('Tab');
	await page.keyboard.type('kort');
	await page.keyboard.press('Enter');
	await page.waitForSelector('[role=alert]');
	await shot(page, 'refused-phone');
	assert.equal(await focused(page), 'new_password');
	assert.match((await described(page, 'new_password')).text, /te kort/);

	await page.fill('#new_password', 'negen natte nijlpaarden');
	await page.fill('#new_password_repeat', 'negen natte nijlpaarden');
	await page.keyboard.press('Enter');
	await assertAtApp(page);
	await close();
});

test('all of it works without script, in English', async () => {
	const username = user('noscript');
	const { page, close } = await visitAlone(browser,
		{ javaScriptEnabled: false });

	await page.goto(request());
	await page.click('text=English');
	assert.equal(await page.getAttribute('html', 'lang'), 'en');
	assert.equal(await page.textContent('h1'), 'Sign in to Mijn polissen');
	await page.fill('#username', username);
	await page.fill('#password', PASSWORD);
	await page.keyboard.press('Enter');
	await assertAtApp(page);
	await close();
});

test('two forms in one browser stand side by side', async () => {
	const username = user('tabs');
	const { page, close } = await visitAlone(browser);
	const other = await page.context().newPage();

	await page.goto(request());
	await other.goto(request({ state: 'other' }));
	for (const tab of [page, other]) {
		await tab.fill('#username', username);
		await tab.fill('#password', PASSWORD);
		await tab.press('#password', 'Enter');
		await atApp(tab);
	}
	assert.equal(new URL(other.url()).searchParams.get('state'), 'other');
	await close();
});

test('nobody else shows the form in a frame', async () => {
	const { page, stopped, close } = await visitAlone(browser);

	await page.goto(`http://127.0.0.1:${port}/frame`);
	for (let i = 0; i < 600 && stopped.length === 0; i++)
		await page.waitForTimeout(100);
	assert.match(stopped.join('\n'), /frame-ancestors/);
	assert.equal(await page.frames()[1].$('#password'), null);
	stopped.length = 0;
	await close();
});

async function signInAs(page, username) {
	await page.fill('#username', username);
	await page.fill('#password', PASSWORD);
	await page.keyboard.press('Enter');
}

// With an app that has access, by a consent that is given once.
async function ownPage(page) {
	const username = user('own');
	await page.goto(request({ client_id: 'web-third', prompt: 'login' }));
	await signInAs(page, username);
	await Promise.race([atApp(page),
		page.waitForSelector('button[value=allow]')]);
	if (new URL(page.url()).pathname === '/identity/consent')
		await page.click('button[value=allow]');
	await atApp(page);
	await page.goto(`${HTTPS}/identity/account`);
	await page.waitForSelector('h3:has-text("Polissen van derden")');
}

// Every page that there is, with what it takes to get there.
const PAGES = {
	'sign-in': (page) => page.goto(request()),
	'sign-in without an app': (page) => page.goto(`${HTTPS}/identity/login`),
	'change closed': (page) => page.goto(`${HTTPS}/identity/password`),
	error: (page) => page.goto(`${HTTPS}/identity/authorize?client_id=x`),
	'form error': async (page) => {
		await page.goto(request());
		await page.context().clearCookies();
		await page.fill('#username', 'x@example.nl');
		await page.fill('#password', 'x');
		await page.keyboard.press('Enter');
		await page.waitForSelector('a.button');
	},
	'signed out': (page) => page.goto(`${HTTPS}/identity/logout`),
	consent: async (page) => {
		await page.goto(request({ client_id: 'web-third',
			prompt: 'login consent' }));
		await signInAs(page, user('asked'));
		await page.waitForSelector('button[value=allow]');
	},
	account: ownPage,
	'account, refused': async (page) => {
		await ownPage(page);
		await page.fill('#current_password', PASSWORD);
		await page.fill('#new_password', 'kort');
		await page.fill('#new_password_repeat', 'kort');
		await page.keyboard.press('Enter');
		await page.waitForSelector('#reason');
	},
};

// These pages load a style sheet and a picture, and nothing else.
async function assertGood(page, what, rules) {
	const loaded = await assertGoodPage(page, what, rules);
	assert.ok(loaded.includes('/identity/hub.css'), what);
	assert.ok(loaded.every((name) =>
		/^\/identity\/(hub\.(css|svg)|second-factor\.svg)$/
			.test(name)), `${what} loads ${loaded}`);
}

test('every page is good to look at and to hear, in every look', async () => {
	const { page, close } = await visit();

	for (const [what, go] of Object.entries(PAGES)) {
		await go(page);
		await assertGoodInEveryLook(page, what.replaceAll(' ', '-'),
			assertGood);
	}
	await close();
});

test('a second factor: added on a phone, used by keyboard, removed', async () => {
	const username = user('factor');
	const { page, close } = await visit({ viewport: PHONE });
	const signIn = async () => {
		await page.fill('#username', username);
		await page.fill('#password', PASSWORD);
		await page.keyboard.press('Enter');
	};
	const send = async (code) => {
		await page.fill('#code', code);
		await page.press('#code', 'Enter');
	};

	await page.goto(`${HTTPS}/identity/login`);
	await signIn();
	await page.waitForSelector('text=U bent aangemeld als');
	await page.goto(`${HTTPS}/identity/second-factor`);
	await page.waitForFunction(() =>
		globalThis.document.querySelector('img.qr').naturalWidth > 0);
	await shot(page, 'factor-add-phone');
	await assertGood(page, 'adding a second factor');
	const app = App.of({ text: await page.content() });
	await send('000000');
	await page.waitForSelector('[role=alert]');
	await assertGood(page, 'a wrong code');
	assert.equal((await described(page, 'code')).invalid, 'true');
	await send(await app.code());
	await page.waitForSelector('.codes li');
	await shot(page, 'factor-codes-phone');
	await assertGood(page, 'recovery codes');
	const codes = await page.locator('.codes li').allTextContents();
	assert.equal(codes.length, 10);
	await page.click('a.button');
	await page.waitForSelector('text=Ongebruikte herstelcodes: 10');
	assert.equal(new URL(page.url()).pathname, '/identity/account');
	await shot(page, 'factor-account-phone');
	await assertGood(page, 'the account page with a second factor');
	await page.click('text=Nieuwe herstelcodes, of uitzetten');
	await page.waitForSelector('button[value=renew]');
	await shot(page, 'factor-on-phone');
	await assertGood(page, 'a second factor that is on');

	await page.goto(request({ prompt: 'login' }));
	await signIn();
	await page.waitForURL(/\/identity\/second-factor\?/);
	assert.equal(await focused(page), 'code');
	await shot(page, 'factor-code-phone');
	await assertGood(page, 'the form for the code');
	await page.keyboard.type(codes[0]);
	await page.keyboard.press('Enter');
	await assertAtApp(page);

	await page.goto(`${HTTPS}/identity/second-factor`);
	await page.fill('#password', PASSWORD);
	await send(codes[1]);
	await page.waitForSelector('text=de oude werken niet meer');
	await assertGood(page, 'new recovery codes');
	const fresh = await page.locator('.codes li').allTextContents();
	await page.goto(`${HTTPS}/identity/second-factor`);
	await page.fill('#password', PASSWORD);
	await page.fill('#code', fresh[0]);
	await page.click('button[value=remove]');
	await page.waitForSelector('[role=status]');
	assert.equal(new URL(page.url()).pathname, '/identity/account');
	await close();
});

test('who is signed in sees it, and signs out', async () => {
	const username = user('out');
	const { page, close } = await visit({ colorScheme: 'dark' });

	await page.goto(`${HTTPS}/identity/login`);
	await page.fill('#username', username);
	await page.fill('#password', PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForSelector('text=U bent aangemeld als');
	await shot(page, 'signed-in');
	await assertGood(page, 'signed in');
	await page.click('button');
	await page.waitForSelector('h1:has-text("U bent afgemeld")');
	await page.goto(`${HTTPS}/identity/login`);
	assert.equal(await page.textContent('h1'), 'Aanmelden');
	await close();
});

test('consent by keyboard alone, and its end on the account page', async () => {
	const username = user('consent');
	const { page, close } = await visit();

	await page.goto(request({ client_id: 'web-third', scope: 'openid email' }));
	await signInAs(page, username);
	await page.waitForSelector('button[value=allow]');
	assert.equal(await page.textContent('h1'),
		'Toestemming voor Polissen van derden');
	await page.focus('button[value=allow]');
	await page.keyboard.press('Enter');
	await assertAtApp(page);
	await page.goto(`${HTTPS}/identity/account`);
	await page.waitForSelector('text=uw e-mailadres zien');
	await page.focus('article:has-text("Polissen van derden") button');
	await page.keyboard.press('Enter');
	await page.waitForSelector('[role=status]');
	assert.equal(await page.textContent('[role=status]'),
		'Die app heeft geen toegang meer.');
	await page.waitForSelector('text=Geen app heeft toegang');
	await close();
});

test('a denied app is told, through the policy of the form', async () => {
	const { page, close } = await visit();

	await page.goto(request({ client_id: 'web-third' }));
	await signInAs(page, user('denied'));
	await page.click('button[value=deny]');
	await atApp(page);
	assert.equal(new URL(page.url()).searchParams.get('error'),
		'access_denied');
	await close();
});

test('a new password by keyboard alone', async () => {
	const username = user('newpassword');
	const { page, close } = await visit();

	await page.goto(`${HTTPS}/identity/account`);
	await signInAs(page, username);
	await page.waitForSelector('#current_password');
	await page.focus('#current_password');
	await page.keyboard.type(PASSWORD);
	await page.keyboard.press('Tab');
	assert.equal(await focused(page), 'new_password');
	await page.keyboard.type('vijf gele kanaries');
	await page.keyboard.press('Tab');
	await page.keyboard.type('vijf gele kanaries');
	await page.keyboard.press('Enter');
	await page.waitForSelector('[role=status]');
	assert.equal(await page.textContent('[role=status]'),
		'Uw wachtwoord is gewijzigd.');
	await close();
});
