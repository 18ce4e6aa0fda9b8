// A conformance plan: modules, each a test under its full name, and the table
// of doc/conformance.md, which has to name the same modules with the results
// that the tests give.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../../api/lib/hub.mjs';

const DOCUMENT = path.join(ROOT, 'doc/conformance.md');

// What a module returns that did not simply pass. Both are results that the
// plan accepts: a warning where the standard says "should", a skip where it
// leaves the server free not to have the thing at all.
export const warning = (reason) => ({ result: 'warning', reason });
export const skipped = (reason) => ({ result: 'skipped', reason });

// The rows of the table under a heading of that name, cell by cell.
function rows(heading) {
	const text = fs.readFileSync(DOCUMENT, 'utf8');
	const [, section] = text.split(`\n### ${heading}\n`);
	assert.notEqual(section, undefined,
		`doc/conformance.md has no part "### ${heading}"`);
	return section.split(/\n#{2,3} /)[0].split('\n')
		.filter((line) => line.startsWith('| `'))
		.map((line) => line.split('|').slice(1, -1).map((cell) =>
			cell.trim()));
}

// The row of the totals: modules, passed, with a warning, skipped.
function totals(heading) {
	const line = fs.readFileSync(DOCUMENT, 'utf8').split('\n')
		.find((text) => text.startsWith(`| ${heading} |`));
	assert.notEqual(line, undefined,
		`doc/conformance.md has no totals of "${heading}"`);
	return line.split('|').slice(2, 6).map(Number);
}

function isDocumented(name, results) {
	assert.deepEqual(
		rows(name).map(([module, , result]) =>
			[module.replaceAll('`', ''), result.split(' ')[0]]),
		[...results].map(([module, { result }]) => [module, result]),
		'doc/conformance.md and the tests name other modules or results');
	const count = (wanted) => [...results.values()]
		.filter(({ result }) => result === wanted).length;
	assert.deepEqual(totals(name), [results.size, count('passed'),
		count('warning'), count('skipped')]);
}

// MODULES by name; so many run at a time, in this order. Then the table.
export function plan(name, modules, concurrency = 3) {
	const results = new Map(Object.keys(modules).map((module) =>
		[module, { result: 'failed' }]));

	describe(name, { concurrency: 1 }, () => {
		describe('modules', { concurrency }, () => {
			for (const [module, run] of Object.entries(modules))
				it(module, async (t) => {
					const outcome = await run(t) ?? { result: 'passed' };
					results.set(module, outcome);
					if (outcome.reason !== undefined)
						t.diagnostic(
							`${outcome.result}: ${outcome.reason}`);
				});
		});
		it(`doc/conformance.md tells the results of ${name}`, () =>
			isDocumented(name, results));
	});
}
