import { Overdue, withDeadline } from './adapters/clock.ts';
import { DatabaseTrouble } from './adapters/database.ts';
import type { AnyCheck, Context, Remembered } from './checks/check.ts';
import { CHECKS, IN_TURN } from './checks/index.ts';
import { tellClocks } from './clocks.ts';
import { asteriskDown, databaseDown, diagnose, keyOf } from './diagnose.ts';
import { crashedTable } from './dialer/crashed-table.ts';
import type { Notebook } from './notebook.ts';
import type { CheckId, CheckStatus, Finding, Judgement, Status } from './types.ts';
import type { World } from './world.ts';

/** An observation of one check, ready to be judged as often as needed. */
export interface Looked {
	id: CheckId;
	judge: (context: Context) => Judgement;
	remember: Remembered;
	/** it could not be looked at; the judgement says why */
	unseen: boolean;
	milliseconds: number;
}

/**
 * Looks at the given checks, one after the other. What one check cannot see makes that check unknown and no other.
 * @returns in the order in which they are judged
 */
export async function lookAt(ids: readonly CheckId[], world: World): Promise<Looked[]> {
	const looked = new Map<CheckId, Looked>();
	const checks = IN_TURN.filter(({ id }) => ids.includes(id));
	for (const check of checks) {
		looked.set(check.id, await lookAtOne(check, world));
		if (check.id === 'mysql') for (const { begin } of checks) begin?.(world);
	}
	return CHECKS.flatMap(({ id }) => looked.get(id) ?? []);
}

async function lookAtOne(check: AnyCheck, world: World): Promise<Looked> {
	const began = performance.now();
	const done = (rest: Pick<Looked, 'judge' | 'remember' | 'unseen'>): Looked => ({
		id: check.id,
		...rest,
		milliseconds: performance.now() - began,
	});
	try {
		return done({ ...(await withDeadline(check.look(world), world.deadline.remaining())), unseen: false });
	} catch (error) {
		const finding = cannotSee(check.id, error);
		return done({ judge: () => ({ findings: [finding], metrics: [] }), remember: {}, unseen: true });
	}
}

function cannotSee(id: CheckId, error: unknown): Finding {
	const message = error instanceof Error ? error.message : String(error);
	if (error instanceof Overdue) {
		return {
			id: `${id}.deadline`,
			subject: id,
			status: 'unknown',
			summary: `${id} was not seen before the deadline of this run`,
			evidence: {},
			advice: 'give it more time: --timeout',
		};
	}
	if (error instanceof DatabaseTrouble) {
		const crashed = crashedTable(error);
		return {
			id: `${id}.database`,
			subject: id,
			status: 'critical',
			summary: `reading the database failed: ${message}`,
			evidence: { error: message, ...(crashed !== undefined && { crashed_table: crashed }) },
			advice: 'mysqladmin processlist',
		};
	}
	return {
		id: `${id}.internal`,
		subject: id,
		status: 'unknown',
		summary: `this check failed by a fault of its own: ${message}`,
		evidence: { stack: error instanceof Error ? (error.stack ?? '') : '' },
		advice: 'please report it with the output of -v',
	};
}

/** A judgement with its check. */
export interface Judged extends Judgement {
	id: CheckId;
	/** false where nothing was seen: what was known before still stands */
	seen: boolean;
	milliseconds: number;
}

/**
 * Judges observations. A check that needs one that is down, or that does not apply here, is skipped and says why.
 */
export function judgeAll(looked: readonly Looked[], context: Context): Judged[] {
	const judged: Judged[] = [];
	for (const { id, judge, unseen, milliseconds } of looked) {
		const needs = CHECKS.find((check) => check.id === id)?.needs ?? [];
		const missing = judged.find(
			(other) => needs.includes(other.id) && (other.skippedBecause !== undefined || isDown(other)),
		);
		const judgement = missing
			? { findings: [], metrics: [], skippedBecause: `${missing.id} is down` }
			: safely(id, () => judge(context));
		judged.push({ ...judgement, id, milliseconds, seen: !unseen && missing === undefined });
	}
	return judged;
}

function safely(id: CheckId, judge: () => Judgement): Judgement {
	try {
		return judge();
	} catch (error) {
		return { findings: [cannotSee(id, error)], metrics: [] };
	}
}

const isDown = ({ id, findings }: Judged): boolean =>
	(id === 'mysql' ? databaseDown(findings) : asteriskDown(findings)) !== undefined;

const ORDER: readonly Status[] = ['ok', 'unknown', 'warning', 'critical'];

/** The worst of several states: critical, then warning, then unknown. */
export const worstOf = (statuses: readonly Status[]): Status =>
	statuses.reduce((worst, status) => (ORDER.indexOf(status) > ORDER.indexOf(worst) ? status : worst), 'ok');

export function statusOf(judgement: Judgement): CheckStatus {
	if (judgement.skippedBecause !== undefined) return 'skipped';
	return worstOf(judgement.findings.map(({ status }) => status));
}

/** Judges, names causes and stamps each finding with the look that first saw it. */
export function consider(looked: readonly Looked[], notes: Notebook, world: World): Judged[] {
	const judged = tellClocks(judgeAll(looked, { settings: world.settings, note: notes.note }));
	const diagnosed = new Map(
		diagnose(judged.flatMap(({ findings }) => findings)).map((finding) => [keyOf(finding), finding]),
	);
	const stamped = (finding: Finding): Finding => {
		const { since, looks } = notes.note(keyOf(finding));
		// a first look that does not count is not remembered, so it begins nothing
		return { ...(diagnosed.get(keyOf(finding)) ?? finding), ...(looks > 0 && { since }) };
	};
	return judged.map((one) => ({ ...one, findings: one.findings.map(stamped) }));
}
