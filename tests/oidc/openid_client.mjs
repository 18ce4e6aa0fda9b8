// A certified client that the project did not write, through every flow over
// TLS; it checks states, nonces, issuers, hashes and signatures by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oidc from 'openid-client';
import { HTTPS, call, demo } from '../api/lib/hub.mjs';
import { Visitor } from './lib/form.mjs';
import { ISSUER, REDIRECT, SCOPE, client, signIn, user } from './lib/provider.mjs';

const AFTER = 'https://app.example/signed-out';
const account = user('openid-client');
const five = async (token) => {
	const contracts = await call('/contract/contracts/mycontracts', { token });
	const [first] = JSON.parse(contracts.text).data.items;
	return Promise.all(['/account/mine', '/organization/organizations/mine',
		'/permission/permissions/mine', '/contract/contracts/mycontracts',
		...first === undefined ? [] :
			[`/contract/contracts/${encodeURIComponent(first.id)}/mine`],
	].map((target) => call(target, { token })));
};

const clients = {
	'a public client': {
		flags: ['--public'], secret: () => oidc.None(),
	},
	'a client with a secret in the header': {
		flags: [], secret: (text) => oidc.ClientSecretBasic(text),
	},
	'a client with a secret in the body': {
		flags: [], secret: (text) => oidc.ClientSecretPost(text),
	},
};

async function configure(name, { flags, secret }) {
	const who = client(`oidc-${name.replaceAll(' ', '-')}`,
		'--post-logout-uri', AFTER, ...flags);
	const config = await oidc.discovery(new URL(ISSUER), who.id, {},
		secret(who.secret));
	oidc.enableNonRepudiationChecks(config);
	return config;
}

// Signs in with plain forms; gives the tokens as the client has checked them.
async function authorize(config, who, visitor = new Visitor(), more = {}) {
	const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
	const expectedState = oidc.randomState();
	const expectedNonce = oidc.randomNonce();
	const address = oidc.buildAuthorizationUrl(config, {
		redirect_uri: REDIRECT, scope: SCOPE, state: expectedState,
		nonce: expectedNonce, code_challenge_method: 'S256',
		code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
		...more,
	});
	const answer = await signIn(visitor, who, address.href);
	assert.ok(answer.location, `${answer.status}: ${answer.text}`);
	return oidc.authorizationCodeGrant(config, new URL(answer.location), {
		pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true,
		...more.max_age === undefined ? {} : { maxAge: more.max_age },
	});
}

const refused = (error) => (thrown) => {
	assert.equal(thrown.error, error, thrown);
	return true;
};

for (const [name, how] of Object.entries(clients)) {
	test(`${name}: from discovery to sign-out`, async (t) => {
		const config = await configure(name, how);
		const visitor = new Visitor();
		let got;

		await t.test('code with PKCE', async () => {
			got = await authorize(config, account, visitor);
			assert.equal(got.token_type, 'bearer');
			assert.ok(got.expiresIn() > 0);
			const claims = got.claims();
			assert.equal(claims.sub, account.id);
			assert.ok(claims.auth_time <= claims.iat);
			assert.match(claims.sid, /./);
		});

		await t.test('the five endpoints', async () => {
			for (const { status, text } of await five(got.access_token))
				assert.equal(status, 200, text);
		});

		await t.test('userinfo', async () => {
			const info = await oidc.fetchUserInfo(config, got.access_token,
				account.id);
			assert.equal(info.email, account.username);
			assert.equal(info.preferred_username, account.username);
			assert.equal(info.given_name, 'Test');
		});

		await t.test('refresh, twice, each token once', async () => {
			const before = got;
			got = await oidc.refreshTokenGrant(config, before.refresh_token);
			assert.notEqual(got.refresh_token, before.refresh_token);
			assert.equal(got.claims().sub, account.id);
			assert.equal(got.claims().sid, before.claims().sid);
			assert.equal(got.claims().auth_time, before.claims().auth_time);
			got = await oidc.refreshTokenGrant(config, got.refresh_token,
				{ scope: 'openid' });
			assert.equal(got.scope, 'openid');
			got = await oidc.refreshTokenGrant(config, got.refresh_token);
			assert.equal(got.scope, SCOPE, 'one narrow token narrows no grant');
		});

		await t.test('introspection', async () => {
			if (how.flags.includes('--public')) {
				await assert.rejects(
					oidc.tokenIntrospection(config, got.access_token));
				return;
			}
			for (const token of [got.access_token, got.refresh_token]) {
				const seen = await oidc.tokenIntrospection(config, token);
				assert.equal(seen.active, true);
				assert.equal(seen.sub, account.id);
				assert.equal(seen.client_id, config.clientMetadata().client_id);
			}
		});

		await t.test('revocation of the access token alone', async () => {
			await oidc.tokenRevocation(config, got.access_token);
			for (const { status } of [await call('/account/mine',
				{ token: got.access_token })])
				assert.equal(status, 401);
			got = await oidc.refreshTokenGrant(config, got.refresh_token);
			assert.equal((await call('/account/mine',
				{ token: got.access_token })).status, 200);
		});

		await t.test('revocation of the refresh token ends the grant',
			async () => {
				await oidc.tokenRevocation(config, got.refresh_token);
				assert.equal((await call('/account/mine',
					{ token: got.access_token })).status, 401);
				await assert.rejects(
					oidc.refreshTokenGrant(config, got.refresh_token),
					refused('invalid_grant'));
			});

		await t.test('the session lasts: no second form', async () => {
			got = await authorize(config, account, visitor,
				{ prompt: 'none', max_age: 10000 });
			assert.equal((await call('/account/mine',
				{ token: got.access_token })).status, 200);
		});

		await t.test('sign-out at the client\'s wish', async () => {
			const state = oidc.randomState();
			const address = oidc.buildEndSessionUrl(config, {
				id_token_hint: got.id_token, state,
				post_logout_redirect_uri: AFTER,
			});
			const answer = await visitor.go(address.href);
			assert.equal(answer.location, `${AFTER}?state=${state}`);
			assert.equal((await call('/account/mine',
				{ token: got.access_token })).status, 401);
			await assert.rejects(
				authorize(config, account, visitor, { prompt: 'none' }),
				refused('login_required'));
		});
	});
}

