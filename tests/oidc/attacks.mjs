// The sign-in pages under attack: forms of other sites, planted sessions,
// frames, addresses that lead away, headers and logs, cookies, and requests
// that no browser sends. What signin.mjs shows of it is not shown again.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { HTTPS, STATE, call, hubctl, until } from '../api/lib/hub.mjs';
import { front } from '../api/lib/front.mjs';
import { Visitor, mainForm, newAddress, pageFields } from './lib/form.mjs';
import { REDIRECT, authorization, client, codeOf, newcomer, redeem, signIn,
	tokens, unguessable, user } from './lib/provider.mjs';

const AFTER = 'https://app.example/signed-out';
const app = client('attacks', '--public', '--post-logout-uri', AFTER);
const who = user('attacks');
const EVIL = 'https://evil.example';

const credentials = ({ username, password }) => ({ username, password });

async function isSignedIn(visitor) {
	const { location } = await visitor.go(
		authorization(app, { prompt: 'none' }).target);
	assert.ok(location?.startsWith(REDIRECT), location);
	return location.includes('code=');
}

// Bytes as they are to the TLS port from an address of its own, all that comes
// back, and whether the server ended it.
function raw(text, address = newAddress()) {
	const { port } = new URL(HTTPS);
	return new Promise((resolve, reject) => {
		let got = '';
		const socket = tls.connect({ host: '127.0.0.1', port,
			servername: 'localhost', localAddress: address,
		}, () => socket.write(Buffer.from(text, 'latin1')));
		socket.setTimeout(30000, () => socket.destroy(new Error('no answer')));
		socket.on('data', (chunk) => { got += chunk.toString('latin1'); });
		socket.on('error', reject);
		socket.on('close', () => {
			const [head, ...rest] = got.split('\r\n\r\n');
			const [line, ...fields] = head.split('\r\n');
			resolve({ status: Number(line.split(' ')[1]), fields,
				text: rest.join('\r\n\r\n'),
				field: (name) => fields.filter((one) =>
					one.toLowerCase().startsWith(`${name}: `))
					.map((one) => one.slice(name.length + 2)) });
		});
	});
}

const HOST = new URL(HTTPS).host;
const request = (line, fields = [], body = '') =>
	[`${line} HTTP/1.1`, ...fields.some((one) => /^host:/i.test(one)) ? [] :
		[`Host: ${HOST}`], 'Connection: close', ...fields,
	...body === '' ? [] : ['Content-Length: ' +
		Buffer.byteLength(body, 'latin1')], '', body].join('\r\n');

const FORM = 'Content-Type: application/x-www-form-urlencoded';

// The sign-in form of a new browser, with the right answers put in.
async function readyForm(visitor = new Visitor()) {
	const page = await visitor.go(authorization(app).target);
	const { action, values } = mainForm(page);
	return { visitor, action, fields: { ...values, ...credentials(who) } };
}

test('CSRF: without token or cookie, with another\'s, and from elsewhere',
	async () => {
		const other = await readyForm();
		for (const [what, spoil] of Object.entries({
			'no token': ({ fields }) => { delete fields.form; },
			'an empty token': ({ fields }) => { fields.form = ''; },
			'a foreign token': ({ fields }) => {
				fields.form = other.fields.form;
			},
			'a token in another case': ({ fields }) => {
				fields.form = fields.form.toLowerCase() === fields.form ?
					fields.form.toUpperCase() : fields.form.toLowerCase();
			},
			'a longer token': ({ fields }) => { fields.form += 'A'; },
			'no cookie': ({ visitor }) => visitor.cookies.clear(),
			'a foreign cookie': ({ visitor }) => {
				visitor.cookies = new Map(other.visitor.cookies);
			},
			'the cookie as token': ({ visitor, fields }) => {
				fields.form = visitor.cookies.get('__Host-hub-form');
			},
			'another origin': (_, headers) => { headers.origin = EVIL; },
			'a like origin': (_, headers) => {
				headers.origin = `${HTTPS}.evil.example`;
			},
			'our host without TLS': (_, headers) => {
				headers.origin = HTTPS.replace('https', 'http');
			},
		})) {
			const form = await readyForm(), headers = {};
			spoil(form, headers);
			const answer = await form.visitor.request(form.action,
				{ method: 'POST', fields: form.fields, headers });
			assert.equal(answer.status, 400, what);
			pageFields(answer);
			assert.ok(!('__Host-hub' in Object.fromEntries(
				form.visitor.cookies)), what);
			assert.ok(!await isSignedIn(form.visitor), what);
		}
		// Nothing but that was wrong.
		const { visitor, action, fields } = await readyForm();
		await visitor.request(action, { method: 'POST', fields });
		assert.ok(await isSignedIn(visitor));
	});

