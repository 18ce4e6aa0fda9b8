// The strict building blocks under many certified clients, and a resource
// server by RFC 9068: what they refuse to process, we must not send.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { HTTPS, call, token } from '../api/lib/hub.mjs';
import { Visitor } from './lib/form.mjs';
import { ISSUER, REDIRECT, client, signIn, user } from './lib/provider.mjs';

const account = user('oauth4webapi');
const AFTER = 'https://app.example/signed-out';
const issuer = new URL(ISSUER);
const as = await oauth.processDiscoveryResponse(issuer,
	await oauth.discoveryRequest(issuer));
const resource = (bearer) => new Request(`${HTTPS}/account/mine`, {
	headers: { authorization: `Bearer ${bearer}` },
});

async function codeGrant(who, auth, { nonce = oauth.generateRandomNonce(),
	scope = 'openid profile email', more = {} } = {}) {
	const self = { client_id: who.id };
	const verifier = oauth.generateRandomCodeVerifier();
	const state = oauth.generateRandomState();
	const address = new URL(as.authorization_endpoint);
	for (const [name, value] of Object.entries({
		client_id: who.id, redirect_uri: REDIRECT, response_type: 'code',
		scope, state, code_challenge_method: 'S256',
		code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
		...nonce === null ? {} : { nonce }, ...more,
	}))
		address.searchParams.set(name, value);
	const visitor = new Visitor();
	const { location } = await signIn(visitor, account, address.href);
	const parameters = oauth.validateAuthResponse(as, self,
		new URL(location), state);
	const response = await oauth.authorizationCodeGrantRequest(as, self, auth,
		parameters, REDIRECT, verifier);
	const isOpenid = scope.split(' ').includes('openid');
	const result = await oauth.processAuthorizationCodeResponse(as, self,
		response, !isOpenid ? {} : {
			expectedNonce: nonce ?? oauth.expectNoNonce,
			requireIdToken: true,
		});
	if (isOpenid)
		await oauth.validateApplicationLevelSignature(as, response);
	return { self, result };
}

for (const [name, flags, auth] of [
	['public', ['--public'], () => oauth.None()],
	['basic', [], (secret) => oauth.ClientSecretBasic(secret)],
	['post', [], (secret) => oauth.ClientSecretPost(secret)],
]) {
	test(`a ${name} client: code, userinfo, refresh, introspection, revocation`,
		async () => {
			const who = client(`o4w-${name}`, ...flags,
				'--post-logout-uri', AFTER);
			const as2 = auth(who.secret);
			const { self, result } = await codeGrant(who, as2);
			const { sub } = oauth.getValidatedIdTokenClaims(result);
			assert.equal(sub, account.id);
			const info = await oauth.processUserInfoResponse(as, self, sub,
				await oauth.userInfoRequest(as, self, result.access_token));
			assert.equal(info.email, account.username);
			const next = await oauth.processRefreshTokenResponse(as, self,
				await oauth.refreshTokenGrantRequest(as, self, as2,
					result.refresh_token));
			assert.notEqual(next.refresh_token, result.refresh_token);
			if (who.secret !== undefined) {
				const seen = await oauth.processIntrospectionResponse(as, self,
					await oauth.introspectionRequest(as, self, as2,
						next.access_token));
				assert.equal(seen.active, true);
			}
			await oauth.processRevocationResponse(
				await oauth.revocationRequest(as, self, as2,
					next.refresh_token));
			const { status } = await call('/account/mine',
				{ token: next.access_token });
			assert.equal(status, 401);
		});
}

