// A hub that mails, for the tests of pages: to a mail server of their own, and
// as it was before when they are over.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { STATE, originalConf, reload, until } from '../../api/lib/hub.mjs';
import { freePort } from '../../api/lib/scripts.mjs';
import { Sink } from '../../api/lib/sink.mjs';

// The password in a mail.
export const MAILED = /^([a-z0-9]{6}(?:-[a-z0-9]{6}){2})\r?$/mi;

export class Post {
	#work = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-post.'));
	#waiting = [];

	// A file for --until of the mail server.
	gate = path.join(this.#work, 'gate');

	// MORE are lines of the configuration.
	async begin(more = '') {
		this.sink = new Sink(await freePort(), path.join(this.#work, 'mail'));
		await reload(`${originalConf}
mail.server = 127.0.0.1:${this.sink.port}
mail.security = none
mail.from = hub@example.nl
mail.templates = ${STATE}/texts
${more}
`);
	}

	async end() {
		await reload(originalConf);
		await this.sink?.stop();
		fs.rmSync(this.#work, { recursive: true, force: true });
	}

	// The mail to that address with that word in its subject; others stay.
	async to(address, subject) {
		let found = -1;
		const fits = (mail) => mail.to === address &&
			subject.test(mail.subject);

		assert.ok(await until(() => {
			this.#waiting.push(...this.sink.take());
			found = this.#waiting.findIndex(fits);
			return found >= 0;
		}, 60), `${subject} to ${address}; there is ${this.#waiting.map(
			(mail) => `${mail.subject} to ${mail.to}`).join(', ')}`);
		return this.#waiting.splice(found, 1)[0];
	}

	// What else has come, and was not asked for.
	rest() {
		this.#waiting.push(...this.sink.take());
		return this.#waiting.splice(0);
	}
}