test('CSRF: the change form takes no other form\'s token', async () => {
	const first = newcomer('attacks-change');
	const visitor = new Visitor(), other = new Visitor();
	const page = await signIn(visitor, first, authorization(app).target);
	const theirs = mainForm(await other.go(authorization(app).target));
	const { action, values } = mainForm(page);
	const own = unguessable();
	const fields = { ...values, new_password: own, new_password_repeat: own };
	const cookies = new Map(visitor.cookies);
	for (const [what, form, headers] of [
		['foreign', theirs.values.form], ['none', ''],
		['elsewhere', values.form, { origin: EVIL }]]) {
		const answer = await visitor.request(action,
			{ method: 'POST', fields: { ...fields, form }, headers });
		assert.equal(answer.status, 400, what);
		visitor.cookies = new Map(cookies);
	}
	assert.ok((await visitor.go(action, { method: 'POST', fields })).location);
});

test('session fixation: no cookie that was there before is worth anything',
	async () => {
		// The attacker's own session, planted in the victim's browser.
		const attacker = await tokens(app, user('attacks-planter'));
		const planted = attacker.visitor.cookies.get('__Host-hub');
		const visitor = new Visitor();
		visitor.cookies.set('__Host-hub', planted);
		const got = await tokens(app, who, { prompt: 'login' }, visitor);
		assert.notEqual(visitor.cookies.get('__Host-hub'), planted);
		const { sub } = JSON.parse(Buffer.from(got.id_token.split('.')[1],
			'base64url'));
		assert.equal(sub, who.id);
		const again = await tokens(app, who, { prompt: 'none' },
			attacker.visitor);
		const still = JSON.parse(Buffer.from(again.id_token.split('.')[1],
			'base64url')).sub;
		assert.equal(still, 'api-test-attacks-planter');
		// Nor does a change cookie sign anybody in, or the form's.
		const first = newcomer('attacks-fixation');
		const changing = new Visitor();
		await signIn(changing, first, authorization(app).target);
		for (const value of changing.cookies.values()) {
			const thief = new Visitor();
			thief.cookies.set('__Host-hub', value);
			assert.ok(!await isSignedIn(thief));
		}
	});

test('clickjacking: no page may be framed, whatever it says', async () => {
	const { visitor } = await tokens(app, who);
	const nobody = new Visitor();
	for (const [one, target] of [
		[nobody, '/identity/login'], [visitor, '/identity/login'],
		[nobody, authorization(app, { prompt: 'login' }).target],
		[nobody, '/identity/password'], [nobody, '/identity/forgot'],
		[nobody, '/identity/logout'],
		[nobody, '/identity/authorize'], [nobody, '/identity/login?client_id=x'],
		[nobody, authorization(app, { redirect_uri: EVIL }).target],
	]) {
		const page = await one.go(target);
		pageFields(page);
		const policy = page.headers['content-security-policy'];
		for (const rule of ['default-src', 'base-uri', 'form-action'])
			assert.ok(policy.includes(rule), `${rule} in ${target}`);
		assert.doesNotMatch(policy, /\*|http:|data:|evil/);
		assert.doesNotMatch(page.text, /<script|<iframe| on[a-z]+="|style="/i);
	}
});

