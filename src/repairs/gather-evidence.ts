import { withDeadline } from '../adapters/clock.ts';
import { Database } from '../adapters/database.ts';
import { EvidenceFolder, endOfFile, newestLog } from '../adapters/evidence.ts';
import { readIfThere } from '../adapters/files.ts';
import { processTraces } from '../adapters/process-traces.ts';
import { isStopped } from '../dialer/process-table.ts';
import { tracesOf } from '../dialer/traces.ts';
import { passwordsIn, withoutSecrets } from '../secrets.ts';
import type { Process, Step } from '../types.ts';
import type { World } from '../world.ts';
import { screenPage } from './screen.ts';

/** Milliseconds that the database and the screens get, at the same time. */
const ROWS_TIMEOUT = 1500;
const SCREENS_TIMEOUT = 1500;
/** Processes looked into, and bytes of each log kept. */
const MOST_PROCESSES = 6;
const LOG_BYTES = 6 * 1024;
/** Statements under way of our account: where the daemon's own one waits for a lock, it stands here under its port. */
const STATEMENTS =
	"SELECT ID, HOST, COMMAND, TIME, STATE, LEFT(INFO, 160) AS INFO FROM information_schema.PROCESSLIST WHERE INFO NOT LIKE '%information_schema%' LIMIT 30";

/**
 * Keeps what a kill would destroy: what the kernel tells of the processes, the last lines of their logs, their rows, and
 * the last page of their screens, without secrets. Takes about two seconds at most, and whatever goes wrong is told, never
 * thrown: a repair does not wait for its evidence.
 * @returns where it is, or why there is none
 */
export async function gatherEvidence(
	subject: string,
	step: Extract<Step, { do: 'evidence' }>,
	world: World,
	environment: Record<string, string>,
): Promise<string> {
	try {
		const { settings, proc } = world;
		const folder = new EvidenceFolder(`${settings.stateDir}/evidence`);
		folder.prepare();
		const now = new Date();
		const [rows, pages] = await Promise.all([
			rowsOf(subject, world).catch((error: Error) => [`not read: ${error.message}`]),
			pagesOf(step, world, environment, folder.path),
		]);
		const processes = step.processes.slice(0, MOST_PROCESSES).flatMap(({ pid }) => {
			const process = proc.process(pid);
			return process ? [describe(process), ...processTraces(settings.proc, pid).map((line) => `  ${line}`), ''] : [];
		});
		const silent = await world.logsSilent();
		const logs = silent === undefined ? logsOf(subject, world) : [`logs not read: ${silent}`];
		const text = [
			`${subject}, ${now.toISOString()}: ${step.why}`,
			'',
			...processes,
			...pages,
			'rows:',
			...rows.map((line) => `  ${line}`),
			'',
			...logs,
		].join('\n');
		return `evidence in ${folder.keep(subject, now, withoutSecrets(text, await secretsOf(world)))}`;
	} catch (error) {
		return `no evidence kept: ${(error as Error).message}`;
	}
}

const describe = ({ pid, ppid, state, argv }: Process): string =>
	`process ${pid}, child of ${ppid}, state ${state}: ${argv.join(' ')}`;

/** On a connection of its own: one that hangs must not take away the one that the repair is proven with. */
async function rowsOf(subject: string, { settings }: World): Promise<string[]> {
	const until = performance.now() + ROWS_TIMEOUT;
	const left = (): number => Math.max(1, until - performance.now());
	const database = await Database.open(settings.database, left());
	const lines: string[] = [];
	try {
		for (const sql of [...tracesOf(subject).rows, STATEMENTS]) {
			const values = sql.includes('?') ? [settings.serverIp] : [];
			for (const row of await database.query(sql, values, left())) lines.push(JSON.stringify(row));
		}
	} catch (error) {
		lines.push(`not read further: ${(error as Error).message}`);
	} finally {
		void database.close();
	}
	return lines;
}

/** Of a stopped session nothing is asked: it would not answer. */
async function pagesOf(
	{ screens }: Extract<Step, { do: 'evidence' }>,
	{ proc }: World,
	environment: Record<string, string>,
	folder: string,
): Promise<string[]> {
	const asked = screens
		.flatMap(({ pid }) => proc.process(pid) ?? [])
		.map(async (screen) => {
			if (isStopped(screen)) return [`screen ${screen.pid} is stopped`, ''];
			const page = await screenPage(screen, environment, `${folder}/.page-${screen.pid}`, SCREENS_TIMEOUT);
			return [`last page of screen ${screen.pid}:`, ...page.split('\n').map((line) => `  ${line}`), ''];
		});
	return withDeadline(Promise.all(asked), SCREENS_TIMEOUT * 2)
		.then((pages) => pages.flat())
		.catch((error: Error) => [`screens not read: ${error.message}`, '']);
}

function logsOf(subject: string, { settings }: World): string[] {
	return tracesOf(subject).logs.flatMap((name) => {
		const path = newestLog(settings.logs, name);
		const end = path === undefined ? undefined : endOfFile(path, LOG_BYTES);
		if (path === undefined || end === undefined) return [`no log ${name} to be read in ${settings.logs}`];
		return [`end of ${path}:`, end];
	});
}

async function secretsOf(world: World): Promise<string[]> {
	const { settings, amiMemory } = world;
	const row = await world.server().catch(() => undefined);
	return [
		settings.database.password,
		settings.ami.secret ?? '',
		row?.ami.secret ?? '',
		amiMemory.good?.secret ?? '',
		amiMemory.refused?.secret ?? '',
		...passwordsIn(readIfThere(settings.astguiclientConf) ?? ''),
	];
}
