// Debian's Chromium without a screen, which trusts the hub's authority the way
// a user's browser would: by a certificate database in its home.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.HUB_CHROMIUM ?? '/usr/bin/chromium';

function makeHome() {
	const home = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-browser.'));
	const store = path.join(home, '.pki/nssdb');

	fs.mkdirSync(store, { recursive: true });
	const certutil = (...args) => execFileSync('certutil',
		['-d', `sql:${store}`, ...args], { stdio: 'pipe' });
	certutil('-N', '--empty-password');
	certutil('-A', '-n', 'hub', '-t', 'C,,', '-i', process.env.HUB_CA);
	return home;
}

// A browser; close() ends it. Each context of it is a user of its own.
export async function openBrowser() {
	const home = makeHome();
	const browser = await chromium.launch({
		executablePath: EXECUTABLE, headless: true, timeout: 120000,
		env: { ...process.env, HOME: home },
		chromiumSandbox: process.getuid() !== 0,
		args: ['--disable-dev-shm-usage', '--no-proxy-server'],
	});
	return {
		newContext: (options) => browser.newContext(
			{ locale: 'nl-NL', ...options }),
		close: async () => {
			await browser.close();
			fs.rmSync(home, { recursive: true, force: true });
		},
	};
}

// A page that waits long enough for a slow machine.
export async function openPage(browser, options) {
	const context = await browser.newContext(options);

	context.setDefaultTimeout(60000);
	return context.newPage();
}
