// What the hub mails, to a real mail server, on good days and on bad ones.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ROOT, slay, until } from './lib/hub.mjs';
import { freePort, withHub } from './lib/scripts.mjs';
import { Sink } from './lib/sink.mjs';
import { mainForm } from '../oidc/lib/form.mjs';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-mail.'));
fs.chmodSync(work, 0o711);
const state = path.join(work, 'state');
const sink = new Sink(await freePort(), path.join(work, 'mail'));
const PASSWORD = /^ {4}([a-z0-9]{6}(?:-[a-z0-9]{6}){2})\r?$/mi;
const told = [];

after(async () => {
	await sink.stop();
	fs.rmSync(work, { recursive: true, force: true });
});

function hubctl(...args) {
	return spawnSync(path.join(ROOT, 'scripts/hubctl'),
		['--state', state, ...args], { encoding: 'utf8' });
}

const queue = () => hubctl('mail', 'list', '--json').stdout.split('\n')
	.filter((line) => line !== '').map((line) => JSON.parse(line));

// One request to this hub, whose authority nobody else knows.
function request(base, target, fields) {
	const body = fields && new URLSearchParams(fields).toString();
	const headers = body === undefined ? {} : {
		'content-type': 'application/x-www-form-urlencoded',
		'content-length': Buffer.byteLength(body), origin: 'null',
	};
	const options = {
		ca: fs.readFileSync(path.join(state, 'ca.pem')), headers,
		method: body === undefined ? 'GET' : 'POST', timeout: 60000,
		family: 4,
	};
	if (request.cookie !== undefined)
		headers.cookie = request.cookie;
	return new Promise((resolve, reject) => {
		const url = new URL(target, `${base}/identity/`);
		const sent = https.request(url, options, (answer) => {
			let text = '';
			answer.on('data', (chunk) => { text += chunk; });
			answer.on('end', () => {
				for (const line of answer.headers['set-cookie'] ?? [])
					request.cookie = line.split(';')[0];
				resolve({ url: url.href, status: answer.statusCode,
					headers: answer.headers, text });
			});
		});
		sent.on('error', reject);
		sent.end(body);
	});
}

async function forget(base, username) {
	const page = await request(base, 'forgot');
	const form = mainForm(page);

	assert.equal(page.status, 200);
	const answer = await request(base, new URL(form.action, page.url).href,
		{ ...form.values, username });
	assert.equal(answer.status, 200, answer.text);
	return answer;
}

// Where the password of a mail leads.
async function signIn(base, username, password) {
	const page = await request(base, 'login');
	const form = mainForm(page);

	return request(base, new URL(form.action, page.url).href,
		{ ...form.values, username, password });
}

test('a forgotten password, whatever the mail server does', async () => {
	await sink.start();
	await withHub(state, async (said, http, base) => {
		const demo = JSON.parse(fs.readFileSync(path.join(state, 'demo.json')));
		const [one, two, three, four] = demo.accounts
			.filter(({ role }) => role === 'customer')
			.map(({ username }) => username);

		// It arrives, in both forms, and opens the form for a new one.
		await forget(base, one);
		const mail = await sink.next();
		assert.equal(mail.to, one);
		assert.equal(mail.subject, 'Wachtwoord vergeten');
		assert.equal(mail.fields['auto-submitted'], 'auto-generated');
		const [, password] = PASSWORD.exec(mail.text);
		told.push(password);
		assert.ok(mail.html.includes(`<strong>${password}</strong>`));
		assert.ok(mail.text.includes(one) && mail.html.includes(one));
		assert.ok(mail.text.includes(`${base}/mijn/`));
		assert.ok(!mail.text.includes('{{') && !mail.html.includes('{{'));
		assert.ok(await until(() => queue().length === 0), 'it leaves the queue');
		const opened = await signIn(base, one, password);
		assert.equal(opened.status, 303);
		assert.match(opened.headers.location, /password/);

		// Nobody of that name: the same page, and no mail.
		await forget(base, 'nobody@api-test.example');
		assert.ok(await until(() => queue().length === 0));
		assert.deepEqual(sink.take(), []);

		// A server that is away: the mail waits, and comes when it is back.
		await sink.stop();
		await forget(base, two);
		assert.ok(await until(() => queue()[0]?.fault !== null &&
			queue()[0]?.tries === 1));
		assert.match(queue()[0].fault, /connect/);
		assert.ok(!queue()[0].fault.includes(two));
		await sink.start('--answer-data', '451 4.3.0 later, says mail-sink');
		assert.equal(hubctl('mail', 'retry', '--all').status, 0);
		assert.ok(await until(() => /451 4\.3\.0/.test(queue()[0].fault)));
		assert.equal(queue()[0].state, 'waiting');
		await sink.stop();

		// One that hangs up in the middle, and one that refuses for good.
		await sink.start('--hang-up');
		assert.equal(hubctl('mail', 'retry', '--all').status, 0);
		assert.ok(await until(() => queue()[0].tries === 1 &&
			!/451/.test(queue()[0].fault ?? '451')));
		assert.equal(queue()[0].state, 'waiting');
		await sink.stop();
		await sink.start('--answer-rcpt', '550 5.1.1 nobody here');
		assert.equal(hubctl('mail', 'retry', '--all').status, 0);
		assert.ok(await until(() => queue()[0].state === 'failed'));
		assert.equal(queue()[0].fault,
			'the mail server answered 550 5.1.1 to RCPT');
		assert.match(hubctl('audit', '--since', '1h').stdout, /mail\.failed/);
		await sink.stop();
		await sink.start();
		assert.equal(hubctl('mail', 'retry', queue()[0].name).status, 0);
		const late = await sink.next();
		assert.equal(late.to, two);
		told.push(PASSWORD.exec(late.text)[1]);

		// A slow one delays nobody. The housekeeper dies meanwhile: the mail
		// is tried again, with another password.
		await sink.stop();
		await sink.start('--slow', '4');
		await forget(base, three);
		assert.ok(await until(() => queue()[0]?.tries === 1));
		const before = Date.now();
		assert.equal((await request(base, 'login')).status, 200);
		assert.ok(Date.now() - before < 4000 || os.loadavg()[0] > 8);
		slay(housekeeper());
		assert.ok(await until(() => housekeeper(false) !== undefined));
		assert.equal(hubctl('mail', 'retry', '--all').status, 0);
		let last;
		assert.ok(await until(() => {
			for (const next of sink.take()) {
				last = next;
				told.push(PASSWORD.exec(next.text)[1]);
			}
			return queue().length === 0;
		}, 40));
		assert.equal(last.to, three);
		assert.equal((await signIn(base, three, told.at(-1))).status, 303);

		// One is on its way when TERM comes: the hub ends all the same.
		await forget(base, four);
		assert.ok(await until(() => queue()[0]?.tries === 1));
	}, `127.0.0.1:${sink.port}`);
	await sink.stop();

	assert.ok(told.length >= 3 && new Set(told).size === told.length);
	for (const name of fs.readdirSync(state, { recursive: true })) {
		const file = path.join(state, name);
		if (!fs.statSync(file).isFile())
			continue;
		const bytes = fs.readFileSync(file);
		for (const password of told)
			assert.ok(!bytes.includes(password), `${name} holds a password`);
	}
});

