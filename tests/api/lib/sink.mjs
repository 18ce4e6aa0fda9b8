// A mail server of the tests' own: scripts/mail-sink.py, and what it was sent.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, until } from './hub.mjs';

export class Sink {
	constructor(port, folder) {
		this.port = port;
		this.folder = folder;
		fs.mkdirSync(folder, { recursive: true });
	}

	async start(...options) {
		let said = '';

		this.process = spawn('/usr/bin/python3', [
			path.join(ROOT, 'scripts/mail-sink.py'), '--port', this.port,
			'--folder', this.folder, ...options,
		], { stdio: ['ignore', 'pipe', 'inherit'] });
		this.process.stdout.on('data', (chunk) => { said += chunk; });
		assert.ok(await until(() => said.includes('ready')), 'it listens');
	}

	async stop() {
		const { process } = this;

		if (process === undefined || process.exitCode !== null)
			return;
		process.kill('SIGTERM');
		assert.ok(await until(() => process.exitCode !== null ||
			process.signalCode !== null), 'it ends');
	}

	// What has come, the oldest first, and is forgotten by that.
	take() {
		const names = fs.readdirSync(this.folder)
			.filter((name) => name.endsWith('.eml')).sort();

		return names.map((name) => {
			const file = path.join(this.folder, name);
			const mail = parse(fs.readFileSync(file, 'latin1'));
			fs.unlinkSync(file);
			return mail;
		});
	}

	async next() {
		let mails = [];

		assert.ok(await until(() => (mails = this.take()).length > 0, 40),
			'a mail has come');
		assert.equal(mails.length, 1);
		return mails[0];
	}
}

const utf8 = (latin1) => Buffer.from(latin1, 'latin1').toString('utf8');

const unquote = (text) => text.replace(/=\r\n/g, '')
	.replace(/=([0-9A-F]{2})/g, (_, hex) =>
		String.fromCharCode(parseInt(hex, 16)));

// RFC 2047, as far as the hub writes it.
const words = (value) => utf8(value.replace(/\?=\s+=\?/g, '?==?')
	.replace(/=\?UTF-8\?Q\?([^?]*)\?=/g, (_, text) =>
		unquote(text.replace(/_/g, ' '))));

// The header's fields by name in lower case, and what follows them.
function split(text) {
	const end = text.indexOf('\r\n\r\n');
	const lines = text.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n');
	const fields = Object.fromEntries(lines.map((line) => {
		const colon = line.indexOf(':');
		return [line.slice(0, colon).toLowerCase(),
			line.slice(colon + 1).trim()];
	}));
	return { fields, body: text.slice(end + 4) };
}

// The parts that are no containers, by type.
function leaves(text, into = {}) {
	const { fields, body } = split(text);
	const type = fields['content-type'];
	const boundary = /boundary="?([^";]+)/.exec(type)?.[1];

	if (boundary === undefined) {
		assert.equal(fields['content-transfer-encoding'], 'quoted-printable');
		for (const line of body.split('\r\n'))
			assert.ok(line.length <= 76, 'RFC 2045 section 6.7');
		into[type] = utf8(unquote(body));
		return into;
	}
	for (const part of body.split(`--${boundary}`).slice(1, -1))
		leaves(part.replace(/^\r\n/, ''), into);
	return into;
}

function parse(text) {
	const { fields } = split(text);
	const parts = leaves(text);

	assert.deepEqual(Object.keys(parts),
		['text/plain; charset=utf-8', 'text/html; charset=utf-8']);
	return {
		fields, to: fields['x-envelope-to'], subject: words(fields.subject),
		text: parts['text/plain; charset=utf-8'],
		html: parts['text/html; charset=utf-8'],
	};
}
