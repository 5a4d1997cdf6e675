import type { QueueObservation } from '../dialer/queues.ts';
import { starvingCampaigns } from '../dialer/queues.ts';
import type { HopperRun } from '../dialer/queues-hopper.ts';
import { answersFor } from '../dialer/queues-questions.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import type { Context } from './check.ts';
import { against, isConfirmed, type Judge, minutes, plural, provenFor } from './queues-judged.ts';

/** A few leads in hand are left behind by any dialer that was killed, and harm nobody. */
const HANDFUL = 5;
/** Callbacks that a running job leaves behind: some of them can never be taken, because their lead is gone. */
const FEW_CALLBACKS = 5;
/** Samples after which a campaign without a row is no longer a new one, nor the end of day, which deletes all rows, just past. */
const LONG_ENOUGH = 5;
const HOPPER = 'AST_VDhopper';

/** How AST_VDhopper gets on with its campaigns, as far as its rows tell. */
type Progress =
	/** its rows are young */
	| { state: 'works' }
	/** it has worked on no campaign for this long, seconds; null: on none of them ever */
	| { state: 'not_running'; age: number | null }
	/** the same, and a copy of it has run here for as long as that would be told: with --run-check no other one begins */
	| { state: 'hangs'; age: number | null }
	/** it works on others, and has not got to these for `age` seconds; null: never */
	| { state: 'behind'; campaigns: string[]; age: number | null };

function progressOf(
	runs: readonly HopperRun[],
	{ copies: { hoppers } }: Pick<QueueObservation, 'copies'>,
	{ settings: { limits } }: Context,
): Progress {
	const ages = runs.map(({ age }) => age ?? Number.POSITIVE_INFINITY);
	const finite = (age: number): number | null => (Number.isFinite(age) ? age : null);
	const newest = Math.min(...ages);
	if (newest >= limits.hopper_run.warn) {
		const hangs = hoppers.count > 0 && hoppers.oldest >= limits.hopper_run.warn;
		return { state: hangs ? 'hangs' : 'not_running', age: finite(newest) };
	}
	const late = runs.filter(({ age }) => age === null || age >= limits.hopper_run_campaign.warn);
	if (late.length === 0) return { state: 'works' };
	return { state: 'behind', campaigns: late.map(({ campaign }) => campaign), age: finite(Math.max(...ages)) };
}

/** What else is known of the job, for a person who has to decide what to do. */
function circumstances({ copies: { hoppers }, responsible }: QueueObservation): string {
	const running =
		hoppers.count === 0
			? 'no copy of it runs'
			: `${plural(hoppers.count, 'copy runs', 'copies run')}, the oldest for ${minutes(hoppers.oldest)}`;
	if (responsible.hopper === undefined) return `${running}; root's crontab cannot be read here`;
	return `${running}; it is ${responsible.hopper ? '' : 'not '}in the crontab of this machine`;
}

const CRONTAB_ADVICE = 'crontab -l | grep AST_VDhopper; ps -ef | grep [A]ST_VDhopper';
const HANGS_ADVICE =
	'ps -o pid,etime,stat,wchan:20,args -C AST_VDhopper.pl; mysqladmin processlist; end the oldest by hand';
const OVERLAP_ADVICE =
	'add --run-check to the line of AST_VDhopper.pl in the crontab, so that a run waits for the one before';

