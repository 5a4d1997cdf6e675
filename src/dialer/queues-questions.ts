import type { Question } from '../rotation.ts';
import type { World } from '../world.ts';
import { DAEMONS } from './daemons.ts';
import { findDaemon, scriptsOf } from './process-table.ts';
import type { QueueObservation } from './queues.ts';
import {
	type Abandoned,
	type CallbackRow,
	readAbandoned,
	readCallbackQueue,
	readInGroupStatistics,
	readWaitingMail,
	type WaitingMail,
} from './queues-adapt.ts';
import { readRemoteAgents } from './queues-agents.ts';
import type { TableReader } from './queues-ask.ts';
import { readGhosts, readSharedDrops, readUnprocessed, type Waiting } from './queues-calls.ts';
import { type ChannelCounts, countChannels, readOrphansOfParking } from './queues-channels.ts';
import { type Campaign, type HopperRun, type Overdue, readHopperRuns, readOverdueCallbacks } from './queues-hopper.ts';
import { type Due, readAsteriskOutput, readSharedDuties } from './queues-keepalive.ts';
import { isDeafPerhaps, type ManagerSample, readManagerSample, readOldestAction } from './queues-manager.ts';
import { type Rooms, readRooms } from './queues-rooms.ts';
import { readUnansweredUrls, type UnansweredUrls } from './queues-urls.ts';

/** What is not asked in every look. */
export type QueueQuestions = {
	manager: Question<ManagerSample>;
	oldestAction: Question<number | null> | undefined;
	ghosts: Question<number> | undefined;
	sharedDrops: Question<Waiting | null> | undefined;
	unprocessed: Question<number | null> | undefined;
	remoteAgents: Question<number> | undefined;
	hopperRuns: Question<HopperRun[]> | undefined;
	callbacks: Question<Overdue | null> | undefined;
	callbackQueue: Question<CallbackRow[] | null> | undefined;
	inGroups: Question<number | null> | undefined;
	abandoned: Question<Abandoned | null> | undefined;
	mail: Question<WaitingMail | null> | undefined;
	channels: Question<ChannelCounts> | undefined;
	parked: Question<string[]>;
	rooms: Question<Rooms | null> | undefined;
	duties: Question<Due[]> | undefined;
	asteriskOutput: Question<number | null> | undefined;
	urls: Question<UnansweredUrls | null> | undefined;
};

/** What was seen before any of the questions is asked. */
type Seen = Pick<QueueObservation, 'autoCalls' | 'agents' | 'copies' | 'responsible' | 'server'> & {
	/** campaigns whose agents have nothing to dial */
	starving: readonly string[];
	readCampaigns(): Promise<Campaign[]>;
};

