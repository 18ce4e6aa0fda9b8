// Accounts and clients of the provider for tests, and the way of a user
// through a sign-in, step by step and as plain requests.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { HTTPS, ROOT, STATE, customer, hubctl } from '../../api/lib/hub.mjs';
import { Visitor, mainForm, newAddress } from './form.mjs';

export const ISSUER = `${HTTPS}/identity`;
export const REDIRECT = 'https://app.example/callback';
export const SCOPE = 'openid profile email offline_access hub.read';

export const unguessable = () => randomBytes(24).toString('base64url');

const lastLine = (text) => text.trimEnd().split('\n').at(-1);

// The operator's tool with something on its standard input.
export function hubctlWith(input, ...args) {
	const run = spawnSync(path.join(ROOT, 'scripts/hubctl'),
		['--state', STATE, ...args], { input, encoding: 'utf8' });
	assert.equal(run.status, 0, run.stderr);
	return run.stdout;
}

export function setPassword(username, password) {
	hubctlWith(`${password}\n`, 'account', 'set-password', username);
}

// A customer with a lasting password.
export function user(name) {
	const username = customer(name), password = unguessable();
	setPassword(username, password);
	return { username, password, id: `api-test-${name}` };
}

// One with a temporary password.
export function newcomer(name) {
	const username = customer(name);
	const password = lastLine(hubctl('account', 'reset-password', username));
	assert.match(password, /^[a-z0-9]{3,}(-[a-z0-9]{3,}){2,}$/i);
	return { username, password, id: `api-test-${name}` };
}

// A client. A public one has no secret; what is not said is as below.
export function client(id, ...flags) {
	const is = (flag) => flags.includes(flag);
	const args = [...flags];
	if (!is('--redirect-uri'))
		args.push('--redirect-uri', REDIRECT);
	const text = hubctl('client', 'add', '--id', id, ...args);
	if (is('--public'))
		return { id, redirect: redirectOf(args) };
	const secret = lastLine(text);
	assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
	return { id, secret, redirect: redirectOf(args) };
}

const redirectOf = (args) => args[args.indexOf('--redirect-uri') + 1];

export const challengeOf = (verifier) =>
	createHash('sha256').update(verifier).digest('base64url');

// An authorization request; what PARAMS sets to undefined is left out.
export function authorization({ id, redirect = REDIRECT }, params = {}) {
	const verifier = unguessable() + unguessable();
	const all = {
		response_type: 'code', client_id: id, redirect_uri: redirect,
		scope: SCOPE, state: unguessable(), nonce: unguessable(),
		code_challenge: challengeOf(verifier), code_challenge_method: 'S256',
		...params,
	};
	const query = new URLSearchParams(Object.entries(all)
		.filter(([, value]) => value !== undefined));
	return { target: `/identity/authorize?${query}`, verifier, ...all };
}

// Through the sign-in form, where there is one, up to the redirect.
export async function signIn(visitor, { username, password }, target) {
	const page = await visitor.go(target);
	if (page.location !== undefined)
		return page;
	assert.equal(page.status, 200, page.text);
	assert.deepEqual(mainForm(page).names.filter((name) =>
		/^(username|password)$/.test(name)), ['username', 'password']);
	return visitor.submit(page, { username, password });
}

// The code that a redirect brings, with state and issuer as they must be.
export function codeOf(answer, request) {
	assert.ok(answer.location?.startsWith(request.redirect_uri),
		`${answer.status} ${answer.location} ${answer.text}`);
	const params = new URL(answer.location).searchParams;
	assert.equal(params.get('error'), null, answer.location);
	assert.equal(params.get('state'), request.state);
	assert.equal(params.get('iss'), ISSUER);
	assert.match(params.get('code'), /^[A-Za-z0-9_-]{43}$/);
	return params.get('code');
}

// What a client sends to say who it is: none, or with its secret.
export function asClient({ id, secret }) {
	if (secret === undefined)
		return { fields: { client_id: id }, headers: {} };
	const words = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
	return {
		fields: {},
		headers: {
			authorization: `Basic ${Buffer.from(words).toString('base64')}`,
		},
	};
}

// A POST of a client to one of the provider's endpoints, from an address of
// its own: nginx counts requests by address.
export async function post(endpoint, who, fields, from = newAddress()) {
	const visitor = from instanceof Visitor ? from :
		new Visitor({ address: from });
	const as = asClient(who);
	const answer = await visitor.request(`/identity/${endpoint}`, {
		method: 'POST', fields: { ...as.fields, ...fields },
		headers: { origin: undefined, ...as.headers },
	});
	return {
		status: answer.status, headers: answer.headers, text: answer.text,
		body: answer.text === '' ? null : JSON.parse(answer.text),
	};
}

export const redeem = (who, code, { verifier, redirect_uri }, from) =>
	post('token', who, {
		grant_type: 'authorization_code', code, redirect_uri,
		code_verifier: verifier,
	}, from);

export const refresh = (who, refreshToken, more = {}, from = undefined) =>
	post('token', who, {
		grant_type: 'refresh_token', refresh_token: refreshToken, ...more,
	}, from);

// From nothing to tokens: a browser, a sign-in, a code.
export async function tokens(who, account, params = {},
	visitor = new Visitor()) {
	const request = authorization(who, params);
	const answer = await signIn(visitor, account, request.target);
	const { status, body, text } = await redeem(who, codeOf(answer, request),
		request);
	assert.equal(status, 200, text);
	return { ...body, visitor, request };
}
