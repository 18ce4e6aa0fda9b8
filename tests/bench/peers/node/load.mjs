// Accounts as peer_data prints them, into a file of the lmdb package's own:
// node load.mjs FILE <ACCOUNTS
import { createInterface } from 'node:readline';
import { open } from 'lmdb';

const accounts = open({
	path: process.argv[2],
	noSubdir: true,
	encoding: 'binary',
	noSync: true,
});

for await (const line of createInterface({ input: process.stdin })) {
	const tab = line.indexOf('\t');

	accounts.put(line.slice(0, tab), Buffer.from(line.slice(tab + 1)));
}
await accounts.flushed;
await accounts.close();
