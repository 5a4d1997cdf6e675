import { beginQueues, type QueueObservation, readQueues } from '../dialer/queues.ts';
import { SlowTable } from '../dialer/queues-ask.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Judgement, Metric } from '../types.ts';
import type { Check, Context } from './check.ts';
import { about } from './queues-about.ts';
import { abandonQueue, callbackQueue, inGroupStatistics, waitingMail } from './queues-adapt.ts';
import { agentsInQueue, laggingAgents, remoteAgents } from './queues-agents.ts';
import {
	agentsUnheard,
	callLog,
	callsDialing,
	callsLive,
	ghostCalls,
	sharedDrops,
	unprocessedCalls,
} from './queues-calls.ts';
import { channelTables, parkedCustomers, roomPool, roomUpdates } from './queues-channels.ts';
import { callbacksOverdue, hopperEmpty, hopperJob, hopperLeftovers, hopperStuck } from './queues-hopper.ts';
import type { Judge, Judged } from './queues-judged.ts';
import { asteriskOutput, dutiesDue, memoryTables, slowUrls } from './queues-keepalive.ts';
import { actionChildren, managerNew, managerPurge, managerQueue, managerSent } from './queues-manager.ts';

/** Everything that is judged about the queues, each with the daemon whose work it is. */
const JUDGES: readonly Judge[] = [
	managerNew,
	managerQueue,
	managerSent,
	actionChildren,
	managerPurge,
	callsDialing,
	callsLive,
	agentsUnheard,
	sharedDrops,
	unprocessedCalls,
	ghostCalls,
	callLog,
	remoteAgents,
	laggingAgents,
	agentsInQueue,
	hopperJob,
	hopperEmpty,
	hopperStuck,
	hopperLeftovers,
	callbacksOverdue,
	callbackQueue,
	inGroupStatistics,
	abandonQueue,
	waitingMail,
	channelTables,
	parkedCustomers,
	roomPool,
	roomUpdates,
	dutiesDue,
	asteriskOutput,
	slowUrls,
	memoryTables,
];
/** What harms nobody while nobody has been at work for a while. */
const NOT_WHILE_IDLE: readonly Judge[] = [hopperStuck, hopperLeftovers, roomPool, unprocessedCalls];
/** Without agents and calls for this long, seconds, a call centre sleeps. */
const IDLE = 600;

export const queues: Check<QueueObservation | { slow: SlowTable }> = {
	id: 'queues',
	needs: ['mysql'],
	about,

	begin: beginQueues,

	observe: (world) =>
		readQueues(world).catch((error: unknown) => {
			if (error instanceof SlowTable) return { slow: error };
			throw error;
		}),

	judge(seen, context) {
		if ('slow' in seen) return judgeSlow(seen.slow, context);
		const idle = isIdle(seen, context);
		const judged = JUDGES.flatMap((judge): Judged[] => {
			const found = judge(seen, context);
			return idle && NOT_WHILE_IDLE.includes(judge) ? found.map(({ metrics }) => ({ metrics })) : found;
		});
		return {
			findings: judged.flatMap(({ finding }) => finding ?? []),
			metrics: [...judged.flatMap(({ metrics }) => metrics), ...counts(seen)],
		};
	},

	remember(seen) {
		if ('slow' in seen) return {};
		const { head } = seen.manager.new;
		const waiting = { daemon: 'AST_manager_send', sign: 'the first action that waits', least: 1 };
		return {
			turns: { queues: seen.turns },
			...(seen.actionsSeen && { actionsSeen: seen.actionsSeen }),
			...(head !== undefined && { pulses: [{ ...waiting, value: head }] }),
		};
	},
};

/** One slow statement explains whatever stands in the other tables; nothing is said of those. */
function judgeSlow({ table, seconds }: SlowTable, { settings: { limits } }: Context): Judgement {
	const finding: Finding = {
		id: 'queues.slow_table',
		subject: table,
		status: exceeded(limits, 'check_query', seconds) ?? 'warning',
		summary: `${table} took ${seconds.toFixed(1)} s to answer: it is locked, or the database is slow; no other queue was asked, and nothing is restarted for it`,
		evidence: { table, seconds: Math.round(seconds * 10) / 10 },
		advice: 'mysqladmin processlist',
	};
	return { findings: [finding], metrics: [measured(limits, 'check_query', seconds, { table })] };
}

function isIdle({ agents, autoCalls }: QueueObservation, { note }: Context): boolean {
	if (agents.length > 0 || autoCalls.length > 0) return false;
	return note('queues idle').seconds >= IDLE;
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
