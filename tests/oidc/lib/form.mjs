// A browser without a screen, in as many copies as a test wants: plain
// requests with a jar of cookies, which follow redirects within the hub and
// send the main form of a page, the first one, with what it holds.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { HTTPS, commonFields } from '../../api/lib/hub.mjs';

// NODE_EXTRA_CA_CERTS names the hub's authority.
const agents = {
	'http:': new http.Agent({ keepAlive: true, maxSockets: 128 }),
	'https:': new https.Agent({ keepAlive: true, maxSockets: 128 }),
};

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"' };

export function unescape(text) {
	return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
		(all, hex, decimal, name) => {
			if (name !== undefined) {
				assert.ok(name in ENTITIES, `the entity ${all} is not known`);
				return ENTITIES[name];
			}
			return String.fromCodePoint(hex === undefined ?
				Number(decimal) : parseInt(hex, 16));
		});
}

// The attributes of a tag; a bare one has the value "".
function attributes(tag) {
	const found = {};
	for (const [, name, value] of
		tag.matchAll(/\s([a-z-]+)(?:="([^"]*)")?/gi))
		found[name.toLowerCase()] = unescape(value ?? '');
	return found;
}

// The first form of a page: where it goes and what it holds; null without.
export function mainForm(page) {
	const match = /<form\b[^>]*>([\s\S]*?)<\/form>/i.exec(page.text);
	if (match === null)
		return null;
	const form = attributes(match[0].slice(0, match[0].indexOf('>')));
	const inputs = [...match[1].matchAll(/<(?:input|button)\b([^>]*)>/gi)]
		.map(([, text]) => attributes(text)).filter(({ name }) => name);
	return {
		method: (form.method ?? 'get').toUpperCase(),
		action: new URL(form.action ?? '', page.url).href,
		names: inputs.map(({ name }) => name),
		values: Object.fromEntries(inputs
			.filter(({ type, value }) => type === 'hidden' ||
				value !== undefined)
			.map(({ name, value }) => [name, value ?? ''])),
	};
}

let addresses = 0;

// An address on loopback of its own, so that nobody shares its counters.
export function newAddress() {
	addresses++;
	return `127.${1 + (process.pid >> 8 & 63)}.${process.pid & 255}.` +
		`${1 + addresses % 250}`;
}

export class Visitor {
	constructor({ address = newAddress(), language = 'nl' } = {}) {
		this.address = address;
		this.language = language;
		this.cookies = new Map();
	}

	#keep(answer) {
		for (const line of answer.headers['set-cookie'] ?? []) {
			const [pair, ...flags] = line.split(/;\s*/);
			const i = pair.indexOf('=');
			const name = pair.slice(0, i), value = pair.slice(i + 1);
			if (flags.some((flag) => /^max-age=0$/i.test(flag)) ||
			    value === '')
				this.cookies.delete(name);
			else
				this.cookies.set(name, value);
		}
	}

	// One request, no redirect followed.
	request(target, { method = 'GET', fields, headers = {}, body } = {}) {
		const url = new URL(target, HTTPS);
		const sent = { 'accept-language': this.language, ...headers };
		if (fields !== undefined) {
			body = new URLSearchParams(fields).toString();
			sent['content-type'] = 'application/x-www-form-urlencoded';
			// What browsers say of a page that sends no referrer.
			sent.origin ??= 'null';
		}
		if (body !== undefined)
			sent['content-length'] = Buffer.byteLength(body);
		if (this.cookies.size > 0)
			sent.cookie = [...this.cookies]
				.map((pair) => pair.join('=')).join('; ');
		const send = url.protocol === 'https:' ? https.request : http.request;
		return new Promise((resolve, reject) => {
			const request = send(url, {
				method, headers: sent, agent: agents[url.protocol],
				localAddress: this.address, family: 4, timeout: 60000,
			}, (response) => {
				const chunks = [];
				response.on('data', (chunk) => chunks.push(chunk));
				response.on('error', reject);
				response.on('end', () => {
					const answer = {
						url: url.href, status: response.statusCode,
						headers: response.headers,
						text: Buffer.concat(chunks).toString('utf8'),
						all: (name) => response.rawHeaders.filter(
							(_, i, a) => i % 2 === 1 &&
							a[i - 1].toLowerCase() === name),
					};
					this.#keep(answer);
					resolve(answer);
				});
			});
			request.on('timeout', () => request.destroy(
				new Error(`${method} ${url.pathname}: no answer`)));
			request.on('error', reject);
			request.end(body);
		});
	}

	// Goes on until a page, or an address that is not the hub's: then
	// location is that.
	async go(target, options) {
		let answer = await this.request(target, options);
		for (let i = 0; answer.status >= 300 && answer.status < 400; i++) {
			assert.ok(i < 10, 'redirects go round in circles');
			assert.equal(answer.status, 303, 'every redirect is a 303');
			const next = new URL(answer.headers.location, answer.url);
			if (next.origin !== new URL(HTTPS).origin)
				return { ...answer, location: next.href };
			answer = await this.request(next.href);
		}
		return answer;
	}

	// Sends the page's main form with these values put in.
	submit(page, values, headers) {
		const form = mainForm(page);
		assert.notEqual(form, null, `no form on the page: ${page.text}`);
		assert.equal(form.method, 'POST');
		for (const name of Object.keys(values))
			assert.ok(form.names.includes(name),
				`the form has no field ${name}`);
		return this.go(form.action, {
			method: 'POST', fields: { ...form.values, ...values }, headers,
		});
	}
}

// A page of the hub has these, whatever it says.
export function pageFields(page) {
	commonFields(page);
	assert.match(page.headers['content-type'], /^text\/html; charset=utf-8$/i);
	assert.equal(page.headers['referrer-policy'], 'no-referrer');
	const policy = page.headers['content-security-policy'];
	assert.match(policy, /frame-ancestors 'none'/);
	assert.doesNotMatch(policy, /unsafe/);
}
