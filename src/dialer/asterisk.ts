import { AmiSession, type AmiStage, AmiTrouble } from '../adapters/ami.ts';
import { type AmiMessage, header } from '../adapters/ami-wire.ts';
import { fingerprint } from '../adapters/files.ts';
import { isLocalAddress } from '../adapters/host.ts';
import type { AsteriskRan } from '../memory.ts';
import type { Sample, Turns } from '../rotation.ts';
import type { Process } from '../types.ts';
import type { AmiMemory, World } from '../world.ts';
import { unitOf } from './asterisk-start.ts';
import { asInstalled } from './asterisk-unit.ts';
import { type DeepProbe, type LockProbe, probeChannelLock } from './channel-lock.ts';
import { findAsterisk, isStopped } from './process-table.ts';
import { readTiming, type Timing } from './timing.ts';

/** Deadlines of the single steps, milliseconds; a refused login alone takes Asterisk a second. */
const GREETING_TIMEOUT = 3000;
const LOGIN_TIMEOUT = 5000;
const ANSWER_TIMEOUT = 5000;
/** Seconds after which a refused account is tried again although nothing changed. */
const REFUSED_FOR = 3600;

export interface Session extends LockProbe {
	user: string;
	version: string;
	/** seconds */
	ping: number;
	/** Asterisk's clock minus the local one, seconds, half the round trip taken off; undefined before Asterisk 1.8 */
	clockSkew: number | undefined;
	channels: number | undefined;
	/** what CoreStatus said when it did not succeed */
	coreStatusRefused: string | undefined;
	/** undefined where nothing is known of it */
	timing: Sample<Timing> | undefined;
	/** to remember */
	turns: Turns | undefined;
}

