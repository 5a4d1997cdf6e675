import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { QUICK, type Tick, tick } from './support.ts';

export const VICIKEEP = join(import.meta.dirname, '../../bin/vicikeep');

/** The rebuild flag counts as forgotten by stock as soon as it is seen, and may be served as often as a test likes. */
export const AT_ONCE = {
	VICIKEEP_WARN_REBUILD_FLAG: '0',
	VICIKEEP_CRIT_REBUILD_FLAG: '0',
	VICIKEEP_RATION: '100/15m',
} as const;

/** A sandbox whose conf files are of interest, seen well once. */
export class ConfDialer {
	private constructor(readonly dialer: Dialer) {}

	static async start(): Promise<ConfDialer> {
		const dialer = await startDialer({ daemons: false, keepalives: 'X' });
		const box = new ConfDialer(dialer);
		// stock's last rebuild is long ago
		box.age('BUILDvoicemail-vicidial.conf', 3600);
		expect((await tick(dialer)).exitCode).toBe(0);
		return box;
	}

	path(name: string): string {
		return join(this.dialer.asteriskEtc, name);
	}

	read(name: string): string {
		return readFileSync(this.path(name), 'latin1');
	}

	/** Changes a file as an editor does; fails if that changes nothing. */
	edit(name: string, from: string | RegExp, to: string): void {
		const text = this.read(name).replace(from, to);
		expect(text).not.toBe(this.read(name));
		writeFileSync(this.path(name), text, 'latin1');
	}

	/** Installs a text as stock does in a rebuild: its copy of the mailboxes is written anew right before. */
	stockInstalls(name: string, text: string): void {
		const mailboxes = `; as stock words it\n${this.read('voicemail.conf')}`;
		writeFileSync(this.path('BUILDvoicemail-vicidial.conf'), mailboxes, 'latin1');
		writeFileSync(this.path(name), text, 'latin1');
	}

	/** Makes a file look as if it had been written so many seconds ago. */
	age(name: string, seconds: number): void {
		const then = Date.now() / 1000 - seconds;
		utimesSync(this.path(name), then, then);
	}

	tick(args: string[] = [], env: Record<string, string> = {}): Promise<Tick> {
		return tick(this.dialer, ['--only', 'conf', ...args], env);
	}

	/** A run by other means; its process is told when it has started. */
	async runBy(command: string, args: string[], started: (pid: number) => void = () => {}) {
		const run = spawn(command, args, {
			env: { ...this.dialer.env, ...QUICK, ...AT_ONCE },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		if (run.pid !== undefined) started(run.pid);
		let told = '';
		for (const stream of [run.stdout, run.stderr])
			stream.on('data', (chunk) => {
				told += chunk;
			});
		const [exitCode] = await once(run, 'close');
		return { exitCode, told };
	}

	/** Adds a SIP phone and asks for a rebuild, as the admin pages do. */
	async addPhone(name: string): Promise<void> {
		const number = name.replace(/\D/g, '');
		await this.dialer.database.query(
			`INSERT INTO phones (extension, dialplan_number, voicemail_id, server_ip, login, pass, active, fullname, protocol, email,
				template_id, conf_override, conf_secret)
			VALUES (?, ?, ?, ?, ?, '1', 'Y', 'New Agent', 'SIP', '', '--NONE--', '', 'NewSecret');
			UPDATE servers SET rebuild_conf_files='Y' WHERE server_ip=?`,
			[name, number, number, this.dialer.serverIp, name, this.dialer.serverIp],
		);
	}

	async flag(): Promise<string> {
		const [row] = await this.dialer.database.query('SELECT rebuild_conf_files AS flag FROM servers WHERE server_ip=?', [
			this.dialer.serverIp,
		]);
		return String(row?.flag);
	}

	async hasPeer(name: string): Promise<boolean> {
		return (await this.dialer.asterisk.cli('sip show peers')).includes(name);
	}
}
