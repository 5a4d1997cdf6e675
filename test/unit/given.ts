import { CHECK_IDS } from '../../src/checks/index.ts';
import { emptyMemory, type Memory } from '../../src/memory.ts';
import { Notebook } from '../../src/notebook.ts';
import { type Settings, settle } from '../../src/settings.ts';
import type { Finding, Process } from '../../src/types.ts';

/** Settings of a dialer with the given keepalive codes, everything else by default. */
export function settingsOf(environment: Record<string, string> = {}): Settings {
	const conf = 'PATHhome => /usr/share/astguiclient\nVARserver_ip => 10.0.0.1\nVARactive_keepalives => 1236\n';
	return settle({
		environment,
		envFile: { path: '/etc/vicikeep.env', text: undefined },
		readConf: () => ({ text: conf }),
	});
}

/** A memory in which these keys were seen `looks` times in a row, `seconds` ago first. */
export function remembering(keys: Record<string, { looks: number; seconds: number }>, uptime = 10_000): Memory {
	const conditions = Object.fromEntries(
		Object.entries(keys).map(([key, { looks, seconds }]) => [
			key,
			{ looks, sinceUptime: uptime - seconds, since: new Date(0).toISOString() },
		]),
	);
	return { ...emptyMemory('boot'), counted: Object.fromEntries(CHECK_IDS.map((id) => [id, uptime - 60])), conditions };
}

export const notebookOf = (memory: Memory, uptime = 10_000): Notebook =>
	new Notebook(memory, 50, { uptime, now: new Date() });

export const finding = (id: string, subject: string, rest: Partial<Finding> = {}): Finding => ({
	id,
	subject,
	status: 'critical',
	summary: `${subject}: ${id}`,
	evidence: {},
	...rest,
});

export const processOf = (pid: number, ppid: number, argv: string[], rest: Partial<Process> = {}): Process => ({
	pid,
	ppid,
	argv,
	state: 'S',
	comm: 'x',
	startTicks: pid,
	started: 0,
	foreign: false,
	...rest,
});