/** The job that fills the hopper for all servers: not run at all, or not got through. */
export const hopperJob: Judge = (seen, context) => {
	const sample = seen.samples.hopperRuns;
	if (!answersFor(seen.responsible.hopper, context.settings.keepalives)) return [];
	if (!sample || sample.answer.length === 0) return [];
	const { limits } = context.settings;
	const progress = progressOf(sample.answer, seen, context);
	const ages = sample.answer.flatMap(({ age }) => age ?? []);
	const metrics =
		ages.length === 0
			? []
			: [measured(limits, 'hopper_run', Math.min(...ages)), measured(limits, 'hopper_run_campaign', Math.max(...ages))];
	if (progress.state === 'works' || !isConfirmed(sample)) return [{ metrics }];
	const { age } = progress;
	if (age === null && sample.doubts < LONG_ENOUGH) return [{ metrics }];
	const evidence = {
		campaigns: sample.answer.length,
		age_seconds: age,
		copies: seen.copies.hoppers.count,
		scheduled: seen.responsible.hopper ?? null,
	};
	const since = age === null ? 'ever' : `for ${minutes(age)}`;
	if (progress.state === 'behind') {
		const status = age === null ? 'warning' : exceeded(limits, 'hopper_run_campaign', age);
		if (!status) return [{ metrics }];
		const finding: Finding = {
			id: 'queues.hopper_behind',
			subject: HOPPER,
			status,
			summary: `AST_VDhopper runs, but has not got to ${progress.campaigns.slice(0, 3).join(', ')} ${since}; ${circumstances(seen)}`,
			evidence: { ...evidence, neglected: progress.campaigns.slice(0, 20) },
			advice: OVERLAP_ADVICE,
		};
		return [{ metrics, finding }];
	}
	const hangs = progress.state === 'hangs';
	const grave = age === null ? 'critical' : exceeded(limits, 'hopper_run', age);
	const finding: Finding = {
		id: 'queues.hopper_job',
		subject: HOPPER,
		// nobody waits for leads while nobody is logged in
		status: seen.agents.length > 0 ? (grave ?? 'warning') : 'warning',
		summary: `AST_VDhopper ${hangs ? 'hangs: it ' : ''}has worked on none of ${plural(sample.answer.length, 'active campaign', 'active campaigns')} ${since}; ${circumstances(seen)}`,
		evidence: { ...evidence, hangs },
		advice: hangs ? HANGS_ADVICE : CRONTAB_ADVICE,
	};
	return [{ metrics, finding }];
};

/** Agents who wait on campaigns that dial by themselves and have nothing to dial: for want of leads, or of the job. */
export const hopperEmpty: Judge = (seen, context) => {
	const { limits } = context.settings;
	return starvingCampaigns(seen.campaigns ?? [], seen.hopper, seen.agents).flatMap((campaign) => {
		const waiting = seen.agents
			.filter((row) => row.campaign === campaign && (row.status === 'READY' || row.status === 'CLOSER'))
			.reduce((sum, row) => sum + row.count, 0);
		const { seconds } = context.note(`queues hopper empty ${campaign}`);
		const metrics = [measured(limits, 'hopper_empty', seconds, { campaign })];
		const status = exceeded(limits, 'hopper_empty', seconds);
		if (!status) return [{ metrics }];
		const finding: Finding = {
			id: 'queues.hopper_empty',
			subject: campaign,
			status,
			...whyEmpty(seen, context, campaign, waiting, seconds),
		};
		return [{ metrics, finding }];
	});
};

/** No leads is a matter of data, and no repair helps; the rest is the job's fault, and is told there where it is judged. */
function whyEmpty(
	seen: QueueObservation,
	context: Context,
	campaign: string,
	waiting: number,
	seconds: number,
): Pick<Finding, 'summary' | 'evidence' | 'advice' | 'cause'> & { status?: Finding['status'] } {
	const begin = `${plural(waiting, 'agent', 'agents')} of campaign ${campaign} ${waiting === 1 ? 'has' : 'have'} waited ${Math.round(seconds / 60)} min on an empty hopper`;
	const sample = seen.samples.hopperRuns;
	const progress =
		sample && sample.answer.length > 0 ? progressOf(sample.answer, seen, context) : { state: 'works' as const };
	const judgedHere = answersFor(seen.responsible.hopper, context.settings.keepalives);
	const causeOf = (id: string) => (judgedHere && sample && isConfirmed(sample) ? { cause: `${id} ${HOPPER}` } : {});
	if (progress.state === 'not_running' || progress.state === 'hangs') {
		const hangs = progress.state === 'hangs';
		const since = progress.age === null ? 'has never run' : `has not run for ${minutes(progress.age)}`;
		return {
			status: 'critical',
			summary: `${begin}: AST_VDhopper ${hangs ? 'hangs' : since}; ${circumstances(seen)}`,
			evidence: { waiting, reason: hangs ? 'job hangs' : 'job not running', age_seconds: progress.age },
			advice: hangs ? HANGS_ADVICE : CRONTAB_ADVICE,
			...causeOf('queues.hopper_job'),
		};
	}
	if (progress.state === 'behind' && progress.campaigns.includes(campaign)) {
		return {
			summary: `${begin}: AST_VDhopper runs, but does not get to it; ${circumstances(seen)}`,
			evidence: { waiting, reason: 'job hung or overlapping', age_seconds: progress.age },
			advice: OVERLAP_ADVICE,
			...causeOf('queues.hopper_behind'),
		};
	}
	const words = seen.hopperWords[campaign];
	return {
		summary: `${begin}: AST_VDhopper runs and finds no leads to call${words ? ` ("${words}")` : ''}; no restart helps`,
		evidence: { waiting, reason: 'no leads', ...(words && { hopper_says: words }) },
		advice: `look at campaign ${campaign}: active lists, dial statuses, local call time, lead filter`,
	};
}

