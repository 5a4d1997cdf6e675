import type { ThresholdName } from '../thresholds.ts';
import type { CronOptions } from './crontab.ts';
import type { Daemon } from './daemon.ts';
import type { Sign } from './signs.ts';

export type { Daemon } from './daemon.ts';

const both = (script: string) => ({ ami1: script, ami2: script });
const log = (name: string, limit: ThresholdName): Sign => ({
	by: 'log',
	file: { name, dated: true, optional: true },
	limit,
});
export const RELAY_PORTS = [40569, 41569, 42569] as const;

/** In the order in which they are started after a total stop: what others depend on comes first. */
export const DAEMONS: readonly Daemon[] = [
	{
		name: 'FastAGI_log',
		askedBy: '6',
		script: both('FastAGI_log.pl'),
		args: ['--debug'],
		screen: 'ASTfastlog',
		needs: ['mysql'],
		wakesEvery: null,
		signs: [{ by: 'port', port: 4577, limit: 'fastagi_answer' }],
	},
	{
		name: 'AST_manager_listen',
		askedBy: '2',
		script: { ami1: 'AST_manager_listen.pl', ami2: 'AST_manager_listen_AMI2.pl' },
		args: [],
		screen: 'ASTlisten',
		needs: ['mysql', 'asterisk'],
		wakesEvery: 1,
		signs: [{ by: 'manager_socket', limit: 'manager_unread' }],
		hasStartCheck: true,
		killFile: 'listenmgr.kill',
	},
	{
		name: 'AST_update',
		askedBy: '1',
		script: { ami1: 'AST_update.pl', ami2: 'AST_update_AMI2.pl' },
		args: [],
		screen: 'ASTupdate',
		needs: ['mysql', 'asterisk'],
		wakesEvery: 1,
		signs: [{ by: 'updater', limit: 'updater_heartbeat' }],
		hasStartCheck: true,
		killFile: 'update.kill',
	},
	{
		name: 'AST_manager_send',
		askedBy: '2',
		script: both('AST_manager_send.pl'),
		args: [],
		screen: 'ASTsend',
		needs: ['mysql', 'asterisk', 'AST_manager_listen'],
		wakesEvery: 1,
		signs: [],
		hasStartCheck: true,
		killFile: 'sendmgr.kill',
	},
	{
		name: 'AST_VDauto_dial',
		askedBy: '3',
		script: both('AST_VDauto_dial.pl'),
		args: [],
		passes: { '-autodial-delay': '--delay' },
		screen: 'ASTVDauto',
		needs: ['mysql', 'asterisk', 'AST_manager_listen'],
		wakesEvery: 3,
		signs: [
			{ by: 'stats', row: '-SHARE-', limit: 'auto_dialer_heartbeat' },
			log('vdautodial', 'auto_dialer_heartbeat'),
		],
		hasStartCheck: true,
		killFile: 'VDAD.kill',
	},
	{
		name: 'AST_VDremote_agents',
		askedBy: '4',
		script: both('AST_VDremote_agents.pl'),
		args: ['--debug'],
		screen: 'ASTVDremote',
		needs: ['mysql', 'asterisk', 'AST_manager_listen'],
		wakesEvery: 2,
		signs: [{ by: 'remote_agents', limit: 'remote_agents_heartbeat' }],
		absence: 'remote_agents_absence',
		hasStartCheck: true,
		killFile: 'VDAD.kill',
	},
	{
		name: 'AST_VDadapt',
		askedBy: '5',
		script: both('AST_VDadapt.pl'),
		args: ['--debug'],
		screen: 'ASTVDadapt',
		needs: ['mysql'],
		// one statement of its loop can take the database a minute, and it wakes only for the answer
		wakesEvery: 60,
		signs: [
			{ by: 'stats', row: '--CALLBACK-QUEUE--', limit: 'adapt_heartbeat' },
			{ by: 'stats', row: 'INBOUND', limit: 'adapt_inbound_heartbeat' },
			log('VDadaptive---CALLBACK-QUEUE--', 'adapt_heartbeat'),
		],
		absence: 'daily_absence',
		exitsAtEndOfDay: true,
		hasStartCheck: true,
		onePerCluster: true,
	},
	{
		name: 'AST_VDauto_dial_FILL',
		askedBy: '7',
		script: both('AST_VDauto_dial_FILL.pl'),
		args: ['--debug'],
		passes: { '-fill-staggered': '--staggered', '-adfill-delay': '--delay' },
		screen: 'ASTVDadFILL',
		needs: ['mysql'],
		wakesEvery: 3,
		signs: [log('vdautodial_FILL', 'log_heartbeat')],
		onePerCluster: true,
		killFile: 'VDADfull.kill',
	},
	{
		name: 'VD_email_inbound',
		askedBy: 'E',
		script: both('VD_email_inbound.pl'),
		args: [],
		screen: 'ASTemail',
		needs: ['mysql'],
		wakesEvery: 1,
		signs: [],
		absence: 'email_absence',
		onePerCluster: true,
	},
	{
		name: 'AST_conf_update_screen',
		askedBy: 'C',
		script: both('AST_conf_update_screen.pl'),
		args: [],
		screen: 'ASTConfUpdater',
		needs: ['mysql', 'asterisk'],
		wakesEvery: 'conf_update_interval',
		signs: [
			{
				by: 'log',
				file: { name: 'conf_telnet_log.txt', dated: false, optional: false },
				limit: 'conf_updater_heartbeat',
			},
		],
		hasStartCheck: true,
	},
	{
		name: 'AST_conf_update_3way',
		askedBy: '-cu3way',
		script: both('AST_conf_update_3way.pl'),
		args: ['--debug'],
		passes: { '-cu3way-delay': '--delay' },
		screen: 'ASTconf3way',
		needs: ['mysql', 'asterisk'],
		wakesEvery: 3,
		signs: [log('3way_conf', 'log_heartbeat')],
		absence: 'daily_absence',
		exitsAtEndOfDay: true,
	},
	{
		name: 'AST_manager_sip',
		askedBy: 'S',
		script: both('AST_manager_sip_AMI2.pl'),
		args: [],
		screen: 'ASTSIPlogger',
		needs: ['mysql', 'asterisk'],
		wakesEvery: 1,
		signs: [{ by: 'manager_socket', limit: 'manager_unread' }],
		hasStartCheck: true,
		onlyWhile: 'sip_event_logging',
		killFile: 'listenmgr.kill',
	},
	{
		name: 'AST_rec_monitor',
		askedBy: '-recmon',
		script: both('AST_rec_monitor.pl'),
		args: [],
		passes: { '-recmon-sleepms': '--sleepms' },
		screen: 'ASTrecmon',
		needs: [],
		wakesEvery: 1,
		signs: [],
	},
	{
		name: 'ip_relay',
		askedBy: '8',
		script: both('ip_relay/relay_control'),
		args: ['start'],
		screen: null,
		programs: RELAY_PORTS.map((port) => ['ip_relay', String(port), '127.0.0.1', '4569', '9999999']),
		needs: [],
		wakesEvery: null,
		signs: [{ by: 'udp_ports', ports: RELAY_PORTS }],
	},
	{
		name: 'ADMIN_timeclock_auto_logout',
		askedBy: '9',
		script: both('ADMIN_timeclock_auto_logout.pl'),
		args: [],
		screen: 'Timeclock',
		needs: ['mysql'],
		wakesEvery: null,
		signs: [{ by: 'reset_date', limit: 'timeclock_reset' }],
		onePerCluster: true,
		oneShot: true,
	},
];

/** What decides, beside the keepalive codes, which daemons this server should run. */
export interface Asked {
	/** options of the stock keepalive's line in root's crontab */
	options?: CronOptions;
	/** `system_settings.sip_event_logging`; undefined while it cannot be read */
	sipEventLogging?: number | undefined;
}

/** The daemons that the keepalive codes and the crontab ask for; none when the codes hold an X. */
export function expectedDaemons(keepalives: string, { options = {}, sipEventLogging }: Asked = {}): Daemon[] {
	if (keepalives.includes('X')) return [];
	return DAEMONS.filter(({ askedBy, onlyWhile }) => {
		if (onlyWhile === 'sip_event_logging' && !(sipEventLogging !== undefined && sipEventLogging > 0)) return false;
		return askedBy.startsWith('-') ? askedBy in options : keepalives.includes(askedBy);
	});
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
