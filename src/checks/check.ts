import type { Memory, Note } from '../memory.ts';
import type { Settings } from '../settings.ts';
import type { CheckId, Judgement } from '../types.ts';
import type { AmiMemory, World } from '../world.ts';

export interface Context {
	settings: Settings;
	/** how long something has been the case, over looks */
	note: Note;
}

/**
 * What an observation leaves for the next run. Kept apart from the rest: accounts, because they hold secrets, and names of
 * conf files that Asterisk was seen to hold, whose text is worth keeping.
 */
export type Remembered = Partial<Memory> & { amiMemory?: AmiMemory; proven?: string[] };

/** One file in this folder: what is looked at, and what it means. */
export interface Check<Observation> {
	id: CheckId;
	/** checks without which this one cannot see; when one of them is critical this one is skipped */
	needs: CheckId[];
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
	look(world: World): Promise<{ judge: (context: Context) => Judgement; remember: Remembered }>;
}

/** Closes over the type of the observation, so that checks with different ones stand in one list. */
export function define<Observation>(check: Check<Observation>): AnyCheck {
	return {
		id: check.id,
		needs: check.needs,
		async look(world) {
			const observation = await check.observe(world);
			return { judge: (context) => check.judge(observation, context), remember: check.remember?.(observation) ?? {} };
		},
	};
}
