import { chosen, type Holder, type Waiting } from '../dialer/lock-holder.ts';
import type { Settings } from '../settings.ts';
import type { Finding } from '../types.ts';

/** How many of those that may hold a lock are worth naming. */
const MOST_NAMED = 5;

/**
 * The lock with its holder. Nothing is restarted for it: whoever waits would wait again, and to end the holder is for a
 * person to decide.
 */
export function lockFinding(
	waiting: readonly Waiting[],
	holders: readonly Holder[],
	status: Finding['status'],
	{ database }: Settings,
): Finding {
	const [longest] = waiting;
	const holder = chosen(holders);
	const on = longest?.table === undefined ? '' : ` on ${longest.table}`;
	const begin = `${waiting.length} ${waiting.length === 1 ? 'statement waits' : 'statements wait'} for a lock${on}, the longest for ${longest?.seconds ?? 0} s (${longest?.state ?? ''})`;
	return {
		id: 'mysql.locked',
		subject: `${database.host}:${database.port}`,
		status,
		summary: `${begin}; ${heldBy(holder, holders)}; nothing is restarted for it`,
		evidence: {
			waiting: waiting.slice(0, 10).map(({ seconds, state, statement }) => `${seconds} s, ${state}: ${statement}`),
			holder: holder?.id ?? null,
			holders: holders.slice(0, MOST_NAMED).map(describe),
		},
		advice: adviceFor(holder),
	};
}

function heldBy(holder: Holder | undefined, holders: readonly Holder[]): string {
	if (holder) return `held by ${describe(holder)}`;
	const elsewhere = 'a thread of another account, which ours is not shown: a backup, an administrator';
	const [likeliest, ...others] = holders.slice(0, MOST_NAMED);
	if (!likeliest) return `held by ${elsewhere}`;
	const more = others.length === 0 ? '' : ` or ${others.map(({ id }) => id).join(', ')}`;
	return `held perhaps by ${describe(likeliest)}${more}, or by ${elsewhere}`;
}

function describe({ id, host, seconds, statement, process }: Holder): string {
	const doing = statement === undefined ? `silent for ${seconds} s` : `${statement} for ${seconds} s`;
	const client = process
		? `process ${process.pid}, ${process.program}${process.stopped ? ', which is stopped' : ''}`
		: `from ${host}`;
	return `thread ${id} (${client}; ${doing})`;
}

function adviceFor(holder: Holder | undefined): string {
	if (!holder)
		return 'as administrator of the database: mysqladmin processlist; mysqladmin kill, with the number of the holder';
	const wake = holder.process?.stopped ? `kill -CONT ${holder.process.pid}; or, if that does not help: ` : '';
	return `${wake}mysqladmin kill ${holder.id}; that frees the lock, and what thread ${holder.id} was doing is lost`;
}
