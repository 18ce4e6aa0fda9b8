// Modules of further plans that can be asked of this server: those about
// redirect URIs and keys of the OpenID plans, and of the FAPI 2 security
// profile what does not need its client authentication, DPoP or pushed
// requests. Such a request goes to the authorization endpoint itself here.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { STATE, call, hubctl, pause, until } from '../../api/lib/hub.mjs';
import { Visitor } from '../lib/form.mjs';
import { accepted, answerTo, ask, flow, isErrorPage, isTokenError, readKeys,
	redeemAgain, refused, server } from '../lib/party.mjs';
import { ISSUER, authorization, challengeOf, client, unguessable, user }
	from '../lib/provider.mjs';

const CALLBACK = 'https://app.example/callback';
const account = user('conformance-more');
const plain = client('conformance-more', '--pkce', 'optional');
const strict = client('conformance-strict');
const other = client('conformance-other', '--pkce', 'optional');
const two = client('conformance-two', '--pkce', 'optional',
	'--redirect-uri', CALLBACK, '--redirect-uri', `${CALLBACK}/2`);
const query = client('conformance-query', '--pkce', 'optional',
	'--redirect-uri', `${CALLBACK}?foo=bar`);
const FAPI = 'fapi2-security-profile-final';
const LONG = 'x'.repeat(384);

const go = (request) => new Visitor().go(request.target);

async function isRefusedAddress(who, redirect_uri, reason) {
	isErrorPage(await go(ask(who, { redirect_uri })), reason);
}

const whole = (who, params) =>
	flow(who, account, { request: authorization(who,
		{ scope: 'openid', ...params }) });

// A code that nobody has used.
async function fresh(who, request = authorization(who, { scope: 'openid' })) {
	const answer = await answerTo(new Visitor(), account, request, true);
	return { request, code: accepted(who, request, answer).get('code') };
}

async function isRefusedRequest(params, ...errors) {
	const request = authorization(strict, { scope: 'openid', ...params });
	refused(request, await go(request), ...errors);
}

export const further = {
	'oidcc-ensure-redirect-uri-in-authorization-request': () =>
		isRefusedAddress(two, undefined, /redirect_uri is missing/),
	'oidcc-redirect-uri-query-added': () => isRefusedAddress(plain,
		`${CALLBACK}?foo=bar`, /redirect_uri is not one/),
	'oidcc-redirect-uri-query-mismatch': () => isRefusedAddress(query,
		`${CALLBACK}?bar=foo`, /redirect_uri is not one/),
	'oidcc-redirect-uri-query-OK': async () => {
		await flow(query, account,
			{ params: { redirect_uri: `${CALLBACK}?foo=bar` } });
	},
	'oidcc-redirect-uri-regfrag': () => {
		assert.throws(() => execFileSync(`${STATE}/bin/hubctl`, ['--config',
			`${STATE}/hub.conf`, 'client', 'add', '--id', 'conformance-frag',
			'--redirect-uri', `${CALLBACK}#frag`], { stdio: 'pipe' }),
		/fragment/);
	},
	[`${FAPI}-access-token-type-header-case-sensitivity`]: async () => {
		const { access_token } = await whole(strict);
		for (const scheme of ['bEARER', 'bearer', 'BEARER'])
			assert.equal((await call('/account/mine', { headers: {
				authorization: `${scheme} ${access_token}`,
			} })).status, 200);
	},
	[`${FAPI}-attempt-reuse-authorization-code-after-one-second`]: async () => {
		const got = await whole(strict);
		await pause(1000);
		isTokenError(await redeemAgain(strict, got,
			{ code_verifier: got.request.verifier }), 'invalid_grant');
		assert.equal((await call('/account/mine',
			{ token: got.access_token })).status, 401);
	},
	[`${FAPI}-ensure-authorization-code-is-bound-to-client`]: async () => {
		const got = await fresh(plain, ask(plain));
		isTokenError(await redeemAgain(other, got), 'invalid_grant');
	},
	[`${FAPI}-ensure-authorization-request-with-64-char-nonce-success`]:
		async () => { await whole(strict, { nonce: 'n'.repeat(64) }); },
	[`${FAPI}-ensure-authorization-request-with-long-nonce`]:
		async () => { await whole(strict, { nonce: LONG }); },
	[`${FAPI}-ensure-authorization-request-with-long-state`]:
		async () => { await whole(strict, { state: LONG }); },
	[`${FAPI}-ensure-authorization-request-without-nonce-success`]:
		async () => { await whole(strict, { nonce: undefined }); },
	[`${FAPI}-ensure-authorization-request-without-state-success`]:
		async () => { await whole(strict, { state: undefined }); },
	[`${FAPI}-ensure-other-scope-order-succeeds`]:
		async () => { await whole(strict, { scope: 'email profile openid' }); },
	[`${FAPI}-ensure-pkce-code-verifier-required`]: async () => {
		isTokenError(await redeemAgain(strict, await fresh(strict)),
			'invalid_grant');
	},
	[`${FAPI}-incorrect-pkce-code-verifier-rejected`]: async () => {
		isTokenError(await redeemAgain(strict, await fresh(strict),
			{ code_verifier: unguessable() + unguessable() }),
		'invalid_grant');
	},
	[`${FAPI}-ensure-response-type-code-idtoken-fails`]: () =>
		isRefusedRequest({ response_type: 'code id_token' },
			'unsupported_response_type'),
	[`${FAPI}-ensure-response-type-token-fails`]: () =>
		isRefusedRequest({ response_type: 'token' },
			'unsupported_response_type'),
	[`${FAPI}-par-ensure-pkce-required`]: () => isRefusedRequest(
		{ code_challenge: undefined, code_challenge_method: undefined },
		'invalid_request'),
	[`${FAPI}-par-plain-pkce-rejected`]: async () => {
		const verifier = unguessable() + unguessable();
		for (const code_challenge of [verifier, challengeOf(verifier)])
			for (const code_challenge_method of ['plain', undefined])
				await isRefusedRequest(
					{ code_challenge, code_challenge_method },
					'invalid_request');
	},
	[`${FAPI}-par-without-duplicate-parameters`]: async () => {
		const request = authorization(strict, { scope: 'openid' });
		await flow(strict, account, { request });
		request.target += '&scope=openid';
		refused(request, await go(request), 'invalid_request');
	},
	'oidcc-server-rotate-keys': async () => {
		const before = await readKeys();
		const { id_token } = await flow(plain, account);
		hubctl('key', 'rotate', '--now');
		const after = await readKeys();
		const old = before.map(({ kid }) => kid);
		assert.equal(after.filter(({ kid }) => !old.includes(kid)).length, 1);
		for (const key of before)
			assert.deepEqual(after.find(({ kid }) => kid === key.kid), key);
		await jwtVerify(id_token, createRemoteJWKSet(new URL(server.jwks_uri)),
			{ issuer: ISSUER, audience: plain.id });
		assert.ok(await until(async () => {
			const { request, code } = await fresh(plain, ask(plain));
			const { body } = await redeemAgain(plain, { request, code });
			return !old.includes(decodeProtectedHeader(body.id_token).kid);
		}, 60), 'the new key signs');
	},
};
