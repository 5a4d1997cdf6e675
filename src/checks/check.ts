import type { Pulse } from '../dialer/pulses.ts';
import type { Memory } from '../memory.ts';
import type { Note } from '../notebook.ts';
import type { SettingName } from '../setting-names.ts';
import type { Settings } from '../settings.ts';
import type { ThresholdName } from '../thresholds.ts';
import type { CheckId, Judgement } from '../types.ts';
import type { AmiMemory, World } from '../world.ts';

export interface Context {
	settings: Settings;
	/** how long something has been the case, over looks */
	note: Note;
}

/**
 * What an observation leaves for the next run. Kept apart from the rest: accounts, because they hold secrets, and names of
 * conf files that Asterisk was seen to hold, whose text is worth keeping; and, for this very run, who speaks for the cluster
 * and what has to move.
 */
export type Remembered = Partial<Memory> & {
	amiMemory?: AmiMemory;
	proven?: string[];
	speaker?: string;
	pulses?: Pulse[];
};

/** What a person is told of a check: `--explain` and the documents are made of it. */
export interface About {
	/** what it looks at */
	looksAt: string;
	/** settings beside the limits that change what it finds or does */
	settings: readonly SettingName[];
	/** limits that it judges by; each belongs to one check */
	limits: readonly ThresholdName[];
	/** every trouble that it can find, by the part of its id behind the point, in words */
	finds: Readonly<Record<string, string>>;
	/** what it would do about them */
	does: string;
}

/** What can befall any check, by the part of the id behind the point. */
export const COMMON_FINDINGS = {
	deadline: 'it was not seen before the deadline of the run',
	database: 'reading the database failed in the middle of the look',
	internal: 'the check failed by a fault of its own',
} as const;

/** One file in this folder: what is looked at, and what it means. */
export interface Check<Observation> {
	id: CheckId;
	/** checks without which this one cannot see; when one of them is critical this one is skipped */
	needs: CheckId[];
	about: About;
	/** Starts what the database needs long for, once that has been looked at; others look meanwhile. */
	begin?(world: World): void;
	/** Reads and changes nothing. A throw makes the check unknown and harms no other. */
	observe(world: World): Promise<Observation>;
	/** Pure: the same observation, notes and settings always give the same judgement. */
	judge(observation: Observation, context: Context): Judgement;
	/** What the next run should know of this observation. */
	remember?(observation: Observation): Remembered;
}

/** A check whose observation is kept to itself. */
export interface AnyCheck {
	id: CheckId;
	needs: CheckId[];
	about: About;
	begin?: (world: World) => void;
	look(world: World): Promise<{ judge: (context: Context) => Judgement; remember: Remembered }>;
}

/** Closes over the type of the observation, so that checks with different ones stand in one list. */
export function define<Observation>(check: Check<Observation>): AnyCheck {
	return {
		id: check.id,
		needs: check.needs,
		about: check.about,
		...(check.begin && { begin: check.begin }),
		async look(world) {
			const observation = await check.observe(world);
			return { judge: (context) => check.judge(observation, context), remember: check.remember?.(observation) ?? {} };
		},
	};
}