test('client credentials, by both ways of a secret', async () => {
	const who = client('oidc-credentials', '--grant', 'client_credentials',
		'--scope', 'records.write');
	for (const auth of [oidc.ClientSecretBasic, oidc.ClientSecretPost]) {
		const config = await oidc.discovery(new URL(ISSUER), who.id, {},
			auth(who.secret));
		const got = await oidc.clientCredentialsGrant(config,
			{ scope: 'records.write' });
		assert.equal(got.scope, 'records.write');
		assert.equal(got.refresh_token, undefined);
		assert.equal(got.id_token, undefined);
		const seen = await oidc.tokenIntrospection(config, got.access_token);
		assert.equal(seen.active, true);
		assert.ok(!demo.accounts.some(({ id }) => id === seen.sub));
		// It stands for no user, so nothing is "mine".
		const { status } = await call('/account/mine',
			{ token: got.access_token });
		assert.ok(status === 401 || status === 403, String(status));
	}
});

test('the metadata by RFC 8414 does as well', async () => {
	const who = client('oidc-rfc8414', '--public');
	const config = await oidc.discovery(new URL(ISSUER), who.id, {},
		oidc.None(), { algorithm: 'oauth2' });
	assert.equal(config.serverMetadata().issuer, ISSUER);
	const got = await authorize(config, account);
	assert.equal(got.claims().sub, account.id);
});

test('a wrong secret, a wrong verifier, a code of another client', async () => {
	const config = await configure('right', clients['a client with a secret in the header']);
	const { client_id } = config.clientMetadata();
	const wrong = await oidc.discovery(new URL(ISSUER), client_id, {},
		oidc.ClientSecretBasic('x'.repeat(43)));
	await assert.rejects(oidc.clientCredentialsGrant(wrong), (thrown) => {
		assert.equal(thrown.status ?? thrown.cause?.status ?? 401, 401);
		return true;
	});
	const verifier = oidc.randomPKCECodeVerifier();
	const state = oidc.randomState();
	const address = oidc.buildAuthorizationUrl(config, {
		redirect_uri: REDIRECT, scope: 'openid', state,
		code_challenge_method: 'S256',
		code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
	});
	const { location } = await signIn(new Visitor(), account, address.href);
	const checks = { expectedState: state, pkceCodeVerifier: verifier };
	const other = await configure('other', clients['a public client']);
	await assert.rejects(oidc.authorizationCodeGrant(other,
		new URL(location), checks), refused('invalid_grant'));
	await assert.rejects(oidc.authorizationCodeGrant(config, new URL(location),
		{ ...checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() }),
	refused('invalid_grant'));
	assert.equal(new URL(location).origin, 'https://app.example');
	assert.notEqual(HTTPS, 'https://app.example');
});