// Every place that takes an address, with what leads away from here in all the
// ways that browsers read addresses.
const AWAY = [EVIL, '//evil.example', '/\\evil.example', '\\\\evil.example',
	'https:evil.example', 'https:/evil.example', '///evil.example',
	`${HTTPS}@evil.example`, `${HTTPS}.evil.example`, '/%09/evil.example',
	'/\t/evil.example', 'javascript:alert(1)', 'JaVaScRiPt:alert(1)',
	'data:text/html,x', 'login\r\nLocation: https://evil.example',
	'https://evil.example#', 'https://evil.example%00.app.example'];

const NAMES = ['redirect_uri', 'request_uri', 'post_logout_redirect_uri',
	'return', 'return_to', 'next', 'continue', 'url', 'target', 'ui_locales',
	'login_hint', 'id_token_hint', 'iss', 'registration', 'resource'];

// What a page of the hub leads to: its own pictures and pages.
const OWN = /^(hub\.(css|svg)\?v=|(login|forgot|authorize|password|logout|account|consent|second-factor)(\?|$))/;

const host = (location) => new URL(location, `${HTTPS}/identity/x`).origin;

test('no parameter of any page leads away', async () => {
	const { visitor } = await tokens(app, who);
	const nobody = new Visitor();
	const good = new URLSearchParams(authorization(app).target.split('?')[1]);
	let seen = 0;
	for (const name of NAMES) {
		for (const [i, value] of AWAY.entries()) {
			const all = new URLSearchParams(good);
			all.set(name, value);
			const alone = new URLSearchParams({ [name]: value });
			const one = i % 2 ? visitor : nobody;
			for (const target of [`authorize?${all}`, `login?${all}`,
				`login?${alone}`, `password?${alone}`,
				...i % 2 ? [] : [`logout?${alone}`]]) {
				const answer = await new Visitor({ address: newAddress() })
					.request(`/identity/${target}`, { headers: {
						cookie: [...one.cookies].map((pair) =>
							pair.join('=')).join('; ') } });
				const { location } = answer.headers;
				seen += location !== undefined;
				assert.ok(answer.status < 500, target);
				if (location !== undefined) {
					assert.ok([HTTPS, new URL(REDIRECT).origin]
						.includes(host(location)), `${target}: ${location}`);
				}
				for (const [, to] of answer.text.matchAll(
					/ (?:href|src|action)="([^"]*)"/g))
					assert.match(to, OWN, target);
			}
		}
	}
	assert.ok(seen > 100, 'redirects were there to be looked at');
});

test('the form goes on to nowhere but the client\'s own address', async () => {
	for (const name of ['redirect_uri', 'return', 'next', 'request_uri',
		'action']) {
		const { visitor, action, fields } = await readyForm();
		const answer = await visitor.request(action, { method: 'POST',
			fields: { ...fields, [name]: EVIL } });
		assert.ok(!answer.headers.location?.startsWith(EVIL), name);
		assert.equal(host(answer.headers.location), HTTPS);
		const { location } = await visitor.go(answer.headers.location);
		assert.ok(location.startsWith(`${REDIRECT}?code=`), location);
	}
	// In the query of the form's own address it is judged again.
	const { visitor, action, fields } = await readyForm();
	const bent = new URL(action);
	bent.searchParams.set('redirect_uri', `${EVIL}/callback`);
	const answer = await visitor.request(bent.href,
		{ method: 'POST', fields });
	assert.equal(answer.status, 400);
	assert.equal(answer.headers.location, undefined);
	assert.ok(!await isSignedIn(visitor));
});

test('signing out goes to no address that is not registered', async () => {
	for (const value of [...AWAY, `${AFTER}/`, `${AFTER}?x=1`, `${AFTER}#x`,
		`${AFTER}.evil.example`, AFTER.toUpperCase(), REDIRECT]) {
		const { visitor, id_token: hint } = await tokens(app, who);
		const answer = await visitor.request(
			`/identity/logout?${new URLSearchParams({ id_token_hint: hint,
				post_logout_redirect_uri: value, state: 's' })}`);
		assert.equal(answer.status, 200, value);
		assert.equal(answer.headers.location, undefined, value);
		pageFields(answer);
	}
	const { visitor, id_token: hint } = await tokens(app, who);
	const answer = await visitor.request(
		`/identity/logout?${new URLSearchParams({ id_token_hint: hint,
			post_logout_redirect_uri: AFTER, state: 'a\r\nX-Y: z&b' })}`);
	assert.equal(answer.headers.location, `${AFTER}?state=a%0D%0AX-Y%3A+z%26b`
		.replace('+', answer.headers.location.includes('%20') ? '%20' : '+'));
});

