import type { AstguiclientConf } from './dialer/astguiclient.ts';
import { nearest } from './nearest.ts';
import type { QuietTime } from './quiet-times.ts';
import { type Limits, THRESHOLDS, type ThresholdName } from './thresholds.ts';

export const thresholdNames = Object.keys(THRESHOLDS) as ThresholdName[];

const TIME_UNITS = { s: 1, m: 60, h: 3600 } as const;

/** One of a few words; anything else is told to `fail` with the nearest one. */
export function choice<T extends string>(
	value: string | undefined,
	allowed: readonly T[],
	fallback: T,
	fail: (expected: string) => void,
): T {
	if (value === undefined) return fallback;
	const found = allowed.find((candidate) => candidate === value);
	if (!found) fail(`one of ${allowed.join(', ')}${nearest(value, allowed)}`);
	return found ?? fallback;
}

/** `10-50`: from and to as seconds of a minute; `any` for no window. */
export function startWindow(
	value: string,
	fail: (expected: string) => void,
): { startWindow?: { from: number; to: number } } {
	if (value === 'any') return {};
	const [, from, to] = /^(\d{1,2})-(\d{1,2})$/.exec(value) ?? [];
	if (from !== undefined && Number(from) < Number(to) && Number(to) <= 60)
		return { startWindow: { from: Number(from), to: Number(to) } };
	fail('two seconds of the minute such as 10-50, or any');
	return {};
}

/** `end-of-day,01:00-01:15`: parts of the day, or the one that the database names; `none` for none. */
export function quietTimes(value: string, fail: (expected: string) => void): QuietTime[] {
	if (value === 'none') return [];
	const times = value.split(',').map((part): QuietTime | undefined => {
		if (part.trim() === 'end-of-day') return 'end-of-day';
		const [, from, fromMinute, to, toMinute] =
			/^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(part.trim()) ?? [];
		if (from === undefined || to === undefined) return undefined;
		return { from: Number(from) * 60 + Number(fromMinute), to: Number(to) * 60 + Number(toMinute) };
	});
	if (times.every((time) => time !== undefined)) return times;
	fail('times of the day such as end-of-day,01:00-01:15, or none');
	return [];
}

/** `3/15m`: how many restarts in how many seconds. */
export function ration(value: string, fail: (expected: string) => void): { restarts: number; seconds: number } {
	const [, restarts, amount, unit] = /^([1-9]\d{0,2})\/([1-9]\d{0,3})([smh])$/.exec(value) ?? [];
	if (restarts && amount && unit) {
		return { restarts: Number(restarts), seconds: Number(amount) * TIME_UNITS[unit as keyof typeof TIME_UNITS] };
	}
	fail('restarts per time such as 3/15m');
	return { restarts: 3, seconds: 900 };
}

/** An address of the web; it is a secret and never repeated. */
export function webAddress(value: string | undefined, fail: (expected: string) => void): { heartbeatUrl?: string } {
	if (value === undefined || value === '') return {};
	if (/^https?:\/\//.test(value) && URL.canParse(value)) return { heartbeatUrl: value };
	fail('an address that begins with https:// or http://');
	return {};
}

/** Where VICIdial is installed, and what it expects. */
export interface Installation {
	home: string;
	logs: string;
	/** folders of recordings: as Asterisk writes them, and as the audio jobs leave them */
	monitor: string;
	monitorDone: string;
	/** schema number that the programs of this machine were written for */
	expectedSchema?: number;
}

/** The same as astguiclient.conf has it; defaults as install.pl writes them. */
export function installation(conf: AstguiclientConf | undefined): Installation {
	const schema = Number(conf?.get('ExpectedDBSchema')?.value);
	return {
		home: conf?.get('PATHhome')?.value || '/usr/share/astguiclient',
		logs: conf?.get('PATHlogs')?.value || '/var/log/astguiclient',
		monitor: conf?.get('PATHmonitor')?.value || '/var/spool/asterisk/monitor',
		monitorDone: conf?.get('PATHDONEmonitor')?.value || '/var/spool/asterisk/monitorDONE',
		...(schema > 0 && { expectedSchema: schema }),
	};
}

/** The same object without the keys whose value is undefined. */
export function defined<T extends Record<string, unknown>>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}

/** The limits in force: those by default, and what VICIKEEP_WARN_ and VICIKEEP_CRIT_ say otherwise. */
export function limits(
	value: (name: string) => string | undefined,
	fail: (name: string, expected: string) => void,
): Limits {
	const limit = (side: 'WARN' | 'CRIT', name: ThresholdName, fallback: number): number => {
		const key = `${side}_${name.toUpperCase()}`;
		const given = value(key);
		if (given === undefined) return fallback;
		if (given === 'never') return Number.POSITIVE_INFINITY;
		if (/^\d+(\.\d+)?$/.test(given)) return Number(given);
		fail(key, `a number of ${THRESHOLDS[name].unit}, or never`);
		return fallback;
	};
	const settled = thresholdNames.map((name) => {
		const both = { warn: limit('WARN', name, THRESHOLDS[name].warn), crit: limit('CRIT', name, THRESHOLDS[name].crit) };
		// of the two the one that somebody wrote is to be changed
		if (both.warn > both.crit && value(`WARN_${name.toUpperCase()}`) === undefined)
			fail(`CRIT_${name.toUpperCase()}`, `at least the warning limit, ${both.warn}, or another for that one too`);
		else if (both.warn > both.crit) fail(`WARN_${name.toUpperCase()}`, `at most the critical limit, ${both.crit}`);
		return [name, both] as const;
	});
	return Object.fromEntries(settled) as unknown as Limits;
}

/** Four numbers up to 255. */
export const isIPv4 = (text: string): boolean =>
	/^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
