// Many processes that do something at the same time: once each, or over and
// over until told to stop.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MEMBER = fileURLToPath(new URL('crowd_member.mjs', import.meta.url));

// Microseconds on the clock that all processes share.
export const clock = () => Number(process.hrtime.bigint() / 1000n);

function ask(member, message) {
	return new Promise((resolve, reject) => {
		const died = (code) => reject(new Error(`a member ended with ${code}`));
		member.once('message', ({ result, error }) => {
			member.off('exit', died);
			if (error !== undefined)
				reject(new Error(error));
			else
				resolve(result);
		});
		member.once('exit', died);
		member.send(message);
	});
}

export class Crowd {
	constructor(size = 8) {
		this.members = Array.from({ length: size }, () => fork(MEMBER));
	}

	#all(order, each = () => ({})) {
		return Promise.all(this.members.map((member, i) =>
			ask(member, { order, ...each(i) })));
	}

	// Deals the jobs out and connects for each.
	prepare(jobs, addresses = 1) {
		const hands = this.members.map(() => []);
		jobs.forEach((job, i) => hands[i % hands.length].push(job));
		return this.#all('prepare', (i) => ({ list: hands[i], addresses }));
	}

	// All that was prepared, at once; the answers.
	async again() {
		return (await this.#all('once')).flat();
	}

	async once(jobs) {
		await this.prepare(jobs);
		return this.again();
	}

	// All jobs over and over while during() runs; the answers job by job.
	async during(jobs, act) {
		await this.prepare(jobs, 8);
		await this.#all('begin');
		try {
			await act();
		} finally {
			this.tallies = (await this.#all('end')).flat();
		}
		return this.tallies;
	}

	close() {
		for (const member of this.members)
			member.disconnect();
	}
}
