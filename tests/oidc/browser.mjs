// The pages in a real browser, which trusts the hub's certificate, obeys its
// Content-Security-Policy and sends what browsers send.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { HTTPS, call } from '../api/lib/hub.mjs';
import { openBrowser, openPage } from './lib/browser.mjs';
import { authorization, client, newcomer, redeem, unguessable, user }
	from './lib/provider.mjs';

const axe = fs.readFileSync(
	createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser, app, relying, redirect;

// A relying party on loopback; only the port of its address may differ.
before(async () => {
	relying = http.createServer((request, response) => {
		response.setHeader('content-type', 'text/html; charset=utf-8');
		response.end('<!doctype html><title>app</title><p>the app</p>');
	});
	await new Promise((done) => relying.listen(0, '127.0.0.1', done));
	app = client('browser', '--public',
		'--redirect-uri', 'http://127.0.0.1/callback',
		'--post-logout-uri', `http://127.0.0.1:${relying.address().port}/out`);
	redirect = `http://127.0.0.1:${relying.address().port}/callback`;
	browser = await openBrowser();
});

after(async () => {
	await browser?.close();
	relying?.close();
});

// A page that remembers what the browser complains of.
async function open(options) {
	const page = await openPage(browser, options);
	page.complaints = [];
	page.on('console', (message) => {
		if (message.type() === 'error' &&
		    !/status of (403|422|429)/.test(message.text()))
			page.complaints.push(message.text());
	});
	page.on('pageerror', (error) => page.complaints.push(error.message));
	return page;
}

const ask = (params) => {
	const request = authorization({ ...app, redirect }, params);
	return { ...request, address: `${HTTPS}${request.target}` };
};

const fill = async (page, { username, password }) => {
	await page.fill('input[name=username]', username);
	await page.fill('input[name=password]', password);
};

// Enter alone sends the form; then the app has the browser.
async function enter(page, field) {
	await page.press(`input[name=${field}]`, 'Enter');
}

async function backWithCode(page, request) {
	await page.waitForURL((url) => url.origin === new URL(redirect).origin);
	const url = new URL(page.url());
	assert.equal(url.searchParams.get('error'), null);
	assert.equal(url.searchParams.get('state'), request.state);
	const { status, body } = await redeem(app, url.searchParams.get('code'),
		request);
	assert.equal(status, 200);
	assert.equal((await call('/account/mine', { token: body.access_token }))
		.status, 200);
	return body;
}

async function isForEverybody(page) {
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() => window.axe.run());
	assert.deepEqual(violations.map(({ id, nodes }) =>
		`${id}: ${nodes.map(({ html }) => html).join(' ')}`), []);
}

test('a sign-in by keyboard, then none as long as the session lasts',
	async () => {
		const who = user('browser');
		const page = await open();
		const request = ask();
		await page.goto(request.address);
		assert.equal(await page.evaluate(() => document.activeElement.name),
			'username');
		await isForEverybody(page);
		await page.keyboard.type(who.username);
		await page.keyboard.press('Tab');
		await page.keyboard.type(who.password);
		await page.keyboard.press('Enter');
		const got = await backWithCode(page, request);

		const second = ask();
		await page.goto(second.address);
		await backWithCode(page, second);
		const [cookie] = (await page.context().cookies(HTTPS))
			.filter(({ name }) => name === '__Host-hub');
		assert.equal(cookie.secure, true);
		assert.equal(cookie.httpOnly, true);
		assert.equal(cookie.sameSite, 'Lax');

		// Signing out ends what the app has, and the session.
		await page.goto(`${HTTPS}/identity/logout?` + new URLSearchParams({
			id_token_hint: got.id_token, state: 'bye',
			post_logout_redirect_uri: new URL('/out', redirect).href,
		}));
		assert.equal(page.url(), new URL('/out?state=bye', redirect).href);
		assert.equal((await call('/account/mine',
			{ token: got.access_token })).status, 401);
		await page.goto(ask().address);
		assert.ok(await page.isVisible('input[name=password]'));
		assert.deepEqual(page.complaints, []);
		await page.context().close();
	});

