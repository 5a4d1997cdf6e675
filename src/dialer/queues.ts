import type { Memory } from '../memory.ts';
import { askInTurn, type Samples, type Turns } from '../rotation.ts';
import type { World } from '../world.ts';
import { optionsOf } from './crontab.ts';
import { type AgentRow, readAgents } from './queues-agents.ts';
import { TableReader } from './queues-ask.ts';
import { type CallRow, readAutoCalls } from './queues-calls.ts';
import { type Copies, countScript } from './queues-copies.ts';
import { type Campaign, type HopperRow, readCampaigns, readHopper, readHopperWords } from './queues-hopper.ts';
import { type Backlog, isDeafPerhaps, type QueueHead, readBacklogs } from './queues-manager.ts';
import { type QueueQuestions, questionsFor } from './queues-questions.ts';
import { countUnheard } from './queues-unheard.ts';
import type { ServerRow } from './server.ts';

/** Statements that questions may take in one look, besides those of every look. */
const BUDGET = 3;
/** Which cron jobs and daemons this machine answers for; undefined where the crontab cannot be read. */
export interface Responsibility {
	/** AST_VDhopper.pl is scheduled here */
	hopper: boolean | undefined;
	/** AST_flush_DBqueue.pl is scheduled here */
	flush: boolean | undefined;
	/** who counts down and frees conference rooms here; undefined where nobody is known to */
	rooms: string | undefined;
}

export interface QueueObservation {
	manager: { new: Backlog; queue: Backlog; head?: QueueHead };
	hopper: readonly HopperRow[];
	autoCalls: CallRow[];
	agents: readonly AgentRow[];
	/** active campaigns; asked while agents wait, or in turn */
	campaigns: Campaign[] | undefined;
	/** what AST_VDhopper said, by campaign; asked while agents have waited for long */
	hopperWords: Record<string, string>;
	copies: Record<'children' | 'hoppers' | 'senders', Copies>;
	responsible: Responsibility;
	server: ServerRow | undefined;
	/** calls that Asterisk runs and the listener has not heard of; asked where no call of the last minutes was marked */
	unheard: number | undefined;
	samples: Samples<QueueQuestions>;
	/** to remember: the last NEW action as of the last look that counts, this one included */
	actionsSeen: Memory['actionsSeen'];
	turns: Turns;
}

/**
 * Reads the dialer's queues: one table a statement, indexed where the table can be large, each bounded. Four tables are read
 * in every look, all others in turn.
 * @throws SlowTable a statement took so long that no more were asked
 */
export async function readQueues(world: World): Promise<QueueObservation> {
	const tables = new TableReader(world);
	const { serverIp, lookGap, limits } = world.settings;
	const server = await world.server();
	// begun before: whatever comes behind it waits for it
	const hopper = await tables.judge('vicidial_hopper', readHopper(world));
	const manager = await readBacklogs(tables, world);
	const autoCalls = await readAutoCalls(tables, serverIp);
	const agents = await tables.judge('vicidial_live_agents', readAgents(world));
	const { uptime } = world;
	const copies = {
		children: countScript(world.processes(), 'AST_send_action_child.pl', uptime),
		hoppers: countScript(world.processes(), 'AST_VDhopper.pl', uptime),
		senders: countScript(world.processes(), 'AST_send_URL.pl', uptime),
	};
	const responsible = responsibilityOf(world);

	let asked: Promise<Campaign[]> | undefined;
	const readTheCampaigns = (): Promise<Campaign[]> => {
		asked ??= readCampaigns(tables);
		return asked;
	};
	const waiting = agents.some(({ status }) => status === 'READY' || status === 'CLOSER');
	const campaigns = waiting ? await readTheCampaigns() : undefined;
	const starving = starvingCampaigns(campaigns ?? [], hopper, agents);

	const questions = questionsFor(tables, world, {
		autoCalls,
		agents,
		copies,
		responsible,
		server,
		starving,
		readCampaigns: readTheCampaigns,
	});
	const { samples, turns } = await askInTurn<QueueQuestions>(questions, world.memory.turns?.queues, {
		uptime,
		gap: lookGap,
		budget: BUDGET,
	});

	const hopperWords: Record<string, string> = {};
	for (const campaign of starving) {
		const long = world.memory.conditions[`queues hopper empty ${campaign}`];
		if (long && uptime - long.sinceUptime >= limits.hopper_empty.warn)
			hopperWords[campaign] = await readHopperWords(tables, campaign);
	}
	return {
		manager,
		hopper,
		autoCalls,
		agents,
		campaigns,
		hopperWords,
		copies,
		responsible,
		server,
		unheard: isDeafPerhaps(samples.manager?.answer.originates) ? await countUnheard(tables, world) : undefined,
		samples,
		actionsSeen: actionsSeen(manager.new, world),
		turns,
	};
}

/** A look between two that count must not make younger what the earlier one saw. */
function actionsSeen(
	{ tail: newest, tailEntry: entered }: Backlog,
	{ memory, uptime, settings }: World,
): Memory['actionsSeen'] {
	const before = memory.actionsSeen;
	if (before && uptime - before.at < settings.lookGap) return before;
	if (newest === undefined || entered === undefined) return undefined;
	return { newest, entered, at: uptime, since: new Date().toISOString() };
}

/** Sets the database to what takes it longest. */
export const beginQueues = (world: World): void => void readHopper(world).catch(() => {});

/** Campaigns that dial by themselves, with agents who wait and nothing to dial. */
export function starvingCampaigns(
	campaigns: readonly Campaign[],
	hopper: readonly HopperRow[],
	agents: readonly AgentRow[],
): string[] {
	return campaigns
		.filter(
			({ campaign, dials }) =>
				dials &&
				agents.some((row) => row.campaign === campaign && (row.status === 'READY' || row.status === 'CLOSER')) &&
				!hopper.some((row) => row.campaign === campaign && row.status === 'READY'),
		)
		.map(({ campaign }) => campaign);
}

function responsibilityOf(world: World): Responsibility {
	const { keepalives } = world.settings;
	const runs = !keepalives.includes('X');
	const roomWorkers = [
		{ name: 'AST_conf_update_screen', here: runs && keepalives.includes('C') },
		{ name: 'AST_conf_update_3way', here: runs && '-cu3way' in optionsOf(world.crontab()) },
		{ name: 'AST_conf_update', here: world.scheduledHere('AST_conf_update.pl') === true },
	];
	return {
		hopper: world.scheduledHere('AST_VDhopper.pl'),
		flush: world.scheduledHere('AST_flush_DBqueue.pl'),
		rooms: roomWorkers.find(({ here }) => here)?.name,
	};
}
