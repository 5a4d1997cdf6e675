import type { ThresholdName } from '../thresholds.ts';
import type { CronOptions } from './crontab.ts';
import type { Sign } from './signs.ts';

/** A VICIdial daemon as the stock keepalive starts it. Source: ADMIN_keepalive_ALL.pl (VICIdial 2.14). */
export interface Daemon {
	/** name used in findings and actions */
	name: string;
	/** a letter in VARactive_keepalives, or an option of the stock keepalive's line in root's crontab */
	askedBy: string;
	/** file below PATHhome by Asterisk generation; most have one for both */
	script: { ami1: string; ami2: string };
	args: readonly string[];
	/** options of the stock keepalive's line that it is given, and under which name */
	passes?: Readonly<Record<string, string>>;
	/** GNU screen session; null for what runs without one */
	screen: string | null;
	/** the command lines of its processes where these are not one Perl process of its script */
	programs?: readonly (readonly string[])[];
	/** what it stops working without; it is not started while one of these is down */
	needs: readonly ('mysql' | 'asterisk' | 'AST_manager_listen')[];
	/** it sleeps at most this long between two loops, seconds; null for a program that only waits for events */
	wakesEvery: number | 'conf_update_interval' | null;
	/** what shows that it works, the best first; whether it goes to sleep and wakes is asked of all that loop */
	signs: readonly Sign[];
	/** limits for the time that it is not there, where it ends by itself now and then and stock starts it again */
	absence?: ThresholdName;
	/** ends by itself in the end-of-day minute */
	exitsAtEndOfDay?: true;
	/** refuses to start while more than its own screen and process carry the script's path */
	hasStartCheck?: true;
	/** one server of a cluster runs it; never more */
	onePerCluster?: true;
	/** started by stock each minute for a moment; never by us */
	oneShot?: true;
	/** asked for, and yet rightly absent while this column of `system_settings` is 0 */
	onlyWhile?: 'sip_event_logging';
	/** file in PATHhome that makes it end; it deletes the file, and so does each other daemon that shares it */
	killFile?: string;
}

/** The arguments that stock starts a daemon with, given the options of its own line in the crontab. */
export function startArguments({ args, passes = {} }: Daemon, options: CronOptions = {}): string[] {
	const passed = Object.entries(passes).flatMap(([option, name]) => {
		const value = options[option];
		if (value === undefined) return [];
		return [value === '' ? name : `${name}=${value}`];
	});
	return [...args, ...passed];
}
