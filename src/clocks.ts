import type { Judged } from './observe.ts';
import type { ClockReading, Finding } from './types.ts';

/** Seconds by which clocks that agree may differ: they are read to half a round trip, and agents are told from 8 s on. */
const AGREE = 2;

/** Whose clock is wrong, as far as two of three agree against the third. */
export type WrongClock = 'this machine' | 'the database' | 'Asterisk';

export interface Verdict {
	wrong: WrongClock | undefined;
	/** what the third clock says, to stand behind what was found */
	because: string;
}

const agree = (a: number, b: number): boolean => Math.abs(a - b) < AGREE;

/**
 * Which of the clocks of this machine, of the database and of Asterisk is wrong. Two clocks that differ never tell; a third
 * tells when it agrees with one of them and is not the same clock: of what runs on this machine it is this machine's. Pure.
 */
export function verdictOn(database: ClockReading | undefined, asterisk: ClockReading | undefined): Verdict {
	const open = (why: string): Verdict => ({ wrong: undefined, because: `one of the two is wrong: ${why}` });
	if (!database || !asterisk) return open('no third clock is known');
	const databaseAgrees = agree(database.ahead, 0);
	const asteriskAgrees = agree(asterisk.ahead, 0);
	if (asteriskAgrees && !databaseAgrees)
		return asterisk.here
			? open("Asterisk's is the one of this machine")
			: { wrong: 'the database', because: "Asterisk's agrees with this machine's: the database's is wrong" };
	if (databaseAgrees && !asteriskAgrees)
		return database.here
			? open("the database's is the one of this machine")
			: { wrong: 'Asterisk', because: "the database's agrees with this machine's: Asterisk's is wrong" };
	if (!agree(database.ahead, asterisk.ahead))
		return { wrong: undefined, because: "no two of this machine's, the database's and Asterisk's agree" };
	return database.host === asterisk.host
		? open("Asterisk's is the one of the database's machine")
		: { wrong: 'this machine', because: "the database's and Asterisk's agree with each other" };
}

const CLOCK = '.clock_skew';

/**
 * Says of clocks that differ which one is wrong; where two findings are about the same one, it
 * is told once. Pure.
 */
export function tellClocks(judged: readonly Judged[]): readonly Judged[] {
	const found = judged.flatMap(({ findings }) => findings).filter(({ id }) => id.endsWith(CLOCK));
	const [root] = found;
	if (!root) return judged;
	const readingOf = (check: string): ClockReading | undefined => judged.find(({ id }) => id === check)?.clock;
	const database = readingOf('mysql');
	const asterisk = readingOf('asterisk');
	const verdict = verdictOn(database, asterisk);
	const oneStory = database && asterisk && agree(database.ahead, asterisk.ahead);
	const told = (finding: Finding): Finding => {
		if (!finding.id.endsWith(CLOCK)) return finding;
		if (finding !== root && oneStory) return { ...finding, cause: `${root.id} ${root.subject}` };
		return { ...finding, ...wordsFor(finding, verdict, database) };
	};
	return judged.map((one) => ({ ...one, findings: one.findings.map(told) }));
}

function wordsFor(
	{ summary, evidence }: Finding,
	{ wrong, because }: Verdict,
	database: ClockReading | undefined,
): Partial<Finding> {
	const proof = { evidence: { ...evidence, wrong: wrong ?? null } };
	if (wrong !== 'this machine' || !database) return { ...proof, summary: `${summary}; ${because}` };
	return {
		...proof,
		summary: `this machine's clock is ${apart(-database.ahead)} the others: ${because}`,
		advice: 'timedatectl; chronyc tracking',
	};
}

/** A difference of clocks in words, e.g. `30 s behind`. @param ahead seconds */
export const apart = (ahead: number): string => `${Math.abs(ahead).toFixed(0)} s ${ahead > 0 ? 'ahead of' : 'behind'}`;
