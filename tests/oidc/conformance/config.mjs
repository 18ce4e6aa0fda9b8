// The module of oidcc-config-certification-test-plan: OpenID Connect's profile
// Config OP. That each thing the document offers also works is what the other
// plans show, see offered() below.
import assert from 'node:assert/strict';
import { importJWK } from 'jose';
import { HTTPS, call } from '../../api/lib/hub.mjs';
import { readKeys } from '../lib/party.mjs';
import { ISSUER } from '../lib/provider.mjs';

const PATH = '/identity/.well-known/openid-configuration';

// OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2, RFC 9207, and
// RP-Initiated Logout 1.0 section 2.1.
const TYPES = {
	url: ['issuer', 'authorization_endpoint', 'token_endpoint',
		'userinfo_endpoint', 'jwks_uri', 'registration_endpoint',
		'revocation_endpoint', 'introspection_endpoint',
		'end_session_endpoint', 'service_documentation', 'op_policy_uri',
		'op_tos_uri'],
	list: ['scopes_supported', 'response_types_supported',
		'response_modes_supported', 'grant_types_supported',
		'acr_values_supported', 'subject_types_supported',
		'id_token_signing_alg_values_supported',
		'userinfo_signing_alg_values_supported',
		'request_object_signing_alg_values_supported',
		'token_endpoint_auth_methods_supported',
		'revocation_endpoint_auth_methods_supported',
		'introspection_endpoint_auth_methods_supported',
		'display_values_supported', 'claim_types_supported',
		'claims_supported', 'claims_locales_supported',
		'ui_locales_supported', 'prompt_values_supported',
		'code_challenge_methods_supported'],
	boolean: ['claims_parameter_supported', 'request_parameter_supported',
		'request_uri_parameter_supported', 'require_request_uri_registration',
		'authorization_response_iss_parameter_supported'],
};

const check = {
	url: (value) => {
		const url = new URL(value);
		assert.equal(url.protocol, 'https:');
		assert.equal(url.hash, '');
	},
	list: (value) => {
		assert.ok(Array.isArray(value) && value.length > 0);
		assert.equal(new Set(value).size, value.length, 'nothing twice');
		for (const one of value)
			assert.equal(typeof one, 'string');
	},
	boolean: (value) => assert.equal(typeof value, 'boolean'),
};

function schema(document) {
	for (const [name, value] of Object.entries(document)) {
		const [type] = Object.entries(TYPES).find(([, names]) =>
			names.includes(name)) ?? [];
		assert.ok(type, `${name} belongs to no standard`);
		try {
			check[type](value);
		} catch (error) {
			throw new Error(`${name}: ${error.message}`, { cause: error });
		}
	}
}

// What the other plans use: nothing else may be offered.
const offered = {
	response_types_supported: ['code'],
	response_modes_supported: ['query'],
	grant_types_supported:
		['authorization_code', 'client_credentials', 'refresh_token'],
	subject_types_supported: ['public'],
	id_token_signing_alg_values_supported: ['RS256'],
	token_endpoint_auth_methods_supported:
		['client_secret_basic', 'client_secret_post', 'none'],
	code_challenge_methods_supported: ['S256'],
};

async function keys() {
	const all = await readKeys();
	assert.ok(all.length > 0);
	assert.equal(new Set(all.map(({ kid }) => kid)).size, all.length);
	for (const key of all) {
		assert.match(key.kid, /./);
		for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
			assert.ok(!(name in key), `${name} is no part of a public key`);
		for (const name of ['n', 'e'])
			assert.match(key[name], /^[A-Za-z0-9_-]+$/);
		assert.equal((await importJWK(key, 'RS256')).type, 'public');
	}
	assert.ok(all.some(({ kty, use, alg }) =>
		kty === 'RSA' && use === 'sig' && alg === 'RS256'));
}

export const config = {
	'oidcc-discovery-endpoint-verification': async () => {
		const { status, headers, text } = await call(PATH, { cached: true });
		assert.equal(status, 200);
		assert.match(headers['content-type'], /^application\/json\b/);
		const document = JSON.parse(text);
		schema(document);
		assert.equal(document.issuer, ISSUER);
		assert.equal(`${document.issuer}${PATH.slice('/identity'.length)}`,
			`${HTTPS}${PATH}`);
		assert.deepEqual([new URL(ISSUER).search, new URL(ISSUER).hash],
			['', '']);
		for (const name of ['authorization_endpoint', 'token_endpoint',
			'userinfo_endpoint', 'jwks_uri'])
			assert.ok(name in document, name);
		for (const [name, values] of Object.entries(offered))
			assert.deepEqual([...document[name]].sort(), values, name);
		assert.ok(document.scopes_supported.includes('openid'));
		for (const scope of document.scopes_supported)
			assert.match(scope, /^[\x21\x23-\x5b\x5d-\x7e]+$/);
		assert.ok(document.claims_supported.includes('sub'));
		for (const locale of document.ui_locales_supported)
			assert.equal(Intl.getCanonicalLocales(locale)[0], locale);
		await keys();
	},
};
