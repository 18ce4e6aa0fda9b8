// What a history of many clients must not hold. A line of it is an operation:
//
//   op       what was done, see below
//   begin    before the request left      } microseconds of one clock that
//   end      after the answer was there   } only goes forward
//   ok       true: it was acknowledged; false: it was refused;
//            null: nobody knows, so it counts as done and as not done
//
// and what it names, each thing by a name that the recorder gives it:
//
//   signin      account password session code   with a lasting password
//   form        account password                with a temporary one
//   authorize   account session code            with the session's cookie
//   redeem      account code grant access token
//   refresh     account token next access       grant: the family of both
//   use         account access where
//   revoke-access (access), revoke-grant (grant), logout and end-session
//   (session), revoke, disable, enable (account)
//   password    account password kind           kind: set, reset, or change,
//                                               which names a session and code
//   try         account password                at the end, when all is quiet
//   verify      ok: the stores are whole
//   kill        what
//
// Run as a program it reads such a file and prints what is wrong in it:
// node history_check.mjs FILE. Exit status: 0 if nothing is, 1 otherwise.
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';

// How long an old refresh token is good for its successor, and what a clock
// of whole seconds may add to that.
const WINDOW = 10e6 + 2e6;

const before = (a, b) => a.end < b.begin;
const earliest = (list) => list.reduce((a, b) => (b.end < a.end ? b : a));

function group(list, key) {
	const groups = new Map();
	for (const one of list) {
		if (one[key] === undefined)
			continue;
		if (!groups.has(one[key]))
			groups.set(one[key], []);
		groups.get(one[key]).push(one);
	}
	return groups;
}

class History {
	constructor(events) {
		this.events = events;
		this.violations = [];
		this.done = events.filter(({ ok }) => ok === true);
		this.byOp = group(events, 'op');
		this.#learn();
	}

	of(...ops) {
		return ops.flatMap((op) => this.byOp.get(op) ?? []);
	}

	wrong(rule, ...events) {
		this.violations.push({ rule, events });
	}

	// Where things come from: what an access token, a refresh token and a
	// grant hang on, up to the password that was shown for them.
	#learn() {
		this.root = new Map();
		this.sessionOf = new Map();
		this.grantOf = new Map();
		for (const event of this.done) {
			if (['signin', 'password'].includes(event.op) &&
			    event.session !== undefined)
				this.root.set(event.session, event);
			if (event.code !== undefined && event.op !== 'redeem')
				this.sessionOf.set(event.code, event.session);
		}
		for (const { op, code, grant, access, token, next } of this.done) {
			if (op === 'redeem')
				this.sessionOf.set(grant, this.sessionOf.get(code));
			if (op === 'redeem' || op === 'refresh') {
				for (const name of [access, token, next]) {
					if (name !== undefined)
						this.grantOf.set(name, grant);
				}
			}
		}
	}

	// What an operation has shown, or got, that an end may have ended.
	standsOn(event) {
		const grant = event.grant ?? this.grantOf.get(event.access);
		const session = event.op === 'signin' || event.op === 'password' ?
			undefined : event.session ?? this.sessionOf.get(event.code) ??
			this.sessionOf.get(grant);
		return {
			access: event.op === 'use' ? event.access : undefined,
			grant, session, root: this.root.get(session),
		};
	}
}

function codesOnce(history) {
	for (const uses of group(history.of('redeem'), 'code').values()) {
		const good = uses.filter(({ ok }) => ok === true);
		if (good.length > 1)
			history.wrong('a code was used with success twice', ...good);
	}
}

function oneSuccessor(history) {
	const uses = group(history.done.filter(({ op }) => op === 'refresh'),
		'token');
	for (const good of uses.values()) {
		if (new Set(good.map(({ next }) => next)).size > 1)
			history.wrong('a refresh token has two successors', ...good);
		const first = earliest(good);
		for (const late of good) {
			if (late.begin > first.end + WINDOW)
				history.wrong('an old refresh token is good for longer ' +
					'than the window', first, late);
			const used = uses.get(late.next)?.find((use) =>
				before(use, late));
			if (used !== undefined)
				history.wrong('an old refresh token is good although its ' +
					'successor was used', used, late);
		}
	}
}

// The acknowledged ends of grants: asked for, and by what was shown twice.
function endsOfGrants(history) {
	const ends = history.done.filter(({ op }) => op === 'revoke-grant');
	const redeemed = group(history.of('redeem'), 'code');
	for (const uses of redeemed.values()) {
		const good = uses.find(({ ok }) => ok === true);
		for (const again of uses) {
			if (good !== undefined && again.ok === false &&
			    again.end > good.begin)
				ends.push({ ...again, grant: good.grant,
					end: Math.max(again.end, good.end) });
		}
	}
	const used = group(history.of('refresh'), 'token');
	for (const uses of used.values()) {
		const good = uses.find(({ ok }) => ok === true);
		const next = good && used.get(good.next)?.find(({ ok }) =>
			ok === true);
		for (const again of uses) {
			if (next !== undefined && again.ok === false &&
			    before(next, again))
				ends.push({ ...again, grant: good.grant });
		}
	}
	return ends;
}

const SHOWS = ['authorize', 'redeem', 'refresh', 'use'];