/** The questions that apply to this dialer in this look. */
export function questionsFor(tables: TableReader, world: World, seen: Seen): QueueQuestions {
	const { serverIp, keepalives, limits } = world.settings;
	const { autoCalls, agents, copies, responsible, server, starving } = seen;
	const runs = (letter: string): boolean => !keepalives.includes('X') && keepalives.includes(letter);
	const isVoicemailServer = server?.system.activeVoicemailServer === serverIp;
	const longCalls = autoCalls.filter(({ status }) => status === 'XFER' || status === 'CLOSER');
	return {
		manager: {
			every: 3,
			cost: 3,
			read: () => readManagerSample(tables, serverIp, listeningFor(world)),
			doubtful: ({ originates }) =>
				isDeafPerhaps(originates) || (originates?.callLog ?? 0) >= limits.call_log_silence.warn,
		},
		hopperRuns:
			answersFor(responsible.hopper, keepalives) || starving.length > 0
				? {
						every: 3,
						cost: 2,
						urgent: starving.length > 0,
						read: async () => readHopperRuns(tables, await seen.readCampaigns()),
						doubtful: (rows) =>
							rows.some(({ age }) => age === null || age >= limits.hopper_run_campaign.warn) ||
							rows.every(({ age }) => age === null || age >= limits.hopper_run.warn),
					}
				: undefined,
		callbacks: responsible.hopper
			? {
					every: 3,
					cost: 1,
					read: () => readOverdueCallbacks(tables),
					doubtful: (overdue) => (overdue?.count ?? 0) > 0,
				}
			: undefined,
		channels:
			runs('1') && world.asteriskChannels !== undefined
				? {
						every: 3,
						cost: 2,
						read: () => countChannels(tables, serverIp, world.asteriskChannels ?? 0),
						doubtful: ({ written, asterisk }) => Math.abs(written - asterisk) > 10,
					}
				: undefined,
		callbackQueue: runs('5')
			? {
					every: 3,
					cost: 1,
					read: () => readCallbackQueue(tables),
					doubtful: (rows) => (rows?.length ?? 0) > 0,
				}
			: undefined,
		sharedDrops: runs('3')
			? {
					every: 5,
					cost: 1,
					read: () => readSharedDrops(tables, serverIp),
					doubtful: (drops) => (drops?.count ?? 0) > 0,
				}
			: undefined,
		parked: {
			every: 5,
			cost: 1,
			read: () => readOrphansOfParking(tables, serverIp),
			doubtful: (orphans) => orphans.length > 0,
		},
		rooms: server?.runsAsterisk
			? {
					every: 5,
					cost: 2,
					read: () => readRooms(tables, serverIp, server),
					doubtful: (rooms) => rooms !== null && (rooms.countdowns.length > 0 || rooms.overstayed > 0),
				}
			: undefined,
		oldestAction: answersFor(responsible.flush, keepalives)
			? {
					every: 5,
					cost: 1,
					read: () => readOldestAction(tables),
					doubtful: (age) => (age ?? 0) >= limits.manager_oldest.warn,
				}
			: undefined,
		inGroups: runs('5')
			? {
					every: 5,
					cost: 2,
					read: () => readInGroupStatistics(tables),
					doubtful: (age) => (age ?? 0) >= limits.in_group_statistics.warn,
				}
			: undefined,
		abandoned: runs('5')
			? { every: 5, cost: 1, read: () => readAbandoned(tables), doubtful: (waits) => (waits?.count ?? 0) > 0 }
			: undefined,
		mail: runs('E')
			? { every: 5, cost: 1, read: () => readWaitingMail(tables), doubtful: (mail) => mail !== null }
			: undefined,
		ghosts:
			runs('6') && longCalls.reduce((sum, { long }) => sum + long, 0) >= limits.auto_calls_ghosts.warn
				? {
						every: 5,
						cost: 2,
						read: () => readGhosts(tables, serverIp),
						doubtful: (count) => count >= limits.auto_calls_ghosts.warn,
					}
				: undefined,
		duties:
			isVoicemailServer && server && Object.values(server.system.duties).includes(true)
				? {
						every: 5,
						cost: 3,
						read: () => readSharedDuties(tables, server),
						doubtful: (duties) => duties.some(({ count }) => count > 0),
					}
				: undefined,
		asteriskOutput: server?.gathersOutput
			? {
					every: 5,
					cost: 1,
					read: () => readAsteriskOutput(tables, serverIp),
					doubtful: (age) => (age ?? 0) >= limits.asterisk_output.warn,
				}
			: undefined,
		unprocessed:
			isVoicemailServer && server?.system.duties.noanswerLog && runs('3')
				? { every: 5, cost: 2, read: () => readUnprocessed(tables), doubtful: (count) => (count ?? 0) > 0 }
				: undefined,
		remoteAgents:
			runs('4') || agents.some(({ remote }) => remote)
				? {
						every: 5,
						cost: 1,
						urgent: agents.some(
							({ remote, status, oldestUpdate }) =>
								remote && status !== 'PAUSED' && oldestUpdate >= limits.remote_agents_silence.warn,
						),
						read: () => readRemoteAgents(tables, serverIp),
						doubtful: (active) => active > 0 && runs('4') && !agents.some(({ remote }) => remote),
					}
				: undefined,
		urls:
			copies.senders.oldest >= limits.url_age.warn / 2
				? { every: 1, cost: 1, urgent: true, read: () => readUnansweredUrls(tables) }
				: undefined,
	};
}

/** Where the job is scheduled, and the one machine that runs code 5: somebody has to notice when it is scheduled nowhere. */
export const answersFor = (scheduled: boolean | undefined, keepalives: string): boolean =>
	scheduled === true || (keepalives.includes('5') && !keepalives.includes('X'));

/** Seconds since the listener was started; 0 when there is none. */
function listeningFor(world: World): number {
	const scripts = DAEMONS.filter(({ name }) => name === 'AST_manager_listen').flatMap(scriptsOf);
	const { copies } = findDaemon(world.processes(), world.settings.home, scripts);
	return Math.max(0, ...copies.map(({ started }) => world.proc.uptime() - started));
}
