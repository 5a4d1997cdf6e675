import { Deadline } from './adapters/clock.ts';
import { type LockedWork, withDatabaseLock } from './adapters/database-lock.ts';
import { callHook, whyNotTrusted } from './adapters/hook.ts';
import type { OutsideMemory, Topics, Word } from './announce.ts';
import { withoutSecrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { ActionReport, Json, Report, Withheld } from './types.ts';
import { reportWithheld } from './withheld.ts';

/** Seconds that one program may take, and all of them together: the next run of cron must not wait for them. */
const ONE_PROGRAM = 10;
const ALL_PROGRAMS = 15;
const ANOTHER_SPEAKS: Withheld = {
	why: 'another dialer speaks at this moment; this is left to it',
	until: 'as long as it speaks for the cluster',
};

export interface Telling {
	settings: Settings;
	report: Report;
	/** what is due */
	words: readonly Word[];
	before: OutsideMemory;
	/** of the programs: cron's, without a setting of ours */
	environment: Record<string, string>;
	/** the address of the heartbeat is to be asked for */
	pings: boolean;
	/** secrets that a program's output must not carry into the log */
	secrets: readonly string[];
}

/** What became of it, and lines for the log. */
export interface Told {
	results: ActionReport[];
	/** what was not said, and why it is to be remembered otherwise */
	unsaid: { words: readonly Word[]; fate: Fate }[];
	lines: Record<string, Json>[];
}

/** A call of one program, with everything of one scope that is due to it. */
interface Call {
	words: [Word, ...Word[]];
	program: string;
}

/**
 * Tells the programs and the address outside, after all else is remembered and the lock is free: nothing here can change
 * or delay a run. What is due was written down as said: a call that is cut short is not made again.
 */
export async function tellOutside(telling: Telling): Promise<Told> {
	const { settings, report, words, before } = telling;
	const told: Told = { results: [], unsaid: [], lines: [] };
	const { results, unsaid, lines } = told;
	const time = report.started_at;
	const deadline = new Deadline(ALL_PROGRAMS);

	const calls = async (): Promise<void> => {
		for (const call of callsFor(words, settings)) {
			const { result, output, fate } = await makeCall(call, telling, deadline);
			results.push(result);
			const [{ to, event, key }] = call.words;
			const { outcome, reason = '' } = result;
			lines.push({ time, event: 'hook', hook: to, about: event, finding: key, outcome, reason, output });
			if (fate !== 'said') unsaid.push({ words: call.words, fate });
		}
	};
	const beat = async (): Promise<void> => {
		if (!telling.pings || settings.heartbeatUrl === undefined) return;
		const began = performance.now();
		const { ping } = await import('./adapters/heartbeat-url.ts');
		const trouble = await ping(settings.heartbeatUrl, report.exit_code >= 2);
		const outcome = trouble === undefined ? 'done' : 'failed';
		const result = resultOf('HEARTBEAT_URL', began, trouble ?? '', outcome);
		results.push(result);
		const known = before.troubles?.[result.id];
		if (known !== trouble) lines.push({ time, event: 'heartbeat', outcome, reason: trouble ?? '' });
	};
	await Promise.all([calls(), beat()]);
	return told;
}

/** What is remembered by now, with what became of the calls. Pure. */
export function afterTelling(outside: OutsideMemory, { results, unsaid }: Told): OutsideMemory {
	const topics = { changes: { ...outside.changes }, failures: { ...outside.failures } };
	for (const { words, fate } of unsaid) takeBack(words, topics, fate);
	const troubles = { ...outside.troubles };
	const fresh = [...(outside.results ?? [])];
	for (const result of results) {
		const { id, outcome, reason = '' } = result;
		if (outcome === 'failed' && troubles[id] !== reason) fresh.push(result);
		if (outcome === 'done') delete troubles[id];
		else troubles[id] = reason;
	}
	return { ...topics, ...(fresh.length > 0 && { results: fresh }), troubles };
}

/** One call for each program, event and scope; failures each have their own. */
function callsFor(words: readonly Word[], { onChange, onFailover }: Settings): Call[] {
	const calls: Call[] = [];
	for (const word of words) {
		const program = word.to === 'ON_CHANGE' ? onChange : onFailover;
		if (program === undefined) continue;
		const same = calls.find(
			({ words: [first] }) => word.to === 'ON_CHANGE' && first.to === word.to && first.scope === word.scope,
		);
		if (same) same.words.push(word);
		else calls.push({ words: [word], program });
	}
	return calls;
}

/** What becomes of the topics: said, left to another dialer that speaks in this moment, or due again. */
export type Fate = 'said' | 'elsewhere' | 'again';

async function makeCall(
	{ words, program }: Call,
	{ settings, report, environment, secrets }: Telling,
	deadline: Deadline,
): Promise<{ result: ActionReport; output: string; fate: Fate }> {
	const [{ to, scope }] = words;
	const began = performance.now();
	const failed = (reason: string, fate: Fate) => ({ result: resultOf(to, began, reason, 'failed'), output: '', fate });
	const untrusted = whyNotTrusted(program);
	if (untrusted !== undefined) return failed(`not called: ${untrusted}`, 'again');
	if (deadline.remaining() === 0) return failed('not called: the others took all of the time', 'again');
	const call: LockedWork<Awaited<ReturnType<typeof callHook>>> = () =>
		callHook(
			program,
			`${JSON.stringify(payloadOf(words, report))}\n`,
			environment,
			deadline.within(ONE_PROGRAM * 1000),
		);
	try {
		const called =
			scope === 'cluster' ? await withDatabaseLock(settings.database, 'vicikeep speaks', call) : await call();
		if (called === 'taken') {
			const result = reportWithheld(hookOf(to), ANOTHER_SPEAKS, Math.round(performance.now() - began));
			return { result, output: '', fate: 'elsewhere' };
		}
		const output = withoutSecrets(called.output, secrets);
		const trouble = called.overdue
			? `${program} was killed at its deadline`
			: called.exitCode !== 0 && `${program} ended with status ${called.exitCode ?? 'unknown: a signal'}`;
		const reason = trouble || `told ${words.map(({ key, now }) => `${key} ${now}`).join(', ')}`;
		return { result: resultOf(to, began, reason, trouble ? 'failed' : 'done'), output, fate: 'said' };
	} catch (error) {
		return failed(`${program} was not called: ${(error as Error).message}`, 'again');
	}
}

/** The report with what is said of it. */
function payloadOf(words: Call['words'], report: Report) {
	const [{ event, scope, finding, now, repeat }] = words;
	const told = ({ finding, now }: Word) => ({ ...finding, status: now });
	return {
		...report,
		event,
		scope,
		finding: { ...finding, status: now },
		...(event === 'change' && { changes: words.map(told) }),
		...(repeat && { repeat: true }),
	};
}

function takeBack(words: readonly Word[], topics: { changes: Topics; failures: Topics }, fate: Fate): void {
	for (const { to, key, before } of words) {
		const of = to === 'ON_CHANGE' ? topics.changes : topics.failures;
		const now = of[key];
		if (fate === 'elsewhere') {
			if (now) of[key] = { ...now, said: 'elsewhere' };
		} else if (before) of[key] = before;
		else delete of[key];
	}
}

const hookOf = (subject: string) => ({ id: `hook:${subject}`, kind: 'hook', subject }) as const;

const resultOf = (subject: string, began: number, reason: string, outcome: 'done' | 'failed'): ActionReport => ({
	...hookOf(subject),
	outcome,
	reason,
	duration_ms: Math.round(performance.now() - began),
});
