import { type AmiSession, AmiTrouble } from '../adapters/ami.ts';
import { header } from '../adapters/ami-wire.ts';
import { askInTurn, type Question, type Sample, type Turns } from '../rotation.ts';
import type { World } from '../world.ts';

/** Whether Asterisk has something that tells it the time. */
export interface Timing {
	/** `unknown` where the account may not ask */
	source: 'there' | 'none' | 'unknown';
	/** start of the process that was asked, clock ticks */
	asteriskStart: number;
}

/** The modules that do, the likeliest first; none is loaded where its device or system call is not there. */
const MODULES = ['res_timing_timerfd', 'res_timing_dahdi', 'res_timing_pthread', 'res_timing_kqueue'];
/** Looks from one asking to the next, besides one after each start: only then it changes, or when somebody unloads a module. */
const EVERY = 30;
const ANSWER_TIMEOUT = 2000;

type Questions = { timing: Question<Timing> | undefined };

/** Asks now and then, with one action where all is well. Asterisk before 12 has a time of its own. */
export async function readTiming(
	world: World,
	session: AmiSession,
	asteriskStart: number,
): Promise<{ timing: Sample<Timing> | undefined; turns: Turns }> {
	const { uptime, settings, memory } = world;
	const before = memory.turns?.asterisk;
	const last = before?.samples.timing?.answer as Timing | undefined;
	const asks = Number.parseInt(session.version, 10) >= 2;
	const { samples, turns } = await askInTurn<Questions>(
		{
			timing: asks
				? {
						every: EVERY,
						cost: 1,
						urgent: last !== undefined && last.asteriskStart !== asteriskStart,
						read: async () => ({ source: await ask(session, world), asteriskStart }),
						doubtful: ({ source }) => source === 'none',
					}
				: undefined,
		},
		before,
		{ uptime, gap: settings.lookGap, budget: 1 },
	);
	return { timing: samples.timing, turns };
}

async function ask(session: AmiSession, { deadline }: World): Promise<Timing['source']> {
	try {
		for (const Module of MODULES) {
			const answer = await session.action('ModuleCheck', { Module }, deadline.share(ANSWER_TIMEOUT));
			if (header(answer, 'Response') === 'Success') return 'there';
			if (header(answer, 'Message') !== 'Module not loaded') return 'unknown';
		}
		return 'none';
	} catch (error) {
		// while modules are loaded nobody is answered; that Asterisk answers at all was asked before
		if (error instanceof AmiTrouble && error.stage === 'no-answer') return 'unknown';
		throw error;
	}
}
