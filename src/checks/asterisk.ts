import { AmiSession, type AmiStage, AmiTrouble } from '../adapters/ami.ts';
import { type AmiMessage, header } from '../adapters/ami-wire.ts';
import { fingerprint } from '../adapters/files.ts';
import { isLocalAddress } from '../adapters/host.ts';
import { scriptGeneration } from '../dialer/daemons.ts';
import { findAsterisk, isStopped } from '../dialer/process-table.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { AmiMemory, World } from '../world.ts';
import type { Check } from './check.ts';

/** Deadlines of the single steps, milliseconds; a refused login alone takes Asterisk a second. */
const GREETING_TIMEOUT = 3000;
const LOGIN_TIMEOUT = 5000;
const ANSWER_TIMEOUT = 5000;
/** Seconds between two probes of the channel lock: each one that finds it held leaves a blocked thread behind. */
const PROBE_EVERY = 60;
/** The same once the deadlock is confirmed. */
const PROBE_DEADLOCKED_EVERY = 600;
/** Seconds after which a refused account is tried again although nothing changed. */
const REFUSED_FOR = 3600;

interface Session {
	user: string;
	version: string;
	/** seconds */
	ping: number;
	/** Asterisk's clock minus the local one, seconds, half the round trip taken off; undefined before Asterisk 1.8 */
	clockSkew: number | undefined;
	channels: number | undefined;
	/** what CoreStatus said when it did not succeed */
	coreStatusRefused: string | undefined;
	/** `silent-before`: silent when last probed, and not due to be probed again */
	deepProbe: 'answered' | 'silent' | 'silent-before' | 'not-due' | 'not-permitted';
}

export interface AsteriskObservation {
	/** set where `servers` says that this machine runs no Asterisk */
	notHere: boolean;
	processes: { pid: number; startTicks: number; state: string }[];
	/** whether an Asterisk that answers under this address must be a process of this machine */
	local: boolean;
	address: string;
	trouble: { stage: AmiStage | 'no-account' | 'not-tried'; message: string } | undefined;
	session: Session | undefined;
	/** servers.asterisk_version, empty when not known */
	expectedVersion: string;
	uptime: number;
	amiMemory: AmiMemory | undefined;
}

export const asterisk: Check<AsteriskObservation> = {
	id: 'asterisk',
	needs: [],

	async observe(world) {
		const row = await world.server().catch(() => undefined);
		const known = row ?? world.memory.server;
		const account = { ...(row?.ami ?? world.amiMemory.good), ...world.settings.ami };
		const host = account.host ?? '127.0.0.1';
		const port = account.port ?? 5038;
		const base: AsteriskObservation = {
			notHere: known?.runsAsterisk === false,
			processes: findAsterisk(world.processes(), world.settings.asteriskEtc).map(({ pid, startTicks, state }) => ({
				pid,
				startTicks,
				state,
			})),
			local: host === 'localhost' || (/^[\d.]+$/.test(host) && isLocalAddress(host)),
			address: `${host}:${port}`,
			trouble: undefined,
			session: undefined,
			expectedVersion: known?.asteriskVersion ?? '',
			uptime: world.proc.uptime(),
			amiMemory: undefined,
		};
		if (base.notHere || base.processes.some(isStopped)) return base;
		return { ...base, ...(await talk(world, base, { host, port, user: account.user, secret: account.secret })) };
	},

	judge(seen, { settings: { limits }, note }) {
		if (seen.notHere)
			return { findings: [], metrics: [], skippedBecause: 'this server runs no Asterisk (active_asterisk_server=N)' };
		const down = explainTrouble(seen);
		if (down) return { findings: [down], metrics: [] };
		const findings: Finding[] = [];
		const metrics: Metric[] = [];
		const add = (
			id: string,
			status: Finding['status'] | undefined,
			summary: string,
			advice: string,
			evidence: Finding['evidence'] = {},
		): void => {
			if (status) findings.push({ id: `asterisk.${id}`, subject: 'Asterisk', status, summary, evidence, advice });
		};
		const { session } = seen;
		if (session) {
			metrics.push(measured(limits, 'ami_answer', session.ping));
			add(
				'slow',
				exceeded(limits, 'ami_answer', session.ping),
				`Asterisk takes ${session.ping.toFixed(1)} s to answer a Ping`,
				'uptime; top',
			);
			if (session.channels !== undefined)
				metrics.push({ name: 'asterisk_channels', labels: {}, value: session.channels, unit: 'count' });
			if (session.clockSkew !== undefined) {
				const off = Math.abs(session.clockSkew);
				metrics.push(measured(limits, 'asterisk_clock_skew', off));
				add(
					'clock_skew',
					exceeded(limits, 'asterisk_clock_skew', off),
					`Asterisk's clock is ${off.toFixed(0)} s off`,
					'chronyc tracking',
				);
			}
			if (session.coreStatusRefused !== undefined) {
				const refused = session.coreStatusRefused;
				add(
					'rights',
					'warning',
					`AMI user ${session.user} may not ask for CoreStatus: ${refused}`,
					'give it "system,reporting" in the write line of manager.conf',
				);
			}
			if (session.deepProbe === 'silent' || session.deepProbe === 'silent-before') {
				const confirmed = note('asterisk.deadlocked Asterisk').looks >= 2;
				add(
					'deadlocked',
					confirmed ? 'critical' : 'warning',
					deadlockSummary(confirmed),
					'asterisk -rx "core show locks"; ast_coredumper --running',
				);
			}
			const speaks = Number.parseInt(session.version, 10) >= 2 ? 'ami2' : 'ami1';
			if (seen.expectedVersion !== '' && scriptGeneration(seen.expectedVersion) !== speaks) {
				const summary = `servers.asterisk_version is ${seen.expectedVersion}, but Asterisk speaks AMI ${session.version}: stock starts the wrong daemons`;
				add('version', 'warning', summary, 'correct the Asterisk version of this server on the admin page');
			}
		}
		return { findings, metrics };
	},

	remember(seen) {
		const probe = seen.session?.deepProbe;
		const probed = probe === 'answered' || probe === 'silent';
		return {
			...(seen.amiMemory && { amiMemory: seen.amiMemory }),
			...(probed && {
				deepProbe: {
					at: seen.uptime,
					asteriskStart: seen.processes[0]?.startTicks ?? 0,
					answered: probe === 'answered',
				},
			}),
		};
	},
};

