// oidc-client-ts in a real browser, on a page of another site, as in
// doc/examples: PKCE, CORS, renewal, a reload, a grant that has ended, sign-out.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { HTTPS, ROOT, call, demo, hubctl } from '../api/lib/hub.mjs';
import { openBrowser, openPage } from './lib/browser.mjs';
import { client, post, refresh, user } from './lib/provider.mjs';
import { serve } from './lib/relying.mjs';

const EXAMPLE = path.join(ROOT, 'doc/examples/page');
const LIBRARY = path.join(ROOT,
	'tests/node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js');
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript' };

const [customer] = demo.accounts;
let browser, place, origin, app;

const read = (name) => (name === path.basename(LIBRARY) ?
	fs.readFileSync(LIBRARY, 'utf8') :
	fs.readFileSync(path.join(EXAMPLE, name), 'utf8')
		.replaceAll('https://hub.example.nl', HTTPS)
		.replaceAll('contracts-page', 'rp-page'));

// The folder of the page as a web server of its own would give it out.
function give(request, response) {
	const { pathname } = new URL(request.url, origin);
	const name = pathname === '/' ? 'index.html' : pathname.slice(1);
	if (!['index.html', 'page.js', path.basename(LIBRARY)].includes(name)) {
		// A browser asks for an icon when it likes, and would complain.
		response.writeHead(name === 'favicon.ico' ? 204 : 404).end();
		return;
	}
	response.setHeader('content-type', TYPES[name.split('.').at(-1)]);
	response.setHeader('content-security-policy',
		`default-src 'self'; connect-src ${HTTPS}`);
	response.end(read(name));
}

before(async () => {
	place = await serve(give);
	({ origin } = place);
	app = client('rp-page', '--public', '--redirect-uri', `${origin}/`,
		'--post-logout-uri', `${origin}/`, '--origin', origin);
	browser = await openBrowser();
});

after(async () => {
	await browser?.close();
	place?.close();
});

// A page that keeps what it sends to the hub by script and what the browser
// complains of; that a token has ended is no reason to.
async function open() {
	const page = await openPage(browser);
	page.complaints = [];
	page.bearers = [];
	page.bodies = [];
	page.on('console', (message) => {
		if (message.type() === 'error' &&
		    !/status of 40[01]/.test(message.text()))
			page.complaints.push(message.text());
	});
	page.on('pageerror', (error) => page.complaints.push(error.message));
	page.on('request', (request) => {
		const { authorization } = request.headers();
		if (authorization && request.url().endsWith('/mycontracts'))
			page.bearers.push(authorization.replace('Bearer ', ''));
		if (request.url().endsWith('/identity/token'))
			page.bodies.push(new URLSearchParams(request.postData()));
	});
	return page;
}

const isOut = (page) => page.waitForSelector('#sign-in', { state: 'visible' });
const isIn = (page) => page.waitForSelector('#sign-out', { state: 'visible' });

async function signIn(page, { username, password }) {
	await page.click('#sign-in');
	await page.fill('input[name=username]', username);
	await page.fill('input[name=password]', password);
	await page.press('input[name=password]', 'Enter');
	await isIn(page);
}

// Clicks, and waits until the API has answered so many times.
async function show(page, times = 1) {
	const until = page.bearers.length + times;
	const answered = new Promise((done) => {
		page.on('response', (response) => {
			if (response.url().endsWith('/mycontracts') &&
			    response.request().method() === 'GET' &&
			    page.bearers.length >= until)
				done(response.status());
		});
	});
	await page.click('#show');
	return answered;
}

const stored = (page) => page.evaluate(() => JSON.stringify(
	[{ ...localStorage }, { ...sessionStorage }, document.cookie]));

test('sign-in on the page of another site; a reload asks for no form',
	async () => {
		const page = await open();
		await page.goto(origin);
		await isOut(page);
		await signIn(page, customer);
		assert.equal(page.url(), `${origin}/`, 'no code stays in the address');
		assert.equal(await show(page), 200);
		await page.waitForSelector('#contracts li');
		assert.notEqual(await page.textContent('#who'), '');
		assert.doesNotMatch(await stored(page), /eyJ|refresh_token/);

		const [body] = page.bodies;
		assert.equal(body.get('client_id'), app.id);
		assert.match(body.get('code_verifier'), /^.{43,128}$/);
		assert.equal(body.get('client_secret'), null);

		await page.reload();
		await isIn(page);
		assert.equal(await show(page), 200);
		assert.notEqual(page.bearers.at(-1), page.bearers[0]);
		assert.deepEqual(page.complaints, []);
		await page.context().close();
	});

test('an ended token is renewed, an ended grant shows the sign-in again',
	async () => {
		const account = user('rp-page');
		const page = await open();
		await page.goto(origin);
		await isOut(page);
		await signIn(page, account);
		assert.equal(await show(page), 200);
		for (let i = 0; i < 2; i++) {
			const ended = page.bearers.at(-1);
			await post('revoke', app, { token: ended });
			assert.equal(await show(page, 2), 200);
			assert.equal(page.bearers.at(-2), ended);
			assert.notEqual(page.bearers.at(-1), ended);
		}
		const renewals = page.bodies.filter((body) =>
			body.get('grant_type') === 'refresh_token')
			.map((body) => body.get('refresh_token'));
		assert.equal(new Set(renewals).size, 2, 'each is used once');

		hubctl('account', 'revoke', account.username);
		await page.click('#show');
		await isOut(page);
		await signIn(page, account);
		assert.equal(await show(page), 200);
		assert.deepEqual(page.complaints, []);
		await page.context().close();
	});

test('sign-out ends the tokens, the session at the hub and the page\'s own',
	async () => {
		const account = user('rp-page-out');
		const page = await open();
		await page.goto(origin);
		await isOut(page);
		await signIn(page, account);
		assert.equal(await show(page), 200);
		await post('revoke', app, { token: page.bearers.at(-1) });
		assert.equal(await show(page, 2), 200);
		const token = page.bearers.at(-1);
		await page.click('#sign-out');
		await isOut(page);
		assert.equal(new URL(page.url()).origin, origin);
		assert.equal((await call('/account/mine', { token })).status, 401);
		const spent = page.bodies.at(-1).get('refresh_token');
		assert.match(spent, /^[A-Za-z0-9_-]{43,}$/);
		assert.equal((await refresh(app, spent)).body.error, 'invalid_grant');
		await page.reload();
		await isOut(page);
		assert.deepEqual(page.complaints, []);
		await page.context().close();
	});

test('a page of a site that nobody has registered reads no answer', async () => {
	const stranger = await serve((request, response) => {
		response.setHeader('content-type', TYPES.html);
		response.end('<!doctype html><title>x</title>');
	});
	try {
		const page = await openPage(browser);
		await page.goto(stranger.origin);
		const readable = await page.evaluate(async (hub) => {
			const tries = {
				discovery: '/identity/.well-known/openid-configuration',
				jwks: '/identity/jwks', api: '/account/mine',
				userinfo: '/identity/userinfo',
			};
			const found = {};
			for (const [name, target] of Object.entries(tries))
				found[name] = await fetch(hub + target)
					.then(() => true, () => false);
			found.token = await fetch(`${hub}/identity/token`, {
				method: 'POST',
				body: new URLSearchParams({ grant_type: 'x' }),
			}).then(() => true, () => false);
			return found;
		}, HTTPS);
		assert.deepEqual(readable, {
			discovery: true, jwks: true, api: false, userinfo: false,
			token: false,
		});
		await page.context().close();
	} finally {
		stranger.close();
	}
});
