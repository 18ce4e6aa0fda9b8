// RFC 9700, line by line, where no other suite has it: redirect URIs, PKCE,
// redirects after POST, what a client's own token is called, old grants.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, customer, problem } from '../api/lib/hub.mjs';
import { Visitor, mainForm, pageFields } from './lib/form.mjs';
import { ISSUER, authorization, client, codeOf, post, redeem, signIn, tokens,
	unguessable, user } from './lib/provider.mjs';

const who = user('rfc9700');
const WEB = 'https://app.example/call/back?k=v';
const LOOPBACK = 'http://127.0.0.1/callback';
const app = client('rfc9700', '--public', '--redirect-uri', WEB,
	'--redirect-uri', LOOPBACK);
const portal = client('rfc9700-portal');
const old = client('rfc9700-old', '--pkce', 'optional');

// A page that tells what is wrong, and nowhere to go on to.
function isErrorPage(answer, what) {
	assert.equal(answer.status, 400, what);
	assert.equal(answer.headers.location, undefined, what);
	pageFields(answer);
	assert.equal(mainForm(answer), null, what);
	// To the page's own pictures and to itself in the other language.
	assert.doesNotMatch(answer.text,
		/http-equiv|<script|(href|src)="(?!hub\.(css|svg)\?|authorize\?)/,
		what);
}

const ask = (visitor, who, params) =>
	visitor.request(authorization(who, params).target);

test('redirect URIs match as exact strings', async () => {
	const { visitor } = await tokens(app, who, { redirect_uri: WEB });
	const wrong = [
		'https://APP.example/call/back?k=v', 'HTTPS://app.example/call/back?k=v',
		'https://app.example/Call/back?k=v', 'https://app.example/call/back/?k=v',
		'https://app.example/call/back', 'https://app.example/call/back?',
		'https://app.example/call/back?k=v&x=y',
		'https://app.example/call/back?x=y&k=v',
		'https://app.example/call/back?k=v#', 'https://app.example/call/back?k=v#x',
		'https://app.example/call/../call/back?k=v',
		'https://app.example/call/back/..?k=v',
		'https://app.example/call/./back?k=v', 'https://app.example/call//back?k=v',
		'https://app.example//call/back?k=v',
		'https://app.example/call/%2e%2e/call/back?k=v',
		'https://app.example/call/b%61ck?k=v', 'https://app.example/call%2fback?k=v',
		'https://app.example/call/back?k=%76', 'https://app.example/call\\back?k=v',
		'https://app.example@evil.example/call/back?k=v',
		'https://app.example:x@evil.example/call/back?k=v',
		'https://user@app.example/call/back?k=v',
		'https://app.example:443/call/back?k=v',
		'https://app.example:8443/call/back?k=v',
		'https://app.example.evil.example/call/back?k=v',
		'https://evil.example/app.example/call/back?k=v',
		'https://app.example./call/back?k=v', 'https://evilapp.example/call/back?k=v',
		'https://x.app.example/call/back?k=v', 'http://app.example/call/back?k=v',
		'//app.example/call/back?k=v', '/call/back?k=v', 'app.example/call/back',
		'javascript:alert(1)', 'data:text/html,x', ` ${WEB}`, `${WEB} `,
		`${WEB}\n`, `${WEB}\r\nX: y`, `${WEB}\0`, `${WEB},https://evil.example`,
		`${WEB} https://evil.example`, 'https://app.ex\u0430mple/call/back?k=v',
		'https://app\u3002example/call/back?k=v', '*', 'https://*', '',
	];
	for (const redirect_uri of wrong) {
		for (const params of [{ redirect_uri },
			{ redirect_uri, prompt: 'none' },
			{ redirect_uri, response_type: 'x' }])
			isErrorPage(await ask(visitor, app, params), redirect_uri);
	}
	isErrorPage(await ask(visitor, app, { redirect_uri: undefined }), 'none');
	const answer = await ask(visitor, app, { redirect_uri: WEB });
	assert.ok(answer.headers.location.startsWith(`${WEB}&code=`));
});

