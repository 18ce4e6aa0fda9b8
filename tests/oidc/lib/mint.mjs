// Tokens under the hub's own signature that say what the hub would never sign:
// so nothing but the fault under test can be what refuses them. The private key
// is read where it is stored, by who may read the vault.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { HTTPS, STATE } from '../../api/lib/hub.mjs';

export const b64 = (value) => Buffer.from(
	typeof value === 'string' || Buffer.isBuffer(value) ? value :
		JSON.stringify(value)).toString('base64url');

// Version 0 and the algorithm of an RSA key in PKCS #8; an outer header of four
// bytes stands before it.
const PKCS8 = Buffer.from('020100300d06092a864886f70d01010105000482', 'hex');

function keyBehind(token) {
	const [head, payload, signature] = token.split('.');
	const file = fs.readFileSync(path.join(STATE, 'data/vault/data.mdb'));
	const input = Buffer.from(`${head}.${payload}`);
	for (let at = file.indexOf(PKCS8); at >= 4;
		at = file.indexOf(PKCS8, at + 1)) {
		const der = file.subarray(at - 4, at + file.readUInt16BE(at - 2));
		const key = crypto.createPrivateKey(
			{ key: der, format: 'der', type: 'pkcs8' });
		if (crypto.verify('sha256', input, crypto.createPublicKey(key),
			Buffer.from(signature, 'base64url')))
			return key;
	}
	throw new Error('the key that signs is not in the vault');
}

// What makes tokens like one that the hub gave, each with one thing changed.
export class Mint {
	constructor(token) {
		this.token = token;
		this.key = keyBehind(token);
		[this.head, this.payload] = token.split('.').slice(0, 2)
			.map((part) => JSON.parse(Buffer.from(part, 'base64url')));
		assert.equal(this.payload.aud, HTTPS);
	}

	sign(head, payload, sign = (input) =>
		crypto.sign('sha256', input, this.key)) {
		const input = `${b64(head)}.${b64(payload)}`;
		return `${input}.${b64(sign(Buffer.from(input)))}`;
	}

	// An undefined value leaves the member out.
	withHead(change, sign) {
		return this.sign({ ...this.head, ...change }, this.payload, sign);
	}

	with(change) {
		return this.sign(this.head, { ...this.payload, jti: this.#jti(),
			...change });
	}

	// A member whose value is text as it stands, also what JSON.stringify
	// would write in another way.
	withText(name, text) {
		const rest = { ...this.payload, jti: this.#jti() };
		delete rest[name];
		return this.sign(this.head,
			`${JSON.stringify(rest).slice(0, -1)},"${name}":${text}}`);
	}

	#jti() {
		return crypto.randomBytes(12).toString('base64url');
	}
}