/** Leads that AST_VDauto_dial took and does not get on with. With a new batch others would be among them. */
export const hopperStuck: Judge = ({ hopper }, context) => {
	const rows = hopper.filter(({ ours, status }) => ours && (status === 'QUEUE' || status === 'INCALL'));
	const count = rows.reduce((sum, row) => sum + row.count, 0);
	if (count <= HANDFUL) return [];
	const held = provenFor(
		context,
		`hopper in hand ${rows.map(({ campaign, status, fingerprint }) => `${campaign} ${status} ${fingerprint}`).join()}`,
	);
	return against(
		context,
		'hopper_stuck',
		held,
		() => ({
			id: 'queues.hopper_stuck',
			subject: 'AST_VDauto_dial',
			summary: `the same ${count} leads have been in the hands of AST_VDauto_dial for ${minutes(held)}: it was interrupted in the middle of dialing, or hangs; they are free again after 01:02`,
			evidence: { leads: count, stuck_seconds: Math.round(held) },
		}),
		// what was left behind stays, however well is dialed since; that it hangs is told by its heartbeat
		{ gravest: 'warning' },
	);
};

/** Leads that every run of AST_VDhopper takes out. Those of inactive campaigns stay, and nobody minds. */
export const hopperLeftovers: Judge = ({ hopper, copies, samples: { hopperRuns: sample } }, context) => {
	if (!sample || progressOf(sample.answer, { copies }, context).state !== 'works') return [];
	const active = sample.answer.map(({ campaign }) => campaign);
	const held = hopper
		.filter(({ status, campaign }) => (status === 'DONE' || status === 'DNC') && active.includes(campaign))
		.map((row) => ({ ...row, seconds: provenFor(context, `hopper ${row.status} ${row.campaign} ${row.first}`) }))
		.sort((a, b) => b.seconds - a.seconds);
	const [longest] = held;
	if (!longest) return [];
	return against(context, 'hopper_leftovers', longest.seconds, () => ({
		id: 'queues.hopper_leftovers',
		subject: HOPPER,
		summary: `a ${longest.status} lead of campaign ${longest.campaign} has stayed in the hopper for ${minutes(longest.seconds)}, though AST_VDhopper runs: it dies before it gets so far`,
		evidence: { campaign: longest.campaign, hopper_id: longest.first, stuck_seconds: Math.round(longest.seconds) },
		advice: `/usr/share/astguiclient/AST_VDhopper.pl --debug --campaign=${longest.campaign}`,
	}));
};

/** Callbacks that are due. While the job runs, a few that it leaves can never be taken. */
export const callbacksOverdue: Judge = ({ copies, samples: { callbacks: sample, hopperRuns } }, context) => {
	const overdue = sample?.answer;
	if (!sample || !overdue) return [];
	const runs = hopperRuns?.answer ?? [];
	const progress = runs.length === 0 ? { state: 'works' } : progressOf(runs, { copies }, context);
	const explained = progress.state === 'works' && overdue.count <= FEW_CALLBACKS;
	const idle = progress.state === 'not_running' || progress.state === 'hangs';
	const told = idle && hopperRuns !== undefined && isConfirmed(hopperRuns);
	return against(
		context,
		'callbacks_overdue',
		overdue.count === 0 ? 0 : overdue.age,
		() => ({
			id: 'queues.callbacks_overdue',
			subject: HOPPER,
			summary: `${plural(overdue.count, 'callback was', 'callbacks were')} due up to ${minutes(overdue.age)} ago and ${overdue.count === 1 ? 'is' : 'are'} not taken; AST_VDhopper takes them in every run`,
			evidence: { callbacks: overdue.count, oldest_seconds: overdue.age },
			advice: CRONTAB_ADVICE,
			...(told && { cause: `queues.hopper_job ${HOPPER}` }),
		}),
		{ confirmed: isConfirmed(sample) && !explained, gravest: progress.state === 'works' ? 'warning' : 'critical' },
	);
};
