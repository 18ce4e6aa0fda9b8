// The modules of the OpenID conformance plans, ported: each is a test under its
// full name. The plans run side by side, so that the one module that waits for
// half a minute has company.
import { describe } from 'node:test';
import { basic } from './conformance/basic.mjs';
import { config } from './conformance/config.mjs';
import { logout } from './conformance/logout.mjs';
import { further } from './conformance/more.mjs';
import { plan } from './lib/plan.mjs';

describe('ported conformance modules', { concurrency: true }, () => {
	plan('Basic OP', basic);
	plan('Config OP', config);
	plan('RP-Initiated Logout OP', logout);
	plan('Further modules', further);
});
