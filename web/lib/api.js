// The API as the pages ask it: with the session's token, renewed where it was
// refused, and errors (RFC 9457) that a page can tell apart.
import { UnreachableError } from './session.js';

// What the API refused; status is 0 where it could not be reached.
export class Problem extends Error {
	constructor(status, body = {}, headers = new Headers()) {
		super(body.title ?? 'unreachable');
		this.status = status;
		this.reason = body.reason;
		this.username = body.username;
		this.errors = body.errors ?? [];
		this.retryAfter = Number(headers.get('retry-after')) || null;
		this.reference = headers.get('x-request-id');
	}
}

async function problemOf(answer) {
	const body = await answer.json().catch(() => ({}));
	return new Problem(answer.status, body, answer.headers);
}

// Numbers as they were written where the browser tells: 85.90 stays 85.90.
const asWritten = (key, value, context) =>
	typeof value === 'number' ? context?.source ?? String(value) : value;

export class Api {
	#session;

	constructor(session) {
		this.#session = session;
	}

	async #send(path, options, token) {
		return fetch(path, {
			...options, credentials: 'omit', cache: 'no-store',
			headers: { ...options.headers, authorization: `Bearer ${token}` },
		});
	}

	async #ask(path, options) {
		const token = await this.#session.token();
		const answer = await this.#send(path, options, token);

		if (answer.status !== 401)
			return this.#taken(answer);
		const again = await this.#send(path, options,
			await this.#session.tokenAfter(token));
		return again.status === 401 ? this.#session.lost() :
			this.#taken(again);
	}

	#taken(answer) {
		this.#session.worked = true;
		return answer;
	}

	// The items of the answer, and what stands beside them.
	async #call(path, options) {
		try {
			const answer = await this.#ask(path, options);
			if (!answer.ok)
				throw await problemOf(answer);
			if (answer.status === 204)
				return { items: [], next: null, etag: null };
			const { data } = JSON.parse(await answer.text(), asWritten);
			return {
				items: data.items, next: data.nextCursor ?? null,
				etag: answer.headers.get('etag'),
			};
		} catch (error) {
			if (error instanceof TypeError || error instanceof UnreachableError)
				throw new Problem(0);
			throw error;
		}
	}

	// PARAMETERS that are empty are left out. A page may be empty and still not
	// be the last one (nextCursor tells); then it goes on to where something is.
	async list(path, { cursor = null, ...parameters } = {},
		signal = undefined) {
		let page = { items: [], next: cursor };

		do {
			const query = new URLSearchParams(Object.entries(
				{ ...parameters, cursor: page.next })
				.filter(([, value]) => value !== null && value !== ''));
			page = await this.#call(
				String(query) !== '' ? `${path}?${query}` : path, { signal });
		} while (page.items.length === 0 && page.next !== null);
		return page;
	}

	// An answer as it is, to be saved.
	async file(path, parameters) {
		const query = new URLSearchParams(Object.entries(parameters)
			.filter(([, value]) => value !== null && value !== ''));

		try {
			const answer = await this.#ask(`${path}?${query}`, {});
			if (!answer.ok)
				throw await problemOf(answer);
			return await answer.blob();
		} catch (error) {
			if (error instanceof TypeError || error instanceof UnreachableError)
				throw new Problem(0);
			throw error;
		}
	}

	async one(path, signal) {
		const { items, etag } = await this.#call(path, { signal });
		return { item: items[0], etag };
	}

	// A web server that compresses has weakened the tag of what it sent on;
	// the hub compares strong ones.
	async post(path, { body, etag } = {}) {
		const { items } = await this.#call(path, {
			method: 'POST',
			headers: {
				...(body === undefined ? {} :
					{ 'content-type': 'application/json' }),
				...(etag === undefined ? {} :
					{ 'if-match': etag.replace(/^W\//, '') }),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		return items[0];
	}
}
