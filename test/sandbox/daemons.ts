import { spawn } from 'node:child_process';
import { closeSync, existsSync, constants as fs, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allPids, argvOf, cwdOf, isAlive, parentOf, signal, startTimeOf, until } from './processes.ts';
import { run } from './run.ts';

/** How a daemon is started by stock. */
export interface Stock {
	/** Its letter in VARactive_keepalives, or the option of the stock keepalive that asks for it. */
	code: string;
	script: string;
	args: string[];
	screen: string;
	/** Exits when there is no listener: started after it. */
	needsListener?: boolean;
}

/**
 * The daemons there are stand-ins for, in the order of a start after a total stop. Code 8 (three relays without a screen)
 * and code 9 (started every minute, ends by itself) are not among them.
 */
export const STOCK: Stock[] = [
	{ code: '6', script: 'FastAGI_log.pl', args: ['--debug'], screen: 'ASTfastlog' },
	{ code: '1', script: 'AST_update_AMI2.pl', args: [], screen: 'ASTupdate' },
	{ code: '2', script: 'AST_manager_listen_AMI2.pl', args: [], screen: 'ASTlisten' },
	{ code: '2', script: 'AST_manager_send.pl', args: [], screen: 'ASTsend', needsListener: true },
	{ code: '3', script: 'AST_VDauto_dial.pl', args: [], screen: 'ASTVDauto', needsListener: true },
	{ code: '4', script: 'AST_VDremote_agents.pl', args: ['--debug'], screen: 'ASTVDremote', needsListener: true },
	{ code: '5', script: 'AST_VDadapt.pl', args: ['--debug'], screen: 'ASTVDadapt' },
	{ code: '7', script: 'AST_VDauto_dial_FILL.pl', args: ['--debug'], screen: 'ASTVDadFILL' },
	{ code: 'E', script: 'VD_email_inbound.pl', args: [], screen: 'ASTemail' },
	{ code: 'S', script: 'AST_manager_sip_AMI2.pl', args: [], screen: 'ASTSIPlogger' },
	{ code: 'C', script: 'AST_conf_update_screen.pl', args: [], screen: 'ASTConfUpdater' },
	{ code: '-cu3way', script: 'AST_conf_update_3way.pl', args: ['--debug'], screen: 'ASTconf3way' },
	{ code: '-recmon', script: 'AST_rec_monitor.pl', args: [], screen: 'ASTrecmon' },
];

/** A running copy of a daemon: its Perl, and its SCREEN where that is its parent. */
export interface Running {
	perl: number;
	screen: number | undefined;
}

/**
 * How a daemon hangs: `loop` wakes and sleeps on without working, `spin` burns the processor, `fifo` and `socket` wait for
 * something of its own that stays silent, `child` waits for a program it has started (a `wget`; its end frees the daemon).
 */
export type Hang = 'loop' | 'spin' | 'fifo' | 'socket' | 'child';

/** A daemon can meet the screen client that starts it, and then takes itself for a second copy; stock tries again too. */
const ATTEMPTS = 4;
const START_TIMEOUT = 5_000;

/** The Perl daemons of an instance. */
export class Daemons {
	constructor(
		private readonly home: string,
		private readonly keepalives: string,
		private readonly options: string[],
		/** What cron and the stock keepalive leave in a daemon's environment. */
		private readonly env: Record<string, string>,
	) {}

