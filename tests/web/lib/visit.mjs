// What the tests of pages share: users of a browser, what a page must never
// do, and what makes it good to look at and to hear. HUB_SHOTS names a folder
// for pictures.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { HTTPS } from '../../api/lib/hub.mjs';

const AXE = fs.readFileSync(
	fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

export const PHONE = { width: 320, height: 640 };
export const DESK = { width: 1280, height: 800 };
const COLOURS = ['color-contrast', 'link-in-text-block'];
const LOOKS = [
	{ name: 'phone', viewport: PHONE, colorScheme: 'light' },
	{ name: 'phone-dark', viewport: PHONE, colorScheme: 'dark' },
	{ name: 'desk', viewport: DESK, colorScheme: 'light' },
	{ name: 'desk-dark', viewport: DESK, colorScheme: 'dark' },
];

// A new tab; what the policy stops fails the test.
async function openTab(context) {
	const page = await context.newPage();
	const stopped = [];
	page.setDefaultTimeout(60000);
	page.on('console', (message) => {
		if (/Content.Security.Policy|Refused to|violates/i.test(message.text()))
			stopped.push(message.text());
	});
	page.on('pageerror', (error) => stopped.push(String(error)));
	return { page, stopped };
}

// A page of a user of its own.
export async function visit(browser, options = {}) {
	const context = await browser.newContext(options);
	const tab = await openTab(context);
	return {
		...tab,
		close: async () => {
			await context.close();
			assert.deepEqual(tab.stopped, []);
		},
	};
}

export async function look(page, { viewport, colorScheme }) {
	if (viewport !== undefined)
		await page.setViewportSize(viewport);
	if (colorScheme !== undefined)
		await page.emulateMedia({ colorScheme });
}

// Makes a tab good for the next test. A new one would cost most of a second.
async function tidy({ page, stopped }) {
	await page.unrouteAll({ behavior: 'wait' });
	page.removeAllListeners('request');
	page.removeAllListeners('response');
	await page.goto(`${HTTPS}/web/lib/hub.svg`);
	await page.evaluate(() => {
		globalThis.sessionStorage.clear();
		globalThis.localStorage.clear();
	});
	assert.deepEqual(stopped, []);
}

async function lend(tab, free, options) {
	await look(tab.page, { viewport: DESK, colorScheme: 'light', ...options });
	return {
		...tab,
		close: async () => {
			await tidy(tab);
			free.push(tab);
		},
	};
}

// What gives the page of a user whom nothing knows yet. OPTIONS as for look().
export function newcomersIn(browser) {
	const free = [];

	return async (options) => {
		const tab = free.pop() ?? await openTab(await browser.newContext());
		await tab.page.context().clearCookies();
		return lend(tab, free, options);
	};
}

// What opens the pages at HOME for a user. Each user has one browser and fills
// in the form in it once; after that a tab is signed in as it opens. A test
// that signs out, or changes what the browser remembers, takes ANEW instead.
export function usersOf(browser, home) {
	const users = new Map(), newcomer = newcomersIn(browser);

	async function anew(who, options, path = '') {
		const visitor = await newcomer(options);
		await visitor.page.goto(`${home}${path}`);
		await fillSignIn(visitor.page, who);
		return visitor;
	}

	async function signedIn(who, options, path = '') {
		const known = users.get(who.username);
		const { context, free } = known ??
			{ context: await browser.newContext(), free: [] };
		const tab = free.pop() ?? await openTab(context);
		users.set(who.username, { context, free });
		const visitor = await lend(tab, free, options);
		await tab.page.goto(`${home}${path}`);
		if (known === undefined)
			await fillSignIn(tab.page, who);
		return visitor;
	}
	return { anew, newcomer, signedIn };
}

export async function shot(page, name) {
	if (process.env.HUB_SHOTS)
		await page.screenshot({
			path: path.join(process.env.HUB_SHOTS, `${name}.png`),
			fullPage: true,
		});
}

// What axe finds, and what it cannot see: the width, small targets. The paths
// of all that the page has loaded.
export async function assertGood(page, what, rules = []) {
	if (!await page.evaluate(() => 'axe' in globalThis))
		await page.evaluate(AXE);
	const { violations, incomplete } = await page.evaluate((runOnly) =>
		globalThis.axe.run(runOnly.length > 0 ? { runOnly } : {}), rules);
	assert.deepEqual([...violations, ...incomplete].map(({ id, nodes }) =>
		`${id}: ${nodes.map(({ html }) => html).join(' ')}`), [], what);
	const seen = await page.evaluate(() => {
		const { document, innerWidth, performance } = globalThis;
		const small = [...document.querySelectorAll('a, button, input, select')]
			.filter((e) => e.type !== 'hidden' && !e.readOnly &&
				e.checkVisibility())
			.map((e) => [e, e.getBoundingClientRect()])
			.filter(([, { width, height }]) => width < 24 || height < 24);
		return {
			wide: document.documentElement.scrollWidth > innerWidth,
			small: small.map(([e]) => e.outerHTML),
			loaded: performance.getEntriesByType('resource')
				.map(({ name }) => name).sort(),
		};
	});
	assert.equal(seen.wide, false, `${what} is wider than the screen`);
	assert.deepEqual(seen.small, [], what);
	assert.ok(seen.loaded.every((name) => name.startsWith(`${HTTPS}/`)),
		`${what} loads ${seen.loaded}`);
	return seen.loaded.map((name) => new URL(name).pathname);
}

// The same in every one of LOOKS, with a picture of each. Light and dark differ
// in colours only, so for each size all rules are looked at in one of them.
export async function assertGoodInEveryLook(page, name,
	assertIt = assertGood) {
	for (const { name: lookName, ...options } of LOOKS) {
		await look(page, options);
		await shot(page, `${name}-${lookName}`);
		await assertIt(page, `${name}, ${lookName}`,
			['phone-dark', 'desk'].includes(lookName) ? COLOURS : []);
	}
}

// Fills in the sign-in form where it stands.
export async function fillSignIn(page, { username, password }) {
	await page.fill('#username', username);
	await page.fill('#password', password);
	await page.press('#password', 'Enter');
}

// Nothing that opens anything is where another script could find it, nor in
// the address.
export async function assertNothingLeft(page) {
	const { stored, address, cookie } = await page.evaluate(() => ({
		stored: JSON.stringify([{ ...globalThis.sessionStorage },
			{ ...globalThis.localStorage }]),
		address: globalThis.location.href,
		cookie: globalThis.document.cookie,
	}));
	assert.doesNotMatch(stored, /eyJ|verifier|refresh|[A-Za-z0-9_-]{43}/);
	assert.doesNotMatch(address, /[?#]/);
	assert.equal(cookie, '');
}

// What the files of the pages weigh as they came over the wire (one that the
// cache had is 0), and that they stay light.
export async function tellWeight(page, context, name) {
	await page.goto(page.url());
	await page.waitForSelector('.rows li');
	const { bytes, files, unpacked } = await page.evaluate(async (home) => {
		const { performance, fetch } = globalThis;
		const names = [home, ...performance.getEntriesByType('resource')
			.map((entry) => entry.name)
			.filter((one) => new URL(one).pathname.startsWith('/web/'))];
		performance.clearResourceTimings();
		for (const one of names)
			await (await fetch(one, { cache: 'reload' })).arrayBuffer();
		const all = performance.getEntriesByType('resource');
		const sum = (key) => all.reduce((n, entry) => n + entry[key], 0);
		return { files: all.length, bytes: sum('encodedBodySize'),
			unpacked: sum('decodedBodySize') };
	}, `${HTTPS}/${name}/`);
	context.diagnostic(`/${name}/: ${files} files, ${bytes} bytes sent, ` +
		`${unpacked} unpacked`);
	assert.ok(files > 5 && files <= 16, `${files} files`);
	assert.ok(bytes > 0 && bytes < 64 * 1024, `${bytes} bytes`);
}