function housekeeper(must = true) {
	const found = fs.readdirSync('/proc').filter((entry) => {
		try {
			const words = fs.readFileSync(`/proc/${entry}/cmdline`, 'utf8');
			const name = fs.readFileSync(`/proc/${entry}/comm`, 'utf8');
			return words.includes(`${state}/`) && name.includes('house');
		} catch {
			return false;
		}
	});
	assert.ok(!must || found.length === 1, `found ${found.length}`);
	return found[0] && Number(found[0]);
}

test('the connection: STARTTLS, TLS, certificates and passwords', async () => {
	const conf = path.join(work, 'hub.conf');
	const secret = path.join(work, 'secret'), login = path.join(work, 'login');
	const tls = ['--certificate', path.join(state, 'tls/server.pem'),
		'--key', path.join(state, 'tls/server.key')];
	const base = fs.readFileSync(path.join(state, 'hub.conf'), 'utf8')
		.split('\n').filter((line) => !/^mail\.(server|security)/.test(line));

	fs.writeFileSync(login, 'hub\ncorrect horse\n');
	fs.writeFileSync(secret, 'correct horse\n', { mode: 0o600 });
	if (process.getuid() === 0)
		spawnSync('chown', ['hub', secret]);
	const test = (...lines) => {
		fs.writeFileSync(conf, [...base,
			`mail.server = localhost:${sink.port}`, ...lines, ''].join('\n'));
		return spawnSync(path.join(state, 'bin/hubctl'),
			['--config', conf, 'mail', 'test', 'jan@example.nl'],
			{ encoding: 'utf8' });
	};
	const good = (answer) => {
		assert.equal(answer.status, 0, answer.stderr);
		assert.equal(sink.take().length, 1);
	};
	const bad = (answer, reason) => {
		assert.equal(answer.status, 1, answer.stdout);
		assert.match(answer.stderr, reason);
		assert.ok(!answer.stderr.includes('horse'));
		assert.deepEqual(sink.take(), []);
	};
	const ca = `mail.ca = ${path.join(state, 'ca.pem')}`;
	const user = ['mail.user = hub', `mail.password_file = ${secret}`];

	await sink.start(...tls);
	good(test(ca));
	bad(test(), /certificate/i);
	await sink.stop();
	await sink.start();
	bad(test(ca), /TLS|STARTTLS|SSL/i);
	await sink.stop();
	await sink.start(...tls, '--tls');
	good(test(ca, 'mail.security = tls'));
	bad(test('mail.security = tls'), /certificate/i);
	await sink.stop();
	await sink.start(...tls, '--login', login);
	good(test(ca, ...user));
	bad(test(ca), /530|authent/i);
	fs.writeFileSync(secret, 'wrong horse\n');
	bad(test(ca, ...user), /login|denied|535/i);
	fs.chmodSync(secret, 0o644);
	bad(test(ca, ...user), /can be read by anybody/);
	await sink.stop();
});
