// What scripts/timing measures: whether the time of an answer tells anything of
// a name. Tries of all kinds go out in random order, one at a time, each on a
// connection that stands; the kinds are compared by a rank test.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { STATE, call, daemon, hubctl, load, pause, until }
	from '../api/lib/hub.mjs';
import { Visitor, mainForm } from '../oidc/lib/form.mjs';
import { setPassword } from '../oidc/lib/provider.mjs';

const tries = Number(process.argv[2]);

// Neither a name nor an address may be slowed down by its own tries.
const TRIES_OF_NAME = 3;
const TRIES_OF_ADDRESS = 15;
const BURST = 10;

const random = () => crypto.randomBytes(18).toString('base64url');

function shuffle(list) {
	for (let i = list.length - 1; i > 0; i--) {
		const j = crypto.randomInt(i + 1);
		[list[i], list[j]] = [list[j], list[i]];
	}
	return list;
}

let addresses = 0, left = 0, visitor, form;

// A browser at an address of its own with its connection open.
async function nextVisitor() {
	// Some of these end in 0 or 255, which on loopback is as good.
	const n = ++addresses;
	visitor = new Visitor({ address:
		`127.${100 + (n >> 16)}.${n >> 8 & 255}.${n & 255}` });
	left = TRIES_OF_ADDRESS;
	const page = await visitor.go('/identity/login');
	form = mainForm(page);
}

// Milliseconds that a wrong password for NAME takes, and what was answered.
async function attempt(username, password = random()) {
	if (left-- <= 0)
		await nextVisitor();
	const fields = { ...form.values, username, password };
	const begun = process.hrtime.bigint();
	const { status } = await visitor.request(form.action,
		{ method: 'POST', fields });
	return { ms: Number(process.hrtime.bigint() - begun) / 1e6, status };
}

const nameOf = (kind, i) => `timing-${kind}-${i}@timing.example`;
const accountOf = (kind, i, more = {}) => ({
	type: 'account', id: `timing-${kind}-${i}`, name: nameOf(kind, i),
	email: nameOf(kind, i), firstName: 'Test', lastName: kind, ...more,
});

// The names, and with each the password that is tried, if it matters.
function prepare(count) {
	const names = { unknown: [], wrong: [], disabled: [], right: [],
		pending: [] };
	const passwords = new Map();
	for (const kind of Object.keys(names))
		names[kind] = Array.from({ length: count }, (_, i) => nameOf(kind, i));
	const each = (kind, more) =>
		names[kind].map((_, i) => accountOf(kind, i, more));
	const all = ['wrong', 'disabled', 'right', 'pending'];
	load(...all.flatMap((kind) => each(kind)));
	for (const kind of ['wrong', 'disabled', 'right']) {
		for (const name of names[kind]) {
			passwords.set(name, random());
			setPassword(name, passwords.get(name));
		}
	}
	for (const name of names.pending)
		hubctl('account', 'reset-password', name);
	load(...['disabled', 'right'].flatMap((kind) =>
		each(kind, { enabled: false })));
	return { names, passwords };
}

// The kinds of names, in random order.
async function measureNames({ names, passwords }) {
	const jobs = shuffle(Object.entries(names).flatMap(([kind, list]) =>
		list.flatMap((name) =>
			Array.from({ length: TRIES_OF_NAME }, () => ({ kind, name })))));
	const times = {};
	let lost = 0;
	for (const { kind, name } of jobs) {
		const { ms, status } = await attempt(name,
			kind === 'right' ? passwords.get(name) : undefined);
		if (status === 403)
			(times[kind] ??= []).push(ms);
		else
			lost++;
	}
	return { times, lost };
}

// The names of both kinds have had their free tries; one more each brings a
// delay of a second, within which the tries that are kept out are measured.
async function measureThrottled({ names }) {
	const times = { 'throttled unknown': [], 'throttled known': [] };
	let lost = 0;
	for (const [i, unknown] of names.unknown.entries()) {
		const pair = shuffle([['throttled unknown', unknown],
			['throttled known', names.wrong[i]]]);
		for (const [, name] of pair)
			await attempt(name);
		for (const [kind, name] of shuffle(Array.from({ length: BURST },
			() => pair).flat())) {
			const { ms, status } = await attempt(name);
			if (status === 429)
				times[kind].push(ms);
			else
				lost++;
		}
	}
	return { times, lost };
}

// From here on the hub has a mail server, which takes nothing.
async function configureMail() {
	const { master } = daemon('signin');
	const took = () => fs.readFileSync(`${STATE}/log/signin.log`, 'utf8')
		.split('took over').length - 1;
	const before = took();
	fs.appendFileSync(`${STATE}/hub.conf`, `
mail.server = 127.0.0.1:9
mail.security = none
mail.from = hub@example.nl
`);
	process.kill(master, 'SIGHUP');
	if (!await until(() => took() > before))
		throw new Error('the pool does not read its configuration');
}

