// An API of your own that takes the hub's access tokens: the signature is
// checked here, by express-oauth2-jwt-bearer, and before anything that matters
// the hub is asked whether the token has been ended since.
//
// The app asks for tokens for this API and not for the hub's; the API is a
// client as well, so that it may ask about tokens that are meant for it.
//
//   hubctl client add --id quotes-app --public --audience https://quotes.example.nl \
//       --redirect-uri nl.example.quotes:/callback
//   hubctl client add --id quotes-api --audience https://quotes.example.nl \
//       --grant client_credentials --scope hub.read
//
//   npm install express express-oauth2-jwt-bearer
//   HUB=https://hub.example.nl AUDIENCE=https://quotes.example.nl \
//   CLIENT_ID=quotes-api CLIENT_SECRET=... \
//   TLS_CERT=fullchain.pem TLS_KEY=privkey.pem PORT=443 \
//   node resource-server.mjs
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import express from 'express';
import { InvalidTokenError, auth, requiredScopes }
	from 'express-oauth2-jwt-bearer';

const { HUB, AUDIENCE, CLIENT_ID, CLIENT_SECRET } = process.env;
const { TLS_CERT, TLS_KEY, HOST, PORT = 443 } = process.env;
const app = express();

// "strict" is RFC 9068: no ID token is taken for an access token.
app.use(auth({
	issuerBaseURL: `${HUB}/identity`, audience: AUDIENCE, strict: true,
}));

// RFC 7662. What is not known for sure is not let through.
async function hasNotEnded(req, res, next) {
	const who = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64');
	const answer = await fetch(`${HUB}/identity/introspect`, {
		method: 'POST', headers: { authorization: `Basic ${who}` },
		body: new URLSearchParams({ token: req.auth.token }),
	});
	if (!answer.ok)
		throw new Error(`introspection: ${answer.status}`);
	if ((await answer.json()).active !== true)
		throw new InvalidTokenError('the token has been ended');
	next();
}

app.get('/quotes', requiredScopes('hub.read'), (req, res) => {
	res.json({ quotesOf: req.auth.payload.sub });
});

app.post('/quotes', requiredScopes('hub.read'), hasNotEnded, (req, res) => {
	res.status(201).json({ quoteFor: req.auth.payload.sub });
});

createServer({ cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) }, app)
	.listen(PORT, HOST, () => console.log('ready'));