	/** Starts a daemon as stock does, in its screen; resolves when its Perl runs (20 s), or at once if it had been running. */
	async start(script: string): Promise<void> {
		const daemon = this.stock(script);
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

	private stock(script: string): Stock {
		const daemon = STOCK.find((one) => one.script === script);
		if (daemon === undefined) throw new Error(`no stand-in for ${script}`);
		return daemon;
	}

	/** The daemons that VARactive_keepalives and the keepalive's options ask for. */
	get wanted(): Stock[] {
		if (this.keepalives.includes('X')) return [];
		return STOCK.filter(({ code }) =>
			code.startsWith('-') ? this.options.includes(code) : this.keepalives.includes(code),
		);
	}

	/** Starts all of them, and the relays of code 8. */
	async startAll(): Promise<void> {
		const { wanted } = this;
		if (this.keepalives.includes('8')) await this.relayControl('start');
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
			.sort((one, other) => Number(startTimeOf(one)) - Number(startTimeOf(other)))
			.map((perl) => {
				const parent = parentOf(perl);
				const [program] = argvOf(parent);
				return { perl, screen: program?.toUpperCase().endsWith('SCREEN') ? parent : undefined };
			});
	}

	/** Runs `relay_control start` or `stop`: the three relays of code 8, which listen at the dialer's address unless told. */
	async relayControl(order: 'start' | 'stop', at = ''): Promise<void> {
		const env = { ...this.env, SANDBOX_RELAYS_AT: at };
		await run(join(this.home, 'ip_relay/relay_control'), [order], { env, timeoutMs: 10_000 });
	}

	/** The relays of code 8, by their command line. */
	relays(): number[] {
		const folder = join(this.home, 'ip_relay');
		return allPids().filter((pid) => argvOf(pid)[0] === 'ip_relay' && cwdOf(pid) === folder);
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

	/** Ends a daemon as its own exit does; resolves when its Perl and its SCREEN have gone (10 s). */
	async stop(script: string): Promise<void> {
		const running = this.pids(script);
		this.kill(script, 'SIGTERM');
		await until(`end of ${script}`, 10_000, () =>
			running.every(({ perl, screen }) => !isAlive(perl) && (screen === undefined || !isAlive(screen))),
		);
	}

	/** Starts another copy by hand, without a screen, that has missed the first one; resolves with its pid when it runs. */
	async duplicate(script: string): Promise<number> {
		const { args } = this.stock(script);
		const child = spawn('/usr/bin/perl', [join(this.home, script), ...args], {
			detached: true,
			stdio: 'ignore',
			cwd: join(this.home, '..'),
			env: { ...this.env, SANDBOX_NOT_ALONE: '1' },
		});
		child.unref();
		await until(`second ${script}`, START_TIMEOUT, () => this.pids(script).some(({ perl }) => perl === child.pid));
		return child.pid ?? 0;
	}

	/**
	 * Makes the running copies hang at the end of their loop; what is started later works. Resolves when they hang, which
	 * for AST_conf_update_screen.pl takes up to its interval.
	 */
	async hang(script: string, way: Hang, timeoutMs = 10_000): Promise<void> {
		const orders = this.pids(script).map(({ perl }) => this.order(perl));
		mkdirSync(join(this.home, '../run/hang'), { recursive: true });
		for (const order of orders) writeFileSync(order, way);
		await until(`${script} hanging`, timeoutMs, () => orders.every((order) => existsSync(`${order}.hung`)));
	}

	/** Lets copies that hang by `loop`, `spin`, `fifo` or `child` go on. */
	async release(script: string): Promise<void> {
		for (const { perl } of this.pids(script)) {
			const order = this.order(perl);
			rmSync(order, { force: true });
			rmSync(`${order}.hung`, { force: true });
			for (const pid of allPids()) if (parentOf(pid) === perl) signal(pid, 'SIGKILL');
			if (!existsSync(`${order}.fifo`)) continue;
			await until(`${script} at its FIFO`, 5_000, () => openForWriting(`${order}.fifo`));
			rmSync(`${order}.fifo`);
		}
	}

	private order(pid: number): string {
		return join(this.home, '../run/hang', `${pid}-${startTimeOf(pid)}`);
	}
}

/** Wakes whoever waits to read from a FIFO; false when nobody does yet. */
function openForWriting(fifo: string): boolean {
	try {
		closeSync(openSync(fifo, fs.O_WRONLY | fs.O_NONBLOCK));
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
		return false;
	}
}
