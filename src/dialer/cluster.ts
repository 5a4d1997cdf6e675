import { AmiSession, AmiTrouble } from '../adapters/ami.ts';
import { fastAgiServes } from '../adapters/fastagi.ts';
import { asNumber } from '../adapters/host.ts';
import { askInTurn, type Question, type Samples, type Turns } from '../rotation.ts';
import type { World } from '../world.ts';
import { DAEMONS } from './daemons.ts';
import { readUpdaters } from './heartbeats.ts';
import { type Refusals, refusalsAfter } from './refusals.ts';

/** A row of `servers`, as the rest of the cluster sees it. */
export interface ServerEntry {
	ip: string;
	name: string;
	/** of its manager */
	port: number;
	/** it is in service and runs Asterisk */
	dials: boolean;
}

/** Another active dialer. */
export interface Sister extends ServerEntry {
	/** seconds since its AST_update wrote its row, by the database's clock; null where there is no row */
	age: number | null;
	/** how its ports answered; asked only when that is long ago */
	ports?: { manager: boolean; fastAgi: boolean };
}

export interface ClusterObservation {
	sisters: Sister[];
	/** who speaks for the cluster: the lowest address among the dialers with a fresh heartbeat; this one where none has */
	speaker: string;
	voicemail: {
		/** system_settings.active_voicemail_server; undefined where it could not be read */
		server: string | undefined;
		/** its row in `servers`; undefined where there is none, or nobody asked */
		entry: ServerEntry | undefined;
		/** what AST_VDauto_dial shows of itself there; undefined for this dialer, and where nobody asked */
		autoDialer: Samples<Questions>['autoDialer'];
	};
	/** where this dialer tried to register and the other side said no, at the last look that saw it */
	refusals: Refusals | undefined;
	turns: Turns;
}

/** Looks from one asking to the next for what hardly ever changes. */
const SELDOM = 10;
/** Milliseconds in which a living dialer answers on a port. */
const PORT_TIMEOUT = 2000;
const FASTAGI_PORT = DAEMONS.flatMap(({ signs }) => signs).find((sign) => sign.by === 'port')?.port ?? 4577;

type Questions = {
	servers: Question<ServerEntry[]>;
	/** seconds since the row -SHARE- of the voicemail server was written; null where there is none */
	autoDialer: Question<number | null> | undefined;
};

/**
 * Reads what the shared database tells of the other dialers, and asks those whose heartbeat is old whether they live.
 * @throws DatabaseTrouble
 */
export async function readCluster(world: World): Promise<ClusterObservation> {
	const { serverIp, lookGap, limits } = world.settings;
	const { warn } = limits.sister_heartbeat;
	const beats = await readUpdaters(world);
	const age = (ip: string): number | null => beats.find((row) => row.ip === ip)?.age ?? null;
	const isOld = (ip: string): boolean => (age(ip) ?? Number.POSITIVE_INFINITY) >= warn;
	const before = world.memory.turns?.cluster;
	const known = (before?.samples.servers?.answer ?? []) as ServerEntry[];
	const row = await world.server();
	const voicemail = row?.system.activeVoicemailServer;

	const questions: Questions = {
		servers: {
			every: SELDOM,
			cost: 1,
			read: () => readServers(world),
			// one that was taken out of service a minute ago is not dead
			urgent: known.some(({ ip, dials }) => dials && ip !== serverIp && isOld(ip)),
		},
		autoDialer:
			voicemail && voicemail !== serverIp
				? {
						every: SELDOM,
						cost: 1,
						read: () => readAutoDialer(world, voicemail),
						doubtful: (seconds) => seconds === null || seconds >= limits.auto_dialer_heartbeat.crit,
					}
				: undefined,
	};
	const { samples, turns } = await askInTurn<Questions>(questions, before, {
		uptime: world.uptime,
		gap: lookGap,
		budget: 1,
	});
	const servers = samples.servers?.answer ?? [];
	const sisters = servers.filter(({ ip, dials }) => dials && ip !== serverIp);
	const fresh = servers.filter(({ ip, dials }) => dials && !isOld(ip)).map(({ ip }) => ip);
	return {
		sisters: await Promise.all(
			sisters.map(async (sister) => ({
				...sister,
				age: age(sister.ip),
				...(isOld(sister.ip) && { ports: await askPorts(world, sister) }),
			})),
		),
		speaker: lowest(fresh) ?? serverIp,
		voicemail: {
			server: voicemail,
			entry: servers.find(({ ip }) => ip === voicemail),
			autoDialer: samples.autoDialer,
		},
		refusals: refusalsAfter(world.memory.refusals, world.registrations, {
			serverId: row?.serverId ?? '',
			uptime: world.uptime,
			gap: lookGap,
		}),
		turns,
	};
}

async function readServers(world: World): Promise<ServerEntry[]> {
	const rows = await world.query<Record<string, string | number | null>>(
		`SELECT server_ip AS ip, server_id AS name, telnet_port AS port, active, active_asterisk_server AS asterisk
		FROM servers LIMIT 200`,
		[],
	);
	return rows.map(({ ip, name, port, active, asterisk }) => ({
		ip: String(ip),
		name: String(name ?? ''),
		port: Number(port) || 5038,
		dials: active === 'Y' && asterisk === 'Y',
	}));
}

async function readAutoDialer(world: World, ip: string): Promise<number | null> {
	const [row] = await world.query<{ age: number | null }>(
		`SELECT TIMESTAMPDIFF(SECOND, update_time, NOW()) AS age FROM vicidial_campaign_stats_debug
		WHERE campaign_id='-SHARE-' AND server_ip=? LIMIT 1`,
		[ip],
	);
	return row?.age ?? null;
}

/** The address and not telnet_host: that one may be `localhost`. */
async function askPorts(world: World, { ip, port }: ServerEntry): Promise<NonNullable<Sister['ports']>> {
	const milliseconds = world.deadline.share(PORT_TIMEOUT);
	const [manager, fastAgi] = await Promise.all([
		answers(ip, port, milliseconds),
		fastAgiServes(ip, FASTAGI_PORT, milliseconds),
	]);
	return { manager, fastAgi };
}

/**
 * Whether somebody answers there: the kernel takes connections for a stopped Asterisk, too, but it closes none. One that has
 * too many sessions closes each new one without a greeting (authlimit of manager.conf).
 */
async function answers(host: string, port: number, milliseconds: number): Promise<boolean> {
	try {
		(await AmiSession.open(host, port, milliseconds)).close();
		return true;
	} catch (error) {
		if (error instanceof AmiTrouble) return error.stage === 'other-service' || error.stage === 'closed-before-banner';
		throw error;
	}
}

/** The lowest of some IPv4 addresses. */
export const lowest = (addresses: readonly string[]): string | undefined =>
	[...addresses].sort((a, b) => asNumber(a) - asNumber(b))[0];
