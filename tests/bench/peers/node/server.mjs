// A peer of the hub on Node: fastify, lmdb, and fast-jwt or jose. Usage:
// node server.mjs SOCKET fast-jwt|jose [KNOWN], where KNOWN is how many
// verified tokens fast-jwt remembers. PEER_KEY, PEER_ISSUER, PEER_AUDIENCE and
// PEER_ACCOUNTS (what load.mjs makes) say the rest.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { open } from 'lmdb';

const [socket, library, known] = process.argv.slice(2);
const env = process.env;
const pem = readFileSync(env.PEER_KEY, 'utf8');

async function verifier() {
	if (library === 'jose') {
		const { importSPKI, jwtVerify } = await import('jose');
		const key = await importSPKI(pem, 'RS256');
		const rules = {
			algorithms: ['RS256'],
			typ: 'at+jwt',
			issuer: env.PEER_ISSUER,
			audience: env.PEER_AUDIENCE,
		};

		return async (token) => (await jwtVerify(token, key, rules)).payload;
	}

	const { createVerifier } = await import('fast-jwt');

	return createVerifier({
		key: pem,
		algorithms: ['RS256'],
		checkTyp: 'at+jwt',
		allowedIss: env.PEER_ISSUER,
		allowedAud: env.PEER_AUDIENCE,
		requiredClaims: ['exp', 'sub'],
		cache: known ? Number(known) : false,
	});
}

const verify = await verifier();
const accounts = open({
	path: env.PEER_ACCOUNTS,
	noSubdir: true,
	encoding: 'binary',
	readOnly: true,
});
const app = Fastify();

function refuse(reply) {
	reply.code(401);
	return Buffer.from('{"error":"unauthorized"}');
}

app.get('/account/mine', async (request, reply) => {
	const field = request.headers.authorization ?? '';
	let claims;

	reply.header('Content-Type', 'application/json');
	if (!field.startsWith('Bearer '))
		return refuse(reply);
	try {
		claims = verify(field.slice(7));
		if (claims instanceof Promise)
			claims = await claims;
	} catch {
		return refuse(reply);
	}
	return accounts.get(claims.sub) ?? refuse(reply);
});

await app.listen({ path: socket, backlog: 4096 });
