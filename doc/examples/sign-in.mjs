#!/usr/bin/env node
// From sign-in to the list of contracts, as an app on a desktop does it:
// authorization code with PKCE (RFC 7636), and the answer on a loopback port
// (RFC 8252). Node 18 or newer and nothing else; an app of yours would rather
// use a library such as openid-client.
//
//   NODE_EXTRA_CA_CERTS=run/ca.pem node doc/examples/sign-in.mjs BASE [CLIENT]
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const [base = 'https://localhost:8443', client_id = 'demo-app'] =
	process.argv.slice(2);
const random = () => randomBytes(32).toString('base64url');

async function json(url, options) {
	const answer = await fetch(url, options);
	const body = await answer.json();
	if (!answer.ok)
		throw new Error(`${url}: ${answer.status} ${JSON.stringify(body)}`);
	return body;
}

// 1. What the hub can do and where, from its one fixed address.
const issuer = `${base}/identity`;
const hub = await json(`${issuer}/.well-known/openid-configuration`);
if (hub.issuer !== issuer)
	throw new Error(`that is another hub: ${hub.issuer}`);

// 2. A port of ours, and a browser that signs in and comes back to it.
const server = createServer().listen(0, '127.0.0.1');
await new Promise((ready) => { server.once('listening', ready); });
const redirect_uri = `http://127.0.0.1:${server.address().port}/callback`;
const verifier = random(), state = random();
const authorization = new URL(hub.authorization_endpoint);
authorization.search = new URLSearchParams({
	response_type: 'code', client_id, redirect_uri, state,
	scope: 'openid profile email offline_access hub.read',
	code_challenge: createHash('sha256').update(verifier).digest('base64url'),
	code_challenge_method: 'S256',
});
console.log(`Open this address in a browser and sign in:\n\n${authorization}\n`);

// 3. The code comes back. State and issuer say that it is the answer to us.
const answer = await new Promise((resolve) => {
	server.on('request', (request, response) => {
		const url = new URL(request.url, redirect_uri);
		if (url.pathname !== '/callback')
			return response.writeHead(404).end();
		response.setHeader('content-type', 'text/plain; charset=utf-8');
		response.setHeader('connection', 'close');
		response.end('You can close this window.');
		return resolve(url.searchParams);
	});
});
server.close();
if (answer.get('state') !== state || answer.get('iss') !== issuer)
	throw new Error('this is not the answer to our request');
if (answer.has('error'))
	throw new Error(`${answer.get('error')}: ${answer.get('error_description')}`);

// 4. The code and the verifier, which nobody else has, for tokens.
const tokens = await json(hub.token_endpoint, {
	method: 'POST',
	body: new URLSearchParams({
		grant_type: 'authorization_code', code: answer.get('code'),
		redirect_uri, client_id, code_verifier: verifier,
	}),
});

// 5. The customer API.
const headers = { authorization: `Bearer ${tokens.access_token}` };
const account = await json(`${base}/account/mine`, { headers });
console.log(JSON.stringify(account, null, 2));
const contracts = await json(`${base}/contract/contracts/mycontracts`, { headers });
console.log(JSON.stringify(contracts, null, 2));
