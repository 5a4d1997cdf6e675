import { basename } from 'node:path';

/** One scheduled command of a crontab that runs a script of the dialer. */
export interface CronJob {
	/** the five fields of time, or a word such as @hourly */
	when: string;
	/** file name of the script */
	script: string;
	/** its arguments by name, with one hyphen however they were written; the value is empty for a bare option */
	options: Record<string, string>;
}

/** What a crontab says: variables that it sets, and the scripts that it runs. */
export interface Crontab {
	variables: Record<string, string>;
	jobs: CronJob[];
	/** one of its commands sets the clock, as stock's ntpdate does every hour */
	setsClock?: true;
}

export type CronOptions = CronJob['options'];

export const KEEPALIVE = 'ADMIN_keepalive_ALL.pl';

const TIMES = /^(@\w+|(?:\S+\s+){4}\S+)\s+(.*)$/;
const VARIABLE = /^(["']?)([A-Za-z_]\w*)\1\s*=\s*(.*)$/;
const SETS_CLOCK = /(?:^|[\s/;])(?:ntpdate|sntp|rdate)(?:\s|$)|\bchronyd\s.*-q/;
const SHELL_OPERATOR = /^(?:[;|&]|\d*[<>])/;

/**
 * Reads a user's crontab (crontab(5)): comments and what is no script of ours are passed over, and it makes no difference
 * whether a script is called by itself, through an interpreter or behind other commands.
 */
export function parseCrontab(text: string): Crontab {
	const crontab: Crontab = { variables: {}, jobs: [] };
	for (const line of text.split('\n').map((raw) => raw.trim())) {
		if (line === '' || line.startsWith('#')) continue;
		const [, , name, value] = VARIABLE.exec(line) ?? [];
		if (name !== undefined) crontab.variables[name] = (value ?? '').replace(/^(["'])(.*)\1$/, '$2');
		else {
			const [, when = '', command = ''] = TIMES.exec(line) ?? [];
			if (SETS_CLOCK.test(command)) crontab.setsClock = true;
			crontab.jobs.push(...jobsOf(when.replace(/\s+/g, ' '), command));
		}
	}
	return crontab;
}

function jobsOf(when: string, command: string): CronJob[] {
	// a percent sign ends the command; a hash after a blank begins the shell's comment
	const [words = ''] = command.split(/(?<!\\)%|\s#/);
	const jobs: CronJob[] = [];
	let current: CronJob | undefined;
	for (const word of words.replace(/;/g, ' ; ').split(/\s+/)) {
		if (/\.pl$/.test(word)) {
			current = { when, script: basename(word), options: {} };
			jobs.push(current);
		} else if (SHELL_OPERATOR.test(word)) current = undefined;
		else if (current && word.startsWith('-')) {
			const [name = '', ...value] = word.replace(/^-+/, '-').split('=');
			current.options[name] = value.join('=');
		}
	}
	return jobs;
}

/** The options of all lines that run a script, taken together. */
export function optionsOf(crontab: Crontab | undefined, script: string = KEEPALIVE): CronOptions {
	return Object.assign({}, ...jobsFor(crontab, script).map(({ options }) => options));
}

/** The lines that run a script. */
export const jobsFor = (crontab: Crontab | undefined, script: string): CronJob[] =>
	(crontab?.jobs ?? []).filter((job) => job.script === script);
