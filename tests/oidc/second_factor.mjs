// The second factor, from the page that adds one to the tokens that tell of it,
// by a certified client; and what somebody tries who knows the password only.
import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { after, test } from 'node:test';
import * as oidc from 'openid-client';
import { HTTPS, hubctl, load, originalConf, reload, until }
	from '../api/lib/hub.mjs';
import { organization } from '../api/lib/records.mjs';
import { App, add, asksForCode, recoveryOf } from './lib/factor.mjs';
import { Visitor, mainForm, pageFields } from './lib/form.mjs';
import { ISSUER, REDIRECT, SCOPE, authorization, client, codeOf, newcomer,
	post, refresh, setPassword, signIn, tokens, unguessable, user }
	from './lib/provider.mjs';

const FACTOR = '/identity/second-factor';
const ACCOUNT = '/identity/account';
const PASSWORD_ACR = 'urn:hub:acr:password';
const MFA = 'urn:hub:acr:mfa';

const app = client('second-factor', '--public');
const shop = client('second-factor-shop');
const config = await oidc.discovery(new URL(ISSUER), app.id, {}, oidc.None());

// Who has one, as it is long ago.
async function withFactor(name) {
	const who = user(name);
	const { visitor } = await tokens(app, who);
	const added = await add(visitor, await visitor.go(FACTOR));
	return { ...who, ...added, visitor };
}

async function isNotSignedIn(visitor) {
	const { target } = authorization(app, { prompt: 'none' });
	const { location } = await visitor.go(target);
	assert.match(location, /error=login_required/);
}

// Through the form for the code, by the client's own request.
async function authorize(who, more = {}) {
	const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
	const expectedState = oidc.randomState();
	const expectedNonce = oidc.randomNonce();
	const address = oidc.buildAuthorizationUrl(config, {
		redirect_uri: REDIRECT, scope: SCOPE, state: expectedState,
		nonce: expectedNonce, code_challenge_method: 'S256',
		code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
		...more,
	});
	const visitor = new Visitor();
	let page = await signIn(visitor, who, address.href);
	if (who.app !== undefined) {
		asksForCode(page);
		page = await visitor.submit(page, { code: await who.app.code() });
	}
	assert.ok(page.location, `${page.status}: ${page.text}`);
	return oidc.authorizationCodeGrant(config, new URL(page.location),
		{ pkceCodeVerifier, expectedState, expectedNonce,
			idTokenExpected: true });
}

test('discovery names the values of acr', () => {
	assert.deepEqual(config.serverMetadata().acr_values_supported,
		[PASSWORD_ACR, MFA]);
	for (const claim of ['acr', 'amr'])
		assert.ok(config.serverMetadata().claims_supported.includes(claim));
});

test('a password alone is what the tokens tell, whatever was asked',
	async () => {
		const got = await authorize(user('one-step'), { acr_values: MFA });
		assert.equal(got.claims().acr, PASSWORD_ACR);
		assert.deepEqual(got.claims().amr, ['pwd']);
		assert.equal(decodeJwt(got.access_token).acr, PASSWORD_ACR);
	});

test('password and code, in all tokens and after a refresh', async () => {
	const who = await withFactor('two-steps');
	const got = await authorize(who, { acr_values: MFA });
	assert.equal(got.claims().acr, MFA);
	assert.deepEqual(got.claims().amr, ['pwd', 'otp', 'mfa']);
	assert.equal(decodeJwt(got.access_token).acr, MFA);

	const next = await refresh(app, got.refresh_token);
	assert.equal(next.status, 200);
	assert.equal(decodeJwt(next.body.id_token).acr, MFA);
	assert.deepEqual(decodeJwt(next.body.id_token).amr,
		['pwd', 'otp', 'mfa']);
	assert.equal(decodeJwt(next.body.id_token).auth_time,
		got.claims().auth_time);
	assert.equal(decodeJwt(next.body.access_token).acr, MFA);

	// The browser that added it has given a code as well.
	const same = await tokens(shop, who, {}, who.visitor);
	assert.equal(decodeJwt(same.id_token).acr, MFA);
	const about = await post('introspect', shop, { token: same.access_token });
	assert.equal(about.body.acr, MFA);
});