test('on the loopback host the port may differ, and nothing else',
	async () => {
		const { visitor } = await tokens(app, who, { redirect_uri: WEB });
		for (const port of ['', ':80', ':1', ':65535']) {
			const redirect_uri = `http://127.0.0.1${port}/callback`;
			const { headers } = await ask(visitor, app, { redirect_uri });
			assert.ok(headers.location?.startsWith(`${redirect_uri}?code=`),
				redirect_uri);
		}
		for (const redirect_uri of ['http://localhost/callback',
			'http://[::1]/callback', 'http://127.0.0.2/callback',
			'http://127.1/callback', 'http://2130706433/callback',
			'http://0x7f000001/callback', 'https://127.0.0.1/callback',
			'http://127.0.0.1:/callback', 'http://127.0.0.1:0/callback',
			'http://127.0.0.1:080/callback', 'http://127.0.0.1:65536/callback',
			'http://127.0.0.1:80@evil.example/callback',
			'http://127.0.0.1:x/callback', 'http://127.0.0.1:8080/other',
			'http://127.0.0.1:8080/callback/', 'http://127.0.0.1:8080/callback?x',
			'http://127.0.0.1.evil.example/callback',
			'http://x@127.0.0.1:8080/callback'])
			isErrorPage(await ask(visitor, app, { redirect_uri }),
				redirect_uri);
		for (const port of [':444', ':443', ':8443']) {
			const redirect_uri = WEB.replace('example/', `example${port}/`);
			isErrorPage(await ask(visitor, app, { redirect_uri }), port);
		}
	});

async function refusedBack(visitor, who, params, error) {
	const request = authorization(who, params);
	const { status, headers } = await visitor.request(request.target);
	assert.equal(status, 303);
	const { searchParams } = new URL(headers.location);
	assert.ok(headers.location.startsWith(request.redirect_uri));
	assert.equal(searchParams.get('error'), error, headers.location);
	assert.equal(searchParams.get('state'), request.state);
	assert.equal(searchParams.get('iss'), ISSUER);
	assert.equal(searchParams.get('code'), null);
}

test('PKCE is obligatory for public clients, and the default for others',
	async () => {
		const { visitor } = await tokens(portal, who);
		const none = { code_challenge: undefined,
			code_challenge_method: undefined };
		for (const one of [app, portal]) {
			for (const params of [none, { ...none, code_challenge: '' },
				{ code_challenge: undefined }])
				await refusedBack(visitor, one, params, 'invalid_request');
		}
		const answer = await ask(visitor, old, none);
		assert.match(answer.headers.location, /[?&]code=/);
	});

test('PKCE: the method plain is refused, also when it is not named',
	async () => {
		const { visitor } = await tokens(portal, who);
		for (const one of [app, portal, old]) {
			for (const code_challenge_method of ['plain', undefined, '', 's256',
				'S512', 'S256 ', 'none'])
				await refusedBack(visitor, one, { code_challenge_method },
					'invalid_request');
			for (const code_challenge of ['short', 'x'.repeat(42),
				'x'.repeat(44), `${'x'.repeat(42)}=`, `${'x'.repeat(42)}+`])
				await refusedBack(visitor, one, { code_challenge },
					'invalid_request');
		}
	});

async function freshCode(visitor, one, params = {}) {
	const request = authorization(one, params);
	return { request, code: codeOf(await visitor.go(request.target), request) };
}

async function isRefused(answer, error = 'invalid_grant') {
	const { status, body, text } = await answer;
	assert.equal(status, 400, text);
	assert.equal(body.error, error);
}

test('PKCE: no downgrade, neither at authorize nor at token', async () => {
	const { visitor } = await tokens(old, who);
	// Begun with a challenge, ended without its verifier. Who has stolen a code
	// cannot take it from the owner by a wrong try either.
	for (const verifier of [undefined, '', 'x'.repeat(43)]) {
		const { request, code } = await freshCode(visitor, old);
		const fields = { grant_type: 'authorization_code', code,
			redirect_uri: request.redirect_uri };
		if (verifier !== undefined)
			fields.code_verifier = verifier;
		await isRefused(post('token', old, fields));
		assert.equal((await redeem(old, code, request)).status, 200);
	}
	// Begun without one, ended with a verifier (section 4.8.2).
	const { request, code } = await freshCode(visitor, old, {
		code_challenge: undefined, code_challenge_method: undefined });
	await isRefused(redeem(old, code, request));
});

