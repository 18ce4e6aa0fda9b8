// The modules of oidcc-basic-certification-test-plan: OpenID Connect's profile
// Basic OP, with a client that does no PKCE and authenticates by Basic.
import assert from 'node:assert/strict';
import { decodeProtectedHeader } from 'jose';
import * as oauth from 'oauth4webapi';
import { call, pause } from '../../api/lib/hub.mjs';
import { Visitor, mainForm } from '../lib/form.mjs';
import { accepted, answerTo, ask, callUserinfo, exchange, flow, isErrorPage,
	isSignInForm, isTokenError, isTokenText, redeemAgain, refused, renew,
	server, userinfo } from '../lib/party.mjs';
import { skipped, warning } from '../lib/plan.mjs';
import { ISSUER, challengeOf, client, post, unguessable, user }
	from '../lib/provider.mjs';

const account = user('conformance');
const who = client('conformance', '--pkce', 'optional');
const second = client('conformance-second', '--pkce', 'optional');
const LONG = unguessable().repeat(4);

// What the server says it does not have is not asked for; it must not break
// on it either.
async function scope(wanted) {
	const got = await flow(who, account, { params: { scope: wanted } });
	const missing = wanted.split(' ').filter((word) =>
		!server.scopes_supported.includes(word));
	const given = got.scope.split(' ');
	for (const word of wanted.split(' '))
		assert.equal(given.includes(word), !missing.includes(word), word);
	return { ...got, missing };
}

const notSupported = ({ missing }) => {
	assert.notDeepEqual(missing, []);
	return skipped(`scopes_supported has no ${missing.join(', ')}`);
};

// Twice in one browser; what differs the second time is given.
async function twice({ params, form, wait = 0 }) {
	const first = await flow(who, account);
	await pause(wait);
	const { visitor } = first;
	return { first, then: await flow(who, account, { visitor, form,
		params: typeof params === 'function' ? params(first) : params }) };
}

// The second time without a page, and as the same sign-in.
async function sameSignIn(params) {
	const { first, then } = await twice({ params, form: false, wait: 1100 });
	assert.equal(then.claims.auth_time, first.claims.auth_time);
	assert.equal(then.claims.sub, first.claims.sub);
}

async function signedInAgain(params) {
	const { first, then } = await twice({ params, form: true, wait: 2100 });
	assert.ok(then.claims.auth_time > first.claims.auth_time);
	assert.ok(then.claims.iat - then.claims.auth_time < 300);
}

const succeeds = async (params) => { await flow(who, account, { params }); };

// Read into a request object that nobody has signed.
const unsigned = ({ target, ...request }) => {
	const part = (value) =>
		Buffer.from(JSON.stringify(value)).toString('base64url');
	return `${part({ alg: 'none' })}.${part({ iss: who.id, aud: ISSUER,
		response_type: 'code', client_id: who.id, scope: 'openid',
		redirect_uri: request.redirect_uri, state: request.state,
		nonce: request.nonce })}.`;
};

function requestObjectsAreNotOffered(name) {
	assert.equal(server[name], false);
	assert.ok(!server.request_object_signing_alg_values_supported
		?.includes('none'));
}

async function reuse(wait, use = async () => {}) {
	const got = await flow(who, account);
	const mine = () => call('/account/mine', { token: got.access_token });
	assert.equal((await mine()).status, 200);
	await pause(wait);
	isTokenError(await redeemAgain(who, got), 'invalid_grant');
	await use(mine);
}

async function boundToItsClient(holder, other) {
	const { refresh_token } = await flow(holder, account,
		{ params: { scope: 'openid offline_access', prompt: 'consent' } });
	isTokenError(await post('token', other,
		{ grant_type: 'refresh_token', refresh_token }), 'invalid_grant');
	return refresh_token;
}

