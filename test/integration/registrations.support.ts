import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { type Tick, tick } from './support.ts';

/** One look at trunks and phones. */
export const lookAt = (dialer: Dialer, env: Record<string, string> = {}): Promise<Tick> =>
	tick(dialer, ['--only', 'registrations'], env);

/** `kind subject`, with its cause, of everything but the fit of intervals, which are too short in a test. */
export const troublesOf = ({ report }: Tick): string[] =>
	report.checks.flatMap(({ findings }) =>
		findings
			.filter(({ id }) => id !== 'registrations.intervals')
			.map(({ id, subject, cause }) =>
				`${id} ${subject}${cause === undefined ? '' : ` < ${cause}`}`.replaceAll('registrations.', ''),
			),
	);

/** Looks until all of this is found, or nothing where nothing is asked for. */
export async function lookUntil(
	dialer: Dialer,
	wanted: string[],
	seconds: number,
	env: Record<string, string> = {},
): Promise<Tick> {
	let found: string[] = [];
	return until(`finding ${wanted.join(', ') || 'nothing'}`, seconds * 1000, async () => {
		const seen = await lookAt(dialer, env);
		found = troublesOf(seen);
		return (wanted.length === 0 ? found.length === 0 : wanted.every((one) => found.includes(one))) && seen;
	}).catch((error) => {
		throw new Error(`${error.message}; found: ${found.join(', ')}`);
	});
}

/** Looks until all of this has been found at some time. @returns everything that was found */
export async function lookThrough(dialer: Dialer, wanted: string[], seconds: number): Promise<string[]> {
	const found = new Set<string>();
	await until(`having found ${wanted.join(', ')}`, seconds * 1000, async () => {
		for (const one of troublesOf(await lookAt(dialer))) found.add(one);
		return wanted.every((one) => found.has(one));
	}).catch((error) => {
		throw new Error(`${error.message}; found: ${[...found].join(', ')}`);
	});
	return [...found];
}

/** Agents at these phones of a dialer, who pause. */
export async function logIn({ database, serverIp }: Dialer, phones: readonly string[]): Promise<void> {
	for (const name of phones)
		await database.query(
			`INSERT INTO vicidial_live_agents (user, server_ip, extension, status, campaign_id, last_update_time, last_state_change)
			VALUES (?, ?, ?, 'PAUSED', 'OUTBOUND', NOW(), NOW())`,
			[name, serverIp, `SIP/${name}`],
		);
}

/** Adds lines to the general part of sip.conf, which a later reload reads. @returns what takes them back */
export function generalSip({ asteriskEtc }: Dialer, ...lines: string[]): () => void {
	const path = join(asteriskEtc, 'sip.conf');
	const before = readFileSync(path, 'utf8');
	writeFileSync(path, before.replace('allowguest=no', ['allowguest=no', ...lines].join('\n')));
	return () => writeFileSync(path, before);
}