test('a code is of its client and redirect URI (sections 4.5, 4.4)',
	async () => {
		const { visitor } = await tokens(portal, who);
		const other = client('rfc9700-other');
		const first = await freshCode(visitor, portal);
		await isRefused(redeem(other, first.code, first.request));
		for (const redirect_uri of ['https://app.example/callback/', WEB,
			undefined]) {
			const { request, code } = await freshCode(visitor, portal);
			const answer = await post('token', portal, {
				grant_type: 'authorization_code', code,
				code_verifier: request.verifier,
				...redirect_uri === undefined ? {} : { redirect_uri },
			});
			assert.equal(answer.status, 400, answer.text);
			assert.match(answer.body.error, /^invalid_(grant|request)$/);
		}
	});

test('every redirect after a POST is a 303', async () => {
	const visitor = new Visitor();
	const request = authorization(portal);
	const fields = Object.fromEntries(
		new URLSearchParams(request.target.split('?')[1]));
	const asPost = () => visitor.request('/identity/authorize',
		{ method: 'POST', fields });
	const toForm = await asPost();
	assert.equal(toForm.status, 303);
	const page = await visitor.request(toForm.headers.location);
	const { action, values } = mainForm(page);
	const signedIn = await visitor.request(action, { method: 'POST', fields:
		{ ...values, username: who.username, password: who.password } });
	assert.equal(signedIn.status, 303);
	assert.doesNotMatch(signedIn.headers.location, /password|username/);
	const back = await asPost();
	assert.equal(back.status, 303);
	assert.match(back.headers.location, /[?&]code=/);
	assert.equal(back.text, '', 'nothing of the form comes back');
});

test('the sub of a client\'s own token is never an account\'s id', async () => {
	customer('rfc9700-twin');
	// A client whose id is that of an account.
	const twin = client('api-test-rfc9700-twin', '--grant',
		'client_credentials', '--scope', 'hub.read', '--scope', 'records.write');
	const { status, body, text } = await post('token', twin,
		{ grant_type: 'client_credentials' });
	assert.equal(status, 200, text);
	const { sub } = JSON.parse(Buffer.from(body.access_token.split('.')[1],
		'base64url'));
	assert.notEqual(sub, 'api-test-rfc9700-twin');
	assert.doesNotMatch(sub, /^[A-Za-z0-9._-]+$/, 'no account has such an id');
	const answer = await call('/account/mine', { token: body.access_token });
	assert.ok([401, 403].includes(answer.status), answer.text);
	problem(answer, answer.status);
	const info = await new Visitor().request('/identity/userinfo', { headers:
		{ authorization: `Bearer ${body.access_token}` } });
	assert.ok([401, 403].includes(info.status), info.text);
});

test('the implicit and the password grant are gone (sections 2.1.2, 2.4)',
	async () => {
		const { visitor } = await tokens(portal, who);
		for (const response_type of ['token', 'id_token', 'id_token token',
			'code token', 'code id_token', 'code id_token token', 'none',
			'Code', 'code code'])
			await refusedBack(visitor, portal, { response_type },
				'unsupported_response_type');
		for (const response_mode of ['fragment', 'form_post', 'web_message'])
			await refusedBack(visitor, portal, { response_mode },
				'invalid_request');
		await isRefused(post('token', portal, { grant_type: 'password',
			username: who.username, password: who.password,
			scope: 'openid' }), 'unsupported_grant_type');
		await isRefused(post('token', app, { grant_type: 'implicit' }),
			'unsupported_grant_type');
	});

test('a refresh token is bound to its client and never gives more',
	async () => {
		const got = await tokens(portal, who, { scope: 'openid' });
		const other = client('rfc9700-thief');
		const use = (one, more = {}) => post('token', one, {
			grant_type: 'refresh_token', refresh_token: got.refresh_token,
			...more });
		await isRefused(use(other));
		await isRefused(use(app));
		await isRefused(use(portal, { scope: 'openid email' }),
			'invalid_scope');
		const next = await use(portal);
		assert.equal(next.status, 200, 'the owner is none the worse');
		assert.ok(!next.body.scope.split(' ').includes('email'));
		await isRefused(post('token', portal, { grant_type: 'refresh_token',
			refresh_token: unguessable() }));
	});

test('no answer with a code or a token is kept or told on', async () => {
	const visitor = new Visitor();
	const request = authorization(portal);
	const page = await visitor.go(request.target);
	pageFields(page);
	const answer = await visitor.submit(page,
		{ username: who.username, password: who.password });
	assert.equal(answer.headers['cache-control'], 'no-store');
	const { headers } = await redeem(portal, codeOf(answer, request), request);
	assert.equal(headers['cache-control'], 'no-store');
});
