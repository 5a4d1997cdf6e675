import type { Context } from '../../src/checks/check.ts';
import { queues } from '../../src/checks/queues.ts';
import type { QueueObservation } from '../../src/dialer/queues.ts';
import type { AgentRow } from '../../src/dialer/queues-agents.ts';
import type { CallRow } from '../../src/dialer/queues-calls.ts';
import type { HopperRow } from '../../src/dialer/queues-hopper.ts';
import type { Backlog, ManagerSample, Originates } from '../../src/dialer/queues-manager.ts';
import type { ServerRow } from '../../src/dialer/server.ts';
import type { Sample } from '../../src/rotation.ts';
import type { Finding } from '../../src/types.ts';
import { notebookOf, remembering, settingsOf } from './given.ts';

export type Changes = Partial<QueueObservation>;
export type Noted = Parameters<typeof remembering>[0];

/** A sample of this look, the second in a row that looks like trouble. */
export const sample = <T>(answer: T, rest: Partial<Sample<T>> = {}): Sample<T> => ({
	answer,
	age: 0,
	doubts: 2,
	...rest,
});

/** Conditions that one earlier look noted. */
export const noted = (seconds: number, ...keys: string[]): Noted =>
	Object.fromEntries(keys.map((key) => [`queues ${key}`, { looks: 1, seconds }]));

const none: Backlog = { count: 0, head: undefined, tail: undefined, age: 0 };

/** The action queue with these rows at its heads. */
export const manager = (
	fresh: Partial<Backlog>,
	queue: Partial<Backlog> = {},
	head?: QueueObservation['manager']['head'],
): Changes => ({ manager: { new: { ...none, ...fresh }, queue: { ...none, ...queue }, ...(head && { head }) } });

export const call = (status: string, rest: Partial<CallRow>): CallRow => ({
	status,
	count: 3,
	oldestCall: 0,
	oldestUpdate: 0,
	long: 0,
	...rest,
});

export const agent = (status: string, rest: Partial<AgentRow> = {}): AgentRow => ({
	status,
	campaign: 'A',
	remote: false,
	count: 4,
	oldestUpdate: 1,
	newestUpdate: 1,
	lagging: 0,
	oldestState: null,
	...rest,
});

export const leads = (status: string, rest: Partial<HopperRow> = {}): HopperRow => ({
	campaign: 'A',
	status,
	ours: false,
	count: 10,
	first: 7,
	fingerprint: '10 7 100',
	...rest,
});

export const originates = (rest: Partial<Originates>): Changes => ({
	samples: { ...calm().samples, manager: sample<ManagerSample>({ sizes: [], originates: { ...EVERYDAY, ...rest } }) },
});

const EVERYDAY: Originates = { unanswered: 0, marked: 0, dialed: 0, callLog: undefined };

/** An observation with other samples. */
export const samples = (rest: Partial<QueueObservation['samples']>): Changes => ({
	samples: { ...calm().samples, ...rest },
});

/** A dialer at a quiet moment: agents on a break, leads in the hopper. */
export function calm(): QueueObservation {
	return {
		manager: { new: none, queue: none },
		hopper: [leads('READY')],
		autoCalls: [],
		agents: [agent('PAUSED')],
		campaigns: undefined,
		hopperWords: {},
		copies: {
			children: { count: 0, oldest: 0 },
			hoppers: { count: 0, oldest: 0 },
			senders: { count: 0, oldest: 0 },
		},
		responsible: { hopper: true, flush: true, rooms: 'AST_conf_update' },
		server: { confUpdateInterval: 60 } as ServerRow,
		unheard: undefined,
		turns: { turn: 1, samples: {} },
		actionsSeen: undefined,
		samples: {
			manager: undefined,
			oldestAction: undefined,
			ghosts: undefined,
			sharedDrops: undefined,
			unprocessed: undefined,
			remoteAgents: undefined,
			hopperRuns: undefined,
			callbacks: undefined,
			callbackQueue: undefined,
			inGroups: undefined,
			abandoned: undefined,
			mail: undefined,
			channels: undefined,
			parked: undefined,
			rooms: undefined,
			duties: undefined,
			asteriskOutput: undefined,
			urls: undefined,
		},
	};
}

/** The findings about an observation after one earlier look. */
export function judged(changes: Changes, before: Noted = {}, environment: Record<string, string> = {}): Finding[] {
	const settings = settingsOf({ VICIKEEP_KEEPALIVES: '123456E', ...environment });
	const context: Context = { settings, note: notebookOf(remembering(before)).note };
	return queues.judge({ ...calm(), ...changes }, context).findings;
}

/** Each finding as `kind subject status remedy`. */
export const outline = (findings: readonly Finding[]): string[] =>
	findings.map(({ id, subject, status, remedy }) =>
		[id.replace('queues.', ''), subject, status, remedy].filter((word) => word !== undefined).join(' '),
	);