// Each name asks once, so that none of either kind waits in the queue already.
async function measureForgotten({ names }) {
	const times = { 'forgot unknown': [], 'forgot known': [],
		'forgot disabled': [] };
	let lost = 0, tries = 0, page;
	const jobs = shuffle(['unknown', 'wrong', 'disabled'].flatMap((kind) =>
		names[kind].map((name) => [kind === 'wrong' ? 'known' : kind, name])));
	for (const [kind, username] of jobs) {
		if (tries++ % TRIES_OF_ADDRESS === 0) {
			await nextVisitor();
			page = mainForm(await visitor.go('/identity/forgot'));
		}
		const begun = process.hrtime.bigint();
		const { status } = await visitor.request(page.action, {
			method: 'POST', fields: { ...page.values, username } });
		const ms = Number(process.hrtime.bigint() - begun) / 1e6;
		if (status === 200)
			times[`forgot ${kind}`].push(ms);
		else
			lost++;
	}
	return { times, lost };
}

const median = (list) => {
	const sorted = Float64Array.from(list).sort();
	const h = sorted.length >> 1;
	return sorted.length % 2 ? sorted[h] : (sorted[h - 1] + sorted[h]) / 2;
};

// Complementary error function by the fraction of Abramowitz and Stegun
// 7.1.26; its error is below 2e-7.
function erfc(x) {
	const t = 1 / (1 + 0.3275911 * x);
	return t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 +
		t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-x * x);
}

// Mann and Whitney, two-sided, with the normal approximation and ties.
function rankTest(a, b) {
	const all = [...a.map((ms) => [ms, 0]), ...b.map((ms) => [ms, 1])]
		.sort(([x], [y]) => x - y);
	const n = all.length;
	let sum = 0, ties = 0;
	for (let i = 0; i < n;) {
		let j = i;
		while (j < n && all[j][0] === all[i][0])
			j++;
		for (let k = i; k < j; k++)
			sum += all[k][1] === 0 ? (i + j + 1) / 2 : 0;
		ties += (j - i) ** 3 - (j - i);
		i = j;
	}
	const u = sum - a.length * (a.length + 1) / 2;
	const product = a.length * b.length;
	const variance = product / 12 * (n + 1 - ties / (n * (n - 1)));
	const z = (u - product / 2) / Math.sqrt(variance);
	return { z, p: erfc(Math.abs(z) / Math.SQRT2), less: 1 - u / product };
}

// The median of all differences: by how much B lies above A.
const shift = (a, b) => median(a.flatMap((x) => b.map((y) => y - x)));

function report(what, a, b) {
	const { z, p, less } = rankTest(a, b);
	console.log(`  ${what.padEnd(38)} ${z.toFixed(2).padStart(6)} ` +
		`${p.toFixed(4).padStart(7)}   ${less.toFixed(3)} ` +
		`${(shift(a, b) * 1000).toFixed(0).padStart(8)}`);
}

const count = Math.ceil(tries / TRIES_OF_NAME);
console.log(`preparing ${4 * count} accounts`);
const set = prepare(count);
await nextVisitor();
for (let i = 0; i < 40; i++)
	await attempt(`timing-warm-${i}@timing.example`);
await pause(500);
const byName = await measureNames(set);
const throttled = await measureThrottled(set);
const { times } = byName;
await configureMail();
const forgotten = await measureForgotten(set);
Object.assign(times, throttled.times, forgotten.times);
console.log('\nmilliseconds         tries   median      5 %     95 %');
for (const [kind, list] of Object.entries(times)) {
	const sorted = Float64Array.from(list).sort();
	const at = (part) => sorted[Math.floor(part * (sorted.length - 1))]
		.toFixed(3).padStart(8);
	console.log(`  ${kind.padEnd(18)} ${String(list.length).padStart(5)} ` +
		`${at(0.5)} ${at(0.05)} ${at(0.95)}`);
}
console.log(`  not counted, as answered otherwise: ${
	byName.lost + throttled.lost + forgotten.lost}`);
console.log('\nrank test                                     z       p   ' +
	'P(a<b)  shift us');
for (const kind of ['wrong', 'disabled', 'right', 'pending'])
	report(`unknown / ${kind}`, times.unknown, times[kind]);
const half = shuffle([...times.unknown]);
report('unknown / unknown (by chance)',
	half.slice(0, half.length >> 1), half.slice(half.length >> 1));
report('throttled unknown / throttled known',
	times['throttled unknown'], times['throttled known']);
for (const kind of ['known', 'disabled'])
	report(`forgot unknown / forgot ${kind}`, times['forgot unknown'],
		times[`forgot ${kind}`]);
const { status } = await call('/health/ready');
console.log(`\nthe hub is ${status === 200 ? 'ready' : 'not ready'} still`);
