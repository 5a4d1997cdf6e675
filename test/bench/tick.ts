// Cost of a healthy tick with all checks on a dialer that runs everything, against a bare Node and against the Perl
// yardstick on the same database: measured in turn in one run, printed as ratios of medians; then the same on a large site.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { QUICK } from '../sandbox/quick.ts';
import { type Cost, costsInTurn, type Subject } from './cost.ts';
import { addPhones, GROWN, GROWN_LIMITS, grow, WITH_PHONES } from './grow.ts';
import { type Range, type Watched, watch } from './watch.ts';

const ROUNDS = Number(process.argv[2] ?? 15);
const VICIKEEP = join(import.meta.dirname, '../../bin/vicikeep');
/** What a tick may cost. */
const MOST = { ratio: 1.3, statements: 20, actions: 16, memory: 80 };
const ENV = { ...QUICK, ...GROWN_LIMITS };

async function main(): Promise<void> {
	const dialer = await startDialer({ keepalives: '123456789CES', options: ['-cu3way', '-recmon'] });
	try {
		const subjects = subjectsOn(dialer);
		await report('A quiet dialer', dialer, subjects);
		await grow(dialer);
		await report(GROWN, dialer, subjects);
		await addPhones(dialer);
		await report(WITH_PHONES, dialer, subjects);
	} finally {
		await dialer.stop();
	}
}

function subjectsOn(dialer: Dialer): Record<string, Subject> {
	const libs = join(dialer.home, 'libs');
	const yardstick = join(dialer.folder, 'tick.pl');
	cpSync(join(import.meta.dirname, 'tick.pl'), yardstick);
	const account = [dialer.serverIp, '3306', 'asterisk', 'cron', '1234'];
	const envFile = join(dialer.folder, 'etc/vicikeep.env');
	const env = { ...dialer.env, ...ENV };
	// as an installation on this dialer does
	spawnSync(process.execPath, [join(VICIKEEP, '../make-cache.cjs'), envFile], { env });
	return {
		'bare node': { program: process.execPath, args: ['-e', '0'], env: dialer.env },
		'perl yardstick': {
			program: '/usr/bin/perl',
			args: [yardstick, ...account],
			env: { ...dialer.env, PERL5LIB: libs, LD_LIBRARY_PATH: libs },
		},
		'healthy tick': { program: VICIKEEP, args: ['check', '--quiet', '--env-file', envFile], env },
	};
}

async function report(title: string, dialer: Dialer, subjects: Record<string, Subject>): Promise<void> {
	// without a memory the first look compares all conf files with the database, as one does when something behind them has changed
	rmSync(dialer.stateDir, { recursive: true, force: true });
	const comparing = await watch(dialer, [], ENV, 1);
	const costs = costsInTurn(subjects, ROUNDS);
	const watched = await watch(dialer, [], ENV, ROUNDS);
	console.log(`\n${title}\n`);
	printCosts(costs);
	printWatched(watched);
	console.log(
		`beside that, a look that compares the conf files: ${comparing.statements[1]} statements, ${comparing.memory.toFixed(0)} MB`,
	);
}

function printCosts(costs: Record<string, Cost>): void {
	console.log(`medians of ${ROUNDS} rounds in turn   wall ms   CPU ms`);
	for (const [name, { wall, cpu }] of Object.entries(costs))
		console.log(`${name.padEnd(29)} ${wall.toFixed(0).padStart(9)} ${cpu.toFixed(0).padStart(8)}`);
	for (const base of ['bare node', 'perl yardstick']) {
		const ratio = (key: keyof Cost): string =>
			((costs['healthy tick']?.[key] ?? 0) / (costs[base]?.[key] ?? 0)).toFixed(2);
		console.log(
			`healthy tick / ${base.padEnd(14)} ${ratio('wall').padStart(9)} ${ratio('cpu').padStart(8)}${base === 'bare node' ? '' : `   goal ${MOST.ratio}`}`,
		);
	}
}

function printWatched({ statements, actions, memory, widest }: Watched): void {
	const line = (what: string, value: string, most: number): void =>
		console.log(`${what.padEnd(29)} ${value.padStart(9)}   at most ${most}`);
	line('statements of a tick', span(statements), MOST.statements);
	line('actions of a tick', span(actions), MOST.actions);
	line('peak memory, MB', memory.toFixed(0), MOST.memory);
	console.log('most of one statement:             rows       ms');
	for (const { table, rows, milliseconds } of widest)
		console.log(`${String(rows).padStart(38)} ${Number(milliseconds).toFixed(1).padStart(8)}   ${table}`);
}

const span = ([least, most]: Range): string => (least === most ? String(most) : `${least} to ${most}`);

await main();