const deadlockSummary = (confirmed: boolean): string =>
	`Asterisk answers Ping but not a question about channels: ${confirmed ? 'it is deadlocked' : 'perhaps it is deadlocked'}`;

type Account = { host: string; port: number; user: string | undefined; secret: string | undefined };

/** One AMI session from greeting to goodbye; whatever goes wrong is told, never thrown. */
async function talk(world: World, base: AsteriskObservation, account: Account): Promise<Partial<AsteriskObservation>> {
	const { host, port, user, secret } = account;
	const managerConf = fingerprint(`${world.settings.asteriskEtc}/manager.conf`);
	let session: AmiSession | undefined;
	try {
		session = await AmiSession.open(host, port, world.deadline.within(GREETING_TIMEOUT), world.traces.ami);
		if (!user || secret === undefined) {
			const message = 'no AMI account is known: the database cannot be asked and none was remembered';
			return { trouble: { stage: 'no-account', message } };
		}
		if (isRefused(world, { host, port, user, secret }, managerConf)) {
			const message = `AMI user ${user} was refused; not tried again until account or manager.conf change, or an hour has passed`;
			return { trouble: { stage: 'not-tried', message } };
		}
		await session.login(user, secret, world.deadline.within(LOGIN_TIMEOUT));
		return { session: await examine(world, base, session, user), amiMemory: { good: { host, port, user, secret } } };
	} catch (error) {
		if (!(error instanceof AmiTrouble)) throw error;
		const trouble = { stage: error.stage, message: error.message };
		if (error.stage !== 'authentication-failed' || !user || secret === undefined) return { trouble };
		const refused = { host, port, user, secret, managerConf, at: base.uptime, bootId: world.proc.bootId() };
		return { trouble, amiMemory: { ...world.amiMemory, refused } };
	} finally {
		session?.close();
	}
}

/** True while trying the same account again could only get this machine banned. */
function isRefused(
	world: World,
	account: Required<{ [K in keyof Account]: NonNullable<Account[K]> }>,
	managerConf: string,
): boolean {
	const { refused } = world.amiMemory;
	if (!refused || world.insists) return false;
	const same = (['host', 'port', 'user', 'secret'] as const).every((key) => refused[key] === account[key]);
	const fresh = refused.bootId === world.proc.bootId() && world.proc.uptime() - refused.at < REFUSED_FOR;
	return same && fresh && refused.managerConf === managerConf;
}

async function examine(world: World, base: AsteriskObservation, session: AmiSession, user: string): Promise<Session> {
	const began = performance.now();
	const pong = await session.action('Ping', {}, world.deadline.within(ANSWER_TIMEOUT));
	const ping = (performance.now() - began) / 1000;
	const timestamp = Number(header(pong, 'Timestamp'));
	const clockSkew = timestamp > 0 ? timestamp - (Date.now() / 1000 - ping / 2) : undefined;

	const status = await session.action('CoreStatus', {}, world.deadline.within(ANSWER_TIMEOUT));
	const succeeded = header(status, 'Response') === 'Success';
	return {
		user,
		version: session.version,
		ping,
		clockSkew,
		channels: succeeded ? Number(header(status, 'CoreCurrentCalls')) : undefined,
		coreStatusRefused: succeeded ? undefined : header(status, 'Message'),
		deepProbe: await probeChannelLock(world, base, session),
	};
}

