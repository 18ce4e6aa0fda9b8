// The files of the pages, as each web server sends them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTP, HTTPS, call, problem } from './lib/hub.mjs';

// The browser is told what a page may do, and asks each time whether it has
// changed.
for (const [target, type] of [['/beheer/', 'text/html'],
	['/beheer/contact/k-1', 'text/html'], ['/mijn/contract/a%2Fb', 'text/html'],
	['/web/lib/dom.js', 'text/javascript'], ['/web/lib/hub.css', 'text/css'],
	['/web/lib/hub.svg', 'image/svg+xml']]) {
	test(`${target} is a file of the pages`, async () => {
		const answer = await fetch(`${HTTPS}${target}`);
		assert.equal(answer.status, 200);
		assert.equal(answer.headers.get('content-type').split(';')[0], type);
		assert.equal(answer.headers.get('content-security-policy'),
			"default-src 'none'; script-src 'self'; style-src 'self'; " +
			"img-src 'self'; connect-src 'self'; form-action 'self'; " +
			"base-uri 'none'; frame-ancestors 'none'");
		for (const [name, value] of [['cache-control', 'no-cache'],
			['referrer-policy', 'no-referrer'],
			['x-content-type-options', 'nosniff']])
			assert.equal(answer.headers.get(name), value);
		assert.match(answer.headers.get('x-request-id'), /^[A-Za-z0-9_-]{16,}$/);
		const again = await fetch(`${HTTPS}${target}`, { headers: {
			'if-none-match': answer.headers.get('etag') } });
		assert.equal(again.status, 304);
		problem(await call(target, { base: HTTP }), 403);
	});
}

test('who asks for the root alone is sent to the customers\' page', async () => {
	for (const target of ['/', '/?from=mail']) {
		for (const method of ['GET', 'HEAD']) {
			const { status, headers } = await call(target, { method,
				headers: { host: new URL(HTTPS).host } });
			assert.equal(status, 302);
			assert.equal(new URL(headers.location, HTTPS).href,
				`${HTTPS}/mijn/`);
		}
	}
	// Everything else is as unknown as it was.
	for (const target of ['//', '/x', '/./', '/x/..', '/%2e', '/index.html',
		'/mijn2'])
		problem(await call(target), 404);
	for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
		problem(await call('/', { method }), 404);
	for (const method of ['GET', 'POST'])
		problem(await call('/', { method, base: HTTP }), 404);
});

test('beside the pages there are no files', async () => {
	for (const target of ['/web/', '/web/lib/', '/web/none.js',
		'/web/../hub.conf', '/web/lib/..%2f..%2fREADME.md'])
		problem(await call(target), 404);
	problem(await call('/beheer/', { method: 'POST', body: '' }), 405);
	const moved = await fetch(`${HTTPS}/mijn`, { redirect: 'manual' });
	assert.equal(moved.status, 308);
	assert.equal(new URL(moved.headers.get('location'), HTTPS).pathname,
		'/mijn/');
});