export const basic = {
	// First, since it waits longest.
	'oidcc-codereuse-30seconds': () => reuse(30000, async (mine) => {
		assert.equal((await mine()).status, 401);
	}),
	'oidcc-server': () => succeeds({ state: LONG, nonce: LONG }),
	'oidcc-response-type-missing': async () => {
		const request = ask(who, { response_type: undefined });
		refused(request, await new Visitor().go(request.target),
			'invalid_request', 'unsupported_response_type');
	},
	'oidcc-idtoken-signature': async () => {
		const { id_token } = await flow(who, account);
		const { alg, kid } = decodeProtectedHeader(id_token);
		assert.equal(alg, 'RS256');
		assert.match(kid, /./);
	},
	'oidcc-idtoken-unsigned': async () => {
		const algorithms = server.id_token_signing_alg_values_supported;
		assert.ok(algorithms.includes('RS256'));
		assert.ok(!algorithms.includes('none'));
		return skipped('no ID token is without a signature');
	},
	'oidcc-userinfo-get': async () => {
		await callUserinfo(await flow(who, account));
	},
	'oidcc-userinfo-post-header': async () => {
		await callUserinfo(await flow(who, account), { method: 'POST' });
	},
	'oidcc-userinfo-post-body': async () => {
		const got = await flow(who, account);
		await callUserinfo(got, { method: 'POST', headers: {},
			fields: { access_token: got.access_token } });
	},
	'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': async () => {
		const { claims } = await flow(who, account,
			{ params: { nonce: undefined } });
		assert.ok(!('nonce' in claims));
	},
	'oidcc-scope-profile': async () => {
		const { info } = await scope('openid profile');
		assert.deepEqual(Object.keys(info).sort(), ['family_name',
			'given_name', 'name', 'preferred_username', 'sub']);
		assert.equal(info.preferred_username, account.username);
		return warning('the hub knows names, and no other claims of profile');
	},
	'oidcc-scope-email': async () => {
		const { info } = await scope('openid email');
		assert.deepEqual(Object.keys(info).sort(),
			['email', 'email_verified', 'sub']);
		assert.equal(info.email, account.username);
	},
	'oidcc-scope-address': async () =>
		notSupported(await scope('openid address')),
	'oidcc-scope-phone': async () =>
		notSupported(await scope('openid phone')),
	'oidcc-scope-all': async () => {
		const got = await scope('openid email phone address profile');
		assert.equal(got.info.email, account.username);
		assert.equal(got.info.preferred_username, account.username);
		return notSupported(got);
	},
	'oidcc-alternate-happy-flow': async () => {
		const request = ask(who, { scope: 'email openid' });
		const [path, query] = request.target.split('?');
		request.target = `${path}?${query.split('&').reverse().join('&')}`;
		const { info } = await flow(who, account, { request });
		assert.equal(info.email, account.username);
	},
	'oidcc-display-page': () => succeeds({ display: 'page' }),
	'oidcc-display-popup': () => succeeds({ display: 'popup' }),
	'oidcc-prompt-login': () => signedInAgain({ prompt: 'login' }),
	'oidcc-prompt-none-not-logged-in': async () => {
		const request = ask(who, { prompt: 'none', state: LONG });
		refused(request, await new Visitor().go(request.target),
			'login_required', 'interaction_required');
	},
	'oidcc-prompt-none-logged-in': () => sameSignIn({ prompt: 'none' }),
	'oidcc-max-age-1': () => signedInAgain({ max_age: 1 }),
	'oidcc-max-age-10000': () => sameSignIn({ max_age: 10000 }),
	'oidcc-ensure-request-with-unknown-parameter-succeeds': () =>
		succeeds({ extra: 'foobar' }),
	'oidcc-id-token-hint': () => sameSignIn(({ id_token }) =>
		({ prompt: 'none', id_token_hint: id_token })),
	'oidcc-login-hint': async () => {
		for (const login_hint of [account.username,
			`nobody@${new URL(ISSUER).hostname}`]) {
			const visitor = new Visitor();
			const request = ask(who, { login_hint });
			const page = await visitor.go(request.target);
			isSignInForm(page);
			assert.equal(mainForm(page).values.username, login_hint);
			await flow(who, account, { visitor, request });
		}
	},
	'oidcc-ui-locales': async () => {
		for (const [ui_locales, language] of [['se', 'nl'], ['en', 'en'],
			['fr nl', 'nl']]) {
			const page = await new Visitor()
				.go(ask(who, { ui_locales }).target);
			isSignInForm(page);
			assert.match(page.text, new RegExp(`<html lang="${language}"`));
			await succeeds({ ui_locales });
		}
	},
	'oidcc-claims-locales': () => succeeds({ claims_locales: 'se' }),
	'oidcc-ensure-request-with-acr-values-succeeds': async () => {
		const wanted = server.acr_values_supported ?? ['1', '2'];
		const { claims } = await flow(who, account,
			{ params: { acr_values: wanted.join(' ') } });
		if (!wanted.includes(claims.acr))
			return warning('no acr of those wished for');
	},
	'oidcc-codereuse': () => reuse(0),
	'oidcc-ensure-registered-redirect-uri': async () => {
		isErrorPage(await new Visitor().go(ask(who, {
			redirect_uri: `https://app.example/${unguessable()}`,
		}).target), /redirect_uri is not one/);
	},
	'oidcc-ensure-post-request-succeeds': async () => {
		const request = ask(who);
		const query = new URLSearchParams(request.target.split('?')[1]);
		request.posted = Object.fromEntries(query);
		await flow(who, account, { request });
	},
	'oidcc-server-client-secret-post': async () => {
		await flow(who, account, { auth: oauth.ClientSecretPost });
	},
	'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported':
		async () => {
			const request = ask(who,
				{ request_uri: 'https://app.example/request.jwt' });
			refused(request, await new Visitor().go(request.target),
				'request_uri_not_supported');
			requestObjectsAreNotOffered('request_uri_parameter_supported');
			return skipped('request_uri_not_supported');
		},
	'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported':
		async () => {
			const request = ask(who);
			const target = `${request.target}&request=${unsigned(request)}`;
			refused(request, await new Visitor().go(target),
				'request_not_supported');
			requestObjectsAreNotOffered('request_parameter_supported');
			return skipped('request_not_supported');
		},
	'oidcc-claims-essential': async () => {
		const claims = JSON.stringify(
			{ userinfo: { name: { essential: true } } });
		const { info, claims: inToken } = await flow(who, account,
			{ params: { claims } });
		assert.equal(server.claims_parameter_supported, false);
		assert.ok(!('name' in inToken));
		assert.ok(!('name' in info), 'without the scope profile');
		const named = await flow(who, account,
			{ params: { claims, scope: 'openid profile' } });
		assert.match(named.info.name, /./);
		assert.ok(!('name' in named.claims));
		return warning('the name takes the scope profile');
	},
	'oidcc-ensure-request-object-with-redirect-uri': async () => {
		const { request } = await flow(who, account);
		const visitor = new Visitor();
		const bad = ask(who, { redirect_uri: 'https://app.example/other' });
		isErrorPage(await visitor.go(
			`${bad.target}&request=${unsigned(request)}`),
		/redirect_uri is not one/);
		requestObjectsAreNotOffered('request_parameter_supported');
		return skipped('request_not_supported; the parameter is what counts');
	},
	'oidcc-refresh-token': async () => {
		assert.ok(server.grant_types_supported.includes('refresh_token'));
		const first = await flow(who, account,
			{ params: { scope: 'openid offline_access', prompt: 'consent' } });
		isTokenText(first.refresh_token);
		await pause(1100);
		const next = await renew(who, first.refresh_token,
			{ scope: 'openid offline_access' });
		assert.notEqual(next.access_token, first.access_token);
		isTokenText(next.access_token);
		isTokenText(next.refresh_token);
		for (const name of ['iss', 'sub', 'aud', 'azp', 'auth_time', 'sid'])
			assert.deepEqual(next.claims[name], first.claims[name], name);
		assert.ok(next.claims.iat > first.claims.iat);
		await userinfo(who, next);
		await renew(second, await boundToItsClient(second, who));
	},
	'oidcc-ensure-request-with-valid-pkce-succeeds': async () => {
		const verifier = unguessable() + unguessable();
		const request = { ...ask(who, { code_challenge_method: 'S256',
			code_challenge: challengeOf(verifier) }), verifier };
		const answer = await answerTo(new Visitor(), account, request, true);
		const got = await exchange(who, request,
			accepted(who, request, answer));
		await userinfo(who, got);
	},
};
