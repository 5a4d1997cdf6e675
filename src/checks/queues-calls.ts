import { FEWEST_ORIGINATES } from '../dialer/queues-manager.ts';
import { exceeded, measured, type ThresholdName } from '../thresholds.ts';
import type { Context } from './check.ts';
import {
	against,
	isConfirmed,
	type Judge,
	type Judged,
	minutes,
	plural,
	provenFor,
	runsHere,
} from './queues-judged.ts';

/** Calls of which AST_VDauto_dial itself clears away what is older than 120 s. */
const DIALING = ['SENT', 'RINGING', 'PAUSED', 'BUSY', 'DISCONNECT'];
/** Calls that their AGI refreshes about once a second. */
const WAITING = ['LIVE', 'IVR'];

/** A finding about rows that AST_VDauto_dial clears away in every loop; its own heartbeat decides on a restart. */
function uncleared(
	context: Context,
	kind: string,
	threshold: ThresholdName,
	rows: readonly { count: number }[],
	age: number,
	describe: (count: number, age: number) => string,
): Judged[] {
	if (!runsHere(context, '3')) return [];
	const { limits } = context.settings;
	const count = rows.reduce((sum, row) => sum + row.count, 0);
	const metrics = [measured(limits, threshold, age)];
	const status = exceeded(limits, threshold, age);
	if (!status) return [{ metrics }];
	const confirmed = context.note(`queues.${kind} AST_VDauto_dial`).looks >= 2;
	return [
		{
			metrics,
			finding: {
				id: `queues.${kind}`,
				subject: 'AST_VDauto_dial',
				status: confirmed ? status : 'warning',
				summary: describe(count, Math.round(age)),
				evidence: { rows: count, oldest_seconds: Math.round(age) },
			},
		},
	];
}

export const callsDialing: Judge = ({ autoCalls }, context) => {
	const rows = autoCalls.filter(({ status }) => DIALING.includes(status));
	return uncleared(
		context,
		'auto_calls_dialing',
		'auto_calls_dialing_age',
		rows,
		Math.max(0, ...rows.map(({ oldestCall }) => oldestCall)),
		(count, seconds) =>
			`of ${count} calls still dialing the oldest is ${seconds} s old; AST_VDauto_dial clears them after 120 s when it loops`,
	);
};

export const callsLive: Judge = ({ autoCalls }, context) => {
	const rows = autoCalls.filter(({ status }) => WAITING.includes(status));
	return uncleared(
		context,
		'auto_calls_live',
		'auto_calls_live_silence',
		rows,
		Math.max(0, ...rows.map(({ oldestUpdate }) => oldestUpdate)),
		(count, seconds) =>
			`of ${count} waiting calls one was not refreshed for ${seconds} s; AST_VDauto_dial clears them after 10 s when it loops`,
	);
};

export const agentsUnheard: Judge = ({ agents }, context) => {
	const rows = agents.filter(({ status }) => status !== 'PAUSED');
	return uncleared(
		context,
		'live_agents',
		'live_agents_silence',
		rows,
		Math.max(0, ...rows.map(({ oldestUpdate }) => oldestUpdate)),
		(count, seconds) =>
			`of ${count} unpaused agents one was not heard of for ${seconds} s; AST_VDauto_dial pauses them after 30 s when it loops`,
	);
};

/** Dropped calls that other dialers may take; which one stands at the head counts, not its time. */
export const sharedDrops: Judge = ({ samples: { sharedDrops: sample } }, context) => {
	const drops = sample?.answer;
	if (!sample || !drops) return [];
	const held = drops.head === null ? 0 : provenFor(context, `shared drop ${drops.head}`, sample);
	return against(context, 'shared_drops_age', held, () => ({
		id: 'queues.shared_drops',
		subject: 'AST_VDauto_dial',
		summary: `${plural(drops.count, 'shared drop stays', 'shared drops stay')}, the oldest for ${Math.round(held)} s; AST_VDauto_dial deletes them after 10 s when it loops`,
		evidence: { rows: drops.count, stuck_seconds: Math.round(held) },
	}));
};

/** Calls without answer, worked off by one auto dialer for all servers. Weak: it may be a feature at rest. */
export const unprocessedCalls: Judge = ({ samples: { unprocessed: sample } }, context) =>
	sample?.answer == null
		? []
		: against(
				context,
				'unprocessed_calls',
				sample.answer,
				() => ({
					id: 'queues.unprocessed_calls',
					subject: 'AST_VDauto_dial',
					summary: `${sample.answer} calls that ended a quarter of an hour ago were not worked off; AST_VDauto_dial of the voicemail server does so in every loop while noanswer_log is on`,
					evidence: { rows: sample.answer },
				}),
				{ confirmed: isConfirmed(sample), gravest: 'warning' },
			);

/** Calls that ended without FastAGI_log hearing of it: the dialer counts them, and dials that many fewer. */
export const ghostCalls: Judge = ({ samples: { ghosts: sample } }, context) =>
	sample === undefined
		? []
		: against(
				context,
				'auto_calls_ghosts',
				sample.answer,
				() => ({
					id: 'queues.ghost_calls',
					subject: 'FastAGI_log',
					summary: `${sample.answer} calls older than 10 min have neither agent nor channel: FastAGI_log did not hear of their end, and as many fewer are dialed`,
					evidence: { calls: sample.answer },
					advice: 'AST_flush_DBqueue.pl --check-xfers deletes what is older than an hour and has no channel',
				}),
				{ confirmed: isConfirmed(sample) },
			);

/** Customers are dialed and FastAGI_log writes no row for them. */
export const callLog: Judge = ({ samples: { manager: sample } }, context) => {
	const originates = sample?.answer.originates;
	if (!runsHere(context, '6')) return [];
	if (!originates || originates.callLog === undefined || originates.dialed < FEWEST_ORIGINATES) return [];
	const silence = originates.callLog;
	const late = silence >= context.settings.limits.call_log_silence.warn;
	return against(
		context,
		'call_log_silence',
		silence,
		() => ({
			id: 'queues.call_log',
			subject: 'FastAGI_log',
			summary: `${originates.dialed} customers were called in the last 10 min, and FastAGI_log has logged no call for ${minutes(silence)}`,
			evidence: { calls: originates.dialed, silence_seconds: Math.round(silence) },
			advice: 'asterisk -rx "dialplan show default" | grep -c 4577; ss -ltn sport = :4577',
		}),
		{ confirmed: late && provenFor(context, 'call_log', sample) > 0 },
	);
};