test('the access token is one of RFC 9068', async () => {
	const who = client('o4w-9068', '--public');
	const { result } = await codeGrant(who, oauth.None(),
		{ scope: 'openid hub.read' });
	const claims = await oauth.validateJwtAccessToken(as,
		resource(result.access_token), HTTPS);
	assert.equal(claims.sub, account.id);
	assert.equal(claims.client_id, who.id);
	assert.equal(claims.scope, 'openid hub.read');
	assert.ok(claims.auth_time <= claims.iat);
	assert.match(claims.gid, /./);
	assert.match(claims.sid, /./);
	assert.equal(typeof claims.epoch, 'number');
	assert.ok(claims.exp - claims.iat <= 86400);
	await oauth.validateJwtAccessToken(as,
		resource(token(account.username)), HTTPS);
	await assert.rejects(oauth.validateJwtAccessToken(as,
		resource(result.id_token), HTTPS), 'an ID token is none');
});

test('both tokens under another library\'s eyes', async () => {
	const who = client('o4w-jose', '--public');
	const { result } = await codeGrant(who, oauth.None());
	const keys = createRemoteJWKSet(new URL(as.jwks_uri));
	const id = await jwtVerify(result.id_token, keys,
		{ issuer: ISSUER, audience: who.id, algorithms: ['RS256'] });
	const access = await jwtVerify(result.access_token, keys,
		{ issuer: ISSUER, audience: HTTPS, typ: 'at+jwt' });
	assert.equal(id.payload.sub, access.payload.sub);
	assert.equal(id.payload.sid, access.payload.sid);
	for (const text of [result.id_token, result.access_token]) {
		const header = decodeProtectedHeader(text);
		assert.equal(header.alg, 'RS256');
		assert.match(header.kid, /./);
		for (const name of ['jku', 'jwk', 'x5u', 'x5c'])
			assert.ok(!(name in header), name);
	}
});

test('no nonce in the code flow', async () => {
	const who = client('o4w-nonce', '--public');
	const { result } = await codeGrant(who, oauth.None(),
		{ nonce: null });
	assert.equal(oauth.getValidatedIdTokenClaims(result).nonce, undefined);
});

test('without openid there is no ID token, and rights all the same',
	async () => {
		const who = client('o4w-plain', '--public');
		const { result } = await codeGrant(who, oauth.None(),
			{ scope: 'hub.read', nonce: null });
		assert.equal(result.id_token, undefined);
		assert.equal((await call('/account/mine',
			{ token: result.access_token })).status, 200);
	});

test('a confidential client without PKCE, where that is allowed', async () => {
	const who = client('o4w-nopkce', '--pkce', 'optional');
	const self = { client_id: who.id };
	const address = new URL(as.authorization_endpoint);
	for (const [name, value] of Object.entries({
		client_id: who.id, redirect_uri: REDIRECT, response_type: 'code',
		scope: 'openid',
	}))
		address.searchParams.set(name, value);
	const { location } = await signIn(new Visitor(), account, address.href);
	const parameters = oauth.validateAuthResponse(as, self, new URL(location),
		oauth.expectNoState);
	const result = await oauth.processAuthorizationCodeResponse(as, self,
		await oauth.authorizationCodeGrantRequest(as, self,
			oauth.ClientSecretBasic(who.secret), parameters, REDIRECT,
			oauth.nopkce));
	assert.match(result.id_token, /^eyJ/);
});

test('client credentials', async () => {
	const who = client('o4w-credentials', '--grant', 'client_credentials',
		'--scope', 'records.write');
	const self = { client_id: who.id };
	const auth = oauth.ClientSecretBasic(who.secret);
	const result = await oauth.processClientCredentialsResponse(as, self,
		await oauth.clientCredentialsGrantRequest(as, self, auth,
			{ scope: 'records.write' }));
	const claims = await oauth.validateJwtAccessToken(as,
		resource(result.access_token), HTTPS);
	assert.equal(claims.client_id, who.id);
	assert.notEqual(claims.sub, account.id);
	for (const name of ['auth_time', 'sid', 'gid', 'epoch'])
		assert.ok(!(name in claims), name);
	const other = new URLSearchParams({ scope: 'hub.manage' });
	await assert.rejects(async () =>
		oauth.processClientCredentialsResponse(as, self,
			await oauth.clientCredentialsGrantRequest(as, self, auth, other)),
	{ error: 'invalid_scope' });
});