test('the password opens the form for the code and nothing else', async () => {
	const who = await withFactor('form-only');
	const visitor = new Visitor();
	const request = authorization(app);
	const page = await signIn(visitor, who, request.target);
	pageFields(page);
	asksForCode(page);
	assert.ok(!visitor.cookies.has('__Host-hub'));
	await isNotSignedIn(visitor);
	// Its cookie is no session's.
	const thief = new Visitor();
	thief.cookies.set('__Host-hub', visitor.cookies.get('__Host-hub-factor'));
	await isNotSignedIn(thief);
	assert.equal((await visitor.request(`${FACTOR}.svg`)).status, 404);

	const wrong = await visitor.submit(page, { code: '000000' });
	asksForCode(wrong);
	pageFields(wrong);
	assert.equal(wrong.status, 403);
	assert.ok(!wrong.text.includes('000000'));
	const answer = await visitor.submit(wrong, { code: await who.app.code() });
	codeOf(answer, request);
	assert.ok(visitor.cookies.has('__Host-hub'));
	assert.ok(!visitor.cookies.has('__Host-hub-factor'));
});

test('of many who bring one code at the same moment one gets in', async () => {
	const who = await withFactor('replay');
	const visitors = [], pages = [];
	for (let i = 0; i < 3; i++) {
		visitors.push(new Visitor());
		pages.push(await signIn(visitors[i], who,
			authorization(app).target));
	}
	const code = await who.app.code();
	const answers = await Promise.all(visitors.map((visitor, i) =>
		visitor.submit(pages[i], { code })));
	assert.equal(answers.filter(({ location }) =>
		/[?&]code=/.test(location)).length, 1);
	assert.equal(answers.filter(({ status }) => status === 403).length, 2);
	assert.equal(visitors.filter(({ cookies }) =>
		cookies.has('__Host-hub')).length, 1);
});

test('a recovery code signs in once', async () => {
	const who = await withFactor('recovery');
	for (const works of [true, false]) {
		const visitor = new Visitor();
		const request = authorization(app);
		const page = await signIn(visitor, who, request.target);
		const answer = await visitor.submit(page,
			{ code: who.recovery[0].toUpperCase().replaceAll('-', ' ') });
		if (works)
			codeOf(answer, request);
		else
			assert.equal(answer.status, 403);
	}
	assert.match(hubctl('account', 'show', who.username),
		/second factor: since .*, recovery codes left: 9/);
});

test('wrong codes make the next wait', async () => {
	const who = await withFactor('guess');
	const visitor = new Visitor();
	let page = await signIn(visitor, who, authorization(app).target);
	for (let i = 0; i < 12 && page.status !== 429; i++)
		page = await visitor.submit(page, { code: '000000' });
	assert.equal(page.status, 429, page.text);
	assert.match(page.headers['retry-after'], /^[1-9][0-9]*$/);
	pageFields(page);
	asksForCode(page);
});

test('a browser from before is signed in no more', async () => {
	const who = user('other-address');
	const { visitor: other } = await tokens(app, who);
	const { visitor } = await tokens(app, who);
	await add(visitor, await visitor.go(FACTOR));
	await isNotSignedIn(other);
	const { location } = await visitor.go(
		authorization(app, { prompt: 'none' }).target);
	assert.match(location, /[?&]code=/);
});

