import { type Tick, tick } from '../integration/support.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { startTimeOf } from '../sandbox/processes.ts';
import { bystanders, placeBystanders } from './bystanders.ts';
import type { Area, Fault, Stage } from './fault.ts';
import { IN_A_ROW, Reset } from './reset.ts';

/** Looks in which an innocent twin has to stay unremarked: one more than a repair takes. */
const TWIN_LOOKS = 3;
/** Looks of a trouble that no repair helps. */
const LASTING_LOOKS = 3;
const FOUND_WITHIN = 2;
const REPAIRED_WITHIN = 3;

/** How a fault went. */
export interface Walked {
	/** what was not as the row says; empty when all was */
	problems: string[];
	/** number of the look that found it, and of the one that repaired it */
	found?: number;
	repaired?: number;
}

/** The dialer of an area, on which its rows follow each other. */
export class Walker {
	private constructor(
		private readonly dialer: Dialer,
		private readonly reset: Reset,
	) {}

	static async start({ keepalives, options = [] }: Area): Promise<Walker> {
		const dialer = await startDialer({ keepalives, options });
		try {
			const reset = await Reset.keeping(dialer);
			await placeBystanders(dialer);
			return new Walker(dialer, reset);
		} catch (error) {
			await dialer.stop();
			throw error;
		}
	}

	stop(): Promise<void> {
		return this.dialer.stop();
	}

	/** The twin on a healthy dialer, then the fault. */
	async walk(fault: Fault): Promise<Walked> {
		await this.reset.restore();
		const innocent = await this.#staged(fault.twin.inject, (stage) => this.#twin(fault, stage));
		if (innocent.length > 0) return { problems: innocent.map((problem) => `twin (${fault.twin.but}): ${problem}`) };
		await this.reset.restore();
		return this.#staged(fault.inject, (stage) => this.#fault(fault, stage));
	}

