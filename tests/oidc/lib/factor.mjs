// An authenticator app: codes of time (RFC 6238), made here so that they are
// not the library's that the hub uses.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mainForm } from './form.mjs';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function bytesOf(base32) {
	const bits = [...base32].map((c) =>
		ALPHABET.indexOf(c).toString(2).padStart(5, '0')).join('');
	return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

const stepNow = () => Math.floor(Date.now() / 30000);

function codeAt(secret, step) {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(step));
	const mac = createHmac('sha1', bytesOf(secret)).update(counter).digest();
	const at = mac[19] & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000)
		.padStart(6, '0');
}

// The hub takes each step once, so the app remembers what it has shown; the
// step after this one is taken as well.
export class App {
	constructor(secret) {
		this.secret = secret;
		this.last = 0;
	}

	static of(page) {
		const [, key] = /<code>([A-Z2-7 ]{39})<\/code>/.exec(page.text) ??
			assert.fail(page.text);
		return new App(key.replaceAll(' ', ''));
	}

	// Waits until there is a code that was not shown yet.
	async code() {
		while (Math.max(this.last + 1, stepNow()) > stepNow() + 1)
			await new Promise((done) => setTimeout(done, 200));
		this.last = Math.max(this.last + 1, stepNow());
		return codeAt(this.secret, this.last);
	}
}

export const recoveryOf = (page) =>
	[...page.text.matchAll(/<li><code>([0-9a-z-]{19})<\/code>/g)]
		.map(([, code]) => code);

// Adds a factor from the page that shows its secret.
export async function add(visitor, page) {
	const app = App.of(page);
	const answer = await visitor.submit(page, { code: await app.code() });
	assert.equal(answer.status, 200, answer.text);
	const recovery = recoveryOf(answer);
	assert.equal(recovery.length, 10, answer.text);
	return { app, recovery, page: answer };
}

export const asksForCode = (page) => {
	const form = mainForm(page);
	assert.equal(new URL(page.url).pathname, '/identity/second-factor');
	assert.equal(form?.values.step, 'code', page.text);
	assert.match(page.text, /autocomplete="one-time-code"/);
};
