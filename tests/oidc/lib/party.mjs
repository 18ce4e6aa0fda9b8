// A relying party as the conformance plans have it: it sends what they send,
// and what comes back goes through oauth4webapi and through the checks that
// every module makes on its way.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import * as oauth from 'oauth4webapi';
import { Visitor, mainForm, pageFields } from './form.mjs';
import { ISSUER, authorization, post } from './provider.mjs';

// Requests of a library, each from an address of its own: the web server
// counts by address.
export async function send(url, { method, headers, body }) {
	const { status, headers: got, text } = await new Visitor()
		.request(String(url), { method, headers, body: body?.toString() });
	return new Response(text, { status, headers: Object.entries(got) });
}

export const options = { [oauth.customFetch]: send };

const issuer = new URL(ISSUER);
export const server = await oauth.processDiscoveryResponse(issuer,
	await oauth.discoveryRequest(issuer, options));

export const self = ({ id }) => ({ client_id: id });

// A request as the plans send it: without PKCE, unless the parameters say so.
export const ask = (who, params = {}) => authorization(who, {
	scope: 'openid', code_challenge: undefined,
	code_challenge_method: undefined, ...params,
});

// The page with the sign-in form, and none of the app's.
export function isSignInForm(page) {
	assert.equal(page.location, undefined,
		'a sign-in was due, and the browser was sent back');
	assert.equal(page.status, 200, page.text);
	pageFields(page);
	const names = mainForm(page)?.names ?? [];
	assert.ok(names.includes('username') && names.includes('password'),
		page.text);
}

// A page that says what is wrong, and nothing that leads to the app.
export function isErrorPage(page, reason) {
	assert.equal(page.location, undefined, 'nobody is sent anywhere');
	assert.equal(page.status, 400, page.text);
	pageFields(page);
	assert.match(page.text, reason);
	assert.ok(!page.text.includes('//app.example'), page.text);
}

// Through the form. FORM: whether there must be one; not said, there may.
export async function answerTo(visitor, account, request, form) {
	const page = request.posted === undefined ?
		await visitor.go(request.target) :
		await visitor.go(server.authorization_endpoint,
			{ method: 'POST', fields: request.posted });
	if (form === false)
		assert.notEqual(page.location, undefined,
			`no page was due: ${page.text}`);
	if (form !== true && page.location !== undefined)
		return page;
	isSignInForm(page);
	return visitor.submit(page, {
		username: account.username, password: account.password,
	});
}

// The parameters of an answer; to the very redirect URI, in its query.
function parameters({ location, status, text }, { redirect_uri }) {
	assert.ok(location, `${status} ${text}`);
	assert.ok(location.startsWith(redirect_uri), location);
	const url = new URL(location);
	assert.equal(url.hash, '');
	const own = [...new URL(redirect_uri).searchParams.keys()];
	return { url, names: [...url.searchParams.keys()].filter((name) =>
		!own.includes(name)).sort() };
}

export function accepted(who, request, answer) {
	const { url, names } = parameters(answer, request);
	assert.deepEqual(names, ['code', 'iss',
		...request.state === undefined ? [] : ['state']]);
	return oauth.validateAuthResponse(server, self(who), url,
		request.state ?? oauth.expectNoState);
}

// An error that goes back to the app: one of these, told as RFC 6749 says.
export function refused(request, answer, ...errors) {
	const { url, names } = parameters(answer, request);
	const get = (name) => url.searchParams.get(name);
	for (const name of names)
		assert.ok(['error', 'error_description', 'iss', 'state']
			.includes(name), `${name} belongs to no error`);
	assert.ok(errors.includes(get('error')), answer.location);
	isClean(get('error_description'));
	assert.equal(get('state'), request.state ?? null);
	assert.equal(get('iss'), ISSUER);
}