// A line end, NUL and what steers a terminal, in every place that is echoed or
// may be logged. What must never be seen again as it was sent.
const MARK = `mark${unguessable().slice(0, 8)}`;
const NASTY = [`\r\nX-Injected: ${MARK}`, `\nX-Injected: ${MARK}`,
	`\u001b[2J\u001b]0;${MARK}\u0007`, `\u009b31m${MARK}`,
	`${MARK}\u202e\u0008\u007f`, `"><script>${MARK}</script>`,
	`\u2028{"injected":"${MARK}"}`];

function isUnharmed(answer, what) {
	assert.ok(answer.status < 500, `${what}: ${answer.status}`);
	assert.equal(answer.headers['x-injected'], undefined, what);
	assert.ok(!answer.text.includes(`<script>${MARK}`), what);
	for (const value of Object.values(answer.headers).flat()) {
		assert.ok(!/[\0-\x08\x0a-\x1f\x7f-\x9f]/.test(value), what);
		assert.ok(!value.includes(`"><script>${MARK}`), what);
	}
	// What stands escaped within a value of HTML does no harm; a control
	// character that is none of HTML's must not come back at all.
	assert.ok(!/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(answer.text), what);
}

test('header injection: parameters and fields', async () => {
	for (const text of NASTY) {
		const visitor = new Visitor();
		const all = { state: text, nonce: text, client_id: text,
			login_hint: text, ui_locales: text, scope: text, prompt: text,
			id_token_hint: text, acr_values: text, response_mode: text };
		for (const [name, value] of Object.entries(all)) {
			const what = `${name} ${JSON.stringify(text)}`;
			isUnharmed(await visitor.request(
				authorization(app, { [name]: value }).target), what);
			isUnharmed(await visitor.request(`/identity/login?${
				new URLSearchParams({ [name]: value })}`), what);
		}
		// The state comes back whole, escaped.
		const { location } = await visitor.go(
			authorization(app, { prompt: 'none', state: text }).target);
		assert.equal(new URL(location).searchParams.get('state'), text);
		const { action, fields } = await readyForm(visitor);
		isUnharmed(await visitor.request(action, { method: 'POST',
			fields: { ...fields, username: text } }), text);
		isUnharmed(await visitor.request(action, { method: 'POST',
			fields: { ...fields, username: `${text}\0` } }), text);
		isUnharmed(await visitor.request('/identity/logout', { method: 'POST',
			fields: { state: text, ui_locales: text, client_id: text } }), text);
	}
});

const NUL = '\0', ESC = '\x1b[31m', CSI = '\x9b2J';

test('header and log injection: what a web server passes on or not',
	async () => {
		const names = ['User-Agent', 'X-Forwarded-For', 'Forwarded',
			'X-Request-Id', 'Referer', 'Cookie', 'Accept-Language', 'Origin',
			'X-Real-IP', 'Via', 'True-Client-IP', 'Content-Type',
			'Authorization', 'If-None-Match', 'X-Original-URL'];
		for (const name of names) {
			for (const value of [`${ESC}${MARK}`, `${CSI}${MARK}`,
				`${MARK}${NUL}x`, `${MARK}\rX-Injected: ${MARK}`,
				`"}{"injected":"${MARK}"`, `%0d%0aX-Injected: ${MARK}`,
				`\\r\\nX-Injected: ${MARK}`]) {
				const answer = await raw(request('GET /identity/login',
					[`${name}: ${value}`]));
				const what = `${name}: ${JSON.stringify(value)}`;
				assert.ok(answer.status >= 200 && answer.status < 500, what);
				assert.deepEqual(answer.field('x-injected'), [], what);
				assert.ok(!answer.text.includes(MARK), what);
				assert.ok(!answer.fields.some((one) => one.includes(MARK)),
					what);
			}
		}
		for (const target of [`/identity/${ESC}${MARK}`,
			`/identity/\xc2${CSI}${MARK}`, `/identity/%1b[31m%0a${MARK}`,
			`/identity/login%0d%0aX-Injected:%20${MARK}`,
			`/identity/login?%1b=${MARK}`]) {
			const answer = await raw(request(`GET ${target}`));
			assert.ok(answer.status >= 200 && answer.status < 500, target);
			assert.deepEqual(answer.field('x-injected'), [], target);
		}
	});

