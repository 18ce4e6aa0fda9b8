// A page without a server: oidc-client-ts signs in with PKCE and renews by the
// refresh token. Tokens are in memory only; when the page is loaded anew, the
// session at the hub gives others.
//
//   hubctl client add --id contracts-page --public \
//       --redirect-uri https://page.example.nl/ \
//       --post-logout-uri https://page.example.nl/ \
//       --origin https://page.example.nl
//
//   npm install oidc-client-ts; copy dist/browser/oidc-client-ts.min.js here.
//
// It works under "default-src 'self'; connect-src https://hub.example.nl".
'use strict';

const HUB = 'https://hub.example.nl';
const HERE = `${location.origin}/`;
const { UserManager, WebStorageStateStore, InMemoryWebStorage } = globalThis.oidc;

const manager = new UserManager({
	authority: `${HUB}/identity`,
	client_id: 'contracts-page',
	redirect_uri: HERE,
	post_logout_redirect_uri: HERE,
	scope: 'openid profile email offline_access hub.read',
	userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
	stateStore: new WebStorageStateStore({ store: sessionStorage }),
	loadUserInfo: true,
	automaticSilentRenew: false, // hub() renews when it has to
	revokeTokensOnSignout: true,
});
const element = (id) => document.getElementById(id);

// Each refresh token is for one request, so there is one request at a time.
let renewing = null;

function renew() {
	renewing ??= manager.signinSilent().finally(() => { renewing = null; });
	return renewing;
}

// The customer API. A 401 may come at any time: somebody has ended the token.
// Then one refresh tells whether the grant still stands.
async function hub(path) {
	let user = await manager.getUser();
	for (let tries = 0; ; tries++) {
		if (tries > 0 || user.expired)
			user = await renew();
		const answer = await fetch(HUB + path,
			{ headers: { authorization: `Bearer ${user.access_token}` } });
		if (answer.ok)
			return answer.json();
		if (answer.status !== 401 || tries > 0)
			throw new Error(`${path}: ${answer.status}`);
	}
}

function show(user) {
	element('who').textContent = user ? user.profile.name : 'Nobody is signed in.';
	element('sign-in').hidden = Boolean(user);
	element('sign-out').hidden = element('show').hidden = !user;
	element('contracts').replaceChildren();
}

async function showContracts() {
	const { data } = await hub('/contract/contracts/mycontracts');
	element('contracts').replaceChildren(...data.items.map((contract) => {
		const item = document.createElement('li');
		item.textContent = contract.metadata.contractNumber;
		return item;
	}));
}

// Where the grant has ended, the user signs in again.
const orSignedOut = (act) => () => act().catch(async (error) => {
	if (error.error !== 'invalid_grant')
		throw error;
	await manager.removeUser();
	show(null);
});

// A first visit asks the hub whether somebody is signed in there; the answer
// is a code, or an error that says that a form would be needed.
async function start() {
	const params = new URLSearchParams(location.search);
	if (!params.has('code') && !params.has('error'))
		return manager.signinRedirect({ prompt: 'none' });
	let user = null;
	try {
		user = await manager.signinRedirectCallback();
	} catch (error) {
		if (!/^(login|interaction|consent)_required$/.test(error.error))
			throw error;
	}
	history.replaceState(null, '', HERE);
	return show(user);
}

element('sign-in').addEventListener('click', () => manager.signinRedirect());
element('sign-out').addEventListener('click', () => manager.signoutRedirect());
element('show').addEventListener('click', orSignedOut(showContracts));
start();