export interface AsteriskObservation {
	/** set where `servers` says that this machine runs no Asterisk */
	notHere: boolean;
	/** `age` in seconds */
	processes: { pid: number; startTicks: number; state: string; age: number }[];
	/** how it runs, or was last seen running; where it never was, how it is installed */
	ran: AsteriskRan | undefined;
	/** what was last learnt of the channel lock */
	probe: DeepProbe | undefined;
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

/** Looks at Asterisk's processes and opens the AMI session of this look. */
export async function readAsterisk(world: World): Promise<AsteriskObservation> {
	const row = await world.server().catch(() => undefined);
	const known = row ?? world.memory.server;
	const account = await accountOf(world);
	const { host, port } = account;
	const uptime = world.proc.uptime();
	const running = findAsterisk(world.processes(), world.settings.asteriskEtc);
	const base: AsteriskObservation = {
		notHere: known?.runsAsterisk === false,
		processes: running.map(({ pid, startTicks, state, started }) => ({
			pid,
			startTicks,
			state,
			age: uptime - started,
		})),
		ran: running[0] ? howItRuns(world, running[0]) : world.memory.asterisk,
		probe: world.deepProbe,
		local: host === 'localhost' || (/^[\d.]+$/.test(host) && isLocalAddress(host)),
		address: `${host}:${port}`,
		trouble: undefined,
		session: undefined,
		expectedVersion: known?.asteriskVersion ?? '',
		uptime,
		amiMemory: undefined,
	};
	if (base.notHere || base.processes.some(isStopped)) return base;
	if (!base.ran && base.local) base.ran = await asInstalled(world);
	return { ...base, ...(await talk(world, base, account)), probe: world.deepProbe };
}

function howItRuns({ proc }: World, { pid, argv }: Process): AsteriskRan {
	const unit = unitOf(proc.controlGroup(pid));
	return { argv, ...(unit !== undefined && { unit }) };
}

/** Whether it lets us in and answers; a refusal of the account is an answer too. */
export async function asteriskAnswers(world: World): Promise<boolean> {
	const { host, port, user, secret } = await accountOf(world);
	let session: AmiSession | undefined;
	try {
		session = await AmiSession.open(host, port, GREETING_TIMEOUT, world.traces.ami);
		const managerConf = fingerprint(`${world.settings.asteriskEtc}/manager.conf`);
		if (!world.seesEarlier || !user || secret === undefined) return true;
		if (isRefused(world, { host, port, user, secret }, managerConf)) return true;
		await session.login(user, secret, LOGIN_TIMEOUT);
		await session.action('Ping', {}, ANSWER_TIMEOUT);
		return true;
	} catch (error) {
		if (!(error instanceof AmiTrouble)) throw error;
		return error.stage === 'authentication-failed';
	} finally {
		session?.close();
	}
}

/** The account for Asterisk's manager: settings, else the dialer's row, else the last good one. */
async function accountOf(world: World): Promise<Account> {
	const row = await world.server().catch(() => undefined);
	const account = { ...(row?.ami ?? world.amiMemory.good), ...world.settings.ami };
	return { host: account.host ?? '127.0.0.1', port: account.port ?? 5038, user: account.user, secret: account.secret };
}

/** Does some work in the session of this look; undefined when there is none, or it breaks. */
export async function withAmi<T>(world: World, work: (session: AmiSession) => Promise<T>): Promise<T | undefined> {
	try {
		world.ami ??= await openSession(world);
		return world.ami === 'failed' ? undefined : await work(world.ami);
	} catch (error) {
		if (!(error instanceof AmiTrouble)) throw error;
		world.endAmi();
		return undefined;
	}
}

async function openSession(world: World): Promise<AmiSession | 'failed'> {
	const { host, port, user, secret } = await accountOf(world);
	const managerConf = fingerprint(`${world.settings.asteriskEtc}/manager.conf`);
	if (
		!world.seesEarlier ||
		!user ||
		secret === undefined ||
		isRefused(world, { host, port, user, secret }, managerConf)
	)
		return 'failed';
	let session: AmiSession | undefined;
	try {
		session = await AmiSession.open(host, port, world.deadline.share(GREETING_TIMEOUT), world.traces.ami);
		await session.login(user, secret, world.deadline.share(LOGIN_TIMEOUT));
		return session;
	} catch (error) {
		session?.close();
		if (error instanceof AmiTrouble) return 'failed';
		throw error;
	}
}

type Account = { host: string; port: number; user: string | undefined; secret: string | undefined };

/** Opens the AMI session of this look and examines it; whatever goes wrong is told, never thrown. */
async function talk(world: World, base: AsteriskObservation, account: Account): Promise<Partial<AsteriskObservation>> {
	const { host, port, user, secret } = account;
	const managerConf = fingerprint(`${world.settings.asteriskEtc}/manager.conf`);
	let session: AmiSession | undefined;
	world.endAmi();
	// one that does not answer, or lets nobody in, is not asked again in this look
	world.ami = 'failed';
	try {
		session = await AmiSession.open(host, port, world.deadline.share(GREETING_TIMEOUT), world.traces.ami);
		// the greeting alone tells that Asterisk lives
		if (!world.seesEarlier) return {};
		if (!user || secret === undefined) {
			const message = 'no AMI account is known: the database cannot be asked and none was remembered';
			return { trouble: { stage: 'no-account', message } };
		}
		if (isRefused(world, { host, port, user, secret }, managerConf)) {
			const message = `AMI user ${user} was refused; not tried again until account or manager.conf change, or an hour has passed`;
			return { trouble: { stage: 'not-tried', message } };
		}
		await session.login(user, secret, world.deadline.share(LOGIN_TIMEOUT));
		const seen = await examine(world, base, session, user);
		// a question that waits for a lock keeps its session from answering others
		world.ami = seen.deepProbe === 'silent' ? undefined : session;
		if (world.ami) session = undefined;
		return { session: seen, amiMemory: { good: { host, port, user, secret } } };
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
	const pong = await session.action('Ping', {}, world.deadline.share(ANSWER_TIMEOUT));
	const ping = (performance.now() - began) / 1000;
	const timestamp = Number(header(pong, 'Timestamp'));
	const clockSkew = timestamp > 0 ? timestamp - (Date.now() / 1000 - ping / 2) : undefined;

	const status = await session.action('CoreStatus', {}, world.deadline.share(ANSWER_TIMEOUT));
	const succeeded = header(status, 'Response') === 'Success';
	const channels = succeeded ? Number(header(status, 'CoreCurrentCalls')) : undefined;
	world.asteriskChannels = channels;
	world.asteriskTimes = { clockSkew, settled: settledFor(status, clockSkew ?? 0) };
	const start = base.processes[0]?.startTicks ?? 0;
	const lock = await probeChannelLock(world, session, start);
	// a session that waits for a lock answers nothing else
	const timing =
		lock.deepProbe === 'silent' ? { timing: undefined, turns: undefined } : await readTiming(world, session, start);
	return {
		user,
		version: session.version,
		ping,
		clockSkew,
		channels,
		coreStatusRefused: succeeded ? undefined : header(status, 'Message'),
		...lock,
		...timing,
	};
}

/** Seconds since Asterisk was started or wholly reloaded, by its own dates, which are local time without a zone. */
function settledFor(status: AmiMessage, clockSkew: number): number | undefined {
	const now = Date.now() / 1000 + clockSkew;
	const ages = (['Startup', 'Reload'] as const)
		.map((what) => Date.parse(`${header(status, `Core${what}Date`)}T${header(status, `Core${what}Time`)}`))
		.filter((moment) => !Number.isNaN(moment))
		.map((moment) => now - moment / 1000);
	return ages.length === 0 ? undefined : Math.max(0, Math.min(...ages));
}
