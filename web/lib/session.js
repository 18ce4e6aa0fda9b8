// Signing in at the hub as any other client does: authorization code with PKCE
// (RFC 7636), issuer and state checked (RFC 9207), tokens in memory only. What
// has to outlive a redirect stands in the tab's sessionStorage until the way
// back: state, verifier, nonce, and where the user was.
const ISSUER = `${location.origin}/identity`;
const EARLY = 30;

const base64url = (bytes) => btoa(String.fromCharCode(...bytes))
	.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function challengeOf(verifier) {
	const bytes = new TextEncoder().encode(verifier);
	return base64url(new Uint8Array(
		await crypto.subtle.digest('SHA-256', bytes)));
}

// The claims of a token that came from the issuer itself over TLS, where its
// signature need not be looked at (OpenID Connect Core section 3.1.3.7).
function claimsOf(token) {
	const bytes = Uint8Array.from(atob(token.split('.')[1]
		.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
	return JSON.parse(new TextDecoder().decode(bytes));
}

// While the browser goes elsewhere nothing here goes on.
const never = () => new Promise(() => {});

// Why there is no session; its message is a key of the texts.
export class SignInError extends Error {}

// The hub could not be asked; it may go better later.
export class UnreachableError extends Error {}

export class Session {
	#client;
	#home;
	#scope;
	#tokens = null;
	#renewal = null;

	// Called before the browser leaves, so that what is typed can be put into
	// history.state, which comes back with the user.
	beforeLeaving = () => {};

	// Whether the API has taken a token of this sign-in.
	worked = false;

	// The language of the sign-in pages.
	locale = () => 'nl';

	constructor({ client, home, scope }) {
		this.#client = client;
		this.#home = home;
		this.#scope = scope;
	}

	#key(name) {
		return `hub.${this.#client}.${name}`;
	}

	// Where the user is. A web server that merges slashes also answers
	// "//beheer/", which on the way back would name a host "beheer"; what is
	// not among these pages leads home.
	#place() {
		const path = location.pathname.replace(/^\/+/, '/');

		return path.startsWith(this.#home) ? path : this.#home;
	}

	// Resolves when there are tokens; before that it may leave the page. Who
	// was signed in before a reload is asked for nothing where the hub still
	// knows the browser.
	async open() {
		const answer = new URLSearchParams(location.search);

		if (!answer.has('state') || !(answer.has('code') || answer.has('error')))
			return this.signIn({
				silent: sessionStorage.getItem(this.#key('signed-in')) !== null,
			});
		const asked = JSON.parse(sessionStorage.getItem(this.#key('asked')));
		sessionStorage.removeItem(this.#key('asked'));
		history.replaceState(asked?.kept ?? null, '', asked?.path ?? this.#home);
		if (asked === null || asked.state !== answer.get('state') ||
			answer.get('iss') !== ISSUER)
			throw new SignInError('session.strange');
		if (answer.has('code'))
			return this.#redeem(answer.get('code'), asked);
		if (asked.silent)
			return this.signIn();
		throw new SignInError('session.refused');
	}

	async signIn({ silent = false } = {}) {
		const asked = {
			state: random(), nonce: random(), verifier: random(), silent,
		};
		const query = new URLSearchParams({
			response_type: 'code', client_id: this.#client,
			redirect_uri: `${location.origin}${this.#home}`,
			scope: this.#scope, state: asked.state, nonce: asked.nonce,
			code_challenge: await challengeOf(asked.verifier),
			code_challenge_method: 'S256', ui_locales: this.locale(),
			...(silent ? { prompt: 'none' } : {}),
		});

		this.beforeLeaving();
		sessionStorage.setItem(this.#key('asked'), JSON.stringify({
			...asked, path: this.#place(), kept: history.state,
		}));
		location.replace(`${ISSUER}/authorize?${query}`);
		return never();
	}

	// The answer of the token endpoint: its body, or null if it refuses.
	async #ask(fields) {
		const answer = await fetch(`${ISSUER}/token`, {
			method: 'POST', credentials: 'omit', cache: 'no-store',
			body: new URLSearchParams({ client_id: this.#client, ...fields }),
		}).catch(() => null);
		if (answer?.ok)
			return answer.json();
		if (answer === null || answer.status === 429 || answer.status >= 500)
			throw new UnreachableError();
		return null;
	}

	async #redeem(code, asked) {
		const got = await this.#ask({
			grant_type: 'authorization_code', code,
			code_verifier: asked.verifier,
			redirect_uri: `${location.origin}${this.#home}`,
		});
		const { iss, aud, nonce } = got === null ? {} : claimsOf(got.id_token);
		if (iss !== ISSUER || nonce !== asked.nonce ||
			![aud].flat().includes(this.#client))
			throw new SignInError('session.strange');
		this.#take(got);
		sessionStorage.setItem(this.#key('signed-in'), 'yes');
	}

	#take(got) {
		this.#tokens = {
			access: got.access_token,
			refresh: got.refresh_token ?? this.#tokens?.refresh,
			id: got.id_token ?? this.#tokens?.id,
			until: performance.now() + (got.expires_in - EARLY) * 1000,
		};
	}

	// An access token that is still good for a moment.
	async token() {
		if (performance.now() >= this.#tokens.until)
			await this.#renew();
		return this.#tokens.access;
	}

	// Another one in place of one that was refused, which somebody else may
	// have seen to already.
	async tokenAfter(refused) {
		if (this.#tokens.access === refused)
			await this.#renew();
		return this.#tokens.access;
	}

	// One renewal at a time: the refresh token changes with each.
	#renew() {
		this.#renewal ??= this.#renewOnce().finally(() => {
			this.#renewal = null;
		});
		return this.#renewal;
	}

	async #renewOnce() {
		const got = this.#tokens.refresh === undefined ? null :
			await this.#ask({
				grant_type: 'refresh_token',
				refresh_token: this.#tokens.refresh,
			});
		if (got === null)
			return this.lost();
		this.#take(got);
	}

	// The claims of who is signed in.
	async userinfo() {
		const answer = await fetch(`${ISSUER}/userinfo`, {
			credentials: 'omit', cache: 'no-store',
			headers: { authorization: `Bearer ${await this.token()}` },
		});
		return answer.ok ? answer.json() : {};
	}

	// To sign-in and back to this place. What a sign-in has just given and was
	// never of use would not be better the next time, and so on for ever.
	async lost() {
		if (!this.worked)
			throw new SignInError('session.again');
		return this.signIn();
	}

	// RP-initiated logout, by a form: the hint is a token and stands in no
	// address.
	signOut() {
		const form = document.createElement('form');

		sessionStorage.removeItem(this.#key('signed-in'));
		form.method = 'post';
		form.action = `${ISSUER}/logout`;
		for (const [name, value] of Object.entries({
			id_token_hint: this.#tokens?.id, client_id: this.#client,
			post_logout_redirect_uri: `${location.origin}${this.#home}`,
			ui_locales: this.locale(),
		})) {
			const field = document.createElement('input');
			field.type = 'hidden';
			field.name = name;
			field.value = value ?? '';
			form.append(field);
		}
		document.body.append(form);
		form.submit();
	}
}