/**
 * Asks for the status of a channel that cannot exist. The answer "No such channel" needs the lock of the channel list,
 * which Ping does not; its absence is how a deadlocked Asterisk looks from outside (asterisk issues 450 and 1907).
 */
async function probeChannelLock(
	world: World,
	base: AsteriskObservation,
	session: AmiSession,
): Promise<Session['deepProbe']> {
	const last = world.memory.deepProbe;
	const same = last !== undefined && last.asteriskStart === (base.processes[0]?.startTicks ?? 0);
	const confirmed =
		same && !last.answered && (world.memory.conditions['asterisk.deadlocked Asterisk']?.looks ?? 0) >= 2;
	const age = same ? base.uptime - last.at : Number.POSITIVE_INFINITY;
	if (same && age < (confirmed ? PROBE_DEADLOCKED_EVERY : Math.min(PROBE_EVERY, world.settings.lookGap))) {
		return last.answered ? 'not-due' : 'silent-before';
	}
	let answer: AmiMessage;
	try {
		answer = await session.action('Status', { Channel: 'none/vicikeep' }, world.deadline.within(ANSWER_TIMEOUT));
	} catch (error) {
		if (error instanceof AmiTrouble && error.stage === 'no-answer') return 'silent';
		throw error;
	}
	return header(answer, 'Message') === 'Permission denied' ? 'not-permitted' : 'answered';
}

const MEANING: Record<
	AmiStage | 'no-account' | 'not-tried',
	{ id: string; status: Finding['status']; advice: string }
> = {
	refused: {
		id: 'ami_refused',
		status: 'critical',
		advice: 'asterisk -rx "manager show settings"; compare enabled, bindaddr and port in manager.conf',
	},
	unreachable: { id: 'unreachable', status: 'critical', advice: 'a firewall or fail2ban drops us: iptables -L -n' },
	'closed-before-banner': {
		id: 'ami_closed',
		status: 'critical',
		advice: 'asterisk -rx "manager show connected": 50 sessions without login close the door',
	},
	'no-banner': {
		id: 'hung',
		status: 'critical',
		advice: 'asterisk -rx "core show uptime"; if that hangs too, Asterisk has to be restarted',
	},
	'other-service': {
		id: 'other_service',
		status: 'unknown',
		advice: 'compare telnet_host and telnet_port of this server on the admin page',
	},
	'no-login-answer': {
		id: 'hung',
		status: 'critical',
		advice: 'asterisk -rx "core show locks"; a reload may hold the user list',
	},
	'authentication-failed': {
		id: 'authentication',
		status: 'critical',
		advice: 'compare ASTmgrUSERNAME and ASTmgrSECRET of table servers with manager.conf',
	},
	'not-tried': { id: 'authentication', status: 'critical', advice: 'correct it, then: vicikeep check --only asterisk' },
	'no-account': {
		id: 'no_account',
		status: 'unknown',
		advice: 'set VICIKEEP_AMI_USER and VICIKEEP_AMI_SECRET in /etc/vicikeep.env',
	},
	'no-answer': { id: 'hung', status: 'critical', advice: 'asterisk -rx "core show locks"' },
	lost: { id: 'ami_closed', status: 'critical', advice: 'look at the Asterisk log: was it restarted just now?' },
};

/** The one finding behind a failed session, told apart as the AMI and the process table allow. */
function explainTrouble(seen: AsteriskObservation): Finding | undefined {
	const stopped = seen.processes.find(isStopped);
	const evidence = { address: seen.address, processes: seen.processes.map(({ pid, state }) => `${pid} ${state}`) };
	const finding = (id: string, status: Finding['status'], summary: string, advice: string): Finding => ({
		id: `asterisk.${id}`,
		subject: 'Asterisk',
		status,
		summary,
		evidence: { ...evidence, ...(seen.trouble && { error: seen.trouble.message }) },
		advice,
	});
	if (stopped) {
		return finding(
			'frozen',
			'critical',
			`Asterisk is stopped (process ${stopped.pid}, state ${stopped.state})`,
			`kill -CONT ${stopped.pid}`,
		);
	}
	if (!seen.trouble) return undefined;
	if (seen.local && seen.processes.length === 0 && seen.trouble.stage !== 'other-service') {
		return finding(
			'absent',
			'critical',
			'Asterisk is not running',
			'systemctl start asterisk, or start_asterisk_boot.pl',
		);
	}
	const { id, status, advice } = MEANING[seen.trouble.stage];
	return finding(id, status, `Asterisk: ${seen.trouble.message}`, advice);
}
