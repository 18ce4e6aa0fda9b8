// One process of a crowd, see crowd.mjs.
import { pause } from '../../api/lib/hub.mjs';
import { clock } from './crowd.mjs';
import { Visitor } from './form.mjs';
import { asClient } from './provider.mjs';

const REST = 5;

// Requests as a member sends them, each with what it says of the answer.
const acts = {
	post: (visitor, { endpoint, who, fields }) => {
		const as = asClient(who);
		return visitor.request(`/identity/${endpoint}`, {
			method: 'POST', fields: { ...as.fields, ...fields },
			headers: { origin: undefined, ...as.headers },
		});
	},
	get: (visitor, { target, token }) => visitor.request(target,
		{ headers: { authorization: `Bearer ${token}` } }),
	submit: (visitor, { action, fields, cookies }) => {
		visitor.cookies = new Map(cookies);
		return visitor.request(action, { method: 'POST', fields });
	},
};

async function perform(visitor, job) {
	const started = clock();
	try {
		const { status, text, headers } = await acts[job.act](visitor, job);
		return {
			job: job.name, started, ended: clock(), status, text,
			location: headers.location,
		};
	} catch (error) {
		return { job: job.name, started, ended: clock(), status: 0,
			text: String(error) };
	}
}

let jobs = [], running = false;

// The web server counts requests by address, so who asks over and over has
// several. Connections are there before anybody leaves.
async function prepare(list, addresses) {
	jobs = list.map((job) => ({
		job, visitors: Array.from({ length: addresses }, () => new Visitor()),
	}));
	await Promise.all(jobs.flatMap(({ visitors }) => visitors)
		.map((visitor) => visitor.request('/identity/jwks')));
}

const once = () => Promise.all(jobs.map(({ visitors: [visitor], job }) =>
	perform(visitor, job)));

const keyOf = (token) => token && JSON.parse(
	Buffer.from(token.split('.')[0], 'base64url').toString()).kid;

// Each job over and over until told to stop, with a rest that keeps what comes
// of minutes small. A refresh goes on with what it got; with PROBE the new
// access token is used at once, everywhere. Of a token its key is kept.
async function repeat({ visitors, job }, tally) {
	const now = { ...job, fields: { ...job.fields } };
	for (let i = 0; running; i++, await pause(REST)) {
		const visitor = visitors[i % visitors.length];
		const result = await perform(visitor, now);
		const body = result.status === 200 && now.act === 'post' &&
			result.text !== '' ? JSON.parse(result.text) : {};
		if (body.refresh_token !== undefined)
			now.fields.refresh_token = body.refresh_token;
		tally.push({
			...result, active: body.active, key: keyOf(body.access_token),
			text: result.status === 200 ? undefined : result.text,
		});
		for (const { target, expect } of
			body.access_token === undefined ? [] : job.probe ?? []) {
			const probe = await perform(visitor,
				{ act: 'get', target, token: body.access_token });
			tally.push({ ...probe, job: `${job.name} ${target}`,
				text: probe.status === expect ? undefined : probe.text,
				status: probe.status === expect ? 200 : probe.status });
		}
	}
}

let tallies = [], loops = null;

const orders = {
	prepare: ({ list, addresses }) => prepare(list, addresses),
	once,
	begin: async () => {
		running = true;
		tallies = jobs.map(() => []);
		loops = Promise.all(jobs.map((one, i) => repeat(one, tallies[i])));
	},
	end: async () => {
		running = false;
		await loops;
		return tallies;
	},
};

process.on('message', async ({ order, ...rest }) => {
	try {
		process.send({ result: await orders[order](rest) });
	} catch (error) {
		process.send({ error: error.stack });
	}
});