function isClean(description) {
	if (description !== null && description !== undefined)
		assert.match(description, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
}

// RFC 6749 section 5.2.
export function isTokenError({ status, headers, body }, error) {
	assert.equal(status, 400);
	assert.match(headers['content-type'], /^application\/json\b/);
	assert.equal(headers['cache-control'], 'no-store');
	assert.equal(body.error, error);
	isClean(body.error_description);
	assert.ok(!('error_uri' in body) || URL.canParse(body.error_uri));
	assert.ok(!('access_token' in body));
}

function isTokenAnswer(response) {
	assert.equal(response.status, 200);
	assert.match(response.headers.get('content-type'),
		/^application\/json\b/);
	assert.equal(response.headers.get('cache-control'), 'no-store');
}

// RFC 6749 appendix A, and more bits than anybody guesses.
export function isTokenText(text) {
	assert.match(text, /^[\x20-\x7e]+$/);
	assert.ok(text.length * 8 >= 128, 'at least 128 bits long');
	const counts = new Map();
	for (const c of text)
		counts.set(c, (counts.get(c) ?? 0) + 1);
	const entropy = -[...counts.values()].reduce((sum, n) =>
		sum + n * Math.log2(n / text.length), 0);
	assert.ok(entropy >= 96, `${entropy} bits by the frequency of its letters`);
}

const now = () => Math.floor(Date.now() / 1000);

// What oauth4webapi has not looked at yet: section 2 of OpenID Connect Core.
function isIdToken(result, keys) {
	const header = decodeProtectedHeader(result.id_token);
	assert.equal(header.alg, 'RS256');
	assert.equal(keys.filter(({ kid }) => kid === header.kid).length, 1,
		'exactly one key has the kid of the ID token');
	const claims = oauth.getValidatedIdTokenClaims(result);
	assert.match(claims.sub, /^[\x21-\x7e]{1,255}$/);
	assert.ok(Math.abs(now() - claims.iat) < 300 && claims.exp > now());
	assert.ok(claims.exp - claims.iat <= 86400);
	assert.ok(claims.auth_time <= claims.iat);
	if (claims.acr !== undefined)
		assert.equal(typeof claims.acr, 'string');
	const hash = createHash('sha256').update(result.access_token).digest();
	assert.equal(claims.at_hash,
		hash.subarray(0, hash.length / 2).toString('base64url'));
	return claims;
}

export const readKeys = async () =>
	(await (await send(server.jwks_uri, { method: 'GET' })).json()).keys;

// A copy of the document has no keys kept with it: others rotate them.
async function isSigned(response, result) {
	await oauth.validateApplicationLevelSignature({ ...server }, response,
		options);
	return isIdToken(result, await readKeys());
}

// The code for tokens, and all checks of the answer.
export async function exchange(who, request, params,
	auth = oauth.ClientSecretBasic) {
	const response = await oauth.authorizationCodeGrantRequest(server,
		self(who), auth(who.secret), params, request.redirect_uri,
		request.code_challenge === undefined ? oauth.nopkce :
			request.verifier, options);
	isTokenAnswer(response);
	const result = await oauth.processAuthorizationCodeResponse(server,
		self(who), response, {
			expectedNonce: request.nonce ?? oauth.expectNoNonce,
			requireIdToken: true, maxAge: request.max_age,
		});
	isTokenText(result.access_token);
	assert.ok(Number.isInteger(result.expires_in) && result.expires_in > 0);
	return { ...result, claims: await isSigned(response, result) };
}

export async function renew(who, token, params = {}) {
	const response = await oauth.refreshTokenGrantRequest(server, self(who),
		oauth.ClientSecretBasic(who.secret), token,
		{ ...options, additionalParameters: params });
	isTokenAnswer(response);
	const result = await oauth.processRefreshTokenResponse(server, self(who),
		response);
	return { ...result, claims: await isSigned(response, result) };
}

const CLAIMS = {
	string: ['sub', 'name', 'given_name', 'family_name', 'middle_name',
		'nickname', 'preferred_username', 'profile', 'picture', 'website',
		'email', 'gender', 'birthdate', 'zoneinfo', 'locale',
		'phone_number'],
	boolean: ['email_verified', 'phone_number_verified'],
	number: ['updated_at'],
	object: ['address'],
};

// Section 5.1 of OpenID Connect Core: the names, and what they hold.
function areStandardClaims(info) {
	for (const [name, value] of Object.entries(info)) {
		const [type] = Object.entries(CLAIMS).find(([, names]) =>
			names.includes(name)) ?? [];
		assert.equal(typeof value, type, `${name} of userinfo`);
		assert.notEqual(value, '', `${name} is empty`);
	}
}

export async function userinfo(who, { access_token, claims }) {
	const info = await oauth.processUserInfoResponse(server, self(who),
		claims.sub, await oauth.userInfoRequest(server, self(who),
			access_token, options));
	areStandardClaims(info);
	return info;
}

// The same by hand, for what libraries do not do.
export async function callUserinfo({ access_token, claims }, { method = 'GET',
	headers = { authorization: `Bearer ${access_token}` }, fields } = {}) {
	const answer = await new Visitor().request(server.userinfo_endpoint,
		{ method, headers, fields });
	assert.equal(answer.status, 200, answer.text);
	assert.match(answer.headers['content-type'], /^application\/json\b/);
	const info = JSON.parse(answer.text);
	areStandardClaims(info);
	assert.equal(info.sub, claims.sub);
	return info;
}

// A whole flow, up to an answer of userinfo. What it takes from WHO, ACCOUNT
// and VISITOR is theirs; FORM as above.
export async function flow(who, account, { params, visitor = new Visitor(),
	form, request = ask(who, params), auth } = {}) {
	const answer = await answerTo(visitor, account, request, form);
	const code = accepted(who, request, answer);
	const got = await exchange(who, request, code, auth);
	assert.equal(got.claims.sub, account.id);
	return { ...got, visitor, request, code: code.get('code'),
		info: await userinfo(who, got) };
}

// A code once more.
export const redeemAgain = (who, { code, request }, more = {}) =>
	post('token', who, {
		grant_type: 'authorization_code', code,
		redirect_uri: request.redirect_uri, ...more,
	});
