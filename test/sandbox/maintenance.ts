import { setTimeout as sleep } from 'node:timers/promises';
import { isMaintenance } from '../../src/dialer/calendar.ts';

/** The sandbox's end of day, as its schema has it. */
const END_OF_DAY = '0000';
/** Milliseconds that what begins now may take. */
const AHEAD = 180_000;
/** Milliseconds after which no maintenance goes on: a limit for hooks. */
export const LONGEST_MAINTENANCE = 20 * 60_000;

/**
 * Waits out the minutes of the night in which vicikeep gives daemons five times as long: a hanging one is not found then
 * within the few looks of a test.
 */
export async function outsideMaintenance(): Promise<void> {
	const isNear = (): boolean => [0, AHEAD].some((later) => isMaintenance(END_OF_DAY, new Date(Date.now() + later)));
	if (!isNear()) return;
	console.log('sandbox: waiting for the end of the nightly maintenance, at the latest in 20 minutes');
	while (isNear()) await sleep(5_000);
}