	async #staged<T>(inject: Fault['inject'], look: (stage: Stage) => Promise<T>): Promise<T> {
		const undo: (() => unknown)[] = [];
		const stage: Stage = { dialer: this.dialer, later: (one) => undo.unshift(one) };
		try {
			await inject(stage);
			return await look(stage);
		} finally {
			for (const one of undo) await one();
		}
	}

	/** One look, with `IP` for the address of the dialer and `FOLDER` for where it lies in what it finds. */
	async #tick(env: Fault['env']): Promise<Tick> {
		const seen = await tick(this.dialer, [], { ...IN_A_ROW, ...env });
		return { ...seen, findings: seen.findings.map((key) => general(key, this.dialer)) };
	}

	async #twin({ twin, env, between, within }: Fault, stage: Stage): Promise<string[]> {
		const problems: string[] = [];
		const before = this.#standing([]);
		const looks = Math.max(TWIN_LOOKS, within?.found ?? 0);
		for (let look = 1; look <= looks; look++) {
			if (look > 1) await pause(between);
			const { findings, actions } = await this.#tick(env);
			problems.push(
				...findings.filter((key) => !twin.tells?.includes(key)).map((key) => `look ${look} finds ${key}`),
				...actions.filter((action) => !action.startsWith('withheld')).map((action) => `look ${look}: ${action}`),
			);
		}
		if (twin.proof && !(await twin.proof(stage))) problems.push('the dialer is not as the twin says in the end');
		return [...problems, ...this.#touched(before)];
	}

	async #fault(fault: Fault, stage: Stage): Promise<Walked> {
		const wanted = fault.do ?? [];
		const mustFail = Object.keys(fault.fail ?? {});
		const mayChange = [...wanted, ...mustFail, ...(fault.may ?? [])].map((id) => id.split(':')[1] ?? '');
		const before = this.#standing([...mayChange, ...(fault.ends ?? []).map(daemonOf)]);
		const problems: string[] = [];
		const walked: Walked = { problems };
		const done: string[] = [];
		const failed: string[] = [];
		const told: string[] = [];
		const withheld = new Map<string, string>();
		const looks =
			fault.after === 'well'
				? (fault.within?.repaired ?? REPAIRED_WITHIN)
				: Math.max(LASTING_LOOKS, (fault.within?.found ?? 0) + 1);
		let last: Tick | undefined;
		for (let look = 1; look <= looks; look++) {
			if (look > 1) await pause(fault.between);
			last = await this.#tick(fault.env);
			if (walked.found === undefined && fault.find.every((key) => last?.findings.includes(key))) {
				walked.found = look;
				problems.push(...this.#misjudged(fault, last));
			} else if (walked.found !== undefined && fault.after !== 'well' && !last.findings.includes(fault.find[0])) {
				problems.push(`look ${look} no longer finds ${fault.find[0]}`);
			}
			for (const { id, outcome, reason } of last.report.actions) {
				if (outcome === 'withheld') withheld.set(id, reason ?? '');
				else if (outcome === 'failed' && fault.fail?.[id]?.test(reason ?? '')) failed.push(id);
				else if (outcome === 'done' && wanted.includes(id) && !done.includes(id)) {
					done.push(id);
					told.push(reason ?? '');
				} else if (outcome !== 'done' || !fault.may?.includes(id))
					problems.push(`look ${look}: ${outcome} ${id} (${reason})`);
			}
			if (fault.after === 'well' && wanted.every((id) => done.includes(id)) && last.exitCode === 0) {
				walked.repaired = look;
				break;
			}
			if (fault.fleeting && walked.found !== undefined) break;
			// what stays is seen once more and is enough; a start that fails takes long
			const asGrave = fault.after !== 'well' && last.exitCode === fault.after.stays;
			if (asGrave && walked.found !== undefined && look > Math.max(walked.found, LASTING_LOOKS - 1)) break;
			if (fault.after !== 'well' && mustFail.length > 0 && mustFail.every((id) => failed.includes(id))) break;
		}
		if (walked.found === undefined || walked.found > (fault.within?.found ?? FOUND_WITHIN))
			problems.push(`found ${walked.found ?? 'never'}; the last look: ${last?.findings.join(', ') || 'nothing'}`);
		for (const id of wanted.filter((one) => !done.includes(one)))
			problems.push(`not done: ${id}${withheld.has(id) ? ` (withheld: ${withheld.get(id)})` : ''}`);
		for (const id of mustFail.filter((one) => !failed.includes(one))) problems.push(`did not fail as expected: ${id}`);
		for (const [id, reason] of Object.entries(fault.withhold ?? {}))
			if (!reason.test(withheld.get(id) ?? ''))
				problems.push(`not withheld with that reason: ${id} (${withheld.get(id)})`);
		if (fault.doing && !told.some((reason) => fault.doing?.test(reason)))
			problems.push(`not told of what is done: ${fault.doing}; but ${told.join(', ')}`);
		problems.push(...(await this.#ending(fault, last, walked)));
		if (fault.proof && !(await fault.proof(stage))) problems.push('the dialer is not as the row says in the end');
		problems.push(...this.#touched(before));
		return walked;
	}

	/** What the report says about causes that the row says otherwise. */
	#misjudged({ find: [root, ...followers], beside = [], tells }: Fault, { report }: Tick): string[] {
		const all = report.checks.flatMap(({ findings }) => findings);
		const causes = new Map(
			all.map(
				({ id, subject, cause }) =>
					[general(`${id} ${subject}`, this.dialer), cause && general(cause, this.dialer)] as const,
			),
		);
		const reaches = (key: string | undefined): boolean =>
			key !== undefined && (key === root || reaches(causes.get(key)));
		const problems: string[] = [];
		if (causes.get(root) !== undefined) problems.push(`${root} is put down to ${causes.get(root)}`);
		for (const key of followers) if (!reaches(key)) problems.push(`${key} is not put down to ${root}`);
		for (const key of causes.keys())
			if (!reaches(key) && !beside.includes(key)) problems.push(`${key} is found beside ${root}`);
		const told = JSON.stringify(all.find(({ id, subject }) => general(`${id} ${subject}`, this.dialer) === root) ?? '');
		if (tells && !tells.test(told)) problems.push(`${told} does not tell ${tells}`);
		return problems;
	}

	async #ending(fault: Fault, last: Tick | undefined, walked: Walked): Promise<string[]> {
		if (fault.after !== 'well')
			return last?.exitCode === fault.after.stays ? [] : [`exit status ${last?.exitCode} in the end`];
		if (walked.repaired === undefined)
			return [
				`not repaired; the last look: exit ${last?.exitCode}, ${last?.actions.join(', ')}, ${last?.findings.join(', ')}`,
			];
		const { findings, actions } = await this.#tick(fault.env);
		return [...findings, ...actions].map((found) => `after the repair: ${found}`);
	}

	/** Everybody who must not be touched: bystanders, Asterisk, the database, and daemons but those. */
	#standing(except: readonly string[]): string[] {
		const { daemons, database, asterisk, folder } = this.dialer;
		const servers = [
			...(except.includes('Asterisk') ? [] : [asterisk.pid]),
			...(except.includes('database') ? [] : [database.pid]),
		].flatMap((pid) => (pid === undefined ? [] : [`${pid} ${startTimeOf(pid)} server`]));
		const running = daemons.wanted
			.filter(({ script }) => !except.includes(daemonOf(script)))
			.flatMap(({ script }) =>
				daemons
					.pids(script)
					// not what it forks: such a child has its arguments for a moment
					.filter(({ screen }) => screen !== undefined)
					.map(({ perl }) => `${perl} ${startTimeOf(perl)} ${script}`),
			);
		return [...bystanders(folder), ...servers, ...running];
	}

	#touched(before: readonly string[]): string[] {
		const now = this.#standing([]);
		return before.filter((one) => !now.includes(one)).map((one) => `touched: ${one}`);
	}
}

/** A key without what is another one on each dialer. */
const general = (key: string, { serverIp, folder }: Dialer): string =>
	key
		.replaceAll(folder, 'FOLDER')
		.replaceAll(serverIp, 'IP')
		.replace(/IP:\d+$/, 'IP:PORT');

/** The name of a daemon in findings. */
const daemonOf = (script: string): string => script.replace(/(_AMI2)?\.pl$/, '');

const pause = (milliseconds = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
