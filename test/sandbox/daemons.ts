import { join } from 'node:path';
import { allPids, argvOf, isAlive, parentOf, signal, until } from './processes.ts';
import { run } from './run.ts';

/** How a daemon is started by stock. */
export interface Stock {
	/** Its letter in VARactive_keepalives. */
	code: string;
	script: string;
	args: string[];
	screen: string;
	/** Exits when there is no listener: started after it. */
	needsListener?: boolean;
}

/** The daemons there are stand-ins for, in the order of a start after a total stop. */
export const STOCK: Stock[] = [
	{ code: '6', script: 'FastAGI_log.pl', args: ['--debug'], screen: 'ASTfastlog' },
	{ code: '1', script: 'AST_update_AMI2.pl', args: [], screen: 'ASTupdate' },
	{ code: '2', script: 'AST_manager_listen_AMI2.pl', args: [], screen: 'ASTlisten' },
	{ code: '2', script: 'AST_manager_send.pl', args: [], screen: 'ASTsend', needsListener: true },
	{ code: '3', script: 'AST_VDauto_dial.pl', args: [], screen: 'ASTVDauto', needsListener: true },
];

/** A running copy of a daemon: its Perl, and its SCREEN where that is its parent. */
export interface Running {
	perl: number;
	screen: number | undefined;
}

/** A daemon can meet the screen client that starts it, and then takes itself for a second copy; stock tries again too. */
const ATTEMPTS = 4;
const START_TIMEOUT = 5_000;

/** The Perl daemons of an instance. */
export class Daemons {
	constructor(
		private readonly home: string,
		private readonly keepalives: string,
		/** What cron and the stock keepalive leave in a daemon's environment. */
		private readonly env: Record<string, string>,
	) {}

	/** Starts a daemon as stock does, in its screen; resolves when its Perl runs (20 s), or at once if it had been running. */
	async start(script: string): Promise<void> {
		const daemon = STOCK.find((one) => one.script === script);
		if (daemon === undefined) throw new Error(`no stand-in for ${script}`);
		const args = ['-d', '-m', '-S', daemon.screen, join(this.home, script), ...daemon.args];
		const start = () =>
			run(join(this.home, '../bin/screen'), args, { env: this.env, cwd: join(this.home, '..'), timeoutMs: 10_000 });
		for (let attempt = 1; ; attempt++) {
			await start();
			const stays = until(`start of ${script}`, START_TIMEOUT, () => this.pids(script).length > 0);
			if (attempt === ATTEMPTS) await stays;
			else if (!(await stays.then(Boolean, () => false))) continue;
			return;
		}
	}

	/** Starts every daemon that VARactive_keepalives asks for and there is a stand-in for. */
	async startAll(): Promise<void> {
		const wanted = this.keepalives.includes('X') ? [] : STOCK.filter(({ code }) => this.keepalives.includes(code));
		await Promise.all(wanted.filter((one) => !one.needsListener).map((one) => this.start(one.script)));
		await Promise.all(wanted.filter((one) => one.needsListener).map((one) => this.start(one.script)));
	}

	/** The running copies of a script, by its exact arguments in /proc: the oldest first. FastAGI's workers follow their parent. */
	pids(script: string): Running[] {
		const path = join(this.home, script);
		return allPids()
			.filter((pid) => {
				const [program, file] = argvOf(pid);
				return file === path && /^(.*\/)?perl[\d.]*$/.test(program ?? '') && isAlive(pid);
			})
			.map((perl) => {
				const parent = parentOf(perl);
				const [program] = argvOf(parent);
				return { perl, screen: program?.toUpperCase().endsWith('SCREEN') ? parent : undefined };
			});
	}

	/** Stops a daemon in its tracks: SCREEN first, since a screen wakes a stopped child. */
	freeze(script: string): void {
		const pids = this.pids(script);
		for (const { screen } of pids) if (screen !== undefined) signal(screen, 'SIGSTOP');
		for (const { perl } of pids) signal(perl, 'SIGSTOP');
	}

	thaw(script: string): void {
		for (const { perl, screen } of this.pids(script)) {
			signal(perl, 'SIGCONT');
			if (screen !== undefined) signal(screen, 'SIGCONT');
		}
	}

	/** Sends a signal to the Perl of every copy. */
	kill(script: string, name: NodeJS.Signals): void {
		for (const { perl } of this.pids(script)) signal(perl, name);
	}
}
