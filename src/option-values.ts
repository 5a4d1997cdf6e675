import { InvalidArgumentError } from 'commander';
import { CHECK_IDS } from './checks/index.ts';
import { CONF_FILES } from './conf/files.ts';
import { nearest } from './nearest.ts';
import type { CheckId } from './types.ts';

export const FORMATS = ['human', 'json', 'nagios', 'prometheus'] as const;
export type Format = (typeof FORMATS)[number];

/** One of a few words. @throws InvalidArgumentError that names the nearest one and all of them */
function oneOf<T extends string>(value: string, known: readonly T[], what: string, all: string): T {
	const found = known.find((word) => word === value.trim());
	if (found !== undefined) return found;
	const guess = nearest(value.trim(), known);
	throw new InvalidArgumentError(`there is no ${what} "${value.trim()}"${guess || '.'} ${all}: ${known.join(', ')}.`);
}

export const checkIds = (value: string, before: CheckId[] = []): CheckId[] => [
	...before,
	...value.split(',').map((part) => oneOf(part, CHECK_IDS, 'check', 'Checks')),
];

export function confFiles(value: string): string[] {
	const known = CONF_FILES.map(({ name }) => name);
	return value.split(',').map((part) => oneOf(part, known, 'generated file', 'Files'));
}

export const format = (value: string): Format => oneOf(value, FORMATS, 'format', 'Formats');

export function seconds(value: string): number {
	const number = Number(value);
	if (/^\d+$/.test(value) && number >= 1 && number <= 3600) return number;
	throw new InvalidArgumentError('expected whole seconds from 1 to 3600, e.g. 45');
}
