// A real attacker: Debian's hydra with a list of passwords against the sign-in
// form. It finds what stands among the first tries and nothing behind them;
// the user gets in from elsewhere, after a bounded wait.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { HTTPS, hubctl, pause } from '../api/lib/hub.mjs';
import { Visitor, mainForm } from './lib/form.mjs';
import { authorization, client, codeOf, tokens, unguessable, user }
	from './lib/provider.mjs';

const app = client('hydra', '--public');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hub-hydra.'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const escaped = (text) => text.replaceAll(':', '\\:');
const isFound = (output, password) =>
	output.includes(`password: ${password}`);
const counters = () =>
	Number(/^ *throttle +(\d+)$/m.exec(hubctl('stat'))[1]);
const events = (name) => hubctl('audit', '--json').trim().split('\n')
	.map((line) => JSON.parse(line)).filter(({ event }) => event === name);

// The form is bound to a cookie, which an attacker fetches once.
async function formOfAttacker() {
	const visitor = new Visitor();
	const { values } = mainForm(await visitor.go('/identity/login'));
	return { form: values.form, cookie: [...visitor.cookies]
		.map((pair) => pair.join('=')).join('; ') };
}

// Attacks LIST of names or passwords; what hydra says in the end.
async function attack(what, lists, ...options) {
	const { form, cookie } = await formOfAttacker();
	const files = Object.entries(lists).flatMap(([flag, list]) => {
		const file = path.join(folder, `${what}${flag}`);
		fs.writeFileSync(file, `${list.join('\n')}\n`);
		return [flag, file];
	});
	const { hostname, port } = new URL(HTTPS);
	const hydra = spawn('hydra', ['-I', '-K', '-4', ...files, ...options,
		'-s', port, hostname, 'https-post-form',
		`/identity/login:form=${form}&username=^USER^&password=^PASS^:` +
			`g=:H=Cookie\\: ${escaped(cookie)}:S=__Host-hub=`,
	], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	for (const stream of [hydra.stdout, hydra.stderr])
		stream.on('data', (chunk) => { output += chunk; });
	const stop = setTimeout(() => hydra.kill('SIGINT'), 60000);
	await new Promise((done, failed) =>
		hydra.on('close', done).on('error', failed));
	clearTimeout(stop);
	if (process.env.HUB_HYDRA_SHOW)
		console.error(output);
	return output;
}

// Wrong tries of an address that cost no delay.
const FREE_OF_ADDRESS = 20;

const wrong = (n) => Array.from({ length: n }, () => unguessable());

test('hydra finds a password that stands among its first tries', async () => {
	const who = user('hydra-easy');
	const output = await attack('easy',
		{ '-P': [...wrong(2), who.password] }, '-l', who.username, '-t', '1');
	assert.ok(isFound(output, who.password), output);
});

test('hydra finds nothing in a list, and the user still gets in', async () => {
	const who = user('hydra');
	const before = events('signin.failed').length;
	const list = [...wrong(120), who.password, ...wrong(20)];
	const output = await attack('list', { '-P': list }, '-l', who.username,
		'-t', '16');
	assert.ok(!isFound(output, who.password), output);
	const tried = events('signin.failed').length - before;
	assert.ok(tried >= 3 && tried < 25, `${tried} of its tries were looked at`);
	assert.ok(events('signin.throttled').length > 0);

	// From another address, with the right password: after a wait that is
	// told and that no attacker can make longer than a quarter of an hour.
	const request = authorization(app);
	const visitor = new Visitor();
	for (let waited = 0; ;) {
		const page = await visitor.go(request.target);
		const answer = await visitor.submit(page,
			{ username: who.username, password: who.password });
		if (answer.location !== undefined) {
			codeOf(answer, request);
			break;
		}
		assert.equal(answer.status, 429);
		const seconds = Number(answer.headers['retry-after']);
		waited += seconds;
		assert.ok(seconds > 0 && waited <= 130, `${waited} s`);
		await pause(seconds * 1000);
	}
});

test('hydra with many names and one password is kept out by its address',
	async () => {
		const who = user('hydra-spray');
		const bystander = user('hydra-bystander');
		const names = Array.from({ length: 150 }, (_, i) =>
			`hydra-${i}@nowhere.example`);
		const before = events('signin.failed').length;
		const counted = counters(), began = performance.now();
		const output = await attack('spray',
			{ '-L': [...names, who.username] }, '-p', who.password, '-t', '16');
		const tried = events('signin.failed').length - before;
		const looked = tried + (isFound(output, who.password) ? 1 : 0);
		// One more for each delay that has ended meanwhile, each twice as
		// long as the one before; that one may be any of them.
		const most = FREE_OF_ADDRESS + Math.ceil(Math.log2(1 +
			(performance.now() - began) / 1000));
		assert.ok(tried >= 10 && looked <= most,
			`${looked} of its tries were looked at, not ${most}`);
		// A counter for each name that was looked at, and one of the address.
		assert.ok(counters() - counted <= looked + 1, 'what is kept out counts');
		await tokens(app, bystander);
		await tokens(app, who);
	});
