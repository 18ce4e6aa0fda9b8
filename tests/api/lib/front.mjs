// What stands before the hub that is tested, as scripts/test tells, and in what
// it differs from nginx by itself. doc/web-servers.md says the same.
import path from 'node:path';
import { STATE } from './hub.mjs';

const apache = {
	server: 'Apache',
	log: 'hub-access.log',
	logs: ['hub-access.log', 'hub-error.log'],
	fields: ['time', 'id', 'method', 'path', 'status', 'bytes', 'microseconds',
		'pool', 'tls'],
	limitsRate: false,
	asksAgain: false,
	statuses: {
		'a length and chunks': 405,
		'an unknown transfer coding': 400,
		'CONNECT with a path': 400,
		'CONNECT with a host': 404,
	},
};

const nginx = {
	server: 'nginx',
	log: 'access.log',
	logs: ['access.log', 'nginx.log'],
	fields: ['time', 'id', 'method', 'path', 'status', 'bytes', 'seconds',
		'pool', 'pool_status', 'pool_seconds', 'tls'],
	limitsRate: true,
	asksAgain: true,
	statuses: {},
};

const lighttpd = {
	...apache,
	server: 'lighttpd',
	fields: ['time', 'id', 'method', 'path', 'status', 'bytes', 'pool'],
	statuses: {
		'a target over 8 KiB': 431,
		'a header field of 9 KiB': 200,
		'a token of 12 KiB': 401,
		'a method in lower case': 501,
		'a space in the target': 404,
		'a control character in the target': 404,
		'an unknown transfer coding': 501,
		'CONNECT with a host': 404,
	},
};

const fronts = {
	nginx,
	'nginx-spawn': nginx,
	'apache-proxy': apache,
	'apache-fcgid': {
		...apache,
		statuses: {
			...apache.statuses,
			'an absolute target': 404,
			'a long body that says no length': 500,
		},
	},
	'apache-cgi': {
		...apache,
		statuses: { ...apache.statuses, 'an absolute target': 404 },
	},
	lighttpd,
};

const name = process.env.HUB_FRONT ?? 'nginx';
if (!fronts[name])
	throw new Error(`HUB_FRONT: nothing is known of '${name}'`);

export const front = {
	...fronts[name],
	folder: name === 'nginx' ? path.join(STATE, 'log') :
		path.join(STATE, 'front', name, 'log'),
	// The status of what the web server answers itself.
	status: (what, usual) => fronts[name].statuses[what] ?? usual,
};
