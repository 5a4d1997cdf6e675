import { Deadline, sleep } from './adapters/clock.ts';
import type { Lock } from './adapters/lock.ts';
import type { Pulse } from './dialer/pulses.ts';
import { rootsOf } from './report/standing.ts';
import type { Look } from './session.ts';
import type { ActionReport, Report } from './types.ts';

/** Seconds between the end of a look and the next one, and between two tries for the lock. */
const BETWEEN_LOOKS = 5;
const BETWEEN_TRIES = 1;
/** Seconds that a look gets at least, even when the time is nearly up. */
const SHORTEST_LOOK = 5;

/** How the reasons begin for which the next look that counts will do what this one did not. */
const UNCONFIRMED = /^(seen once|the last look that counts)/;

export interface Waiting {
	/** seconds until the last look begins */
	wait: number;
	/** longest that one look may take, seconds */
	timeout: number;
	lock: () => Lock | undefined;
	/** `before` is the look before this one, if there was one */
	look: (lock: Lock | undefined, seconds: number, before: Look | undefined) => Promise<Look>;
	/** what is awaited now, in words for a person, and how many of the seconds have passed */
	tell: (line: string, passed: number) => void;
	/** a look that is not the last one is remembered */
	kept: (seen: Look) => void;
	/** what it could not write down */
	complain: (problem: string) => void;
}

/**
 * Looks, repairs and looks again until nothing is critical and every daemon has moved between two looks of this run, or
 * the time is up: what moved before a deployment tells nothing of what it left behind. The lock is free between looks, so
 * that cron's run can do its part; the last look still holds it.
 */
export async function lookUntilWell(parts: Waiting): Promise<Look> {
	const end = new Deadline(parts.wait);
	const left = (): number => end.remaining() / 1000;
	const tell = (line: string): void => parts.tell(line, Math.round(parts.wait - left()));
	const began = performance.now();
	const repairs: ActionReport[] = [];
	let startedAt: string | undefined;
	let before: Look | undefined;
	const first = new FirstSamples();
	for (;;) {
		const lock = await lockWithin(left, parts, tell);
		const seen = await parts.look(lock, Math.min(parts.timeout, Math.max(left(), SHORTEST_LOOK)), before);
		const unmoved = first.unmoved(seen);
		const again = before !== undefined;
		before = seen;
		startedAt ??= seen.report.started_at;
		if ((isSettled(seen) && unmoved.length === 0) || left() === 0) {
			const duration_ms = Math.round(performance.now() - began);
			const notes = again && unmoved.length > 0 ? [notSeenToMove(unmoved, parts.wait)] : [];
			return { ...seen, report: { ...whole(seen.report, repairs, notes), started_at: startedAt, duration_ms } };
		}
		repairs.push(...seen.report.actions.filter(({ outcome }) => outcome === 'done' || outcome === 'failed'));
		for (const problem of seen.keep()) parts.complain(problem);
		parts.kept(seen);
		tell(isSettled(seen) ? `nothing is critical; waiting for ${names(unmoved)} to move` : inWords(seen.report));
		await sleep(Math.min(BETWEEN_LOOKS * 1000, end.remaining()));
	}
}

async function lockWithin(
	left: () => number,
	{ lock }: Waiting,
	tell: (line: string) => void,
): Promise<Lock | undefined> {
	for (;;) {
		const taken = lock();
		if (taken?.state !== 'taken' || left() === 0) return taken;
		tell('another run is repairing; waiting for its end');
		await sleep(Math.min(BETWEEN_TRIES, left()) * 1000);
	}
}

/**
 * Nothing is critical, and nothing awaits the second look that makes it critical or lets it be repaired. Where nothing is
 * remembered no second look ever counts.
 */
const isSettled = ({ report: { status, actions }, remembers }: Look): boolean =>
	status !== 'critical' &&
	!(remembers && actions.some(({ outcome, reason }) => outcome === 'withheld' && UNCONFIRMED.test(reason ?? '')));

/** The pulses of this run's first looks, each as it was met first. */
class FirstSamples {
	readonly #first = new Map<string, number>();

	/** The daemons that no look of this run has seen to move. */
	unmoved({ pulses }: Look): string[] {
		return [...new Set(pulses.filter((pulse) => !this.#hasMoved(pulse)).map(({ daemon }) => daemon))];
	}

	#hasMoved({ daemon, sign, value, least }: Pulse): boolean {
		const key = `${daemon} ${sign}`;
		const first = this.#first.get(key) ?? value;
		this.#first.set(key, first);
		return value - first >= least;
	}
}

/** The report with what earlier looks repaired. */
function whole(report: Report, repairs: readonly ActionReport[], fresh: readonly string[]): Report {
	const notes = [...(report.notes ?? []), ...fresh];
	return { ...report, actions: [...repairs, ...report.actions], ...(notes.length > 0 && { notes }) };
}

const notSeenToMove = (daemons: readonly string[], wait: number): string =>
	`${names(daemons)} ${daemons.length === 1 ? 'was' : 'were'} not seen to move in these ${wait} s; a longer --wait tells whether it stalls`;

const names = (daemons: readonly string[]): string =>
	`${daemons.slice(0, 2).join(' and ')}${daemons.length > 2 ? ` (+${daemons.length - 2} more)` : ''}`;

function inWords({ checks, actions }: Report): string {
	const [worst, ...others] = rootsOf(checks.flatMap(({ findings }) => findings));
	const more = others.length > 0 ? ` (+${others.length} more)` : '';
	const withheld = actions.find(({ outcome }) => outcome === 'withheld');
	const why = withheld?.reason === undefined ? '' : `; ${withheld.id} withheld: ${withheld.reason}`;
	return `${worst?.status ?? 'critical'}: ${worst?.summary ?? 'a repair failed'}${more}${why}`;
}
