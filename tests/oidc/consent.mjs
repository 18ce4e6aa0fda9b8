// Clients of third parties: what they ask is told and remembered, and ends when
// the user withdraws it. Plain requests, and openid-client where it can.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oidc from 'openid-client';
import { call } from '../api/lib/hub.mjs';
import { Visitor, mainForm, pageFields } from './lib/form.mjs';
import { ISSUER, REDIRECT, SCOPE, authorization, client, codeOf,
	redeem, refresh, signIn, user } from './lib/provider.mjs';

const third = client('consent-third', '--third-party', '--name',
	'Derde <partij>');
const who = user('consent');

// Up to the consent page.
async function ask(visitor, params = {}, app = third) {
	const request = authorization(app, params);
	let page = await visitor.go(request.target);
	if (new URL(page.url).pathname === '/identity/login')
		page = await visitor.submit(page,
			{ username: who.username, password: who.password });
	assert.equal(page.status, 200, page.location ?? page.text);
	assert.equal(new URL(page.url).pathname, '/identity/consent');
	pageFields(page);
	return { request, page };
}

const decide = (visitor, page, decision) =>
	visitor.submit(page, { decision });

// The user's own page, and one of its buttons.
async function press(visitor, fields) {
	const page = await visitor.go('/identity/account');
	assert.equal(new URL(page.url).pathname, '/identity/account', page.text);
	const { form } = mainForm(page).values;
	return visitor.go('/identity/account', {
		method: 'POST', fields: { form, ...fields },
	});
}

const withdraw = (visitor, app = third) =>
	press(visitor, { do: 'app', client: app.id });

test('openid-client: asked once, then never again', async () => {
	const config = await oidc.discovery(new URL(ISSUER), third.id, {},
		oidc.ClientSecretBasic(third.secret));
	assert.ok(config.serverMetadata().prompt_values_supported
		.includes('consent'));
	const visitor = new Visitor();
	for (const round of [1, 2]) {
		const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
		const expectedState = oidc.randomState();
		const address = oidc.buildAuthorizationUrl(config, {
			redirect_uri: REDIRECT, scope: SCOPE, state: expectedState,
			code_challenge_method: 'S256', code_challenge:
				await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
		});
		let answer = round === 1 ? await signIn(visitor, who, address.href) :
			await visitor.go(address.href);
		if (round === 1)
			answer = await decide(visitor, answer, 'allow');
		const got = await oidc.authorizationCodeGrant(config,
			new URL(answer.location), { pkceCodeVerifier, expectedState });
		const mine = await call('/account/mine', { token: got.access_token });
		assert.equal(mine.status, 200, mine.text);
		const again = await oidc.refreshTokenGrant(config, got.refresh_token);
		assert.equal(again.scope, SCOPE);
	}
	await withdraw(visitor);
});

test('the page says who asks what, in both languages', async () => {
	for (const [language, words] of [
		['nl', ['Toestemming voor Derde &lt;partij&gt;',
			'uw e-mailadres zien', 'terwijl u de app niet gebruikt']],
		['en', ['Permission for Derde &lt;partij&gt;',
			'see your email address', 'while you are not using the app']],
	]) {
		const { page } = await ask(new Visitor({ language }));
		for (const word of words)
			assert.ok(page.text.includes(word), `${word}: ${page.text}`);
		assert.match(page.headers['content-security-policy'],
			/form-action 'self' https:\/\/app\.example(;|$)/);
		assert.equal(page.headers['x-frame-options'], 'DENY');
	}
});

test('deny, and prompt=none, give the errors of OpenID Connect', async () => {
	const visitor = new Visitor();
	const { request, page } = await ask(visitor);
	const denied = new URL((await decide(visitor, page, 'deny')).location);
	assert.equal(denied.searchParams.get('error'), 'access_denied');
	assert.equal(denied.searchParams.get('state'), request.state);
	assert.equal(denied.searchParams.get('iss'), ISSUER);
	const silent = await visitor.go(
		authorization(third, { prompt: 'none' }).target);
	assert.match(silent.location, /[?&]error=consent_required&/);
});

test('prompt=login consent: each is asked once', async () => {
	const visitor = new Visitor();
	const first = await ask(visitor);
	codeOf(await decide(visitor, first.page, 'allow'), first.request);
	const { request, page } = await ask(visitor, { prompt: 'login consent' });
	codeOf(await decide(visitor, page, 'allow'), request);
	await withdraw(visitor);
});

test('a wider scope asks again, a narrower one does not', async () => {
	const visitor = new Visitor();
	const first = await ask(visitor, { scope: 'openid email' });
	codeOf(await decide(visitor, first.page, 'allow'), first.request);
	const narrow = authorization(third, { scope: 'openid', prompt: 'none' });
	codeOf(await visitor.go(narrow.target), narrow);
	const wide = await ask(visitor, { scope: 'openid profile' });
	codeOf(await decide(visitor, wide.page, 'allow'), wide.request);
	const both = authorization(third,
		{ scope: 'openid profile email', prompt: 'none' });
	codeOf(await visitor.go(both.target), both);
	await withdraw(visitor);
});

