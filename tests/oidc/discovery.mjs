// What the provider says of itself, and whether it is so (OpenID Connect
// Discovery 1.0, RFC 8414; the profile "Config OP").
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTP, HTTPS, call } from '../api/lib/hub.mjs';

const ISSUER = `${HTTPS}/identity`;
const OPENID = '/identity/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server/identity';

async function json(target) {
	const { status, headers, text } = await call(target,
		{ headers: { origin: 'https://anybody.example' }, cached: true });
	assert.equal(status, 200, text);
	assert.equal(headers['access-control-allow-origin'], '*');
	return { headers, body: JSON.parse(text), text };
}

test('both addresses of the document give the same', async () => {
	const [openid, oauth] = [await json(OPENID), await json(OAUTH)];
	assert.equal(openid.text, oauth.text);
	assert.match(openid.headers['content-type'], /^application\/json/);
});

test('the issuer is the configured one, whatever Host says', async () => {
	for (const headers of [{}, { host: 'evil.example' },
		{ 'x-forwarded-host': 'evil.example' }]) {
		const { status, text } = await call(OPENID,
			{ headers, cached: true });
		// The web server may refuse a host that is not its own.
		if (status === 200) {
			assert.equal(JSON.parse(text).issuer, ISSUER);
			assert.doesNotMatch(text, /evil/);
		} else {
			assert.ok(headers.host !== undefined && status >= 400, text);
		}
	}
});

test('every address is the issuer\'s and answers', async () => {
	const { body } = await json(OPENID);
	for (const [name, method] of [['authorization_endpoint', 'GET'],
		['token_endpoint', 'POST'], ['userinfo_endpoint', 'GET'],
		['jwks_uri', 'GET'], ['revocation_endpoint', 'POST'],
		['introspection_endpoint', 'POST'], ['end_session_endpoint', 'GET']]) {
		assert.ok(body[name]?.startsWith(`${ISSUER}/`), `${name} is missing`);
		const { status, text } = await call(body[name].slice(HTTPS.length),
			{ method, cached: name === 'jwks_uri' });
		assert.ok(status !== 404 && status !== 405 && status < 500,
			`${name}: ${status} ${text}`);
	}
});

test('what is not built or not wanted is not advertised', async () => {
	const { body } = await json(OPENID);
	assert.deepEqual(body.response_types_supported, ['code']);
	assert.deepEqual([...body.grant_types_supported].sort(),
		['authorization_code', 'client_credentials', 'refresh_token']);
	assert.deepEqual(body.code_challenge_methods_supported, ['S256']);
	assert.deepEqual([...body.token_endpoint_auth_methods_supported].sort(),
		['client_secret_basic', 'client_secret_post', 'none']);
	assert.deepEqual(body.id_token_signing_alg_values_supported, ['RS256']);
	assert.deepEqual(body.subject_types_supported, ['public']);
	assert.equal(body.request_parameter_supported, false);
	assert.equal(body.request_uri_parameter_supported, false);
	assert.equal(body.authorization_response_iss_parameter_supported, true);
	assert.ok(!('registration_endpoint' in body));
	/* records.write can be had and opens nothing yet. */
	assert.deepEqual([...body.scopes_supported].sort(), ['email', 'hub.manage',
		'hub.read', 'offline_access', 'openid', 'profile']);
});

test('the key set has distinct public keys and no private part', async () => {
	const { headers, body } = await json('/identity/jwks');
	assert.match(headers['content-type'], /^application\/(jwk-set\+)?json/);
	assert.ok(body.keys.length > 0);
	assert.equal(new Set(body.keys.map(({ kid }) => kid)).size,
		body.keys.length);
	for (const key of body.keys) {
		assert.deepEqual(Object.keys(key).sort(),
			['alg', 'e', 'kid', 'kty', 'n', 'use']);
		assert.equal(key.kty, 'RSA');
		assert.equal(key.use, 'sig');
		assert.equal(key.alg, 'RS256');
	}
});

test('over plain HTTP there is no provider', async () => {
	for (const target of [OPENID, OAUTH, '/identity/jwks']) {
		const { status, text } = await call(target, { base: HTTP });
		assert.ok(status >= 400 && status < 500, `${status} ${text}`);
		assert.match(text, /TLS|https/i);
	}
});
