// A web application with a server: express-openid-connect signs its users in
// at the hub, keeps their tokens in an encrypted cookie and renews them.
//
//   hubctl client add --id portal \
//       --redirect-uri https://portal.example.nl/callback \
//       --post-logout-uri https://portal.example.nl
//
//   npm install express express-openid-connect
//   HUB=https://hub.example.nl BASE_URL=https://portal.example.nl \
//   CLIENT_ID=portal CLIENT_SECRET=... SESSION_SECRET=$(openssl rand -hex 32) \
//   TLS_CERT=fullchain.pem TLS_KEY=privkey.pem PORT=443 \
//   node express-openid-connect.mjs
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import express from 'express';
import oidc from 'express-openid-connect';

const { HUB, BASE_URL, CLIENT_ID, CLIENT_SECRET, SESSION_SECRET } = process.env;
const { TLS_CERT, TLS_KEY, HOST, PORT = 443, API = HUB } = process.env;
const app = express();

app.use(oidc.auth({
	issuerBaseURL: `${HUB}/identity`,
	baseURL: BASE_URL,
	clientID: CLIENT_ID,
	clientSecret: CLIENT_SECRET,
	secret: SESSION_SECRET,
	authRequired: false,
	idpLogout: true, // /logout signs out of the hub as well
	authorizationParams: {
		response_type: 'code', // its default, id_token, is refused
		scope: 'openid profile email offline_access hub.read',
	},
}));

// The customer API. A 401 may come at any time: somebody has ended the token.
// Then one refresh tells whether the grant still stands.
async function hub(req, path) {
	let token = req.oidc.accessToken;
	for (let tries = 0; ; tries++) {
		if (tries > 0 || token.isExpired())
			token = await token.refresh();
		const answer = await fetch(`${API}${path}`,
			{ headers: { authorization: `Bearer ${token.access_token}` } });
		if (answer.status !== 401 || tries > 0)
			return answer;
	}
}

app.get('/', (req, res) => {
	res.json({ signedIn: req.oidc.isAuthenticated() });
});

app.get('/profile', oidc.requiresAuth(), async (req, res) => {
	res.json(await req.oidc.fetchUserInfo());
});

app.get('/contracts', oidc.requiresAuth(), async (req, res) => {
	const answer = await hub(req, '/contract/contracts/mycontracts');
	res.status(answer.status).json(await answer.json());
});

// Where the grant has ended, the user signs in again.
app.use((error, req, res, next) => {
	if (error.error === 'invalid_grant')
		return res.oidc.login();
	return next(error);
});

createServer({ cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) }, app)
	.listen(PORT, HOST, () => console.log('ready'));
