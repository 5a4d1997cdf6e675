'use strict';
// Run once after an installation, by root and with the Node.js that will run the program: make-cache.cjs [ENV-FILE].
// On a dialer a dry run, which changes nothing, shows what is worth keeping; elsewhere everything is compiled.
const { existsSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { makeCache, makeCacheByRunning } = require('./code-cache.cjs');

const bundle = join(__dirname, '../dist/vicikeep.cjs');
const dialer = process.env.VICIKEEP_ASTGUICLIENT_CONF ?? '/etc/astguiclient.conf';
const [envFile] = process.argv.slice(2);
const { uid } = statSync(bundle);
if (uid !== process.geteuid()) {
	process.stderr.write(
		`vicikeep: ${bundle} belongs to user ${uid}, who could change what runs; make the cache as that user, or better: install it as root\n`,
	);
	process.exitCode = 1;
} else if (!existsSync(dialer)) makeCache(bundle);
else
	makeCacheByRunning(bundle, ['check', '--dry-run', '--format', 'json', ...(envFile ? ['--env-file', envFile] : [])]);