test('the secret is shown to its own session and kept by nobody', async () => {
	const who = user('secret');
	const { visitor } = await tokens(app, who);
	const page = await visitor.go(FACTOR);
	pageFields(page);
	const { secret } = App.of(page);
	assert.ok(page.text.includes(`secret=${secret}&amp;issuer=localhost`));
	assert.ok(!page.url.includes(secret));
	assert.equal(page.headers['cache-control'], 'no-store');
	const picture = await visitor.request(`${FACTOR}.svg`);
	assert.equal(picture.status, 200);
	assert.equal(picture.headers['content-type'], 'image/svg+xml');
	assert.equal(picture.headers['cache-control'], 'no-store');
	assert.match(picture.text, /^<svg .*<\/svg>\n$/s);
	// It is the same as long as it is worked on, and nobody else's.
	assert.equal(App.of(await visitor.go(FACTOR)).secret, secret);
	const other = (await tokens(app, who)).visitor;
	assert.notEqual(App.of(await other.go(FACTOR)).secret, secret);
	assert.equal((await new Visitor().request(`${FACTOR}.svg`)).status, 404);
	const nobody = await new Visitor().go(FACTOR);
	assert.equal(new URL(nobody.url).pathname, '/identity/login');

	// A form of another site brings no token.
	const forged = await visitor.request(FACTOR, { method: 'POST',
		fields: { step: 'add', code: await new App(secret).code() } });
	assert.equal(forged.status, 400);
	assert.ok(mainForm(await visitor.go(FACTOR)).values.step === 'add');
});

test('it goes for the password and a code, and an operator takes it',
	async () => {
		const who = await withFactor('remove');
		let page = await who.visitor.go(FACTOR);
		assert.equal(mainForm(page).values.step, 'on');
		const remove = { act: 'remove', code: who.recovery[0] };
		page = await who.visitor.submit(page,
			{ ...remove, password: unguessable() });
		assert.equal(page.status, 403);
		page = await who.visitor.submit(page,
			{ ...remove, password: who.password });
		assert.equal(new URL(page.url).pathname, ACCOUNT);
		assert.match(page.text, /role="status">[^<]* staat uit\./);
		await tokens(app, who);
		page = await who.visitor.go(FACTOR);
		assert.equal(mainForm(page).values.step, 'add', page.text);

		const again = await add(who.visitor, page);
		assert.equal(again.recovery.length, 10);
		hubctl('account', 'reset-second-factor', who.username);
		await isNotSignedIn(who.visitor);
		await tokens(app, who);
		assert.throws(() =>
			hubctl('account', 'reset-second-factor', who.username),
		{ status: 1 });
		const log = hubctl('audit');
		for (const event of ['added', 'removed', 'reset', 'recovery-used'])
			assert.ok(log.includes(`second-factor.${event}`), event);
		for (const secret of [who.app.secret, ...who.recovery])
			assert.ok(!log.includes(secret));
	});

test('new recovery codes end the old ones, by the way of the account page',
	async () => {
		const who = await withFactor('renew');
		let page = await who.visitor.go(ACCOUNT);
		assert.match(page.text, /Ongebruikte herstelcodes: 10/);
		const [, link] = /href="(second-factor[^"]*)"/.exec(page.text);
		page = await who.visitor.go(new URL(link, page.url).href);
		page = await who.visitor.submit(page,
			{ act: 'renew', password: who.password, code: who.recovery[0] });
		assert.equal(page.status, 200, page.text);
		const fresh = recoveryOf(page);
		assert.equal(fresh.length, 10);
		assert.ok(fresh.every((code) => !who.recovery.includes(code)));
		for (const [code, works] of [[who.recovery[1], false],
			[fresh[0], true]]) {
			const visitor = new Visitor();
			const request = authorization(app);
			const form = await signIn(visitor, who, request.target);
			const answer = await visitor.submit(form, { code });
			if (works)
				codeOf(answer, request);
			else
				assert.equal(answer.status, 403);
		}
		assert.match((await who.visitor.go(ACCOUNT)).text,
			/Ongebruikte herstelcodes: 9/);
		const log = hubctl('audit');
		assert.ok(log.includes('second-factor.recovery-renewed'));
		for (const code of fresh)
			assert.ok(!log.includes(code));
	});

test('a temporary password is replaced first, then the code is asked',
	async () => {
		const who = await withFactor('reset');
		const temporary = hubctl('account', 'reset-password', who.username)
			.trimEnd().split('\n').at(-1);
		const visitor = new Visitor();
		const request = authorization(app);
		let page = await signIn(visitor, { ...who, password: temporary },
			request.target);
		const own = unguessable();
		page = await visitor.submit(page,
			{ new_password: own, new_password_repeat: own });
		asksForCode(page);
		await isNotSignedIn(visitor);
		page = await visitor.submit(page, { code: await who.app.code() });
		codeOf(page, request);
	});

