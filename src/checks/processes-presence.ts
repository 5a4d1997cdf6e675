import type { DaemonObservation } from '../dialer/observe-daemons.ts';
import { isStopped, surplusCopy } from '../dialer/process-table.ts';
import { exceeded } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import type { Context } from './check.ts';
import type { ProcessObservation } from './processes.ts';

/** After the end of day a daemon that exits then has this many minutes to be started again by stock. */
const END_OF_DAY_MINUTES = 3;

export const finding = (kind: string, seen: DaemonObservation, rest: Omit<Finding, 'id' | 'subject'>): Finding => ({
	id: `processes.${kind}`,
	subject: seen.daemon.name,
	...rest,
});

/** Critical once a second look confirms it: a single absence may be stock restarting the daemon. */
export const graveWhenConfirmed = (kind: string, seen: DaemonObservation, { note }: Context): Finding['status'] =>
	note(`processes.${kind} ${seen.daemon.name}`).looks >= 2 ? 'critical' : 'warning';

/** Whether a daemon is there as it should be: once, not stopped, of the right variant, and where stock sees it. */
export function judgePresence(seen: DaemonObservation, all: ProcessObservation, context: Context): Finding | undefined {
	const { daemon, copies } = seen;
	if (copies.length === 0) return absent(seen, all, context);
	if (daemon.programs) return incomplete(seen, context);
	if (copies.length > 1) return duplicated(seen, context);
	return stopped(seen, context) ?? wrongVariant(seen, context);
}

function absent(seen: DaemonObservation, all: ProcessObservation, context: Context): Finding | undefined {
	const { name } = seen.daemon;
	const [zombie] = seen.zombies;
	if (zombie) {
		return finding('zombie', seen, {
			status: graveWhenConfirmed('zombie', seen, context),
			summary: `${name} has ended, but its screen session does not let go of it (zombie process ${zombie.pid})`,
			evidence: { pid: zombie.pid, screens: seen.screens.map(describeScreen) },
			remedy: `restart:${name}`,
		});
	}
	const status = absence(seen, all, context);
	if (status === undefined) return undefined;
	const { mistaken } = seen;
	return finding('absent', seen, {
		status,
		summary: `${name} is not running${mistaken ? `; stock does not start it, because it takes ${mistaken.script} (process ${mistaken.pid}) for it` : ''}`,
		evidence: {
			screens: seen.screens.map(describeScreen),
			...(mistaken && { mistaken: `${mistaken.pid} ${mistaken.script}` }),
		},
		remedy: `start:${name}`,
		advice: `screen -ls; ls -lt ${context.settings.logs} | head`,
	});
}

/** How grave it is; undefined where it is nothing yet, because the daemon ends by itself now and then. */
function absence(
	seen: DaemonObservation,
	{ daemons, minutesAfterEndOfDay }: ProcessObservation,
	context: Context,
): Finding['status'] | undefined {
	const { name, absence: limit, exitsAtEndOfDay, needs } = seen.daemon;
	const dayEnded = minutesAfterEndOfDay !== undefined && minutesAfterEndOfDay < END_OF_DAY_MINUTES;
	if (exitsAtEndOfDay && dayEnded) return undefined;
	const follows = daemons.some(
		({ daemon, copies }) => copies.length === 0 && needs.some((need) => need === daemon.name),
	);
	// nobody's calls hang on the relays, and on many a dialer the program was never installed
	if (seen.daemon.programs) return 'warning';
	if (!limit || follows) return graveWhenConfirmed('absent', seen, context);
	const held = context.note(`processes.absent ${name}`);
	return held.looks >= 2 ? exceeded(context.settings.limits, limit, held.seconds) : undefined;
}

function duplicated(seen: DaemonObservation, context: Context): Finding {
	const { name, signs } = seen.daemon;
	const surplus = surplusCopy(seen.copies.map((copy) => ({ ...copy, lifeless: isLifeless(copy, seen) })));
	return finding('duplicated', seen, {
		status: graveWhenConfirmed('duplicated', seen, context),
		summary: `${name} runs ${seen.copies.length} times (processes ${seen.copies.map(({ pid }) => pid).join(', ')})`,
		evidence: { pids: seen.copies.map(({ pid }) => pid), surplus: surplus.pid },
		// workers that outlived their parent hold its port: all of them have to go
		remedy: `${signs.some(({ by }) => by === 'port') ? 'restart' : 'stop'}:${name}`,
	});
}

/** Of two copies: one that has not gone to sleep and woken since an earlier sample, or that has no connection to Asterisk while another has. */
function isLifeless(copy: DaemonObservation['copies'][number], { copies, wakesEvery }: DaemonObservation) {
	const slept = wakesEvery !== null && (copy.silence ?? 0) > 3 * wakesEvery;
	const unconnected = copy.manager?.connections === 0 && copies.some(({ manager }) => (manager?.connections ?? 0) > 0);
	return slept || unconnected;
}

function stopped(seen: DaemonObservation, context: Context): Finding | undefined {
	const copy = seen.copies.find(isStopped);
	if (!copy) return undefined;
	const { name } = seen.daemon;
	return finding('frozen', seen, {
		status: graveWhenConfirmed('frozen', seen, context),
		summary: `${name} is stopped (process ${copy.pid}, state ${copy.state}); ps still shows it`,
		evidence: { pid: copy.pid, state: copy.state, screens: seen.screens.map(describeScreen) },
		remedy: `restart:${name}`,
	});
}

/** Stock goes by the beginning of the script's name and is content with either variant. */
function wrongVariant(seen: DaemonObservation, context: Context): Finding | undefined {
	const [copy] = seen.copies;
	if (!copy?.wrongVariant) return undefined;
	const { name } = seen.daemon;
	const script = copy.command[0]?.split('/').at(-1) ?? '';
	return finding('wrong_variant', seen, {
		status: graveWhenConfirmed('wrong_variant', seen, context),
		summary: `${name} runs as ${script} (process ${copy.pid}), which is for another generation of Asterisk than servers.asterisk_version says`,
		evidence: { pid: copy.pid, script },
		remedy: `restart:${name}`,
	});
}

/** The relays: stock starts them only when none is there, so one that is lost stays lost. */
function incomplete(seen: DaemonObservation, context: Context): Finding | undefined {
	const { name, programs = [] } = seen.daemon;
	const missing = seen.missingPorts ?? [];
	if (seen.copies.length >= programs.length && missing.length === 0) return stopped(seen, context);
	const ports = missing.length > 0 ? `; nobody holds UDP ${missing.join(', ')}` : '';
	return finding('incomplete', seen, {
		status: 'warning',
		summary: `${seen.copies.length} of ${programs.length} processes of ${name} run${ports}; stock starts them only when none does`,
		evidence: { pids: seen.copies.map(({ pid }) => pid), missing_ports: missing },
		remedy: `restart:${name}`,
	});
}

const describeScreen = ({ pid, state }: { pid: number; state: string }): string => `${pid} ${state}`;
