// passport-openidconnect, which knows neither PKCE nor discovery: a server with
// a secret, registered with "--pkce optional".
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import express from 'express';
import session from 'express-session';
import { call } from '../api/lib/hub.mjs';
import { ISSUER, client, unguessable, user } from './lib/provider.mjs';
import { Traveller, json, serve } from './lib/relying.mjs';

const require = createRequire(import.meta.url);
const passport = require('passport');
const Strategy = require('passport-openidconnect');

let place, origin;

// The number of arguments of the callback says what comes in them.
const strategy = (app) => new Strategy({
	issuer: ISSUER, authorizationURL: `${ISSUER}/authorize`,
	tokenURL: `${ISSUER}/token`, userInfoURL: `${ISSUER}/userinfo`,
	clientID: app.id, clientSecret: app.secret,
	callbackURL: `${origin}/callback`, scope: ['profile', 'email'],
	nonce: true, maxAge: 3600, uiLocales: 'en',
}, (issuer, fromUserInfo, fromToken, context, idToken, accessToken,
	refreshToken, params, done) => done(null, {
	issuer, fromUserInfo, fromToken, context, accessToken, refreshToken,
}));

before(async () => {
	const server = express();
	place = await serve(server);
	({ origin } = place);
	passport.use(strategy(client('rp-passport',
		'--redirect-uri', `${origin}/callback`, '--pkce', 'optional')));
	passport.serializeUser((found, done) => done(null, found));
	passport.deserializeUser((found, done) => done(null, found));
	server.use(session({
		secret: unguessable(), resave: false, saveUninitialized: false,
		cookie: { secure: true },
	}));
	server.use(passport.session());
	server.get('/login', passport.authenticate('openidconnect'));
	server.get('/silent', passport.authenticate('openidconnect',
		{ prompt: 'none' }));
	server.get('/callback', passport.authenticate('openidconnect',
		{ failWithError: true, successRedirect: '/me' }));
	server.get('/me', (request, response) => {
		response.status(request.isAuthenticated() ? 200 : 401)
			.json(request.user ?? null);
	});
	// Express knows by the fourth argument that this is for errors.
	server.use((error, request, response, _next) => {
		response.status(error.status ?? 500)
			.json({ name: error.name, code: error.code });
	});
});

after(() => place?.close());

test('sign-in, with what userinfo and the ID token tell of the user',
	async () => {
		const account = user('rp-passport');
		const traveller = new Traveller();
		const answer = await traveller.signIn(`${origin}/login`, account);
		assert.equal(answer.url, `${origin}/me`, answer.text);
		const me = json(answer);
		assert.equal(me.issuer, ISSUER);
		assert.equal(me.fromToken.id, account.id);
		assert.equal(me.fromUserInfo.id, account.id);
		assert.equal(me.fromUserInfo.username, account.username);
		assert.deepEqual(me.fromUserInfo.emails, [{ value: account.username }]);
		assert.equal(me.fromUserInfo.name.givenName, 'Test');
		assert.ok(Date.parse(me.context.timestamp) > Date.now() - 3600e3);
		assert.equal((await call('/account/mine', { token: me.accessToken }))
			.status, 200);
		assert.match(me.refreshToken, /^[A-Za-z0-9_-]{43,}$/);
		// The session at the app is this browser's only.
		json(await traveller.go(`${origin}/me`));
		json(await new Traveller().go(`${origin}/me`), 401);
	});

test('the hub\'s session gives the next sign-in without a form', async () => {
	const traveller = new Traveller();
	const first = json(await traveller.signIn(`${origin}/login`,
		user('rp-passport-again')));
	const second = await traveller.go(`${origin}/login`);
	assert.equal(second.url, `${origin}/me`, second.text);
	assert.notEqual(json(second).accessToken, first.accessToken);
});

// Signed in at the hub, on the way back to the app with another code.
async function onTheWayBack(name) {
	const traveller = new Traveller();
	json(await traveller.signIn(`${origin}/login`, user(name)));
	const { headers } = await traveller.request(`${origin}/login`);
	const answer = await traveller.request(headers.location);
	assert.equal(answer.status, 303, answer.text);
	return { traveller, back: new URL(answer.headers.location) };
}

test('the answer to one browser is not taken from another', async () => {
	const { traveller, back } = await onTheWayBack('rp-passport-two');
	const other = new Traveller();
	await other.request(`${origin}/login`);
	const { name } = json(await other.request(back.href), 403);
	assert.equal(name, 'AuthenticationError');
	json(await other.go(`${origin}/me`), 401);
	assert.equal((await traveller.go(back.href)).url, `${origin}/me`);
});

test('errors of the hub arrive as what they are', async () => {
	assert.deepEqual(json(await new Traveller().go(`${origin}/silent`), 500),
		{ name: 'AuthorizationError', code: 'login_required' });

	const { traveller, back } = await onTheWayBack('rp-passport-code');
	back.searchParams.set('code', unguessable());
	assert.deepEqual(json(await traveller.go(back.href), 500),
		{ name: 'TokenError', code: 'invalid_grant' });
});
