// The modules of oidcc-rp-initiated-logout-certification-test-plan. Where they
// let a server ask, or show an error, the hub signs out and says on a page why
// it sends nobody back.
import assert from 'node:assert/strict';
import { SignJWT, decodeJwt, decodeProtectedHeader, generateKeyPair }
	from 'jose';
import { call } from '../../api/lib/hub.mjs';
import { pageFields } from '../lib/form.mjs';
import { ask, flow, refused, server } from '../lib/party.mjs';
import { client, unguessable, user } from '../lib/provider.mjs';

const AFTER = 'https://app.example/post_logout_redirect';
const account = user('conformance-logout');
const who = client('conformance-logout', '--pkce', 'optional',
	'--post-logout-uri', AFTER);

// A sign-in, and its end by a request of which some parameters differ.
async function logOut(change = () => ({})) {
	const got = await flow(who, account, { params: {
		state: unguessable().repeat(4),
	} });
	const params = {
		id_token_hint: got.id_token, post_logout_redirect_uri: AFTER,
		state: unguessable().repeat(4),
	};
	Object.assign(params, await change(got));
	const query = new URLSearchParams(Object.entries(params)
		.filter(([, value]) => value !== undefined));
	const answer = await got.visitor.go(
		`${server.end_session_endpoint}?${query}`);
	return { got, params, answer };
}

async function isSignedOut({ visitor, access_token }) {
	const request = ask(who, { prompt: 'none' });
	refused(request, await visitor.go(request.target), 'login_required');
	const { status } = await call('/account/mine', { token: access_token });
	assert.equal(status, 401, 'what came of the session has ended');
}

async function comesBack(change) {
	const { got, params, answer } = await logOut(change);
	assert.equal(answer.location, params.state === undefined ? AFTER :
		`${AFTER}?state=${params.state}`);
	await isSignedOut(got);
}

// REFUSED: the page says why nobody goes back.
async function stays(change, { refused: why }) {
	const { got, answer } = await logOut(change);
	assert.equal(answer.location, undefined, 'nobody is sent anywhere');
	assert.equal(answer.status, 200);
	pageFields(answer);
	assert.match(answer.text, /role="status"/);
	assert.equal(answer.text.includes('role="alert"'), why);
	assert.ok(!answer.text.includes('//app.example'));
	await isSignedOut(got);
}

// The claims of an ID token that nobody here has signed.
async function forged({ id_token }) {
	const { privateKey } = await generateKeyPair('RS256');
	return { id_token_hint: await new SignJWT(decodeJwt(id_token))
		.setProtectedHeader(decodeProtectedHeader(id_token))
		.sign(privateKey) };
}

function withoutSignature({ id_token }) {
	const [, payload] = id_token.split('.');
	const header = Buffer.from(JSON.stringify({
		...decodeProtectedHeader(id_token), alg: 'none',
	})).toString('base64url');
	return { id_token_hint: `${header}.${payload}.` };
}

const back = { post_logout_redirect_uri: undefined };
const NONE = { ...back, id_token_hint: undefined };

export const logout = {
	'oidcc-rp-initiated-logout-discovery-endpoint-verification': () => {
		const url = new URL(server.end_session_endpoint);
		assert.equal(url.protocol, 'https:');
		assert.deepEqual([url.search, url.hash], ['', '']);
		for (const [name, value] of Object.entries(server))
			if (name.endsWith('_endpoint') || name.endsWith('_uri'))
				assert.match(value, /^https:/, name);
	},
	'oidcc-rp-initiated-logout': () => comesBack(),
	'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': () => stays(() =>
		({ post_logout_redirect_uri: `https://app.example/${unguessable()}` }),
	{ refused: true }),
	'oidcc-rp-initiated-logout-modified-id-token-hint': () =>
		stays(withoutSignature, { refused: true }),
	'oidcc-rp-initiated-logout-no-id-token-hint': () => stays(() =>
		({ id_token_hint: undefined }), { refused: true }),
	'oidcc-rp-initiated-logout-no-params': () => stays(() =>
		({ ...NONE, state: undefined }), { refused: false }),
	'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': () =>
		stays(() => back, { refused: false }),
	'oidcc-rp-initiated-logout-no-state': () =>
		comesBack(() => ({ state: undefined })),
	'oidcc-rp-initiated-logout-only-state': () =>
		stays(() => NONE, { refused: false }),
	'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': () =>
		stays(() => ({ post_logout_redirect_uri: `${AFTER}?foo=bar` }),
			{ refused: true }),
	'oidcc-rp-initiated-logout-bad-id-token-hint': () =>
		stays(forged, { refused: true }),
};