test('a first sign-in needs no code', async () => {
	const who = newcomer('no-factor');
	const visitor = new Visitor();
	const request = authorization(app);
	const page = await signIn(visitor, who, request.target);
	const own = unguessable();
	codeOf(await visitor.submit(page,
		{ new_password: own, new_password_repeat: own }), request);
	assert.equal((await visitor.go(`${HTTPS}${FACTOR}`)).status, 200);
});

test('acr_values ends no session that began without a code', async () => {
	const who = user('voluntary');
	const { visitor } = await tokens(app, who);
	const again = await tokens(app, who,
		{ acr_values: MFA, prompt: 'none' }, visitor);
	assert.equal(decodeJwt(again.id_token).acr, PASSWORD_ACR);
	// Nor is it a wish that a fresh sign-in could refuse.
	const fresh = await authorize(who, { acr_values: MFA, prompt: 'login' });
	assert.equal(fresh.claims().acr, PASSWORD_ACR);
});

test('prompt=login and max_age ask for the code again', async () => {
	const who = await withFactor('again');
	const before = decodeJwt((await tokens(app, who, {}, who.visitor)).id_token);
	assert.equal(before.acr, MFA);
	await until(() => Date.now() / 1000 > before.auth_time + 1);
	for (const wish of [{ prompt: 'login' }, { max_age: 0 }]) {
		const request = authorization(app, { ...wish, acr_values: MFA });
		const page = await signIn(who.visitor, who, request.target);
		asksForCode(page);
		const code = codeOf(await who.visitor.submit(page,
			{ code: who.recovery.shift() }), request);
		const { body } = await post('token', app, {
			grant_type: 'authorization_code', code,
			redirect_uri: REDIRECT, code_verifier: request.verifier });
		const after = decodeJwt(body.id_token);
		assert.equal(after.acr, MFA);
		assert.ok(after.auth_time > before.auth_time);
	}
});

after(() => reload(originalConf));

test('an employee who must have one is led to it and gets nothing before',
	async () => {
		const customer = user('not-an-employee');
		const username = 'employee-factor@api-test.example';
		const who = { username, password: unguessable() };
		load(organization('factor-office'));
		load({ type: 'account', id: 'api-test-employee-factor',
			name: username, organizationIds: ['factor-office'],
			roles: { 'factor-office': ['102'] } });
		setPassword(username, who.password);
		const { visitor: old } = await tokens(app, who);
		await reload(`${originalConf}\nsecond_factor.required = employees\n`);

		// What was begun without is over.
		await isNotSignedIn(old);
		await tokens(app, customer);

		const visitor = new Visitor();
		const request = authorization(app, { acr_values: MFA });
		let page = await signIn(visitor, who, request.target);
		assert.equal(new URL(page.url).pathname, FACTOR);
		assert.equal(mainForm(page).values.step, 'add', page.text);
		assert.ok(!visitor.cookies.has('__Host-hub'));
		await isNotSignedIn(visitor);
		assert.equal(new URL((await visitor.go(ACCOUNT)).url).pathname,
			'/identity/login');
		page = await visitor.submit(page, { code: '000000' });
		assert.equal(page.status, 403);
		await isNotSignedIn(visitor);

		const added = await add(visitor, page);
		const [, way] = /href="(authorize[^"]*)"/.exec(added.page.text);
		const answer = await visitor.go(
			new URL(way.replaceAll('&amp;', '&'), added.page.url).href);
		const { body } = await post('token', app, {
			grant_type: 'authorization_code', code: codeOf(answer, request),
			redirect_uri: REDIRECT, code_verifier: request.verifier });
		assert.equal(decodeJwt(body.id_token).acr, MFA);
		assert.deepEqual(decodeJwt(body.id_token).amr, ['pwd', 'otp', 'mfa']);
		assert.equal((await visitor.go(ACCOUNT)).status, 200);
	});