function nothingAfterAnEnd(history) {
	const ended = {
		access: group(history.done.filter(({ op }) =>
			op === 'revoke-access'), 'access'),
		grant: group(endsOfGrants(history), 'grant'),
		session: group(history.done.filter(({ op }) =>
			op === 'logout' || op === 'end-session'), 'session'),
	};
	const accounts = group(history.done.filter(({ op }) =>
		['revoke', 'disable', 'password'].includes(op)), 'account');

	for (const event of history.done) {
		if (!SHOWS.includes(event.op))
			continue;
		const on = history.standsOn(event);
		for (const [kind, ends] of Object.entries(ended)) {
			const end = (ends.get(on[kind]) ?? [])
				.find((one) => before(one, event));
			if (end !== undefined)
				history.wrong(`a success after the end of its ${kind}`,
					end, event);
		}
		const end = on.root && accounts.get(event.account)?.find((one) =>
			before(on.root, one) && before(one, event));
		if (end !== undefined)
			history.wrong('a success after the end of all that the account ' +
				'had open', on.root, end, event);
	}
}

// Between a disable and the first enable after it that may have worked there
// is no success at all; between a reset and a new password only the form.
function nothingWhileClosed(history) {
	const rules = [
		{
			name: 'disabled', allowed: ['enable'],
			closes: ({ op }) => op === 'disable',
			opens: ({ op }) => op === 'enable',
		}, {
			name: 'waiting for a new password', allowed: ['form'],
			closes: ({ op, kind }) => op === 'password' && kind === 'reset',
			opens: ({ op, kind }) => op === 'password' && kind !== 'reset',
		},
	];
	const opening = ['signin', 'form', ...SHOWS];

	for (const events of group(history.events, 'account').values()) {
		const successes = events.filter(({ op, ok }) => ok === true &&
			opening.includes(op));
		for (const { name, allowed, closes, opens } of rules) {
			const openings = events.filter((one) => opens(one) &&
				one.ok !== false);
			for (const close of events) {
				if (!closes(close) || close.ok !== true)
					continue;
				const until = Math.min(...openings
					.filter((open) => open.end > close.begin)
					.map(({ begin }) => begin));
				const late = successes.find((one) => before(close, one) &&
					one.end < until && !allowed.includes(one.op));
				if (late !== undefined)
					history.wrong(`a success while the account is ${name}`,
						close, late);
			}
		}
	}
}

const SETS = ({ op, ok }) => op === 'password' && ok !== false;

// No password that was certainly replaced opens anything.
function onlyTheLastPassword(history) {
	const sets = group(history.events.filter(SETS), 'account');
	for (const event of history.done) {
		if (!['signin', 'form', 'try'].includes(event.op))
			continue;
		const all = sets.get(event.account) ?? [];
		const set = all.find(({ password }) => password === event.password);
		const replaced = set && all.find((one) => one.ok === true &&
			before(set, one) && before(one, event));
		if (set === undefined)
			history.wrong('a password that was never set is right', event);
		else if (replaced !== undefined)
			history.wrong('a password is right after it was replaced',
				set, replaced, event);
	}
}

// At the end exactly one password is right, of those that may be the last.
function consistentAtTheEnd(history) {
	for (const tries of group(history.of('try'), 'account').values()) {
		const good = tries.filter(({ ok }) => ok === true);
		if (tries.some(({ ok }) => ok === null))
			history.wrong('a try at the end has no answer', ...tries);
		if (good.length !== 1)
			history.wrong(`${good.length} passwords are right at the end`,
				...tries);
	}
	for (const event of history.of('verify')) {
		if (event.ok !== true)
			history.wrong('hubctl verify finds damage', event);
	}
}

// All violations: a rule and the operations that show it.
export function check(events) {
	const history = new History(events);
	codesOnce(history);
	oneSuccessor(history);
	nothingAfterAnEnd(history);
	nothingWhileClosed(history);
	onlyTheLastPassword(history);
	consistentAtTheEnd(history);
	return history.violations;
}

// The passwords of an account that may be the one that counts, after all that
// has happened: no acknowledged one came after them.
export function lastPasswords(events, account) {
	const sets = events.filter((one) => SETS(one) && one.account === account);
	return sets.filter((set) => !sets.some((one) => one.ok === true &&
		before(set, one))).map(({ password }) => password);
}

// What a history consists of, in a line.
export function summary(events) {
	const count = (is) => events.filter(is).length;
	const kills = count(({ op }) => op === 'kill');
	return `${events.length - kills} operations ` +
		`(${count(({ op, ok }) => ok === true && op !== 'kill')} done, ` +
		`${count(({ ok }) => ok === false)} refused, ` +
		`${count(({ ok }) => ok === null)} unknown), ${kills} kills`;
}

function main(file) {
	const events = fs.readFileSync(file, 'utf8').split('\n')
		.filter((line) => line !== '').map((line) => JSON.parse(line));
	const violations = check(events);
	for (const { rule, events: shown } of violations) {
		console.log(`${rule}:`);
		for (const event of shown)
			console.log(`  ${JSON.stringify(event)}`);
	}
	console.log(`${summary(events)}, ${violations.length} violations`);
	process.exitCode = violations.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	if (process.argv.length !== 3) {
		console.error('usage: node history_check.mjs FILE');
		process.exitCode = 2;
	} else {
		main(process.argv[2]);
	}
}
