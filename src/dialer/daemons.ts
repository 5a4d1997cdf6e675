import type { ThresholdName } from '../thresholds.ts';

/** A VICIdial daemon as the stock keepalive starts it. Source: ADMIN_keepalive_ALL.pl (VICIdial 2.14). */
export interface Daemon {
	/** name used in findings and actions */
	name: string;
	/** letter in VARactive_keepalives */
	code: string;
	/** script by Asterisk generation; most have one for both */
	script: { ami1: string; ami2: string };
	args: string[];
	screen: string;
	/** what it stops working without; it is not started while one of these is down */
	needs: ('mysql' | 'asterisk' | 'AST_manager_listen')[];
	/** it sleeps at most this long between two loops, seconds; null for a program that only waits for events */
	wakesEvery: number | null;
	/** a row that it writes in every loop, and the limits for its age */
	heartbeat?: { source: 'server_updater' | 'share_row'; threshold: ThresholdName; rowIsAlwaysThere: boolean };
	/** exits by itself in the end-of-day minute and is started again by stock in the next one */
	exitsAtEndOfDay?: true;
	/** accepts connections on this TCP port of all interfaces */
	port?: number;
}

const both = (script: string) => ({ ami1: script, ami2: script });

/** In the order in which they are started after a total stop: what others depend on comes first. */
export const DAEMONS: readonly Daemon[] = [
	{
		name: 'FastAGI_log',
		code: '6',
		script: both('FastAGI_log.pl'),
		args: ['--debug'],
		screen: 'ASTfastlog',
		needs: ['mysql'],
		wakesEvery: null,
		port: 4577,
	},
	{
		name: 'AST_manager_listen',
		code: '2',
		script: { ami1: 'AST_manager_listen.pl', ami2: 'AST_manager_listen_AMI2.pl' },
		args: [],
		screen: 'ASTlisten',
		needs: ['mysql', 'asterisk'],
		wakesEvery: 1,
	},
	{
		name: 'AST_update',
		code: '1',
		script: { ami1: 'AST_update.pl', ami2: 'AST_update_AMI2.pl' },
		args: [],
		screen: 'ASTupdate',
		needs: ['mysql', 'asterisk'],
		wakesEvery: 1,
		heartbeat: { source: 'server_updater', threshold: 'updater_heartbeat', rowIsAlwaysThere: true },
	},
	{
		name: 'AST_manager_send',
		code: '2',
		script: both('AST_manager_send.pl'),
		args: [],
		screen: 'ASTsend',
		needs: ['mysql', 'asterisk', 'AST_manager_listen'],
		wakesEvery: 1,
	},
	{
		name: 'AST_VDauto_dial',
		code: '3',
		script: both('AST_VDauto_dial.pl'),
		args: [],
		screen: 'ASTVDauto',
		needs: ['mysql', 'asterisk', 'AST_manager_listen'],
		wakesEvery: 3,
		heartbeat: { source: 'share_row', threshold: 'auto_dialer_heartbeat', rowIsAlwaysThere: false },
	},
	{
		name: 'AST_VDremote_agents',
		code: '4',
		script: both('AST_VDremote_agents.pl'),
		args: ['--debug'],
		screen: 'ASTVDremote',
		needs: ['mysql', 'asterisk', 'AST_manager_listen'],
		wakesEvery: 2,
	},
	{
		name: 'AST_VDadapt',
		code: '5',
		script: both('AST_VDadapt.pl'),
		args: ['--debug'],
		screen: 'ASTVDadapt',
		needs: ['mysql'],
		wakesEvery: 1,
		exitsAtEndOfDay: true,
	},
	{
		name: 'AST_VDauto_dial_FILL',
		code: '7',
		script: both('AST_VDauto_dial_FILL.pl'),
		args: ['--debug'],
		screen: 'ASTVDadFILL',
		needs: ['mysql'],
		wakesEvery: 3,
	},
];

/** The daemons that the keepalive codes ask for; none when the codes hold an X. */
export function expectedDaemons(keepalives: string): Daemon[] {
	if (keepalives.includes('X')) return [];
	return DAEMONS.filter((daemon) => keepalives.includes(daemon.code));
}

/**
 * Which generation of scripts stock chooses for a value of `servers.asterisk_version`: the part before the first `-`
 * is split at dots, and the number that counts is the first one, or the second where the first is 1 (1.8 is 8).
 * The AMI 2 scripts are taken from 12 on. Source: ADMIN_keepalive_ALL.pl.
 */
export function scriptGeneration(asteriskVersion: string): 'ami1' | 'ami2' {
	const [first = 0, second = 0] = (asteriskVersion.split('-')[0] ?? '')
		.split('.')
		.map((part) => Number.parseInt(part, 10) || 0);
	return (first > 1 ? first : second) >= 12 ? 'ami2' : 'ami1';
}
