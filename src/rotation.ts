/** An answer that was kept, with the run and the moment (seconds since boot) it is from. */
interface Kept {
	at: number;
	turn: number;
	/** samples in a row, this one included, that looked like trouble */
	doubts: number;
	answer: unknown;
}

/** What a check remembers of its questions; written into the memory by the runs that may. */
export interface Turns {
	turn: number;
	samples: Record<string, Kept>;
}

/** Something worth asking, but not in every look. */
export interface Question<T> {
	/** looks from one asking to the next */
	every: number;
	/** statements or actions that it takes on a healthy dialer */
	cost: number;
	/** @returns something that survives JSON; it is judged in later looks too, with its age */
	read(): Promise<T>;
	/** a sign that costs nothing calls for an answer in this look */
	urgent?: boolean;
	/** An answer that looks like trouble is due again in the next look, so that two samples soon agree or not. */
	doubtful?(answer: T): boolean;
}

/** An answer, perhaps of an earlier look. */
export interface Sample<T> {
	answer: T;
	/** seconds since it was read; 0 when it is of this look */
	age: number;
	/** samples in a row, this one included, that looked like trouble */
	doubts: number;
}

/** A question that does not apply here is undefined. */
export type Questions = Readonly<Record<string, Question<unknown> | undefined>>;
export type Samples<Q extends Questions> = {
	[name in keyof Q]: (Q[name] extends Question<infer T> | undefined ? Sample<T> : never) | undefined;
};

/** Looks that come less often than this are taken to be late, seconds. */
const LOOK_SECONDS = 90;
/** Answers older than this say nothing about now, seconds. */
const STALE_SECONDS = 900;

/**
 * Asks some of the questions and answers the others from memory. Due ones take turns, the most overdue first, as far as
 * the budget goes; what is urgent is asked besides. Nothing is asked again before `gap` seconds have
 * passed, so that whoever looks more often adds neither load nor samples.
 */
export async function askInTurn<Q extends Questions>(
	questions: Q,
	before: Turns | undefined,
	{ uptime, gap, budget }: { uptime: number; gap: number; budget: number },
): Promise<{ samples: Samples<Q>; turns: Turns }> {
	const turn = (before?.turn ?? 0) + 1;
	const kept = (name: string): Kept | undefined => {
		const sample = before?.samples[name];
		return sample && uptime - sample.at <= STALE_SECONDS ? sample : undefined;
	};
	const asked = choose(questions, kept, { turn, uptime, gap, budget });
	const next: Turns = { turn, samples: {} };
	for (const [name, question] of Object.entries(questions)) {
		if (!question) continue;
		const last = kept(name);
		if (!asked.has(name)) {
			if (last) next.samples[name] = last;
			continue;
		}
		const answer = await question.read();
		const doubts = question.doubtful?.(answer) ? (last?.doubts ?? 0) + 1 : 0;
		next.samples[name] = { at: uptime, turn, doubts, answer };
	}
	const samples = Object.entries(next.samples).map(([name, { at, answer, doubts }]) => [
		name,
		{ answer, doubts, age: uptime - at },
	]);
	return { samples: Object.fromEntries(samples) as Samples<Q>, turns: next };
}

/** The names of the questions to ask now. */
function choose(
	questions: Questions,
	kept: (name: string) => Kept | undefined,
	{ turn, uptime, gap, budget }: { turn: number; uptime: number; gap: number; budget: number },
): Set<string> {
	const asked = new Set<string>();
	const due: { name: string; cost: number; overdue: number }[] = [];
	for (const [name, question] of Object.entries(questions)) {
		if (!question) continue;
		const last = kept(name);
		if (last && uptime - last.at < gap) continue;
		if (question.urgent) asked.add(name);
		else {
			const every = last && last.doubts > 0 ? 1 : question.every;
			const overdue = last
				? Math.max((turn - last.turn) / every, (uptime - last.at) / (every * LOOK_SECONDS))
				: Number.POSITIVE_INFINITY;
			if (overdue >= 1) due.push({ name, cost: question.cost, overdue });
		}
	}
	let left = budget;
	// a stable sort: of those that were never asked, the first ones of the list
	for (const { name, cost } of due.sort((a, b) => (a.overdue === b.overdue ? 0 : b.overdue - a.overdue))) {
		if (cost > left) continue;
		left -= cost;
		asked.add(name);
	}
	return asked;
}