test('several questions side by side, answered at once', async () => {
	const other = client('consent-other', '--third-party');
	const visitor = new Visitor();
	const asked = [await ask(visitor, { scope: 'openid' }),
		await ask(visitor, { scope: 'openid email' }),
		await ask(visitor, { scope: 'openid' }, other)];
	const answers = await Promise.all(asked.map(({ page }) =>
		decide(visitor, page, 'allow')));
	answers.forEach((answer, i) => codeOf(answer, asked[i].request));
	// None of the two has taken away what the other brought.
	const both = authorization(third,
		{ scope: 'openid email', prompt: 'none' });
	codeOf(await visitor.go(both.target), both);
	await withdraw(visitor);
	await withdraw(visitor, other);
});

test('another site, another request: nothing is given', async () => {
	const visitor = new Visitor();
	const { page } = await ask(visitor, { scope: 'openid' });
	const { action, values } = mainForm(page);
	const wide = new URL(action);
	wide.searchParams.set('scope', 'openid email hub.read');
	for (const [target, fields, headers, status] of [
		[action, values, { origin: 'https://evil.example' }, 400],
		[action, { ...values, form: 'x' }, {}, 400],
		[action, { ...values, shown: values.form }, {}, 409],
		[wide.href, values, {}, 409],
	]) {
		const { status: got, text } = await visitor.request(target, {
			method: 'POST', fields: { ...fields, decision: 'allow' }, headers,
		});
		assert.equal(got, status, text);
	}
	const silent = await visitor.go(
		authorization(third, { scope: 'openid', prompt: 'none' }).target);
	assert.match(silent.location, /[?&]error=consent_required&/);
});

test('withdrawn: tokens, refresh tokens and codes are dead', async () => {
	const visitor = new Visitor();
	const { request, page } = await ask(visitor);
	const { body } = await redeem(third,
		codeOf(await decide(visitor, page, 'allow'), request), request);
	const late = authorization(third);
	const code = codeOf(await visitor.go(late.target), late);
	const told = await visitor.go('/identity/account');
	assert.ok(told.text.includes('Derde &lt;partij&gt;'), told.text);
	const done = await withdraw(visitor);
	assert.match(done.text, /role="status">Die app heeft geen toegang meer/);
	assert.ok(!done.text.includes('Derde &lt;partij&gt;'), done.text);
	const mine = await call('/account/mine', { token: body.access_token });
	assert.equal(mine.status, 401);
	for (const answer of [await refresh(third, body.refresh_token),
		await redeem(third, code, late)]) {
		assert.equal(answer.status, 400, answer.text);
		assert.equal(answer.body.error, 'invalid_grant');
	}
	await ask(visitor);
});

test('redeeming while it is withdrawn leaves nothing alive', async () => {
	const visitor = new Visitor();
	const { page } = await ask(visitor);
	await decide(visitor, page, 'allow');
	for (let round = 0; round < 3; round++) {
		const requests = Array.from({ length: 6 }, () => authorization(third));
		const codes = [];
		for (const request of requests)
			codes.push(codeOf(await visitor.go(request.target), request));
		const [, ...answers] = await Promise.all([withdraw(visitor),
			...codes.map((code, i) => redeem(third, code, requests[i]))]);
		for (const { status, body, text } of answers) {
			if (status !== 200) {
				assert.equal(body.error, 'invalid_grant', text);
				continue;
			}
			const { status: mine } = await call('/account/mine',
				{ token: body.access_token });
			assert.equal(mine, 401, 'a token has outlived its consent');
			assert.equal((await refresh(third, body.refresh_token)).status,
				400);
		}
		const again = await ask(visitor);
		await decide(visitor, again.page, 'allow');
	}
});

test('a third party without refresh tokens ends as well', async () => {
	const bare = client('consent-bare', '--third-party',
		'--grant', 'authorization_code');
	const visitor = new Visitor();
	const { request, page } = await ask(visitor, {}, bare);
	assert.match(page.text, /hooguit \d+ minuten/);
	const { body } = await redeem(bare,
		codeOf(await decide(visitor, page, 'allow'), request), request);
	assert.equal(body.refresh_token, undefined);
	const mine = () => call('/account/mine', { token: body.access_token });
	assert.equal((await mine()).status, 200);
	await withdraw(visitor, bare);
	assert.equal((await mine()).status, 401);
});

test('a first party never asks', async () => {
	const own = client('consent-own', '--public');
	const request = authorization(own, { prompt: 'consent' });
	codeOf(await signIn(new Visitor(), who, request.target), request);
});
