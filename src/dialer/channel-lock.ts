import { type AmiSession, AmiTrouble } from '../adapters/ami.ts';
import { header } from '../adapters/ami-wire.ts';
import type { Memory } from '../memory.ts';
import type { World } from '../world.ts';

/** Milliseconds until no answer counts as none. */
const ANSWER_TIMEOUT = 5000;
const MINUTE = 60;
/** Seconds between two probes once the deadlock is confirmed: each one that finds the lock held leaves a blocked thread behind. */
const PROBE_DEADLOCKED_EVERY = 600;

export interface LockProbe {
	/** `silent-before`: silent when last probed, and not due to be probed again */
	deepProbe: 'answered' | 'silent' | 'silent-before' | 'not-due' | 'not-permitted';
	/** probes in a row without an answer, this one included */
	silentProbes: number;
}

/** Probes without an answer that confirm a deadlock: one more where Asterisk would be killed for it. */
export const probesThatConfirm = (restartAsterisk: World['settings']['restartAsterisk']): number =>
	restartAsterisk === 'deadlock' ? 3 : 2;

/**
 * Asks for the status of a channel that cannot exist. The answer "No such channel" needs the lock of the channel list,
 * which Ping does not; its absence is how a deadlocked Asterisk looks from outside (asterisk issues 450 and 1907). Asked
 * at most once in each minute of the clock, over all runs: one that cannot tell the next that it asked does not ask.
 * @param asteriskStart start of the process that is asked, clock ticks; another one is another story
 */
export async function probeChannelLock(world: World, session: AmiSession, asteriskStart: number): Promise<LockProbe> {
	const { deepProbe: last, settings } = world;
	const before = last?.asteriskStart === asteriskStart ? last : undefined;
	const silent = before?.silent ?? 0;
	const at = world.proc.uptime();
	const confirmed = silent >= probesThatConfirm(settings.restartAsterisk);
	const every = confirmed ? PROBE_DEADLOCKED_EVERY : Math.min(MINUTE, settings.lookGap);
	const minute = Math.floor(Date.now() / 1000 / MINUTE);
	// cron's minutes are a little shorter or longer than one, so seconds alone would lose every other tick
	const askedInThisMinute = before?.minute === minute && settings.lookGap > 0;
	const askedInThisRun = last !== undefined && last !== world.memory.deepProbe;
	if (!world.remembers || askedInThisRun || askedInThisMinute || (before && at - before.at < every))
		return { deepProbe: silent === 0 ? 'not-due' : 'silent-before', silentProbes: silent };
	const deepProbe = await ask(session, world.deadline.share(ANSWER_TIMEOUT));
	if (deepProbe === 'not-permitted') return { deepProbe, silentProbes: 0 };
	const silentProbes = deepProbe === 'silent' ? silent + 1 : 0;
	world.deepProbe = { at, minute, asteriskStart, silent: silentProbes };
	return { deepProbe, silentProbes };
}

async function ask(session: AmiSession, milliseconds: number): Promise<'answered' | 'silent' | 'not-permitted'> {
	try {
		const answer = await session.action('Status', { Channel: 'none/vicikeep' }, milliseconds);
		return header(answer, 'Message') === 'Permission denied' ? 'not-permitted' : 'answered';
	} catch (error) {
		if (error instanceof AmiTrouble && error.stage === 'no-answer') return 'silent';
		throw error;
	}
}

/** What the last probe of this run, or of an earlier one, found. */
export type DeepProbe = NonNullable<Memory['deepProbe']>;
