import { isMissing, ownership } from '../adapters/files.ts';
import { isLocalAddress } from '../adapters/host.ts';
import type { Settings } from '../settings.ts';
import type { Finding } from '../types.ts';
import type { Check } from './check.ts';
import { about } from './config-about.ts';

interface Observation {
	/** permission bits of a file that holds passwords, when others than its owner may read it */
	openFiles: { path: string; mode: number }[];
	homeExists: boolean;
	addressIsLocal: boolean;
	/** programs of ours that are not to be called, and why */
	untrusted: { setting: string; path: string; why: string }[];
	/** what keeps this run from locking, remembering or logging */
	ownTrouble: readonly string[];
	/** whether `servers` has a row for this dialer; undefined when the database cannot be asked */
	serverKnown: boolean | undefined;
	/** conferences are those of ConfBridge, which AST_conf_update_screen alone looks after */
	confBridge: boolean;
	/** since when asterisk_temp_no_restart has been seen at Y, ISO 8601, and for how many seconds */
	noRestart: { since: string; seconds: number } | undefined;
}

/** Seconds after which an administrator has likely forgotten a temporary veto. */
const TEMPORARY = 86_400;
/** Codes of VARactive_keepalives that stock knows (ADMIN_keepalive_ALL.pl). */
const STOCK_CODES = '123456789ESCX';

export const config: Check<Observation> = {
	id: 'config',
	needs: [],
	about,

	async observe(world) {
		const { settings } = world;
		const server = await world.server().then(
			(row) => ({ row }),
			() => undefined,
		);
		const since = world.memory.server?.noRestartSince;
		const vetoed = server?.row?.asteriskTempNoRestart === true && since !== undefined;
		const mode = settings.envFile === undefined ? undefined : ownership(settings.envFile)?.mode;
		return {
			openFiles:
				settings.envFile !== undefined && mode !== undefined && mode & 0o077 ? [{ path: settings.envFile, mode }] : [],
			homeExists: !isMissing(settings.home),
			addressIsLocal: isLocalAddress(settings.serverIp),
			untrusted: await untrustedPrograms(settings),
			ownTrouble: world.ownTrouble,
			serverKnown: server && server.row !== undefined,
			confBridge: server?.row?.runsAsterisk === true && server.row.confEngine === 'CONFBRIDGE',
			noRestart: vetoed ? { since, seconds: (Date.now() - new Date(since).getTime()) / 1000 } : undefined,
		};
	},

	judge(seen, { settings }) {
		const findings: Finding[] = [];
		const conf = settings.astguiclientConf;
		for (const { path, mode } of seen.openFiles) {
			findings.push({
				id: 'config.open_file',
				subject: path,
				status: 'warning',
				summary: `${path} may hold passwords and can be read by others (mode ${mode.toString(8)})`,
				evidence: { mode: mode.toString(8) },
				advice: `chmod 600 ${path}`,
			});
		}
		for (const { setting, path, why } of seen.untrusted) {
			findings.push({
				id: 'config.program',
				subject: setting,
				status: 'warning',
				summary: `${setting}=${path} would not be called: ${why}`,
				evidence: {},
				advice: 'root, or the user who runs vicikeep, alone must own it and be able to write it and its folders',
			});
		}
		for (const trouble of seen.ownTrouble) {
			findings.push({
				id: 'config.own_files',
				subject: trouble.split(' ')[0] ?? '',
				status: 'warning',
				summary: trouble,
				evidence: {},
			});
		}
		if (!seen.homeExists) {
			findings.push({
				id: 'config.home_missing',
				subject: settings.home,
				status: 'critical',
				summary: `the folder of VICIdial's programs does not exist: ${settings.home} (PATHhome in ${conf})`,
				evidence: {},
				advice: `correct PATHhome in ${conf}`,
			});
		}
		if (seen.serverKnown === false) {
			findings.push({
				id: 'config.server_unknown',
				subject: settings.serverIp,
				status: 'critical',
				summary: `the database has no server ${settings.serverIp}; no daemon can work under this address`,
				evidence: {},
				advice: `compare VARserver_ip in ${conf} with the server_ip column of table servers`,
			});
		}
		if (!seen.addressIsLocal) {
			findings.push({
				id: 'config.address_not_local',
				subject: settings.serverIp,
				status: 'warning',
				summary: `${settings.serverIp} (VARserver_ip) is not an address of this machine`,
				evidence: {},
				advice: 'after a change of address run ADMIN_update_server_ip.pl',
			});
		}
		if (seen.noRestart && seen.noRestart.seconds > TEMPORARY) {
			const { since, seconds } = seen.noRestart;
			findings.push({
				id: 'config.temp_no_restart',
				subject: settings.serverIp,
				status: 'warning',
				summary: `asterisk_temp_no_restart has stood at Y for ${Math.floor(seconds / 3600)} hours: an Asterisk that ends stays down`,
				evidence: { since },
				advice: 'set "Temp no-restart Asterisk" to N on the page of this server',
			});
		}
		const unknown = [...settings.keepalives].filter((code) => !STOCK_CODES.includes(code));
		if (unknown.length > 0) {
			findings.push({
				id: 'config.keepalive_code',
				subject: unknown.join(''),
				status: 'warning',
				summary: `VARactive_keepalives holds ${unknown.join(', ')}, which stock VICIdial does not know`,
				evidence: { keepalives: settings.keepalives },
				advice: `known codes: ${STOCK_CODES}`,
			});
		}
		if (seen.confBridge && !/[CX]/.test(settings.keepalives)) {
			findings.push({
				id: 'config.code_missing',
				subject: 'C',
				status: 'warning',
				summary: `servers.conf_engine is CONFBRIDGE and VARactive_keepalives lacks C: nobody frees the rooms that are left, until none is free`,
				evidence: { keepalives: settings.keepalives },
				advice: `add C to VARactive_keepalives in ${conf}; manager.conf needs the user confcron for it`,
			});
		}
		return { findings, metrics: [] };
	},
};

/** Most dialers name none of these programs, and then nothing is loaded for them. */
async function untrustedPrograms({ onChange, onFailover }: Settings): Promise<Observation['untrusted']> {
	if (onChange === undefined && onFailover === undefined) return [];
	const { whyNotTrusted } = await import('../adapters/hook.ts');
	return Object.entries({ VICIKEEP_ON_CHANGE: onChange, VICIKEEP_ON_FAILOVER: onFailover }).flatMap(
		([setting, path]) => {
			const why = path === undefined ? undefined : whyNotTrusted(path);
			return path === undefined || why === undefined ? [] : [{ setting, path, why }];
		},
	);
}
