import type { AsteriskRan } from '../memory.ts';
import type { Process } from '../types.ts';
import { isScreen, sessionOf } from './process-table.ts';

/** How stock types it into the screen `asterisk` (ADMIN_keepalive_ALL.pl). */
const STOCK_COMMAND = ['/usr/sbin/asterisk', '-vvvvgcT'];

/** The screen session in which stock runs Asterisk (start_asterisk_boot.pl). */
const ASTERISK_SCREEN = 'asterisk';

/** Every session of that name. */
export const asteriskSessions = (table: readonly Process[]): Process[] =>
	table.filter((one) => isScreen(one) && sessionOf(one) === `${one.pid}.${ASTERISK_SCREEN}`);

/**
 * The systemd unit that a control group belongs to, when it is one of Asterisk's own: what was started from rc.local, cron
 * or a login is found in the unit of those, and these must not be started for it.
 */
export const unitOf = (controlGroup: string): string | undefined =>
	controlGroup.split('/').find((part) => /^[\w.@\\-]*asterisk[\w.@\\-]*\.service$/i.test(part));

/** The program that stock starts Asterisk with at boot. */
export const bootScript = (home: string): string => `${home}/start_asterisk_boot.pl`;

/** What a person would type to start it as it ran before. */
export const startByHand = (ran: AsteriskRan | undefined, home: string): string =>
	ran?.unit === undefined ? bootScript(home) : `systemctl start ${ran.unit}`;

/**
 * The command line that is typed into the screen: as it was seen running where that can be typed without quoting, else as
 * stock types it.
 */
export function typedCommand(ran: AsteriskRan | undefined): string {
	const argv = ran?.argv ?? [];
	const plain = argv[0]?.startsWith('/') && argv.every((argument) => /^[\w./:=@+,-]+$/.test(argument));
	return (plain ? argv : STOCK_COMMAND).join(' ');
}