test('log injection: no log and no audit event holds it', async () => {
	const { headers } = await call('/the-last-of-the-attacks');
	assert.ok(await until(() => fs.readFileSync(
		path.join(front.folder, front.log), 'utf8')
		.includes(headers['x-request-id'])), 'the access log has arrived');
	for (const folder of new Set([path.join(STATE, 'log'), front.folder])) {
		for (const name of fs.readdirSync(folder)) {
			const text = fs.readFileSync(path.join(folder, name), 'latin1');
			// A path is logged as it was sent, escaped.
			for (const line of text.split('\n')
				.filter((one) => one.includes(MARK))) {
				assert.equal(name, front.log);
				const entry = JSON.parse(line);
				assert.match(entry.path, /^\/identity\//);
				assert.ok(!('injected' in entry));
			}
			assert.doesNotMatch(text, /[\0-\x08\x0b-\x1f\x7f-\xff]/, name);
			if (name === front.log) {
				for (const line of text.trim().split('\n'))
					assert.deepEqual(Object.keys(JSON.parse(line)),
						front.fields);
			}
		}
	}
	const audit = hubctl('audit', '--json');
	assert.ok(!audit.includes(MARK), 'a name that was tried stands there');
	assert.ok(audit.includes('signin.failed'));
});

test('cookie tossing: a second session cookie signs nobody in', async () => {
	const { visitor } = await tokens(app, who);
	const mine = visitor.cookies.get('__Host-hub');
	const other = (await tokens(app, user('attacks-tosser'))).visitor
		.cookies.get('__Host-hub');
	const target = () => authorization(app, { prompt: 'none' }).target;
	const ask = (cookie) => new Visitor().request(target(),
		{ headers: { cookie } });
	const isIn = async (cookie) => {
		const { status, headers } = await ask(cookie);
		assert.equal(status, 303, cookie.slice(0, 80));
		return headers.location.includes('code=');
	};
	assert.ok(await isIn(`__Host-hub=${mine}`));
	for (const cookie of [`__Host-hub=${other}; __Host-hub=${mine}`,
		`__Host-hub=${mine}; __Host-hub=${other}`,
		`__Host-hub=${mine}; __Host-hub=`, `__Host-hub=; __Host-hub=${mine}`,
		`__Host-hub=${mine}; __Host-hub=${mine}`, `hub=${mine}`,
		`__host-hub=${mine}`, `__HOST-HUB=${mine}`, `__Secure-hub=${mine}`,
		`Host-hub=${mine}`, `__Host-hub =${mine}`, `__Host-hub="${mine}"`,
		`__Host-hub=${mine}x`, `__Host-hub=${mine.slice(1)}`,
		`__Host-hub%3d${mine}`, `x="; __Host-hub=y"; __Host-hub=${mine}`,
		`__Host-hub=${'A'.repeat(4000)}`, `__Host-hub-change=${mine}`,
		`__Host-hub-form=${mine}`])
		assert.ok(!await isIn(cookie), cookie.slice(0, 100));
	// Of no cookie of another name does anybody lose the session.
	for (const cookie of [`hub=${other}; __Host-hub=${mine}`,
		`__Host-hub=${mine}; ${Array.from({ length: 150 }, (_, i) =>
			`c${i}=x`).join('; ')}`, `;;; ; =; __Host-hub=${mine};`,
		`__Host-hub=${mine}; big=${'B'.repeat(6000)}`])
		assert.ok(await isIn(cookie), cookie.slice(0, 100));
	// Two in two header fields are as two in one, or refused.
	const answer = await raw(request(`GET ${target()}`,
		[`Cookie: __Host-hub=${mine}`, `Cookie: __Host-hub=${other}`]));
	assert.ok(answer.status === 400 || answer.field('location')
		.every((one) => one.includes('login_required')), answer.status);
});

test('cookie tossing: a planted form cookie makes no token of ours',
	async () => {
		const { visitor, action, fields } = await readyForm();
		const own = visitor.cookies.get('__Host-hub-form');
		const attacker = await readyForm();
		const theirs = attacker.visitor.cookies.get('__Host-hub-form');
		const both = [`__Host-hub-form=${theirs}; __Host-hub-form=${own}`,
			`__Host-hub-form=${own}; __Host-hub-form=${theirs}`];
		for (const [cookie, form] of [
			...both.flatMap((cookie) => [[cookie, fields.form],
				[cookie, attacker.fields.form]]),
			[`hub-form=${theirs}`, attacker.fields.form],
			[`__host-hub-form=${theirs}`, attacker.fields.form],
			['__Host-hub-form=x', attacker.fields.form],
		]) {
			const answer = await new Visitor().request(action, {
				method: 'POST', fields: { ...fields, form },
				headers: { cookie } });
			assert.equal(answer.status, 400, cookie);
		}
	});

test('over-long everything is refused, and the next request is served',
	async () => {
		const { visitor, action, fields } = await readyForm();
		const long = (n) => 'x'.repeat(n);
		for (const [what, expected, send] of [
			['a target', [414], () => visitor.request(
				`/identity/login?${long(9000)}`)],
			['a path', [414], () => visitor.request(`/identity/${long(9000)}`)],
			['many parameters', [400], () => visitor.request(
				`/identity/authorize?client_id=x&${Array.from({ length: 500 },
					(_, i) => `p${i}=x`).join('&')}`)],
			['many fields', [400], () => visitor.request(action, {
				method: 'POST', fields: { ...fields, ...Object.fromEntries(
					Array.from({ length: 500 }, (_, i) => [`p${i}`, 'x'])) } })],
			['a name', [403], () => visitor.request(action, { method: 'POST',
				fields: { ...fields, username: long(50000) } })],
			['a password', [403], () => visitor.request(action, {
				method: 'POST', fields: { ...fields,
					username: `long-${MARK}@nowhere.example`,
					password: long(50000) } })],
			['a body', [413], () => visitor.request(action, { method: 'POST',
				fields: { ...fields, username: long(70000) } })],
			['a token', [400], () => visitor.request(action, { method: 'POST',
				fields: { ...fields, form: long(60000) } })],
			['a header field', [431], () => visitor.request(action,
				{ headers: { 'x-long': long(9000) } })],
			['a cookie', [431], () => new Visitor().request(action,
				{ headers: { cookie: `x=${long(9000)}` } })],
			['all fields', [431], () => visitor.request(action, { headers:
				Object.fromEntries(Array.from({ length: 8 }, (_, i) =>
					[`x-${i}`, long(7000)])) })],
			['a hint', [303], () => visitor.request(authorization(app,
				{ prompt: 'none', login_hint: long(5000) }).target)],
		]) {
			const answer = await send();
			assert.ok(expected.includes(answer.status),
				`${what}: ${answer.status}`);
			// What was typed as a name stands in the form again.
			assert.ok(what === 'a name' ||
				!answer.text.includes(long(5001)), what);
		}
		const state = authorization(app, { prompt: 'none', state: long(3000) });
		const { location } = await visitor.go(state.target);
		assert.match(location, /error=invalid_request/);
		assert.ok(!location.includes(long(100)));
		const done = await visitor.request(action, { method: 'POST', fields });
		assert.equal(done.status, 303);
	});

test('a parameter twice, in query and body, is never taken half', async () => {
	const { visitor } = await tokens(app, who);
	const base = authorization(app);
	for (const name of ['client_id', 'redirect_uri', 'state', 'scope',
		'response_type', 'code_challenge', 'code_challenge_method', 'nonce',
		'prompt', 'max_age']) {
		for (const value of [base[name] ?? '0', name === 'redirect_uri' ?
			EVIL : 'other']) {
			const target = `${base.target}&${new URLSearchParams(
				base[name] === undefined ? [[name, value], [name, '1']] :
					[[name, value]])}`;
			const { status, headers } = await visitor.request(target);
			if (/^(client_id|redirect_uri)$/.test(name)) {
				assert.equal(status, 400, name);
				assert.equal(headers.location, undefined, name);
			} else {
				assert.equal(status, 303, name);
				const back = new URL(headers.location);
				assert.equal(back.searchParams.get('error'),
					'invalid_request', name);
				assert.equal(back.searchParams.get('code'), null);
			}
		}
	}
	// By POST the body alone is the request.
	const split = await visitor.request(
		`/identity/authorize?${new URLSearchParams({ redirect_uri: REDIRECT })}`,
		{ method: 'POST', fields: { client_id: app.id, response_type: 'code' } });
	assert.equal(split.status, 400);
	for (const name of ['username', 'password', 'form']) {
		const { visitor, action, fields } = await readyForm();
		const body = `${new URLSearchParams(fields)}&${name}=${
			encodeURIComponent(fields[name])}`;
		const answer = await visitor.request(action, { method: 'POST', body,
			headers: { 'content-type': 'application/x-www-form-urlencoded',
				origin: 'null' } });
		assert.equal(answer.status, 400, name);
		assert.ok(!await isSignedIn(visitor), name);
	}
	// What is typed does not come from the address.
	const form = await readyForm();
	const inQuery = new URL(form.action);
	for (const name of ['username', 'password'])
		inQuery.searchParams.set(name, form.fields[name]);
	await form.visitor.request(inQuery.href, { method: 'POST',
		fields: { form: form.fields.form } });
	assert.ok(!await isSignedIn(form.visitor));
	// A code's fields neither twice nor from the query.
	const ask = authorization(app);
	const code = codeOf(await visitor.go(ask.target), ask);
	const good = new URLSearchParams({ grant_type: 'authorization_code', code,
		redirect_uri: REDIRECT, code_verifier: ask.verifier,
		client_id: app.id });
	for (const [query, body] of [['', `${good}&code=${code}`],
		[`?${good}`, 'grant_type=authorization_code'],
		['', `${good}&client_id=other`]]) {
		const answer = await new Visitor().request(`/identity/token${query}`,
			{ method: 'POST', body, headers: {
				'content-type': 'application/x-www-form-urlencoded' } });
		assert.ok([400, 401].includes(answer.status), answer.text);
	}
	assert.equal((await redeem(app, code, ask)).status, 200);
});

test('a body of another type is no form', async () => {
	for (const type of [undefined, '', 'text/plain', 'application/json',
		'multipart/form-data; boundary=x', 'application/xml',
		'application/x-www-form-urlencoded-not', 'x',
		'application/x-www-form-urlencoded, text/plain']) {
		const { visitor, action, fields } = await readyForm();
		const bodies = [new URLSearchParams(fields).toString(),
			JSON.stringify(fields), Object.entries(fields).map(([n, v]) =>
				`--x\r\nContent-Disposition: form-data; name="${n}"\r\n\r\n${v}\r\n`)
				.join('') + '--x--\r\n'];
		for (const body of bodies) {
			const answer = await visitor.request(action, { method: 'POST',
				body, headers: { ...type === undefined ? {} :
					{ 'content-type': type }, origin: 'null' } });
			assert.equal(answer.status, 400, `${type}: ${answer.status}`);
		}
		assert.ok(!await isSignedIn(visitor), type);
	}
	const { visitor, action, fields } = await readyForm();
	const answer = await visitor.request(action, { method: 'POST',
		body: new URLSearchParams(fields).toString(), headers: {
			'content-type':
				'Application/X-WWW-Form-UrlEncoded; charset=utf-8' } });
	assert.equal(answer.status, 303);
});

test('method games open nothing', async () => {
	for (const target of ['/identity/login', '/identity/password',
		'/identity/forgot', '/identity/authorize', '/identity/logout']) {
		for (const method of ['PUT', 'DELETE', 'PATCH', 'PROPFIND', 'X',
			'POSTS']) {
			const answer = await raw(request(`${method} ${target}`, [FORM],
				'username=x'));
			assert.equal(answer.status, 405, `${method} ${target}`);
			assert.match(answer.field('allow')[0], /^GET, HEAD, POST, OPTIONS$/);
		}
		const trace = await raw(request(`TRACE ${target}`,
			['Cookie: __Host-hub=x']));
		assert.ok(trace.status >= 400 && trace.status < 500);
		assert.ok(!trace.text.includes('__Host-hub=x'));
	}
	// What a header calls the method counts for nothing.
	const { visitor, action, fields } = await readyForm();
	for (const name of ['x-http-method-override', 'x-method-override',
		'x-http-method']) {
		const answer = await visitor.request(
			`${action}&${new URLSearchParams(fields)}&_method=POST`,
			{ headers: { [name]: 'POST' } });
		assert.equal(answer.status, 200, 'a form and no sign-in');
	}
	assert.ok(!await isSignedIn(visitor));
	const head = await visitor.request('/identity/login', { method: 'HEAD' });
	assert.equal(head.status, 200);
	assert.equal(head.text, '');
	// Signing in by GET is none.
	await visitor.request(`/identity/login?${new URLSearchParams(fields)}`);
	assert.ok(!await isSignedIn(visitor));
});

test('the host of the request is in no answer', async () => {
	for (const fields of [['Host: evil.example'],
		['Host: evil.example:443'], [`Host: ${HOST}`,
			'X-Forwarded-Host: evil.example'], [`Host: ${HOST}`,
			'Forwarded: host=evil.example;proto=http'], [`Host: ${HOST}`,
			'X-Forwarded-Proto: http', 'X-Host: evil.example'],
		[`Host: ${HOST}`, 'Host: evil.example'], ['Host: '],
		[`Host: ${HOST}@evil.example`], [`Host: ${HOST}/evil.example`]]) {
		for (const target of [authorization(app).target, '/identity/login',
			authorization(app, { prompt: 'none' }).target,
			'/identity/.well-known/openid-configuration']) {
			const answer = await raw(request(`GET ${target}`, fields));
			assert.ok(answer.status < 500, fields.join());
			assert.ok(!`${answer.fields}${answer.text}`.includes('evil'),
				fields.join());
			for (const location of answer.field('location'))
				assert.ok([HTTPS, new URL(REDIRECT).origin]
					.includes(new URL(location).origin), location);
		}
	}
	const answer = await raw(request(
		`GET https://evil.example${authorization(app).target}`));
	assert.ok(!`${answer.fields}${answer.text}`.includes('evil'));
});

test('nobody chooses the address that his tries are counted for', async () => {
	const address = newAddress();
	let kept = 0;
	for (let i = 0; i < 30; i++) {
		const fake = `10.${i}.${i}.${i}`;
		const visitor = new Visitor({ address });
		const page = await visitor.go('/identity/login');
		const { status } = await visitor.submit(page,
			{ username: `source-${i}-${MARK}@nowhere.example`, password: 'x' },
			{ 'x-forwarded-for': fake, forwarded: `for=${fake}`,
				'x-real-ip': fake, 'true-client-ip': fake,
				'cf-connecting-ip': fake, 'x-client-ip': fake,
				'remote-addr': fake, via: fake });
		assert.ok(status === 403 || status === 429, String(status));
		kept += status === 429;
	}
	assert.ok(kept > 0, 'thirty tries of one address went all through');
	const sources = hubctl('audit', '--json').trim().split('\n')
		.map((line) => JSON.parse(line).source);
	assert.ok(sources.includes(address));
	assert.ok(!sources.some((one) => one?.startsWith('10.')));
	// Nor does anybody use up another's tries.
	await tokens(app, who);
});
