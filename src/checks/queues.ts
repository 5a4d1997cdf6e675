import { expectedDaemons } from '../dialer/daemons.ts';
import { type QueueObservation, readQueues } from '../dialer/queues.ts';
import { exceeded, measured, type ThresholdName } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { Check, Context } from './check.ts';
import { about } from './queues-about.ts';

/** Originates that must have been sent before their answers say anything about the listener. */
const FEWEST_ORIGINATES = 20;
/** Calls of which AST_VDauto_dial itself clears away what is older than 120 s. */
const DIALING = ['SENT', 'RINGING', 'PAUSED', 'BUSY', 'DISCONNECT'];
/** Calls that their AGI refreshes about once a second. */
const WAITING = ['LIVE', 'IVR'];

export const queues: Check<QueueObservation> = {
	id: 'queues',
	needs: ['mysql'],
	about,

	observe: readQueues,

	judge(seen, context) {
		const judged = [
			managerNew(seen, context),
			managerQueue(seen, context),
			managerSent(seen, context),
			...(expectedDaemons(context.settings.keepalives).some(({ name }) => name === 'AST_VDauto_dial')
				? [autoCallsDialing(seen, context), autoCallsLive(seen, context), liveAgents(seen, context)]
				: []),
			...hopperEmpty(seen, context),
		];
		return {
			findings: judged.flatMap(({ finding }) => finding ?? []),
			metrics: [...judged.flatMap(({ metrics }) => metrics), ...counts(seen)],
		};
	},

	remember: ({ actionsSeen }) => ({ ...(actionsSeen && { actionsSeen }) }),
};

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

interface Judged {
	finding?: Finding | undefined;
	metrics: Metric[];
}

const worst = (...statuses: (Finding['status'] | undefined)[]): Finding['status'] | undefined =>
	statuses.includes('critical') ? 'critical' : statuses.find((status) => status !== undefined);

/**
 * Actions that nobody sends. What counts is how long the same man_id has stood at the head, over looks: entry_date comes
 * from many clocks, and a burst keeps the queue long while its head moves.
 */
function managerNew({ manager }: QueueObservation, { settings: { limits }, note }: Context): Judged {
	const { count, head, age } = manager.new;
	const held = head === undefined ? undefined : note(`queues manager NEW ${head}`);
	const stuckFor = held && held.looks >= 2 ? held.seconds : 0;
	const metrics = [measured(limits, 'manager_new', count), measured(limits, 'manager_new_age', stuckFor)];
	const stuck = exceeded(limits, 'manager_new_age', stuckFor);
	const status = worst(stuck, exceeded(limits, 'manager_new', count));
	if (!status || head === undefined) return { metrics };
	return {
		metrics,
		finding: {
			id: 'queues.manager_new',
			subject: 'AST_manager_send',
			status,
			summary: stuck
				? `${plural(count, 'action waits', 'actions wait')} to be sent to Asterisk; the first (man_id ${head}) has not moved for ${Math.round(stuckFor)} s`
				: `${plural(count, 'action waits', 'actions wait')} to be sent to Asterisk; the queue moves`,
			evidence: { count, head, stuck_seconds: Math.round(stuckFor), oldest_seconds: Math.round(age) },
			...(stuck && { remedy: 'restart:AST_manager_send' }),
		},
	};
}

/**
 * More than one action in QUEUE, or one that stays there: the sender was interrupted, or meets the same row again and
 * again. No remedy: a restart would meet it too, and where the sender is dead the NEW actions tell.
 */
function managerQueue({ manager }: QueueObservation, { settings: { limits }, note }: Context): Judged {
	const { count, head, age } = manager.queue;
	const held = head === undefined ? undefined : note(`queues manager QUEUE ${head}`);
	const stuckFor = held && held.looks >= 2 ? held.seconds : 0;
	const metrics = [measured(limits, 'manager_queue', count), measured(limits, 'manager_queue_age', stuckFor)];
	const stuck = exceeded(limits, 'manager_queue_age', stuckFor);
	if (!stuck || head === undefined) return { metrics };
	const status = worst(stuck, exceeded(limits, 'manager_queue', count)) ?? stuck;
	return {
		metrics,
		finding: {
			id: 'queues.manager_queue',
			subject: 'AST_manager_send',
			status,
			summary: `${plural(count, 'action stands', 'actions stand')} in QUEUE; the first (man_id ${head}) for ${Math.round(stuckFor)} s`,
			evidence: { count, head, stuck_seconds: Math.round(stuckFor), oldest_seconds: Math.round(age) },
			advice: `SELECT * FROM vicidial_manager WHERE man_id=${head}`,
		},
	};
}