test('a wrong password, then the right one', async () => {
	const who = user('browser-wrong');
	const page = await open();
	const request = ask();
	await page.goto(request.address);
	await fill(page, { ...who, password: unguessable() });
	await enter(page, 'password');
	await page.waitForSelector('[role=alert]');
	await isForEverybody(page);
	assert.equal(await page.inputValue('input[name=username]'), who.username);
	assert.equal(await page.inputValue('input[name=password]'), '');
	await page.fill('input[name=password]', who.password);
	await enter(page, 'password');
	await backWithCode(page, request);
	assert.deepEqual(page.complaints, []);
	await page.context().close();
});

for (const [name, options] of [
	['without script', { javaScriptEnabled: false }],
	['on a phone', { viewport: { width: 360, height: 640 }, isMobile: true,
		hasTouch: true }],
	['in English', { locale: 'en-GB' }],
	['in the dark', { colorScheme: 'dark' }],
]) {
	test(`the first sign-in ${name}`, async () => {
		const who = newcomer(`browser-${name.replaceAll(' ', '-')}`);
		const page = await open(options);
		const script = options.javaScriptEnabled !== false;
		const request = ask();
		await page.goto(request.address);
		assert.equal(await page.getAttribute('html', 'lang'),
			options.locale === 'en-GB' ? 'en' : 'nl');
		await fill(page, who);
		await enter(page, 'password');
		await page.waitForSelector('input[name=new_password]');
		if (script) {
			await isForEverybody(page);
			assert.ok(await page.evaluate(() =>
				document.documentElement.scrollWidth <= window.innerWidth),
			'nothing stands beside the window');
		}
		const own = unguessable();
		await page.fill('input[name=new_password]', 'te kort');
		await page.fill('input[name=new_password_repeat]', 'te kort');
		await enter(page, 'new_password_repeat');
		await page.waitForSelector('[role=alert]');
		if (script)
			await isForEverybody(page);
		await page.fill('input[name=new_password]', own);
		await page.fill('input[name=new_password_repeat]', own);
		await enter(page, 'new_password_repeat');
		await backWithCode(page, request);
		assert.deepEqual(page.complaints, []);
		await page.context().close();
	});
}

test('two windows of one browser sign in side by side', async () => {
	const who = user('browser-two');
	const one = await open();
	const other = await one.context().newPage();
	const requests = [ask(), ask()];
	await one.goto(requests[0].address);
	await other.goto(requests[1].address);
	for (const [i, page] of [one, other].entries()) {
		await fill(page, who);
		await enter(page, 'password');
		await backWithCode(page, requests[i]);
	}
	await one.context().close();
});

test('what cannot go on says so on a page and redirects nobody', async () => {
	const page = await open();
	for (const params of [{ redirect_uri: 'https://evil.example/' },
		{ client_id: 'nobody' }, { redirect_uri: undefined }]) {
		const answer = await page.goto(ask(params).address);
		assert.equal(answer.status(), 400);
		assert.equal(new URL(page.url()).origin, HTTPS);
		await isForEverybody(page);
	}
	await page.goto(`${HTTPS}/identity/logout?` + new URLSearchParams(
		{ post_logout_redirect_uri: 'https://evil.example/' }));
	assert.equal(new URL(page.url()).origin, HTTPS);
	assert.ok(await page.isVisible('[role=alert]'));
	await isForEverybody(page);
	await page.context().close();
});

test('another site can neither frame the page nor send its form', async () => {
	const who = user('browser-framed');
	const page = await open();
	await page.goto(redirect);
	const arrived = page.waitForResponse(/\/identity\/login$/);
	await page.evaluate((address) => {
		const frame = document.createElement('iframe');
		frame.src = address;
		document.body.append(frame);
	}, `${HTTPS}/identity/login`);
	await arrived;
	await page.frames()[1].waitForLoadState();
	for (const frame of page.frames().slice(1))
		assert.ok(!(await frame.content()).includes('name="password"'));

	await page.evaluate(([address, { username, password }]) => {
		const form = document.createElement('form');
		form.method = 'post';
		form.action = address;
		for (const [name, value] of Object.entries({ username, password })) {
			const field = document.createElement('input');
			field.name = name;
			field.value = value;
			form.append(field);
		}
		document.body.append(form);
		form.submit();
	}, [`${HTTPS}/identity/login`, who]);
	await page.waitForURL((url) => url.origin === HTTPS);
	const cookies = await page.context().cookies(HTTPS);
	assert.ok(!cookies.some(({ name }) => name === '__Host-hub'));
	await page.context().close();
});
