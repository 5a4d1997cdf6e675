// Generates all files once, as a run of vicikeep does that was just started: cold, through the product's own connection.
// argv: socket, database name. Prints its cost as JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/adapters/database.ts';
import { CONF_FILES } from '../../src/conf/files.ts';
import { generateConf } from '../../src/conf/generate.ts';
import { parseTemplates } from '../../src/conf/render.ts';
import { readSource } from '../../src/conf/source.ts';

const [, , socket = '', name = '', address = '', templates = ''] = process.argv;
let statements = 0;
const cpuMs = (since?: NodeJS.CpuUsage) => {
	const { user, system } = process.cpuUsage(since);
	return (user + system) / 1000;
};

const account = { host: 'localhost', port: 3306, socket, name, user: 'root', password: '' };
const database = await Database.open(account, 5000);
const began = process.cpuUsage();
const wall = performance.now();
const source = await readSource((sql, values) => {
	statements++;
	return database.query(sql, [...values]);
}, address);
const readMs = cpuMs(began);
const texts = CONF_FILES.map((file) => ({
	name: file.name,
	path: file.name,
	text: readFileSync(join(templates, file.name), 'latin1'),
}));
const { files, warnings, refused } = generateConf(source, parseTemplates(texts).templates, {
	voicemailConf: '[general]\nformat=wav\n\n[default]\n',
});
const generateMs = cpuMs(began) - readMs;
const wallMs = performance.now() - wall;
await database.close();

process.stdout.write(
	JSON.stringify({
		statements,
		readMs,
		generateMs,
		wallMs,
		bytes: Object.values(files).reduce((sum, text) => sum + text.length, 0),
		warnings: warnings.length,
		refused: refused.length,
		totalMs: cpuMs(),
		memoryMB: process.resourceUsage().maxRSS / 1024,
	}),
);
