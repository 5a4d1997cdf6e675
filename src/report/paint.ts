import chalk from 'chalk';
import type { CheckStatus } from '../types.ts';

/** The colour of each status on a terminal. */
export const PAINT: Record<CheckStatus, (text: string) => string> = {
	critical: chalk.red.bold,
	warning: chalk.yellow,
	unknown: chalk.magenta,
	ok: chalk.green,
	skipped: chalk.dim,
};
