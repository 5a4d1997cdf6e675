import type { Sample } from '../rotation.ts';
import type { Context } from './check.ts';
import { against, isConfirmed, type Judge, type Judged, plural, provenFor, seenBefore } from './queues-judged.ts';

/** Agents of whom it takes this many before their share says anything. */
const FEWEST_AGENTS = 10;

/** Remote agents are refreshed every two seconds by their daemon, and by nobody else. */
export const remoteAgents: Judge = ({ agents, samples }, context) => {
	if (!agents.some(({ remote }) => remote)) return samples.remoteAgents ? missing(samples.remoteAgents, context) : [];
	const rows = agents.filter(({ remote, status }) => remote && status !== 'PAUSED');
	if (rows.length === 0) return [];
	const silence = Math.max(...rows.map(({ oldestUpdate }) => oldestUpdate));
	const expected = samples.remoteAgents?.answer ?? 0;
	const late = silence >= context.settings.limits.remote_agents_silence.warn && expected > 0;
	return against(
		context,
		'remote_agents_silence',
		silence,
		() => ({
			id: 'queues.remote_agents',
			subject: 'AST_VDremote_agents',
			summary: `${plural(expected, 'entry of remote agents is', 'entries of remote agents are')} active, and a line of them was not refreshed for ${Math.round(silence)} s; AST_VDremote_agents does so every 2 s`,
			evidence: { active: expected, silence_seconds: Math.round(silence) },
		}),
		{ confirmed: late && seenBefore(context, 'remote agents late') },
	);
};

/** The daemon makes a row for each line of an active entry whenever there is none; without any it does not work. */
function missing(active: Sample<number>, context: Context): Judged[] {
	if (active.answer === 0 || !isConfirmed(active)) return [];
	const held = provenFor(context, 'remote agents missing', active);
	return against(
		context,
		'remote_agents_silence',
		held,
		() => ({
			id: 'queues.remote_agents',
			subject: 'AST_VDremote_agents',
			summary: `${plural(active.answer, 'entry of remote agents is', 'entries of remote agents are')} active, and no line of them has been in vicidial_live_agents for ${Math.round(held)} s; AST_VDremote_agents makes them within 2 s`,
			evidence: { active: active.answer, missing_seconds: Math.round(held) },
			advice: `ls -lt ${context.settings.logs}/remoteagent.* | head -3; screen -r ASTVDremote`,
		}),
		// it may have a reason of its own not to make them, and then a restart would be of no use
		{ gravest: 'warning' },
	);
}

/** Many screens late at once are no daemon's doing: they reach the database through the web server. */
export const laggingAgents: Judge = ({ agents }, context) => {
	const rows = agents.filter(({ remote, status }) => !remote && status !== 'PAUSED');
	const total = rows.reduce((sum, { count }) => sum + count, 0);
	if (total < FEWEST_AGENTS) return [];
	const lagging = rows.reduce((sum, row) => sum + row.lagging, 0);
	const share = (100 * lagging) / total;
	const many = share >= context.settings.limits.agents_lagging.warn;
	return against(
		context,
		'agents_lagging',
		share,
		() => ({
			id: 'queues.agents_lagging',
			subject: 'web server',
			summary: `${lagging} of ${total} agents' screens lag 10 to 30 s behind, all at once: web server, its database connection or the network are slow; no daemon is at fault`,
			evidence: { lagging, agents: total },
			advice: 'on the web server: uptime; apachectl status; on the database: mysqladmin processlist',
		}),
		{ confirmed: many && seenBefore(context, 'agents lag') },
	);
};

/** A call was assigned and not picked up: by the agent's browser, or for a remote agent by its daemon. */
export const agentsInQueue: Judge = ({ agents }, context) =>
	[true, false].flatMap((remote) => {
		const stamps = agents.flatMap((row) =>
			row.status === 'QUEUE' && row.remote === remote ? (row.oldestState ?? []) : [],
		);
		const [oldest] = stamps.sort();
		const held = oldest === undefined ? 0 : provenFor(context, `agent QUEUE ${oldest}`);
		const user = oldest?.split(' ').slice(2).join(' ') ?? '';
		return against(
			context,
			'agent_queue_age',
			held,
			() => ({
				id: 'queues.agent_queue',
				subject: remote ? 'AST_VDremote_agents' : `agent ${user}`,
				summary: remote
					? `a call for remote agent ${user} has not been taken for ${Math.round(held)} s; AST_VDremote_agents does so within 2 s`
					: `agent ${user} was given a call ${Math.round(held)} s ago and the screen has not taken it: the browser hangs, or the call's AGI died`,
				evidence: { user, stuck_seconds: Math.round(held) },
				...(!remote && { advice: 'the agent should reload the screen; an administrator can log the agent out' }),
			}),
			{ labels: { agents: remote ? 'remote' : 'screen' } },
		);
	});
