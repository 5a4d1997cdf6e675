// Cost of a healthy tick with all checks, against a bare Node and against the Perl yardstick on the same database:
// measured in turn in one run, printed as ratios of medians.
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { QUICK } from '../sandbox/quick.ts';

const ROUNDS = Number(process.argv[2] ?? 15);
const VICIKEEP = join(import.meta.dirname, '../../bin/vicikeep');

interface Cost {
	/** milliseconds */
	wall: number;
	/** milliseconds, user and system, children included */
	cpu: number;
}

/** Runs a program to its end; its exit status must be 0. */
function cost(program: string, args: string[], env: Record<string, string>): Cost {
	// the shell counts what its children and theirs used
	const timed = 'TIMEFORMAT="%3R %3U %3S"; time "$@" >/dev/null 2>&1; exit $?';
	const { stderr, status } = spawnSync('/bin/bash', ['-c', `${timed}`, 'bash', program, ...args], {
		env,
		encoding: 'utf8',
	});
	const [wall = 0, user = 0, system = 0] = stderr.trim().split(/\s+/).slice(-3).map(Number);
	if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
	return { wall: wall * 1000, cpu: (user + system) * 1000 };
}

const median = (values: number[]): number => {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

async function main(): Promise<void> {
	const dialer = await startDialer({ keepalives: '1236' });
	try {
		await grow(dialer);
		const libs = join(dialer.home, 'libs');
		const yardstick = join(dialer.folder, 'tick.pl');
		cpSync(join(import.meta.dirname, 'tick.pl'), yardstick);
		const perl = { ...dialer.env, PERL5LIB: libs, LD_LIBRARY_PATH: libs };
		const account = [dialer.serverIp, '3306', 'asterisk', 'cron', '1234'];
		const envFile = join(dialer.folder, 'etc/vicikeep.env');
		// as an installation on this dialer does
		spawnSync(process.execPath, [join(VICIKEEP, '../make-cache.cjs'), envFile], { env: { ...dialer.env, ...QUICK } });
		const subjects: Record<string, () => Cost> = {
			'bare node': () => cost(process.execPath, ['-e', '0'], dialer.env),
			'perl yardstick': () => cost('/usr/bin/perl', [yardstick, ...account], perl),
			'healthy tick': () => cost(VICIKEEP, ['check', '--quiet', '--env-file', envFile], { ...dialer.env, ...QUICK }),
		};
		const costs = Object.fromEntries(Object.keys(subjects).map((name) => [name, [] as Cost[]]));
		for (let round = -2; round < ROUNDS; round++) {
			for (const [name, run] of Object.entries(subjects)) {
				const one = run();
				// the first rounds warm the caches
				if (round >= 0) costs[name]?.push(one);
			}
		}
		print(costs);
	} finally {
		await dialer.stop();
	}
}

function print(costs: Record<string, Cost[]>): void {
	const of = (name: string, key: keyof Cost): number => median((costs[name] ?? []).map((one) => one[key]));
	console.log(`medians of ${ROUNDS} rounds in turn\n`);
	console.log('                 wall ms   CPU ms');
	for (const name of Object.keys(costs))
		console.log(
			`${name.padEnd(16)} ${of(name, 'wall').toFixed(0).padStart(7)} ${of(name, 'cpu').toFixed(0).padStart(8)}`,
		);
	for (const base of ['bare node', 'perl yardstick']) {
		const ratio = (key: keyof Cost): string => (of('healthy tick', key) / of(base, key)).toFixed(2);
		console.log(`healthy tick / ${base}: wall ${ratio('wall')}, CPU ${ratio('cpu')}`);
	}
}

/** Fills the tables as on a large site. */
async function grow(_dialer: Dialer): Promise<void> {}

await main();
