import { futile } from './diagnose.ts';
import type { Daemon } from './dialer/daemons.ts';
import type { Situation } from './plan.ts';
import type { Withheld } from './types.ts';
import { whileFound } from './withheld.ts';

/** A repair that changes nothing, as far as the findings tell. Pure. @param stopsLiving something that lives would be stopped */
export function ofNoUse(daemon: Daemon, stopsLiving: boolean, situation: Situation): Withheld | undefined {
	const { findings } = situation;
	const asks = findings.find(({ id, subject }) => id === 'processes.awaits_database' && subject === daemon.name);
	if (asks && stopsLiving) return whileFound('a restart cannot help', asks);
	const hidden = stopsLiving ? mayAwaitTheDatabase(daemon, situation) : undefined;
	if (hidden) return hidden;
	const reason = futile(daemon, stopsLiving, findings);
	return (
		reason && whileFound(reason.forbids === 'repairs' ? 'it cannot work' : 'a restart cannot help', reason.finding)
	);
}

/** What waits for the database's answer and what hangs look alike to an account that is not shown what the daemons ask. */
function mayAwaitTheDatabase({ name }: Daemon, { findings, settings }: Situation): Withheld | undefined {
	const blind = findings.find(
		({ id, subject, evidence }) =>
			id.startsWith('processes.') && subject === name && evidence.hidden_statements_of !== undefined,
	);
	if (!blind) return undefined;
	const { user } = settings.database;
	const { hidden_statements_of: daemons } = blind.evidence;
	return {
		why: `it may wait for the database's answer, which a restart cannot help, and the statements of ${daemons} are not shown to ${user}; it is left alone`,
		until: `until they are: GRANT PROCESS ON *.* TO ${user}, or leave VICIKEEP_DB_USER to ${settings.astguiclientConf}`,
	};
}