function managerSent({ originates }: QueueObservation, { settings: { limits } }: Context): Judged {
	if (!originates || originates.unanswered + originates.marked < FEWEST_ORIGINATES) return { metrics: [] };
	const total = originates.unanswered + originates.marked;
	const share = (100 * originates.unanswered) / total;
	const metrics = [measured(limits, 'manager_sent_unanswered', share)];
	const status = exceeded(limits, 'manager_sent_unanswered', share);
	if (!status) return { metrics };
	return {
		metrics,
		finding: {
			id: 'queues.manager_sent',
			subject: 'AST_manager_listen',
			status,
			summary: `${originates.unanswered} of ${total} calls of the last minutes were sent to Asterisk and never seen again: the listener is deaf, or Asterisk refuses them`,
			evidence: { sent: originates.unanswered, marked: originates.marked },
			advice: 'asterisk -rx "core show channels"; asterisk -rx "manager show connected"',
		},
	};
}

/** A finding about rows that AST_VDauto_dial clears away in every loop; its own heartbeat decides on a restart. */
function uncleared(
	context: Context,
	kind: string,
	threshold: ThresholdName,
	rows: readonly { count: number }[],
	age: number,
	describe: (count: number, age: number) => string,
): Judged {
	const { limits } = context.settings;
	const count = rows.reduce((sum, row) => sum + row.count, 0);
	const metrics = [measured(limits, threshold, age)];
	const status = exceeded(limits, threshold, age);
	if (!status) return { metrics };
	const confirmed = context.note(`queues.${kind} AST_VDauto_dial`).looks >= 2;
	return {
		metrics,
		finding: {
			id: `queues.${kind}`,
			subject: 'AST_VDauto_dial',
			status: confirmed ? status : 'warning',
			summary: describe(count, Math.round(age)),
			evidence: { rows: count, oldest_seconds: Math.round(age) },
		},
	};
}

function autoCallsDialing({ autoCalls }: QueueObservation, context: Context): Judged {
	const rows = autoCalls.filter(({ status }) => DIALING.includes(status));
	const age = Math.max(0, ...rows.map(({ oldestCall }) => oldestCall));
	return uncleared(
		context,
		'auto_calls_dialing',
		'auto_calls_dialing_age',
		rows,
		age,
		(count, seconds) =>
			`of ${count} calls still dialing the oldest is ${seconds} s old; AST_VDauto_dial clears them after 120 s when it loops`,
	);
}

function autoCallsLive({ autoCalls }: QueueObservation, context: Context): Judged {
	const rows = autoCalls.filter(({ status }) => WAITING.includes(status));
	const age = Math.max(0, ...rows.map(({ oldestUpdate }) => oldestUpdate));
	return uncleared(
		context,
		'auto_calls_live',
		'auto_calls_live_silence',
		rows,
		age,
		(count, seconds) =>
			`of ${count} waiting calls one was not refreshed for ${seconds} s; AST_VDauto_dial clears them after 10 s when it loops`,
	);
}

function liveAgents({ agents }: QueueObservation, context: Context): Judged {
	const rows = agents.filter(({ status }) => status !== 'PAUSED');
	const age = Math.max(0, ...rows.map(({ oldestUpdate }) => oldestUpdate));
	return uncleared(
		context,
		'live_agents',
		'live_agents_silence',
		rows,
		age,
		(count, seconds) =>
			`of ${count} unpaused agents one was not heard of for ${seconds} s; AST_VDauto_dial pauses them after 30 s when it loops`,
	);
}

/** Agents who wait on campaigns that dial by themselves and have nothing to dial. Never a reason to restart anything. */
function hopperEmpty(
	{ agents, hopper, autoDialCampaigns }: QueueObservation,
	{ settings: { limits }, note }: Context,
): Judged[] {
	return autoDialCampaigns.flatMap((campaign) => {
		const waiting = agents
			.filter((row) => row.campaign === campaign && (row.status === 'READY' || row.status === 'CLOSER'))
			.reduce((sum, row) => sum + row.count, 0);
		const ready = hopper
			.filter((row) => row.campaign === campaign && row.status === 'READY')
			.reduce((sum, row) => sum + row.count, 0);
		if (waiting === 0 || ready > 0) return [];
		const { seconds } = note(`queues hopper empty ${campaign}`);
		const status = exceeded(limits, 'hopper_empty', seconds);
		const metrics = [measured(limits, 'hopper_empty', seconds, { campaign })];
		if (!status) return [{ metrics }];
		const finding: Finding = {
			id: 'queues.hopper_empty',
			subject: campaign,
			status,
			summary: `${waiting} agents of campaign ${campaign} have waited ${Math.round(seconds / 60)} min on an empty hopper`,
			evidence: { waiting, ready },
			advice: 'are there leads to call? lists active, statuses, call times; does AST_VDhopper.pl run from cron?',
		};
		return [{ metrics, finding }];
	});
}

function counts({ hopper, autoCalls, agents }: QueueObservation): Metric[] {
	const sum = (rows: readonly { count: number }[]): number => rows.reduce((total, row) => total + row.count, 0);
	const ready = hopper.filter(({ status }) => status === 'READY');
	return [
		{ name: 'hopper_ready', labels: {}, value: sum(ready), unit: 'count' },
		{ name: 'auto_calls', labels: {}, value: sum(autoCalls), unit: 'count' },
		{ name: 'live_agents', labels: {}, value: sum(agents), unit: 'count' },
	];
}
