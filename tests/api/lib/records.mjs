// Records for tests of the customer API, and what must come out for them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { HTTP, ROOT, STATE, call } from './hub.mjs';

export const ACCOUNT = '/account/mine';
export const ORGANIZATIONS = '/organization/organizations/mine';
export const PERMISSIONS = '/permission/permissions/mine';
export const CONTRACTS = '/contract/contracts/mycontracts';
export const contractPath = (id) => `/contract/contracts/${id}/mine`;

// Of the group that every hub has.
export const CUSTOMERS = '101';
export const ALL_FOUR = ['account.read.mine', 'contract.read.mine',
	'organization.read.mine', 'permission.read.mine'];

export const organization = (id, more) => ({
	type: 'organization', id, organizationType: 'INTERMEDIARY', code: id,
	name: `Kantoor ${id}`, icon: null, ...more,
});

export const group = (id, permissions) => ({
	type: 'group', id, name: `Groep ${id}`, permissions,
});

export const username = (id) => `${id}@api-test.example`;

export const account = (id, dossiers, more) => ({
	type: 'account', id, name: username(id), email: username(id),
	firstName: 'Test', lastName: id, dossiers, groupIds: [CUSTOMERS],
	...more,
});

export const contract = (id, organizationId, dossierNumber, more) => ({
	type: 'contract', id, organizationId, dossierNumber, format: 'AFD2',
	status: 'ACTIVE', metadata: { contractNumber: `P-${id}` }, ...more,
});

export const deleted = (type, id) => ({ type, id, deleted: true });

// What the list shows of a contract's record.
export const listed = ({ id, dossierNumber, format, metadata, status }) =>
	({ id, dossierNumber, format, metadata, status });

// Lines as they stand, for spellings that JSON.stringify would not keep.
export function loadText(input) {
	const run = spawnSync(path.join(ROOT, 'scripts/hubctl'),
		['--state', STATE, 'import', '-'], { input, encoding: 'utf8' });
	assert.equal(run.status, 0, run.stderr);
}

// The items of a success, and only those.
export function itemsOf(answer) {
	assert.equal(answer.status, 200, answer.text.slice(0, 500));
	assert.equal(answer.headers['content-type'], 'application/json');
	const body = JSON.parse(answer.text);
	assert.deepEqual(Object.keys(body), ['data']);
	assert.ok(Array.isArray(body.data.items));
	return body.data.items;
}

export async function items(target, bearer) {
	return itemsOf(await call(target, { token: bearer }));
}

export async function ids(target, bearer) {
	return (await items(target, bearer)).map((item) => item.id);
}

// All pages of a list; each is asked for with the cursor of the one before.
export async function pages(query, bearer) {
	const found = [];
	let cursor;
	do {
		const target = `${CONTRACTS}?${query}` +
			(cursor === undefined ? '' : `&cursor=${cursor}`);
		const answer = await call(target, { token: bearer });
		const page = itemsOf(answer);
		const { data } = JSON.parse(answer.text);
		assert.deepEqual(Object.keys(data), data.nextCursor === undefined ?
			['items'] : ['items', 'nextCursor']);
		assert.notEqual(data.nextCursor ?? '', cursor, 'it stands still');
		cursor = data.nextCursor;
		found.push(page);
		assert.ok(found.length < 10000, 'the list has no end');
	} while (cursor !== undefined);
	return found;
}

// A download over plain HTTP whose reader decides when it goes on.
export class Download {
	constructor(target, bearer, headers = {}) {
		const { hostname, port } = new URL(HTTP);
		this.bytes = 0;
		this.chunks = [];
		this.started = new Promise((resolve, reject) => {
			this.request = http.get({
				host: hostname, port, path: target, agent: false,
				headers: { authorization: `Bearer ${bearer}`, ...headers },
			}, (response) => {
				this.response = response;
				response.pause();
				resolve(response);
			});
			this.request.on('error', reject);
		});
	}

	// Reads at most so many bytes and leaves the rest where it is.
	async read(most) {
		await this.started;
		for (const end = this.bytes + most; this.bytes < end;) {
			const chunk = this.response.read();
			if (chunk === null) {
				if (this.response.readableEnded || this.response.destroyed)
					return;
				await new Promise((done) => {
					this.response.once('readable', done);
					this.response.once('close', done);
					this.response.once('error', done);
				});
				continue;
			}
			this.bytes += chunk.length;
			this.chunks.push(chunk);
		}
	}

	// Reads the rest; whether the end was the right one.
	async finish() {
		await this.started;
		return new Promise((resolve) => {
			this.response.on('data', (chunk) => {
				this.bytes += chunk.length;
				this.chunks.push(chunk);
			});
			this.response.on('error', () => resolve(false));
			this.response.on('close', () => resolve(this.response.complete));
			this.response.resume();
		});
	}

	text() {
		return Buffer.concat(this.chunks).toString('utf8');
	}

	close() {
		this.request.destroy();
	}
}
